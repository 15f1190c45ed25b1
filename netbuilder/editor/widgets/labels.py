"""Labels of plain text: cut where there is no room, and wrapped where there is."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class Plain(QLabel):
    """Text that is shown as it is, never as markup."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setText(text)


class Wrapped(Plain):
    """Text over as many lines as it needs; long words are broken rather than widening a panel."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, role, parent)
        self.setWordWrap(True)
        self.setMinimumWidth(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show a text; very long words can be broken anywhere."""
        super().setText(_breakable(text))


class Cut(Plain):
    """Text on one line, with an ellipsis where there is no room for all of it."""

    def __init__(
        self,
        text: str = "",
        role: str = "",
        parent: QWidget | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        super().__init__(text, role, parent)
        self._quiet = quiet
        self.setMinimumWidth(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_quiet(self, *, quiet: bool) -> None:
        """Draw it in the colour of what is read next, or first."""
        self._quiet = quiet
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a letter or two."""
        return QSize(16, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much as there is room for."""
        painter = QPainter(self)
        palette = QGuiApplication.palette() if self._quiet else self.palette()
        role = QPalette.ColorRole.PlaceholderText if self._quiet else self.foregroundRole()
        painter.setPen(palette.color(role))
        place: QRect = self.contentsRect()
        said = self.fontMetrics().elidedText(
            self.text().replace("\n", " "), Qt.TextElideMode.ElideRight, place.width()
        )
        painter.drawText(place, int(self.alignment() | Qt.TextFlag.TextSingleLine), said)
        painter.end()


_LONGEST = 24
_BREAK = "\N{ZERO WIDTH SPACE}"


def _breakable(text: str) -> str:
    words = text.split(" ")
    if all(len(word) <= _LONGEST for word in words):
        return text
    return " ".join(
        word
        if len(word) <= _LONGEST
        else _BREAK.join(word[i : i + _LONGEST // 2] for i in range(0, len(word), _LONGEST // 2))
        for word in words
    )
