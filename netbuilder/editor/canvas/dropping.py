"""Taking what is dragged from the palette; on a wire, it goes into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from netbuilder.editor.canvas.offers import Offer
from netbuilder.editor.canvas.placing import Spot, offer_of, place
from netbuilder.editor.canvas.ports import types_between
from netbuilder.graph.model import GROUP_PREFIX, Endpoint

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

MIME = "application/x-netbuilder-node"
_REACH = 18.0  # px on the screen to a wire


class Dropping:
    """Follows a drag over the canvas.

    Args:
        canvas: Where.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._offer: Offer | None = None
        self._at = QPointF()  # on the screen
        self._edge: Endpoint | None = None
        self._ports: tuple[str, str] | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        """Take what the palette gives; a file is for the window."""
        self._offer = _read(event)
        if self._offer is None:
            event.ignore()
        else:
            event.acceptProposedAction()

    def move(self, event: QDragMoveEvent, at: QPointF | None) -> None:
        """Light up the wire that it would go into."""
        if self._offer is None:
            event.ignore()
            return
        self._at = event.position()
        self._seek(self._point(event, at))
        event.acceptProposedAction()

    @property
    def is_on(self) -> bool:
        """Whether something is dragged over the canvas that it takes."""
        return self._offer is not None

    def drifted(self) -> None:
        """The view moved below what is dragged."""
        if self.is_on:
            self._seek(self._canvas.map_to_scene(self._at))

    def leave(self) -> None:
        """Forget it."""
        self._offer = self._edge = self._ports = None
        self._canvas.overlay.set_drop_edge(None)

    def drop(self, event: QDropEvent, at: QPointF | None) -> None:
        """Put it there."""
        offer = _read(event)
        if offer is None:
            event.ignore()
            return
        self._offer = offer
        point = self._point(event, at)
        self._seek(point)
        edge, ports = self._edge, self._ports
        self.leave()
        if edge is not None and ports is not None:
            offer = Offer(offer.kind, offer.id, offer.title, "", "", "", ports)
            place(self._canvas, offer, Spot(point, edge=edge))
        else:
            place(self._canvas, offer, Spot(point))
        event.acceptProposedAction()

    def _seek(self, at: QPointF) -> None:
        edge = self._canvas.edge_near(at, _REACH / self._canvas.zoom)
        if edge != self._edge:
            self._edge = edge
            self._ports = self._fitting(edge) if edge else None
            self._canvas.overlay.set_drop_edge(edge if self._ports else None)

    def _fitting(self, edge: Endpoint) -> tuple[str, str] | None:
        offer = self._offer
        if offer is None or offer.kind == "library":
            return None
        name = GROUP_PREFIX + offer.id if offer.kind == "group" else offer.id
        return types_between(self._canvas.tab, edge).get(name)

    def _point(self, event: QDropEvent, at: QPointF | None) -> QPointF:
        return self._canvas.mapToScene(event.position().toPoint()) if at is None else at


def _read(event: QDropEvent) -> Offer | None:
    data = event.mimeData()
    if not data.hasFormat(MIME):
        return None
    return offer_of(bytes(data.data(MIME).data()).decode("utf-8", "replace"))
