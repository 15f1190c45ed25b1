"""Groups: made of nodes, expanded again, renamed with everything that hangs on them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_strategies import broken_invariants, instances_of, networks

from netbuilder.graph import edits
from netbuilder.graph.edits import EditError
from netbuilder.graph.model import GroupParam, Network, frozen
from netbuilder.node_api.expressions import Expression


def line(kinds, group="", network=None):
    network = network or Network()
    last = ""
    for column, kind in enumerate(kinds):
        network, name = edits.add_node(network, kind, position=(100.5 * column, 7), group=group)
        if last:
            network = edits.connect(network, f"{last}.output", f"{name}.input", group)
        last = name
    return network


def wires(network, group=""):
    return sorted(f"{s} -> {t}" for t, s in network.graph_at(group).edges.items())


@pytest.fixture
def network():
    return line(["input", "linear", "relu", "linear", "output"])


def test_a_group_is_made_with_its_ports(network):
    network = edits.connect(network, "input_1.output", "relu_1.skip")
    network, group, instance = edits.make_group(
        network, ["linear_1", "relu_1"], "block", title="Block"
    )
    assert (group, instance) == ("block", "block_1")
    assert network.graph.nodes[instance].type == "group:block"
    assert network.graph.nodes[instance].position == (100.5, 7)
    assert wires(network) == [
        "block_1.output -> linear_2.input",
        "input_1.output -> block_1.input",
        "linear_2.output -> output_1.input",
    ]
    inner = network.groups["block"].graph
    assert {n: v.type for n, v in inner.nodes.items()} == {
        "input": "group_input",
        "linear_1": "linear",
        "output": "group_output",
        "relu_1": "relu",
    }
    assert wires(network, "block") == [
        "input.output -> linear_1.input",
        "input.output -> relu_1.skip",
        "linear_1.output -> relu_1.input",
        "relu_1.output -> output.input",
    ]
    assert broken_invariants(network) == []


def test_several_ports_get_numbers_and_an_order():
    network = line(["input", "add", "output"])
    for kind in ("input", "output"):
        network, _ = edits.add_node(network, kind)
    network = edits.connect(network, "input_2.output", "add_1.x_2")
    network = edits.connect(network, "add_1.rest", "output_2.input")
    network, group, instance = edits.make_group(network, ["add_1"])
    nodes = network.groups[group].graph.nodes
    orders = {n: v.params.get("order", 0) for n, v in nodes.items() if v.type != "add"}
    assert orders == {"input_1": 0, "input_2": 1, "output_1": 0, "output_2": 1}
    assert group == "group_1"
    assert instance == "group_1"


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ([], "no nodes are selected"),
        (["nobody"], "there is no node nobody"),
        (["input_1", "linear_1"], "input_1 is an input of the network"),
        (["output_1"], "output_1 is an output of the network"),
        (["linear_1", "linear_2"], "relu_1 lies between the selected nodes; select it too"),
    ],
)
def test_what_cannot_be_a_group_is_refused(network, chosen, said):
    with pytest.raises(EditError, match=said):
        edits.make_group(network, chosen)


def test_ports_of_a_group_stay_in_it(network):
    network, group, _ = edits.make_group(network, ["linear_1", "relu_1"])
    with pytest.raises(EditError, match="input is an input of the group it lies in"):
        edits.make_group(network, ["input", "linear_1"], group=group)
    with pytest.raises(EditError, match="is a port of"):
        edits.set_type(network, "input", "relu", group=group)


def test_expanding_is_the_inverse_of_making(network):
    network = edits.set_param(network, "linear_1", "out_features", 8)
    made, group, instance = edits.make_group(network, ["linear_1", "relu_1"])
    expanded, ids = edits.expand_group(made, instance)
    assert ids == ("linear_1", "relu_1")
    assert edits.remove_group(expanded, group) == network


@given(networks(), st.sets(st.integers(0, 8), min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_expanding_is_the_inverse_of_making_in_any_network(network, places):
    names = [n for i, n in enumerate(network.graph.nodes) if i in places]
    try:
        made, group, instance = edits.make_group(network, names)
    except EditError:
        return
    assert broken_invariants(made) == []
    expanded, ids = edits.expand_group(made, instance)
    assert broken_invariants(expanded) == []
    # A stray edge from the group to itself cannot be, so the inverse is exact in everything else.
    assert sorted(ids) == sorted(names)
    back = edits.remove_group(expanded, group)
    assert back.graph.edges == network.graph.edges
    for name in network.graph.nodes:
        old, new = network.graph.nodes[name], back.graph.nodes[name]
        if name not in names:
            assert new == old
            continue
        if not has_formula(old):
            assert new.params == old.params
        assert (new.type, new.position, new.bypass, new.frozen) == (
            old.type, old.position, old.bypass, old.frozen,
        )  # fmt: skip


def has_formula(node):
    return "Expression" in repr(node.params)


@pytest.fixture
def nested():
    """block(dim): group_input x -> linear(dim * 4) -> linear(index) -> group_output y; two instances."""
    network, _ = edits.add_group(Network(), "block", params=[GroupParam("dim", 8, min=1)])
    network, _ = edits.add_node(network, "group_input", "x", group="block")
    network, _ = edits.add_node(
        network, "linear", "wide", params={"out_features": Expression("dim * 4")}, group="block"
    )
    network, _ = edits.add_node(
        network, "linear", "deep", params={"out_features": Expression("index + dim")}, group="block"
    )
    network, _ = edits.add_node(network, "group_output", "y", group="block")
    for source, target in (("x", "wide"), ("wide", "deep"), ("deep", "y")):
        network = edits.connect(network, f"{source}.output", f"{target}.input", "block")
    network = line(["input", "group:block", "group:block", "output"], network=network)
    network = edits.connect(network, "input_1.output", "block_1.x")
    network = edits.connect(network, "block_1.y", "block_2.x")
    network = edits.connect(network, "block_2.y", "output_1.input")
    for stray in ("block_1.input", "block_2.input"):
        network = edits.disconnect(network, stray)
    return edits.set_param(network, "block_2", "dim", 16)


def test_expanding_puts_the_numbers_in(nested):
    network, ids = edits.expand_group(nested, "block_2")
    assert ids == ("deep", "wide")
    assert network.graph.nodes["wide"].params == {"out_features": 64}
    assert network.graph.nodes["deep"].params == {"out_features": 16}
    assert wires(network) == [
        "block_1.y -> wide.input",
        "deep.output -> output_1.input",
        "input_1.output -> block_1.x",
        "wide.output -> deep.input",
    ]
    network, ids = edits.expand_group(network, "block_1")
    assert ids == ("deep_1", "wide_1")
    assert network.graph.nodes["wide_1"].params == {"out_features": 32}


def test_expanding_carries_frozen_and_refuses_what_it_cannot_do(nested):
    network = edits.set_flags(nested, ["block_1"], frozen=True)
    assert edits.expand_group(network, "block_1")[0].graph.nodes["wide"].frozen
    for flags, said in (
        ({"repeat": 3}, "block_1 repeats 3 times; set repeat to 1"),
        ({"repeat": Expression("2 + 2")}, r"repeats 2 \+ 2 times"),
        ({"bypass": True}, "block_1 is bypassed"),
    ):
        with pytest.raises(EditError, match=said):
            edits.expand_group(edits.set_flags(nested, ["block_1"], **flags), "block_1")
    with pytest.raises(EditError, match="input_1 is not an instance"):
        edits.expand_group(nested, "input_1")
    with pytest.raises(EditError, match='sets dim to "x", but a number'):
        edits.expand_group(edits.set_param(nested, "block_1", "dim", "x"), "block_1")
    lost, _ = edits.add_node(nested, "group:gone")
    with pytest.raises(EditError, match="there is no group gone; there are: block"):
        edits.expand_group(lost, "gone_1")


@pytest.mark.parametrize(("given", "out"), [(-3, -12), (2.0, 8.0), (Expression("2 + 1"), 12)])
def test_numbers_of_every_kind_are_put_in(nested, given, out):
    network = edits.set_param(nested, "block_1", "dim", given)
    network, _ = edits.expand_group(network, "block_1")
    value = network.graph.nodes["wide"].params["out_features"]
    assert (value, type(value)) == (out, type(out))


@pytest.mark.parametrize(
    ("given", "repeat"),
    [(3, 3), (3.0, 3), (2.5, Expression("2.5")), (Expression("k"), Expression("k"))],
)
def test_a_number_of_repeats_stays_whole_or_a_formula(given, repeat):
    network, _ = edits.add_group(Network(), "outer", params=[GroupParam("n", 1.0)])
    network, _ = edits.add_node(network, "group:inner", group="outer")
    network = edits.set_flags(network, ["inner_1"], repeat=Expression("n"), group="outer")
    network, _ = edits.add_node(network, "group:outer", params={"n": given})
    network, (name,) = edits.expand_group(network, "outer_1")
    found = network.graph.nodes[name].repeat
    assert (found, type(found)) == (repeat, type(repeat))


def test_names_pass_into_a_group_made_inside_a_group(nested):
    network, inner, instance = edits.make_group(nested, ["wide", "deep"], "inner", group="block")
    assert [p.name for p in network.groups[inner].params] == ["dim", "outer_index"]
    assert network.groups[inner].params[0].min == 1
    node = network.groups["block"].graph.nodes[instance]
    assert node.params == {"dim": Expression("dim"), "outer_index": Expression("index")}
    deep = network.groups[inner].graph.nodes["deep"]
    assert deep.params["out_features"] == Expression("outer_index + dim")
    back, _ = edits.expand_group(network, instance, "block")
    formula = back.groups["block"].graph.nodes["deep"].params["out_features"]
    for index, dim in ((0, 8), (3, 5)):
        assert formula.evaluate({"index": index, "dim": dim}) == index + dim
    assert formula.names == {"index", "dim"}
    assert back.groups["block"].graph.edges == nested.groups["block"].graph.edges


def test_renaming_a_port_carries_the_wires_of_all_instances(nested):
    network = edits.rename_node(nested, "x", "image", "block")
    assert "input_1.output -> block_1.image" in wires(network)
    assert "block_1.y -> block_2.image" in wires(network)
    assert edits.rename_node(network, "image", "x", "block") == nested
    network = edits.rename_node(nested, "y", "result", "block")
    assert "block_1.result -> block_2.x" in wires(network)
    assert "block_2.result -> output_1.input" in wires(network)


def test_removing_a_port_removes_the_wires_of_all_instances(nested):
    network = edits.remove_nodes(nested, ["y"], "block")
    assert wires(network) == ["input_1.output -> block_1.x"]


def test_renaming_a_group_carries_its_instances(nested):
    network = edits.rename_group(nested, "block", "stage")
    assert instances_of(network, "stage") == [("", "block_1"), ("", "block_2")]
    assert network.groups["stage"].id == "stage"
    assert edits.rename_group(network, "stage", "block") == nested
    with pytest.raises(EditError, match="there is no group block; there are: stage"):
        edits.rename_group(network, "block", "x")
    with pytest.raises(EditError, match="cannot name a group"):
        edits.rename_group(network, "stage", "train")


def test_renaming_a_parameter_carries_formulas_and_settings(nested):
    network = edits.rename_group_param(nested, "block", "dim", "width")
    inner = network.groups["block"].graph.nodes
    assert inner["wide"].params["out_features"] == Expression("width * 4")
    assert inner["deep"].params["out_features"] == Expression("index + width")
    assert network.graph.nodes["block_2"].params == {"width": 16}
    assert edits.rename_group_param(network, "block", "width", "dim") == nested
    for new, said in (("index", "cannot name"), ("min", "cannot name")):
        with pytest.raises(EditError, match=said):
            edits.rename_group_param(nested, "block", "dim", new)
    with pytest.raises(EditError, match="block has no parameter depth; there are: dim"):
        edits.rename_group_param(nested, "block", "depth", "x")


def test_only_whole_names_are_renamed(nested):
    text = "dim + dim_2 * min(dim, 1e5) - xdim"
    network = edits.set_param(nested, "wide", "out_features", Expression(text), "block")
    network = edits.rename_group_param(network, "block", "dim", "e5")
    value = network.groups["block"].graph.nodes["wide"].params["out_features"]
    assert value.text == "e5 + dim_2 * min(e5, 1e5) - xdim"


def test_parameters_are_set_and_removed(nested):
    network = edits.set_group_param(nested, "block", GroupParam("heads", 2))
    assert [p.name for p in network.groups["block"].params] == ["dim", "heads"]
    assert edits.set_group_param(network, "block", GroupParam("heads", 2)) is network
    network = edits.set_param(network, "block_1", "heads", 4)
    network = edits.remove_group_param(network, "block", "heads")
    assert network == nested
    with pytest.raises(EditError, match="deep still uses dim"):
        edits.remove_group_param(nested, "block", "dim")
    for bad in (GroupParam("a b", 1), GroupParam("p", "1"), GroupParam("p", 1, min=float("nan"))):
        with pytest.raises(EditError):
            edits.set_group_param(nested, "block", bad)


def test_a_group_in_use_is_not_removed(nested):
    with pytest.raises(
        EditError, match="block still has the instance block_1; remove or expand it"
    ):
        edits.remove_group(nested, "block")
    network = edits.remove_nodes(nested, ["block_1", "block_2"])
    assert edits.remove_group(network, "block").groups == {}


def test_titles_and_texts(nested):
    network = edits.set_group_info(nested, "block", title="Block", doc="Widens.")
    assert (network.groups["block"].title, network.groups["block"].doc) == ("Block", "Widens.")
    assert edits.set_group_info(network, "block", title="Block") is network


def test_editing_a_definition_leaves_the_graphs_of_instances_alone(nested):
    network = edits.set_param(nested, "wide", "bias", False, "block")
    assert network.graph is nested.graph
    assert network.groups["block"].graph.nodes["wide"].params["bias"] is False
    assert frozen({}) == nested.graph.nodes["block_1"].params
