"""The window can be closed at any moment: the program ends at once, in peace, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from netbuilder.app.examples import example_text

LIMIT = 60.0  # s, of which the start on a loaded machine is the most

# What the program is at when it is told to end: run when it has begun, in the event loop.
BUSY: Mapping[str, str] = {
    "the first picture": "",
    "the start page": "window.files.start_page()",
    "nothing": "window.files.new()",
    "typing": "window.actions_.run('graph.add'); [QTest.keyClick(window.windowHandle(), c) for c in 'conv']",
    "a drag": (
        "view = window.canvas.viewport()\n"
        "QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(9, 9))\n"
        "QTest.mouseMove(view, QPoint(90, 90))"
    ),
    "a drag from the palette": (
        "view = window.dock('palette').require().list.viewport()\n"
        "QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(40, 60))\n"
        "QTest.mouseMove(view, QPoint(90, 90))"
    ),
    "a dialog": "window.actions_.run('file.settings')",
    "a file dialog": "window.actions_.run('file.open')",
    "all dialogs": "\n".join(
        f"window.actions_.run({name!r})"
        for name in ("file.export", "run.data", "run.recipe", "help.about", "help.shortcuts")
    ),
    "the command palette": "window.actions_.run('help.commands')",
    "the tour": "window.actions_.run('help.tour')",
    "a menu": "window.top_bar.menus.setActiveAction(window.top_bar.menus.actions()[0])",
    "all panels": "\n".join(
        f"window.actions_.run('view.{name}')"
        for name in ("problems", "training", "runs", "evaluation", "code", "cost", "log", "history")
    ),
    "laying out": "window.files.open_example('digits_cnn'); window.actions_.run('graph.layout')",
    "saving": "window.workspace.current.do('t', title); window.files.save()",
    "tasks": (
        "from time import sleep\n"
        "for i in range(50): window.workspace.tasks.submit(window, str(i), lambda: sleep(0.05), id)"
    ),
    "exporting": (
        "dialog = window.windows.show('file.export'); dialog.formats.setCurrentIndex(0)\n"
        "dialog.start()"
    ),
    "starting a training": "window.actions_.run('run.train')",
    "training": "window.actions_.run('run.train'); WAIT[0] = 4000",
    "switching the theme": "window.actions_.run('view.theme')",
}

PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from netbuilder.editor.start import Opening, open_editor
from netbuilder.graph.edits import set_title

WAIT = [0]
title = lambda network: set_title(network, "changed")
furnish = Opening.furnish

def furnished(opening):
    window, again = opening.parent(), opening.parent().is_furnished
    furnish(opening)
    if not again:
        busy(window)
        window.windows.sure()
        QTimer.singleShot(WAIT[0], window.close)

def busy(window):
{busy}
    pass

Opening.furnish = furnished
raise SystemExit(open_editor([Path(name) for name in sys.argv[1:]]))
"""


def _environment(folder: Path) -> dict[str, str]:
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    return {**os.environ, "NETBUILDER_STATE": str(folder / "state"), "QT_QPA_PLATFORM": platform}


def _run(folder: Path, busy: str) -> subprocess.CompletedProcess[str]:
    (folder / "a.netgraph").write_text(example_text("digits_cnn"), encoding="utf-8")
    lines = "".join(f"    {line}\n" for line in busy.splitlines())
    program = PROGRAM.format(busy=lines)
    return subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", program, "a.netgraph"],
        cwd=folder,
        env=_environment(folder),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def _noise(text: str) -> str:
    """What was said besides what the offscreen platform always says."""
    return "".join(
        line for line in text.splitlines(True) if "This plugin does not support" not in line
    )


def _workers(folder: Path) -> list[str]:
    """The processes that work in a folder; nothing is known off Linux."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            place = str((path / "cwd").readlink())
        except OSError:
            continue
        if place.startswith(str(folder)) or str(folder) in words:
            found.append(words)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("busy", BUSY)
def test_closing_while_busy(busy: str, tmp_path: Path) -> None:
    """The exit code is 0, nothing is printed, and no process is left, whatever was going on."""
    done = _run(tmp_path, BUSY[busy])
    assert (done.returncode, _noise(done.stderr), done.stdout) == (0, "", "")
    if "training" in busy:
        _stop_training(tmp_path)
    end = time.monotonic() + LIMIT
    while _workers(tmp_path) and time.monotonic() < end:
        time.sleep(0.1)
    assert _workers(tmp_path) == []


def _stop_training(folder: Path) -> None:
    """A training goes on without the window, as closing says; here it is told to stop."""
    for run in (folder / "runs").glob("*"):
        command = [sys.executable, "-m", "netbuilder", "runs", "stop", str(run)]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_a_signal_closes_the_window(number: signal.Signals, tmp_path: Path) -> None:
    """Ctrl+C and the system's wish end the program as its own button does."""
    (tmp_path / "a.netgraph").write_text(example_text("iris_mlp"), encoding="utf-8")
    command = [sys.executable, "-m", "netbuilder", "a.netgraph"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        end = time.monotonic() + LIMIT
        # The window has written what it remembers once the file is open.
        kept = tmp_path / "state" / "preferences.json"
        while not kept.exists() and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(number)
        said, complaint = process.communicate(timeout=LIMIT)
    assert (process.returncode, _noise(complaint), said) == (0, "", "")
