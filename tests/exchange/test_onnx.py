"""ONNX files: names, open axes, metadata, verification, and what is said when something is wrong."""

from __future__ import annotations

import dataclasses
import json
import logging

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from exchange.handwritten import simple, tokens
from onnx import numpy_helper
from safetensors.torch import save_file

from netbuilder.codegen.source import Argument
from netbuilder.exchange.onnx import describe, export_onnx, finish, metadata
from netbuilder.exchange.onnx_graph import NODE_KEY, notes
from netbuilder.exchange.onnx_trace import trace
from netbuilder.exchange.report import ExportError
from netbuilder.exchange.subject import Subject, build

PREPROCESSING = {
    "standardize": {"extra": {"mean": [0.5], "std": [2.0]}},
    "impute": {},
    "classes": {"kind": ["ant", "bee", "wasp"], "other": ["x"]},
    "columns": {},
    "notes": ["A note."],
}


@pytest.fixture(scope="module")
def subject():
    return Subject(
        tokens(),
        title="Tokens 🐝",
        description="A small one.",
        semantic_hash="ab" * 32,
        preprocessing=PREPROCESSING,
        seed=3,
    )


@pytest.fixture(scope="module")
def traced(subject):
    made = trace(build(subject), subject.source)
    describe(made.model, subject)
    return made


def finished(traced, subject, path, **options):
    return finish(traced, subject, path, **{"batch_sizes": (1, 4, 7), "large": 1 << 40, **options})


def tampered(traced, name, change):
    model = onnx.ModelProto()
    model.CopyFrom(traced.model)
    for tensor in model.graph.initializer:
        if tensor.name == name:
            values = numpy_helper.to_array(tensor).copy()
            tensor.CopyFrom(numpy_helper.from_array(change(values), name))
    assert model != traced.model
    return dataclasses.replace(traced, model=model)


def sizes_of(value):
    return [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]


def test_a_file_agrees_at_every_batch_size_and_length(traced, subject, tmp_path):
    path = tmp_path / "deep" / "net.onnx"
    report = finished(traced, subject, path)
    assert report.ok
    assert report.problem() == ""
    assert report.checker
    assert report.files == (path,)
    assert [p.name for p in path.parent.iterdir()] == ["net.onnx"]
    assert report.batch_sizes == (1, 4, 7)
    assert len({sizes["T"] for sizes in report.sizes}) == 3
    assert [output.name for output in report.outputs] == ["scores", "states"]
    assert report.max_abs_diff < 1e-5

    # Sizes that nobody compared at.
    session = onnxruntime.InferenceSession(path)
    module = build(subject)
    for batch, length in ((2, 1), (9, 33)):
        ids, extra = torch.randint(11, (batch, length)), torch.randn(batch, 4)
        feed = {"tokens": ids.numpy(), "extra": extra.numpy()}
        with torch.no_grad():
            scores, states = module(ids, extra)
        got = session.run(["states", "scores"], feed)
        np.testing.assert_allclose(got[0], states.numpy(), atol=1e-5)
        np.testing.assert_allclose(got[1], scores.numpy(), atol=1e-5)


def test_names_axes_and_metadata(traced, subject, tmp_path):
    path = tmp_path / "net.onnx"
    finished(traced, subject, path)
    model = onnx.load(path)
    graph = model.graph
    assert {v.name: sizes_of(v) for v in graph.input} == {"tokens": ["N", "T"], "extra": ["N", 4]}
    assert {v.name: sizes_of(v) for v in graph.output} == {
        "scores": ["N", 3],
        "states": ["N", "T", 8],
    }
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 18)]
    said = notes(model)
    assert said["title"] == "Tokens 🐝"
    assert said["semantic_hash"] == "ab" * 32
    assert json.loads(said["classes"]) == {"scores": ["ant", "bee", "wasp"]}
    assert json.loads(said["preprocessing"])["standardize"] == PREPROCESSING["standardize"]
    assert json.loads(said["inputs"]) == {"tokens": "tokens", "extra": "extra"}
    assert json.loads(said["trained"]) is False
    assert model.producer_name == "netbuilder"
    paths = {notes(node).get(NODE_KEY) for node in graph.node}
    assert {"embedding_1", "lstm_1", "block_1/relu_1", "block_2/relu_1", "add_1"} <= paths


