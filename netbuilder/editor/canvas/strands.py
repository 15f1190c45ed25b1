"""The wires of the shown graph: which there are, where they lie, how each looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QPointF

from netbuilder.app.picture_cards import REROUTE, Card
from netbuilder.app.picture_problems import wrong_inputs
from netbuilder.app.picture_wires import shape_label
from netbuilder.app.theme import TARGET_COLOUR
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.runs import Record
from netbuilder.editor.canvas.geometry import Curve, Places
from netbuilder.editor.canvas.items.wires import Wire, WiresItem
from netbuilder.graph.model import Endpoint, Graph


class Cards(Protocol):
    """What wires need to know of the cards they lead between."""

    nodes: Places[str]

    @property
    def faces(self) -> Mapping[str, Card]:
        """The cards by node, each at the origin."""

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""

    def record(self, node: str) -> Record | None:
        """What was found out about a node."""

    def problems(self, node: str) -> Sequence[Diagnostic]:
        """What is wrong with a node."""


class Strands:
    """Keeps the wires in step with the cards.

    Args:
        cards: The cards.
        places: Where the wires lie.
        item: What draws them.
    """

    def __init__(self, cards: Cards, places: Places[Endpoint], item: WiresItem) -> None:
        self._cards = cards
        self._places = places
        self._item = item
        self._wires: dict[Endpoint, Wire] = {}
        self._touching: dict[str, set[Endpoint]] = {}

    def __contains__(self, target: Endpoint) -> bool:
        return target in self._wires

    def get(self, target: Endpoint) -> Wire | None:
        """Return the wire that leads to an input."""
        return self._wires.get(target)

    def at(self, node: str) -> Collection[Endpoint]:
        """Return the wires that begin or end at a node."""
        return self._touching.get(node, frozenset())

    def fan(self, source: Endpoint) -> list[Endpoint]:
        """Return the inputs an output leads to, in order."""
        ends = self._touching.get(source.node, ())
        return sorted(t for t in ends if self._wires[t].source == source)

    def clear(self) -> None:
        """Forget all."""
        self._wires.clear()
        self._touching.clear()
        self._places.clear()

    def draw(self, targets: Iterable[Endpoint]) -> None:
        """Bring wires into step with the graph and the cards."""
        edges = self._cards.graph.edges
        for target in targets:
            source = edges.get(target)
            if source is None:
                self.remove(target)
            else:
                self._draw(target, source)

    def remove(self, target: Endpoint) -> None:
        """Take a wire away; it need not be there."""
        wire = self._wires.get(target)
        if wire is None:
            return
        self._item.forget_label(wire.source)
        del self._wires[target]
        self._places.take(target)
        for node in (wire.source.node, target.node):
            self._touching.get(node, set()).discard(target)
        self._item.wires_changed(wire.curve.box)

    def remove_at(self, node: str) -> None:
        """Take away all wires of a node that is gone."""
        for target in tuple(self.at(node)):
            self.remove(target)
        self._touching.pop(node, None)

    def _draw(self, target: Endpoint, source: Endpoint) -> None:
        old = self._wires.get(target)
        ends = self._ends(source, target)
        if old is not None and (ends is None or old.source != source):
            self.remove(target)
            old = None
        if ends is None:
            return
        new = self._wire(target, source, ends, old)
        if old is not None:
            if _alike(old, new):
                return
            self._item.wires_changed(old.curve.box)
        self._wires[target] = new
        if old is None or old.curve is not new.curve:
            self._places.put(target, new.curve.box)
        for node in (source.node, target.node):
            self._touching.setdefault(node, set()).add(target)
        self._item.forget_label(source)
        self._item.wires_changed(new.curve.box)

    def _wire(
        self, target: Endpoint, source: Endpoint, ends: tuple[QPointF, QPointF], old: Wire | None
    ) -> Wire:
        here, there = self._cards.record(source.node), self._cards.record(target.node)
        assert here is not None, "a wire has a card at either end"
        assert there is not None, "a wire has a card at either end"
        same = old is not None and (old.curve.start, old.curve.end) == ends
        problems = self._cards.problems(target.node)
        return Wire(
            target,
            source,
            old.curve if old is not None and same else Curve(*ends),
            TARGET_COLOUR if here.kind.role == "target" else "",
            bool(problems) and target.port in wrong_inputs(there, problems),
            here.node.bypass or there.node.bypass,
            shape_label(here.result.types.get(source.port)) if here.node.type != REROUTE else "",
        )

    def _ends(self, source: Endpoint, target: Endpoint) -> tuple[QPointF, QPointF] | None:
        start, end = self._cards.faces.get(source.node), self._cards.faces.get(target.node)
        if start is None or end is None:
            return None
        out, into = start.outs.get(source.port), end.ins.get(target.port)
        if out is None or into is None:
            return None
        left, top = self._cards.nodes.corner(source.node)
        x, y = self._cards.nodes.corner(target.node)
        return QPointF(left + out.x, top + out.y), QPointF(x + into.x, y + into.y)


def _alike(one: Wire, other: Wire) -> bool:
    return one.curve is other.curve and (one.colour, one.wrong, one.dashed, one.text) == (
        other.colour,
        other.wrong,
        other.dashed,
        other.text,
    )
