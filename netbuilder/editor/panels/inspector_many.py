"""The inspector's page of several nodes: what they share is set for all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget

from netbuilder.app.figures import counted
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.cost import FREE, sum_of
from netbuilder.editor.panels.inspector_facts import cost_rows
from netbuilder.editor.panels.inspector_flags import Flags
from netbuilder.editor.panels.inspector_page import Head, Page, problems_at
from netbuilder.editor.panels.kept_forms import KeptForms
from netbuilder.editor.panels.node_edits import params_of, with_param
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.figure_rows import FigureRows
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.section import Section
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Node
from netbuilder.node_api.params import Param

_MOST_TYPES = 4


class ManyPage(Page):
    """Several nodes."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._nodes: tuple[str, ...] = ()
        self.head = Head(workspace.look, self)
        self.column.addWidget(self.head)
        self._forms = KeptForms(self._made, self)
        self.column.addWidget(self._forms)
        self.flags = Flags(self, notes=False)
        self.flags.switched.connect(self._on_switched)
        self.column.addWidget(self.flags)
        cost = Section("Cost", self)
        self.costs = FigureRows(cost)
        cost.body.addWidget(self.costs)
        self.column.addWidget(cost)
        self.cards = self.problems()
        self.column.addStretch(1)

    @property
    def form(self) -> Form | None:
        """The form of what the nodes share."""
        return self._forms.form

    def fill(self, tab: Tab) -> None:
        """Show the selected nodes of a document."""
        chosen = tuple(name for name in tab.graph.nodes if name in tab.selection.nodes)
        other = self.tab is not tab or self._nodes != chosen
        self.tab, self._nodes = tab, chosen
        nodes = [standard_catalogue().upgrade(tab.graph.nodes[name]) for name in chosen]
        self.head.put(counted(len(nodes), "node"), self._types(tab, nodes))
        shared = self._shared(tab, nodes)
        values, mixed = _values(nodes, shared)
        form = self._forms.show_for(shared, anew=other)
        if other:
            form.fold(self.folded())
        form.fill(values, mixed=mixed)
        on, unlike = _flags(nodes)
        self.flags.put(on, unlike)
        costs = tab.report.cost
        cost = sum_of(costs.nodes.get(tab.path + name, FREE) for name in chosen)
        self.costs.put(cost_rows(cost, costs.batch))
        self.cards.put(problems_at(tab, chosen))

    def _types(self, tab: Tab, nodes: Sequence[Node]) -> str:
        count = Counter(self._title(tab, node) for node in nodes)
        said = [f"{number} {title}" for title, number in count.most_common(_MOST_TYPES)]
        left = len(count) - len(said)
        return ", ".join(said) + (f" and {counted(left, 'other type')}" if left else "")

    def _title(self, tab: Tab, node: Node) -> str:
        if node.group:
            group = tab.network.groups.get(node.group)
            return group.title or group.id if group else node.group
        found = standard_catalogue().get(node.type)
        return found.title if found else node.type

    def _shared(self, tab: Tab, nodes: Sequence[Node]) -> dict[str, Param[Any]]:
        """The parameters that all types declare in the same way; defaults may differ."""
        one_of_each = {node.type: node for node in nodes}.values()
        all_params = [params_of(node, tab.network, standard_catalogue()) for node in one_of_each]
        first, *others = all_params
        return {
            name: param
            for name, param in first.items()
            if all(name in other and _same(param, other[name]) for other in others)
        }

    def _made(self, params: Mapping[str, Param[Any]]) -> Form:
        form = self.follow(Form(params, self, folded=self.folded()))
        form.setObjectName("shared_params")
        form.edited.connect(self._on_edited)
        form.restored.connect(self._on_restored)
        return form

    def _on_edited(self, name: str, value: object) -> None:
        self._set(f"Set {name}", name, value, f"params:{name}")

    def _on_restored(self, name: str) -> None:
        self._set(f"Restore {name}", name, edits.DEFAULT, "")

    def _set(self, said: str, name: str, value: object, key: str) -> None:
        if self.tab is None:
            return
        nodes, group, catalogue = self._nodes, self.tab.group, standard_catalogue()
        self.do(
            f"{said} of {counted(len(nodes), 'node')}",
            lambda n: with_param(n, nodes, name, value, group, catalogue),
            key and f"{key}:{group}:{hash(nodes)}",
        )

    def _on_switched(self, name: str, on: bool) -> None:
        if self.tab is None:
            return
        nodes, group = self._nodes, self.tab.group
        self.do(
            f"Set {name} of {counted(len(nodes), 'node')}",
            lambda n: edits.set_flags(n, nodes, group=group, **{name: on}),  # type: ignore[arg-type]
        )


def _same(one: Param[Any], other: Param[Any]) -> bool:
    """Whether two parameters take the same values."""
    return type(one) is type(other) and one.takes() == other.takes() and one.unit == other.unit


def _values(
    nodes: Sequence[Node], params: Mapping[str, Param[Any]]
) -> tuple[dict[str, Any], set[str]]:
    """The values that hold for all nodes, and the names of those in which they differ."""
    values: dict[str, Any] = {}
    mixed: set[str] = set()
    for name in params:
        found = {repr(node.params[name]) if name in node.params else "" for node in nodes}
        if len(found) > 1:
            mixed.add(name)
        elif "" not in found:
            values[name] = nodes[0].params[name]
    return values, mixed


def _flags(nodes: Sequence[Node]) -> tuple[set[str], set[str]]:
    on: set[str] = set()
    mixed: set[str] = set()
    for flag in ("bypass", "frozen"):
        found = {getattr(node, flag) for node in nodes}
        if len(found) > 1:
            mixed.add(flag)
        elif True in found:
            on.add(flag)
    return on, mixed
