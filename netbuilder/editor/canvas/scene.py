"""The graph that is shown, as items: made anew when another graph is entered, else led by deltas."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, QRectF, QTimer
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QGraphicsScene

from netbuilder.app.arrange import Point
from netbuilder.app.branches import muted
from netbuilder.app.graph_pair import Marks
from netbuilder.app.picture import run_of
from netbuilder.app.picture_cards import Card, card_of
from netbuilder.app.picture_problems import problems_in
from netbuilder.app.theme import Theme
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.evaluation import Evaluator
from netbuilder.check.report import Report
from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.why import Reason, why
from netbuilder.editor.canvas.geometry import Curve, Places, around, bounded
from netbuilder.editor.canvas.heat import HeatItem
from netbuilder.editor.canvas.hits import box_of
from netbuilder.editor.canvas.items.blocks import BlocksItem
from netbuilder.editor.canvas.items.boxes import BoxItem, FrameItem, NoteItem
from netbuilder.editor.canvas.items.node import NodeItem
from netbuilder.editor.canvas.items.prints import Prints
from netbuilder.editor.canvas.items.wires import Wire, WiresItem
from netbuilder.editor.canvas.marking import MarksItem
from netbuilder.editor.canvas.moods import Moods
from netbuilder.editor.canvas.overlay import Overlay
from netbuilder.editor.canvas.painting import FULL, Ink, Mood
from netbuilder.editor.canvas.strands import Strands
from netbuilder.editor.tab import Tab
from netbuilder.graph.delta import Delta, GraphDelta
from netbuilder.graph.model import Endpoint, Frame, Graph, Note
from netbuilder.graph.sharing import users_of

REACH = 1_000_000.0  # px from the middle to the side of the scene
_AT_ONCE = 96  # cards that are brought up to date before anything else happens
_MANY = 16  # cards; for more, all shapes find a place again, which is quicker than card by card
_SLICE = 0.004  # s at a time for the others


class Scene(QGraphicsScene):
    """The items of the graph that a tab shows.

    After an edit that reaches many nodes, what is seen is brought up to date at once and the rest
    right after, a few at a time; who asks for a card gets it as it is now.

    Args:
        tab: The document.
        theme: The colours.
        parent: The view.

    Attributes:
        nodes: Where the cards lie.
        wires: Where the wires lie, by the input they lead to.
        ink: The colours.
        prints: The cards as pictures.
        zoom: How large the scene is shown.
        moving: Whether something moves, so that drawing must be quick.
        labels: Whether shapes are written at the wires.
        reached_many: Whether the last edit reached so many cards that drawing must be quick.
        overlay: What is drawn over the cards.
        moods: What is true of cards besides what stands on them.
    """

    def __init__(self, tab: Tab, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        room = QRectF(-REACH, -REACH, 2 * REACH, 2 * REACH)
        self.setSceneRect(room)
        self._tab = tab
        self.ink = Ink(theme)
        self.prints = Prints()
        self.zoom = 1.0
        self.moving = False
        self.labels = True
        self.reached_many = False
        self.nodes: Places[str] = Places()
        self.wires: Places[Endpoint] = Places()
        self._cards: dict[str, Card] = {}
        self._items: dict[str, NodeItem] = {}
        self._boxes: dict[tuple[str, str], BoxItem] = {}
        self._stale: set[str] = set()
        self._run: GraphRun | None = None
        self._report: Report | None = None
        self._graph = Graph()
        self._problems: dict[str, list[Diagnostic]] = {}
        self._muted: frozenset[str] = frozenset()
        self._alone: Evaluator | None = None
        self._holder = QGraphicsRectItem()
        self._holder.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self._holder.setZValue(10)
        self._lines = WiresItem(self, room)
        self._strands = Strands(self, self.wires, self._lines)
        self._blocks = BlocksItem(self, room)
        self.overlay = Overlay(self)
        self._heat = HeatItem(self, room)
        for item in (self._holder, self._lines, self._blocks, self._heat, self.overlay):
            self.addItem(item)
        self._marks: MarksItem | None = None  # only where graphs are compared
        self.moods = Moods(self._show_mood)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._on_later)
        tab.heated.connect(self._on_heated)

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
        if node in self._stale:
            self._bring_up([node])
        card = self._cards.get(node)
        return card.at(*self.nodes.corner(node)) if card else None

    def why(self, value: Endpoint, axis: int) -> Reason | None:
        """Return why an axis of a value has its size."""
        return why(self._tab.report.run, self._tab.path + value.node, value.port, axis)

    def record(self, node: str) -> Record | None:
        """Return what was found out about a node."""
        return self._run.records.get(node) if self._run else None

    def is_muted(self, node: str) -> bool:
        """Whether the whole branch that a node is on is bypassed."""
        return node in self._muted

    def problems(self, node: str) -> Sequence[Diagnostic]:
        """Return what is wrong with a node or inside of it."""
        return self._problems.get(node, ())

    def wire(self, target: Endpoint) -> Wire:
        """Return the wire that leads to an input.

        Raises:
            KeyError: There is none.
        """
        found = self._strands.get(target)
        if found is None:
            raise KeyError(target)
        return found

    def curve(self, target: Endpoint) -> Curve | None:
        """Return where a wire lies."""
        wire = self._strands.get(target)
        return wire.curve if wire else None

    def fan(self, source: Endpoint) -> Iterable[Endpoint]:
        """Return the inputs an output leads to, in order."""
        return self._strands.fan(source)

    def level(self, node: str) -> int:
        """Return how high a card lies over the others."""
        return int(self.moods.of(node).selected)

    def label_at(self, source: Endpoint) -> QRectF | None:
        """Return where the shape of an output is written, if it is."""
        return self._lines.label_at(source)

    def extent(self) -> QRectF:
        """Return the rectangle around everything."""
        boxes: tuple[Frame | Note, ...] = (*self.frames.values(), *self.notes.values())
        cards = self.nodes.extent()
        return around([*([] if cards.isNull() else [cards]), *(box_of(box) for box in boxes)])

    # Following the document

    def rebuild(self) -> None:
        """Show the tab's graph from nothing."""
        for item in (*self._items.values(), *self._boxes.values()):
            self.removeItem(item)
        self._items.clear()
        self._boxes.clear()
        self._cards.clear()
        self._problems.clear()
        self._stale.clear()
        self._strands.clear()
        self.nodes.clear()
        self.prints.clear()
        self.moods.clear()
        self._lines.forget_all()
        self._blocks.forget()
        self._run, self._report, self._graph = None, None, Graph()
        graph = self._tab.graph
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
        if self._report is not self._tab.report:
            self._follow(different.graphs.get(self._tab.group, GraphDelta()))

    def refresh(self) -> bool:
        """Show what a new check found; return whether it was not shown before."""
        if self._report is self._tab.report:
            return False
        self._follow(GraphDelta())
        return True

    @property
    def is_behind(self) -> bool:
        """Whether some cards are still to be brought up to date."""
        return bool(self._stale)

    def catch_up(self) -> None:
        """Bring all cards up to date now."""
        self._later.stop()
        self._bring_up(tuple(self._stale))

    def show_selection(self) -> None:
        """Show what is selected."""
        now = self._tab.selection
        self.moods.select(now.nodes)
        self._strengthen()
        for (kind, name), item in self._boxes.items():
            item.set_selected(name in (now.frames if kind == "frame" else now.notes))

    def show_at(self, places: Mapping[str, Point]) -> None:
        """Show cards elsewhere than the document says, while they glide."""
        moved = [name for name in places if name in self._items]
        for name in moved:
            self._place(name, places[name])
        self._strands.draw({target for name in moved for target in self._strands.at(name)})
        self._blocks.touch(moved)

    # Looks

    def set_theme(self, theme: Theme) -> None:
        """Draw in other colours."""
        self.ink = Ink(theme)
        self.prints.clear()
        self._blocks.forget()
        self.update()

    def set_zoom(self, zoom: float) -> None:
        """Say how large the scene is shown."""
        self.zoom = zoom
        far = zoom < FULL
        if far is self._holder.isVisible():
            self._holder.setVisible(not far)
            self._blocks.setVisible(far)

    def set_moving(self, moving: bool) -> None:
        """Draw quickly, or well."""
        if moving is not self.moving:
            self.moving = moving
            if not moving:
                self.update()

    def set_labels(self, labels: bool) -> None:
        """Write shapes at the wires, or do not."""
        self.labels = labels
        self._lines.update()

    def set_hover(self, node: str, port: tuple[str, str] | None, edge: Endpoint | None) -> None:
        """Show what the pointer is over."""
        same = node == self.moods.hovered
        self.moods.hover(node, port, self.moods.linked if same else self._linked_to(node))
        if edge != self.moods.edge:
            self.moods.edge = edge
            self._strengthen()

    def _linked_to(self, node: str) -> frozenset[str]:
        """The cards of the nodes that use the same weights."""
        graph = self._graph
        if node not in graph.nodes:
            return frozenset()
        source = graph.nodes[node].shares or node
        users = users_of(graph, source)
        return frozenset({source, *users} - {node}) if users else frozenset()

    def set_fits(self, fits: Mapping[tuple[str, str, str], str] | None) -> None:
        """Light up the ports a dragged wire may go into."""
        self.moods.fit(fits, self._items)

    def set_drop(self, edge: Endpoint | None) -> None:
        """Show that a card would be put into a wire."""
        self._lines.set_drop(edge)

    def set_marks(self, marks: Marks) -> None:
        """Mark what differs from another graph."""
        if self._marks is not None:
            self.removeItem(self._marks)
        self._marks = MarksItem(self, self.sceneRect(), marks)
        self.addItem(self._marks)

    def _show_mood(self, node: str, mood: Mood) -> None:
        item = self._items.get(node)
        if item is not None:
            item.show_mood(mood)
            self._blocks.update_at(self.nodes.rect(node))

    def _on_heated(self) -> None:
        self._heat.put(self._tab.heat)

    def _strengthen(self) -> None:
        strong = {target for target in self._tab.selection.edges if target in self._strands}
        if self.moods.edge is not None and self.moods.edge in self._strands:
            strong.add(self.moods.edge)
        self._lines.strengthen(strong)

    # Steps of following

    def _follow(self, part: GraphDelta) -> None:
        report, before = self._tab.report, self._run
        self._report, self._graph = report, self._tab.graph
        run = self._run = self._evaluation(report)
        touched = self._touched(part, run)
        reached = _reached(before, run)
        problems = problems_in(report, self._tab.group)
        told = _differing(self._problems, problems)
        self._problems = problems
        if len(part.moved) > _MANY:
            self._lines.forget_all()
        for target in part.disconnected:
            self._strands.remove(target)
        for name in part.removed:
            self._remove(name)
        self._move(part.moved - touched)
        now = muted(self._graph)
        switched, self._muted = now ^ self._muted, now
        self._stale |= (touched | reached | told | switched) & run.records.keys()
        self.reached_many = len(self._stale) > _MANY
        self._bring_up(self._first(touched), extra=part.connected)
        self._blocks.touch({*part.moved, *part.removed})
        self._follow_boxes(part)
        if self._stale:
            self._later.start()

    def _evaluation(self, report: Report) -> GraphRun:
        run = self._tab.run
        if run is not None and run.graph is self._graph:
            return run
        catalogue = standard_catalogue()
        if self._alone is None or self._alone.catalogue is not catalogue:
            self._alone = Evaluator(catalogue)
        return run_of(report, self._tab.group, self._alone)

    def _touched(self, part: GraphDelta, run: GraphRun) -> set[str]:
        """The nodes that are other ones now, or are connected in another way."""
        touched = {*part.added, *part.changed}
        for target in part.connected | part.disconnected:
            wire, source = self._strands.get(target), self._graph.edges.get(target)
            touched.add(target.node)
            touched |= {end.node for end in (wire.source if wire else None, source) if end}
        return touched & run.records.keys()

    def _first(self, touched: set[str]) -> list[str]:
        """The cards that must be right with the next frame: those that were meant or are seen."""
        if len(self._stale) <= _AT_ONCE:
            return list(self._stale)
        first = set(touched)
        for view in self.views():
            room = view.viewportTransform().inverted()[0].mapRect(QRectF(view.viewport().rect()))
            first |= self._stale & self.nodes.near(room)
        if len(first) > len(touched) + 2 * _AT_ONCE:  # all is seen; what is wrong goes first
            wrong = [name for name in first if name in self._problems]
            first = {*touched, *wrong[:_AT_ONCE]}
        return list(first)

    def _bring_up(self, names: Iterable[str], extra: Iterable[Endpoint] = ()) -> None:
        """Show cards as they are now, with their wires."""
        wires = set(extra)
        done = [name for name in names if name in self._stale]
        if len(done) > _MANY:
            self._lines.forget_all()
        for name in done:
            self._show_card(name)
        for name in done:
            wires.update(self._strands.at(name))
        self._stale.difference_update(done)
        self._strands.draw(wires)
        self._blocks.touch(done)

    def _on_later(self) -> None:
        until = time.perf_counter() + _SLICE
        waiting = list(self._stale)
        while waiting and time.perf_counter() < until:
            self._bring_up(waiting[-8:])
            del waiting[-8:]
        if self._stale:
            self._later.start()

    def _show_card(self, name: str) -> None:
        assert self._run is not None
        card = card_of(
            self._run, name, problems=self._problems.get(name, ()), is_muted=name in self._muted
        )
        item = self._items.get(name)
        if item is None:
            item = self._items[name] = NodeItem(self, card, self._holder)
            mood = self.moods.of(name)
            if mood.selected or mood.fitting is not None:
                item.show_mood(mood)
        elif card == self._cards[name]:
            card = self._cards[name]
        else:
            item.show_card(card)
            if name in self.nodes:
                self._blocks.update_at(self.nodes.rect(name))
        self._cards[name] = card
        self._place(name, self._graph.nodes[name].position)

    def _move(self, names: Iterable[str]) -> None:
        wires: set[Endpoint] = set()
        for name in names:
            self._place(name, self._graph.nodes[name].position)
            wires.update(self._strands.at(name))
        self._strands.draw(wires)

    def _place(self, name: str, place: Point) -> None:
        x, y = bounded(place)
        card = self._cards[name]
        rect = QRectF(x, y, card.width, card.height)
        if name in self.nodes:
            old = self.nodes.rect(name)
            if old == rect:
                return
            self._lines.forget_labels(old)
            self._blocks.update_at(old)
        self.nodes.put(name, rect)
        self._items[name].setPos(x, y)
        self._lines.forget_labels(rect)
        self._blocks.update_at(rect)

    def _remove(self, name: str) -> None:
        item = self._items.pop(name, None)
        if item is None:
            return
        self._strands.remove_at(name)
        rect = self.nodes.rect(name)
        self.nodes.take(name)
        del self._cards[name]
        self._stale.discard(name)
        self.prints.drop(name)
        self.moods.forget(name)
        self._lines.forget_labels(rect)
        self._blocks.update_at(rect)
        self.removeItem(item)

    def _follow_boxes(self, part: GraphDelta) -> None:
        for name in part.frames:
            frame = self._graph.frames.get(name)
            self._follow_box(("frame", name), FrameItem(self, frame) if frame else None)
        for name in part.notes:
            note = self._graph.notes.get(name)
            self._follow_box(("note", name), NoteItem(self, note) if note else None)

    def _follow_box(self, key: tuple[str, str], item: BoxItem | None) -> None:
        old = self._boxes.pop(key, None)
        if old is not None:
            self.removeItem(old)
        if item is not None:
            chosen = self._tab.selection
            item.set_selected(key[1] in (chosen.frames if key[0] == "frame" else chosen.notes))
            self._boxes[key] = item
            self.addItem(item)


def _reached(before: GraphRun | None, run: GraphRun) -> set[str]:
    """The nodes about which something else was found out, and those right behind them."""
    if before is run:
        return set()
    old = before.records if before else {}
    news = {name for name, record in run.records.items() if old.get(name) is not record}
    # The colour of an input is that of what flows in.
    return news.union(*(run.layout.follows.get(name, ()) for name in news))


def _differing(
    old: Mapping[str, Sequence[Diagnostic]], new: Mapping[str, Sequence[Diagnostic]]
) -> set[str]:
    """The nodes about which something else is said."""

    def said(found: Sequence[Diagnostic]) -> list[tuple[str, str, str, str]]:
        return [(one.code, one.severity, one.message, one.where.port) for one in found]

    names = old.keys() | new.keys()
    return {name for name in names if said(old.get(name, ())) != said(new.get(name, ()))}
