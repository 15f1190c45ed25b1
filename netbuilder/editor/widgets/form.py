"""A form made from declared parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from netbuilder.editor.widgets.fields import field_for
from netbuilder.editor.widgets.reading import Names, is_default
from netbuilder.editor.widgets.row import Row
from netbuilder.editor.widgets.section import Section
from netbuilder.node_api.params import Param

_SPACING = 6
_NOTHING: Mapping[str, Any] = {}


class Form(QWidget):
    """Fields for declared parameters, those of a group under a heading of its own.

    It shows what ``fill`` tells it and keeps no values. Whoever listens to ``edited`` changes the
    document and fills the form anew.

    Args:
        params: What is edited, by name.
        parent: The widget around it.
        folded: Titles of the groups that begin folded.
        lines: Whether groups begin with a line.
        marks: Whether values that differ from the default are marked and can be restored.

    Attributes:
        rows: By name.
        edited: Told with a name and a value that the parameter takes, while it is typed.
        restored: Told with the name of a parameter whose default is wanted back.
        ended: The next edit is a step of its own.
        menu_opening: Told with a name and a menu before it is shown.
        folded: Told with the title of a group and whether it is folded now.
    """

    edited = Signal(str, object)
    restored = Signal(str)
    ended = Signal()
    menu_opening = Signal(str, object)  # QMenu
    folded = Signal(str, bool)

    def __init__(
        self,
        params: Mapping[str, Param[Any]],
        parent: QWidget | None = None,
        *,
        folded: Collection[str] = (),
        lines: bool = True,
        marks: bool = True,
    ) -> None:
        super().__init__(parent)
        self.params = params
        self.rows: dict[str, Row] = {}
        self.sections: dict[str, Section] = {}
        self._marks = marks
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_SPACING)
        for name, param in _by_group(params):
            row = self._row(name, param)
            self.rows[name] = row
            self._body(param.group, lines=lines).addWidget(row)
        self.fold(folded)

    def fill(
        self,
        written: Mapping[str, Any],
        problems: Mapping[str, str] = _NOTHING,
        mixed: Collection[str] = (),
    ) -> None:
        """Show values.

        Args:
            written: What is set, by name; the others show their defaults.
            problems: Sentences of the check, by name.
            mixed: Names of parameters in which several things differ.
        """
        for name, row in self.rows.items():
            param = self.params[name]
            value = written.get(name, param.default)
            row.field.put(value, mixed=name in mixed)
            other = name in mixed or (name in written and not is_default(param, value))
            row.set_changed(changed=self._marks and other)
            row.set_problem(problems.get(name, ""))
        for title, section in self.sections.items():
            count = sum(r.is_changed for n, r in self.rows.items() if self.params[n].group == title)
            section.heading.set_remark(f"{count} changed" if count and section.is_folded else "")

    def add_section(self, title: str, after: str) -> QVBoxLayout:
        """Put a section of other things behind the one of a group, and return what it is filled by."""
        section = Section(title, self, folds=True)
        section.folded.connect(self._on_folded)
        place = self._column.indexOf(self.sections[after])
        self._column.insertWidget(place + 1, section)
        self.sections[title] = section
        return section.body

    def fold(self, titles: Collection[str]) -> None:
        """Fold these groups, and unfold the others."""
        for title, section in self.sections.items():
            section.fold(folded=title in titles)

    def forget(self) -> None:
        """Drop what was typed and not taken: something else is shown from now on."""
        for row in self.rows.values():
            row.field.forget()

    def set_names(self, names: Names) -> None:
        """Say which names expressions may use, with a number for each."""
        for row in self.rows.values():
            row.field.names = names

    def set_folder(self, folder: Path | None) -> None:
        """Say where relative paths start."""
        for row in self.rows.values():
            row.field.folder = folder

    def suggest(self, name: str, words: tuple[str, ...]) -> None:
        """Offer words for a parameter."""
        if name in self.rows:
            self.rows[name].field.suggest(words)

    def focus(self, name: str) -> None:
        """Let a parameter be typed; its group is unfolded."""
        row = self.rows.get(name)
        if row is not None:
            section = self.sections.get(row.field.param.group)
            if section is not None:
                section.fold(folded=False)
            row.field.setFocus()

    def _row(self, name: str, param: Param[Any]) -> Row:
        field = field_for(param, self)
        row = Row(field, name, self)
        row.setObjectName(f"row_{name}")
        field.edited.connect(self._on_edited)
        field.ended.connect(self.ended)
        row.restored.connect(self._on_restored)
        row.menu_opening.connect(self._on_menu)
        return row

    def _body(self, group: str, *, lines: bool) -> QVBoxLayout:
        if not group:
            return self._column
        if group not in self.sections:
            # What stands at the top of a form needs no line above it.
            first = self._column.count() == 0
            section = Section(group, self, folds=True, line=lines and not first)
            section.body.setSpacing(_SPACING)
            section.folded.connect(self._on_folded)
            self.sections[group] = section
            self._column.addWidget(section)
        return self.sections[group].body

    def _on_edited(self, value: object) -> None:
        name = _name_of(self.sender())
        if name:
            self.edited.emit(name, value)

    def _on_restored(self) -> None:
        name = _name_of(self.sender())
        if name:
            self.restored.emit(name)

    def _on_menu(self, menu: QMenu) -> None:
        name = _name_of(self.sender())
        if name:
            self.menu_opening.emit(name, menu)

    def _on_folded(self, folded: bool) -> None:
        section = self.sender()
        if isinstance(section, Section):
            self.folded.emit(section.title, folded)


def _name_of(sender: object) -> str:
    if isinstance(sender, Row):
        return sender.name
    param = getattr(sender, "param", None)
    return param.name if isinstance(param, Param) else ""


def _by_group(params: Mapping[str, Param[Any]]) -> list[tuple[str, Param[Any]]]:
    """The parameters, those without a group first: they stand above all headings."""
    return sorted(params.items(), key=lambda item: bool(item[1].group))
