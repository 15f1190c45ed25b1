"""The panels around the canvas: each in a dock that moves, floats and hides, and is made when first seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QVBoxLayout, QWidget


class _Bare(QWidget):
    """A title bar that takes no room."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Nothing; a plain widget's hint would be less than that."""
        return QSize(0, 0)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Nothing as well."""
        return QSize(0, 0)


@runtime_checkable
class Watchful(Protocol):
    """A panel that wants to know whether it is seen; Qt shows those behind other tabs, too."""

    def set_seen(self, seen: bool) -> None:
        """Take note that it came to the front, or is not seen any more."""


class Dock(QDockWidget):
    """A dock whose panel is made when it is first shown.

    Attributes:
        made: Told with the panel, once.
    """

    made = Signal(object)  # QWidget

    def __init__(
        self, name: str, title: str, make: Callable[[QWidget], QWidget], parent: QMainWindow
    ) -> None:
        super().__init__(title, parent)
        self.setObjectName(f"dock_{name}")
        self.setAccessibleName(title)
        self._make = make
        self.panel: QWidget | None = None
        self._holder = QWidget(self)
        self._holder.setObjectName("panel")
        self._holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self._holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.setWidget(self._holder)
        self._bare = _Bare(self)
        self.setTitleBarWidget(self._bare)
        self.visibilityChanged.connect(self._on_visible)
        self.topLevelChanged.connect(self._on_floating)

    def require(self) -> QWidget:
        """Return the panel; it is made if it is not there yet."""
        if self.panel is None:
            self.panel = self._make(self._holder)
            layout = self._holder.layout()
            assert layout is not None
            layout.addWidget(self.panel)
            self.made.emit(self.panel)
        return self.panel

    def bring(self) -> None:
        """Show it in front of the others, with its panel."""
        self.require()
        self.show()
        self.raise_()

    def _on_visible(self, visible: bool) -> None:
        if visible:
            self.require()
        panel: object = self.panel
        if isinstance(panel, Watchful):
            panel.set_seen(visible)

    def _on_floating(self, floating: bool) -> None:
        # A docked panel has no title bar, its tab names it; a floating one needs something to hold.
        self.setTitleBarWidget(None if floating else self._bare)  # type: ignore[arg-type]
