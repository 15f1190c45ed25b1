"""ONNX files of arithmetic, reductions and selection: each node's result is one of the outputs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import netbuilder as nb
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.exchange.onnx import export_onnx
from netbuilder.exchange.subject import Subject

PAIRS = ("add", "subtract", "multiply", "maximum", "minimum", "einsum", "expression")
ALONE = (
    "neg", "abs", "exp", "sin", "cos", "clamp", "cast", "scale", "power",
    "mean", "sum", "prod", "max", "min", "var", "std", "norm", "logsumexp", "cumsum",
    "argmax", "argmin", "topk", "sort", "compare",
)  # fmt: skip


def _pairs(b: Any) -> list[Any]:
    x, z = (b.add("input", id=name, shape=[4, 8]) for name in ("a", "b"))
    return [b.add(kind, x, z) for kind in PAIRS]


def _alone(b: Any) -> list[Any]:
    x = b.add("input", shape=[4, 8])
    return [b.add(kind, x) for kind in ALONE]


def _others(b: Any) -> list[Any]:
    x, z = (b.add("input", id=name, shape=[4, 8]) for name in ("a", "b"))
    above = b.add("add", b.add("abs", x), b.add("exp", z))
    mask, place = b.add("compare", x, z), b.add("argmax", x, keepdim=True)
    classes = b.add("argmax", x)
    return [
        *(b.add(kind, above) for kind in ("log", "sqrt", "reciprocal")),
        b.add("divide", x, above),
        b.add("divide", x, above, rounding_mode="floor"),
        b.add("power", above, z),
        b.add("where", mask, x, z),
        b.add("gather", x, place, dim=2),
        b.add("take_along_dim", x, place, dim=2),
        b.add("one_hot", classes, num_classes=8, dtype="float32"),
        b.add("max", x, dim=[1, 2]),
        b.add("scale", x, learned=True, factor=0.5),
        b.add("expression", x, z, expression="-max(a, 0, b) ** 2 / (1 + abs(b)) + tanh(a)"),
        b.add("matmul", x, b.add("einsum", z, equation="nij->nji")),
    ]


@pytest.mark.parametrize("made", [_pairs, _alone, _others])
def test_what_stands_in_the_file_gives_what_the_module_gives(made: Any, tmp_path: Path) -> None:
    b = nb.Builder("Net")
    for node in made(b):
        b.add("output", node)
    subject = Subject(generate(b.network, standard_catalogue()), title="Net")
    report = export_onnx(subject, tmp_path / "net.onnx")
    assert report.ok, report.problem()
