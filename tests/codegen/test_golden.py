"""The source of every example is held as a file, so that a change of a character is seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.data.prepare import fields
from netbuilder.files.documents import load

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "sources"
EXAMPLES = sorted((ROOT / "examples").glob("*.netgraph"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_source_is_the_golden_one(path: Path, update_golden: bool) -> None:
    """Run with --update-golden after a wanted change, and read the difference."""
    network = load(path)
    text = generate(network, standard_catalogue(), fields(network.data, path.parent)).text
    golden = GOLDEN / f"{path.stem}.py"
    if update_golden:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_every_golden_source_has_its_example() -> None:
    """No golden file outlives its example."""
    assert {path.stem for path in GOLDEN.glob("*.py")} == {path.stem for path in EXAMPLES}


def test_ruff_would_change_nothing() -> None:
    """The sources are formatted as ruff formats, and clean."""
    for command in (["format", "--check"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(GOLDEN)]
        done = subprocess.run(ruff, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout
