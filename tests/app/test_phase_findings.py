"""Nodes that a phase cannot freeze are told while the document is edited, with a way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from networks import IMAGE, LABEL, network

from netbuilder.app.phase_findings import freezable
from netbuilder.app.project import check_network
from netbuilder.graph import edits
from netbuilder.graph.model import Network

NODES = [
    IMAGE,
    LABEL,
    ("flat", "flatten"),
    ("body", "linear", {"out_features": 64}),
    ("act", "relu"),
    ("head", "linear", {"out_features": 10}),
    ("logits", "output"),
    ("loss", "cross_entropy"),
]
EDGES = (
    "image -> flat, flat -> body, body -> act, act -> head, head -> logits, head -> loss, "
    "label -> loss.target"
)


def made(*frozen: str, **more: Any) -> Network:
    return network(
        NODES, EDGES, recipe={"phases": [{"epochs": 1}, {"frozen": list(frozen)}]}, **more
    )


def test_phases_that_hold_have_nothing_to_say(tmp_path: Path) -> None:
    report = check_network(made("body"), tmp_path)
    assert report.ok
    assert freezable(report) == ("body", "head")


@pytest.mark.parametrize(
    ("frozen", "told", "fixes"),
    [
        (
            ["bodi"],
            "phase 2 freezes bodi, but there is no such node in the main graph",
            ["freeze body in phase 2", "take bodi out of phase 2"],
        ),
        (
            ["act"],
            "phase 2 freezes act, but it has no weights",
            ["take act out of phase 2"],
        ),
        (
            ["head", "body"],
            "phase 2 freezes all nodes that have weights, so nothing would learn",
            [],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_frozen_is_told_with_a_way_out(
    tmp_path: Path, frozen: list[str], told: str, fixes: list[str]
) -> None:
    document = made(*frozen)
    (found,) = check_network(document, tmp_path).diagnostics
    assert (found.code, found.severity, found.message) == ("NB701", "error", told)
    assert [fix.title for fix in found.fixes if fix.title != found.hint] == fixes
    for fix in found.fixes:
        mended = fix.edit(document)
        assert check_network(mended, tmp_path).ok
        assert mended.recipe["phases"][0] == {"epochs": 1}


def test_weights_of_another_node_are_frozen_there(tmp_path: Path) -> None:
    nodes = [*NODES, ("again", "linear", {"out_features": 64})]
    edges = EDGES.replace("act -> head", "act -> again, again -> head")
    document = network(nodes, edges, recipe={"phases": [{"frozen": ["again"]}]})
    document = edits.share_weights(document, "again", "body")
    (found,) = (d for d in check_network(document, tmp_path).diagnostics if d.code == "NB701")
    assert found.message == "phase 1 freezes again, but its weights are those of body"
    assert found.fixes[0].title == "freeze body in phase 1"
    assert check_network(found.fixes[0].edit(document), tmp_path).ok


def test_settings_that_are_not_taken_are_told_once(tmp_path: Path) -> None:
    document = network(NODES, EDGES, recipe={"phases": [{"frozen": "body"}]})
    (found,) = check_network(document, tmp_path).diagnostics
    assert "phases, phase 1: frozen is 'body'" in found.message


def test_phases_follow_a_node_that_gets_another_name(tmp_path: Path) -> None:
    document = edits.rename_node(made("body"), "body", "trunk")
    assert document.recipe["phases"] == [{"epochs": 1}, {"frozen": ["trunk"]}]
    assert check_network(document, tmp_path).ok
    same = network(NODES, EDGES, recipe={"phases": [{"frozen": ["head"]}]})
    assert edits.rename_node(same, "body", "trunk").recipe is same.recipe
