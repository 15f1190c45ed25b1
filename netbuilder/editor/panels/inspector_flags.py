"""What every node has beside its parameters: bypass, frozen, and a note."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from netbuilder.editor.widgets.paragraph import Paragraph
from netbuilder.editor.widgets.tips import introduce

_SENTENCES = {
    "bypass": "Let the first input go straight to the first output.",
    "frozen": "Keep the weights as they are in training.",
}


class Flags(QWidget):
    """Two ticks and a note.

    Attributes:
        switched: Told with ``bypass`` or ``frozen`` and whether it is on.
        noted: Told with the note while it is typed.
        ended: The next edit is a step of its own.
    """

    switched = Signal(str, bool)
    noted = Signal(str)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None, *, notes: bool = True) -> None:
        super().__init__(parent)
        column = self._column = QVBoxLayout(self)
        # They belong to no section of the form above, which may end with one that is folded.
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(8)
        rule = QFrame(self)
        rule.setProperty("role", "line")
        rule.setFixedHeight(1)
        column.addWidget(rule)
        line = QHBoxLayout()
        line.setSpacing(16)
        self.boxes: dict[str, QCheckBox] = {}
        for name, sentence in _SENTENCES.items():
            box = QCheckBox(name, self)
            introduce(box, name, sentence, f"flag_{name}")
            box.clicked.connect(self._on_clicked)
            line.addWidget(box)
            self.boxes[name] = box
        line.addStretch(1)
        column.addLayout(line)
        self.note = Paragraph(self, least=1)
        self.note.setPlaceholderText("Note")
        introduce(self.note, "Note", "A remark for people; it is kept in the document.", "note")
        self.note.edited.connect(self.noted)
        self.note.ended.connect(self.ended)
        self.note.setVisible(notes)
        column.addWidget(self.note)

    def put_first(self, rows: QWidget) -> None:
        """Put rows between the line and the ticks."""
        self._column.insertWidget(1, rows)

    def put(self, on: Collection[str], mixed: Collection[str] = (), note: str = "") -> None:
        """Show which flags are on, in which several nodes differ, and the note."""
        for name, box in self.boxes.items():
            blocked = QSignalBlocker(box)
            box.setTristate(name in mixed)
            state = Qt.CheckState.Checked if name in on else Qt.CheckState.Unchecked
            box.setCheckState(Qt.CheckState.PartiallyChecked if name in mixed else state)
            blocked.unblock()
        self.note.put(note)

    def _on_clicked(self) -> None:
        for name, box in self.boxes.items():
            if box is self.sender():
                box.setTristate(False)
                self.switched.emit(name, box.checkState() != Qt.CheckState.Unchecked)
