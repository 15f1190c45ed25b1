"""Pictures of a document as files: SVG text as it is drawn, PNG and PDF rendered from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgRenderer

from netbuilder.app.picture import picture
from netbuilder.check.report import Report
from netbuilder.files.atomic import write_atomic
from netbuilder.files.errors import FileError
from netbuilder.node_api.errors import NetBuilderError

KINDS: Final = ("svg", "png", "pdf")
MOST_PIXELS: Final = 120_000_000  # half a gigabyte; what shows pictures rarely takes more
LONGEST_SIDE: Final = 32_000

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_POINTS = 0.75  # a point is 4/3 px
_UNFIT = re.compile(r"[^\w.-]+")


class PictureError(NetBuilderError):
    """A picture that cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a picture shows and how.

    Attributes:
        kind: ``svg``, ``png`` or ``pdf``.
        groups: The graphs: ids of definitions, empty for the main graph; each a file, or a page.
        theme: ``light`` or ``dark``.
        scale: Pixels of a PNG for each px of the canvas.
        transparent: Whether the ground is left out.
        font: The family that PNG and PDF are set in; empty for what Qt finds. An SVG names a list, of
            which its reader takes the first one there is.
    """

    kind: str = "svg"
    groups: tuple[str, ...] = ("",)
    theme: str = "light"
    scale: float = 2.0
    transparent: bool = False
    font: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file that was written.

    Attributes:
        path: The file.
        width: Its width: px, or points of a PDF's first page.
        height: Its height.
        bytes: Its size.
    """

    path: Path
    width: int
    height: int
    bytes: int


def write_pictures(report: Report, wanted: Wanted, path: Path) -> tuple[Drawn, ...]:
    """Draw graphs of a checked network and write them; it works in any thread.

    Args:
        report: What the check says of the network.
        wanted: What to draw.
        path: The file; the graphs of an SVG or PNG behind the first get the name of the group behind.

    Raises:
        PictureError: It would be too large.
        FileError: A file cannot be written.
    """
    texts = [drawing(report, wanted, group) for group in wanted.groups]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(path, f"could not be saved: {error.strerror or error}") from error
    if wanted.kind == "pdf":
        data, page = pdf([_set_in(text, wanted.font) for text in texts])
        return (_put(path, data, page),)
    drawn = []
    for group, text in zip(wanted.groups, texts, strict=True):
        target = path if len(texts) == 1 or not group else beside(path, group)
        if wanted.kind == "png":
            data, size = png(_set_in(text, wanted.font), wanted.scale)
        else:
            data, size = text.encode(), _size(_renderer(text))
        drawn.append(_put(target, data, size))
    return tuple(drawn)


def drawing(report: Report, wanted: Wanted, group: str = "") -> str:
    """Return a graph as SVG text."""
    text = picture(report, theme=wanted.theme, group=group)
    return _without_ground(text) if wanted.transparent else text


def png(text: str, scale: float) -> tuple[bytes, QSizeF]:
    """Return a drawing as a PNG file, with its size in pixels.

    Raises:
        PictureError: It would be too large.
    """
    renderer = _renderer(text)
    size = _size(renderer)
    width, height = round(size.width() * scale), round(size.height() * scale)
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        fits = min((MOST_PIXELS / (size.width() * size.height())) ** 0.5, LONGEST_SIDE / max(size.width(), size.height()))  # fmt: skip
        raise PictureError(
            f"the picture would have {width:,} by {height:,} pixels, which is too large; take a scale "
            f"of {int(fits * 10) / 10:g} at most, or SVG or PDF"
        )
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, width, height))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload] # the stubs take bytes, Qt takes text
    return bytes(data.data()), QSizeF(width, height)


def pdf(texts: Sequence[str]) -> tuple[bytes, QSizeF]:
    """Return drawings as a PDF file, a page each, with the size of the first page in points."""
    renderers = [_renderer(text) for text in texts]
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setCreator("NetBuilder")
    writer.setTitle(_title(texts[0]))
    writer.setPageLayout(_page(renderers[0]))
    painter = QPainter(writer)
    for number, renderer in enumerate(renderers):
        if number:
            writer.setPageLayout(_page(renderer))
            writer.newPage()
        renderer.render(painter, QRectF(0, 0, writer.width(), writer.height()))
    painter.end()
    del writer
    return bytes(data.data()), _size(renderers[0]) * _POINTS


def beside(path: Path, group: str) -> Path:
    """Return the file of a group's graph, beside that of the main graph."""
    return path.with_name(f"{path.stem}-{_UNFIT.sub('_', group)}{path.suffix}")


def _page(renderer: QSvgRenderer) -> QPageLayout:
    size = QPageSize(_size(renderer) * _POINTS, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)  # fmt: skip
    return QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF())


def _renderer(text: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(text.encode()))


def _size(renderer: QSvgRenderer) -> QSizeF:
    return renderer.viewBoxF().size()


def _put(path: Path, data: bytes, size: QSizeF) -> Drawn:
    write_atomic(path, data)
    return Drawn(path, round(size.width()), round(size.height()), len(data))


def _without_ground(text: str) -> str:
    """A drawing without the two rectangles that fill all of it: the colour and the grid."""
    root = ET.fromstring(text)
    width, height = root.get("width"), root.get("height")
    for part in list(root):
        whole = part.get("width") == width and part.get("height") == height
        if part.tag == f"{_NAMESPACE}defs" or (part.tag == f"{_NAMESPACE}rect" and whole):
            root.remove(part)
    return _text_of(root)


def _set_in(text: str, font: str) -> str:
    """A drawing set in one font: Qt takes a list of families for the name of one."""
    root = ET.fromstring(text)
    if font:
        root.set("font-family", font)
    return _text_of(root)


def _text_of(root: ET.Element) -> str:
    ET.register_namespace("", _NAMESPACE.strip("{}"))
    return ET.tostring(root, encoding="unicode") + "\n"


def _title(text: str) -> str:
    found = ET.fromstring(text).find(f"{_NAMESPACE}title")
    return (found.text or "") if found is not None else ""
