"""The view that moves on by itself while something is dragged at its edge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, Qt, QTimer, Signal

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

MARGIN = 32.0  # px on the screen, from the edge inwards
_LEAST, _MOST = 60.0, 1400.0  # px a second, at the inner side of the margin and far outside
_DEEPEST = 2 * MARGIN  # px; beyond that it becomes no faster
_TICK = 16  # ms
_LONGEST = 0.05  # s that one step may stand for, so that a busy moment is no leap

_Sides = tuple[float, float, float, float]  # left, top, right, bottom


class Drifting(QObject):
    """Moves the view, faster the deeper the pointer is in the margin.

    A drag that begins in the margin, as one from the palette does, moves nothing before it goes
    farther outwards or has been inside.

    Args:
        canvas: The view; it owns this.
    """

    drifted = Signal()  # the view was moved below a pointer that rests

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._start: _Sides = (0.0, 0.0, 0.0, 0.0)
        self._speed = QPointF()
        self._rest = QPointF()
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=_TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)

    @property
    def is_on(self) -> bool:
        """Whether the view is moving."""
        return self._timer.isActive()

    def begin(self, at: QPointF) -> None:
        """A drag may begin at a point of the screen."""
        self.stop()
        self._start = self._depths(at)

    def follow(self, at: QPointF) -> None:
        """Something is dragged to a point of the screen."""
        now = self._depths(at)
        # A side that the pointer has been away from counts whole from then on.
        self._start = _four(min(a, b) for a, b in zip(self._start, now, strict=True))
        left, top, right, bottom = (_speed(a - b) for a, b in zip(now, self._start, strict=True))
        self._speed = QPointF(left - right, top - bottom)
        if self._speed.isNull():
            self.stop()
        elif not self._timer.isActive():
            self._rest = QPointF()
            self._clock.start()
            self._timer.start()

    def stop(self) -> None:
        """The drag is over."""
        self._timer.stop()

    def _depths(self, at: QPointF) -> _Sides:
        """How deep a point is in the margin of each side; 0 for not at all."""
        room = self._canvas.viewport().rect()
        inside = at.x(), at.y(), room.width() - at.x(), room.height() - at.y()
        return _four(min(max(MARGIN - far, 0.0), _DEEPEST) for far in inside)

    def _on_tick(self) -> None:
        passed = min(self._clock.restart() / 1000, _LONGEST)
        # The view moves by whole px; what is left is added to the next step.
        step = self._rest + self._speed * passed
        whole = QPointF(round(step.x()), round(step.y()))
        self._rest = step - whole
        if not whole.isNull():
            self._canvas.pan_by(whole.x(), whole.y())
            self.drifted.emit()


def _four(numbers: Iterable[float]) -> _Sides:
    left, top, right, bottom = numbers
    return left, top, right, bottom


def _speed(depth: float) -> float:
    """How fast the view moves, px a second."""
    if depth <= 0:
        return 0.0
    return float(_LEAST + (_MOST - _LEAST) * min(depth / _DEEPEST, 1.0) ** 1.5)
