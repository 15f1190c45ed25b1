"""How large a window opens: as large as it likes, but not larger than the one it belongs to."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

_MARGIN = 72  # px for the frames of both windows
_LEAST = 560, 400  # px, width and height; in a small window it may stand out


def open_at(window: QWidget, width: int, height: int) -> None:
    """Give a window its first size, in px; what it holds scrolls where it is less than it needs."""
    parent = window.parentWidget()
    if parent is not None:
        outer = parent.window().size()
        width = min(width, max(outer.width() - _MARGIN, _LEAST[0]))
        height = min(height, max(outer.height() - _MARGIN, _LEAST[1]))
    window.resize(width, height)
