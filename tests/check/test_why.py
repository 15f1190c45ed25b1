"""Why a size is what it is: the chain that made it, for every size of every example."""

from __future__ import annotations

from itertools import pairwise

import pytest
from networks import IMAGE, graph, network

from netbuilder.app.examples import example, example_names
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.check.report import Report
from netbuilder.check.why import Reason, told, why
from netbuilder.graph.model import Group, GroupParam
from netbuilder.node_api.dims import Sym
from netbuilder.node_api.expressions import Expression


def report_of(name: str) -> Report:
    return check(example(name), standard_catalogue())


@pytest.mark.parametrize("name", example_names())
def test_every_size_of_every_example_has_a_reason_whose_formula_gives_it(name: str) -> None:
    """Formulas are worked out again by Python itself; chains end where a size is given."""
    report = report_of(name)
    asked = 0
    for place, tensor in report.types.items():
        path, _, port = place.rpartition(".")
        for axis, size in enumerate(tensor.shape):
            reason = why(report.run, path, port, axis)
            assert reason is not None
            assert reason.size == size
            for _, link in reason.chain():
                check_link(link)
            asked += 1
    assert asked


def check_link(link: Reason) -> None:
    """Work the formula out with what its names stand for."""
    if not link.formula or isinstance(link.size, Sym):
        return
    text = link.formula
    for name, value in sorted(link.values.items(), key=lambda item: -len(item[0])):
        text = text.replace(name, f"({value})")
    assert eval(text, {"min": min, "max": max}) == link.size, link


def test_the_chain_names_nodes_ports_and_parameters() -> None:
    reason = why(report_of("digits_cnn").run, "pool_1", "output", 2)
    assert reason is not None
    assert told(reason) == [
        (
            "pool_1 (MaxPool2d): 4 = (input.H + (2 * padding) - (dilation * (kernel_size - 1)) - 1) // kernel_size + 1,"
            " with input.H = 8, padding = 0, dilation = 1, kernel_size = 2"
        ),
        "8, passed on by relu_2, norm_2, conv_2, relu_1, norm_1, conv_1",
        "image (Input): 8 = shape[1]",
    ]
    assert reason.origin() is reason
    assert reason.reasons[0].origin().path == "image"


def test_it_goes_through_groups_and_says_what_stands_in_the_document() -> None:
    inside = graph(
        [
            ("x", "group_input"),
            ("wide", "linear", {"out_features": Expression("dim * 4")}),
            ("y", "group_output"),
        ],
        "x -> wide, wide -> y",
    )
    outer = network(
        [IMAGE, ("flat", "flatten"), ("block_1", "group:block", {"dim": 6}), ("logits", "output")],
        "image -> flat, flat -> block_1.x, block_1.y -> logits",
        groups={"block": Group("block", graph=inside, params=(GroupParam("dim", 3),))},
    )
    report = check(outer, standard_catalogue())
    reason = why(report.run, "logits", "input", -1)
    assert reason is not None
    assert told(reason) == [
        "block_1/wide (Linear): 24 = out_features, with out_features = dim * 4 = 24"
    ]
    inner = why(report.run, "block_1/wide", "input", 1)
    assert inner is not None
    assert inner.path == "flat"


def test_a_concatenation_has_several_reasons() -> None:
    report = report_of("two_inputs_two_losses")
    place = next(p for p, r in report.run.records.items() if r.node.type == "concatenate")
    reason = why(report.run, place, "output", 1)
    assert reason is not None
    assert len(reason.reasons) == 2
    assert [depth for depth, _ in reason.chain()][:2] == [0, 1]


@pytest.mark.parametrize(
    ("path", "port", "axis"),
    [("conv_1", "output", 4), ("conv_1", "output", -5), ("conv_1", "odd", 0), ("odd", "output", 0)],
)
def test_what_is_not_there_has_no_reason(path: str, port: str, axis: int) -> None:
    assert why(report_of("digits_cnn").run, path, port, axis) is None


def test_it_does_not_recurse_in_deep_networks() -> None:
    """A size that a thousand nodes pass on is followed without running out of stack."""
    names = [f"relu_{number}" for number in range(900)]
    chain = ",".join(f"{a} -> {b}" for a, b in pairwise(["image", *names]))
    value = network([IMAGE, *((name, "relu") for name in names)], chain)
    reason = why(check(value, standard_catalogue()).run, names[-1], "output", 2)
    assert reason is not None
    assert told(reason) == [
        "8, passed on by relu_899, relu_898, ..., relu_0",
        "image (Input): 8 = shape[1]",
    ]
