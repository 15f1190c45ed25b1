"""The evaluation panel by its buttons: nothing yet, evaluated, a cell's samples, a threshold, groups."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.editor.evaluation.pages import (
    CurvesPage,
    GroupsPage,
    ModelsPage,
    NumbersPage,
    OverviewPage,
    SamplesPage,
    ThresholdPage,
)
from netbuilder.editor.evaluation.words import at_threshold, percent
from netbuilder.editor.panels.evaluation import EvaluationPanel
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import save
from netbuilder.training.evaluation.report import read_report
from netbuilder.training.evaluation.worker import evaluated
from netbuilder.training.run import RunFolder

WAIT = 90_000
Open = Callable[[str], Path]


def trained(folder: Path, name: str, *settings: str) -> Path:
    """A short run of an example."""
    from netbuilder.training.session import train_run

    changed = ["recipe.epochs=3", "recipe.threads=1", "recipe.device=cpu", *settings]
    run = create_training(
        with_settings(example(name), changed), folder, folder / f"{name}-20261101-120000"
    )
    with run.hold():
        assert train_run(run)["why"] == "finished"
    return run.path


def measured(run: Path, *, baselines: bool = False) -> Path:
    evaluated(RunFolder(run), "test", lambda told: None, baselines=baselines)
    return run


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("digits"), "digits_mlp")


@pytest.fixture(scope="module")
def cancer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cancer")
    return measured(trained(folder, "breast_cancer_mlp"), baselines=True)


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return measured(trained(tmp_path_factory.mktemp("diabetes"), "diabetes_mlp"))


@pytest.fixture
def opened(runs: Runs, workspace: Workspace, tmp_path: Path, qtbot: Any) -> Callable[..., Any]:
    """Open the document of a run beside a copy of it, and the panel."""

    def open_it(run: Path) -> EvaluationPanel:
        name = run.name.partition("-")[0]
        path = tmp_path / "documents" / f"{name}.netgraph"
        path.parent.mkdir()
        save(example(name), path)
        shutil.copytree(run, path.parent / "runs" / run.name)
        panel = EvaluationPanel(workspace)
        qtbot.addWidget(panel)
        panel.resize(1000, 320)
        panel.show()
        qtbot.waitExposed(panel)
        workspace.open_path(path)
        qtbot.waitUntil(lambda: runs.shown is not None, timeout=WAIT)
        panel.set_seen(True)
        return panel

    return open_it


def click(widget: Any) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def titles(panel: EvaluationPanel) -> list[str]:
    items = (panel.list.item(row) for row in range(panel.list.count()))
    return [item.text() for item in items if not item.isHidden()]


def choose(panel: EvaluationPanel, title: str) -> Any:
    """Click a page's name."""
    [item] = panel.list.findItems(title, Qt.MatchFlag.MatchExactly)
    at = panel.list.visualItemRect(item).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    return panel.pages.currentWidget()


def test_without_a_run_it_says_what_to_do(
    runs: Runs, workspace: Workspace, qtbot: Any, open_example: Any
) -> None:
    panel = EvaluationPanel(workspace)
    qtbot.addWidget(panel)
    panel.show()
    panel.set_seen(True)
    open_example("iris_mlp")
    assert "Train a network first" in panel.said.text()
    assert not panel.button.isEnabled()
    assert not panel.list.isVisible()


def test_a_run_is_evaluated_beside_the_editor_and_a_cell_shows_its_samples(
    opened: Callable[[Path], EvaluationPanel], digits: Path, runs: Runs, qtbot: Any
) -> None:
    panel = opened(digits)
    qtbot.waitUntil(lambda: "Not evaluated" in panel.said.text(), timeout=WAIT)
    click(panel.button)
    assert panel.button.text() == "Cancel"
    assert panel.progress.isVisible()
    qtbot.waitUntil(lambda: not panel.evaluating.running, timeout=WAIT)
    qtbot.waitUntil(panel.list.isVisible, timeout=WAIT)
    assert panel.button.text() == "Evaluate"
    assert runs.shown is not None
    report = read_report(RunFolder(runs.shown.path), "test")
    assert report is not None
    [found] = report["details"].values()
    overview = panel.page("Overview")
    assert isinstance(overview, OverviewPage)
    assert overview.figures.texts()[0] == ("Accuracy", percent(found["accuracy"]["value"]))
    assert "Press Simpler Models" in overview.remarks[0][1]
    assert titles(panel)[:5] == ["Overview", "Classes", "Confusion", "Curves", "Calibration"]
    page = choose(panel, "Confusion")
    matrix = found["confusion"]
    row, column = next(
        (r, c) for r in range(10) for c in range(10) if r != c and 0 < matrix[r][c] <= 24
    )
    at = page.grid.cell_rect(row, column).center().toPoint()
    QTest.mouseClick(page.grid, Qt.MouseButton.LeftButton, pos=at)
    assert page.grid.cell == (row, column)
    strip = page.strip
    qtbot.waitUntil(strip.pictures.isVisible, timeout=WAIT)
    assert len(strip.pictures._pictures) == matrix[row][column]
    assert all(one.label.startswith(f"{row} → {column} ") for one in strip.pictures._pictures)
    assert strip.title.text().endswith(f"of {row} called {column}")
    QTest.keyClick(page.grid, Qt.Key.Key_Right)
    assert page.grid.cell == (row, min(column + 1, 9))
    page = choose(panel, "Samples")
    assert isinstance(page, SamplesPage)
    wrong = len(found["most_wrong"])
    qtbot.waitUntil(lambda: len(page.strip.pictures._pictures) == wrong, timeout=WAIT)
    for title in ("Curves", "Calibration", "Classes"):
        choose(panel, title)
        panel.grab()


