"""The list of runs and the log, by mouse and keys."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import train
from netbuilder.editor.panels.log import LogPanel
from netbuilder.editor.panels.runs import RunsPanel
from netbuilder.editor.panels.training import TrainingPanel
from netbuilder.editor.tab import Tab
from netbuilder.editor.training import runs as runs_module
from netbuilder.editor.training.log_lines import FileTail, LogKeeper, LogLine
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.training.run import RunFolder

WAIT = 90_000
TEN = 10

Open = Callable[..., Tab]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of two epochs; tests copy it."""
    folder = tmp_path_factory.mktemp("finished")
    network = with_settings(
        example("iris_mlp"), ["recipe.epochs=2", "recipe.threads=1", "recipe.device=cpu"]
    )
    assert train(network, folder, folder / "run").ok
    return folder / "run"


@pytest.fixture
def ten(iris: Open, runs: Runs, finished: Path, tmp_path: Path, qtbot: Any) -> list[str]:
    """Ten runs of the shown document, the newest first."""
    names = [f"iris-20261101-1200{n:02d}" for n in range(TEN)]
    for number, name in enumerate(names):
        copy = tmp_path / "documents" / "runs" / name
        shutil.copytree(finished, copy)
        events = copy / "events.jsonl"
        lines = events.read_text().splitlines()
        began = time.time() - 1000 * (TEN - number)
        events.write_text(
            f'{{"event": "start", "steps": 12, "time": {began}}}\n' + "\n".join(lines[1:]) + "\n"
        )
    iris()
    qtbot.waitUntil(lambda: len(runs.all) == TEN, timeout=WAIT)
    return names[::-1]


@pytest.fixture
def panel(runs: Runs, workspace: Workspace, qtbot: Any) -> RunsPanel:
    made = RunsPanel(workspace)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


def names(panel: RunsPanel) -> list[str]:
    return [view.name for view in panel.model.views]


def cell(panel: RunsPanel, row: int, column: int) -> str:
    return str(panel.model.index(row, column).data())


def test_ten_runs_are_listed_the_newest_first(panel: RunsPanel, ten: list[str], qtbot: Any) -> None:
    qtbot.waitUntil(lambda: names(panel) == ten)
    assert cell(panel, 0, 0) == "iris 12:00:09"
    assert cell(panel, 0, 1) == "finished"
    assert cell(panel, 0, 2) == "2 of 2"
    assert cell(panel, 0, 3).startswith("loss ")
    assert cell(panel, 0, 5).endswith("s")
    panel.grab()


def test_a_check_box_overlays_a_run(
    panel: RunsPanel, ten: list[str], runs: Runs, workspace: Workspace, qtbot: Any
) -> None:
    qtbot.waitUntil(lambda: len(names(panel)) == TEN)
    training = TrainingPanel(workspace)
    qtbot.addWidget(training)
    training.show()
    item = panel.model.index(3, 0)
    box = panel.table.visualRect(item)
    QTest.mouseClick(
        panel.table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=QPoint(box.left() + 12, box.center().y()),
    )
    if not runs.overlaid:  # where the style puts its box elsewhere, the key does the same
        panel.table.setCurrentIndex(item)
        QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert [view.name for view in runs.overlaid] == [ten[3]]
    qtbot.waitUntil(lambda: runs.overlaid[0].loaded, timeout=WAIT)
    qtbot.waitUntil(lambda: "iris 12:00:06" in [row[0] for row in training.left.legend.rows])
    training.grab()
    panel.table.setFocus()
    panel.table.setCurrentIndex(item)
    QTest.keyClick(panel.table, Qt.Key.Key_Space)
    assert runs.overlaid == []
    assert "iris 12:00:06" not in [row[0] for row in training.left.legend.rows]


