"""The button in the top bar that says what is trained on: the source, and how large its parts are."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QWidget

from netbuilder.app.figures import scaled
from netbuilder.app.samples import Preview
from netbuilder.app.summaries import data_title
from netbuilder.editor.looking import Data
from netbuilder.editor.workspace import Workspace

_LATER = 700  # ms; a document that was just opened, or is being edited, is shown first
_MOST = 140  # px of a source's name
_EXACT = 10_000  # samples; larger parts are said in thousands
_GAP = 7  # px
_SEPARATOR = " / "
_SPOKEN = {"train": "to train on", "val": "to validate", "test": "to test"}


class DataButton(QPushButton):
    """``Data: Digits  1,257 / 270 / 270``; the sizes come as soon as somebody has looked."""

    def __init__(
        self, workspace: Workspace, action: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._action = workspace, action
        self._data: Data | None = None
        self._source, self._sizes = "", ""
        self._says = "sizes"
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_LATER)
        self._soon.timeout.connect(self._look)
        self.setObjectName("run.data")
        self.setAccessibleName("Data")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(action.trigger)
        workspace.opened.connect(self._on_opened)
        workspace.looking.seen.connect(self._on_seen)
        workspace.looking.failed.connect(self._on_seen)
        self.refresh()

    def refresh(self) -> None:
        """Show the data of the shown document; sizes that nobody knows yet are asked for."""
        tab = self._workspace.current
        if tab is None:
            self._data = None
            self._soon.stop()
            return
        data = tab.network.data
        name = str(data.get("source") or "")
        now = Data.of(data, tab.session.folder) if name else None
        if now is None or now != self._data:
            self._data = now
            if now is None:
                self._soon.stop()
            elif self._workspace.looking.known(now) is None:
                self._soon.start()
        self._show(name)

    def say(self, what: Literal["sizes", "source", "nothing"]) -> None:
        """Say the sizes too, the source alone, or only what the button is for."""
        if what != self._says:
            self._says = what
            self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the source as any button's text, and the sizes quietly behind it."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""  # type: ignore[attr-defined]
        painter = QPainter(self)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setFont(self.font())
        rect = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self)
        metrics = self.fontMetrics()
        wide = [metrics.horizontalAdvance(text) for text in (self._source, self._sizes)]
        gap = _GAP if self._sizes else 0
        left = rect.center().x() + 1 - (sum(wide) + gap) // 2
        theme = self._workspace.look.theme
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.setPen(QColor(theme.text))
        painter.drawText(QRect(left, rect.y(), wide[0] + 1, rect.height()), flags, self._source)
        painter.setPen(QColor(theme.secondary))
        left += wide[0] + gap
        painter.drawText(QRect(left, rect.y(), wide[1] + 1, rect.height()), flags, self._sizes)
        painter.end()

    def _show(self, name: str) -> None:
        found = self._workspace.looking.known(self._data) if self._data is not None else None
        sizes = found.sizes if isinstance(found, Preview) else {}
        title = data_title({"source": name}) or "choose\N{HORIZONTAL ELLIPSIS}"
        end = Qt.TextElideMode.ElideRight
        short = self.fontMetrics().elidedText(title, end, _MOST)
        self._source = "Data" if self._says == "nothing" else f"Data: {short}"
        shown = sizes.values() if self._says == "sizes" else ()
        self._sizes = _SEPARATOR.join(_short(size) for size in shown)
        text = f"{self._source}  {self._sizes}".rstrip()
        if text != self.text():
            self.setText(text)
        spoken = ", ".join(f"{size:,} {_SPOKEN.get(part, part)}" for part, size in sizes.items())
        self.setAccessibleDescription(spoken)
        tip = self._action.toolTip()
        self.setToolTip(f"{tip}\n{title}: {spoken}." if spoken else tip)

    def _look(self) -> None:
        if self._data is not None:
            self._workspace.looking.look(self.objectName(), self._data)

    def _on_opened(self) -> None:
        self._soon.start()  # its files may have changed since the last look

    def _on_seen(self, data: Data) -> None:
        if data == self._data:
            self.refresh()


def _short(size: int) -> str:
    number, letter = scaled(size, exact_below=_EXACT)
    return f"{number}{letter}"
