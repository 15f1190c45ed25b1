"""A kill in the middle of a save; the script counts, this runs it with fewer kills."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "kill_saves.py"


def test_no_kill_makes_a_document_unreadable_and_the_harness_sees_a_bad_writer():
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--kills", "30"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ours, planted = done.stdout.splitlines()
    assert ours.endswith(
        "30 kills: 0 unreadable (0 of length 0), 0 older than told, 0 files left behind"
    )
    assert "30 kills: 0 unreadable" not in planted
