"""What the README shows works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from netbuilder.data.registry import sources
from netbuilder.training.recipe import Recipe

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs(tmp_path: Path) -> None:
    """Pasted into a file in an empty folder, it runs to the end and leaves what it says."""
    program = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert program
    (tmp_path / "example.py").write_text(program[1], encoding="utf-8")
    command = [sys.executable, "example.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True 65\n")
    assert (tmp_path / "moons.onnx").is_file()
    assert (tmp_path / "moons_project" / "train.py").is_file()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_somewhere(path: str) -> None:
    """Every link is a file of the project."""
    assert (ROOT / path).exists()


def test_every_source_and_setting_is_listed() -> None:
    """Nobody has to guess a name."""
    for name in (*sources(), *Recipe.params):
        assert f"`{name}`" in README, name


def test_every_command_and_example_is_listed() -> None:
    """The tables are complete."""
    done = subprocess.run(
        [sys.executable, "-m", "netbuilder", "--help"], capture_output=True, text=True, check=True
    )
    commands = re.findall(r"^    (\w+) ", done.stdout, re.MULTILINE)
    assert len(commands) >= 10
    for command in commands:
        assert f"`netbuilder {command}" in README
    for example in (ROOT / "examples").glob("*.netgraph"):
        assert f"`{example.stem}`" in README
