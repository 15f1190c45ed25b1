"""One canonical text for a network, readable, kept byte for byte, and small in a diff."""

import difflib
import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_strategies import networks, texts

from netbuilder.files.errors import FileError
from netbuilder.files.format import as_current, dumps, is_read_only, loads
from netbuilder.graph import edits
from netbuilder.graph.delta import delta
from netbuilder.graph.model import Network, frozen
from netbuilder.node_api.expressions import Expression

CANONICAL = """\
{
  "netgraph": "1.0",
  "title": "Größe",
  "data": {"source": "digits", "split": {"seed": 3, "test": 0.15}},
  "graph": {
    "nodes": [
      {
        "id": "conv_2",
        "type": "conv2d",
        "position": [120, 40.5],
        "params": {"kernel_size": [3, 3], "out_channels": {"=": "dim * 4"}}
      },
      {
        "id": "conv_10",
        "type": "conv2d",
        "frozen": true
      }
    ],
    "edges": [
      "conv_2.output -> conv_10.input"
    ]
  },
  "groups": [
    {
      "id": "block",
      "params": [
        {"name": "dim", "default": 8, "min": 1}
      ]
    }
  ]
}
"""


def test_the_canonical_text_is_what_people_see():
    network = loads(CANONICAL)
    node = network.graph.nodes["conv_2"]
    assert node.params == {"kernel_size": [3, 3], "out_channels": Expression("dim * 4")}
    assert node.position == (120.0, 40.5)
    assert dumps(network) == CANONICAL


@given(networks())
@settings(max_examples=150, deadline=None)
def test_what_is_saved_opens_the_same_and_saves_the_same(network):
    text = dumps(network)
    again = loads(text.encode("utf-8"))
    assert again == network
    assert delta(network, again).is_empty
    assert dumps(again) == text


