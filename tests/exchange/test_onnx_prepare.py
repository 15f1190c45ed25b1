"""ONNX files that prepare their inputs by themselves, run by onnxruntime on numbers as the data have them."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from netbuilder.app.examples import example
from netbuilder.app.exporting import export
from netbuilder.codegen.source import Argument, Result, Source
from netbuilder.data.prepare import prepare
from netbuilder.data.settings import DataSettings
from netbuilder.exchange import onnx_prepare
from netbuilder.exchange.onnx import export_onnx
from netbuilder.exchange.readme import readme
from netbuilder.exchange.report import ExportError
from netbuilder.exchange.subject import Subject, build
from netbuilder.files.documents import save

HEAD = """import torch
from torch import Tensor, nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
"""
ROWS = (
    HEAD
    + """        self.linear = nn.Linear(6, 3)

    def forward(self, features: Tensor, size: Tensor) -> Tensor:
        return self.linear(torch.cat([features, size, size.sum(1, keepdim=True)], 1))
"""
)
IMAGES = (
    HEAD
    + """        self.linear = nn.Linear(30, 2)

    def forward(self, image: Tensor) -> Tensor:
        return self.linear(image)
"""
)


def net(text, *inputs):
    return Source(text, "Net", inputs, (), (Result("scores", ("N", 3), "float32"),), (), {})


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    rng = np.random.RandomState(0)
    rows = ["age,income,size,bought"]
    for row in range(60):
        age = "" if row % 7 == 3 else str(rng.randint(18, 80))
        income = f"{np.exp(rng.standard_normal() * 2 + 8):.2f}"
        size = ("small", "medium", "large")[row % 3]
        rows.append(f"{age},{income},{size},{('no', 'yes')[row % 2]}")
    (folder / "table.csv").write_text("\n".join(rows) + "\n")
    return folder


DATA = {
    "source": "csv",
    "params": {"path": "table.csv", "categories": "codes"},
    "preprocess": [
        {"step": "impute", "field": "features", "by": "median"},
        {"step": "log", "field": "features", "columns": ["income"]},
        {"step": "min_max", "field": "features", "columns": ["age"], "low": -1},
        {"step": "one_hot", "field": "size"},
    ],
    "standardize": ["features"],
}


@pytest.fixture(scope="module")
def rows(table):
    inputs = (
        Argument("features", "features", (2,), "float32"),
        Argument("size", "size", (3,), "float32"),
    )
    return Subject(net(ROWS, *inputs), preprocessing=prepare(DATA, table).preprocessing, seed=1)


def run(path, **given):
    return onnxruntime.InferenceSession(path).run(None, given)[0]


def test_a_file_takes_a_table_as_it_is(rows, table, tmp_path):
    path = tmp_path / "net.onnx"
    report = export_onnx(rows, path, with_preprocessing=True)
    assert report.ok
    assert report.prepares
    assert report.checker
    prepared = prepare(DATA, table)
    raw = DataSettings.from_plain(DATA).source.load(table).arrays
    test = prepared.indices["test"]
    assert np.isnan(raw["features"]).any()
    found = run(path, features=raw["features"][test], size=raw["size"][test])
    with torch.no_grad():
        module = build(rows)
        expected = module(
            *(torch.as_tensor(prepared.splits["test"][n]) for n in ("features", "size"))
        )
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-6)
    model = onnx.load(path)
    told = {one.key: one.value for one in model.metadata_props}
    assert told["prepares"] == "true"
    assert [step["step"] for step in json.loads(told["preprocessing"])["steps"]] == [
        "log",
        "min_max",
        "one_hot",
    ]
    types = {one.name: one.type.tensor_type for one in model.graph.input}
    assert types["size"].elem_type == onnx.TensorProto.INT64
    assert [dim.dim_param or dim.dim_value for dim in types["size"].shape.dim] == ["N"]
    assert [dim.dim_param or dim.dim_value for dim in types["features"].shape.dim] == ["N", 2]


def test_without_being_asked_a_file_takes_what_the_network_takes(rows, tmp_path):
    report = export_onnx(rows, tmp_path / "net.onnx")
    assert report.ok
    assert not report.prepares
    types = {one.name: one.type.tensor_type for one in onnx.load(report.path).graph.input}
    assert types["size"].elem_type == onnx.TensorProto.FLOAT


def test_images_are_brought_to_the_size_of_the_training_and_scaled_by_channel(tmp_path):
    data = {
        "source": "digits",
        "preprocess": [
            {"step": "robust", "field": "image"},
            {"step": "resize", "field": "image", "height": 5, "width": 6},
        ],
        "standardize": ["image"],
    }
    prepared = prepare(data, tmp_path)
    flat = Argument("image", "image", (30,), "float32")  # an image of 1 x 5 x 6, fed as a row
    subject = Subject(net(IMAGES, flat), preprocessing=prepared.preprocessing)
    report = export_onnx(subject, tmp_path / "net.onnx", with_preprocessing=True)
    assert report.ok
    raw = prepare({"source": "digits"}, tmp_path)
    found = run(report.path, image=raw.splits["test"]["image"])
    with torch.no_grad():
        fed = torch.as_tensor(prepared.splits["test"]["image"]).flatten(1)
        expected = build(subject)(fed)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def test_classes_in_an_order_become_their_place(table, tmp_path):
    order = {"step": "ordinal", "field": "size", "order": ["small", "medium", "large"]}
    data = {**DATA, "preprocess": [order], "standardize": ["size"]}
    prepared = prepare(data, table)
    text = HEAD + "\n    def forward(self, size: Tensor) -> Tensor:\n        return size * 2\n"
    subject = Subject(
        net(text, Argument("size", "size", (1,), "float32")), preprocessing=prepared.preprocessing
    )
    report = export_onnx(subject, tmp_path / "net.onnx", with_preprocessing=True)
    assert report.ok
    raw = DataSettings.from_plain(data).source.load(table).arrays["size"][prepared.indices["val"]]
    found = run(report.path, size=raw)
    np.testing.assert_allclose(found[:, 0], prepared.splits["val"]["size"] * 2, atol=1e-6)


def test_a_wrong_figure_is_found_and_nothing_is_written(rows, tmp_path, monkeypatch):
    right = onnx_prepare._affine
    monkeypatch.setattr(
        onnx_prepare,
        "_affine",
        lambda build, value, shift, scale, axes: right(
            build, value, [s + 0.1 for s in shift], scale, axes
        ),
    )
    report = export_onnx(rows, tmp_path / "net.onnx", with_preprocessing=True)
    assert not report.ok
    assert report.first_difference is not None
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_put_in_is_said(rows, tmp_path):
    fresh = dataclasses.replace(rows, preprocessing={})
    with pytest.raises(ExportError, match="nobody has prepared data for this network yet"):
        export_onnx(fresh, tmp_path / "net.onnx", with_preprocessing=True)
    old = {key: value for key, value in rows.preprocessing.items() if key != "fields"}
    with pytest.raises(ExportError, match="does not say what shape its data had"):
        export_onnx(
            dataclasses.replace(rows, preprocessing=old),
            tmp_path / "net.onnx",
            with_preprocessing=True,
        )
    document = tmp_path / "net.netgraph"
    save(example("mlp_xor"), document)
    with pytest.raises(ExportError, match="goes into ONNX files alone, not into pt2"):
        export(document, "pt2", tmp_path / "net.pt2", with_preprocessing=True)


def test_a_project_says_every_step_with_its_figures(rows):
    text = readme(rows, ["model.py", "preprocessing.json"])
    assert "- `features` takes `features` prepared" in text
    said = [line.strip() for line in text.splitlines() if line.startswith("  ") and ". " in line]
    assert [line.split(":")[0] for line in said] == [
        "1. impute",
        "2. log",
        "3. min\\_max",
        "4. standardize",
        "1. one\\_hot",
    ]
    assert "at the places 1" in text
