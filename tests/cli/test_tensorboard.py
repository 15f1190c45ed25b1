"""A run for TensorBoard by the command line: after the fact, and while it trains."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from cli_commands import Command, iris_file

from netbuilder.app.project import open_network
from netbuilder.app.training import start_training
from netbuilder.cli.live import JsonLines
from netbuilder.cli.tensorboard import Boarded
from netbuilder.training.client import stop
from netbuilder.training.records import read_records
from netbuilder.training.run import RunFolder
from netbuilder.training.tensorboard import FILE


@pytest.fixture
def copied(iris_run: Path, tmp_path: Path) -> RunFolder:
    shutil.copytree(iris_run, tmp_path / "run")
    return RunFolder(tmp_path / "run")


def sizes(run: RunFolder) -> list[int]:
    return [(run.tensorboard / name / FILE).stat().st_size for name in ("train", "val")]


def test_a_finished_run_is_written(run: Command, copied: RunFolder) -> None:
    done = run("runs", "tensorboard", copied.path)
    assert done.code == 0
    assert done.out == (
        f"{copied.tensorboard}: 16 records; look at them with: tensorboard --logdir {copied.path}\n"
    )
    before = sizes(copied)
    plain = run("runs", "tensorboard", copied.path, "--follow", "--json").json
    assert plain["records"] == 16
    assert plain["folder"] == str(copied.tensorboard)
    assert sizes(copied) == before


def test_a_folder_without_a_run_is_refused(run: Command, tmp_path: Path) -> None:
    assert run("runs", "tensorboard", tmp_path).code != 0


def test_a_training_is_followed_to_its_end(run: Command, tmp_path: Path) -> None:
    worker = start_training(
        open_network(iris_file(tmp_path, "recipe.epochs=100000")), tmp_path, tmp_path / "run"
    )
    try:
        end = time.monotonic() + 60
        while not worker.run.is_active() and time.monotonic() < end:
            time.sleep(0.05)
        stop(worker.run)
        plain = run("runs", "tensorboard", worker.run.path, "--follow", "--json").json
        assert worker.wait(60) == 0
    finally:
        worker.kill()
    again = run("runs", "tensorboard", worker.run.path, "--json").json
    assert plain == again


def test_a_training_keeps_them_up(run: Command, tmp_path: Path) -> None:
    path, folder = iris_file(tmp_path), RunFolder(tmp_path / "run")
    assert run("train", path, "--run", folder.path, "--tensorboard").code == 0
    kept = sizes(folder)
    run("runs", "tensorboard", folder.path)
    assert sizes(folder) == kept
    assert min(kept) > 100


def test_files_that_cannot_be_written_end_no_training(
    copied: RunFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    copied.tensorboard.write_text("a file")
    show = Boarded(JsonLines(), copied)
    for record in read_records(copied.records):
        show(record)
    show.close()
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 16
    assert "cannot be written" in err
    assert err.endswith("; training goes on without them\n")
    assert err.count("\n") == 1
