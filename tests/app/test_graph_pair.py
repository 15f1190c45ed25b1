"""What two graphs do not share is marked in each of them, down to the groups."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netbuilder.app.examples import example
from netbuilder.app.graph_pair import Marks, graph_marks, graph_sides, trails_of
from netbuilder.files.documents import save
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network
from netbuilder.training.run import RunError, RunFolder

BLOCK = "residual_block"


def edited(network: Network) -> Network:
    """One node more, one changed, one moved, and one less within the group."""
    found, _ = edits.insert_on_edge(network, "head.input", "relu", id="bent")
    found = edits.set_params(found, "stem", {"kernel_size": [5, 5]})
    found = edits.move_nodes(found, {"pool": (5.0, 5.0)})
    return edits.remove_nodes(found, ["norm_2"], group=BLOCK)


def test_each_side_tells_what_the_other_has_not() -> None:
    network = example("digits_residual")
    first, second = graph_marks(network, edited(network))
    head, bent, norm = Endpoint("head", "input"), Endpoint("bent", "input"), "norm_2"
    assert first[""] == Marks({"stem": "changed", "blocks": "changed"}, {head: "removed"})
    assert second[""] == Marks(
        {"bent": "added", "stem": "changed", "blocks": "changed"},
        {head: "added", bent: "added"},
    )
    assert first[BLOCK].nodes == {norm: "removed"}
    assert Endpoint(norm, "input") in first[BLOCK].wires
    assert set(first[BLOCK].wires.values()) == {"removed"}
    assert BLOCK not in second, "it has nothing that the first has not"


def test_where_nodes_lie_makes_no_difference() -> None:
    network = example("digits_residual")
    moved = edits.move_nodes(network, {"pool": (5.0, 5.0)})
    assert graph_marks(network, moved) == ({}, {})


def test_a_definition_is_found_through_its_instances() -> None:
    network = example("digits_residual")
    outer, made, *_ = edits.make_group(network, ["blocks", "pool"])
    trails = trails_of(outer)
    assert trails[""] == ()
    group = outer.graph.nodes[made].group
    assert trails[group] == (made,)
    assert trails[BLOCK] == (made, "blocks")
    inner = edits.remove_nodes(outer, ["norm_2"], group=BLOCK)
    first, _ = graph_marks(outer, inner)
    assert first[""].nodes == {made: "changed"}, "marked all the way up"
    assert first[group].nodes == {"blocks": "changed"}


def test_graphs_of_runs_are_told_without_their_advice(tmp_path: Path) -> None:
    network = example("digits_residual")
    runs = []
    for name, graph in (("a", network), ("b", edited(network))):
        run = RunFolder(tmp_path / name)
        run.path.mkdir()
        save(graph, run.graph)
        run.recipe_file.write_text("{}")
        run.source_file.write_text("{}")
        data = {"settings": dict(network.data), "folder": str(tmp_path)}
        run.data_file.write_text(json.dumps(data))
        runs.append(run)
    first, second = graph_sides(*runs)
    assert first.session.report.ok
    assert all(one.severity == "error" for one in second.session.report.diagnostics)
    assert set(second.marks) >= {""}
    with pytest.raises(RunError):
        graph_sides(runs[0], RunFolder(tmp_path / "none"))
