"""A kill in the middle of editing; the script counts, this runs it with fewer kills."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill_editing.py"


@pytest.mark.slow
def test_no_kill_loses_more_than_two_seconds_and_the_harness_sees_a_bad_writer():
    options = ["--kills", "5", "--planted", "2", "--longest", "1.5"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ours, planted = done.stdout.splitlines()
    assert "5 kills: 5 recovered, 0 lost, 0 lost more than 2 s, 0 named files touched" in ours
    assert "2 kills: 2 recovered" not in planted
