"""Trainings and exports through the application, on a small network."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from netbuilder.app import exporting, training
from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.codegen.emit import NotSoundError
from netbuilder.exchange.report import ExportError
from netbuilder.files.documents import save
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.training.client import Event
from netbuilder.training.records import Record
from netbuilder.training.run import RunError, RunFolder


def iris(*settings: str) -> Network:
    changed = ["recipe.epochs=2", "recipe.threads=1", "recipe.device=cpu", *settings]
    return with_settings(example("iris_mlp"), changed)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> training.Trained:
    path = tmp_path_factory.mktemp("runs") / "iris"
    return training.train(iris(), path.parent, path)


def test_a_training_ends_with_a_result(trained: training.Trained) -> None:
    assert trained.ok
    assert trained.result is not None
    assert trained.result["why"] == "finished"
    assert trained.result["baseline"]
    plain = trained.to_plain()
    assert plain["ok"] is True
    assert plain["state"] == "done"
    assert plain["resumable"] is False


def test_the_evaluation_of_the_test_split_is_that_of_the_result(trained: training.Trained) -> None:
    found = training.evaluate(trained.run)
    assert trained.result is not None
    assert found["metrics"] == trained.result["test"]["metrics"]
    assert found["samples"] == trained.result["test"]["samples"]
    assert training.evaluate(trained.run, "train")["samples"] > found["samples"]


def test_records_and_events_come_as_they_are_written(tmp_path: Path) -> None:
    seen: list[Record | Event] = []
    training.train(iris("recipe.epochs=1"), tmp_path, tmp_path / "run", seen.append)
    kinds = [item.kind for item in seen]
    assert kinds.count("epoch") == kinds.count("validation") == 1
    assert {"start", "step", "checkpoint", "finished"} <= set(kinds)


def test_a_watcher_that_fails_stops_the_worker(tmp_path: Path) -> None:
    def fails(item: Record | Event) -> None:
        raise OSError("the pipe is closed")

    path = tmp_path / "run"
    with pytest.raises(OSError, match="the pipe is closed"):
        training.train(iris("recipe.epochs=100000"), tmp_path, path, fails)
    assert not RunFolder(path).is_active()


def test_a_network_with_errors_makes_no_folder(tmp_path: Path) -> None:
    unsound = edits.set_recipe(iris(), {"epochs": -1})
    with pytest.raises(NotSoundError):
        training.train(unsound, tmp_path, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_finished_run_cannot_be_resumed(trained: training.Trained) -> None:
    with pytest.raises(RunError, match="has finished"):
        training.resume_training(trained.run.path)


def test_runs_get_names_of_their_own(tmp_path: Path) -> None:
    first = training.new_run_path("iris", tmp_path)
    assert re.fullmatch(r"iris-\d{8}-\d{6}", first.name)
    for n in range(3):  # the clock may tick in between
        path = training.new_run_path("iris", tmp_path)
        path.mkdir(exist_ok=False)
        assert n < len(list(tmp_path.iterdir()))


def test_a_run_is_exported_with_its_weights(trained: training.Trained, tmp_path: Path) -> None:
    onnx = exporting.export(trained.run.path, "onnx", tmp_path / "iris.onnx")
    assert onnx.ok
    names = [path.name for path in onnx.files]
    assert names == ["iris.onnx", "iris.onnx.card.md", "iris.onnx.card.html"]
    card = onnx.files[1].read_text(encoding="utf-8")
    assert "logistic regression" in card
    assert trained.run.data()["fingerprint"] in card
    assert onnx.max_abs_diff < 1e-4
    project = exporting.export(trained.run.path, "python", tmp_path / "project")
    assert project.ok
    names = {path.name for path in project.files}
    assert {"model.py", "train.py", "weights.safetensors", "README.md"} <= names


def test_a_file_is_exported_with_fresh_weights(tmp_path: Path) -> None:
    file = tmp_path / "iris.netgraph"
    save(iris(), file)
    project = exporting.export(file, "python", tmp_path / "project")
    names = {path.name for path in project.files}
    assert {"model.py", "train.py"} <= names
    assert "weights.safetensors" not in names


def test_a_network_without_data_becomes_a_project_without_training(tmp_path: Path) -> None:
    bare = replace(iris(), data={})
    report = exporting.export_network(bare, tmp_path, "python", tmp_path / "project")
    assert "train.py" not in {path.name for path in report.files}
    assert report.ok


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="python, onnx, pt2, torchscript"):
        exporting.export_network(iris(), tmp_path, "matlab", tmp_path / "x")  # type: ignore[arg-type]


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no training run"):
        exporting.export(tmp_path, "onnx", tmp_path / "x.onnx")
