"""The line on a card: what a node does stands there even where it is the default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from networks import IMAGE, network

from netbuilder.app.card_text import card_line
from netbuilder.app.project import check_network


@pytest.mark.parametrize(
    ("type_id", "params", "line"),
    [
        ("expression", {}, "a * sigmoid(b)"),
        ("expression", {"expression": "x / 2"}, "x / 2"),
        ("einsum", {}, "nqd,nkd->nqk"),
        ("compare", {}, ">"),
        ("compare", {"sign": "<=", "value": 0.5}, "<=, value 0.5"),
        ("cast", {}, "float32"),
        ("sum", {"dim": [1, 2], "keepdim": True}, "dim 1, 2, keepdim"),
        ("scale", {"factor": 0.5, "learned": True}, "factor 0.5, learned"),
        ("max", {}, "node"),
    ],
)
def test_it_says_what_a_node_does(type_id: str, params: dict[str, Any], line: str) -> None:
    report = check_network(network([IMAGE, ("node", type_id, params)], ""), Path())
    assert report.run is not None
    assert card_line(report.run.records["node"]) == line
