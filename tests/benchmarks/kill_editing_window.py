"""The real editor with a hand in it, as ``kill_editing.py --window`` starts, kills and restarts it.

python tests/benchmarks/kill_editing_window.py FILE SEED [--careless]   edit until killed
python tests/benchmarks/kill_editing_window.py --recover                say what a start recovers

Each edit is told on the standard output, as ``kill_editing.py`` reads it. What is recovered is told by its
title. Settings and copies are in the folder that ``NETBUILDER_STATE`` names.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kill_editing import EDITS_PER_S, IN_WINDOW, TOLD, Careless, scripted
from PySide6.QtCore import QObject, QTimer

from netbuilder.app.recovery import Recovery
from netbuilder.app.session import Session
from netbuilder.editor import files
from netbuilder.editor.start import Opening, open_editor
from netbuilder.editor.window import MainWindow


class Hand(QObject):
    """Edits the shown document, without end.

    Args:
        window: The window, furnished.
        seed: What is done.
    """

    def __init__(self, window: MainWindow, seed: int) -> None:
        super().__init__(window)
        self._window, self._rng = window, random.Random(seed)
        self._edits, self._number = scripted(self._rng, IN_WINDOW), 0
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self.edit)
        self._next.start(0)

    def edit(self) -> None:
        """Do the next edit and tell of it."""
        label, change = next(self._edits)
        self._number += 1
        tab = self._window.workspace.current
        assert tab is not None
        tab.do(label, change)
        os.write(sys.stdout.fileno(), TOLD.pack(self._number, time.time()))
        self._next.start(round(1000 * self._rng.expovariate(EDITS_PER_S)))


class CarelessRecovery(Recovery):
    """The planted fault: documents are watched by the bad writer."""

    def watch(self, session: Session) -> Careless:  # type: ignore[override]
        """Keep careless copies."""
        self._folder.mkdir(exist_ok=True)
        return Careless(session, self._folder)


def once_furnished(act: Callable[[MainWindow], object]) -> None:
    """Do something when the editor is through with its start."""
    furnish = Opening.furnish

    def furnished(opening: Opening) -> None:
        window = opening.parent()
        assert isinstance(window, MainWindow)
        before = window.is_furnished
        furnish(opening)
        if window.is_furnished and not before:
            act(window)

    Opening.furnish = furnished  # type: ignore[method-assign]


def tell_recovered(window: MainWindow) -> None:
    """Say the titles of what is open and not saved, and close."""
    for tab in window.workspace.tabs:
        if not tab.session.document.is_clean:
            sys.stdout.write(f"{tab.network.title}\n")
    window.windows.sure()
    QTimer.singleShot(0, window.close)


def main() -> int:
    """Open the editor for one of both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("seed", type=int, nargs="?", default=0)
    parser.add_argument("--careless", action="store_true")
    parser.add_argument("--recover", action="store_true")
    options = parser.parse_args()
    if options.recover:
        once_furnished(tell_recovered)
        return open_editor()
    if options.careless:
        files.Recovery = CarelessRecovery  # type: ignore[misc]
    once_furnished(lambda window: Hand(window, options.seed))
    return open_editor([options.file])


if __name__ == "__main__":
    sys.exit(main())
