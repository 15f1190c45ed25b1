"""Shared weights and factors of the learning rate in a document: what edits do to them."""

import json

import pytest
from networks import network

from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps, loads
from netbuilder.graph import clipboard, edits
from netbuilder.graph.edits import EditError
from netbuilder.graph.semantics import semantic_hash

FC = {"out_features": 4}


@pytest.fixture
def three():
    return network(
        [
            ("a", "input", {"shape": (4,)}),
            ("fc_1", "linear", FC, {"lr_factor": 0.5}),
            ("fc_2", "linear", FC, {"shares": "fc_1"}),
            ("fc_3", "linear", FC, {"shares": "fc_1"}),
            ("out", "output"),
        ],
        "a -> fc_1, fc_1 -> fc_2, fc_2 -> fc_3, fc_3 -> out",
    )


def shares(network, group=""):
    return {n: v.shares for n, v in network.graph_at(group).nodes.items() if v.shares}


def test_files_hold_them_only_where_they_are_set(three):
    text = dumps(three)
    assert text.count('"shares": "fc_1"') == 2
    assert text.count('"lr_factor": 0.5') == 1
    again = loads(text)
    assert dumps(again) == text
    assert again.graph.nodes["fc_1"].lr_factor == 0.5
    plain = edits.set_flags(three, ["fc_1", "fc_2", "fc_3"], shares="", lr_factor=1)
    assert "shares" not in dumps(plain)
    assert "lr_factor" not in dumps(plain)


@pytest.mark.parametrize("value", [0, 0.0, -1, True, "fast", None])
def test_a_factor_is_a_number_above_0(three, value):
    text = dumps(three).replace('"lr_factor": 0.5', f'"lr_factor": {json.dumps(value)}')
    with pytest.raises(FileError, match="lr_factor"):
        loads(text)


def test_a_factor_of_0_names_freezing(three):
    with pytest.raises(EditError, match="set frozen to keep weights as they are"):
        edits.set_flags(three, ["fc_1"], lr_factor=0)


def test_the_hash_tells_them_apart_and_old_ones_stay(three):
    plain = edits.set_flags(three, ["fc_1", "fc_2", "fc_3"], shares="", lr_factor=1)
    faster = edits.set_flags(plain, ["fc_1"], lr_factor=2)
    assert len({semantic_hash(n) for n in (three, plain, faster)}) == 3


def test_sharing_goes_to_whose_weights_they_are(three):
    made, name = edits.add_node(three, "linear", params=FC)
    made = edits.set_flags(made, [name], frozen=True, lr_factor=3)
    made = edits.share_weights(made, name, "fc_2")
    node = made.graph.nodes[name]
    assert (node.shares, node.frozen, node.lr_factor) == ("fc_1", False, 1.0)
    assert shares(edits.share_weights(made, "fc_2", ""))[name] == "fc_1"
    with pytest.raises(EditError, match="cannot use its own weights"):
        edits.share_weights(three, "fc_1", "fc_2")
    with pytest.raises(EditError):
        edits.share_weights(three, "fc_1", "gone")


def test_who_used_a_node_that_now_shares_follows(three):
    made, name = edits.add_node(three, "linear", params=FC)
    made = edits.share_weights(made, "fc_1", name)
    assert shares(made) == dict.fromkeys(("fc_1", "fc_2", "fc_3"), name)


def test_a_new_name_is_followed(three):
    assert shares(edits.rename_node(three, "fc_1", "tower")) == {"fc_2": "tower", "fc_3": "tower"}
    assert shares(edits.rename_node(three, "fc_2", "twin")) == {"twin": "fc_1", "fc_3": "fc_1"}


def test_the_first_of_the_others_takes_the_place_of_a_node_that_goes(three):
    assert shares(edits.remove_nodes(three, ["fc_1"])) == {"fc_3": "fc_2"}
    assert shares(edits.dissolve(three, "fc_1")) == {"fc_3": "fc_2"}
    assert not shares(edits.remove_nodes(three, ["fc_1", "fc_2"]))
    assert shares(edits.remove_nodes(three, ["fc_2"])) == {"fc_3": "fc_1"}


def test_copies_of_both_are_a_pair_of_their_own(three):
    pasted, names = clipboard.paste(three, clipboard.copy(three, ["fc_1", "fc_2"]))
    first, second = names
    assert pasted.graph.nodes[second].shares == first
    assert pasted.graph.nodes[first].lr_factor == 0.5


@pytest.mark.parametrize(("wires", "source"), [(False, ""), (True, "fc_1")])
def test_a_copy_of_one_shares_only_where_it_is_wired_as_the_first(three, wires, source):
    text = clipboard.copy(three, ["fc_2"])
    pasted, (name,) = clipboard.paste(three, text, wires=wires)
    assert pasted.graph.nodes[name].shares == source
    pasted, (name,) = clipboard.paste(network([], ""), text, wires=wires)
    assert pasted.graph.nodes[name].shares == ""


def test_a_group_takes_all_who_share_or_none(three):
    with pytest.raises(EditError, match=r"fc_2 uses the weights of fc_1.*select fc_2 too"):
        edits.make_group(three, ["fc_1"], "block")
    with pytest.raises(EditError, match="select fc_1 too"):
        edits.make_group(three, ["fc_2", "fc_3"], "block")
    made = edits.make_group(three, ["fc_1", "fc_2", "fc_3"], "block")[0]
    assert shares(made, "block") == {"fc_2": "fc_1", "fc_3": "fc_1"}


def test_expanding_keeps_pairs_and_multiplies_factors(three):
    made, _, instance = edits.make_group(three, ["fc_1", "fc_2", "fc_3"], "block")
    made = edits.set_flags(made, [instance], lr_factor=0.1)
    opened = edits.expand_group(made, instance)
    opened = opened[0] if isinstance(opened, tuple) else opened
    assert shares(opened) == {"fc_2": "fc_1", "fc_3": "fc_1"}
    factors = {n: v.lr_factor for n, v in opened.graph.nodes.items() if v.type == "linear"}
    assert factors == {"fc_1": pytest.approx(0.05), "fc_2": 1, "fc_3": 1}


def test_an_instance_that_shares_is_not_expanded(three):
    made, _, instance = edits.make_group(three, ["fc_1", "fc_2", "fc_3"], "block")
    made, other = edits.add_node(made, "group:block")
    made = edits.share_weights(made, other, instance)
    for name in (other, instance):
        with pytest.raises(EditError, match="share their weights"):
            edits.expand_group(made, name)