def test_enter_and_double_click_show_a_run(
    panel: RunsPanel, ten: list[str], runs: Runs, qtbot: Any
) -> None:
    qtbot.waitUntil(lambda: len(names(panel)) == TEN)
    assert runs.shown is not None
    assert runs.shown.name == ten[0]
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert runs.shown.name == ten[2]
    at = panel.table.visualRect(panel.model.index(5, 0)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseDClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert runs.shown.name == ten[5]
    assert not panel.buttons["show"].isEnabled()


def test_delete_can_be_taken_back(
    panel: RunsPanel,
    ten: list[str],
    runs: Runs,
    qtbot: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qtbot.waitUntil(lambda: len(names(panel)) == TEN)
    view = panel.chosen
    assert view is not None
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert names(panel) == ten[1:]
    assert panel.regret.isVisible()
    assert "iris 12:00:09" in panel._regret_text.text()
    QTest.mouseClick(panel.keep, Qt.MouseButton.LeftButton)
    assert names(panel) == ten
    assert not panel.regret.isVisible()
    assert view.path.exists()
    monkeypatch.setattr(runs_module, "REGRET", 0)
    panel.choose(view)
    QTest.mouseClick(panel.buttons["delete"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not view.path.exists(), timeout=WAIT)
    qtbot.waitUntil(lambda: names(panel) == ten[1:], timeout=WAIT)
    left = [".trash", *sorted(ten[1:])]
    qtbot.waitUntil(
        lambda: sorted(path.name for path in view.path.parent.iterdir()) == left, timeout=WAIT
    )


def test_the_menu_of_a_row_does_what_the_buttons_do(
    panel: RunsPanel, ten: list[str], runs: Runs, qtbot: Any
) -> None:
    qtbot.waitUntil(lambda: len(names(panel)) == TEN)
    item = panel.model.index(1, 0)
    panel.table.setCurrentIndex(item)
    panel.table.customContextMenuRequested.emit(panel.table.visualRect(item).center())
    menu = panel.findChild(QMenu, "run_menu")
    assert menu is not None
    assert [action.text() for action in menu.actions()] == [
        "Show Curves",
        "Resume",
        "Open Graph",
        "Compare",
        "Open Folder",
        "Delete",
        "",
        "Start from These Weights…",
        "Copy Recipe to Document",
        "",
        "Pin",
        "Edit Tags",
        "Edit Note",
    ]
    assert [action.isEnabled() for action in menu.actions()][:4] == [True, False, True, False]
    menu.actions()[0].trigger()
    assert runs.shown is not None
    assert runs.shown.name == ten[1]
    menu.close()


def test_without_runs_there_is_a_sentence(panel: RunsPanel, iris: Open) -> None:
    iris()
    assert panel._stack.currentWidget() is panel._empty
    assert panel.chosen is None


# The log.


def test_the_log_of_the_program_is_filtered_and_copied(
    runs: Runs, workspace: Workspace, qtbot: Any
) -> None:
    panel = LogPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(600, 200)
    panel.show()
    qtbot.waitExposed(panel)
    log = logging.getLogger("netbuilder.editor.something")
    log.warning("a warning about %s", "this")
    panel.keeper.emit(logging.LogRecord("netbuilder", logging.INFO, "", 0, "a remark", (), None))
    panel.refresh()
    qtbot.waitUntil(lambda: len(panel.text.toPlainText().splitlines()) == 2)
    panel.level.setCurrentIndex(2)
    assert panel.text.toPlainText().endswith("WARNING a warning about this")
    QTest.mouseClick(panel.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().endswith("a warning about this")
    panel.level.setCurrentIndex(3)
    assert not panel.text.isVisible()
    assert panel._none.isVisible()
    assert not panel.copy.isEnabled()
    panel.grab()


def test_the_log_of_the_worker_is_that_of_the_shown_run(
    runs: Runs, workspace: Workspace, ten: list[str], qtbot: Any
) -> None:
    panel = LogPanel(workspace)
    qtbot.addWidget(panel)
    panel.show()
    assert runs.shown is not None
    log = runs.shown.folder.log
    log.write_text("2026-11-22 12:00:00,000 INFO one\n2026-11-22 12:00:00,000 ERROR two\n  more\n")
    panel.source.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "more" in panel.text.toPlainText(), timeout=WAIT)
    with log.open("a") as file:
        file.write("2026-11-22 12:00:01,000 INFO three\n")
    qtbot.waitUntil(lambda: "three" in panel.text.toPlainText(), timeout=WAIT)
    panel.level.setCurrentIndex(3)
    assert [line[-4:].strip() for line in panel.text.toPlainText().splitlines()] == ["two", "more"]


def test_a_panel_takes_its_handler_with_it(runs: Runs, workspace: Workspace, qtbot: Any) -> None:
    logger = logging.getLogger("netbuilder")
    before = list(logger.handlers)
    panel = LogPanel(workspace)
    assert len(logger.handlers) == len(before) + 1
    panel.deleteLater()
    qtbot.waitUntil(lambda: logger.handlers == before)


def test_kept_lines_are_bounded_and_come_once() -> None:
    keeper = LogKeeper(most=3)
    for number in range(5):
        keeper.emit(logging.LogRecord("x", logging.ERROR, "", 0, str(number), (), None))
    lines = keeper.since(0)
    assert [line.text[-1] for line in lines] == ["2", "3", "4"]
    assert keeper.since(4) == lines[-1:]
    assert keeper.since(5) == []


def test_a_file_is_read_in_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    tail = FileTail(path)
    assert tail.read() == []
    path.write_bytes(b"2026 WARNING a\nb\nc")
    assert tail.read() == [LogLine("warning", "2026 WARNING a"), LogLine("warning", "b")]
    with path.open("ab") as file:
        file.write(b"d\n")
    assert tail.read() == [LogLine("warning", "cd")]
    assert RunFolder(tmp_path).log == path
