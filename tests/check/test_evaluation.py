"""What flows where: through nodes, groups, repeats, bypasses and placeholders."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from diagnostic_cases import CATALOGUE, DIGITS, FLAT, HEAD, block, chain, classifier, grouped
from networks import IMAGE, LABEL, graph, network

from netbuilder.check.checker import Checker, check
from netbuilder.check.report import Report
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Group, GroupParam, Network, Node
from netbuilder.node_api.expressions import Expression


def checked(net: Network) -> Report:
    return check(net, CATALOGUE)


def shapes(net: Network) -> dict[str, str]:
    return {name: str(tensor) for name, tensor in checked(net).types.items()}


def codes(net: Network) -> list[str]:
    return [d.code for d in checked(net).diagnostics]


def test_shapes_flow_from_input_to_output() -> None:
    net = chain(("conv_1", "conv2d", {"out_channels": 4}), FLAT, HEAD)
    assert checked(net).ok
    assert shapes(net) == {
        "image.output": "N x 1 x 8 x 8",
        "conv_1.output": "N x 4 x 6 x 6",
        "flatten_1.output": "N x 144",
        "head.output": "N x 10",
    }


def test_open_sizes_stay_symbols() -> None:
    net = chain(("lstm_1", "lstm", {"hidden_size": 5}), shape=("T", 3))
    plain = checked(net).to_plain()
    assert plain["shapes"]["lstm_1.output"] == {"shape": ["N", "T", 5], "dtype": "float32"}
    assert plain["cost"]["memory"] is None
    assert "T" in plain["cost"]["memory_formula"]


def test_a_group_is_evaluated_with_the_instance_s_parameters() -> None:
    wide = block(
        ("fc", "linear", {"out_features": Expression("width * 2")}), params=[GroupParam("width", 4)]
    )
    net = grouped(chain(FLAT, ("one", "group:block"), ("two", "group:block", {"width": 8})), wide)
    found = shapes(net)
    assert (found["one.y"], found["two.y"]) == ("N x 8", "N x 16")
    assert found["two/fc.output"] == "N x 16"


def test_expressions_reach_through_groups_in_groups() -> None:
    inner = block(
        ("fc", "linear", {"out_features": Expression("width")}),
        params=[GroupParam("width", 4)],
        id="inner",
    )
    outer = block(
        ("in_1", "group:inner", {"width": Expression("dim * 3")}, {"repeat": Expression("depth")}),
        params=[GroupParam("dim", 2), GroupParam("depth", 2)],
        id="outer",
    )
    net = grouped(chain(FLAT, ("top", "group:outer", {"dim": 5})), inner, outer)
    assert shapes(net)["top.y"] == "N x 15"
    # 64 -> 15 -> 15, each with a bias.
    assert checked(net).cost.parameters == 64 * 15 + 15 + 15 * 15 + 15


def test_repeats_feed_their_outputs_into_the_next_one() -> None:
    net = grouped(
        chain(("shrink", "group:block", {}, {"repeat": 3})),
        block(("conv_1", "conv2d", {"out_channels": 1})),
    )
    found = shapes(net)
    assert found["shrink.y"] == "N x 1 x 2 x 2"
    assert found["shrink/conv_1.output"] == "N x 1 x 6 x 6"  # the first repeat


def test_the_repeat_index_makes_repeats_differ() -> None:
    net = grouped(
        chain(FLAT, ("fan", "group:block", {}, {"repeat": 3})),
        block(("fc", "linear", {"out_features": Expression("4 + index"), "bias": False})),
    )
    assert shapes(net)["fan.y"] == "N x 6"
    assert checked(net).cost.parameters == 64 * 4 + 4 * 5 + 5 * 6


def test_further_inputs_of_a_repeated_group_get_the_same_value_every_time() -> None:
    mixing = Group(
        "block",
        "",
        "",
        (),
        graph(
            [
                ("x", "group_input"),
                ("z", "group_input", {"order": 1}),
                ("add_1", "add"),
                ("y", "group_output"),
            ],
            "x -> add_1.x_1, z -> add_1.x_2, add_1 -> y",
        ),
    )
    net = network(
        [IMAGE, ("b", "group:block", {}, {"repeat": 4}), ("out", "output")],
        "image -> b.x, image -> b.z, b.y -> out",
        groups={"block": mixing},
    )
    assert codes(net) == []


def test_shared_repeats_count_their_weights_once() -> None:
    def parameters(shared: bool) -> object:
        fields = {"repeat": 5, "shared": shared}
        net = grouped(
            chain(FLAT, ("b", "group:block", {}, fields)),
            block(("fc", "linear", {"out_features": 64})),
        )
        return checked(net).cost.parameters

    assert parameters(True) == 64 * 64 + 64
    assert parameters(False) == 5 * (64 * 64 + 64)


def test_a_bypassed_node_hands_its_first_input_on() -> None:
    net = chain(("conv_1", "conv2d", {}, {"bypass": True}), FLAT)
    assert shapes(net)["conv_1.output"] == "N x 1 x 8 x 8"
    assert checked(net).cost.parameters == 0
    assert codes(net) == []


def test_what_lies_behind_an_error_says_nothing() -> None:
    net = classifier(("conv_1", "conv2d", {"groups": 5}), FLAT, HEAD)
    assert codes(net) == ["NB203"]


@pytest.mark.parametrize("kind", ["acme_attention", "group:gone"])
def test_a_placeholder_gives_one_diagnostic(kind: str) -> None:
    net = network(
        [IMAGE, ("odd", kind, {"heads": 4}), FLAT, ("out", "output")],
        "image -> odd.anything, odd.result -> flatten_1, flatten_1 -> out",
    )
    assert len(codes(net)) == 1


def test_all_problems_are_told_at_once() -> None:
    net = network(
        [
            ("a", "input", {"shape": (3, 8, 8), "colour": "red"}),
            ("conv_1", "conv2d", {"groups": 2}),
            ("b", "input", {"shape": (4,)}),
            ("fc", "linear", {"out_features": 0}),
            ("add_1", "add"),
            ("out", "output"),
        ],
        "a -> conv_1, b -> fc, fc -> add_1.x_1, add_1 -> out, conv_1.hidden -> add_1.x_2",
    )
    assert sorted(codes(net)) == ["NB101", "NB102", "NB303"]
    mended = edits.set_param(net, "a", "colour")
    assert "NB203" in codes(mended)  # its shape was not known before


def test_parameters_of_an_old_version_are_migrated() -> None:
    from netbuilder.catalogue.catalogue import Catalogue
    from netbuilder.node_api import In, Int, NodeType, Out

    class Scale(NodeType, id="scale", title="Scale", category="Test", version=2):
        """Scale."""

        input = In("*B")
        output = Out("*B")
        factor = Int(1)

        @staticmethod
        def migrate(params: dict[str, object], version: int) -> dict[str, object]:
            return {"factor": params["by"]} if version == 1 else params

    catalogue = Catalogue([*CATALOGUE.types.values(), Scale])
    old = chain(("scale_1", "scale", {"by": 3}))
    assert check(old, catalogue).ok
    new = Node("scale_1", "scale", 2, {"by": 3})
    broken = replace(old, graph=replace(old.graph, nodes={**old.graph.nodes, "scale_1": new}))
    assert [d.code for d in check(broken, catalogue).diagnostics] == ["NB102"]


def test_a_thousand_repeats_of_a_thousand_repeats_are_no_work() -> None:
    inner = block(("fc", "linear", {"out_features": 64}), id="inner")
    outer = block(("b", "group:inner", {}, {"repeat": 1000}), id="outer")
    net = grouped(chain(FLAT, ("top", "group:outer", {}, {"repeat": 1000})), inner, outer)
    assert checked(net).cost.parameters == 1_000_000 * (64 * 64 + 64)


def test_an_edit_changes_what_depends_on_it_and_keeps_the_rest() -> None:
    checker = Checker(CATALOGUE, DIGITS)
    net = classifier(FLAT, ("fc", "linear", {"out_features": 32}), ("relu_1", "relu"), HEAD)
    first = checker.check(net)
    assert checker.check(net) is first
    second = checker.check(edits.set_param(net, "head", "out_features", 7))
    assert [d.code for d in second.diagnostics] == ["NB403"]
    assert second.run.records["fc"] is first.run.records["fc"]
    assert checker.check(net).diagnostics == ()


def test_freezing_all_weights_is_noticed_in_a_kept_result() -> None:
    """What a node says of itself stays the same; what the graph says of the loss does not."""
    checker = Checker(CATALOGUE)
    net = classifier(FLAT, HEAD)
    assert checker.check(net).diagnostics == ()
    frozen = edits.set_flags(net, ["head"], frozen=True)
    assert [d.code for d in checker.check(frozen).diagnostics] == ["NB310"]
    assert checker.check(net).diagnostics == ()


def test_an_edit_of_a_definition_reaches_all_its_instances() -> None:
    checker = Checker(CATALOGUE)
    net = grouped(
        chain(FLAT, ("one", "group:block"), ("two", "group:block")),
        block(("fc", "linear", {"out_features": 4})),
    )
    checker.check(net)
    report = checker.check(edits.set_param(net, "fc", "out_features", 6, group="block"))
    assert str(report.types["two.y"]) == "N x 6"


def test_new_fields_are_compared_with() -> None:
    checker = Checker(CATALOGUE)
    net = classifier(FLAT, ("head", "linear", {"out_features": 7}))
    assert checker.check(net).ok
    checker.set_fields(DIGITS)
    assert not checker.check(net).ok


def test_the_check_needs_no_torch() -> None:
    text = (
        "import sys, netbuilder.check.checker, netbuilder.check.codes\n"
        "print([name for name in ('torch', 'numpy', 'networkx', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_edges_that_share_a_node_with_an_edited_one_stay() -> None:
    """An edge taken away and brought back, in another place of the order, gives the first result."""
    checker = Checker(CATALOGUE)
    net = network(
        [
            IMAGE,
            LABEL,
            ("add_1", "add"),
            FLAT,
            HEAD,
            ("loss_1", "cross_entropy"),
            ("out", "output"),
        ],
        "image -> add_1.x_1, image -> add_1.x_2, add_1 -> flatten_1, flatten_1 -> head, head -> out, "
        "head -> loss_1, label -> loss_1.target",
    )
    first = checker.check(net)
    cut = edits.disconnect(net, "add_1.x_1")
    assert [d.code for d in checker.check(cut).diagnostics] == ["NB301"]
    again = edits.connect(cut, Endpoint("image", "output"), Endpoint("add_1", "x_1"))
    assert checker.check(again).types == first.types
    assert checker.check(again).ok
