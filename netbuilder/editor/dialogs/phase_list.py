"""The phases of a training in the recipe's window: added, set and taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.editor.dialogs.phase_edits import span, summary
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.icon_button import IconButton
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.section import Heading
from netbuilder.editor.widgets.tips import introduce
from netbuilder.node_api.params import ParamError
from netbuilder.training.phases import Phase

_SIDE = 22
_EMPTY = (
    "All nodes learn in all epochs. A phase freezes some in the first epochs: train a new head alone, "
    "then all together."
)


class PhaseRow(QWidget):
    """One phase: what it is in a line, and its settings, which unfold.

    Args:
        number: Its number, from 1.
        parent: The widget around it.

    Attributes:
        edited: Told with the name of a setting and its value.
        restored: Told with the name of a setting whose default is wanted back.
        removed: Told when it is not wanted any more.
        ended: The next edit is a step of its own.
    """

    edited = Signal(str, object)
    restored = Signal(str)
    removed = Signal()
    ended = Signal()

    def __init__(self, number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = f"Phase {number}"
        self.heading = Heading(title, self, folds=True)
        self.heading.clicked.connect(self._on_folded)
        self.remove = IconButton("close", self, side=_SIDE)
        introduce(self.remove, f"Remove {title}", "Take the phase out.", f"remove_phase_{number}")
        self.remove.clicked.connect(self.removed)
        self.form = Form(Phase.params, self)
        self.form.edited.connect(self.edited)
        self.form.restored.connect(self.restored)
        self.form.ended.connect(self.ended)
        self.said = Wrapped("", "secondary", self)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.heading, 1)
        line.addWidget(self.remove)
        self.holder = QWidget(self)
        inside = QVBoxLayout(self.holder)
        inside.setContentsMargins(14, 2, 0, 6)
        inside.addWidget(self.said)
        inside.addWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(line)
        column.addWidget(self.holder)
        self.fold(folded=True)

    def fold(self, *, folded: bool) -> None:
        """Hide or show the settings."""
        self.heading.setChecked(not folded)
        self._on_folded()

    def put(self, written: Mapping[str, Any], first: int, nodes: Sequence[str]) -> int:
        """Show a phase as it is written, and return the epoch that comes behind it.

        Args:
            written: Its settings.
            first: Its first epoch, counted from 1.
            nodes: What can be frozen.
        """
        self.form.fill(written)
        self.form.suggest("frozen", tuple(nodes))
        try:
            phase = Phase(written)
        except ParamError as error:
            self.said.setText(str(error))
            self.heading.set_remark("cannot be followed")
            return first
        last = first + phase.epochs - 1
        self.heading.set_remark(span(first, last))
        self.said.setText(f"{summary(phase)[0].upper()}{summary(phase)[1:]}.")
        return last + 1

    def _on_folded(self) -> None:
        self.holder.setVisible(self.heading.isChecked())


class PhaseList(QWidget):
    """All phases in order, with a button for one more.

    It shows what ``fill`` tells it and keeps no values.

    Attributes:
        rows: One a phase.
        added: One more is wanted at the end.
        edited: Told with the place of a phase, the name of a setting and its value.
        restored: Told with the place and the name of a setting whose default is wanted back.
        removed: Told with the place.
        ended: The next edit is a step of its own.
    """

    added = Signal()
    edited = Signal(int, str, object)
    restored = Signal(int, str)
    removed = Signal(int)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[PhaseRow] = []
        self._wanted = False  # whether one more was just asked for
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.empty = Wrapped(_EMPTY, "secondary", self)
        self._column.addWidget(self.empty)
        self.trouble = Wrapped("", "error", self)
        self.trouble.setObjectName("trouble_phases")
        self._column.addWidget(self.trouble)
        self.add = QPushButton("Add phase", self)
        self.add.setProperty("role", "small")
        self.add.setAutoDefault(False)
        introduce(
            self.add, "Add phase", "Freeze nodes for some epochs, at another pace.", "add_phase"
        )
        self.add.clicked.connect(self._on_add)
        line = QHBoxLayout()
        line.addWidget(self.add)
        line.addStretch(1)
        self._column.addLayout(line)

    def fill(
        self, phases: Sequence[Mapping[str, Any]], nodes: Sequence[str], problems: Sequence[str]
    ) -> None:
        """Show phases; the settings of one that was just added are unfolded.

        Args:
            phases: As they are written.
            nodes: What can be frozen.
            problems: What is wrong with them.
        """
        unfold = self._wanted and len(phases) > len(self.rows)
        while len(self.rows) > len(phases):
            row = self.rows.pop()
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        while len(self.rows) < len(phases):
            self._append()
        if unfold:
            self.rows[-1].fold(folded=False)
        self._wanted = False
        first = 1
        for row, phase in zip(self.rows, phases, strict=True):
            first = row.put(phase, first, nodes)
        self.empty.setVisible(not phases)
        self.trouble.setText("\n".join(problems))
        self.trouble.setVisible(bool(problems))

    def _append(self) -> None:
        row = PhaseRow(len(self.rows) + 1, self)
        row.edited.connect(self._on_edited)
        row.restored.connect(self._on_restored)
        row.removed.connect(self._on_removed)
        row.ended.connect(self.ended)
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)

    def _on_add(self) -> None:
        self._wanted = True
        self.added.emit()

    def _place(self) -> int:
        return self.rows.index(self.sender())  # type: ignore[arg-type]

    def _on_edited(self, name: str, value: object) -> None:
        self.edited.emit(self._place(), name, value)

    def _on_restored(self, name: str) -> None:
        self.restored.emit(self._place(), name)

    def _on_removed(self) -> None:
        self.removed.emit(self._place())
