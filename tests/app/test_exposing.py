"""A parameter inside a group that instances can set, and back again."""

from __future__ import annotations

import pytest
from networks import IMAGE, network

from netbuilder.app.exposing import can_be_exposed, conceal, expose, exposed_as
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.graph import edits
from netbuilder.graph.model import GroupParam
from netbuilder.graph.working import EditError
from netbuilder.node_api.expressions import Expression

CATALOGUE = standard_catalogue()


@pytest.fixture
def made():
    inner = network(
        [
            IMAGE,
            ("conv", "conv2d", {"out_channels": 8, "kernel_size": [5, 5], "padding": "same"}),
            ("wide", "conv2d", {"kernel_size": [1, 3], "padding": "same"}),
            ("drop", "dropout"),
            ("out", "output"),
        ],
        "image -> conv, conv -> wide, wide -> drop, drop -> out",
    )
    return edits.make_group(inner, ["conv", "wide", "drop"], "block")[0]


def inside(made, node):
    return made.groups["block"].graph.nodes[node]


def test_exposing_puts_an_expression_in_place_and_changes_nothing_else(made):
    after, name = expose(made, CATALOGUE, "block", "conv", "out_channels")
    assert name == "out_channels"
    [param] = after.groups["block"].params
    assert (param.default, param.min) == (8, 1)
    assert param.doc
    assert inside(after, "conv").params["out_channels"] == Expression("out_channels")
    assert exposed_as(inside(after, "conv"), "out_channels") == "out_channels"
    assert check(after, CATALOGUE).types == check(made, CATALOGUE).types
    instance = edits.set_param(after, "block_1", "out_channels", 4)
    shape = check(instance, CATALOGUE).types["block_1/conv.output"].shape
    assert shape[1] == 4


def test_defaults_floats_and_equal_sizes_can_be_exposed(made):
    after, name = expose(made, CATALOGUE, "block", "drop", "p")
    assert isinstance(after.groups["block"].params[0].default, float)
    after, _ = expose(after, CATALOGUE, "block", "conv", "kernel_size")
    assert after.groups["block"].params[1].default == 5
    assert check(after, CATALOGUE).types == check(made, CATALOGUE).types
    assert conceal(after, CATALOGUE, "block", "drop", name).groups["block"].params[0].name == (
        "kernel_size"
    )


def test_a_second_one_of_the_name_gets_another_or_follows_the_first(made):
    after, _ = expose(made, CATALOGUE, "block", "conv", "out_channels")
    other, name = expose(after, CATALOGUE, "block", "wide", "out_channels")
    assert name == "wide_out_channels"
    same, name = expose(after, CATALOGUE, "block", "wide", "out_channels", "out_channels")
    assert name == "out_channels"
    assert len(same.groups["block"].params) == 1
    back = conceal(same, CATALOGUE, "block", "wide", "out_channels")
    assert len(back.groups["block"].params) == 1, "the other one still uses it"
    assert (
        len(conceal(other, CATALOGUE, "block", "conv", "out_channels").groups["block"].params) == 1
    )


def test_concealing_is_the_way_back(made):
    for node, param in (("conv", "out_channels"), ("drop", "p"), ("conv", "kernel_size")):
        after, _ = expose(made, CATALOGUE, "block", node, param)
        back = conceal(after, CATALOGUE, "block", node, param)
        assert back.groups["block"].params == ()
        assert check(back, CATALOGUE).types == check(made, CATALOGUE).types
    assert "p" not in inside(back, "drop").params, "the default is not written"


def test_parameters_and_repeats_of_inner_groups(made):
    outer = edits.make_group(made, ["block_1"], "outer")[0]
    outer, _ = expose(outer, CATALOGUE, "block", "conv", "out_channels")
    outer, name = expose(outer, CATALOGUE, "outer", "block_1", "out_channels", "width")
    assert name == "width"
    outer, name = expose(outer, CATALOGUE, "outer", "block_1", "repeat")
    assert name == "repeat"
    [width, repeat] = outer.groups["outer"].params
    assert (width.default, repeat.default, repeat.min) == (8, 1, 1)
    assert outer.groups["outer"].graph.nodes["block_1"].repeat == Expression("repeat")
    back = conceal(outer, CATALOGUE, "outer", "block_1", "repeat")
    assert back.groups["outer"].graph.nodes["block_1"].repeat == 1
    assert check(outer, CATALOGUE).ok == check(made, CATALOGUE).ok


@pytest.mark.parametrize(
    ("node", "param", "sentence"),
    [
        ("conv", "padding", "padding of conv is 'same', but a group sets one number"),
        ("wide", "kernel_size", "kernel_size of wide is"),
        ("conv", "bias", "bias of conv holds no number"),
        ("conv", "size", "conv has no parameter size"),
        ("gone", "p", "there is no node gone"),
    ],
)
def test_what_holds_no_single_number_is_refused(made, node, param, sentence):
    with pytest.raises(EditError, match=sentence):
        expose(made, CATALOGUE, "block", node, param)


def test_arithmetic_is_not_thrown_away_and_nothing_is_concealed_twice(made):
    after, _ = expose(made, CATALOGUE, "block", "conv", "out_channels")
    doubled = edits.set_param(
        after, "conv", "out_channels", Expression("out_channels * 2"), "block"
    )
    with pytest.raises(EditError, match="is arithmetic already"):
        expose(doubled, CATALOGUE, "block", "conv", "out_channels")
    with pytest.raises(EditError, match="is not set by a parameter of block"):
        conceal(doubled, CATALOGUE, "block", "conv", "out_channels")
    assert exposed_as(inside(doubled, "conv"), "out_channels") == ""
    assert exposed_as(inside(made, "conv"), "out_channels") == ""
    assert can_be_exposed(GroupParam("x", 1))
