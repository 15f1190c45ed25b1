"""What hangs together, what a branch is, deleting so that wires heal, and what a wire fits to."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import IMAGE, LABEL, graph, network

from netbuilder.app.branches import (
    branch,
    bypassable,
    fitting_ports,
    fitting_types,
    healed,
    linked,
    muted,
    ways_through,
)
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.check.runs import GraphRun
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network

CATALOGUE = standard_catalogue()
RESIDUAL = network(
    [
        IMAGE,
        ("stem", "conv2d", {"out_channels": 4, "padding": "same"}),
        ("conv", "conv2d", {"out_channels": 4, "padding": "same"}),
        ("act", "relu"),
        ("sum", "add"),
        ("flat", "flatten"),
        ("head", "linear", {"out_features": 10}),
        ("out", "output"),
    ],
    "image -> stem, stem -> conv, conv -> act, act -> sum.x_1, stem -> sum.x_2, sum -> flat, "
    "flat -> head, head -> out",
)


def run_of(made: Network) -> GraphRun:
    return check(made, CATALOGUE).run


def test_linked_is_what_lies_upstream_and_downstream_and_not_beside():
    made = graph(
        [("a", "relu"), ("b", "relu"), ("c", "add"), ("d", "relu"), ("e", "relu")],
        "a -> b, b -> c.x_1, a -> d, e -> c.x_2",
    )
    assert linked(made, ["b"]) == {"a", "b", "c"}
    assert linked(made, ["d", "gone"]) == {"a", "d"}


def test_linked_ends_on_a_cycle():
    made = graph([("a", "relu"), ("b", "relu")], "a -> b, b -> a")
    assert linked(made, ["a"]) == {"a", "b"}


def test_a_branch_goes_from_the_fork_to_the_join():
    assert branch(RESIDUAL.graph, "conv") == {"conv", "act"}
    assert branch(RESIDUAL.graph, "act") == {"conv", "act"}


def test_a_fork_that_joins_again_belongs_to_a_branch_and_ends_of_the_network_do_not():
    made = graph(
        [
            ("image", "input"),
            ("conv", "conv2d"),
            ("times", "relu"),
            ("left", "relu"),
            ("right", "relu"),
            ("both", "add"),
            ("sum", "add"),
        ],
        "image -> conv, conv -> times, times -> left, times -> right, "
        "left -> both.x_1, right -> both.x_2, both -> sum.x_1, image -> sum.x_2",
    )
    whole = {"conv", "times", "left", "right", "both"}
    assert branch(made, "conv") == whole
    assert branch(made, "left") == {"left"}, "inside of the diamond the branch is the node"
    assert branch(made, "image") == frozenset()
    assert branch(made, "gone") == frozenset()


def test_without_fork_and_join_the_branch_is_the_node_alone():
    made = graph([("image", "input"), ("a", "relu"), ("b", "relu")], "image -> a, a -> b")
    assert branch(made, "a") == {"a"}


def test_a_bypass_can_step_over_what_keeps_the_shape():
    found = bypassable(run_of(RESIDUAL), RESIDUAL.graph.nodes)
    assert found == {"conv", "act", "sum"}


def test_deleting_heals_through_several_nodes_and_to_every_taker():
    run = run_of(RESIDUAL)
    gone = ["conv", "act"]
    after = healed(RESIDUAL, gone, ways_through(run, gone))
    assert after.graph.edges[Endpoint("sum", "x_1")] == Endpoint("stem", "output")
    assert not set(gone) & after.graph.nodes.keys()
    after = healed(RESIDUAL, ["stem"], ways_through(run, ["stem"]))
    assert after.graph.edges[Endpoint("conv", "input")] == Endpoint("image", "output")
    assert after.graph.edges[Endpoint("sum", "x_2")] == Endpoint("image", "output")


def test_a_node_with_several_ways_leaves_its_wires_open():
    ways = ways_through(run_of(RESIDUAL), RESIDUAL.graph.nodes)
    assert "sum" not in ways
    assert "image" not in ways
    after = healed(RESIDUAL, ["sum"], ways)
    assert Endpoint("flat", "input") not in after.graph.edges


def test_healing_refuses_nodes_that_are_not_there_and_ends_on_cycles():
    with pytest.raises(edits.EditError, match="there is no node gone"):
        healed(RESIDUAL, ["gone"], {})
    made = network([("a", "relu"), ("b", "relu"), ("c", "relu")], "a -> b, b -> a, b -> c")
    after = healed(made, ["a", "b"], ways_through(run_of(made), ["a", "b"]))
    assert not after.graph.edges


def test_ports_fit_by_rank_dtype_and_size_and_say_why_not():
    made = edits.add_node(RESIDUAL, "linear", "other")[0]
    made = edits.add_node(made, "conv2d", "free")[0]
    made = edits.add_node(made, "embedding", "words")[0]
    fits = fitting_ports(run_of(made), CATALOGUE, Endpoint("stem", "output"), is_output=True)
    assert fits["free", "input"] == ""
    assert fits["other", "input"] == "", "a linear map takes the last axis of anything"
    assert "cycle" in fits["stem", "input"]
    assert fits["words", "input"].startswith("input got float32, but takes whole numbers")
    fits = fitting_ports(run_of(made), CATALOGUE, Endpoint("head", "output"), is_output=True)
    assert fits["free", "input"].startswith("input got N x 10, which has 2 axes, but takes 4 axes")
    assert "cycle" in fits["conv", "input"]


def test_ports_fit_backwards_from_an_input():
    made = edits.add_node(RESIDUAL, "conv2d", "free")[0]
    fits = fitting_ports(run_of(made), CATALOGUE, Endpoint("free", "input"), is_output=False)
    assert fits["stem", "output"] == ""
    assert "takes 4 axes" in fits["flat", "output"]
    assert "cycle" in fits["free", "output"]
    assert fitting_ports(run_of(made), CATALOGUE, Endpoint("gone", "x"), is_output=True) == {}


def test_types_that_take_what_flows():
    fits = fitting_types(run_of(RESIDUAL), CATALOGUE, Endpoint("stem", "output"), is_output=True)
    assert fits["conv2d"] == "input"
    assert fits["flatten"] == "input"
    assert fits["add"] == "x_1"
    assert not fits.keys() & {"lstm", "embedding", "batch_norm1d", "group_output", "conv1d"}
    fits = fitting_types(run_of(RESIDUAL), CATALOGUE, Endpoint("flat", "output"), is_output=True)
    assert not fits.keys() & {"conv2d", "max_pool2d", "batch_norm2d"}
    assert fits["batch_norm1d"] == "input"


def test_types_that_feed_an_input():
    run = run_of(edits.add_node(RESIDUAL, "conv2d", "free")[0])
    fits = fitting_types(run, CATALOGUE, Endpoint("free", "input"), is_output=False)
    assert fits["conv2d"] == fits["input"] == fits["relu"] == "output"
    assert not fits.keys() & {"target", "output", "cross_entropy", "group_input", "lstm"}


def test_a_target_goes_to_the_target_of_a_loss_and_nothing_else_does():
    made = network([IMAGE, LABEL, ("loss", "mse")], "")
    fits = fitting_types(run_of(made), CATALOGUE, Endpoint("label", "output"), is_output=True)
    assert fits["cross_entropy"] == "target"
    fits = fitting_types(run_of(made), CATALOGUE, Endpoint("loss", "target"), is_output=False)
    assert list(fits) == ["target"]


def test_groups_are_offered_unless_they_would_hold_themselves():
    made, *_ = edits.make_group(RESIDUAL, ["conv", "act"], "inner")
    made, *_ = edits.make_group(made, ["sum", "inner_1"], "outer")
    fits = fitting_types(run_of(made), CATALOGUE, Endpoint("stem", "output"), is_output=True)
    assert {"group:inner", "group:outer"} <= fits.keys()
    run = run_of(made).records["outer_1"].result.runs[0][1]
    inside = next(iter(run.graph.edges.values()))
    fits = fitting_types(run, CATALOGUE, inside, is_output=True)
    assert "group:inner" in fits
    assert "group:outer" not in fits
    assert "output" not in fits


def bypassed(made, *names):
    nodes = {n: replace(v, bypass=n in names) for n, v in made.nodes.items()}
    return replace(made, nodes=nodes)


def test_a_branch_is_muted_where_all_of_it_is_bypassed():
    made = RESIDUAL.graph
    assert muted(bypassed(made, "conv", "act")) == {"conv", "act"}
    assert muted(bypassed(made, "conv")) == set(), "it goes on at act"
    assert muted(bypassed(made, "sum", "flat", "head")) == set(), "no other way leads around it"
    assert muted(bypassed(made, "stem", "conv", "act", "sum", "flat", "head")) == set()
    assert muted(made) == set()
    loop = graph([("a", "relu"), ("b", "relu")], "a -> b, b -> a, a -> gone, gone -> b.x")
    assert muted(bypassed(loop, "a", "b")) == set()


@given(st.integers(0, 10**6))
def test_muting_any_branch_of_several_nodes_shows(seed):
    rng = random.Random(seed)
    names = [f"n{i}" for i in range(rng.randrange(2, 14))]
    rows = [(n, rng.choice(["relu", "relu", "relu", "input", "output"])) for n in names]
    edges = {
        f"{names[a]} -> {names[b]}.x_{k}"
        for k in range(rng.randrange(18))
        for a, b in [sorted(rng.sample(range(len(names)), 2))]
    }
    made = graph(rows, ", ".join(sorted(edges)))
    for name in names:
        found = branch(made, name)
        expected = found if len(found) > 1 else frozenset()
        assert muted(bypassed(made, *found)) == expected
