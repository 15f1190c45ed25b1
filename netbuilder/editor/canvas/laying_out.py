"""Laying out what is selected or everything; in large graphs beside the main loop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from netbuilder.app.arrange import Point
from netbuilder.app.layout import arranged
from netbuilder.editor.canvas.arranging import put
from netbuilder.editor.canvas.standing import card_rect
from netbuilder.graph.model import Graph

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

MANY = 300  # nodes; laying out fewer takes no longer than a frame or a few
_SLOW = 400  # ms until it is said that a layout is on its way
_HANDS = 60  # ms until hands that are busy are looked at again


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for.

    Attributes:
        graph: The graph as it was then.
        group: The definition that it is the inside of; empty for the main graph.
        only: The nodes to lay out; None for all.
        again: Whether the graph had been changed meanwhile once before.
    """

    graph: Graph
    group: str
    only: frozenset[str] | None
    again: bool = False


class LayingOut(QObject):
    """Lays a canvas's graph out.

    A layout that takes long is applied once it is there, if the graph is still the same. If it was
    changed meanwhile, it is laid out once more; changed again, it is left as it is.

    Args:
        canvas: Where; it owns this.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._asked: _Asked | None = None
        self._places: dict[str, Point] = {}
        self._slow = QTimer(self, singleShot=True, interval=_SLOW)
        self._slow.timeout.connect(self._on_slow)
        self._hands = QTimer(self, singleShot=True, interval=_HANDS)
        self._hands.timeout.connect(self._apply)

    @property
    def is_busy(self) -> bool:
        """Whether a layout is on its way."""
        return self._asked is not None

    def start(self) -> None:
        """Lay out what is selected, or everything where fewer than two nodes are."""
        tab = self._canvas.tab
        chosen = tab.selection.nodes
        if tab.graph.nodes:
            self._begin(_Asked(tab.graph, tab.group, chosen if len(chosen) > 1 else None))

    def _begin(self, asked: _Asked) -> None:
        canvas, graph = self._canvas, asked.graph
        sizes = {}
        for name in graph.nodes:
            rect = card_rect(canvas, name)
            sizes[name] = rect.width(), rect.height()
        direction = canvas.workspace.preferences.settings.direction
        work = partial(arranged, graph, sizes, direction, asked.only)
        self._hands.stop()
        self._asked = asked
        if len(asked.only or graph.nodes) < MANY:
            self._on_laid_out(work())
            return
        self._slow.start()
        canvas.workspace.tasks.submit(self, "layout", work, self._on_laid_out)

    def _on_laid_out(self, places: dict[str, Point]) -> None:
        self._slow.stop()
        self._places = places
        self._apply()

    def _apply(self) -> None:
        """Put the cards there, unless the graph is another one by now."""
        canvas, asked = self._canvas, self._asked
        assert asked is not None
        tab = canvas.tab
        if tab.group != asked.group:
            self._drop("another graph is shown by now")
        elif tab.graph is not asked.graph:
            self._once_more(asked)
        elif canvas.hands is not None and canvas.hands.busy:
            self._hands.start()  # what is in somebody's hands stays there
        else:
            self._asked = None
            put(canvas, self._places, "Lay out")

    def _once_more(self, asked: _Asked) -> None:
        graph = self._canvas.tab.graph
        only = asked.only and asked.only & graph.nodes.keys()
        if asked.again:
            self._drop("it was changed again meanwhile")
        elif not graph.nodes or only == frozenset():
            self._asked = None
        else:
            self._begin(_Asked(graph, asked.group, only, again=True))

    def _drop(self, why: str) -> None:
        self._asked = None
        self._canvas.workspace.said.emit("info", f"The graph is not laid out: {why}.")

    def _on_slow(self) -> None:
        if self._asked is not None:
            count = len(self._asked.only or self._asked.graph.nodes)
            self._canvas.workspace.said.emit(
                "info", f"Laying out {count:,} nodes\N{HORIZONTAL ELLIPSIS}"
            )
