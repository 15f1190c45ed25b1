"""A training outlives the window: the next one shows it again, and no point of it is missing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from qt_guard import Guard

from netbuilder.app.examples import example
from netbuilder.app.preferences import Preferences
from netbuilder.app.session import Session
from netbuilder.app.settings import with_settings
from netbuilder.editor.window import MainWindow
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import save
from netbuilder.graph.model import Network
from netbuilder.training import client
from netbuilder.training.records import read_records
from netbuilder.training.run import RunFolder

WAIT = 90_000
Start = Callable[[], MainWindow]


@pytest.fixture
def start(guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start the editor as a person does, with what it remembers of last time; all ends with the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
    made: list[MainWindow] = []

    def begin() -> MainWindow:
        window = MainWindow(Workspace(Preferences(tmp_path / "state")))
        made.append(window)
        window.show()
        window.open_last()
        return window

    yield begin
    for run in _runs(tmp_path):
        if run.is_active():
            client.stop(run)
    for window in made:
        window.windows.sure()
        window.close()
        window.deleteLater()
    end = time.monotonic() + WAIT / 1000
    while any(run.is_active() for run in _runs(tmp_path)) and time.monotonic() < end:
        time.sleep(0.1)


def _runs(folder: Path) -> list[RunFolder]:
    return [RunFolder(path.parent) for path in folder.rglob("recipe.json")]


def long() -> Network:
    changed = ["recipe.epochs=100000", "recipe.threads=1", "recipe.device=cpu"]
    return with_settings(example("iris_mlp"), changed)


def left_training(window: MainWindow, qtbot: QtBot, answer: str = "Keep") -> int:
    """Train what is open, close the window by its question's button, and return the step until then."""
    window.runs.train()
    qtbot.waitUntil(
        lambda: window.runs.shown is not None and window.runs.shown.step > 0, timeout=WAIT
    )
    shown = window.runs.shown
    assert shown is not None
    window.close()
    box = window.findChild(QMessageBox, "quit_question")
    assert box is not None
    button = next(one for one in box.buttons() if one.text().startswith(answer))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=WAIT)
    return shown.step


def compare_with_the_records(window: MainWindow) -> None:
    """Every point of every curve is a record, and every record a point."""
    view = window.runs.shown
    assert view is not None
    records = read_records(view.folder.records)
    steps = [record for record in records if record.kind == "step"]
    judged = [record for record in records if record.kind == "validation"]
    loss = view.curves["loss"]
    assert loss.raw.x.tolist() == [record.step for record in steps]
    assert loss.raw.y.tolist() == [record.loss for record in steps]
    assert loss.validation.x.tolist() == [record.step for record in judged]
    assert loss.validation.y.tolist() == [record.loss for record in judged]
    accuracy = view.curves["accuracy"].validation
    assert accuracy.y.tolist() == [record.metrics["accuracy"] for record in judged]
    rate = view.curves["learning rate"].raw
    assert rate.y.tolist() == [record.learning_rate for record in steps]
    assert [record.step for record in steps] == list(range(1, len(steps) + 1))


@pytest.mark.parametrize("saved", [True, False], ids=["a file", "an example"])
def test_the_next_window_shows_it_again_with_every_point(
    start: Start, qtbot: QtBot, tmp_path: Path, saved: bool
) -> None:
    first = start()
    if saved:
        save(long(), tmp_path / "iris.netgraph")
        first.files.open_text(str(tmp_path / "iris.netgraph"))
    else:
        first.workspace.open(Session(long(), name="iris"))
    step = left_training(first, qtbot)
    (run,) = _runs(tmp_path)
    assert run.is_active()

    second = start()
    tab = second.workspace.current
    assert tab is not None
    assert tab.session.name == "iris"
    assert (tab.session.path is not None) is saved

    def caught_up() -> bool:
        shown = second.runs.shown
        return shown is not None and shown.loaded and shown.step > step

    qtbot.waitUntil(caught_up, timeout=WAIT)
    shown = second.runs.active
    assert shown is not None
    assert shown.path == run.path
    assert not second.runs.moved_on(tab)
    second.runs.stop()
    qtbot.waitUntil(lambda: not shown.is_active and shown.loaded, timeout=WAIT)
    compare_with_the_records(second)


def test_a_window_that_dies_leaves_its_training_to_the_next(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    """What a window has open is written down while it is there, not only as it closes."""
    first = start()
    first.workspace.open(Session(long(), name="iris"))
    first.runs.train()
    qtbot.waitUntil(
        lambda: first.runs.shown is not None and first.runs.shown.step > 0, timeout=WAIT
    )
    first.files.keep_copies()
    second = start()
    qtbot.waitUntil(
        lambda: second.runs.shown is not None and second.runs.shown.step > 0, timeout=WAIT
    )
    assert second.runs.active is not None


def test_what_was_stopped_at_the_end_stays_closed(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    first = start()
    first.workspace.open(Session(long(), name="iris"))
    left_training(first, qtbot, "Stop")
    second = start()
    assert not second.workspace.tabs