def test_a_file_tells_nothing_of_the_machine_it_was_made_on(traced, subject, tmp_path):
    path = tmp_path / "net.onnx"
    finished(traced, subject, path)
    data = path.read_bytes()
    assert b"site-packages" not in data
    assert b"stack_trace" not in data


@pytest.mark.parametrize(
    ("weight", "node", "module"),
    [
        ("embedding_1.weight", "embedding_1", "embedding_1"),
        ("attention_1.out_proj.weight", "attention_1", "attention_1"),
        ("block_1.1.linear_1.bias", "block_1/linear_1", "block_1.1.linear_1"),
        ("block_2.linear_1.bias", "block_2/linear_1", "block_2.linear_1"),
        ("linear_2.weight", "linear_2", "linear_2"),
    ],
)
def test_a_tampered_weight_is_traced_to_its_node(traced, subject, tmp_path, weight, node, module):
    path = tmp_path / "net.onnx"
    path.write_bytes(b"an older file")
    report = finished(tampered(traced, weight, lambda w: w + 0.25), subject, path)
    assert not report.ok
    assert report.first_difference.node == node
    assert report.first_difference.module == module
    assert report.first_difference.merged == ()
    assert f"the first difference is at {node}" in report.problem()
    assert report.files == ()
    assert [p.name for p in tmp_path.iterdir()] == ["net.onnx"]
    assert path.read_bytes() == b"an older file"


def test_an_operator_without_named_results_is_told_from_the_next_one(traced, subject, tmp_path):
    """The results of an LSTM have no names that both sides know; the next node would be blamed."""
    lstm = next(node for node in traced.model.graph.node if node.op_type == "LSTM")
    report = finished(
        tampered(traced, lstm.input[1], lambda w: w * 1.5), subject, tmp_path / "net.onnx"
    )
    assert report.first_difference.node == "lstm_1"


def test_merged_operators_are_named_together(tmp_path):
    source = simple(
        "y = self.conv_1(x)\ny = self.batch_norm_1(y)\nreturn F.relu(y)",
        init="self.conv_1 = nn.Conv1d(4, 4, 1)\nself.batch_norm_1 = nn.BatchNorm1d(4)",
        inputs=(Argument("x", "x", (4, 5), "float32"),),
        paths={"self.conv_1": "conv_1", "self.batch_norm_1": "batch_norm_1", "F.relu": "relu_1"},
    )
    subject = Subject(source)
    made = trace(build(subject), source)
    weight = next(i.name for i in made.model.graph.initializer if "conv_1" in i.name)
    report = finished(tampered(made, weight, lambda w: w + 1), subject, tmp_path / "net.onnx")
    found = report.first_difference
    assert {found.node, *found.merged} == {"conv_1", "batch_norm_1"}


