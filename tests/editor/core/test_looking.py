"""Data are looked at in a process beside the editor, which never stalls for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, QTimer

from netbuilder.app.samples import Preview
from netbuilder.editor.looking import Data

LONG = 60_000  # ms; the first look at the bundled data imports scikit-learn


class Ear:
    """Hears what is told."""

    def __init__(self, looking):
        self.seen, self.failed = [], []
        looking.seen.connect(self.on_seen)
        looking.failed.connect(self.on_failed)

    def on_seen(self, data, found):
        self.seen.append((data, found))

    def on_failed(self, data, sentence):
        self.failed.append((data, sentence))


@pytest.fixture
def looking(workspace):
    return workspace.looking


@pytest.fixture
def ear(looking):
    return Ear(looking)


def of(source, **params):
    return Data.of({"source": source, "params": params}, Path("/nowhere"))


def test_what_is_there_is_told_and_remembered(qtbot, looking, ear):
    data = of("xor")
    assert looking.known(data) is None
    looking.look("me", data)
    qtbot.waitUntil(lambda: bool(ear.seen), timeout=LONG)
    (told, found), *more = ear.seen
    assert told == data
    assert not more
    assert isinstance(found, Preview)
    assert list(found.sizes) == ["train", "val", "test"]
    assert looking.known(data) is found


def test_what_is_wrong_is_told_in_a_sentence(qtbot, looking, ear):
    looking.look("me", of("csv", path="none.csv"))
    qtbot.waitUntil(lambda: bool(ear.failed), timeout=LONG)
    assert ear.failed[0][1] == "/nowhere/none.csv does not exist"
    looking.look("me", of("xor"))
    qtbot.waitUntil(lambda: bool(ear.seen), timeout=LONG)


def test_of_questions_that_wait_the_newest_counts(qtbot, looking, ear):
    for samples in (100, 200, 300, 400):
        looking.look("me", of("moons", samples=samples))
    looking.look("other", of("moons", samples=400))
    qtbot.waitUntil(lambda: len(ear.seen) == 2, timeout=LONG)
    assert [sum(found.sizes.values()) for _, found in ear.seen] == [100, 400]


def test_a_process_that_dies_is_told_and_started_anew(qtbot, looking, ear):
    looking.look("me", of("digits"))
    qtbot.waitUntil(lambda: looking.pid > 0)
    os.kill(looking.pid, 9)
    qtbot.waitUntil(lambda: bool(ear.failed), timeout=LONG)
    assert "ended unexpectedly" in ear.failed[0][1]
    looking.look("me", of("xor"))
    qtbot.waitUntil(lambda: bool(ear.seen), timeout=LONG)


def test_it_is_let_go_when_nothing_is_asked_and_comes_back(qtbot, looking, ear):
    looking._idle.setInterval(0)
    looking.look("me", of("xor"))
    qtbot.waitUntil(lambda: bool(ear.seen), timeout=LONG)
    qtbot.waitUntil(lambda: looking._leaving)
    looking.look("me", of("moons"))  # asked while it is leaving
    qtbot.waitUntil(lambda: len(ear.seen) == 2, timeout=LONG)
    qtbot.waitUntil(lambda: looking.pid == 0, timeout=LONG)
    assert not ear.failed


def test_closing_ends_it_in_the_middle(qtbot, looking, ear):
    looking.look("me", of("digits"))
    qtbot.waitUntil(lambda: looking.pid > 0)
    pid = looking.pid
    looking.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    ear.seen.clear()  # a busy machine may have let it answer before
    looking.look("me", of("xor"))
    assert not looking.pid
    assert not ear.seen
    assert not ear.failed


def test_the_main_loop_goes_on_meanwhile(qtbot, looking, ear, tmp_path):
    file = tmp_path / "large.csv"
    row = ",".join(f"{i / 7:.6f}" for i in range(30))
    names = ",".join(f"c{i}" for i in range(30))
    file.write_text(f"{names},kind\n" + "".join(f"{row},{i % 3}\n" for i in range(20_000)))
    clock, gaps = QElapsedTimer(), []
    timer = QTimer(looking)
    timer.setInterval(5)
    timer.timeout.connect(lambda: gaps.append(clock.restart()))
    clock.start()
    timer.start()
    looking.look("me", of("csv", path=str(file)))
    qtbot.waitUntil(lambda: bool(ear.seen), timeout=LONG)
    timer.stop()
    # The table takes seconds of Python to read; a thread would hold the lock for most of them.
    assert len(gaps) > 50
    assert sorted(gaps)[len(gaps) * 9 // 10] < 50


def test_the_editor_loads_no_numpy_for_it(tmp_path):
    code = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
app = QCoreApplication([])
from netbuilder.editor.looking import Data, Looking
looking = Looking()
looking.seen.connect(lambda data, found: app.exit(0 if found.pictures else 1))
looking.look("me", Data.of({"source": "digits"}, Path()))
code = app.exec()
looking.close()
assert code == 0, code
heavy = {"numpy", "sklearn", "torch", "scipy"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, timeout=120, cwd=tmp_path)
    assert done.returncode == 0
