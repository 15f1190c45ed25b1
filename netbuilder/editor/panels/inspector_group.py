"""The inspector's page of a definition, shown inside of a group when nothing is selected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.app.figures import counted
from netbuilder.app.theme import GROUP_COLOUR
from netbuilder.editor.panels.inspector_page import Head, Page
from netbuilder.editor.panels.node_edits import declared
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.icon_button import IconButton
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.name_field import NameField
from netbuilder.editor.widgets.paragraph import Paragraph
from netbuilder.editor.widgets.row import Row
from netbuilder.editor.widgets.section import Section
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import GROUP_PREFIX, Group, GroupParam, Network
from netbuilder.node_api.params import Declared, Float, Text


class _Titles(Declared):
    """What a definition is called."""

    title = Text("", doc="What people see; the class in the source keeps the id.")


class _Limits(Declared):
    """What a parameter of a group takes."""

    default = Float(0.0, min=-1e15, max=1e15, doc="The value where an instance says nothing.")
    min = Float(None, min=-1e15, max=1e15, optional=True, doc="The smallest value.")
    max = Float(None, min=-1e15, max=1e15, optional=True, doc="The largest value.")
    doc = Text("", doc="What it is for, in a sentence.")


class GroupPage(Page):
    """A definition: what it is called, and what its instances can set."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._group = ""
        self.head = Head(workspace.look, self)
        self.column.addWidget(self.head)
        self._name = NameField("group", self)
        row = Row(self._name, "name", self)
        row.reset.hide()
        self._name.edited.connect(self._on_renamed)
        self.column.addWidget(row)
        self.title = self.follow(Form(_Titles.params, self, marks=False))
        self.title.edited.connect(self._on_title)
        self.column.addWidget(self.title)
        self.doc = Paragraph(self)
        self.doc.setPlaceholderText("What the group is for")
        introduce(self.doc, "Text", "What the group is for; the palette shows it.", "group_doc")
        self.doc.edited.connect(self._on_doc)
        self.doc.ended.connect(self.seal)
        self.column.addWidget(self.doc)
        self._section = Section("Group parameters", self)
        self._empty = Wrapped(
            "Instances can set nothing yet. Add a parameter, then use its name in a node: dim * 4.",
            "secondary",
            self._section,
        )
        self._section.body.addWidget(self._empty)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._section.body.addLayout(self._rows)
        self.params: dict[str, ParamEditor] = {}
        self._add_button()
        self.column.addWidget(self._section)
        self.cards = self.problems()
        self.column.addStretch(1)

    def fill(self, tab: Tab) -> None:
        """Show the definition whose graph a document shows."""
        group = tab.network.groups[tab.group]
        other = self.tab is not tab or self._group != group.id
        self.tab, self._group = tab, group.id
        count = instances_of(tab.network, group.id)
        sentence = f"Changes here go to {counted(count, 'instance')}."
        self.head.put(group.title or group.id, sentence, GROUP_PREFIX, GROUP_COLOUR, "Group")
        self._name.set_taken(tab.network.groups)
        self._name.put(group.id)
        self.title.fill({"title": group.title} if group.title else {})
        self.doc.put(group.doc)
        self._put_params(group, anew=other)
        self.cards.put(
            [d for d in tab.report.diagnostics if d.where.group == group.id and not d.where.node]
        )

    def _add_button(self) -> None:
        button = QPushButton("Add parameter", self._section)
        button.setProperty("role", "small")
        sentence = "Add a number that every instance can set."
        introduce(button, "Add parameter", sentence, "add_parameter")
        button.clicked.connect(self._on_added)
        line = QHBoxLayout()
        line.addWidget(button)
        line.addStretch(1)
        self._section.body.addLayout(line)

    def _put_params(self, group: Group, *, anew: bool) -> None:
        names = [param.name for param in group.params]
        if anew or list(self.params) != names:
            # A parameter that was renamed keeps its place, and with it the focus.
            renamed = len(names) == len(self.params) and not anew
            if not renamed:
                self._rebuild(names)
            else:
                self.params = dict(zip(names, self.params.values(), strict=True))
        self._empty.setVisible(not names)
        for param in group.params:
            self.params[param.name].put(param, names)

    def _rebuild(self, names: list[str]) -> None:
        for editor in self.params.values():
            self._rows.removeWidget(editor)
            editor.hide()
            editor.deleteLater()
        self.params = {}
        for name in names:
            editor = self.params[name] = ParamEditor(self._section)
            editor.changed.connect(self._on_param)
            editor.renamed.connect(self._on_param_renamed)
            editor.removed.connect(self._on_removed)
            editor.ended.connect(self.seal)
            self._rows.addWidget(editor)

    def _on_renamed(self, new: object) -> None:
        old, name = self._group, str(new)
        self.do(f"Rename group {old} to {name}", lambda n: edits.rename_group(n, old, name))

    def _on_title(self, _name: str, value: object) -> None:
        group, text = self._group, str(value)
        self.do(
            "Set a group's title",
            lambda n: edits.set_group_info(n, group, title=text),
            f"group_title:{group}",
        )

    def _on_doc(self, text: str) -> None:
        group = self._group
        self.do(
            "Describe a group",
            lambda n: edits.set_group_info(n, group, doc=text),
            f"group_doc:{group}",
        )

    def _on_added(self) -> None:
        group = self._group
        name = _free("size", set(self.params))
        param = GroupParam(name, 64, min=1)
        self.do(f"Add parameter {name}", lambda n: edits.set_group_param(n, group, param))

    def _on_param(self, param: GroupParam) -> None:
        group = self._group
        self.do(
            f"Change parameter {param.name}",
            lambda n: edits.set_group_param(n, group, param),
            f"group_param:{group}:{param.name}",
        )

    def _on_param_renamed(self, old: str, new: str) -> None:
        group = self._group
        self.do(
            f"Rename parameter {old} to {new}",
            lambda n: edits.rename_group_param(n, group, old, new),
        )

    def _on_removed(self, name: str) -> None:
        group = self._group
        self.do(f"Remove parameter {name}", lambda n: edits.remove_group_param(n, group, name))


