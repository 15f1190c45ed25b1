"""The start of the editor: the window first, everything heavy after it is on the screen."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QStyleFactory

from netbuilder.app.preferences import Preferences
from netbuilder.editor import style
from netbuilder.editor.hooks import Hooks
from netbuilder.editor.look import Look
from netbuilder.editor.training.log_lines import LogKeeper
from netbuilder.editor.window import MainWindow


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
    look = Look(preferences)
    app.setPalette(style.palette(look.theme))
    look.close()
    window = MainWindow()
    hooks.faulted.connect(window.on_fault)
    watch = _listen_to_signals(window)
    opening = Opening(window, preferences, files, picture)
    window.place(preferences)
    window.show()
    opening.begin()
    code = app.exec()
    watch.stop()
    hooks.remove()
    return code


class Opening(QObject):
    """The steps of a start: the bare window is on the screen, then what is in it, then the worker.

    Args:
        window: The bare window, shown.
        preferences: The settings of the program.
        files: Networks to open.
        picture: Where a picture of the window goes, if it is only wanted for that.
    """

    def __init__(
        self,
        window: MainWindow,
        preferences: Preferences,
        files: Sequence[Path],
        picture: Path | None,
    ) -> None:
        super().__init__(window)
        self._window, self._preferences = window, preferences
        self._files, self._picture = files, picture
        # A window that is never drawn, minimized by its desktop say, is furnished all the same.
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self.furnish)
        # Queued: what was drawn reaches the screen first.
        window.painted.connect(self.furnish, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Wait for the first picture of the window."""
        self._late.start(500)

    def furnish(self) -> None:
        """Import the parts, put them in, and open the documents."""
        self._late.stop()
        window = self._window
        if window.is_furnished or not window.isVisible():
            return
        from netbuilder.editor.workspace import Workspace

        window.furnish(Workspace(self._preferences))
        for path in self._files:
            window.files.open_text(str(path))
        if self._picture is None:
            window.open_last()
            # A worker that is warm before Train is pressed; the window has its picture before that.
            QTimer.singleShot(0, window.runs.begin)
        else:
            shot = _Shot(window, self._picture)
            QTimer.singleShot(400, shot.take)


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
