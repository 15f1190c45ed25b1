"""The training panel by its buttons: empty, training, paused, dead, moved on, overlaid, saved."""

from __future__ import annotations

import csv
import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from netbuilder.editor.panels.training import TrainingPanel
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.training.tensorboard import FILE, TensorBoardFiles
from netbuilder.training.usage import Usage

LONG = "recipe.epochs=100000"
WAIT = 90_000

Open = Callable[..., Tab]


@pytest.fixture
def panel(runs: Runs, workspace: Workspace, qtbot: Any) -> TrainingPanel:
    made = TrainingPanel(workspace)
    qtbot.addWidget(made)
    made.resize(1100, 260)
    made.show()
    qtbot.waitExposed(made)
    return made


def click(widget: Any) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_with_nothing_open_and_nothing_trained_it_gives_advice(
    panel: TrainingPanel, iris: Open, qtbot: Any
) -> None:
    assert panel.is_empty
    assert not panel.train.isEnabled()
    iris()
    assert panel.train.isEnabled()
    assert "F5" in panel._advice.text()
    panel.grab()


def test_a_training_from_its_button_to_its_end(
    panel: TrainingPanel, runs: Runs, iris: Open, qtbot: Any
) -> None:
    tab = iris("recipe.epochs=4")
    click(panel.train)
    assert panel._headline.text() == "Starting…"
    qtbot.waitUntil(lambda: bool(panel.card.ending), timeout=WAIT)
    qtbot.waitUntil(lambda: runs.shown is not None and not runs.shown.is_active, timeout=WAIT)
    assert not panel.is_empty
    card = panel.card
    assert card.ending.startswith("Finished after 4 epochs (24 steps).")
    assert card.name.text().startswith("run ")
    assert card.epoch.text() == "finished"
    assert card.bar.value() == 1000
    assert card.bar.toolTip() == "step 24 of 24"
    assert "@" in card.values["best"].text()
    assert card.values["test"].text().startswith(("0.", "1."))
    assert card.values["throughput"].text().endswith("samples/s")
    assert card.values["memory"].text().endswith("MB")
    assert not card.values["processors"].isVisible()
    assert not card.values["accelerator"].isVisible()
    assert runs.shown is not None
    runs.shown.usage = Usage(1.0, 3 * 10**8, 5 * 10**8, 1.5, 8, 2 * 10**9, 16 * 10**9)
    panel.refresh()
    assert card.values["memory"].text() == "500 MB"
    assert card.values["accelerator"].isVisible()
    assert card.values["accelerator"].text() == "2 GB of 16 GB"
    assert card.again.isVisible()
    assert not card.resume.isVisible()
    assert [row[0] for row in panel.left.legend.rows] == ["train", "val"]
    assert panel.left.figure == "loss"
    assert panel.right.figure == "accuracy"
    assert card.moved_on == ""
    tab.do("Widen", lambda n: edits.set_param(n, "hidden", "out_features", 17))
    qtbot.waitUntil(lambda: card.moved_on == "The graph has moved on from this run.")
    tab.undo()
    qtbot.waitUntil(lambda: card.moved_on == "")
    panel.grab()


def test_pause_go_on_stop_and_resume_by_buttons(
    panel: TrainingPanel, runs: Runs, iris: Open, qtbot: Any
) -> None:
    iris(LONG)
    click(panel.train)
    card = panel.card
    qtbot.waitUntil(lambda: card.pause.isVisible() and card.pause.isEnabled(), timeout=WAIT)
    qtbot.waitUntil(lambda: card.epoch.text().startswith("epoch "), timeout=WAIT)
    click(card.pause)
    qtbot.waitUntil(lambda: card.epoch.text() == "paused", timeout=WAIT)
    assert card.pause.text() == "Go on"
    click(card.pause)
    qtbot.waitUntil(lambda: card.pause.text() == "Pause", timeout=WAIT)
    qtbot.waitUntil(lambda: "samples/s" in card.values["throughput"].text(), timeout=WAIT)
    qtbot.waitUntil(lambda: card.values["memory"].text().endswith("MB"), timeout=WAIT)
    assert " of " in card.values["processors"].text()
    assert not card.values["accelerator"].isVisible()
    click(card.after)
    qtbot.waitUntil(lambda: card.resume.isVisible() and card.resume.isEnabled(), timeout=WAIT)
    assert card.ending.startswith("Stopped on demand at step")
    assert "The last checkpoint is of step" in card.ending
    assert card.end.property("role") == "card"
    click(card.resume)
    qtbot.waitUntil(lambda: card.stop.isVisible() and card.stop.isEnabled(), timeout=WAIT)
    click(card.stop)
    qtbot.waitUntil(lambda: card.resume.isVisible(), timeout=WAIT)


