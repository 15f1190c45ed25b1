"""The graphs of two runs side by side, to look at: what one has and the other has not is marked."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from netbuilder.app.graph_pair import GraphSide, Marks
from netbuilder.editor.canvas.marking import SIGNS
from netbuilder.editor.canvas.painting import FULL
from netbuilder.editor.canvas.view import Canvas
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.labels import Cut, Plain
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

_LEGEND = "    ".join(f"{sign} {word}" for word, sign in SIGNS.items())
_NEAR = 0.8  # the zoom at which a node is shown that was too small to read
_MAIN = "Main graph"


class StillCanvas(Canvas):
    """A graph that nobody edits: dragging moves it, the wheel zooms, a double-click enters a group.

    Attributes:
        looked: It shows another part of its graph than before.
    """

    looked = Signal()

    def __init__(self, tab: Tab, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(tab, workspace, parent)
        self.setAcceptDrops(False)
        self.zoomed.connect(self.looked)
        self.horizontalScrollBar().valueChanged.connect(self.looked)
        self.verticalScrollBar().valueChanged.connect(self.looked)

    def look_as(self, other: Canvas) -> None:
        """Show the part that another canvas shows."""
        self.set_zoom(other.zoom)
        self.centre_at(other.centre())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin to move the graph."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = event.position()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Enter a group."""
        self._enter(self.map_to_scene(event.position()))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Plus and minus zoom, 0 shows everything, Backspace leaves a group."""
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(0.8)
        elif key == Qt.Key.Key_0:
            self.frame_all()
        elif key == Qt.Key.Key_Backspace:
            self.tab.leave()
        else:
            super().keyPressEvent(event)

    def _enter(self, at: QPointF) -> None:
        node = self.hit(at).node
        if node:
            self.tab.enter(node)

    def _take_settings(self) -> None:
        super()._take_settings()
        self._minimap.wanted = False  # there is no room for it
        self._stage.set_labels(False)  # signs stand where the shapes would
        self._arrange()


class GraphPair(QWidget):
    """Two graphs, of which both always show the same part.

    Args:
        workspace: What is open.
        names: What the graphs are called.

    Attributes:
        canvases: The graphs, once they are there.
        up: Leaves a group.
    """

    def __init__(
        self, workspace: Workspace, names: tuple[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("graph_pair")
        self._workspace, self._names = workspace, names
        self._sides: tuple[GraphSide, ...] = ()
        self._framed = False  # whether all was shown once; hidden, nobody knows the room
        self._leading = False  # whether one canvas is leading the other at this moment
        self.canvases: tuple[StillCanvas, ...] = ()
        self.up = QPushButton("Up", self)
        self.up.setProperty("role", "small")
        self.up.setAutoDefault(False)
        introduce(self.up, "Up", "Show the graph around.  Backspace", "graph_pair_up")
        self.up.clicked.connect(self._on_up)
        self.place = Cut("", "secondary", self)
        self._halves = QSplitter(Qt.Orientation.Vertical, self)  # data mostly flow to the right
        self._halves.setObjectName("graph_pair_halves")
        self._halves.setChildrenCollapsible(False)
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 8, 0)
        head.setSpacing(8)
        head.addWidget(self.up)
        head.addWidget(self.place, 1)
        head.addWidget(Plain(_LEGEND, "secondary", self))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._halves, 1)
        self._show_place()

    def put(self, sides: tuple[GraphSide, GraphSide]) -> None:
        """Show two graphs."""
        self._sides = sides
        canvases = []
        for number, (side, name) in enumerate(zip(sides, self._names, strict=True)):
            half = QWidget(self._halves)
            canvas = StillCanvas(Tab(side.session, self), self._workspace, half)
            about = "What differs is marked; dragging moves, the wheel zooms."
            introduce(canvas, f"Graph of {name}", about, f"graph_pair_{number}")
            canvas.setToolTip("")  # cards and wires have their own
            column = QVBoxLayout(half)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(4)
            title = Cut(name, "section", half)
            column.addWidget(title)
            column.addWidget(canvas, 1)
            self._halves.addWidget(half)
            canvas.tab.entered.connect(self._on_entered)
            canvas.looked.connect(self._on_looked)
            canvases.append(canvas)
        self.canvases = tuple(canvases)
        self._mark()
        self.frame()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show all of both graphs the first time."""
        super().showEvent(event)
        if not self._framed:
            self.frame()

    def frame(self) -> None:
        """Show everything of the graph that needs more room."""
        if self.canvases and self.isVisible():
            self._framed = True
            for canvas in self.canvases:
                canvas.frame_all()
            far = min(self.canvases, key=lambda canvas: canvas.zoom)
            self._lead(far)

    def jump(self, group: str, node: str) -> bool:
        """Bring a node of a definition into view on both sides; return whether one of them has it."""
        for canvas, side in zip(reversed(self.canvases), reversed(self._sides), strict=True):
            trail = side.trails.get(group)
            graph = side.session.network
            if trail is None or node not in graph.graph_at(group).nodes:
                continue
            canvas.tab.reveal("/".join((*trail, node)))
            if canvas.zoom < FULL:  # as after entering a group, which shows all of it
                canvas.set_zoom(_NEAR)
                canvas.centre_on(node)
            for other in self.canvases:
                if other is not canvas and other.tab.trail == trail:
                    other.tab.select(nodes=[node])
            return True
        return False

    def close_tabs(self) -> None:
        """Let the documents go."""
        for canvas in self.canvases:
            canvas.tab.close()

    def _on_up(self) -> None:
        for canvas in self.canvases:
            if canvas.tab.trail:
                canvas.tab.leave()
                return

    def _on_entered(self) -> None:
        """Enter the same group on the other side, where it has it."""
        if self._leading:
            return
        leader = next((c for c in self.canvases if c.tab is self.sender()), None)
        if leader is None:
            return
        self._leading = True
        for other in self.canvases:
            if other is not leader and other.tab.trail != leader.tab.trail:
                other.tab.leave(0)
                for name in leader.tab.trail:
                    other.tab.enter(name)
        self._leading = False
        self._mark()
        self._lead(leader)

    def _on_looked(self) -> None:
        if not self._leading:
            leader = next((c for c in self.canvases if c is self.sender()), None)
            if leader is not None:
                self._lead(leader)

    def _lead(self, leader: StillCanvas) -> None:
        self._leading = True
        for other in self.canvases:
            if other is not leader and other.tab.trail == leader.tab.trail:
                other.look_as(leader)
        self._leading = False

    def _mark(self) -> None:
        for canvas, side in zip(self.canvases, self._sides, strict=True):
            canvas.set_marks(side.marks.get(canvas.tab.group, Marks()))
        self._show_place()

    def _show_place(self) -> None:
        trail = max((canvas.tab.trail for canvas in self.canvases), key=len, default=())
        self.up.setEnabled(bool(trail))
        self.place.setText(" / ".join((_MAIN, *trail)))
