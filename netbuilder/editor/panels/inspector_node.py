"""The inspector's page of one node."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from netbuilder.app.exposing import can_be_exposed, conceal, expose, exposed_as
from netbuilder.app.project import known_fields
from netbuilder.app.theme import CATEGORY_COLOURS, GROUP_COLOUR, UNKNOWN_COLOUR
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.cost import FREE
from netbuilder.check.fields import Fields
from netbuilder.check.kinds import MAX_REPEAT
from netbuilder.check.runs import Record
from netbuilder.editor.panels.inspector_facts import Facts
from netbuilder.editor.panels.inspector_flags import Flags
from netbuilder.editor.panels.inspector_page import Head, Page, problems_at
from netbuilder.editor.panels.inspector_weights import Weights
from netbuilder.editor.panels.kept_forms import KeptForms
from netbuilder.editor.panels.node_edits import params_of, with_param
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.name_field import NameField
from netbuilder.editor.widgets.reading import NO_NAMES, Names
from netbuilder.editor.widgets.row import Row
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import REPEAT_INDEX, Node
from netbuilder.node_api.params import Bool, Declared, Int, Param

_MOST_OFFERED = 6
_FIELD = "field"  # the parameter of inputs and targets that names a field of the data


class _Instance(Declared):
    """What an instance of a group has beside the group's parameters."""

    repeat = Int(1, min=1, max=MAX_REPEAT, unit="times", doc="How often it stands in a row.")
    shared = Bool(False, doc="Whether all repeats use the same weights.")


