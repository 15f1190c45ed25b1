"""What changed, as plain data: doing it again gives the same network, for any two networks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_strategies import networks

from netbuilder.files.format import dumps
from netbuilder.files.patches import patch, patched
from netbuilder.graph import edits
from netbuilder.graph.delta import delta
from netbuilder.graph.model import Network
from netbuilder.graph.values import FormatError


def again(before, after):
    plain = patch(before, after)
    return after if plain is None else patched(before, json.loads(json.dumps(plain)))


@given(networks(), networks())
@settings(max_examples=150, deadline=None)
def test_any_network_can_be_led_to_any_other(before, after):
    made = again(before, after)
    assert delta(made, after).is_empty
    assert dumps(made) == dumps(after)


@given(networks(), st.integers(0, 10**6))
@settings(max_examples=80, deadline=None)
def test_small_edits_have_small_patches_and_keep_the_order(network, seed):
    after = network
    for name in list(network.graph.nodes)[seed % 3 :: 3]:
        after = edits.move_nodes(after, {name: (seed / 7, -3.5)})
    after, _ = edits.add_node(after, "relu")
    plain = patch(network, after)
    assert plain is not None
    assert set(plain) == {"graphs"}
    made = patched(network, plain)
    assert dumps(made) == dumps(after)
    assert list(made.graph.nodes) == list(after.graph.nodes)
    assert patch(after, after) == {}


def test_a_patch_of_another_network_is_refused():
    one, name = edits.add_node(Network(), "relu")
    gone = patch(one, edits.remove_nodes(one, [name]))
    for plain in (
        gone,
        None,
        3,
        {"graphs": {"x": {}}},
        {"gone": ["a"]},
        {"graphs": {"": {"nodes": 1}}},
    ):
        with pytest.raises(FormatError):
            patched(Network(), plain)
