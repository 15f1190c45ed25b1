"""Networks written in Python, with the ports of the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from netbuilder.app.compose import Builder
from netbuilder.app.project import build, check_network
from netbuilder.graph.model import Endpoint
from netbuilder.graph.working import EditError


def test_a_network_in_a_few_lines(tmp_path: Path) -> None:
    b = Builder("XOR", data={"source": "xor"}, recipe={"epochs": 2})
    point = b.add("input", id="point", shape=[2])
    label = b.add("target", id="label", shape=[], dtype="int64")
    hidden = b.add("tanh", b.add("linear", point, out_features=8))
    logits = b.add("linear", hidden, out_features=2)
    b.add("output", logits, id="answer")
    b.add("cross_entropy", logits, label, id="loss")
    assert check_network(b.network, tmp_path).diagnostics == ()
    assert build(b.network, tmp_path)(torch.zeros(5, 2)).shape == (5, 2)


def test_ports_that_a_parameter_counts() -> None:
    b = Builder()
    parts = b.add("split", b.add("input", shape=[6]), sizes=[2, 4])
    assert parts.outputs == ("y_1", "y_2")
    joined = b.add("concatenate", parts["y_2"], parts["y_1"], parts["y_2"], inputs=3)
    wires = b.network.graph.edges
    assert wires[Endpoint(joined.id, "x_3")] == parts["y_2"].endpoint


def test_groups_repeat() -> None:
    b = Builder("Deep")
    block = b.add_group("block", width=4)
    inside = block.add("linear", block.input("x"), out_features=4)
    block.output(block.add("relu", inside), "y")
    deep = b.add(block, b.add("input", shape=[4]), repeat=3)
    b.add("output", deep, id="answer")
    assert b.network.graph.nodes[deep.id].repeat == 3
    assert deep.outputs == ("y",)


@pytest.mark.parametrize(
    ("type", "params", "words"),
    [
        ("conv2", {}, "did you mean conv2d"),
        ("nothing_like_it_at_all", {}, "there is no node type"),
        ("add", {"inputs": 1}, "inputs is 1"),
    ],
)
def test_what_does_not_exist_is_refused(type: str, params: dict[str, int], words: str) -> None:
    with pytest.raises(EditError, match=words):
        Builder().add(type, **params)
