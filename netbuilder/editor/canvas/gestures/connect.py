"""Drawing a wire from a port to another port, either way round."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QToolTip

from netbuilder.editor.canvas.changing import rewired
from netbuilder.editor.canvas.gestures.gesture import Drag
from netbuilder.editor.canvas.ports import Loose, dot_of, fits, point_of
from netbuilder.graph.model import Endpoint

if TYPE_CHECKING:
    from netbuilder.editor.canvas.hits import Hit
    from netbuilder.editor.canvas.view import Canvas

_REACH = 28.0  # px on the screen within which a port that fits catches the wire


class Connect(Drag):
    """A wire follows the mouse; ports that fit light up and catch it.

    Args:
        canvas: Where.
        at: Where the button was pressed.
        event: The press.
        loose: The wire.
        search: Called where the wire is dropped on nothing, with the wire and the point.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        canvas: Canvas,
        at: QPointF,
        event: QMouseEvent,
        loose: Loose,
        search: Callable[[Loose, QPointF], None],
    ) -> None:
        super().__init__(canvas, at, event)
        self._loose = loose
        self._search = search
        self._reasons: dict[tuple[str, str], str] = {}
        self._origin, self._colour = point_of(canvas, loose)
        self._said = ""

    def begin(self) -> None:
        """Light up what fits."""
        loose = self._loose
        self._reasons = fits(self.tab, loose)
        shown: dict[tuple[str, str, str], str] = {
            (node, port, loose.wants): reason for (node, port), reason in self._reasons.items()
        }
        own = "out" if loose.is_output else "in"
        shown[loose.end.node, loose.end.port, own] = ""  # where the wire begins is not dimmed
        self.canvas.overlay.set_fits(shown)
        self.canvas.set_moving(True)

    def follow(self, at: QPointF, event: QMouseEvent) -> None:
        """Draw the wire to the mouse, or to the port that catches it."""
        port = self._port_at(at)
        end = self._place(port) if port else at
        reason = self._reasons.get(port, "") if port else ""
        fit = None if port is None else not reason
        self._draw(end, fit)
        self._say(reason, event)

    def end(self, at: QPointF, event: QMouseEvent) -> None:
        """Connect, or search a node for the end of the wire."""
        port = self._port_at(at)
        self._tidy()
        if port is not None:
            self._connect(Endpoint(*port))
        elif self.canvas.hit(at).kind not in ("node", "badge", "reroute", "port"):
            self._search(self._loose, at)

    def click(self, at: QPointF, event: QMouseEvent) -> None:
        """A click on a port selects its node."""
        self.tab.select(nodes=[self._loose.end.node])

    def abandon(self) -> None:
        """Let the wire go."""
        self._tidy()

    def _connect(self, other: Endpoint) -> None:
        source, target = self._loose.joined(other)
        instead, group = self._loose.moved, self.tab.group
        if instead == target and self.tab.graph.edges.get(target) == source:
            return
        self.tab.do(
            f"Connect {source.node} to {target.node}",
            lambda network: rewired(network, source, target, group, instead=instead),
        )

    def _port_at(self, at: QPointF) -> tuple[str, str] | None:
        """The port that takes the wire here: one that fits and is near, or the one that is hit."""
        reach = _REACH / self.canvas.zoom
        hit = self.canvas.hit(at)
        if hit.kind in ("node", "badge", "reroute"):
            return self._way_in(hit.node)
        if hit.kind == "port" and hit.side == self._loose.wants:
            return hit.node, hit.port
        near = self._nearest(at, reach)
        return (near.node, near.port) if near else None

    def _nearest(self, at: QPointF, reach: float) -> Hit | None:
        found = self.canvas.nearest_port(at, reach, self._loose.wants)
        if found is None or self._reasons.get((found.node, found.port)) != "":
            return None
        return found

    def _way_in(self, node: str) -> tuple[str, str] | None:
        """The port of a node that a wire dropped on its card would take: a free one, if there is one."""
        taken = self.tab.graph.edges
        ports = [port for (name, port), why in self._reasons.items() if name == node and not why]
        if self._loose.is_output:
            ports.sort(key=lambda port: Endpoint(node, port) in taken)
        return (node, ports[0]) if ports else None

    def _place(self, port: tuple[str, str]) -> QPointF:
        dot = dot_of(self.canvas, *port, self._loose.wants)
        return QPointF(dot.x, dot.y) if dot else QPointF(self.start)

    def _draw(self, end: QPointF, fit: bool | None) -> None:
        overlay = self.canvas.overlay
        if self._loose.is_output:
            overlay.set_wire(self._origin, end, self._colour, fit)
        else:
            overlay.set_wire(end, self._origin, self._colour, fit)

    def _say(self, reason: str, event: QMouseEvent) -> None:
        if reason != self._said:
            self._said = reason
            if reason:
                QToolTip.showText(event.globalPosition().toPoint(), reason, self.canvas)
            else:
                QToolTip.hideText()

    def _tidy(self) -> None:
        self.canvas.overlay.set_wire(None, None, "", None)
        self.canvas.overlay.set_fits(None)
        self.canvas.set_moving(False)
        if self._said:
            QToolTip.hideText()
