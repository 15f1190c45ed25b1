"""Diagnostics as cards: what is wrong, the way out, and a button for each fix."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.check.codes import CODES
from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.editor.widgets.flow import Flow
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce

_MOST = 20


class ProblemCards(QWidget):
    """A card for each finding.

    Attributes:
        fix_wanted: Told with the fix whose button was pressed.
    """

    fix_wanted = Signal(object)  # Fix

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.setSpacing(8)
        self._cards: list[_Card] = []
        self._more = Wrapped("", "secondary", self)
        self._column.addWidget(self._more)
        self._told: tuple[object, ...] = ()
        self.hide()

    def put(self, found: Sequence[Diagnostic]) -> None:
        """Show these findings; cards of the same ones stay, so that no button moves away."""
        told = tuple((d.code, d.message, d.where, tuple(f.title for f in d.fixes)) for d in found)
        if told == self._told:
            for card, diagnostic in zip(self._cards, found, strict=False):
                card.fixes = diagnostic.fixes
            return
        self._told = told
        for card in self._cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [_Card(one, self) for one in found[:_MOST]]
        for index, card in enumerate(self._cards):
            card.fix_wanted.connect(self.fix_wanted)
            self._column.insertWidget(index, card)
        left = len(found) - len(self._cards)
        self._more.setText(f"{left} more in the list of problems." if left else "")
        self._more.setVisible(left > 0)
        self.setVisible(bool(found))


class _Card(QFrame):
    fix_wanted = Signal(object)

    def __init__(self, found: Diagnostic, parent: QWidget) -> None:
        super().__init__(parent)
        self.fixes: tuple[Fix, ...] = found.fixes
        self.setProperty("role", found.severity)
        self.setObjectName(f"problem_{found.code}")
        known = CODES.get(found.code)
        self.setAccessibleName(f"{found.severity} {found.code}: {found.message}")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(6)
        title = Wrapped(known.title if known else found.code, "strong", self)
        font = title.font()
        font.setWeight(font.Weight.DemiBold)
        title.setFont(font)
        head.addWidget(title, 1)
        code = Plain(found.code, "secondary", self)
        code.setToolTip(f"{found.severity.capitalize()} {found.code}")
        head.addWidget(code, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(_text(_sentence(found.message), self))
        if found.hint:
            advice = found.hint[:1].upper() + found.hint[1:]  # it begins with what to do
            column.addWidget(_text(_sentence(advice), self))
        if found.fixes:
            column.addSpacing(2)
            column.addLayout(self._buttons())

    def _buttons(self) -> Flow:
        flow = Flow()
        for index, fix in enumerate(self.fixes):
            title = fix.title[:1].upper() + fix.title[1:]
            button = QPushButton(title.replace("&", "&&"), self)
            button.setProperty("role", "small")
            button.setProperty("index", index)
            sentence = f"{title}. One step that can be undone."
            introduce(button, f"Fix: {fix.title}", sentence, f"fix_{index}")
            button.clicked.connect(self._on_clicked)
            flow.addWidget(button)
        return flow

    def _on_clicked(self) -> None:
        button = self.sender()
        index = button.property("index") if isinstance(button, QPushButton) else None
        if isinstance(index, int) and index < len(self.fixes):
            self.fix_wanted.emit(self.fixes[index])


def _text(text: str, parent: QWidget) -> Wrapped:
    label = Wrapped(text, "secondary", parent)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _sentence(text: str) -> str:
    """Return a text with a full stop; it may begin with a name, which keeps its small letter."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
