"""A canvas in a window, and the mouse and keys to use it with, for tests of the editor's hands."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu

from netbuilder.app.session import Session
from netbuilder.editor import style
from netbuilder.editor.actions import Actions
from netbuilder.editor.canvas.canvas_commands import CanvasCommands
from netbuilder.editor.canvas.hands import Hands
from netbuilder.editor.canvas.view import Canvas
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Graph, Network

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
MIME = "application/x-netbuilder-node"


class Stage:
    """A window with one canvas.

    Args:
        workspace: Where the document is opened.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        workspace.preferences.set("motion", "off")
        style.apply(QApplication.instance(), workspace.look.theme)
        self.window = QMainWindow()
        self.said: list[tuple[str, str]] = []
        workspace.said.connect(self._on_said)
        workspace.actions = self.actions = Actions(workspace, self.window)
        self.commands = CanvasCommands(workspace, self._canvas_of)
        self.actions.bind(
            self.commands.handlers(), self.commands.enabled(), self.commands.checked()
        )
        self.tab: Tab = workspace.open(Session())
        self.canvas = Canvas(self.tab, workspace, self.window)
        self.canvas.hands = self.hands = Hands(self.canvas)
        self.actions.serve(self.canvas)
        self.window.setCentralWidget(self.canvas)
        workspace.selected.connect(self.actions.refresh)
        workspace.changed.connect(self.actions.refresh)
        workspace.entered.connect(self.actions.refresh)
        self.window.resize(900, 600)
        self.window.show()
        self.canvas.setFocus()
        self.home()

    def close(self) -> None:
        """Put everything away."""
        self.canvas.hands = None
        self.window.close()
        self.workspace.actions = None
        self.workspace.look.close()
        self.window.deleteLater()

    def home(self) -> None:
        """Show the scene at 100%, its origin 100 px from the upper left corner."""
        self.canvas.set_zoom(1.0)
        at = self.canvas.map_to_scene(QPointF(100, 100))
        self.canvas.pan_by(at.x(), at.y())

    # What there is.

    @property
    def graph(self) -> Graph:
        return self.tab.graph

    @property
    def steps(self) -> tuple[str, ...]:
        return self.tab.session.document.undo_labels

    @property
    def box(self):
        return self.hands.asking.box

    def chain(self, *types: str, gap: float = 240.0) -> list[str]:
        """Put nodes in a row at y 0, each wired to the one before; nothing to undo afterwards."""
        names: list[str] = []

        def edit(network: Network) -> Network:
            for index, kind in enumerate(types):
                network, name = edits.add_node(network, kind, position=(index * gap, 0.0))
                if names:
                    network = edits.connect(network, f"{names[-1]}.output", f"{name}.input")
                names.append(name)
            return network

        self.tab.do("Set the stage", edit)
        self.home()
        return names

    def add(self, kind: str, x: float, y: float, **params: object) -> str:
        return self.tab.do(
            "Set the stage", lambda n: edits.add_node(n, kind, position=(x, y), params=params)
        )

    def wire(self, source: str, target: str) -> None:
        self.tab.do("Set the stage", lambda n: edits.connect(n, source, target))

    def source(self, target: str) -> str:
        node, _, port = target.partition(".")
        found = self.graph.edges.get(Endpoint(node, port))
        return str(found) if found else ""

    def rect(self, node: str) -> QRectF:
        return self.canvas.rect_of([node])

    def middle(self, node: str) -> QPoint:
        """The middle of a card on the viewport."""
        return self.seen(self.rect(node).center())

    def port(self, end: str) -> QPoint:
        node, _, port = end.partition(".")
        card = self.canvas.card(node)
        dot = {**card.outs, **card.ins}[port]
        return self.seen(QPointF(dot.x, dot.y))

    def seen(self, at: QPointF) -> QPoint:
        return self.canvas.mapFromScene(at)

    def scene(self, at: QPoint) -> QPointF:
        return self.canvas.map_to_scene(QPointF(at))

    # Hands.

    def click(self, at: QPoint, keys=NONE, button=LEFT) -> None:
        QTest.mouseMove(self.canvas.viewport(), at)
        QTest.mouseClick(self.canvas.viewport(), button, keys, at)

    def double_click(self, at: QPoint) -> None:
        QTest.mouseMove(self.canvas.viewport(), at)
        QTest.mouseDClick(self.canvas.viewport(), LEFT, NONE, at)

    def press(self, at: QPoint, keys=NONE, button=LEFT) -> None:
        QTest.mouseMove(self.canvas.viewport(), at)
        QTest.mousePress(self.canvas.viewport(), button, keys, at)

    def move(self, to: QPoint, keys=NONE, button=LEFT) -> None:
        # QTest.mouseMove holds no button and no key down.
        from PySide6.QtCore import QEvent
        from PySide6.QtGui import QMouseEvent

        view = self.canvas.viewport()
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(to),
            QPointF(view.mapToGlobal(to)),
            Qt.MouseButton.NoButton,
            button,
            keys,
        )
        QApplication.sendEvent(view, event)

    def release(self, at: QPoint, keys=NONE, button=LEFT) -> None:
        QTest.mouseRelease(self.canvas.viewport(), button, keys, at)

    def drag(self, start: QPoint, end: QPoint, keys=NONE, button=LEFT, steps: int = 4) -> None:
        self.press(start, keys, button)
        for step in range(1, steps + 1):
            self.move(start + (end - start) * step / steps, keys, button)
        self.release(end, keys, button)

    def key(self, key: Qt.Key, keys=NONE) -> None:
        QTest.keyClick(self.canvas, key, keys)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)

    def type_key(self, key: Qt.Key, keys=NONE) -> None:
        QTest.keyClick(QApplication.focusWidget(), key, keys)

    def wheel(
        self,
        at: QPoint,
        degrees: int = 0,
        pixels: QPoint | None = None,
        keys=NONE,
        phase=Qt.ScrollPhase.NoScrollPhase,
    ) -> None:
        view = self.canvas.viewport()
        event = QWheelEvent(
            QPointF(at),
            QPointF(view.mapToGlobal(at)),
            pixels or QPoint(),
            QPoint(0, degrees),
            Qt.MouseButton.NoButton,
            keys,
            phase,
            False,
            Qt.MouseEventSource.MouseEventNotSynthesized,
            QPointingDevice.primaryPointingDevice(),
        )
        QApplication.sendEvent(view, event)

    def context(self, at: QPoint, *, keyboard: bool = False) -> None:
        reason = QContextMenuEvent.Reason
        event = QContextMenuEvent(
            reason.Keyboard if keyboard else reason.Mouse,
            at,
            self.canvas.viewport().mapToGlobal(at),
        )
        QApplication.sendEvent(self.canvas.viewport(), event)

    def menu(self) -> QMenu:
        """The context menu that is open."""
        found = QApplication.activePopupWidget()
        assert isinstance(found, QMenu)
        return found

    def drop(self, at: QPoint, kind: str, *, only_over: bool = False) -> None:
        """Drag something from the palette to a point."""
        data = QMimeData()
        data.setData(MIME, kind.encode())
        self.drop_data(at, data, only_over=only_over)

    def drop_data(self, at: QPoint, data: QMimeData, *, only_over: bool = False) -> QDropEvent:
        view, copy = self.canvas.viewport(), Qt.DropAction.CopyAction
        QApplication.sendEvent(view, QDragEnterEvent(at, copy, data, LEFT, NONE))
        QApplication.sendEvent(view, QDragMoveEvent(at, copy, data, LEFT, NONE))
        event = QDropEvent(QPointF(at), copy, data, LEFT, NONE)
        if not only_over:
            QApplication.sendEvent(view, event)
        return event

    def _canvas_of(self, tab: Tab) -> Canvas:
        return self.canvas

    def _on_said(self, level: str, text: str) -> None:
        self.said.append((level, text))
