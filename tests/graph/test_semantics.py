"""The hash names what would be trained, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from network_strategies import networks

from netbuilder.files.format import dumps, loads
from netbuilder.graph import edits
from netbuilder.graph.model import Graph, GroupParam, Network, frozen
from netbuilder.graph.semantics import semantic_hash
from netbuilder.node_api.expressions import Expression


@pytest.fixture
def network():
    network, _ = edits.add_group(Network("T"), "block", params=[GroupParam("dim", 8)])
    network, _ = edits.add_node(network, "group_input", "x", group="block")
    network, _ = edits.add_node(network, "input")
    network, _ = edits.add_node(network, "group:block")
    network, _ = edits.add_frame(network, "Stem")
    network, _ = edits.add_note(network, "Look")
    network = edits.connect(network, "input_1.output", "block_1.x")
    return edits.set_recipe(edits.set_data(network, {"source": "xor"}), {"epochs": 3})


SAME = {
    "position": lambda n: edits.move_nodes(n, {"input_1": (5, 5)}),
    "note of a node": lambda n: edits.set_flags(n, ["input_1"], note="x"),
    "title": lambda n: edits.set_title(n, "x"),
    "description": lambda n: edits.set_description(n, "x"),
    "frame": lambda n: edits.set_frame(n, "frame_1", colour="red"),
    "no frame": lambda n: edits.remove_frame(n, "frame_1"),
    "note": lambda n: edits.set_note(n, "note_1", text="x"),
    "title of a group": lambda n: edits.set_group_info(n, "block", title="x", doc="y"),
    "text of a parameter": lambda n: edits.set_group_param(
        n, "block", GroupParam("dim", 8, doc="x")
    ),
    "unknown keys": lambda n: replace(n, extra=frozen({"x": 1})),
    "nothing": lambda n: n,
}
OTHER = {
    "parameter": lambda n: edits.set_param(n, "input_1", "shape", [2]),
    "formula": lambda n: edits.set_param(n, "block_1", "dim", Expression("8")),
    "type": lambda n: edits.set_type(n, "input_1", "target"),
    "version": lambda n: edits.set_type(n, "input_1", "input", version=2),
    "bypass": lambda n: edits.set_flags(n, ["block_1"], bypass=True),
    "frozen": lambda n: edits.set_flags(n, ["block_1"], frozen=True),
    "repeat": lambda n: edits.set_flags(n, ["block_1"], repeat=2),
    "shared": lambda n: edits.set_flags(n, ["block_1"], shared=True),
    "weights of another": lambda n: edits.set_flags(n, ["block_1"], shares="input_1"),
    "factor": lambda n: edits.set_flags(n, ["block_1"], lr_factor=0.5),
    "edge": lambda n: edits.disconnect(n, "block_1.x"),
    "id": lambda n: edits.rename_node(n, "block_1", "stem"),
    "new node": lambda n: edits.add_node(n, "relu")[0],
    "inside of a group": lambda n: edits.add_node(n, "relu", group="block")[0],
    "default": lambda n: edits.set_group_param(n, "block", GroupParam("dim", 9)),
    "range": lambda n: edits.set_group_param(n, "block", GroupParam("dim", 8, min=1)),
    "data": lambda n: edits.set_data(n, {"source": "and"}),
    "recipe": lambda n: edits.set_recipe(n, {"epochs": 4}),
}


@pytest.mark.parametrize("name", SAME)
def test_what_means_nothing_keeps_the_hash(network, name):
    assert semantic_hash(SAME[name](network)) == semantic_hash(network)


@pytest.mark.parametrize("name", OTHER)
def test_what_means_something_changes_the_hash(network, name):
    assert semantic_hash(OTHER[name](network)) != semantic_hash(network)


@given(networks())
@settings(max_examples=50, deadline=None)
def test_the_hash_survives_saving_and_any_order(network):
    digest = semantic_hash(network)
    assert len(digest) == 64
    assert int(digest, 16) >= 0
    assert semantic_hash(loads(dumps(network))) == digest
    graph = network.graph
    turned = Graph(
        dict(reversed(list(graph.nodes.items()))), dict(reversed(list(graph.edges.items())))
    )
    assert semantic_hash(replace(network, graph=turned)) == digest


def test_the_hash_stays_the_same_over_versions_of_the_program(network):
    fixed = "dd24170c5ba122e7da75281a5c770a6c21db46f5fb9dbbeeab9022d597683b51"
    assert semantic_hash(network) == fixed
