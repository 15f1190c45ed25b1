"""train, evaluate, export, runs and demo."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli_commands import Command, iris_file
from rich.console import Console

from netbuilder.app.exporting import FORMATS
from netbuilder.app.project import open_network
from netbuilder.app.training import start_training
from netbuilder.cli.export import _FORMATS
from netbuilder.cli.live import Bar, clock
from netbuilder.training.client import watch
from netbuilder.training.run import RunFolder

LONG = "recipe.epochs=100000"


def until(condition: Any, seconds: float = 60.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_a_training_is_told_an_epoch_a_line(run: Command, tmp_path: Path) -> None:
    path = iris_file(tmp_path)
    done = run("train", path, "--run", tmp_path / "run", "--set", "recipe.epochs=3")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"training {path} in {tmp_path / 'run'}"
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert [line.partition(":")[0] for line in epochs] == [f"epoch {n} of 3" for n in (1, 2, 3)]
    assert all("val loss" in line and "accuracy" in line for line in epochs)
    assert "finished after 3 epochs (18 steps)" in lines
    assert any(line.split()[:2] == ["baseline", "logistic"] for line in lines)
    assert open_network(tmp_path / "run" / "graph.netgraph").recipe["epochs"] == 3


def test_json_is_records_and_then_the_result(run: Command, tmp_path: Path) -> None:
    done = run("train", iris_file(tmp_path), "--run", tmp_path / "run", "--json")
    assert done.code == 0
    *records, result = done.lines
    kinds = [one["kind"] for one in records]
    assert kinds.count("step") == 12
    assert kinds.count("epoch") == kinds.count("validation") == 2
    assert result["kind"] == "result"
    assert result["ok"] is True
    assert result["result"]["test"]["samples"] == 30
    assert {"loss", "metrics"} <= set(result["result"]["test"])


def test_runs_have_a_folder_of_their_own_by_default(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iris_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run("train", "iris.netgraph", "--set", "recipe.epochs=1").code == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("iris-20")
    assert run("runs", "show", folder.name).out.startswith("finished after 1 epoch")
    assert folder.name in run("runs", "list").out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--set", "recipe.nothing=3"], "recipe.epochs, recipe.batch_size"),
        (["--set", "recipe.epochs=0"], "recipe.epochs: epochs is 0"),
        (["--set", "epochs"], "NAME=VALUE"),
        (["--set", "recipe.momentum=0.9"], "momentum"),
        (["--resume", "somewhere"], "FILE has no place beside --resume"),
        (["--run", "."], "is not empty"),
    ],
)
def test_wrong_settings_start_nothing(
    run: Command, args: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iris_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = run("train", "iris.netgraph", *args)
    assert done.code == 2
    assert words in done.err
    assert not (tmp_path / "runs").exists()


def test_there_has_to_be_something_to_train(run: Command) -> None:
    done = run("train")
    assert done.code == 2
    assert "--resume DIR" in done.err


def test_a_network_with_errors_is_not_trained(run: Command, tmp_path: Path) -> None:
    path = iris_file(tmp_path, "data.source=moons")
    done = run("train", path, "--run", tmp_path / "run")
    assert done.code == 1
    assert "error NB401" in done.out
    assert done.err == f"netbuilder train: {path} has errors, so it is not trained\n"
    assert not (tmp_path / "run").exists()
    told = run("train", path, "--run", tmp_path / "run", "--json").json
    assert told["kind"] == "problems"
    assert told["diagnostics"][0]["code"] == "NB401"


def test_a_failed_training_is_3_with_its_sentence(run: Command, tmp_path: Path) -> None:
    hot = ["--set", "recipe.learning_rate=100", "--set", "recipe.optimizer=sgd", "--set", "recipe.epochs=500"]  # fmt: skip
    done = run("train", iris_file(tmp_path), "--run", tmp_path / "run", *hot, "--json")
    result = done.lines[-1]
    if result["ok"]:  # a saturated network may stay finite for ever
        pytest.skip("the training stayed finite")
    assert done.code == 3
    assert result["sentence"] in done.err


def test_evaluation(run: Command, iris_run: Path) -> None:
    plain = run("evaluate", iris_run, "--json").json
    assert plain["split"] == "test"
    assert plain["samples"] == 30
    assert {"loss", "losses", "metrics", "run", "weights"} <= set(plain)
    text = run("evaluate", iris_run, "--split", "train").out
    assert "train split" in text
    assert "accuracy" in text
    assert "confusion" in text


def test_the_formats_are_those_that_there_are() -> None:
    assert _FORMATS == FORMATS


def test_exports(run: Command, iris_run: Path, tmp_path: Path) -> None:
    done = run("export", iris_run, "--to", "onnx", "-o", tmp_path / "iris.onnx", "--json")
    assert done.code == 0
    assert done.json["ok"] is True
    assert done.json["checker"] is True
    assert done.json["files"][0] == str(tmp_path / "iris.onnx")
    assert len(done.json["files"]) == 3  # and the model card, as Markdown and HTML
    text = run("export", iris_run, "--to", "python", "-o", tmp_path / "project").out
    assert "verified at batch sizes 1, 4, 7" in text
    assert "train.py" in text


def test_the_weights_of_a_run_that_became_nan_are_named(
    run: Command, iris_run: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(iris_run, copy)
    result = json.loads((copy / "result.json").read_text())
    result["failure"] = {"kind": "not_finite", "step": 99}
    (copy / "result.json").write_text(json.dumps(result))
    words = (
        "note: a value became NaN or infinite at step 99; these are the weights of the best epoch"
    )
    assert words in run("evaluate", copy).out
    model = tmp_path / "iris.onnx"
    assert words in run("export", copy, "--to", "onnx", "-o", model).out
    told = run("export", copy, "--to", "onnx", "-o", model, "--json").json
    assert told["note"].startswith("a value became NaN")
    assert "note" not in run("evaluate", iris_run).out


def test_an_export_of_a_file_with_errors(run: Command, tmp_path: Path) -> None:
    path = iris_file(tmp_path, "data.source=moons")
    done = run("export", path, "--to", "onnx", "-o", tmp_path / "x.onnx", "--json")
    assert done.code == 1
    assert done.json["diagnostics"]
    assert not (tmp_path / "x.onnx").exists()


def test_an_export_that_cannot_be_written_is_3(
    run: Command, iris_run: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    done = run("export", iris_run, "--to", "python", "-o", tmp_path / "other", "--json")
    assert done.code == 3
    assert "holds files that no export wrote" in done.json["error"]
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("command", [["evaluate"], ["runs", "show"], ["runs", "stop"]])
def test_a_folder_without_a_run_is_wrong_usage(
    run: Command, command: list[str], tmp_path: Path
) -> None:
    done = run(*command, tmp_path)
    assert done.code == 2
    assert "holds no training run" in done.err


def test_runs_are_listed_and_shown(run: Command, iris_run: Path, tmp_path: Path) -> None:
    plain = run("runs", "list", iris_run.parent, "--json").json
    (one,) = plain["runs"]
    assert one["run"] == str(iris_run)
    assert one["state"] == "done"
    assert one["title"] == "Iris MLP"
    assert one["test"]["samples"] == 30
    assert re.search(r"worker +\d+ MB at most\n", run("runs", "show", iris_run).out)
    shown = run("runs", "show", iris_run, "--json").json
    assert shown["usage"]["peak_memory"] > 50e6
    assert shown["recipe"]["epochs"] == 2
    assert shown["result"]["why"] == "finished"
    assert shown["data"]["fingerprint"]
    assert run("runs", "list", tmp_path).out.endswith(f"{tmp_path}: no runs\n")


def test_a_list_of_a_folder_that_is_missing_is_wrong_usage(run: Command, tmp_path: Path) -> None:
    done = run("runs", "list", tmp_path / "none")
    assert (done.code, done.out) == (2, "")
    assert f"{tmp_path / 'none'}: there is no such folder" in done.err


def test_a_damaged_run_hides_no_other(run: Command, iris_run: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    for name in ("recipe.json", "source.json"):
        (bad / name).write_text("{}")
    (bad / "status.json").write_text('{"state": "odd"}')
    (one,) = run("runs", "list", tmp_path, "--json").json["runs"]
    assert one["state"] == "damaged"
    assert "odd" in one["sentence"]


def test_a_finished_run_takes_no_commands(run: Command, iris_run: Path) -> None:
    for action in ("pause", "stop", "resume"):
        done = run("runs", action, iris_run, "--json")
        assert done.code == 3
        assert done.json["error"] in done.err


def test_a_training_is_paused_resumed_and_stopped_from_elsewhere(
    run: Command, tmp_path: Path
) -> None:
    network = open_network(iris_file(tmp_path, LONG))
    worker = start_training(network, tmp_path, tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    try:
        until(lambda: folder.status().state == "running")
        assert run("runs", "pause", folder.path).out.endswith("told to pause\n")
        until(lambda: folder.status().state == "paused")
        assert run("runs", "list", tmp_path).out.splitlines()[1].split()[1] == "paused"
        assert run("runs", "resume", folder.path, "--json").json["sent"] == "resume"
        until(lambda: folder.status().state == "running")
        until(folder.usage.exists)
        assert " busy" in run("runs", "show", folder.path).out
        told = run("runs", "stop", folder.path, "--after-epoch")
        assert told.out.endswith("told to stop after epoch\n")
        assert worker.wait(60) == 0
    finally:
        worker.kill()
    shown = run("runs", "show", folder.path, "--json").json
    assert shown["state"] == "stopped"
    assert shown["resumable"] is True


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_ctrl_c_stops_with_a_checkpoint_and_resume_goes_on(run: Command, tmp_path: Path) -> None:
    path, folder = iris_file(tmp_path, "recipe.epochs=4000"), tmp_path / "run"
    command = [sys.executable, "-m", "netbuilder", "train", str(path), "--run", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        while not process.stdout.readline().startswith(b"epoch 2 of"):
            assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in out + err
    assert f"netbuilder train --resume {folder}" in err.decode()
    stopped = RunFolder(folder).status()
    assert stopped.state == "stopped"
    assert stopped.checkpoint == stopped.step
    command = [sys.executable, "-m", "netbuilder", "train", "--resume", str(folder), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        while first["kind"] != "step":
            first = json.loads(process.stdout.readline())
        os.kill(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    assert first["step"] == stopped.step + 1


def test_a_run_goes_on_in_the_background(run: Command, tmp_path: Path) -> None:
    network = open_network(iris_file(tmp_path, LONG))
    worker = start_training(network, tmp_path, tmp_path / "run")
    folder = RunFolder(tmp_path / "run")
    until(lambda: folder.status().state == "running")
    worker.stop()
    step = folder.status().step
    command = [sys.executable, "-m", "netbuilder", "runs", "resume", str(folder.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "goes on by itself" in done.stdout
    until(lambda: folder.status().state == "running" and folder.is_active())
    assert run("runs", "stop", folder.path).code == 0
    until(lambda: not folder.is_active())
    assert folder.status().step >= step


def test_a_training_without_a_reader_does_not_go_on_alone(tmp_path: Path) -> None:
    """As in ``netbuilder train --json | head -1``."""
    path, folder = iris_file(tmp_path, LONG), tmp_path / "run"
    command = [sys.executable, "-m", "netbuilder", "train", str(path), "--run", str(folder), "--json"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(60)
    assert not RunFolder(folder).is_active()


def test_the_demo_does_the_main_job(run: Command, tmp_path: Path) -> None:
    done = run("demo", "--epochs", "1", "--out", tmp_path / "demo")
    assert (done.code, done.err) == (0, "")
    exports = tmp_path / "demo" / "exports"
    for name in ("digits_cnn.onnx", "digits_cnn.svg", "digits_cnn/model.py", "digits_cnn/train.py"):
        assert (exports / name).is_file()
    for words in ("test accuracy", "baseline", "largest difference", str(exports)):
        assert words in done.out


@pytest.mark.parametrize(
    ("args", "words"), [(["--epochs", "0"], "at least 1"), (["--out", "."], "is not empty")]
)
def test_a_demo_that_cannot_be(
    run: Command, args: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "something").touch()
    monkeypatch.chdir(tmp_path)
    done = run("demo", *args)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize("width", [119, 120])
def test_a_terminal_gets_a_bar_with_loss_validation_speed_and_time_left(
    iris_run: Path, width: int
) -> None:
    out = Console(force_terminal=True, width=width, file=io.StringIO(), color_system=None)
    run = RunFolder(iris_run)
    bar = Bar(out, run)
    for item in watch(run):
        if item.kind != "finished":  # the end takes the speed down
            bar(item)
    bar.close()
    assert isinstance(out.file, io.StringIO)
    shown = out.file.getvalue()
    for words in ("epoch 2 of 2", "100%", "loss 0.", "val loss", "samples/s", "left"):
        assert words in shown
    assert (" MB" in shown) is (" CPU" in shown) is (width == 120)


@pytest.mark.parametrize(
    ("seconds", "text"), [(7.2, "0:07"), (750, "12:30"), (11100, "3:05:00"), (59.7, "1:00")]
)
def test_durations(seconds: float, text: str) -> None:
    assert clock(seconds) == text
