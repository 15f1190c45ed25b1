"""Shared weights count once, as torch counts them, and are told where they do not fit."""

import pytest
from networks import network
from sharing_cases import language_model, towers, twins

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import Checker, check
from netbuilder.check.sharing import why_not
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load_text
from netbuilder.graph import edits

FC = ("linear", {"out_features": 5})
SHARES = {"shares": "fc_1"}
CATALOGUE = standard_catalogue()


def deep():
    """Group instances in a row, each with two nodes that share, two of them sharing all."""
    made = towers(second={})
    made, _ = edits.add_node(made, "linear", "map_2", params={"out_features": 4}, group="tower")
    made, _ = edits.add_node(made, "linear", "map_3", params={"out_features": 4}, group="tower")
    made = edits.connect(made, "map_1.output", "map_2.input", "tower")
    made = edits.connect(made, "map_2.output", "map_3.input", "tower")
    made = edits.connect(made, "map_3.output", "output.input", "tower")
    return edits.share_weights(made, "map_3", "map_2", "tower")


HEAD = ("linear", {"out_features": 20})
NETWORKS = {
    "twins": twins(FC, (*FC, SHARES)),
    "batch norms": twins(("batch_norm1d",), ("batch_norm1d", {}, SHARES)),
    "words": language_model((*HEAD, {"shares": "table"})),
    "words from the map": edits.share_weights(language_model((*HEAD, {})), "table", "head"),
    "no bias": language_model(("linear", {"out_features": 20, "bias": False}, {"shares": "table"})),
    "frozen head": language_model((*HEAD, {"shares": "table", "frozen": True})),
    "frozen table": edits.set_flags(
        language_model((*HEAD, {"shares": "table"})), ["table"], frozen=True
    ),
    "towers": towers(),
    "repeated towers": edits.set_flags(towers(sizes=(4, 4)), ["fc_1", "fc_2"], repeat=3),
    "inside": deep(),
    "bypassed": edits.set_flags(
        twins(("linear", {"out_features": 8}), ("linear", {"out_features": 8}, SHARES)),
        ["fc_1"],
        bypass=True,
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_are_what_torch_counts(name):
    made = NETWORKS[name]
    report = check(made, CATALOGUE)
    assert report.ok, [d.message for d in report.diagnostics]
    source = generate(made, CATALOGUE)
    module = load_text(source.text, source.class_name, "model.py")()
    parameters = list(module.parameters())
    assert report.cost.parameters == sum(p.numel() for p in parameters)
    assert report.cost.trainable == sum(p.numel() for p in parameters if p.requires_grad)
    assert report.cost.weights_memory == sum(p.numel() * p.element_size() for p in parameters)


def test_a_node_that_shares_costs_no_weights_but_work():
    cost = check(NETWORKS["twins"], CATALOGUE).cost
    assert cost.nodes["fc_2"].parameters == 0
    assert cost.nodes["fc_2"].flops == cost.nodes["fc_1"].flops
    assert cost.nodes["fc_1"].parameters == 45


def test_an_edit_of_the_source_is_seen_by_those_that_share():
    checker = Checker(CATALOGUE)
    made = NETWORKS["twins"]
    assert checker.check(made).ok
    worse = edits.set_param(made, "fc_1", "bias", False)
    assert [d.code for d in checker.check(worse).diagnostics if d.severity == "error"] == ["NB342"]
    assert checker.check(made).ok


def test_what_only_the_way_through_decides_may_differ():
    """The dilation of a pooling needs no equal; parameters that build no other layer are no matter."""
    made = twins(("linear", {"out_features": 5}), ("linear", {"out_features": 5}, SHARES))
    made = edits.set_flags(made, ["fc_2"], note="the same")
    assert check(made, CATALOGUE).ok


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (FC, FC, ""),
        (FC, ("linear", {"out_features": 6}), "out_features is 6, not 5"),
        (FC, ("relu",), "fc_2 is a ReLU, but fc_1 a Linear"),
        (("relu",), ("relu",), "fc_2 has no weights"),
    ],
)
def test_candidates_are_told_why_not(one, other, reason):
    run = check(twins(one, other), CATALOGUE).run
    assert why_not(run, "fc_2", "fc_1") == reason


def test_while_a_source_is_not_known_nothing_is_said():
    made = network([("fc_1", *FC), ("fc_2", *FC, SHARES)], "")
    assert "NB342" not in {d.code for d in check(made, CATALOGUE).diagnostics}