def test_outputs_may_have_any_names_and_share_values(tmp_path):
    """Names of nodes meet names that the exporter gives to its values and weights."""
    names = ("relu", "linear", "tanh", "val_0", "linear_1")
    body = "y = self.linear_1(x)\nz = F.relu(y)\nw = torch.tanh(z)\nd = w * 2\nreturn d, z, w + 1, x, d"
    report = export_onnx(Subject(simple(body, outputs=names)), tmp_path / "net.onnx")
    assert report.ok
    assert [output.name for output in report.outputs] == list(names)
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    x = np.ones((2, 4), np.float32)
    got = dict(zip(names, session.run(list(names), {"x": x}), strict=True))
    np.testing.assert_array_equal(got["val_0"], x)
    np.testing.assert_array_equal(got["relu"], got["linear_1"])
    np.testing.assert_allclose(got["relu"], 2 * np.tanh(got["linear"]), rtol=1e-5)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("y = self.linear_1(x)\nreturn y if y.sum() > 0 else x", "node sum_1 cannot be written"),
        ("y = self.linear_1(x)\nreturn torch.special.bessel_j0(y)", "node bessel_1 cannot be"),
        ("y = self.linear_1(x)\nreturn y.reshape(3, 4)", "x.*shape.* became 3"),
    ],
)
def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path, body, said):
    paths = {"y.sum": "sum_1", "bessel": "bessel_1", "self.linear_1": "linear_1"}
    with pytest.raises(ExportError, match=said) as caught:
        export_onnx(Subject(simple(body, paths=paths)), tmp_path / "net.onnx")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_exporter_is_quiet_and_leaves_logging_as_it_was(capfd, caplog, tmp_path):
    before = logging.getLogger("torch.onnx").level
    assert export_onnx(Subject(simple("return self.linear_1(x)")), tmp_path / "net.onnx").ok
    assert capfd.readouterr() == ("", "")
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
    assert logging.getLogger("torch.onnx").level == before


def test_large_weights_lie_beside_the_file(traced, subject, tmp_path):
    path = tmp_path / "net.onnx"
    report = finished(traced, subject, path, large=1)
    assert report.ok
    assert {p.name for p in report.files} == {"net.onnx", "net.onnx.data"}
    assert {p.name for p in tmp_path.iterdir()} == {"net.onnx", "net.onnx.data"}
    onnxruntime.InferenceSession(path)
    broken = tampered(traced, "linear_2.weight", lambda w: w + 0.25)
    report = finished(broken, subject, tmp_path / "other.onnx", large=1)
    assert report.first_difference.node == "linear_2"
    assert not (tmp_path / "other.onnx").exists()


def test_fresh_weights_follow_the_seed_and_leave_the_generator_alone():
    state = torch.get_rng_state()
    source = simple("return self.linear_1(x)")
    weights = [build(Subject(source, seed=seed)).linear_1.weight for seed in (1, 1, 2)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert torch.equal(torch.get_rng_state(), state)


def test_weights_that_do_not_fit_or_cannot_be_read(tmp_path):
    path = tmp_path / "weights.safetensors"
    subject = Subject(simple("return self.linear_1(x)"), weights=path)
    with pytest.raises(ExportError, match=r"weights\.safetensors: the weights cannot be read"):
        build(subject)
    save_file({"other": torch.zeros(1)}, path)
    with pytest.raises(ExportError, match="do not fit the network"):
        build(subject)
    path.write_bytes(b"nonsense")
    with pytest.raises(ExportError, match="cannot be read"):
        build(subject)


def test_a_folder_in_the_way_and_a_dtype_that_cannot_be_fed(tmp_path):
    source = simple("return self.linear_1(x)")
    with pytest.raises(ExportError, match="is a folder"):
        export_onnx(Subject(source), tmp_path)
    narrow = dataclasses.replace(source, inputs=(Argument("x", "x", (4,), "bfloat16"),))
    with pytest.raises(ExportError, match="x is bfloat16"):
        export_onnx(Subject(narrow), tmp_path / "net.onnx")


def test_metadata_of_a_trained_network_says_so(tmp_path):
    source = simple("return self.linear_1(x)")
    assert metadata(Subject(source, weights=tmp_path))["trained"] == "true"
    assert metadata(Subject(source))["title"] == "Net"


def test_the_report_is_plain_data(traced, subject, tmp_path):
    broken = tampered(traced, "linear_2.bias", lambda w: w * np.nan)
    report = finished(broken, subject, tmp_path / "net.onnx")
    plain = json.loads(json.dumps(report.to_plain(), allow_nan=False))
    assert plain["ok"] is False
    assert plain["outputs"][0]["max_abs_diff"] is None
    assert plain["outputs"][1]["ok"] is True
    assert plain["first_difference"]["node"] == "linear_2"
    assert plain["batch_sizes"] == [1, 4, 7]
    assert "linear_2" in plain["problem"]
