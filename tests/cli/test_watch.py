"""A training followed from elsewhere; that the watching ends does not end it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_commands import Command, iris_file

from netbuilder.app.project import open_network
from netbuilder.app.training import start_training
from netbuilder.training.client import stop
from netbuilder.training.records import read_records


def test_a_finished_run_is_told_with_all_its_records(run: Command, iris_run: Path) -> None:
    lines = run("runs", "watch", iris_run, "--json").lines
    records = [line for line in lines if line["kind"] in ("step", "epoch", "validation")]
    assert records == [record.to_plain() for record in read_records(iris_run / "records.bin")]
    assert lines[-1]["kind"] == "result"
    assert lines[-1]["ok"] is True


def test_a_finished_run_is_told_by_its_end(run: Command, iris_run: Path) -> None:
    done = run("runs", "watch", iris_run)
    assert done.code == 0
    assert done.out.startswith("finished after 2 epochs")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_a_training_is_watched_left_and_watched_again(run: Command, tmp_path: Path) -> None:
    network = open_network(iris_file(tmp_path, "recipe.epochs=100000"))
    worker = start_training(network, tmp_path, tmp_path / "run")
    folder = worker.run.path
    try:
        end = time.monotonic() + 60
        while not worker.run.is_active() and time.monotonic() < end:
            time.sleep(0.05)
        command = [sys.executable, "-m", "netbuilder", "runs", "watch", str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            end = time.monotonic() + 60
            line = process.stdout.readline()
            assert line.startswith((b"training at step", b"waiting", b"epoch"))
            while b"epoch " not in process.stdout.readline() and time.monotonic() < end:
                pass
            os.kill(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert process.returncode == 0
        assert err == b""
        assert b"training at step" in out
        assert worker.run.is_active()
        stop(worker.run)
        assert run("runs", "watch", folder).code == 0
        assert worker.wait(60) == 0
    finally:
        worker.kill()
    assert worker.run.status().state == "stopped"
