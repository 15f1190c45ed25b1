"""Edits: what each does, what it refuses, and what no row of edits can break."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_strategies import NAMES, PORTS, broken_invariants, networks

from netbuilder.files.format import dumps, loads
from netbuilder.graph import edits
from netbuilder.graph.delta import delta
from netbuilder.graph.document import Document
from netbuilder.graph.edits import DEFAULT, EditError
from netbuilder.graph.model import Endpoint, GroupParam, Network
from netbuilder.node_api.expressions import Expression


@pytest.fixture
def chain():
    """input_1 -> conv2d_1 -> relu_1 -> output_1."""
    network = Network()
    last = ""
    for column, kind in enumerate(("input", "conv2d", "relu", "output")):
        network, name = edits.add_node(network, kind, position=(100 * column, 0))
        if last:
            network = edits.connect(network, f"{last}.output", f"{name}.input")
        last = name
    return network


def wires(network, group=""):
    return sorted(f"{s} -> {t}" for t, s in network.graph_at(group).edges.items())


def test_ids_are_minted_from_the_type():
    network = Network()
    ids = []
    for kind in (
        "conv2d",
        "conv2d",
        "group:res_block",
        "group:block_3",
        "My.Odd-Type",
        "0",
        "conv2d",
    ):
        network, name = edits.add_node(network, kind)
        ids.append(name)
    assert ids == [
        "conv2d_1",
        "conv2d_2",
        "res_block_1",
        "block_1",
        "My_Odd_Type_1",
        "node_1",
        "conv2d_3",
    ]
    network = edits.remove_nodes(network, ["conv2d_2"])
    assert edits.add_node(network, "conv2d")[1] == "conv2d_2"


def test_nodes_are_kept_in_the_order_of_a_file():
    network = Network()
    for number in (10, 2, 1, 30, 9):
        network, _ = edits.add_node(network, "relu", f"relu_{number}")
    assert list(network.graph.nodes) == ["relu_1", "relu_2", "relu_9", "relu_10", "relu_30"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"id": "relu_1"}, "there is a node relu_1 already"),
        ({"id": "class"}, '"class" cannot name a node'),
        ({"id": "a-b"}, "letters, digits and _"),
        ({"type": "a b"}, "type is"),
        ({"params": {"x": float("nan")}}, r"params\.x is nan, but a finite number"),
        ({"params": {"x": {1}}}, "params.x is"),
        ({"params": {"x": 2**63}}, r"2\*\*63"),
        ({"params": {"x": [["\0"]]}}, r"params\.x\[0\]\[0\] is a text with the character NUL"),
        ({"params": {"x": "\ud800"}}, "params.x is a text with half a character"),
        ({"params": {5: 1}}, "params"),
        ({"params": {f"p{i}": 1 for i in range(300)}}, "300 parameters"),
        ({"position": (1, float("inf"))}, "position"),
        ({"position": 5}, "two numbers"),
        ({"group": "nowhere"}, "there is no group nowhere; there are: none"),
    ],
)
def test_what_cannot_be_added_is_refused(chain, options, said):
    with pytest.raises(EditError, match=said):
        edits.add_node(chain, **{"type": "relu", **options})


def test_values_are_copied_into_their_normal_form():
    mine = {"kernel_size": (3, 3), "width": {"=": "dim * 2"}}
    network, name = edits.add_node(Network(), "conv2d", params=mine)
    mine["kernel_size"] = 5
    params = network.graph.nodes[name].params
    assert params == {"kernel_size": [3, 3], "width": Expression("dim * 2")}
    with pytest.raises(TypeError):
        params["width"] = 1


def test_an_input_has_one_source(chain):
    network, _ = edits.add_node(chain, "relu")
    network = edits.connect(network, "relu_2.output", "output_1.input")
    assert "relu_2.output -> output_1.input" in wires(network)
    assert "relu_1.output -> output_1.input" not in wires(network)
    assert edits.connect(network, "relu_2.output", "output_1.input") is network


def test_edges_lead_to_nodes_that_are_there(chain):
    for source, target in (("a.output", "relu_1.input"), ("relu_1.output", "a.input")):
        with pytest.raises(EditError, match="there is no node a; there are: conv2d_1, input_1"):
            edits.connect(chain, source, target)
    with pytest.raises(EditError, match="is not a port"):
        edits.connect(chain, "relu_1", "output_1.input")
    with pytest.raises(EditError, match="is not a port"):
        edits.connect(chain, "relu_1.a b", "output_1.input")


def test_disconnecting_and_removing(chain):
    network = edits.disconnect(chain, "relu_1.input")
    assert wires(network) == ["input_1.output -> conv2d_1.input", "relu_1.output -> output_1.input"]
    assert edits.disconnect(network, "relu_1.input") is network
    network = edits.remove_nodes(chain, ["relu_1", "input_1"])
    assert wires(network) == []
    assert list(network.graph.nodes) == ["conv2d_1", "output_1"]
    with pytest.raises(EditError, match="no node relu_1"):
        edits.remove_nodes(network, ["relu_1"])


def test_dissolving_joins_the_ends(chain):
    network, _ = edits.add_node(chain, "output")
    network = edits.connect(network, "relu_1.output", "output_2.input")
    network = edits.dissolve(network, "relu_1")
    assert wires(network) == [
        "conv2d_1.output -> output_1.input",
        "conv2d_1.output -> output_2.input",
        "input_1.output -> conv2d_1.input",
    ]
    assert wires(edits.dissolve(network, "input_1")) == wires(
        edits.remove_nodes(network, ["input_1"])
    )


def test_inserting_on_an_edge(chain):
    network, name = edits.insert_on_edge(chain, "relu_1.input", "flatten")
    assert name == "flatten_1"
    assert "conv2d_1.output -> flatten_1.input" in wires(network)
    assert "flatten_1.output -> relu_1.input" in wires(network)
    assert network.graph.nodes[name].position == (150, 0)
    with pytest.raises(EditError, match=r"no edge leads to input_1\.input"):
        edits.insert_on_edge(chain, "input_1.input", "flatten")


def test_parameters(chain):
    network = edits.set_param(chain, "conv2d_1", "out_channels", 16)
    assert network.graph.nodes["conv2d_1"].params == {"out_channels": 16}
    assert edits.set_param(network, "conv2d_1", "out_channels", 16) is network
    assert edits.set_param(network, "conv2d_1", "out_channels", DEFAULT) == chain
    assert edits.set_param(network, "conv2d_1", "out_channels") == chain
    nothing = edits.set_param(network, "conv2d_1", "momentum", None)
    assert nothing.graph.nodes["conv2d_1"].params["momentum"] is None
    both = edits.set_params(network, "conv2d_1", {"out_channels": DEFAULT, "bias": False})
    assert both.graph.nodes["conv2d_1"].params == {"bias": False}


def test_one_and_true_and_one_point_zero_are_different_values(chain):
    network = edits.set_param(chain, "conv2d_1", "x", 1)
    for value in (True, 1.0):
        other = edits.set_param(network, "conv2d_1", "x", value)
        assert other is not network
        assert type(other.graph.nodes["conv2d_1"].params["x"]) is type(value)


def test_flags(chain):
    network = edits.set_flags(chain, ["relu_1", "conv2d_1"], bypass=True, note="later")
    assert network.graph.nodes["relu_1"].bypass
    assert network.graph.nodes["conv2d_1"].note == "later"
    assert edits.set_flags(network, ["relu_1"], bypass=True, note="later") is network
    network = edits.set_flags(
        network, ["relu_1"], repeat=Expression("dim"), shared=True, frozen=True
    )
    assert network.graph.nodes["relu_1"].repeat == Expression("dim")
    for bad in ({"bypass": 1}, {"repeat": "3"}, {"repeat": 1.5}, {"note": 3}):
        with pytest.raises(EditError):
            edits.set_flags(network, ["relu_1"], **bad)


def test_renaming_carries_the_edges(chain):
    network = edits.rename_node(chain, "conv2d_1", "stem")
    assert wires(network) == [
        "input_1.output -> stem.input",
        "relu_1.output -> output_1.input",
        "stem.output -> relu_1.input",
    ]
    assert edits.rename_node(network, "stem", "conv2d_1") == chain
    for new, said in (("relu_1", "already"), ("for", "cannot name"), ("", "cannot name")):
        with pytest.raises(EditError, match=said):
            edits.rename_node(network, "stem", new)


def test_renaming_an_input_keeps_its_field(chain):
    network = edits.rename_node(chain, "input_1", "image")
    assert network.graph.nodes["image"].params == {"field": "input_1"}
    again = edits.rename_node(network, "image", "x")
    assert again.graph.nodes["x"].params == {"field": "input_1"}
    assert edits.rename_node(network, "image", "input_1") == chain


def test_moving(chain):
    network = edits.move_nodes(chain, {"relu_1": (1, 2), "input_1": (3, 4.5)})
    assert network.graph.nodes["input_1"].position == (3.0, 4.5)
    assert edits.move_nodes(network, {"relu_1": (1.0, 2.0)}) is network
    assert network.graph.edges is chain.graph.edges
    with pytest.raises(EditError):
        edits.move_nodes(network, {"nobody": (1, 2)})


def test_frames_and_notes():
    network, frame = edits.add_frame(Network(), "Stem", position=(1, 2), colour="red")
    network, note = edits.add_note(network, "Look here")
    assert (frame, note) == ("frame_1", "note_1")
    network = edits.set_frame(network, frame, title="Head", size=(5, 6))
    assert network.graph.frames[frame].title == "Head"
    assert edits.set_frame(network, frame, title="Head") is network
    network = edits.set_note(network, note, text="No, here")
    assert network.graph.notes[note].text == "No, here"
    for call in (
        lambda: edits.set_frame(network, frame, text="x"),
        lambda: edits.set_frame(network, "frame_2", title="x"),
        lambda: edits.set_note(network, note, size=(1, float("nan"))),
        lambda: edits.remove_note(network, "frame_1"),
        lambda: edits.add_note(network, "x", id="note_1"),
    ):
        with pytest.raises(EditError):
            call()
    network = edits.remove_note(edits.remove_frame(network, frame), note)
    assert network == Network()


def test_properties():
    network = edits.set_title(Network(), "XOR")
    assert edits.set_title(network, "XOR") is network
    network = edits.set_recipe(edits.set_data(network, {"source": "xor"}), {"epochs": 3})
    assert network.data == {"source": "xor"}
    for call in (edits.set_data, edits.set_recipe):
        with pytest.raises(EditError):
            call(network, {"x": float("inf")})
        with pytest.raises(EditError):
            call(network, 5)
    with pytest.raises(EditError, match="65,536"):
        edits.set_description(network, "x" * 70_000)


def test_changing_the_type_keeps_the_wires(chain):
    network = edits.set_type(chain, "relu_1", "gelu", {"approximate": "tanh"})
    assert network.graph.nodes["relu_1"].type == "gelu"
    assert wires(network) == wires(chain)


# Random rows of edits. Each takes its arguments from numbers, so that rows fit any network.


def pick(options, number):
    return options[number % len(options)] if options else "missing"


def node_at(network, group, number):
    return pick(list(network.graph_at(group).nodes), number)


def random_edit(network, kind, one, two, three):
    group = pick(["", *network.groups], three)
    node = node_at(network, group, one)
    other = node_at(network, group, two)
    name = pick(NAMES, two)
    match kind:
        case "add":
            return edits.add_node(
                network,
                pick(["relu", "input", "group_input", "group_output", "group:block"], one),
                group=group,
                position=(one, two),
            )[0]
        case "add named":
            return edits.add_node(
                network, "linear", name, params={"x": Expression("dim + index")}, group=group
            )[0]
        case "remove":
            return edits.remove_nodes(network, {node, other}, group)
        case "dissolve":
            return edits.dissolve(network, node, group=group)
        case "connect":
            ports = [*PORTS, *(n for g in network.groups.values() for n in g.graph.nodes)]
            return edits.connect(
                network,
                Endpoint(node, pick(ports, three)),
                Endpoint(other, pick(ports, one)),
                group,
            )
        case "insert":
            return edits.insert_on_edge(
                network, pick(list(network.graph_at(group).edges), one), "relu", group=group
            )[0]
        case "param":
            return edits.set_param(
                network,
                node,
                "dim",
                pick([DEFAULT, 1, 1.0, True, None, [2, 3], Expression("dim")], two),
                group,
            )
        case "rename":
            return edits.rename_node(network, node, name, group)
        case "move":
            return edits.move_nodes(network, {node: (two, three)}, group)
        case "flags":
            return edits.set_flags(
                network, [node, other], bypass=bool(two % 2), repeat=1, group=group
            )
        case "make":
            return edits.make_group(network, [node, other], group=group)[0]
        case "expand":
            instances = [n for n, v in network.graph_at(group).nodes.items() if v.group]
            return edits.expand_group(network, pick(instances, one), group)[0]
        case "rename group":
            return edits.rename_group(network, pick(list(network.groups), one), name)
        case "remove group":
            return edits.remove_group(network, pick(list(network.groups), one))
        case "group param":
            return edits.set_group_param(
                network, pick(list(network.groups), one), GroupParam("dim", two)
            )
        case "rename param":
            return edits.rename_group_param(network, pick(list(network.groups), one), "dim", name)
        case "remove param":
            return edits.remove_group_param(network, pick(list(network.groups), one), "dim")
        case "frame":
            return edits.add_frame(network, "x", group=group)[0]
        case _:
            return edits.set_title(network, str(two))


KINDS = ("add", "add", "add named", "remove", "dissolve", "connect", "connect", "connect", "insert", "param", "rename", "rename", "move", "flags", "make", "make", "expand", "expand", "rename group", "remove group", "group param", "rename param", "remove param", "frame", "title")  # fmt: skip

steps = st.tuples(
    st.sampled_from(KINDS), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)
)


@given(networks(), st.lists(steps, max_size=20))
@settings(max_examples=80, deadline=None)
def test_no_row_of_edits_breaks_a_network(start, row):
    document = Document(start)
    versions, texts = [start], [dumps(start)]
    for kind, one, two, three in row:
        before = document.network
        try:
            document.do(kind, lambda network: random_edit(network, kind, one, two, three))  # noqa: B023
        except EditError:
            assert document.network is before
        assert broken_invariants(document.network) == [], (kind, one, two, three)
        if document.network is not before:
            versions.append(document.network)
            texts.append(dumps(document.network))
    last = document.network
    again = loads(texts[-1])
    assert again == last
    assert delta(last, again).is_empty
    assert list(again.graph.edges) == list(last.graph.edges)
    for version in reversed(versions[:-1]):
        assert document.undo()
        assert document.network is version
    assert not document.undo()
    for version in versions[1:]:
        assert document.redo()
        assert document.network is version
    assert not document.redo()
    assert list(map(dumps, versions)) == texts, "an edit changed a value it was given"


@given(networks(), st.sampled_from(NAMES), st.integers(0, 20), st.integers(0, 5))
@settings(deadline=None)
def test_renaming_there_and_back_changes_nothing(network, new, number, place):
    group = pick(["", *network.groups], place)
    node = node_at(network, group, number)
    kind = network.graph_at(group).nodes.get(node)
    # A field that says the node's own name out loud means the same as none.
    if kind is None or new in network.graph_at(group).nodes or "field" in kind.params:
        return
    there = edits.rename_node(network, node, new, group)
    back = edits.rename_node(there, new, node, group)
    assert back == network


def test_an_edit_of_a_thousand_nodes_copies_one_mapping_only():
    network = Network()
    for _ in range(200):
        network, _ = edits.add_node(network, "relu")
    after = edits.set_param(network, "relu_100", "inplace", True)
    shared = [after.graph.nodes[n] is network.graph.nodes[n] for n in network.graph.nodes]
    assert shared.count(False) == 1
    assert after.graph.edges is network.graph.edges
    assert after.groups is network.groups


def test_parameters_of_many_nodes_are_set_at_once_as_one_after_the_other():
    network = Network()
    for _ in range(4):
        network, _ = edits.add_node(network, "linear", params={"out_features": 8, "bias": False})
    one = edits.set_param(network, "linear_1", "out_features", 9)
    one = edits.set_params(one, "linear_3", {"bias": DEFAULT, "out_features": 8})
    both = edits.set_params_of(
        network,
        {"linear_1": {"out_features": 9}, "linear_3": {"bias": DEFAULT, "out_features": 8}},
    )
    assert both == one
    assert list(both.graph.nodes) == list(network.graph.nodes)
    assert both.graph.nodes["linear_2"] is network.graph.nodes["linear_2"]
    same = edits.set_params_of(network, {n: {"out_features": 8} for n in network.graph.nodes})
    assert same is network
    with pytest.raises(EditError, match="no node none"):
        edits.set_params_of(network, {"linear_1": {"bias": True}, "none": {"bias": True}})
