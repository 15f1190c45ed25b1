"""A kill in the middle of editing; the script counts, this runs it with fewer kills."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill_editing.py"


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--window",)], ids=["document", "window"])
def test_no_kill_loses_more_than_two_seconds_and_the_harness_sees_a_bad_writer(more):
    kills, planted = ("2", "1") if more else ("5", "2")
    options = ["--kills", kills, "--planted", planted, "--longest", "1.5", *more]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ours, bad = done.stdout.splitlines()
    assert f"{kills} kills: {kills} recovered, 0 lost, 0 lost more than 2 s, 0 named" in ours
    assert f"{planted} kills: {planted} recovered" not in bad
