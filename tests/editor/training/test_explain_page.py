"""The page that explains: a sample by method and class, in pictures and rows, and what columns are worth."""

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
from netbuilder.editor.evaluation.explain_page import ExplainPage
from netbuilder.editor.panels.evaluation import EvaluationPanel
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import save
from netbuilder.training.evaluation.worker import evaluated
from netbuilder.training.explaining.methods import METHODS
from netbuilder.training.run import RunFolder

WAIT = 90_000


def measured(folder: Path, name: str) -> Path:
    """A short run of an example, evaluated."""
    from netbuilder.training.session import train_run

    changed = ["recipe.epochs=2", "recipe.threads=1", "recipe.device=cpu"]
    run = create_training(
        with_settings(example(name), changed), folder, folder / f"{name}-20261101-120000"
    )
    with run.hold():
        assert train_run(run)["why"] == "finished"
    evaluated(RunFolder(run.path), "test", lambda told: None, baselines=False)
    return run.path


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return measured(tmp_path_factory.mktemp("digits"), "digits_mlp")


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return measured(tmp_path_factory.mktemp("wine"), "wine_mlp")


@pytest.fixture
def opened(runs: Runs, workspace: Workspace, tmp_path: Path, qtbot: Any) -> Callable[..., Any]:
    """Open the document of a run beside a copy of it, and the page."""

    kept = []  # a test holds the page alone

    def open_it(run: Path) -> ExplainPage:
        name = run.name.partition("-")[0]
        path = tmp_path / "documents" / f"{name}.netgraph"
        path.parent.mkdir()
        save(example(name), path)
        shutil.copytree(run, path.parent / "runs" / run.name)
        panel = EvaluationPanel(workspace)
        kept.append(panel)
        qtbot.addWidget(panel)
        panel.resize(1000, 320)
        panel.show()
        qtbot.waitExposed(panel)
        workspace.open_path(path)
        qtbot.waitUntil(lambda: runs.shown is not None, timeout=WAIT)
        panel.set_seen(True)
        qtbot.waitUntil(panel.list.isVisible, timeout=WAIT)
        [item] = panel.list.findItems("Explain", Qt.MatchFlag.MatchExactly)
        at = panel.list.visualItemRect(item).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
        page = panel.pages.currentWidget()
        assert isinstance(page, ExplainPage)
        return page

    return open_it


def answered(page: ExplainPage, qtbot: Any) -> str:
    """Wait for the answer to the newest question, and return what is said."""
    done = lambda: not page._pause.isActive() and not page.explaining.working  # noqa: E731
    qtbot.waitUntil(done, timeout=WAIT)
    return page.said.text().replace("\N{ZERO WIDTH SPACE}", "")


def choose(box: Any, text: str) -> None:
    """Choose an item by the keyboard."""
    box.setFocus()
    way = Qt.Key.Key_Down if box.findText(text) > box.currentIndex() else Qt.Key.Key_Up
    while box.currentText() != text:
        QTest.keyClick(box, way)


def test_an_image_is_explained_by_each_method_and_class_and_the_next_wrong_one(
    opened: Callable[[Path], ExplainPage], digits: Path, qtbot: Any
) -> None:
    page = opened(digits)
    assert "first time takes a few seconds" in page.said.text() or page._pause.isActive()
    said = answered(page, qtbot)
    assert said.startswith("Score of ")
    assert "All together count " in said
    assert page.heat.isVisible()
    assert not page.table.isVisible()
    first, first_said = page.heat.grab().toImage(), said
    over = page.heat.rect_of(1).center().toPoint()
    QTest.mouseMove(page.heat, over + QPoint(1, 1))
    qtbot.waitUntil(lambda: page.heat.reading.startswith("row 4, column 4: "), timeout=WAIT)
    QTest.mouseClick(page.next_wrong, Qt.MouseButton.LeftButton)
    said = answered(page, qtbot)
    assert said != first_said
    words = said.split(". ")[0]
    says, right = (words.partition(f"{word} ")[2].split(",")[0] for word in ("it says", "right is"))
    assert says != right
    choose(page.target, "3")
    assert answered(page, qtbot).startswith("Score of 3: ")
    choose(page.method, METHODS["occlusion"].title)
    assert answered(page, qtbot).startswith("Score of 3: ")
    assert page.heat.grab().toImage() != first
    choose(page.method, METHODS["grad_cam"].title)
    assert "takes a network with a convolution" in answered(page, qtbot)
    assert not page.heat.isVisible()


def test_rows_are_explained_by_column_and_a_dead_process_is_started_again(
    opened: Callable[[Path], ExplainPage], wine: Path, qtbot: Any
) -> None:
    page = opened(wine)
    assert answered(page, qtbot).startswith("Score of class_")
    assert page.table.isVisible()
    names = {row[0] for row in page.table.texts()}
    assert len(names) == 13
    page.sample.setFocus()
    page.sample.selectAll()
    QTest.keyClicks(page.sample, "5")
    QTest.keyClick(page.sample, Qt.Key.Key_Return)
    before = page.table.texts()
    assert answered(page, qtbot)
    assert page.table.texts() != before
    choose(page.method, "Worth of columns")
    assert not page.sample.isEnabled()
    assert answered(page, qtbot).startswith("Accuracy is ")
    rows = page.table.texts()
    assert {row[0] for row in rows} == names
    assert all(" to " in row[2] for row in rows)
    page.explaining._process.kill()
    qtbot.waitUntil(lambda: not page.explaining._process.running, timeout=WAIT)
    choose(page.method, METHODS["saliency"].title)
    assert answered(page, qtbot).startswith("Score of class_")
    page.window().hide()
    assert not page.explaining._process.running
