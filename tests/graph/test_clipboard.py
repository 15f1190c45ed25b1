"""Copying and pasting nodes as text."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_strategies import broken_invariants, networks

from netbuilder.files.format import dumps, loads
from netbuilder.graph import edits
from netbuilder.graph.clipboard import copy, paste, read
from netbuilder.graph.edits import EditError
from netbuilder.graph.model import GroupParam, Network


def wires(network, group=""):
    return sorted(f"{s} -> {t}" for t, s in network.graph_at(group).edges.items())


@pytest.fixture
def network():
    network = Network()
    for kind in ("input", "linear", "relu", "output"):
        network, _ = edits.add_node(network, kind, position=(10 * len(network.graph.nodes), 0))
    network = edits.connect(network, "input_1.output", "linear_1.input")
    network = edits.connect(network, "linear_1.output", "relu_1.input")
    return edits.connect(network, "relu_1.output", "output_1.input")


def test_pasting_mints_ids_and_keeps_the_wires_inside(network):
    text = copy(network, ["linear_1", "relu_1"])
    pasted, ids = paste(network, text)
    assert ids == ("linear_2", "relu_2")
    assert set(wires(pasted)) - set(wires(network)) == {"linear_2.output -> relu_2.input"}
    assert pasted.graph.nodes["linear_2"].position == (50, 40)
    again, ids = paste(pasted, text, at=(100, 200))
    assert ids == ("linear_3", "relu_3")
    assert again.graph.nodes["linear_3"].position == (100, 200)
    assert again.graph.nodes["relu_3"].position == (110, 200)


def test_wires_from_outside_come_on_request(network):
    text = copy(network, ["linear_1"])
    assert wires(paste(network, text)[0]) == wires(network)
    pasted, _ = paste(network, text, wires=True)
    assert "input_1.output -> linear_2.input" in wires(pasted)
    elsewhere, _ = paste(Network(), text, wires=True)
    assert wires(elsewhere) == []


def test_an_id_that_is_free_is_kept(network):
    text = copy(network, ["relu_1"])
    _, ids = paste(edits.remove_nodes(network, ["relu_1"]), text)
    assert ids == ("relu_1",)
    named = edits.rename_node(network, "relu_1", "stem")
    assert paste(named, copy(named, ["stem"]))[1] == ("stem_1",)


def test_a_pasted_input_takes_the_same_field(network):
    pasted, ids = paste(network, copy(network, ["input_1"]))
    assert pasted.graph.nodes[ids[0]].params == {"field": "input_1"}


@pytest.fixture
def grouped(network):
    network, _ = edits.add_group(network, "inner", params=[GroupParam("dim", 8)])
    network, _ = edits.add_group(network, "outer")
    network, _ = edits.add_node(network, "group:inner", group="outer")
    network, _ = edits.add_node(network, "group:outer")
    return network


def test_the_groups_that_are_used_are_carried(grouped):
    text = copy(grouped, ["outer_1"])
    assert sorted(read(text).groups) == ["inner", "outer"]
    pasted, ids = paste(Network(), text)
    assert pasted.groups == grouped.groups
    assert pasted.graph.nodes[ids[0]].type == "group:outer"
    assert sorted(read(copy(grouped, ["relu_1"])).groups) == []


def test_a_group_that_is_there_is_used_and_another_one_of_its_name_is_not(grouped):
    text = copy(grouped, ["outer_1"])
    same, _ = paste(grouped, text)
    assert same.groups == grouped.groups
    other = edits.set_group_param(grouped, "inner", GroupParam("dim", 16))
    pasted, ids = paste(other, text)
    assert sorted(pasted.groups) == ["inner", "inner_1", "outer", "outer_1"]
    assert pasted.groups["inner"].params[0].default == 16
    assert pasted.groups["inner_1"].params[0].default == 8
    assert pasted.graph.nodes[ids[0]].type == "group:outer_1"
    assert pasted.groups["outer_1"].graph.nodes["inner_1"].type == "group:inner_1"
    assert broken_invariants(pasted) == []


def test_frames_and_notes_are_copied_by_name(network):
    network, frame = edits.add_frame(network, "Stem", position=(5, 5))
    network, note = edits.add_note(network, "Look")
    pasted, _ = paste(network, copy(network, [], frames=[frame], notes=[note]), at=(100, 100))
    assert pasted.graph.frames["frame_2"].position == (105, 105)
    assert pasted.graph.notes["note_2"].text == "Look"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("hello", "is not JSON in line 1"),
        ("[]", "an object of copied nodes"),
        ('{"a": 1}', "an object of copied nodes"),
        ('{"netbuilder": "nodes", "graph": 5}', "is 5, but an object"),
        ('{"netbuilder": "nodes", "groups": 5}', "groups is 5, but a list"),
        ('{"netbuilder": "nodes", "graph": {"nodes": [{"id": "class", "type": "x"}]}}', '"class"'),
        ("[" * 1_000_000, "64 deep"),
        ('{"netbuilder": "nodes", "netbuilder": "nodes"}', "twice"),
        ("\ud800", "half a character"),
    ],
)
def test_a_bad_text_is_refused_in_a_sentence(network, text, said):
    with pytest.raises(EditError, match=said) as caught:
        paste(network, text)
    assert str(caught.value).startswith("the clipboard holds no nodes")
    assert "\n" not in str(caught.value)


def test_a_value_that_no_text_can_hold_is_not_copied(network):
    node = replace(network.graph.nodes["relu_1"], params={"x": float("nan")})
    nodes = {**network.graph.nodes, "relu_1": node}
    with pytest.raises(EditError, match="no text can hold"):
        copy(replace(network, graph=replace(network.graph, nodes=nodes)), ["relu_1"])


@given(st.text(max_size=80))
def test_any_text_pastes_or_is_refused(text):
    with pytest.raises(EditError):
        paste(Network(), text)


@given(networks(), networks(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_pasting_breaks_nothing_and_adds_exactly_the_nodes(source, target, wires_too):
    text = copy(source, list(source.graph.nodes))
    json.loads(text)
    pasted, ids = paste(target, text, wires=wires_too)
    assert broken_invariants(pasted) == []
    assert len(ids) == len(source.graph.nodes)
    assert set(pasted.graph.nodes) == set(target.graph.nodes) | set(ids)
    assert len(set(pasted.graph.nodes)) == len(target.graph.nodes) + len(ids)
    assert len(pasted.graph.edges) == len(target.graph.edges) + len(source.graph.edges)
    for name, node in target.graph.nodes.items():
        assert pasted.graph.nodes[name] is node
    for name, group in target.groups.items():
        assert pasted.groups[name] is group
    assert loads(dumps(pasted)) == pasted
