"""The guard of the editor's tests sees what it is there for: each fault is planted once."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]

# A test each, with what the guard has to say of it; the last ones must pass.
PLANTED: Mapping[str, tuple[str, str]] = {
    "slot": (
        (
            "def fail(): raise RuntimeError('planted')\n"
            "action = QAction('a', qapp); action.triggered.connect(fail); action.trigger()"
        ),
        "RuntimeError: planted",
    ),
    "paint": (
        "w = Painted(); qtbot.addWidget(w); w.show(); w.grab()",
        "QWidget::paintEvent(): in paint",
    ),
    "unraisable": (
        "class A:\n    def __del__(self): raise RuntimeError('planted')\nA()",
        "planted",
    ),
    "thread": (
        (
            "def fail(): raise RuntimeError('planted')\n"
            "t = threading.Thread(target=fail); t.start(); t.join()"
        ),
        "in thread",
    ),
    "qt_warning": ("qWarning('planted')", "Qt says"),
    "logged": (
        "logging.getLogger('netbuilder.editor').error('something went wrong')",
        "logged: something went wrong",
    ),
    "window": ("global kept\nkept = QWidget(); kept.show()", "top-level widget"),
    "hidden_window": ("global kept\nkept = QWidget()", "top-level widget"),
    "thread_left": (
        "t = threading.Thread(target=stop.wait, name='left', daemon=True); t.start()",
        "the thread 'left' still runs",
    ),
    "process": (
        (
            "global kept\nkept = subprocess.Popen([sys.executable, '-c', 'input()'], "
            "stdin=subprocess.PIPE)"
        ),
        "the process",
    ),
    "timer": ("global kept\nkept = QTimer(); kept.start(1000)", "a QTimer started at"),
    "single_shot": ("QTimer.singleShot(60000, lambda: None)", "QTimer.singleShot at"),
    "context_shot": ("QTimer.singleShot(0, qapp, qapp.beep)", "QTimer.singleShot with a context"),
    "qthread": ("global kept\nkept = QThread(); kept.start()", "a QThread still runs"),
    "animation": (
        (
            "global kept\nkept = QVariantAnimation(); kept.setStartValue(0); kept.setEndValue(1)\n"
            "kept.setDuration(60000); kept.start()"
        ),
        "an animation still runs",
    ),
    "object": ("global kept\nkept = Look(Preferences(tmp_path))", "Look is still alive"),
    "cursor": ("QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)", "cursor"),
    "hooks": ("Hooks(qapp).install()", "hooks were not put back"),
    "sound_widget": ("w = QWidget(); qtbot.addWidget(w); w.show()", ""),
    "sound_timer": ("t = QTimer(); t.start(1000)", ""),
    "sound_shot": ("o = Look(Preferences(tmp_path)); QTimer.singleShot(5000, o.close)", ""),
    "sound_tab": ("tab.select(); open_example('digits_cnn')", ""),
    "forgiven": (
        (
            "logging.getLogger('netbuilder.editor').error('on purpose')\n"
            "assert guard.forgive('on purpose')"
        ),
        "",
    ),
}
HEAD = """
import logging, subprocess, sys, threading
from PySide6.QtCore import *
from PySide6.QtGui import *
from PySide6.QtWidgets import *
from netbuilder.app.preferences import Preferences
from netbuilder.editor.hooks import Hooks
from netbuilder.editor.look import Look

kept = None
stop = threading.Event()

class Painted(QWidget):
    def paintEvent(self, event):
        raise RuntimeError("in paint")

"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What a test run says of each planted test; empty for one that passed."""
    found: dict[str, str] = {}
    # One that leaves something behind may spoil the next: each fault has a process of its own, but
    # those that pass share one.
    sound = [name for name, (_, wanted) in PLANTED.items() if not wanted]
    alone = {"qthread", "process", "hidden_window", "window"}
    shared = [name for name, (_, wanted) in PLANTED.items() if wanted and name not in alone]
    for names in (sound, shared, *([name] for name in sorted(alone))):
        found.update(_outcomes(tmp_path_factory.mktemp("planted"), names))
    return found


def _outcomes(folder: Path, names: list[str]) -> dict[str, str]:
    tests = [
        f"def test_{name}(qtbot, qapp, tmp_path, guard, tab, open_example):\n"
        + "".join(f"    {line}\n" for line in PLANTED[name][0].splitlines())
        for name in names
    ]
    (folder / "test_planted.py").write_text(HEAD + "\n".join(tests), encoding="utf-8")
    (folder / "conftest.py").write_bytes((TESTS / "editor" / "conftest.py").read_bytes())
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--no-qt-log", "--junitxml=out.xml"]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    said = dict.fromkeys(names, "")
    for case in ET.parse(folder / "out.xml").iter("testcase"):
        for part in case:
            text = f"{part.attrib.get('message', '')}\n{part.text}\n"
            said[case.attrib["name"].removeprefix("test_")] += text
    return said


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(name: str, said: Mapping[str, str]) -> None:
    """A test with the fault fails with its name, and sound ones pass."""
    wanted = PLANTED[name][1]
    if wanted:
        assert wanted in said[name]
    else:
        assert said[name] == ""
