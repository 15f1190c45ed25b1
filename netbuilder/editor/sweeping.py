"""Garbage is collected in the main thread alone."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_PERIOD = 1000  # ms; references in cycles are rare, most objects go as soon as they are dropped


class Sweeping(QObject):
    """Collects cycles of objects from the main loop, and keeps Python from doing it elsewhere.

    Python collects in whichever thread happens to make an object. A QObject that is destroyed beside
    the main thread, while its window is drawn, crashes the program.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.sweep)
        self._timer.start(_PERIOD)

    def sweep(self) -> None:
        """Collect the oldest generation that is due, as Python would do it."""
        due = [
            generation
            for generation, (made, limit) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if made > limit > 0
        ]
        if due:
            gc.collect(due[-1])

    def close(self) -> None:
        """Leave it to Python again; no other thread runs any more."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
