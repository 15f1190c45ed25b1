"""What differs between two versions."""

from hypothesis import given, settings
from network_strategies import networks

from netbuilder.graph import edits
from netbuilder.graph.delta import alike, delta
from netbuilder.graph.model import Endpoint, GroupParam, Network


def test_every_kind_of_difference_is_named():
    before = Network("T")
    for _ in range(4):
        before, _ = edits.add_node(before, "relu")
    before = edits.connect(before, "relu_1.output", "relu_2.input")
    before = edits.connect(before, "relu_2.output", "relu_3.input")
    before, _ = edits.add_group(before, "block")
    before, _ = edits.add_group(before, "old")
    before, _ = edits.add_node(before, "relu", group="old")

    after = edits.set_title(before, "U")
    after = edits.move_nodes(after, {"relu_1": (5, 5)})
    after = edits.set_flags(after, ["relu_2"], bypass=True)
    after = edits.move_nodes(after, {"relu_2": (5, 5)})
    after = edits.remove_nodes(after, ["relu_4"])
    after, _ = edits.add_node(after, "gelu")
    after = edits.connect(after, "relu_1.output", "relu_3.input")
    after = edits.disconnect(after, "relu_2.input")
    after, _ = edits.add_frame(after, "x")
    after, _ = edits.add_note(after, "x", group="block")
    after = edits.set_group_param(after, "block", GroupParam("dim", 8))
    after = edits.remove_group(after, "old")
    after, _ = edits.add_group(after, "new")

    found = delta(before, after)
    main = found.graphs[""]
    assert main.added == {"gelu_1"}
    assert main.removed == {"relu_4"}
    assert main.moved == {"relu_1"}
    assert main.changed == {"relu_2"}
    assert main.connected == {Endpoint("relu_3", "input")}
    assert main.disconnected == {Endpoint("relu_2", "input")}
    assert main.frames == {"frame_1"}
    assert found.graphs["block"].notes == {"note_1"}
    assert found.graphs["old"].removed == {"relu_1"}
    assert "new" not in found.graphs
    assert (found.added_groups, found.removed_groups, found.changed_groups) == (
        {"new"},
        {"old"},
        {"block"},
    )
    assert found.properties == {"title"}
    assert not found.is_empty


@given(networks(), networks())
@settings(max_examples=60, deadline=None)
def test_a_delta_is_empty_only_between_equals(one, other):
    assert delta(one, one).is_empty
    found = delta(one, other)
    if one != other:
        assert not found.is_empty
    back = delta(other, one)
    assert found.graphs.keys() == back.graphs.keys()
    for name, part in found.graphs.items():
        assert part.added == back.graphs[name].removed
        assert part.changed == back.graphs[name].changed


def test_values_that_a_file_tells_apart_are_not_alike():
    assert alike({"a": [1, {"b": 2.0}]}, {"a": [1, {"b": 2.0}]})
    assert alike({"a": 1, "b": 2}, {"b": 2, "a": 1})
    for one, other in (
        (1, True),
        (1, 1.0),
        ([1], [True]),
        ({"a": 0}, {"a": False}),
        ({}, {"a": 1}),
        ([1], [1, 2]),
    ):
        assert not alike(one, other)
