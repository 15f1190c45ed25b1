"""The steps of a preprocessing in the data window: added, ordered, set and taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from netbuilder.check.fields import Fields
from netbuilder.data.source import DataError
from netbuilder.data.steps import STEP, STEPS, read_steps
from netbuilder.editor.dialogs.step_edits import fields_for
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.icon_button import IconButton
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.section import Heading
from netbuilder.editor.widgets.tips import introduce

_SIDE = 22


class StepRow(QWidget):
    """One step: what it is, what it is done to, and its settings, which unfold.

    Args:
        kind: Which step.
        parent: The widget around it.

    Attributes:
        edited: Told with the name of a setting and its value.
        restored: Told with the name of a setting whose default is wanted back.
        moved: Told with -1 or 1.
        removed: Told when it is not wanted any more.
        ended: The next edit is a step of its own.
    """

    edited = Signal(str, object)
    restored = Signal(str)
    moved = Signal(int)
    removed = Signal()
    ended = Signal()

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        known = STEPS.get(kind)
        title = known.title if known else kind or "unknown step"
        self.heading = Heading(title, self, folds=True)
        self.heading.clicked.connect(self._on_folded)
        self.up = self._button(
            "chevron_up", f"Do {title} earlier", "Change places with the step before."
        )
        self.down = self._button(
            "chevron_down", f"Do {title} later", "Change places with the step after."
        )
        self.remove = self._button("close", f"Remove {title}", "Take the step out.")
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.remove.clicked.connect(self.removed)
        self.doc = Wrapped(
            known.doc if known else "There is no such step here; it is kept.", "secondary"
        )
        self.form = Form(known.params if known else {}, self)
        self.form.edited.connect(self.edited)
        self.form.restored.connect(self.restored)
        self.form.ended.connect(self.ended)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.heading, 1)
        for button in (self.up, self.down, self.remove):
            line.addWidget(button)
        self.holder = QWidget(self)
        inside = QVBoxLayout(self.holder)
        inside.setContentsMargins(14, 2, 0, 6)
        inside.addWidget(self.doc)
        inside.addWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.holder)
        self.fold(folded=True)

    @property
    def is_folded(self) -> bool:
        """Whether the settings are hidden."""
        return not self.heading.isChecked()

    def fold(self, *, folded: bool) -> None:
        """Hide or show the settings."""
        self.heading.setChecked(not folded)
        self.holder.setVisible(not folded)

    def put(self, step: Mapping[str, Any], *, first: bool, last: bool) -> None:
        """Show a step as it is written."""
        self.form.fill({name: value for name, value in step.items() if name != STEP})
        try:
            summary = read_steps([step])[0].summary()
        except DataError:
            summary = ""
        self.heading.set_remark(summary)
        self.up.setEnabled(not first)
        self.down.setEnabled(not last)

    def suggest(self, fields: Fields, columns: Mapping[str, Sequence[str]], field: str) -> None:
        """Offer fields, and the columns of the one that is chosen."""
        if self.kind in STEPS:
            self.form.suggest("field", fields_for(self.kind, fields))
            self.form.suggest("columns", tuple(columns.get(field, ())))
            if field in fields:
                self.form.suggest("order", fields[field].classes)

    def _button(self, icon: str, title: str, sentence: str) -> IconButton:
        button = IconButton(icon, self, side=_SIDE)
        introduce(button, title, sentence, f"step_{icon}")
        return button

    def _on_folded(self) -> None:
        self.holder.setVisible(not self.is_folded)

    def _on_up(self) -> None:
        self.moved.emit(-1)

    def _on_down(self) -> None:
        self.moved.emit(1)


class StepList(QWidget):
    """All steps in order, with a button for one more.

    It shows what ``fill`` tells it and keeps no values.

    Attributes:
        rows: One a step.
        added: Told with the kind of a step that is wanted at the end.
        edited: Told with the place of a step, the name of a setting and its value.
        restored: Told with the place and the name of a setting whose default is wanted back.
        moved: Told with the place, and -1 for earlier or 1 for later.
        removed: Told with the place.
        ended: The next edit is a step of its own.
    """

    added = Signal(str)
    edited = Signal(int, str, object)
    restored = Signal(int, str)
    moved = Signal(int, int)
    removed = Signal(int)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[StepRow] = []
        self._chosen = False  # whether one was just asked for
        self._steps: list[dict[str, Any]] = []
        self._fields: Fields = {}
        self._columns: Mapping[str, Sequence[str]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.empty = Wrapped(
            "The network takes the numbers as they are. Steps are fitted to the training samples and go "
            "with every export.",
            "secondary",
            self,
        )
        self._column.addWidget(self.empty)
        self.add = QPushButton("Add step", self)
        self.add.setProperty("role", "small")
        self.add.setAutoDefault(False)
        introduce(self.add, "Add step", "Scale numbers, fill gaps, encode categories.", "add_step")
        self.add.clicked.connect(self._on_add)
        line = QHBoxLayout()
        line.addWidget(self.add)
        line.addStretch(1)
        self._column.addLayout(line)

    @property
    def fields(self) -> Fields:
        """The fields that are offered."""
        return self._fields

    def fill(self, steps: list[dict[str, Any]]) -> None:
        """Show steps; the settings of one that was just chosen are unfolded."""
        before, kinds = [row.kind for row in self.rows], [str(step.get(STEP, "")) for step in steps]
        self._steps = steps
        if kinds != before:
            self._rebuild(kinds, unfold=self._chosen and len(kinds) > len(before))
        self._chosen = False
        self.empty.setVisible(not steps)
        for place, (row, step) in enumerate(zip(self.rows, steps, strict=True)):
            row.put(step, first=place == 0, last=place == len(steps) - 1)
        self._suggest()

    def suggest(self, fields: Fields, columns: Mapping[str, Sequence[str]] | None = None) -> None:
        """Offer fields; with them the columns they are made of, where these are known."""
        self._fields = fields
        if columns is not None:
            self._columns = columns
        self._suggest()

    def _suggest(self) -> None:
        for row, step in zip(self.rows, self._steps, strict=True):
            row.suggest(self._fields, self._columns, str(step.get("field", "")))

    def _rebuild(self, kinds: list[str], *, unfold: bool) -> None:
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for place, kind in enumerate(kinds):
            row = StepRow(kind, self)
            row.edited.connect(self._on_edited)
            row.restored.connect(self._on_restored)
            row.moved.connect(self._on_moved)
            row.removed.connect(self._on_removed)
            row.ended.connect(self.ended)
            self._column.insertWidget(place, row)
            self.rows.append(row)
        if unfold:
            self.rows[-1].fold(folded=False)

    def _on_add(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("steps")
        menu.setToolTipsVisible(True)
        for kind, step in STEPS.items():
            action = menu.addAction(step.title)
            action.setData(kind)
            action.setToolTip(step.doc)
            action.setEnabled(not self._fields or bool(fields_for(kind, self._fields)))
        menu.triggered.connect(self._on_chosen)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    def _on_chosen(self, action: Any) -> None:
        self._chosen = True
        self.added.emit(action.data())

    def _place(self) -> int:
        return self.rows.index(self.sender())  # type: ignore[arg-type]

    def _on_edited(self, name: str, value: object) -> None:
        self.edited.emit(self._place(), name, value)

    def _on_restored(self, name: str) -> None:
        self.restored.emit(self._place(), name)

    def _on_moved(self, by: int) -> None:
        self.moved.emit(self._place(), by)

    def _on_removed(self) -> None:
        self.removed.emit(self._place())
