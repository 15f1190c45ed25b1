"""The search box of a canvas: what it is asked for, and what is done with the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QAction

from netbuilder.editor.canvas.changing import rewired
from netbuilder.editor.canvas.offers import (
    HERE,
    Offer,
    everything,
    for_edge,
    for_wire,
    ports_for,
    remembered,
)
from netbuilder.editor.canvas.placing import Spot, place
from netbuilder.editor.canvas.ports import Loose, point_of
from netbuilder.editor.canvas.search import SearchBox
from netbuilder.editor.canvas.standing import card_rect
from netbuilder.graph.model import Endpoint

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

RECENT = "recent_nodes"
# Commands that a click on empty canvas offers beside the nodes.
_MORE = ("edit.paste", "graph.note", "graph.layout", "view.frame_all")


class Asking(QObject):
    """Opens the search box for a purpose.

    Args:
        canvas: Where; it owns this.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._tab = canvas.tab
        self._spot = Spot(QPointF())
        self._box: SearchBox | None = None

    @property
    def box(self) -> SearchBox:
        """The search box; it is made when it is first asked for."""
        if self._box is None:
            self._box = SearchBox(self._canvas.workspace.look, self._canvas)
            self._box.chosen.connect(self._on_chosen)
            self._box.closed.connect(self._on_closed)
        return self._box

    @property
    def is_open(self) -> bool:
        """Whether the box is shown."""
        return self._box is not None and self._box.is_open

    def close(self) -> None:
        """Close the box without a choice."""
        if self._box is not None and self._box.is_open:
            self._box.close_quietly()
            self._on_closed()

    def add(self, at: QPointF, *, more: bool = False) -> None:
        """Ask which node comes here.

        Args:
            at: The point in the scene.
            more: Whether commands for empty canvas are offered too.
        """
        self._ask(Spot(at), everything(self._canvas.workspace, self._tab), "", more=more)

    def end_wire(self, loose: Loose, at: QPointF) -> None:
        """Ask which node a wire that was dropped here goes to."""
        begin, colour = point_of(self._canvas, loose)
        start, end = (begin, at) if loose.is_output else (at, begin)
        self._canvas.overlay.set_wire(start, end, colour, None)
        offers = for_wire(self._canvas.workspace, self._tab, loose)
        self._ask(Spot(at, loose=loose), offers, self._about(loose))

    def wire_from(self, node: str) -> None:
        """Ask where a node's wires go: to ports that are there, or to something new."""
        looses = self._ends(node)
        if not looses:
            self._canvas.workspace.said.emit(
                "info", f"{node} has no port that a wire could begin at."
            )
            return
        loose = looses[0]
        offers: list[Offer] = []
        for one in looses:
            side = "from" if one.is_output else "into"
            category = HERE if len(looses) == 1 else f"{side} {one.end.port}"
            offers += ports_for(self._canvas, one, category)
        offers += for_wire(self._canvas.workspace, self._tab, loose)
        rect = card_rect(self._canvas, node)
        at = QPointF(rect.right() + 72 if loose.is_output else rect.left() - 72, rect.center().y())
        self._ask(Spot(at, loose=loose), offers, self._about(loose))

    def insert(self, edge: Endpoint, at: QPointF) -> None:
        """Ask what comes into a wire."""
        offers = for_edge(self._canvas.workspace, self._tab, edge)
        source = self._tab.graph.edges.get(edge)
        if source is not None:
            about = f"Between {source.node} and {edge.node}"
            self._canvas.overlay.set_drop_edge(edge)
            self._ask(Spot(at, edge=edge), offers, about)

    def _ends(self, node: str) -> list[Loose]:
        """The ports of a node that a wire could begin at: outputs first, then free inputs.

        Where it has neither, its inputs, whose wires are then replaced.
        """
        card = self._canvas.card(node)
        if card is None:
            return []
        taken = self._tab.graph.edges
        free = [p for p in card.ins if Endpoint(node, p) not in taken]
        outs = [Loose(Endpoint(node, port), is_output=True) for port in card.outs]
        ins = [Loose(Endpoint(node, port), is_output=False) for port in free or card.ins]
        return [*outs, *ins] if free or not outs else outs

    def _ask(self, spot: Spot, offers: Sequence[Offer], about: str, *, more: bool = False) -> None:
        self._spot = spot
        canvas = self._canvas
        recent = canvas.workspace.preferences.recall(RECENT, [])
        self.box.ask(
            offers,
            canvas.viewport().mapTo(canvas, canvas.mapFromScene(spot.at)),
            about=about,
            recent=[str(name) for name in recent] if isinstance(recent, list) else (),
            more=self._more() if more else (),
        )

    def _more(self) -> list[QAction]:
        actions = self._canvas.workspace.actions
        return [actions.action(name) for name in _MORE] if actions else []

    def _about(self, loose: Loose) -> str:
        """What flows at the end of the wire, in words."""
        end, run = loose.end, self._tab.run
        tensor = run.type_at(end) if run and loose.is_output else None
        flows = f" {tensor}" if tensor else ""
        return f"{'Takes' if loose.is_output else 'Gives'}{flows} {'from' if loose.is_output else 'to'} {end.node}"

    def _on_chosen(self, offer: Offer) -> None:
        spot = self._spot
        self._tidy()
        if offer.kind == "port" and spot.loose is not None:
            self._join(offer, offer.loose or spot.loose)
            return
        preferences = self._canvas.workspace.preferences
        known = preferences.recall(RECENT, [])
        preferences.remember(RECENT, remembered(known if isinstance(known, list) else [], offer))
        place(self._canvas, offer, spot)

    def _join(self, offer: Offer, loose: Loose) -> None:
        source, target = loose.joined(Endpoint(offer.id, offer.ports[0]))
        group = self._tab.group
        self._tab.do(
            f"Connect {source.node} to {target.node}",
            lambda network: rewired(network, source, target, group, instead=loose.moved),
        )

    def _on_closed(self) -> None:
        self._tidy()

    def _tidy(self) -> None:
        self._canvas.overlay.set_wire(None, None, "", None)
        self._canvas.overlay.set_drop_edge(None)
        focused = self._canvas.window().focusWidget()
        if focused is None or (self._box is not None and self._box.isAncestorOf(focused)):
            self._canvas.setFocus()
