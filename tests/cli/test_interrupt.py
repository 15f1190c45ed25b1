"""Ctrl-C stops a training with a checkpoint and says how to go on; going on ends where it would have."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from netbuilder.app.examples import example
from netbuilder.cli.codes import FINE, INTERRUPTED
from netbuilder.files.documents import save
from netbuilder.graph import edits
from netbuilder.training.records import clockless
from netbuilder.training.run import RunFolder

NETBUILDER = [sys.executable, "-m", "netbuilder"]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C")
def test_an_interrupted_training_goes_on_as_it_says(tmp_path: Path) -> None:
    """The command that it names trains the rest: all records equal those of a run without a stop."""
    network = example("iris_mlp")
    recipe = {**network.recipe, "epochs": 80, "threads": 1, "patience": 0}
    save(edits.set_recipe(network, recipe), tmp_path / "iris.netgraph")
    whole = [*NETBUILDER, "train", "iris.netgraph", "--run", "whole"]
    subprocess.run(whole, check=True, capture_output=True, cwd=tmp_path, env=ENVIRONMENT)

    code, told = interrupted([*NETBUILDER, "train", "iris.netgraph", "--run", "part"], tmp_path)
    assert code == INTERRUPTED
    last = told.splitlines()[-1]
    assert "stopped on demand at step" in last
    way = shlex.split(last.partition("go on with: netbuilder ")[2])
    assert way == ["train", "--resume", "part"]
    assert not complete(tmp_path / "part")

    done = subprocess.run([*NETBUILDER, *way], cwd=tmp_path, env=ENVIRONMENT, capture_output=True)
    assert done.returncode == FINE
    assert complete(tmp_path / "part")
    one, other = (clockless(RunFolder(tmp_path / name).records) for name in ("whole", "part"))
    assert one == other


def interrupted(command: list[str], folder: Path) -> tuple[int, str]:
    """Run a command, send Ctrl-C after its first epoch; return its exit code and what it said."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("epoch 1 "):
                process.send_signal(signal.SIGINT)
                break
        _, told = process.communicate(timeout=60)
        return process.returncode, told


def complete(folder: Path) -> bool:
    return (RunFolder(folder).result() or {})["why"] == "finished"
