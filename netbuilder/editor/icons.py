"""The program's own icons, tinted for the theme and sharp at every scale."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

PACKAGE = "netbuilder_resources"


def icon(name: str, colour: str = "", disabled: str = "") -> QIcon:
    """Return an icon of the set in a colour; an unknown name gives an empty one.

    Args:
        name: The file's stem in ``resources/icons``.
        colour: What ``currentColor`` stands for, as ``#rrggbb``.
        disabled: The same for things that cannot be pressed; by default half of it.
    """
    return drawn(text_of(name), colour, disabled)


@lru_cache(maxsize=1024)
def drawn(text: str, colour: str = "", disabled: str = "") -> QIcon:
    """Return the icon of an SVG text, in a colour as in ``icon``; no text gives an empty one."""
    return QIcon(_Engine(text, colour, disabled)) if text else QIcon()


def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a picture of ``size`` px, drawn for a screen of that pixel ratio."""
    return icon(name, colour).pixmap(QSize(size, size), ratio)


class _Engine(QIconEngine):
    """Draws the SVG anew for every size, so that nothing is scaled up."""

    def __init__(self, text: str, colour: str, disabled: str) -> None:
        super().__init__()
        self._args = text, colour, disabled
        self._normal = QSvgRenderer(
            QByteArray(text.replace("currentColor", colour or "#808080").encode())
        )
        self._disabled = (
            QSvgRenderer(QByteArray(text.replace("currentColor", disabled).encode()))
            if disabled
            else None
        )

    def paint(self, painter: QPainter, rect, mode, state) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001 - Qt's
        """Draw it into a rectangle."""
        off = mode == QIcon.Mode.Disabled
        side = min(rect.width(), rect.height())
        square = QRectF(
            rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side
        )
        renderer = self._disabled if off and self._disabled else self._normal
        if off and self._disabled is None:
            painter.setOpacity(0.4)
        renderer.render(painter, square)
        painter.setOpacity(1.0)

    def pixmap(self, size, mode, state) -> QPixmap:  # type: ignore[no-untyped-def] # noqa: ANN001 - Qt's
        """Draw it as a picture."""
        if size.isEmpty():
            return QPixmap()
        image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self.paint(painter, image.rect(), mode, state)
        painter.end()
        return QPixmap.fromImage(image)

    def clone(self) -> QIconEngine:
        """Another one of the same icon."""
        return _Engine(*self._args)


def rendered(text: str, ratio: float) -> QImage:
    """Return an SVG text as a picture, drawn for a screen of that pixel ratio."""
    renderer = QSvgRenderer(QByteArray(text.encode()))
    image = QImage(renderer.defaultSize() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def file_of(name: str) -> str:
    """Return the path of an icon's file, for style sheets, which take pictures from files only."""
    return Path(str(_folder() / "icons" / f"{name}.svg")).as_posix()


@lru_cache(maxsize=512)
def text_of(name: str) -> str:
    """Return an icon's SVG text; an unknown name has none."""
    file = _folder() / "icons" / f"{name}.svg"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _folder() -> resources.abc.Traversable:
    try:
        return resources.files(PACKAGE)
    except ModuleNotFoundError:
        # A checkout that is not installed has them beside the program.
        return Path(__file__).resolve().parents[2] / "resources"