@given(networks(), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_a_text_in_any_order_and_layout_opens_the_same(network, seed):
    plain = json.loads(dumps(network))
    rng = random.Random(seed)

    def shuffled(value, free=True):
        if isinstance(value, dict):
            order = rng.sample(list(value), len(value)) if free else list(value)
            return {key: shuffled(value[key], free=not key.startswith("x-")) for key in order}
        return [shuffled(item, free) for item in value] if isinstance(value, list) else value

    assert loads(json.dumps(shuffled(plain), indent=7)) == network


def test_equal_networks_have_equal_texts_however_they_came_about():
    one, _ = edits.add_node(Network(), "x", params={"b": 1, "a": {"z": 1, "y": 2}})
    other, _ = edits.add_node(Network(), "x", params={"a": {"y": 2, "z": 1}, "b": 1})
    one = edits.set_recipe(edits.set_data(one, {"split": 1, "source": 2}), {"lr": 1, "epochs": 2})
    other = edits.set_data(
        edits.set_recipe(other, {"epochs": 2, "lr": 1}), {"source": 2, "split": 1}
    )
    assert one == other
    assert dumps(one) == dumps(other)


@given(texts, texts)
def test_any_text_survives_in_every_place(one, other):
    network, name = edits.add_node(Network(), "input", params={one: other, "list": [one]})
    network = edits.set_flags(network, [name], note=one)
    network, _ = edits.add_frame(network, one, colour=other)
    network, _ = edits.add_note(network, other, colour=one)
    network, _ = edits.add_group(network, title=one, doc=other)
    network = edits.set_description(edits.set_title(network, one), other)
    network = edits.set_recipe(edits.set_data(network, {one: other}), {other: [one]})
    again = loads(dumps(network).encode("utf-8"))
    assert delta(network, again).is_empty
    assert again == network


def moved_lines(before, after):
    diff = difflib.unified_diff(dumps(before).splitlines(), dumps(after).splitlines(), n=0)
    return [line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---")]


@pytest.mark.parametrize("start", [(0, 0), (10, 20.25)])
def test_moving_a_node_changes_at_most_three_lines(start):
    network = Network()
    for number in range(20):
        network, name = edits.add_node(network, "relu", position=start)
        if number % 2:
            network = edits.set_flags(network, [name], note="remark")
    for name in network.graph.nodes:
        after = edits.move_nodes(network, {name: (1234.5, -8)})
        assert 1 <= len(moved_lines(network, after)) <= 3
        assert len(moved_lines(after, network)) <= 3


def test_adding_an_edge_adds_a_line():
    network = Network()
    for _ in range(3):
        network, _ = edits.add_node(network, "relu")
    network = edits.connect(network, "relu_1.output", "relu_2.input")
    after = edits.connect(network, "relu_2.output", "relu_3.input")
    assert len(moved_lines(network, after)) <= 3


def test_long_parameters_take_a_line_each():
    network, _ = edits.add_node(
        Network(), "thing", params={f"parameter_{i}": "x" * 20 for i in range(6)}
    )
    text = dumps(network)
    assert all(len(line) <= 100 for line in text.splitlines())
    assert text.count('          "parameter_') == 6


NEWER = """\
{
  "netgraph": "1.7",
  "graph": {
    "nodes": [
      {
        "id": "a",
        "type": "linear",
        "tags": ["x", {"deep": [1, 2.5e-300, null, "ü"]}],
        "zebra": 1,
        "apple": {"z": 1, "a": 2}
      }
    ],
    "frames": [
      {
        "id": "frame_1",
        "size": [240, 160],
        "shadow": true
      }
    ],
    "lanes": [1, 2, 3]
  },
  "groups": [
    {
      "id": "block",
      "params": [
        {"name": "dim", "default": 8, "unit": "px"}
      ],
      "graph": {
        "notes": [
          {
            "id": "note_1",
            "size": [200, 80],
            "font": "serif"
          }
        ]
      },
      "colour": "red"
    }
  ],
  "theme": {"b": [], "a": {}}
}
"""


def test_what_a_newer_minor_version_wrote_is_kept_byte_for_byte():
    network = loads(NEWER)
    assert dumps(network) == NEWER
    assert not is_read_only(network)
    moved = edits.move_nodes(network, {"a": (5, 5)})
    kept = dumps(moved)
    assert kept.replace('        "position": [5, 5],\n', "") == NEWER


def test_a_newer_major_version_opens_read_only():
    network = loads(NEWER.replace("1.7", "2.0"))
    assert is_read_only(network)
    assert is_read_only(edits.set_title(network, "still"))
    copy = as_current(network)
    assert not is_read_only(copy)
    assert copy.graph.nodes == network.graph.nodes
    assert '"netgraph": "1.0"' in dumps(copy)


def test_a_newer_major_version_that_means_something_else_says_so():
    text = NEWER.replace("1.7", "3.1").replace('"type": "linear"', '"type": {"new": 1}')
    with pytest.raises(
        FileError, match=r"newer version .*format 3\.1, known is 1\.0.*nodes\[0\]\.type"
    ):
        loads(text, "x.netgraph")


def test_an_unknown_type_keeps_its_parameters_and_wires():
    text = CANONICAL.replace(
        '"conv2d",\n        "position"', '"my_pack.Thing-2",\n        "position"'
    )
    network = loads(text)
    assert network.graph.nodes["conv_2"].params["kernel_size"] == [3, 3]
    assert len(network.graph.edges) == 1
    assert dumps(network) == text


def test_a_byte_order_mark_is_no_trouble():
    assert loads(b"\xef\xbb\xbf" + CANONICAL.encode()) == loads("\ufeff" + CANONICAL)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), {1, 2}, b"bytes", object(), "\ud800"]
)
def test_a_value_that_no_file_can_hold_is_not_written(value):
    network = loads(CANONICAL)
    node = replace(network.graph.nodes["conv_2"], params=frozen({"out_channels": value}))
    nodes = frozen({**network.graph.nodes, "conv_2": node})
    with pytest.raises(FileError, match="no file can hold"):
        dumps(replace(network, graph=replace(network.graph, nodes=nodes)))


def test_the_collector_is_as_it_was():
    import gc

    loads(CANONICAL)
    assert gc.isenabled()
    with pytest.raises(FileError):
        loads("{")
    assert gc.isenabled()