def test_a_death_is_told_in_the_panel(
    panel: TrainingPanel, runs: Runs, iris: Open, qtbot: Any
) -> None:
    iris(LONG)
    click(panel.train)
    qtbot.waitUntil(lambda: runs.shown is not None and runs.shown.step > 0, timeout=WAIT)
    assert runs.shown is not None
    assert runs.shown.tail.worker is not None
    os.kill(runs.shown.tail.worker.process.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: "SIGKILL" in panel.card.ending, timeout=WAIT)
    assert panel.card.end.property("role") == "error"
    assert panel.card.epoch.text() == "failed"
    assert panel.card.resume.isVisible()
    panel.grab()


def test_figures_log_axis_and_files(
    panel: TrainingPanel, runs: Runs, iris: Open, qtbot: Any, tmp_path: Path, workspace: Workspace
) -> None:
    iris("recipe.epochs=3")
    click(panel.train)
    qtbot.waitUntil(lambda: bool(panel.card.ending), timeout=WAIT)
    qtbot.waitUntil(lambda: runs.shown is not None and runs.shown.loaded, timeout=WAIT)
    chart = panel.right
    names = [action.text() for action in chart._figures.actions()]
    assert names == ["loss", "accuracy", "f1", "learning rate", "gradient norm"]
    chart._figures.actions()[3].trigger()
    assert chart.figure == "learning rate"
    assert chart.figure_button.text() == "learning rate"
    assert [row[0] for row in chart.legend.rows] == ["learning rate"]
    click(panel.left.log_button)
    assert panel.left.plot.is_log
    said: list[Any] = []
    workspace.said.connect(lambda *words: said.append(words))
    panel.left.save_numbers()
    dialog = panel.findChild(QFileDialog, "save_plot")
    assert dialog is not None
    table = tmp_path / "numbers.csv"
    dialog.fileSelected.emit(str(table))
    dialog.reject()
    qtbot.waitUntil(table.exists, timeout=WAIT)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert len(rows) == 18
    assert rows[0]["step"] == "1"
    assert rows[0]["val accuracy"] == ""
    assert 0 <= float(rows[17]["val accuracy"]) <= 1
    qtbot.waitUntil(lambda: ("info", "Saved numbers.csv.") in said, timeout=WAIT)
    panel.left.save_picture()
    picture = tmp_path / "loss.png"
    panel.left._on_file(str(picture))
    assert QImage(str(picture)).width() > 200
    panel.left._on_file(str(tmp_path / "nowhere" / "loss.png"))
    assert said[-1][0] == "error"
    assert panel.left._dialog is not None
    panel.left._dialog.reject()
    qtbot.waitUntil(lambda: panel.left._dialog is None)
    menu = panel.left.save_button.menu()
    next(a for a in menu.actions() if a.text() == "Write for TensorBoard").trigger()
    qtbot.waitUntil(lambda: "tensorboard --logdir" in said[-1][1], timeout=WAIT)
    assert runs.shown is not None
    assert (runs.shown.folder.tensorboard / "val" / FILE).stat().st_size > 100


def test_files_for_tensorboard_are_kept_up_where_that_is_set(
    panel: TrainingPanel, runs: Runs, iris: Open, qtbot: Any, workspace: Workspace
) -> None:
    workspace.preferences.set("tensorboard", True)
    iris("recipe.epochs=3")
    click(panel.train)
    qtbot.waitUntil(lambda: bool(panel.card.ending), timeout=WAIT)
    qtbot.waitUntil(lambda: runs.shown is not None and not runs.shown.is_active, timeout=WAIT)
    assert runs.shown is not None
    folder = runs.shown.folder
    kept = {p: p.stat().st_size for p in folder.tensorboard.rglob("events*")}
    with closing(TensorBoardFiles(folder)) as files:
        files.update()
    assert len(kept) == 2
    assert kept == {path: path.stat().st_size for path in kept}


def test_both_plots_are_read_at_the_same_step(
    panel: TrainingPanel, runs: Runs, iris: Open, qtbot: Any
) -> None:
    iris("recipe.epochs=3")
    click(panel.train)
    qtbot.waitUntil(lambda: bool(panel.card.ending), timeout=WAIT)
    plot = panel.left.plot
    QTest.mouseMove(plot, plot.rect().center())
    qtbot.waitUntil(lambda: panel.right.plot.cursor_step is not None)
    assert panel.right.plot.cursor_step == plot.cursor_step
    parts = [chart.plot.part() for chart in panel.charts]
    assert (parts[0].left, parts[0].right) == (parts[1].left, parts[1].right)
    panel.grab()
