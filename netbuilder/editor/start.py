"""The start of the editor: the window first, everything heavy after it is on the screen."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtWidgets import QApplication, QStyleFactory

from netbuilder.app.preferences import Preferences
from netbuilder.editor.hooks import Hooks
from netbuilder.editor.training.log_lines import LogKeeper
from netbuilder.editor.window import MainWindow
from netbuilder.editor.workspace import Workspace


def application(preferences: Preferences) -> QApplication:
    """Return the application, made with the settings that hold from the first pixel."""
    there = QApplication.instance()
    if isinstance(there, QApplication):
        return there
    scale = preferences.settings.scale
    if scale != 100 and "QT_SCALE_FACTOR" not in os.environ:
        os.environ["QT_SCALE_FACTOR"] = str(scale / 100)
    QCoreApplication.setApplicationName("NetBuilder")
    QCoreApplication.setOrganizationName("NetBuilder")
    made = QApplication(sys.argv[:1])
    # Fusion draws the same on every platform, and follows the style sheet everywhere.
    made.setStyle(QStyleFactory.create("Fusion"))
    made.setDesktopFileName("netbuilder")
    return made


def open_editor(files: Sequence[Path] = (), picture: Path | None = None) -> int:
    """Open the window and stay until it is closed.

    Args:
        files: Networks to open; by default those of last time, or the start page.
        picture: Where a picture of the window goes; the program ends after it is written.

    Returns:
        The exit code.
    """
    preferences = Preferences()
    app = application(preferences)
    hooks = Hooks()
    hooks.install(preferences.folder / "crash.txt")
    log = logging.getLogger("netbuilder")
    log.setLevel(logging.INFO)
    log.addHandler(
        LogKeeper()
    )  # the Log panel, made later, shows what was said before it was there
    workspace = Workspace(preferences)
    window = MainWindow(workspace)
    hooks.faulted.connect(window.on_fault)
    watch = _listen_to_signals(window)
    window.show()
    for path in files:
        window.files.open_text(str(path))
    # What is not needed for the first picture waits until it is on the screen.
    if picture is None:
        QTimer.singleShot(0, window.begin)
    if picture is not None:
        shot = _Shot(window, picture)
        QTimer.singleShot(400, shot.take)
    code = app.exec()
    watch.stop()
    hooks.remove()
    return code


class _Shot(QObject):
    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window, self._path = window, path

    def take(self) -> None:
        """Write the picture and close."""
        if not self._window.grab().save(str(self._path)):
            print(f"{self._path}: the picture cannot be written", file=sys.stderr)  # noqa: T201 - no window to say it in
        self._window.close()


def _listen_to_signals(window: MainWindow) -> QTimer:
    """Close the window on Ctrl+C and on the system's wish; Python sees signals only when it runs."""
    signal.signal(signal.SIGINT, lambda *_: window.close())
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    timer = QTimer(window)
    timer.timeout.connect(window.breathe)
    timer.start(250)
    return timer
