"""Cards and the view that glide to where they belong; nothing waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QPointF, QVariantAnimation

from netbuilder.app.arrange import Point

if TYPE_CHECKING:
    from netbuilder.editor.canvas.scene import Scene
    from netbuilder.editor.canvas.view import Canvas

DURATION = 140  # ms
_MOST = 400  # cards; more would stutter


class CardGlide(QVariantAnimation):
    """Lets cards glide to where the document says.

    Args:
        scene: Their scene.
        canvas: The view that shows it.
    """

    def __init__(self, scene: Scene, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._scene = scene
        self._canvas = canvas
        self._from: dict[str, Point] = {}
        self.setDuration(DURATION)
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._on_value)
        self.finished.connect(self._on_finished)

    def run(self, before: Mapping[str, Point]) -> None:
        """Let cards glide from where they were."""
        self.stop()
        nodes = self._scene.graph.nodes
        self._from = {n: at for n, at in before.items() if n in nodes and nodes[n].position != at}
        if 0 < len(self._from) <= _MOST:
            self._scene.show_at(self._from)
            self._canvas.stir()
            self.start()

    def stop(self) -> None:
        """Put the cards where they belong at once."""
        if self.state() != QVariantAnimation.State.Stopped:
            super().stop()
            self._on_finished()

    def _on_value(self, share: float) -> None:
        if self.state() != QVariantAnimation.State.Running:
            return
        nodes = self._scene.graph.nodes
        places = {}
        for name, (x, y) in self._from.items():
            if name in nodes:
                there = nodes[name].position
                places[name] = x + (there[0] - x) * share, y + (there[1] - y) * share
        self._scene.show_at(places)
        self._canvas.stir()

    def _on_finished(self) -> None:
        nodes = self._scene.graph.nodes
        self._scene.show_at({n: nodes[n].position for n in self._from if n in nodes})
        self._from = {}


class ViewGlide(QVariantAnimation):
    """Lets the view glide to another place.

    Args:
        canvas: The view.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.setDuration(DURATION)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._on_value)

    def run(self, start: QPointF, end: QPointF) -> None:
        """Glide from one middle to another."""
        self.stop()
        self.setStartValue(start)
        self.setEndValue(end)
        self.start()

    def _on_value(self, middle: QPointF) -> None:
        if self.state() == QVariantAnimation.State.Running:
            self._canvas.centre_at(middle)
