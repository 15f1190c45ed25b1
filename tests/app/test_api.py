"""What ``import netbuilder`` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import netbuilder as nb

EXAMPLES = Path(__file__).parents[2] / "examples"

LAZY = """
import sys
import netbuilder as nb
heavy = {"torch", "numpy", "sklearn", "onnx", "onnxruntime", "rich", "networkx"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert "netbuilder.app" not in sys.modules
assert "check" in dir(nb)
import netbuilder.check.checker  # a part of the package with the name of a function
assert nb.check(sys.argv[1]).ok
assert nb.check.checker.check(nb.load(sys.argv[1]), None or nb.check.checker.Catalogue([])).ok is False
assert "class" in nb.source(sys.argv[1]).text
assert not {"torch", "numpy", "sklearn", "onnx"} & set(sys.modules)
"""


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    command = [sys.executable, "-c", LAZY, str(EXAMPLES / "iris_mlp.netgraph")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_everything_offered_is_there() -> None:
    for name in nb.__all__:
        assert callable(getattr(nb, name))
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = nb.nothing_like_it  # type: ignore[attr-defined]


def test_the_whole_path(tmp_path: Path) -> None:
    b = nb.Builder("AND", data={"source": "and"}, recipe={"epochs": 1, "threads": 1})
    logits = b.add("linear", b.add("input", id="point", shape=[2]), out_features=1)
    label = b.add("target", id="label", shape=[1], dtype="float32")
    b.add("output", logits, id="answer")
    b.add("bce_with_logits", logits, label, id="loss")
    assert nb.check(b).ok
    nb.save(b, tmp_path / "and.netgraph")
    assert nb.check(tmp_path / "and.netgraph").ok
    assert nb.load(tmp_path / "and.netgraph").title == "AND"
    assert sum(p.numel() for p in nb.build(b).parameters()) == 3
    trained = nb.train(b, tmp_path / "run")
    assert trained.ok
    assert nb.evaluate(trained)["samples"] == nb.evaluate(tmp_path / "run")["samples"]
    assert nb.export(trained, tmp_path / "and.onnx").format == "onnx"
    assert nb.export(tmp_path / "and.netgraph", tmp_path / "again.py").format == "python"


def test_paths_of_a_file_start_at_its_folder(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    b = nb.Builder("Line", data={"source": "csv", "params": {"path": "points.csv", "target": "y"}})
    nb.save(b, tmp_path / "line.netgraph")
    assert "NB407" not in {d.code for d in nb.check(tmp_path / "line.netgraph").diagnostics}
    assert "NB407" not in {d.code for d in nb.check(b, tmp_path).diagnostics}
    assert "NB407" in {d.code for d in nb.check(b, tmp_path / "elsewhere").diagnostics}