class ParamEditor(QWidget):
    """A parameter of a group: its name, default, limits and text.

    Attributes:
        changed: Told with the parameter as it should be.
        renamed: Told with the old and the new name.
        removed: Told with the name.
        ended: The next edit is a step of its own.
    """

    changed = Signal(object)
    renamed = Signal(str, str)
    removed = Signal(str)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._param = GroupParam("", 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.name = NameField("parameter", self)
        self._row = Row(self.name, "name", self)
        self._row.reset.hide()
        remove = self.remove = IconButton("close", self, side=22)
        remove.setText("\N{MULTIPLICATION SIGN}")
        introduce(remove, "Remove parameter", "Remove this parameter.", "remove_parameter")
        remove.clicked.connect(self._on_removed)
        self._row.add_button(remove)
        column.addWidget(self._row)
        self.form = Form(_Limits.params, self, marks=False)
        self.form.edited.connect(self._on_edited)
        self.form.ended.connect(self.ended)
        column.addWidget(self.form)
        self.name.edited.connect(self._on_renamed)

    def put(self, param: GroupParam, names: list[str]) -> None:
        """Show a parameter."""
        self._param = param
        self.setObjectName(f"param_{param.name}")
        self.remove.setAccessibleName(f"Remove {param.name}")
        self.name.set_taken(names)
        self.name.put(param.name)
        limits = {"min": param.min, "max": param.max}
        shown: dict[str, Any] = {k: _whole(v) for k, v in limits.items() if v is not None}
        self.form.fill({**shown, "default": param.default, "doc": param.doc})

    def _on_edited(self, name: str, value: Any) -> None:
        if isinstance(value, float):
            value = _whole(value)
        param = replace(self._param, **{name: value})
        try:
            declared(param).accept(param.default)
        except ValueError as error:
            self.form.rows[name].set_problem(str(error))
            return
        self._param = param  # the next edit may come before the document has told of this one
        self.form.rows[name].set_problem("")
        self.changed.emit(param)

    def _on_renamed(self, new: object) -> None:
        self.renamed.emit(self._param.name, str(new))

    def _on_removed(self) -> None:
        self.removed.emit(self._param.name)


def instances_of(network: Network, group: str) -> int:
    """Return how many nodes are instances of a definition."""
    return sum(
        node.group == group for _, graph in network.graphs() for node in graph.nodes.values()
    )


def _whole(value: float) -> int | float:
    """A number without a fraction stands for a whole number, as a document tells them apart."""
    return int(value) if float(value).is_integer() else value


def _free(name: str, taken: set[str]) -> str:
    number = 1
    while (found := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return found
