"""The graph that is shown, as items: made anew when another graph is entered, else led by deltas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, QPointF, QRectF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QGraphicsScene

from netbuilder.app.picture import run_of
from netbuilder.app.picture_cards import REROUTE, Card, card_of
from netbuilder.app.picture_layout import Point
from netbuilder.app.picture_problems import problems_in, wrong_inputs
from netbuilder.app.picture_wires import shape_label
from netbuilder.app.theme import TARGET_COLOUR, Theme
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.evaluation import Evaluator
from netbuilder.check.report import Report
from netbuilder.check.runs import GraphRun, Record
from netbuilder.editor.canvas.geometry import Curve, Places, around
from netbuilder.editor.canvas.hits import box_of
from netbuilder.editor.canvas.items.blocks import BlocksItem
from netbuilder.editor.canvas.items.boxes import FrameItem, NoteItem
from netbuilder.editor.canvas.items.node import NodeItem
from netbuilder.editor.canvas.items.wires import Wire, WiresItem
from netbuilder.editor.canvas.moods import Moods
from netbuilder.editor.canvas.overlay import Overlay
from netbuilder.editor.canvas.painting import BLOCK, Ink, Mood
from netbuilder.editor.tab import Tab
from netbuilder.graph.delta import Delta, GraphDelta
from netbuilder.graph.model import Endpoint, Frame, Graph, Note

REACH = 1_000_000.0  # px from the middle to the side of the scene
_NOT_DRAWN = 900_000.0  # what a document puts farther away lies at the border


class Scene(QGraphicsScene):
    """The items of the graph that a tab shows.

    Args:
        tab: The document.
        theme: The colours.
        parent: The view.

    Attributes:
        nodes: Where the cards lie.
        wires: Where the wires lie, by the input they lead to.
        ink: The colours.
        zoom: How large the scene is shown.
        moving: Whether something moves, so that drawing must be quick.
        labels: Whether shapes are written at the wires.
        overlay: What is drawn over the cards.
        moods: What is true of cards besides what stands on them.
    """

    def __init__(self, tab: Tab, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        room = QRectF(-REACH, -REACH, 2 * REACH, 2 * REACH)
        self.setSceneRect(room)
        self.tab = tab
        self.ink = Ink(theme)
        self.zoom = 1.0
        self.moving = False
        self.labels = True
        self.nodes: Places[str] = Places()
        self.wires: Places[Endpoint] = Places()
        self._cards: dict[str, Card] = {}
        self._items: dict[str, NodeItem] = {}
        self._wires: dict[Endpoint, Wire] = {}
        self._touching: dict[str, set[Endpoint]] = {}
        self._frames: dict[str, FrameItem] = {}
        self._notes: dict[str, NoteItem] = {}
        self._run: GraphRun | None = None
        self._report: Report | None = None
        self._graph = Graph()
        self._problems: dict[str, list[Diagnostic]] = {}
        self._alone: Evaluator | None = None
        self._holder = QGraphicsRectItem()
        self._holder.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self._holder.setZValue(10)
        self._lines = WiresItem(self, room)
        self._blocks = BlocksItem(self, room)
        self.overlay = Overlay(self)
        for item in (self._holder, self._lines, self._blocks, self.overlay):
            self.addItem(item)
        self.moods = Moods(self._show_mood)

    # What others ask

    @property
    def graph(self) -> Graph:
        """The graph as it is shown."""
        return self._graph

    @property
    def frames(self) -> Mapping[str, Frame]:
        """The frames of the shown graph."""
        return self._graph.frames

    @property
    def notes(self) -> Mapping[str, Note]:
        """The notes of the shown graph."""
        return self._graph.notes

    @property
    def faces(self) -> Mapping[str, Card]:
        """The cards by node, each at the origin."""
        return self._cards

    def card(self, node: str) -> Card | None:
        """Return the card of a node where it lies now."""
        card = self._cards.get(node)
        if card is None:
            return None
        rect = self.nodes.rect(node)
        return card.at(rect.x(), rect.y())

    def record(self, node: str) -> Record | None:
        """Return what was found out about a node."""
        return self._run.records.get(node) if self._run else None

    def problems(self, node: str) -> Sequence[Diagnostic]:
        """Return what is wrong with a node or inside of it."""
        return self._problems.get(node, ())

    def item(self, node: str) -> NodeItem:
        """Return the item of a node; do not keep it."""
        return self._items[node]

    def wire(self, target: Endpoint) -> Wire:
        """Return the wire that leads to an input.

        Raises:
            KeyError: There is none.
        """
        return self._wires[target]

    def curve(self, target: Endpoint) -> Curve | None:
        """Return where a wire lies."""
        wire = self._wires.get(target)
        return wire.curve if wire else None

    def fan(self, source: Endpoint) -> Iterable[Endpoint]:
        """Return the inputs an output leads to, in order."""
        ends = self._touching.get(source.node, ())
        return sorted(t for t in ends if self._wires[t].source == source)

    def level(self, node: str) -> int:
        """Return how high a card lies over the others."""
        return int(self.moods.of(node).selected)

    def label_at(self, source: Endpoint) -> QRectF | None:
        """Return where the shape of an output is written, if it is."""
        return self._lines.label_at(source)

    def extent(self) -> QRectF:
        """Return the rectangle around everything."""
        boxes: tuple[Frame | Note, ...] = (*self.frames.values(), *self.notes.values())
        cards = (self.nodes.rect(name) for name in self.nodes)
        return around([*cards, *(box_of(box) for box in boxes)])

    # Following the document

    def rebuild(self) -> None:
        """Show the tab's graph from nothing."""
        for table in (self._items, self._frames, self._notes):
            for item in table.values():
                self.removeItem(item)
            table.clear()
        for places in (self.nodes, self.wires):
            places.clear()
        for kept in (self._cards, self._wires, self._touching, self._problems):
            kept.clear()
        self._run, self._report, self._graph = None, None, Graph()
        self._lines.forget_labels()
        self._blocks.forget()
        self.moods.clear()
        graph = self.tab.graph
        self._follow(
            GraphDelta(
                added=frozenset(graph.nodes),
                connected=frozenset(graph.edges),
                frames=frozenset(graph.frames),
                notes=frozenset(graph.notes),
            )
        )
        self.show_selection()
        self.update()

    def follow(self, different: Delta) -> None:
        """Show what an edit made different."""
        if self._report is not self.tab.report:
            self._follow(different.graphs.get(self.tab.group, GraphDelta()))

    def refresh(self) -> None:
        """Show what a new check found."""
        if self._report is not self.tab.report:
            self._follow(GraphDelta())

    def show_selection(self) -> None:
        """Show what is selected."""
        now = self.tab.selection
        self.moods.select(now.nodes)
        self._strengthen()
        for name, frame in self._frames.items():
            frame.set_selected(name in now.frames)
        for name, note in self._notes.items():
            note.set_selected(name in now.notes)

    def show_at(self, places: Mapping[str, Point]) -> None:
        """Show cards elsewhere than the document says, while they glide."""
        moved = [name for name, at in places.items() if name in self._items]
        for name in moved:
            self._place(name, places[name])
        self._draw_wires({t for name in moved for t in self._touching.get(name, ())})
        self._blocks.touch(moved)

    # Looks

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.ink = Ink(theme)
        self._blocks.forget()
        self.redraw()

    def redraw(self) -> None:
        """Draw everything anew."""
        for item in self._items.values():
            item.update()
        self.update()

    def set_zoom(self, zoom: float) -> None:
        """Say how large the scene is shown."""
        self.zoom = zoom
        far = zoom < BLOCK
        if far is self._holder.isVisible():
            self._holder.setVisible(not far)
            self._blocks.setVisible(far)

    def set_moving(self, moving: bool) -> None:
        """Draw quickly, or well."""
        if moving is not self.moving:
            self.moving = moving
            if not moving:
                self._lines.update()

    def set_labels(self, labels: bool) -> None:
        """Write shapes at the wires, or do not."""
        self.labels = labels
        self._lines.update()

    def set_hover(self, node: str, port: tuple[str, str] | None, edge: Endpoint | None) -> None:
        """Show what the pointer is over."""
        self.moods.hover(node, port)
        if edge != self.moods.edge:
            self.moods.edge = edge
            self._strengthen()

    def set_fits(self, fits: Mapping[tuple[str, str, str], str] | None) -> None:
        """Light up the ports a dragged wire may go into."""
        self.moods.fit(fits, self._items)

    def set_drop(self, edge: Endpoint | None) -> None:
        """Show that a card would be put into a wire."""
        self._lines.set_drop(edge)

    def _show_mood(self, node: str, mood: Mood) -> None:
        item = self._items.get(node)
        if item is not None:
            item.show_mood(mood)
            if self._blocks.isVisible():
                self._blocks.update(self.nodes.rect(node).adjusted(-50, -50, 50, 50))

    def _strengthen(self) -> None:
        strong = {target for target in self.tab.selection.edges if target in self._wires}
        if self.moods.edge in self._wires:
            strong.add(self.moods.edge)
        self._lines.strengthen(strong)

    # Steps of following

    def _follow(self, part: GraphDelta) -> None:
        report, before = self.tab.report, self._run
        self._report, self._graph = report, self.tab.graph
        run = self._run = self._evaluation(report)
        dirty = self._touched(part, run)
        if before is not run:
            old = before.records if before else {}
            news = {name for name, record in run.records.items() if old.get(name) is not record}
            dirty |= news
            # The colour of an input is that of what flows in.
            dirty.update(n for name in news for n in run.layout.follows.get(name, ()))
        problems = problems_in(report, self.tab.group)
        dirty |= _differing(self._problems, problems)
        self._problems = problems
        for target in part.disconnected:
            self._remove_wire(target)
        for name in part.removed:
            self._remove_node(name)
        wires = set(part.connected)
        for name in dirty & run.graph.nodes.keys():
            if self._show_card(run, name):
                wires |= self._touching.get(name, set())
        for name in part.moved - dirty:
            self._place(name, self._graph.nodes[name].position)
            wires |= self._touching.get(name, set())
        self._draw_wires(wires)
        self._blocks.touch({*dirty, *part.moved, *part.removed})
        self._follow_boxes(part)

    def _evaluation(self, report: Report) -> GraphRun:
        run = self.tab.run
        if run is not None and run.graph is self._graph:
            return run
        if self._alone is None:
            self._alone = Evaluator(standard_catalogue())
        return run_of(report, self.tab.group, self._alone)

    def _touched(self, part: GraphDelta, run: GraphRun) -> set[str]:
        touched = {*part.added, *part.changed}
        for target in part.connected:
            touched |= {target.node, self._graph.edges[target].node}
        for target in part.connected | part.disconnected:
            wire = self._wires.get(target)
            touched |= {target.node} | ({wire.source.node} if wire else set())
        return {name for name in touched if name in run.records}

    def _show_card(self, run: GraphRun, name: str) -> bool:
        """Show a node's card as it is now; return whether its wires may look different."""
        card = card_of(run, name, problems=self._problems.get(name, ()))
        place = self._graph.nodes[name].position
        item = self._items.get(name)
        if item is None:
            self._items[name] = item = NodeItem(self, card, self._holder)
        elif card == self._cards[name] and self._lies_at(name, place):
            return True
        self._cards[name] = card
        item.show_card(card)
        item.show_mood(self.moods.of(name))
        self._place(name, place)
        return True

    def _lies_at(self, name: str, place: Point) -> bool:
        rect = self.nodes.rect(name)
        return (rect.x(), rect.y()) == _bounded(place)

    def _place(self, name: str, place: Point) -> None:
        x, y = _bounded(place)
        card = self._cards[name]
        rect = QRectF(x, y, card.width, card.height)
        if name in self.nodes:
            old = self.nodes.rect(name)
            if old == rect:
                return
            self._lines.forget_labels(old)
            self._blocks.update(old)
        self.nodes.put(name, rect)
        self._items[name].setPos(x, y)
        self._lines.forget_labels(rect)
        self._blocks.update(rect)

    def _draw_wires(self, targets: Iterable[Endpoint]) -> None:
        for target in targets:
            source = self._graph.edges.get(target)
            if source is not None:
                self._draw_wire(target, source)

    def _draw_wire(self, target: Endpoint, source: Endpoint) -> None:
        old = self._wires.get(target)
        if old is not None and old.source != source:
            self._remove_wire(target)
            old = None
        ends = self._ends(source, target)
        if ends is None:
            self._remove_wire(target)
            return
        new = self._wire(target, source, ends, old)
        if old is not None and old.curve is not new.curve:
            self._lines.wires_changed(old.curve.box)
        if old is not None and _alike(old, new):
            return
        self._wires[target] = new
        self.wires.put(target, new.curve.box)
        for node in (source.node, target.node):
            self._touching.setdefault(node, set()).add(target)
        self._lines.forget_label(source)
        self._lines.wires_changed(new.curve.box)

    def _wire(
        self, target: Endpoint, source: Endpoint, ends: tuple[QPointF, QPointF], old: Wire | None
    ) -> Wire:
        assert self._run is not None
        here, there = self._run.records[source.node], self._run.records[target.node]
        same = old is not None and (old.curve.start, old.curve.end) == ends
        return Wire(
            target,
            source,
            old.curve if old is not None and same else Curve(*ends),
            TARGET_COLOUR if here.kind.role == "target" else "",
            target.port in wrong_inputs(there, self._problems.get(target.node, ())),
            here.node.bypass or there.node.bypass,
            shape_label(here.result.types.get(source.port)) if here.node.type != REROUTE else "",
        )

    def _ends(self, source: Endpoint, target: Endpoint) -> tuple[QPointF, QPointF] | None:
        start, end = self._cards.get(source.node), self._cards.get(target.node)
        if start is None or end is None:
            return None
        out, into = start.outs.get(source.port), end.ins.get(target.port)
        if out is None or into is None:
            return None
        corner = self.nodes.rect(source.node).topLeft()
        other = self.nodes.rect(target.node).topLeft()
        return corner + QPointF(out.x, out.y), other + QPointF(into.x, into.y)

    def _remove_wire(self, target: Endpoint) -> None:
        wire = self._wires.get(target)
        if wire is None:
            return
        self._lines.forget_label(wire.source)
        del self._wires[target]
        self.wires.take(target)
        for node in (wire.source.node, target.node):
            self._touching.get(node, set()).discard(target)
        self._lines.wires_changed(wire.curve.box)

    def _remove_node(self, name: str) -> None:
        item = self._items.pop(name, None)
        if item is None:
            return
        for target in tuple(self._touching.get(name, ())):
            self._remove_wire(target)
        self._touching.pop(name, None)
        rect = self.nodes.rect(name)
        self.nodes.take(name)
        del self._cards[name]
        self.moods.forget(name)
        self._lines.forget_labels(rect)
        self._blocks.update(rect)
        self.removeItem(item)

    def _follow_boxes(self, part: GraphDelta) -> None:
        for name in part.frames:
            frame = self._graph.frames.get(name)
            if frame is None:
                if name in self._frames:
                    self.removeItem(self._frames.pop(name))
            elif name in self._frames:
                self._frames[name].show_frame(frame)
            else:
                self._frames[name] = FrameItem(self, frame)
                self.addItem(self._frames[name])
        for name in part.notes:
            note = self._graph.notes.get(name)
            if note is None:
                if name in self._notes:
                    self.removeItem(self._notes.pop(name))
            elif name in self._notes:
                self._notes[name].show_note(note)
            else:
                self._notes[name] = NoteItem(self, note)
                self.addItem(self._notes[name])


def _alike(one: Wire, other: Wire) -> bool:
    return one.curve is other.curve and (one.colour, one.wrong, one.dashed, one.text) == (
        other.colour,
        other.wrong,
        other.dashed,
        other.text,
    )


def _bounded(place: Point) -> Point:
    x, y = place
    return (
        min(max(float(x), -_NOT_DRAWN), _NOT_DRAWN),
        min(max(float(y), -_NOT_DRAWN), _NOT_DRAWN),
    )


def _differing(
    old: Mapping[str, Sequence[Diagnostic]], new: Mapping[str, Sequence[Diagnostic]]
) -> set[str]:
    """The nodes about which something else is said."""

    def said(found: Sequence[Diagnostic]) -> list[tuple[str, str, str, str]]:
        return [(one.code, one.severity, one.message, one.where.port) for one in found]

    return {
        name
        for name in old.keys() | new.keys()
        if said(old.get(name, ())) != said(new.get(name, ()))
    }
