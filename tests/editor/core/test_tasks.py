"""Work beside the main loop."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject

from netbuilder.editor.tasks import Tasks


@pytest.fixture
def tasks(guard):
    made = Tasks()
    yield made
    made.close()
    made.deleteLater()


def test_results_come_in_the_main_thread(qtbot, tasks):
    heard = []

    def done(value):
        heard.append((value, threading.current_thread() is threading.main_thread()))

    tasks.submit(tasks, "a", lambda: threading.current_thread() is threading.main_thread(), done)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(False, True)]


def test_only_the_newest_of_a_kind_is_told(qtbot, tasks):
    heard = []
    gate = threading.Event()
    tasks.submit(tasks, "a", gate.wait, lambda _: heard.append("old"))
    tasks.submit(tasks, "a", lambda: "new", heard.append)
    gate.set()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["new"]


def test_a_failure_is_told_here_or_as_a_fault_of_the_program(qtbot, tasks, monkeypatch):
    heard = []
    monkeypatch.setattr("sys.excepthook", lambda kind, error, trace: heard.append(error))

    def fail():
        raise ValueError("no")

    tasks.submit(tasks, "a", fail, heard.append, lambda error: heard.append(str(error)))
    qtbot.waitUntil(lambda: heard == ["no"])
    tasks.submit(tasks, "b", fail, heard.append)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert isinstance(heard[1], ValueError)


def test_nothing_is_told_to_the_dead_or_after_closing(qtbot, tasks):
    heard = []
    owner, gate = QObject(), threading.Event()
    tasks.submit(owner, "a", gate.wait, heard.append)
    owner.deleteLater()
    del owner
    tasks.submit(tasks, "b", lambda: 1, heard.append)
    gate.set()
    tasks.close()
    tasks.submit(tasks, "c", lambda: 1, heard.append)
    qtbot.waitUntil(lambda: True)
    assert not [value for value in heard if value is True]


class Cycle:
    """What only the collector frees; it tells whether that is in the main thread."""

    def __init__(self, freed):
        self.myself, self.freed = self, freed

    def __del__(self):
        self.freed.append(threading.current_thread() is threading.main_thread())


def test_garbage_is_collected_in_the_main_thread_alone(qtbot, tasks):
    freed, heard = [], []
    Cycle(freed)
    # As many objects as this make Python collect several times.
    tasks.submit(tasks, "a", lambda: [[] for _ in range(100_000)], heard.append)
    qtbot.waitUntil(lambda: bool(heard) and bool(freed))
    assert freed == [True]


def test_collecting_is_left_to_python_once_the_threads_are_gone(qtbot, guard):
    was = gc.isenabled()
    made = Tasks()
    assert not gc.isenabled()
    made.close()
    made.deleteLater()
    assert gc.isenabled() == was
