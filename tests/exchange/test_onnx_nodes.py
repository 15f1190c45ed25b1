"""ONNX files of nodes that are more than a layer of torch: norms, tensors brought along, noise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import netbuilder as nb
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.exchange.onnx import export_onnx
from netbuilder.exchange.report import ExportReport
from netbuilder.exchange.subject import Subject


def exported(builder: Any, folder: Path) -> ExportReport:
    subject = Subject(generate(builder.network, standard_catalogue()), title="Net")
    return export_onnx(subject, folder / "net.onnx")


@pytest.mark.parametrize("norm", ["weight", "spectral"])
def test_weights_that_are_held_to_a_norm(norm: str, tmp_path: Path) -> None:
    b = nb.Builder("Normed")
    x = b.add("input", shape=[3, 8, 8])
    x = b.add("conv2d", x, out_channels=4, kernel_size=3, weight_norm=norm)
    x = b.add("flatten", b.add("relu", x))
    b.add("output", b.add("linear", x, out_features=3, weight_norm=norm))
    report = exported(b, tmp_path)
    assert report.ok, report.problem()


def test_tensors_that_the_network_brings_along(tmp_path: Path) -> None:
    b = nb.Builder("Tokens")
    x = b.add("input", shape=["T", 16])
    x = b.add("concatenate", b.add("parameter", x, shape=[1, 16]), x, dim=1)
    x = b.add("add", x, b.add("parameter", shape=[16]))
    x = b.add("multiply", x, b.add("constant", shape=[1], value=0.5))
    b.add("output", b.add("rms_norm", b.add("swiglu", x)))
    report = exported(b, tmp_path)
    assert report.ok, report.problem()


@pytest.mark.parametrize("always", [False, True])
def test_noise_is_exported_where_it_is_for_training_only(always: bool, tmp_path: Path) -> None:
    b = nb.Builder("Noise")
    x = b.add("input", shape=[4])
    noise = b.add("random_normal", x, shape=[4], mean=2.0, always=always)
    b.add("output", b.add("add", x, noise))
    report = exported(b, tmp_path)
    assert report.ok is not always
    assert not always or "random_normal_1 draws random numbers" in report.problem()


SEQUENCES: dict[str, dict[str, Any]] = {
    "rnn": {"num_layers": 2, "bidirectional": True, "nonlinearity": "relu"},
    "multihead_attention": {"num_heads": 4, "is_causal": True},
    "transformer_encoder_layer": {"nhead": 4, "dim_feedforward": 32, "is_causal": True},
    "sinusoidal_positions": {},
    "rotary_embedding": {},
    "class_token": {},
}


@pytest.mark.parametrize("kind", SEQUENCES)
def test_sequences_keep_their_open_length(kind: str, tmp_path: Path) -> None:
    b = nb.Builder("Sequences")
    b.add("output", b.add(kind, b.add("input", shape=["T", 16]), **SEQUENCES[kind]))
    report = exported(b, tmp_path)
    assert report.ok, report.problem()
