"""What a running training's layers say is wrong, from their measurements."""

from __future__ import annotations

from typing import Any

import pytest
from networks import network

from netbuilder.app.examples import example
from netbuilder.app.session import Session
from netbuilder.app.training_advice import STEADY, Advisor, advice
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.check.codes import CODES
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.report import Report
from netbuilder.graph.edits import ignore, set_recipe
from netbuilder.graph.model import Network

FLAT = [1] * 32
ENDS = [40, *[0] * 30, 40]


def deep(activation: str) -> Network:
    nodes = [
        ("x", "input", {"shape": (4,)}),
        ("first", "linear", {"out_features": 8}),
        ("act", activation),
        ("second", "linear", {"out_features": 8}),
        ("last_act", activation),
        ("y", "output"),
    ]
    return network(
        nodes, "x -> first, first -> act, act -> second, second -> last_act, last_act -> y"
    )


def report(made: Network) -> Report:
    return check(made, standard_catalogue(), None)


def layer(**values: Any) -> dict[str, Any]:
    plain = {"mean": 0.0, "std": 1.0, "gradient_norm": 0.1, "low": -1.0, "high": 1.0}
    return {**plain, "histogram": FLAT, "silent": None, **values}


def found(made: Network, **nodes: dict[str, Any]) -> list[Diagnostic]:
    return [one for _, one in advice(report(made), nodes)]


def test_units_that_never_fire_are_told_with_a_fix() -> None:
    made = deep("relu")
    (one,) = found(
        made, first=layer(silent=0.9), act=layer(silent=0.31), last_act=layer(silent=0.2)
    )
    assert one.code == "NB711"
    assert one.severity == "info"
    assert one.where.node == "act"
    assert one.message == "31% of act's units never fire: for hundreds of samples they gave 0"
    assert one.hint == "lower the learning rate, or use LeakyReLU"
    (fix,) = one.fixes
    mended = fix.edit(made)
    assert mended.graph.nodes["act"].type == "leaky_relu"
    assert report(mended).ok


def test_saturation_is_told_but_not_of_what_the_network_answers() -> None:
    ends = layer(histogram=ENDS)
    (one,) = found(deep("tanh"), act=ends, last_act=ends)
    assert (one.code, one.where.node) == ("NB712", "act")
    assert one.message.startswith("100% of act's outputs lie next to -1 or 1")
    assert not found(deep("tanh"), act=layer())
    # Ends of the histogram that are far from the bounds say nothing.
    assert not found(deep("tanh"), act=layer(histogram=ENDS, low=-0.4, high=0.5))
    (one,) = found(deep("sigmoid"), act=layer(histogram=ENDS, low=0.0, high=0.3))
    assert one.message.startswith("50% of act's outputs")
    assert not found(deep("relu"), act=ends)


def test_vanishing_gradients_are_told_at_the_faintest_layer() -> None:
    first, second = layer(gradient_norm=2e-7), layer(gradient_norm=0.31)
    (one,) = found(deep("sigmoid"), first=first, act=layer(gradient_norm=1e-12), second=second)
    assert (one.code, one.where.node) == ("NB713", "first")
    assert one.message == (
        "the gradient norm of first is 2e-07, that of second 0.3; first learns next to nothing"
    )
    assert [str(place) for place in one.related] == ["second"]
    assert not found(deep("sigmoid"), first=layer(gradient_norm=2e-5), second=second)
    assert not found(deep("sigmoid"), first=first)  # nothing to compare with


@pytest.mark.parametrize(("optimizer", "norm"), [("sgd", 2e3), ("adamw", 2e5)])
def test_exploding_gradients_are_told_unless_they_are_clipped(optimizer: str, norm: float) -> None:
    made = set_recipe(deep("relu"), {"optimizer": optimizer})
    nodes = {"first": layer(gradient_norm=norm), "second": layer(gradient_norm=norm / 3)}
    (one,) = found(made, **nodes)
    assert (one.code, one.where.node) == ("NB714", "first")
    clipped = one.fixes[0].edit(made)
    assert clipped.recipe["clip_norm"] == 1
    assert clipped.recipe["optimizer"] == optimizer
    assert not found(clipped, **nodes)
    assert not found(made, first=layer(gradient_norm=norm / 4))


def test_nodes_inside_of_groups_are_told_with_their_definition() -> None:
    made = example("digits_residual")
    (one,) = found(made, **{"blocks/relu_1": layer(silent=0.5)})
    assert str(one.where) == "blocks/relu_1"
    assert one.where.group == made.graph.nodes["blocks"].group
    mended = one.fixes[0].edit(made)
    assert mended.groups[one.where.group].graph.nodes["relu_1"].type == "leaky_relu"


def test_what_is_not_finite_or_not_there_says_nothing() -> None:
    nothing = layer(gradient_norm=None, low=None, high=None, histogram=[], silent=None)
    assert not found(deep("tanh"), first=nothing, act=nothing, gone=layer(silent=1.0))
    assert not found(deep("tanh"), act={})


def test_a_document_may_ask_not_to_be_told() -> None:
    made = ignore(deep("relu"), "NB711", ["act"])
    assert not found(made, act=layer(silent=0.5))
    assert not found(ignore(deep("relu"), "NB711"), act=layer(silent=0.5))


def test_only_what_holds_for_a_while_is_told_and_then_stays_a_while() -> None:
    advisor, said = Advisor(), report(deep("relu"))
    bad, good = {"act": layer(silent=0.5)}, {"act": layer(silent=0.1)}
    for _ in range(STEADY - 1):
        assert advisor.take(said, bad) == ()
    (told,) = advisor.take(said, bad)
    for share in (0.51, 0.49, 0.53):  # the same sentence for about the same share
        assert advisor.take(said, {"act": layer(silent=share)}) == (told,)
    (anew,) = advisor.take(said, {"act": layer(silent=0.6)})
    assert anew.message.startswith("60%")
    assert [len(advisor.take(said, good)) for _ in range(STEADY)] == [1] * (STEADY - 1) + [0]
    assert advisor.take(said, bad) == ()


def test_a_session_tells_it_with_its_report() -> None:
    session = Session(deep("relu"))
    before = session.report.diagnostics
    (one,) = found(session.network, act=layer(silent=0.5))
    session.set_advice((one,))
    assert session.report.diagnostics == (*before, one)
    assert session.report.ok
    session.set_advice(())
    assert session.report.diagnostics == before


def test_every_code_is_explained_with_its_source() -> None:
    for code in ("NB711", "NB712", "NB713", "NB714"):
        assert CODES[code].severity == "info"
        assert CODES[code].source