class NodePage(Page):
    """One node: its name, its parameters, and everything known of it."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._node: Node | None = None
        self._asked: Mapping[str, Any] | None = None
        self._fields: tuple[str, ...] = ()
        self.head = Head(workspace.look, self, helps=True)
        self.head.help_wanted.connect(self.help_wanted)
        self.column.addWidget(self.head)
        self._add_name()
        self._forms = KeptForms(self._made, self)
        self.column.addWidget(self._forms)
        self.instance = self.follow(Form(_Instance.params, self))
        self.instance.edited.connect(self._on_instance)
        self.instance.restored.connect(self._on_instance_restored)
        self.instance.menu_opening.connect(self._on_menu)
        self.column.addWidget(self.instance)
        self.weights = Weights(self)
        self.weights.shared.connect(self._on_shared)
        self.weights.slowed.connect(self._on_slowed)
        self.weights.ended.connect(self.seal)
        self.flags = Flags(self)
        self.flags.put_first(self.weights)
        self.flags.switched.connect(self._on_switched)
        self.flags.noted.connect(self._on_noted)
        self.flags.ended.connect(self.seal)
        self.column.addWidget(self.flags)
        self.facts = Facts(self)
        self.column.addWidget(self.facts)
        self.cards = self.problems()
        self.column.addStretch(1)

    @property
    def node_id(self) -> str:
        """The id of the node that is shown; empty before the first one."""
        return self._node.id if self._node else ""

    @property
    def form(self) -> Form | None:
        """The form of the node's parameters."""
        return self._forms.form

    def fill(self, tab: Tab) -> None:
        """Show the selected node of a document."""
        (name,) = tab.selection.nodes
        node = standard_catalogue().upgrade(tab.graph.nodes[name])
        record = tab.run.records.get(name) if tab.run else None
        other = self.tab is not tab or self._node is None or self._node.id != name
        self.tab, self._node = tab, node
        self._put_head(tab, node, record)
        if other:
            self.instance.forget()
        self._name.set_taken(tab.graph.nodes)
        self._name.put(name)
        names = _names(tab)
        self._put_form(tab, node, names, anew=other)
        self._put_instance(node, names)
        self.weights.fill(tab, node, anew=other)
        on = [flag for flag in ("bypass", "frozen") if getattr(node, flag)]
        self.flags.put(on, note=node.note)
        costs = tab.report.cost
        self.facts.put(record, costs.nodes.get(tab.path + node.id, FREE), costs.batch)
        self.put_live(tab)
        self.cards.put(problems_at(tab, [name]))

    def put_live(self, tab: Tab) -> None:
        """Show what the shown training says of the node."""
        runs = self.workspace.runs
        view = runs.shown if runs is not None else None
        activity = view.activity.get(f"{tab.path}{self.node_id}") if view else None
        self.facts.put_live(view.name if view else "", activity)

    def _add_name(self) -> None:
        self._name = NameField("node", self)
        row = Row(self._name, "name", self)
        row.setObjectName("row_name")
        row.reset.hide()
        self._name.edited.connect(self._on_renamed)
        self.column.addWidget(row)

    def _put_head(self, tab: Tab, node: Node, record: Record | None) -> None:
        if node.group:
            group = tab.network.groups.get(node.group)
            title = (group.title or group.id) if group else node.group
            sentence = group.doc if group else "This group is not in the document."
            self.head.put(title, sentence, node.type, GROUP_COLOUR, "Group")
            return
        found = standard_catalogue().get(node.type)
        if found is None:
            sentence = "This type of node is not installed; what the document says of it is kept."
            self.head.put(node.type, sentence, node.type, UNKNOWN_COLOUR, "Unknown")
            return
        colour = CATEGORY_COLOURS.get(found.category, UNKNOWN_COLOUR)
        self.head.put(found.title, found.sentence(), found.id, colour, found.category)

    def _put_form(self, tab: Tab, node: Node, names: Names, *, anew: bool) -> None:
        form = self._forms.show_for(params_of(node, tab.network, standard_catalogue()), anew=anew)
        if anew:
            form.fold(self.folded())
        form.set_names(names)
        form.set_folder(tab.session.folder)
        form.fill(node.params)
        if _FIELD in form.params:
            self._ask_fields(tab)

    def _ask_fields(self, tab: Tab) -> None:
        """Find out which fields the data have, to offer them."""
        network, folder = tab.network, tab.session.folder
        if self._asked is not network.data:
            self._asked = network.data
            work = partial(known_fields, network, folder)
            self.workspace.tasks.submit(self, "fields", work, self._offer_fields)
        elif self._forms.form is not None:
            self._forms.form.suggest(_FIELD, self._fields)

    def _offer_fields(self, found: tuple[Fields | None, str]) -> None:
        self._fields = tuple(found[0] or ())
        if self._forms.form is not None:
            self._forms.form.suggest(_FIELD, self._fields)

    def _made(self, params: Mapping[str, Param[Any]]) -> Form:
        form = self.follow(Form(params, self, folded=self.folded()))
        form.setObjectName("params")
        form.edited.connect(self._on_edited)
        form.restored.connect(self._on_restored)
        form.menu_opening.connect(self._on_menu)
        return form

    def _put_instance(self, node: Node, names: Names) -> None:
        self.instance.setVisible(bool(node.group))
        self.instance.set_names(names)
        if node.group:
            self.instance.fill({"repeat": node.repeat, "shared": node.shared})
            self.instance.rows["shared"].setEnabled(node.repeat != 1 or node.shared)

    def _on_renamed(self, new: object) -> None:
        tab, old = self.tab, self.node_id
        if tab is None or not old:
            return
        new, group = str(new), tab.group
        self.do(f"Rename {old} to {new}", lambda n: edits.rename_node(n, old, new, group))
        if new in tab.graph.nodes and not tab.selection:
            tab.select(nodes=[new])

    def _on_edited(self, name: str, value: object) -> None:
        self._set(name, value, merge=True)

    def _on_restored(self, name: str) -> None:
        self._set(name, edits.DEFAULT, merge=False)

    def _set(self, name: str, value: object, *, merge: bool) -> None:
        if self.tab is None:
            return
        node, group, catalogue = self.node_id, self.tab.group, standard_catalogue()
        key = f"param:{group}:{node}:{name}" if merge else ""
        said = f"Set {name} of {node}" if merge else f"Restore {name} of {node}"
        self.do(said, lambda n: with_param(n, [node], name, value, group, catalogue), key)

    def _on_instance(self, name: str, value: Any) -> None:
        if self.tab is None:
            return
        node, group = self.node_id, self.tab.group
        self.do(
            f"Set {name} of {node}",
            lambda n: edits.set_flags(n, [node], group=group, **{name: value}),
            f"flag:{group}:{node}:{name}",
        )

    def _on_instance_restored(self, name: str) -> None:
        self._on_instance(name, _Instance.params[name].default)
        self.seal()

    def _on_switched(self, name: str, on: bool) -> None:
        self._on_instance(name, on)
        self.seal()

    def _on_shared(self, source: str) -> None:
        if self.tab is None or source == self.tab.graph.nodes[self.node_id].shares:
            return
        node, group = self.node_id, self.tab.group
        said = f"Share the weights of {source} with {node}"
        label = said if source else f"Let {node} have its own weights"
        self.do(label, lambda n: edits.share_weights(n, node, source, group))

    def _on_slowed(self, factor: float) -> None:
        self._on_instance("lr_factor", factor)

    def _on_noted(self, text: str) -> None:
        self._on_instance("note", text)

    def _on_menu(self, name: str, menu: QMenu) -> None:
        """Offer to let instances of the group one is in set the parameter."""
        tab, node = self.tab, self._node
        if tab is None or node is None or not tab.group:
            return
        params = {**params_of(node, tab.network, standard_catalogue()), **_Instance.params}
        declared = params.get(name)
        if declared is None or not can_be_exposed(declared):
            return
        known = [param.name for param in tab.network.groups[tab.group].params]
        if exposed_as(node, name) in known:
            self._offer(menu, "Set here, not by the group", name, "").triggered.connect(
                self._on_concealed
            )
            return
        self._offer(menu, "Expose as group parameter", name, "").triggered.connect(self._on_exposed)
        for other in known[:_MOST_OFFERED]:
            self._offer(menu, f"Set by {other}", name, other).triggered.connect(self._on_exposed)

    def _offer(self, menu: QMenu, text: str, name: str, other: str) -> QAction:
        action = menu.addAction(text)
        action.setData((name, other))
        return action

    def _on_exposed(self) -> None:
        action, tab = self.sender(), self.tab
        if isinstance(action, QAction) and tab is not None:
            (name, other), node, group = action.data(), self.node_id, tab.group
            catalogue = standard_catalogue()
            self.do(
                f"Expose {name} of {node}", lambda n: expose(n, catalogue, group, node, name, other)
            )

    def _on_concealed(self) -> None:
        action, tab = self.sender(), self.tab
        if isinstance(action, QAction) and tab is not None:
            (name, _), node, group = action.data(), self.node_id, tab.group
            catalogue = standard_catalogue()
            self.do(
                f"Set {name} of {node} here", lambda n: conceal(n, catalogue, group, node, name)
            )


def _names(tab: Tab) -> Names:
    """What expressions may use in the shown graph, with the numbers of the shown instance."""
    if not tab.group:
        return NO_NAMES
    run = tab.run
    if run is not None and run.scope.values:
        return run.scope.values
    group = tab.network.groups[tab.group]
    return {**{param.name: param.default for param in group.params}, REPEAT_INDEX: 0}