def test_an_evaluation_is_stopped_by_its_button(
    opened: Callable[[Path], EvaluationPanel], digits: Path, qtbot: Any
) -> None:
    panel = opened(digits)
    qtbot.waitUntil(lambda: "Not evaluated" in panel.said.text(), timeout=WAIT)
    click(panel.models)
    click(panel.button)
    qtbot.waitUntil(lambda: not panel.evaluating.running, timeout=WAIT)
    assert panel.said.text() == "The evaluation was stopped."
    assert panel.button.text() == "Evaluate"


def test_a_threshold_is_moved_and_simpler_models_stand_beside(
    opened: Callable[[Path], EvaluationPanel], cancer: Path, qtbot: Any
) -> None:
    panel = opened(cancer)
    qtbot.waitUntil(panel.list.isVisible, timeout=WAIT)
    report = read_report(RunFolder(cancer), "test")
    assert report is not None
    [found] = report["details"].values()
    page = choose(panel, "Threshold")
    assert isinstance(page, ThresholdPage)
    assert page.slider.value() == 50
    page.slider.setFocus()
    QTest.keyClick(page.slider, Qt.Key.Key_Right)
    assert page.said.text() == f"{found['classes'][1]} is said from 0.51 on"
    expected = [(one.name, one.value) for one in at_threshold(found["thresholds"], 51)]
    assert page.figures.texts() == expected
    page = choose(panel, "Simpler models")
    assert isinstance(page, ModelsPage)
    [models] = report["baselines"].values()
    assert page.verdict.text() == models["verdict"]["sentence"]
    assert page.table.texts()[0][0] == "the network"
    assert page.table.texts()[1][0] == "most frequent class"
    overview = choose(panel, "Overview")
    assert models["verdict"]["sentence"] in [said for _, said in overview.remarks]
    page = choose(panel, "Curves")
    assert isinstance(page, CurvesPage)
    QTest.mouseMove(page.roc, QPoint(60, 40))
    assert page.roc.series[0].name == found["classes"][1]


def test_numbers_have_points_errors_and_groups(
    opened: Callable[[Path], EvaluationPanel], diabetes: Path, qtbot: Any
) -> None:
    panel = opened(diabetes)
    qtbot.waitUntil(panel.list.isVisible, timeout=WAIT)
    assert titles(panel)[:4] == ["Overview", "Errors", "Samples", "Groups"]
    page = choose(panel, "Errors")
    assert isinstance(page, NumbersPage)
    panel.grab()
    dots = page.against.series[0]
    assert len(dots.x) == 66
    at = page.against._at(dots.x[0], dots.y[0]).toPoint()
    QTest.mouseMove(page.against, at + QPoint(1, 1))
    QTest.mouseMove(page.against, at)
    qtbot.waitUntil(lambda: page.against.told().startswith("true "), timeout=WAIT)
    page = choose(panel, "Groups")
    assert isinstance(page, GroupsPage)
    report = read_report(RunFolder(diabetes), "test")
    assert report is not None
    [slices] = report["slices"].values()
    assert [row[0] for row in page.table.texts()] == [one["column"] for one in slices]
    second = page.table.topLevelItem(1)
    assert second is not None
    at = page.table.visualItemRect(second).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert [row[0] for row in page.groups.texts()] == [g["name"] for g in slices[1]["groups"]]
    page = choose(panel, "Samples")
    qtbot.waitUntil(page.strip.table.isVisible, timeout=WAIT)
    assert page.strip.table.texts()[0][0].startswith("off by ")


def test_another_split_has_a_report_of_its_own(
    opened: Callable[[Path], EvaluationPanel], diabetes: Path, qtbot: Any
) -> None:
    panel = opened(diabetes)
    qtbot.waitUntil(panel.list.isVisible, timeout=WAIT)
    panel.split.setFocus()
    QTest.keyClick(panel.split, Qt.Key.Key_Down)
    panel.split.activated.emit(panel.split.currentIndex())
    qtbot.waitUntil(lambda: "Not evaluated on this split" in panel.said.text(), timeout=WAIT)
    assert not panel.list.isVisible()
