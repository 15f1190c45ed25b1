"""Nodes that torch has no fp16 of on the CPU are told while the document is edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import LABEL, network

from netbuilder.app.project import check_network
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.graph.model import Network

NODES = [
    ("rows", "input", {"shape": (8, 8)}),
    LABEL,
    ("memory", "lstm", {"hidden_size": 16}),
    ("head", "linear", {"out_features": 10}),
    ("logits", "output"),
    ("loss", "cross_entropy"),
]
EDGES = "rows -> memory, memory -> head, head -> logits, head -> loss, label -> loss.target"


def faults(document: Network, folder: Path) -> list[Diagnostic]:
    return [d for d in check_network(document, folder).diagnostics if d.code == "NB701"]


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ({"precision": "fp16", "device": "cpu"}, True),
        ({"precision": "fp16"}, False),
        ({"precision": "bf16", "device": "cpu"}, False),
    ],
)
def test_an_lstm_is_not_for_fp16_on_the_cpu(tmp_path: Path, recipe: dict, told: bool) -> None:
    document = network(NODES, EDGES, recipe=recipe)
    found = faults(document, tmp_path)
    assert [d.message for d in found] == [
        "precision is fp16, but on the CPU torch computes memory in fp32 and bf16 only"
    ] * told
    for one in found:
        assert [fix.title for fix in one.fixes] == ["set precision to bf16", "set device to cuda"]
        for fix in one.fixes:
            assert faults(fix.edit(document), tmp_path) == []
