"""Small pictures of networks: drawn beside the main loop when they are first seen, then kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from netbuilder.app.examples import example
from netbuilder.app.picture import HEADER, MARGIN, picture
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import load
from netbuilder.files.errors import FileError
from netbuilder.graph.model import Network

EXAMPLE = "example:"
_FOLD = 1100.0  # px at which a long network is folded, so that its picture is no thin line
_LARGEST = 0.62  # no network is drawn larger than this, so that small ones do not look huge
_MOST_NODES = 400  # the picture of a larger one takes long and shows nothing at this size


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was found out about a file or an example.

    Attributes:
        source: A path, or ``example:`` and a name.
        theme: ``dark`` or ``light``.
        svg: The picture; empty where there is none.
        title: What the network is called; empty if it does not say.
        sentence: The first sentence of its description.
        nodes: How many nodes it has.
        changed: When the file was changed, in seconds; 0 for an example.
        trouble: Why it cannot be opened; empty if it can.
    """

    source: str
    theme: str
    svg: str = ""
    title: str = ""
    sentence: str = ""
    nodes: int = 0
    changed: float = 0.0
    trouble: str = ""


def drawn(source: str, theme: str) -> Drawn:
    """Read a network and draw it; what is wrong with it becomes its ``trouble``."""
    try:
        if source.startswith(EXAMPLE):
            network, changed = example(source.removeprefix(EXAMPLE)), 0.0
        else:
            path = Path(source)
            changed = path.stat().st_mtime
            network = load(path)
    except FileNotFoundError:
        return Drawn(source, theme, trouble="This file is not there any more.")
    except (FileError, OSError) as error:
        return Drawn(source, theme, trouble=str(error))
    nodes = len(network.graph.nodes)
    svg = _svg(network, theme) if 0 < nodes <= _MOST_NODES else ""
    return Drawn(
        source, theme, svg, network.title, first_sentence(network.description), nodes, changed
    )


def first_sentence(text: str) -> str:
    """Return a text up to the end of its first sentence."""
    head, stop, _ = text.replace("\n", " ").partition(". ")
    return f"{head}." if stop else head


def _svg(network: Network, theme: str) -> str:
    return picture(check(network, standard_catalogue()), theme=theme, fold=_FOLD)


class Thumbnails(QObject):
    """The pictures of the start page.

    Args:
        workspace: What runs the work, and the theme.
        parent: Its owner.

    Attributes:
        ready: Told with a source once something is known of it.
    """

    ready = Signal(str)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._known: dict[tuple[str, str], Drawn] = {}
        self._asked: set[tuple[str, str]] = set()
        self._pixmaps: dict[tuple[str, str, int, int, float], QPixmap] = {}

    def about(self, source: str) -> Drawn | None:
        """Return what is known of a source; where that is nothing, it is found out."""
        theme = "dark" if self._workspace.look.is_dark else "light"
        key = source, theme
        if key not in self._known and key not in self._asked:
            self._asked.add(key)
            self._workspace.tasks.submit(
                self, f"{theme}:{source}", lambda: drawn(source, theme), self._on_drawn
            )
        other = source, "light" if theme == "dark" else "dark"
        return self._known.get(key) or self._known.get(other)

    def picture(self, source: str, size: QSize, ratio: float) -> QPixmap | None:
        """Return the picture of a source for a room of a size; None while there is none."""
        found = self.about(source)
        if found is None or not found.svg or size.isEmpty():
            return None
        key = source, found.theme, size.width(), size.height(), ratio
        if key not in self._pixmaps:
            self._pixmaps[key] = _rendered(found.svg, size, ratio)
        return self._pixmaps[key]

    def forget(self) -> None:
        """Ask anew about files, which may have changed."""
        stale = {key for key in self._known if not key[0].startswith(EXAMPLE)}
        for key in stale:
            del self._known[key]
            self._asked.discard(key)
        self._pixmaps = {k: v for k, v in self._pixmaps.items() if (k[0], k[1]) not in stale}

    def _on_drawn(self, found: Drawn) -> None:
        self._known[found.source, found.theme] = found
        self.ready.emit(found.source)


def _rendered(svg: str, size: QSize, ratio: float) -> QPixmap:
    """Draw the picture without its title, as large as there is room, in the middle."""
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    whole = renderer.viewBoxF()
    edge = MARGIN / 2
    view = whole.adjusted(edge, HEADER + edge, -edge, -edge)
    renderer.setViewBox(view)
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    scale = min(size.width() / view.width(), size.height() / view.height(), _LARGEST)
    width, height = view.width() * scale, view.height() * scale
    place = QRectF((size.width() - width) / 2, (size.height() - height) / 2, width, height)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(place)  # the renderer draws what lies outside of the view box as well
    renderer.render(painter, place)
    painter.end()
    return pixmap
