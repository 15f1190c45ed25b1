"""The picture of every node type: its own icon, or the curve of a function of one number."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPixmapCache

from netbuilder.app.curves import glyph, has_curve
from netbuilder.app.theme import Theme
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.icons import drawn, text_of

SIDE = 16
_FOLDER = "nodes/"
_DARKER = 0.3  # the share of the text's colour, so that thin strokes stand out on white


def node_icon(key: str, colour: str) -> QIcon:
    """Return the icon of what a key names.

    Args:
        key: A type's id; with ``group:`` or ``library:`` in front, a group's.
        colour: As ``#rrggbb``.
    """
    return drawn(_text(key), colour)


def paint_node_icon(painter: QPainter, place: QRectF, key: str, colour: str) -> None:
    """Draw an icon into a square; it is kept as a picture for the scale of the screen."""
    ratio = painter.device().devicePixelRatioF()
    side = round(place.width())
    name = f"node_icon {key} {colour} {side} {ratio}"
    found = QPixmap()
    if not QPixmapCache.find(name, found):
        found = node_icon(key, colour).pixmap(QSize(side, side), ratio)
        QPixmapCache.insert(name, found)
    painter.drawPixmap(place.topLeft(), found)


def ink_of(colour: str, theme: Theme) -> str:
    """Return a category's colour for thin strokes: on a light ground a darker one."""
    if QColor(theme.panel).lightness() < 128:
        return colour
    one, other = QColor(colour), QColor(theme.text)
    pairs = (
        (one.red(), other.red()),
        (one.green(), other.green()),
        (one.blue(), other.blue()),
    )
    return QColor(*(round(a + (b - a) * _DARKER) for a, b in pairs)).name()


@lru_cache(maxsize=1024)
def _text(key: str) -> str:
    if ":" in key:
        return text_of("group")
    found = standard_catalogue().get(key)
    own = text_of(_FOLDER + key) if found else ""
    if found and not own and has_curve(found):
        return glyph(found())
    return own or text_of(f"{_FOLDER}any")
