"""The theme in force: chosen in the settings or taken from the desktop."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from netbuilder.app.preferences import Preferences
from netbuilder.app.theme import THEMES, Theme


class Look(QObject):
    """Which colours hold, and whether things may move.

    Attributes:
        changed: Told when the colours, or whether things move, are others than before.
    """

    changed = Signal()

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        preferences.changed.append(self._on_setting)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_desktop)

    @property
    def is_dark(self) -> bool:
        """Whether the dark theme holds."""
        said = self._preferences.settings.theme
        if said != "system":
            return said == "dark"
        # A desktop that says nothing gets the dark theme, in which the figures were drawn first.
        return QGuiApplication.styleHints().colorScheme() != Qt.ColorScheme.Light

    @property
    def theme(self) -> Theme:
        """The colours."""
        return THEMES["dark" if self.is_dark else "light"]

    @property
    def motion(self) -> bool:
        """Whether things glide into place."""
        said = self._preferences.settings.motion
        if said != "system":
            return said == "on"
        style = QGuiApplication.styleHints()
        # Qt has no word for reduced motion; desktops that want it switch off blinking carets too.
        return style.cursorFlashTime() > 0

    def close(self) -> None:
        """Stop listening to the settings."""
        if self._on_setting in self._preferences.changed:
            self._preferences.changed.remove(self._on_setting)

    def _on_setting(self, name: str) -> None:
        if name in ("theme", "motion"):
            self.changed.emit()

    def _on_desktop(self) -> None:
        if self._preferences.settings.theme == "system":
            self.changed.emit()


def ui_font(px: int = 13, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the platform's font for text on the screen, with figures of one width."""
    font = QFont(QGuiApplication.font())
    if "Inter" in QFontDatabase.families() and QGuiApplication.platformName() in (
        "offscreen",
        "xcb",
        "wayland",
    ):
        font.setFamily("Inter")
    font.setPixelSize(px)
    font.setWeight(weight)
    return with_tabular_figures(font)


def with_tabular_figures(font: QFont) -> QFont:
    """Return the font with figures of one width, so that changing numbers do not jump."""
    if hasattr(QFont, "setFeature"):
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def code_font(px: int = 12) -> QFont:
    """Return the platform's font for code."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(px)
    return font
