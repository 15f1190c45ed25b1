"""What a sanity test says, as a card in the window of the tests."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.dialogs.rate_curve import RateCurve
from netbuilder.editor.icons import pixmap
from netbuilder.editor.look import Look
from netbuilder.editor.widgets.flow import Flow
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.training.sanity.finding import Finding, Test

_ICONS = {"ok": "check", "warning": "warning", "bad": "error", "skipped": "minus", "": "dot"}
_WORDS = {"ok": "Fine", "warning": "Warning", "bad": "Fault", "skipped": "Not tested", "": ""}
_ICON = QSize(16, 16)


class FindingCard(QFrame):
    """One test: what it does before it was made, how far it is, and what it found.

    Attributes:
        node_wanted: The path of a node that is to be shown.
        rate_wanted: A learning rate that is to go into the recipe.
        finding: What it found; None before.
    """

    node_wanted = Signal(str)
    rate_wanted = Signal(float)

    def __init__(self, test: Test, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._test, self._look = test, look
        self.finding: Finding | None = None
        self.setProperty("role", "card")
        self.setObjectName(f"test_{test.name}")
        self.setAccessibleName(test.title)
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON)
        self._title = Plain(test.title, "number")
        self._word = Plain("", "secondary")
        self.sentence = Wrapped(test.about)
        self.hint = Wrapped("", "secondary")
        self.hint.setObjectName("way_out")
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setAccessibleName(f"Progress of the test {test.title}")
        self.curve = RateCurve()
        self.use = QPushButton()
        self.use.setAutoDefault(False)
        about = "Put the suggested learning rate into the recipe; it can be undone."
        introduce(self.use, "Use the suggested rate", about, "use_rate")
        self.use.clicked.connect(self._on_use)
        self._places = QWidget()
        self._nodes = Flow(self._places)
        self._lay_out()
        look.changed.connect(self._draw_icon)
        self.clear()

    def clear(self) -> None:
        """Show what the test does; nothing is known."""
        self.finding = None
        self.sentence.setText(self._test.about)
        self._word.setText("")
        for part in (self.hint, self._bar, self.curve, self.use, self._places):
            part.hide()
        self._draw_icon()

    def progress(self, share: float) -> None:
        """Show that it is being made."""
        self._bar.setValue(round(share * 100))
        self._bar.show()

    def rest(self) -> None:
        """Show that nothing is going on any more."""
        self._bar.hide()

    def put(self, found: Finding, nodes: tuple[str, ...]) -> None:
        """Show what it found.

        Args:
            found: It.
            nodes: Those of its nodes that can be shown.
        """
        self.finding = found
        self._bar.hide()
        self.sentence.setText(_as_sentence(found))
        self._word.setText(_WORDS[found.status])
        self.hint.setText(f"Way out: {found.hint}." if found.hint else "")
        self.hint.setVisible(bool(found.hint))
        self._put_nodes(nodes)
        suggested = found.numbers.get("suggestion")
        mine = found.numbers.get("learning_rate")
        self.curve.setVisible(len(found.curve) > 1 and mine is not None)
        if found.curve and mine is not None:
            self.curve.put(found.curve, suggested, mine)
        self.use.setVisible(suggested is not None)
        self.use.setText(f"Use {suggested:.2g}" if suggested is not None else "")
        self._draw_icon()

    def mark_used(self, rate: float) -> None:
        """Let the button be pressed only where it would change something."""
        suggested = self.finding.numbers.get("suggestion") if self.finding else None
        self.use.setEnabled(suggested is not None and rate != suggested)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._word)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        for part in (self.sentence, self.hint, self._bar, self._places, self.curve):
            column.addWidget(part)
        column.addWidget(self.use, 0, Qt.AlignmentFlag.AlignLeft)

    def _put_nodes(self, nodes: tuple[str, ...]) -> None:
        while (item := self._nodes.takeAt(0)) is not None:
            there = item.widget()
            if there is not None:
                there.hide()
                there.deleteLater()
        for path in nodes:
            button = QPushButton(path, self._places)
            button.setProperty("role", "small")
            button.setProperty("path", path)
            button.setAutoDefault(False)
            introduce(button, f"Show {path}", f"Show the node {path} on the canvas.", "show_node")
            button.clicked.connect(self._on_node)
            self._nodes.addWidget(button)
        self._places.setVisible(bool(nodes))

    def _draw_icon(self) -> None:
        theme = self._look.theme
        status = self.finding.status if self.finding else ""
        colours = {"ok": theme.ok, "warning": theme.warning, "bad": theme.error}
        colour = colours.get(status, theme.tertiary)
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(pixmap(_ICONS[status], colour, _ICON.width(), ratio))

    def _on_node(self) -> None:
        pressed = self.sender()
        if pressed is not None:
            self.node_wanted.emit(str(pressed.property("path")))

    def _on_use(self) -> None:
        suggested = self.finding.numbers.get("suggestion") if self.finding else None
        if suggested is not None:
            self.rate_wanted.emit(suggested)


def _as_sentence(found: Finding) -> str:
    """Begin with a capital letter, unless it begins with the name of a node."""
    text = found.sentence
    if text.partition(" ")[0].rstrip(",") not in found.nodes:
        text = f"{text[:1].upper()}{text[1:]}"
    return f"{text}."
