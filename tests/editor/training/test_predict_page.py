"""The page that predicts a file: chosen by its dialog, written beside it, its first rows shown."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.data.bundled import Iris
from netbuilder.editor.evaluation.predict_page import PredictPage
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import save

WAIT = 90_000


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from netbuilder.training.session import train_run

    folder = tmp_path_factory.mktemp("iris")
    changed = ["recipe.epochs=1", "recipe.threads=1", "recipe.device=cpu"]
    network = with_settings(example("iris_mlp"), changed)
    run = create_training(network, folder, folder / "iris_mlp-20261101-120000")
    with run.hold():
        assert train_run(run)["why"] == "finished"
    return run.path


@pytest.fixture
def page(
    runs: Runs, workspace: Workspace, tmp_path: Path, qtbot: Any, trained: Path
) -> Callable[[], PredictPage]:
    path = tmp_path / "documents" / "iris_mlp.netgraph"
    path.parent.mkdir()
    save(example("iris_mlp"), path)
    shutil.copytree(trained, path.parent / "runs" / trained.name)
    made = PredictPage(workspace)
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    qtbot.waitExposed(made)
    workspace.open_path(path)
    qtbot.waitUntil(lambda: runs.shown is not None, timeout=WAIT)
    return made


def table(path: Path, names: tuple[str, ...], rows: list[list[float]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
    return path


def chosen(page: PredictPage, path: Path, qtbot: Any) -> None:
    """Choose a file by the button and its dialog, and wait for the end."""
    QTest.mouseClick(page.file, Qt.MouseButton.LeftButton)
    dialog = page.findChild(QFileDialog, "predict_file")
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    assert page.running
    assert page.file.text() == "Cancel"
    qtbot.waitUntil(lambda: not page.running, timeout=WAIT)


def test_a_table_is_predicted_into_a_file_beside_it(
    page: PredictPage, tmp_path: Path, qtbot: Any
) -> None:
    rows = Iris().load(Path()).arrays["features"][::50].tolist()
    path = table(tmp_path / "flowers.csv", Iris.columns, rows)
    chosen(page, path, qtbot)
    qtbot.waitUntil(page.table.isVisible, timeout=WAIT)
    out = tmp_path / "flowers_predicted.csv"
    assert page.said.text().startswith("3 samples in ")
    with out.open(newline="") as file:
        heads, *found = list(csv.reader(file))
    assert page.table.texts() == found
    assert heads[:4] == ["row", "input", "predicted", "probability"]
    assert page.place.isVisible()
    chosen(page, path, qtbot)
    qtbot.waitUntil(page.table.isVisible, timeout=WAIT)
    assert (tmp_path / "flowers_predicted-2.csv").read_bytes() == out.read_bytes()


def test_what_does_not_fit_is_told_and_nothing_is_written(
    page: PredictPage, tmp_path: Path, qtbot: Any
) -> None:
    path = table(tmp_path / "flowers.csv", Iris.columns[1:], [[1, 2, 3]])
    chosen(page, path, qtbot)
    assert "flowers.csv lacks the column sepal length" in page.said.text().replace("\u200b", "")
    assert not page.table.isVisible()
    assert not page.place.isVisible()
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["flowers.csv"]
    assert page.file.text() == "Choose File…"
