"""What people get wrong most is mended by taking the first fix offered, again and again."""

from __future__ import annotations

from pathlib import Path

import pytest
from diagnostic_cases import CONV, DIGITS, FLAT, HEAD, block, chain, classifier, grouped, merged
from networks import LABEL

from netbuilder.app.picture import picture
from netbuilder.app.project import check_network
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.files.format import dumps, loads
from netbuilder.graph import edits
from netbuilder.graph.model import Network

CATALOGUE = standard_catalogue()
RELU = ("relu_1", "relu")


def mended(network: Network, most: int = 6) -> list[str]:
    """Take the first fix of the first finding that has one, until nothing is found; return the titles."""
    taken = []
    for _ in range(most):
        found = check(network, CATALOGUE, DIGITS).diagnostics
        if not found:
            return taken
        fix = next(fix for one in found for fix in one.fixes)
        taken.append(fix.title)
        network = fix.edit(network)
    raise AssertionError(f"still wrong after {taken}")


@pytest.mark.parametrize(
    ("network", "titles"),
    [
        (
            classifier(FLAT, CONV, RELU, HEAD),
            ["move flatten_1 behind conv_1"],
        ),
        (
            classifier(CONV, FLAT, ("pool", "max_pool2d"), HEAD),
            ["move flatten_1 behind pool"],
        ),
        (
            classifier(CONV, ("pool", "max_pool2d"), HEAD),
            ["insert Flatten before head"],
        ),
        (
            classifier(
                FLAT, ("fc", "linear", {"bias": False}), ("norm", "batch_norm2d"), RELU, HEAD
            ),
            ["make norm a BatchNorm1d"],
        ),
        (
            classifier(("gru_1", "gru", {"return_sequences": False}), HEAD),
            ["insert Reshape before gru_1, every row of the image a step"],
        ),
        (
            merged(chain(FLAT, HEAD), [LABEL], ""),
            ["add CrossEntropyLoss of head.output and label.output"],
        ),
    ],
)
def test_the_first_fix_leads_to_a_sound_network(network, titles):
    assert mended(network) == titles


def test_a_skip_is_mended_at_either_end():
    skip = merged(
        classifier(
            CONV,
            ("conv_2", "conv2d", {"out_channels": 8, "padding": "same"}),
            ("sum", "add"),
            FLAT,
            HEAD,
        ),
        [],
        "conv_1 -> sum.x_1",
    )
    [found] = [one for one in check(skip, CATALOGUE).diagnostics if one.code == "NB210"]
    for fix in found.fixes:
        assert check(fix.edit(skip), CATALOGUE).ok
    assert len(found.fixes) == 4


def test_a_flatten_that_others_use_is_not_moved():
    network = merged(
        chain(FLAT, CONV), [("fc", "linear"), ("out_2", "output")], "flatten_1 -> fc, fc -> out_2"
    )
    [found] = [one for one in check(network, CATALOGUE).diagnostics if one.code == "NB201"]
    assert not any("move" in fix.title for fix in found.fixes)


def test_channels_last_may_be_mapped_and_a_map_in_a_group_is_no_matter():
    last = chain(CONV, RELU, ("permute_1", "permute", {"dims": [0, 2, 3, 1]}), HEAD)
    assert check(last, CATALOGUE).diagnostics == ()
    assert check(chain(HEAD, shape=(3, 8, 8)), CATALOGUE).diagnostics == ()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_fix_in_a_group_says_how_many_instances_it_changes(count):
    names = [f"block_{i}" for i in range(count)]
    network = grouped(
        chain(*((name, "group:block") for name in names)), block(("soft", "softmax", {"dim": 9}))
    )
    [found] = check(network, CATALOGUE).diagnostics
    title = found.fixes[0].title
    assert title == "set dim to -1" + (f", in all {count} instances of block" if count > 1 else "")
    assert check(found.fixes[0].edit(network), CATALOGUE).ok


def test_a_newer_node_is_kept_shown_and_never_guessed_at():
    network = chain(
        ("conv_1", "conv2d", {"shape_of_kernel": "round"}, {"version": 9}), ("relu_1", "relu")
    )
    report = check_network(network, Path())
    assert [one.code for one in report.diagnostics] == ["NB504"]
    assert not report.ok
    again = loads(dumps(network))
    assert again.graph.nodes["conv_1"].version == 9
    assert again.graph.nodes["conv_1"].params == {"shape_of_kernel": "round"}
    assert "Conv2d" in picture(report)
    moved = edits.move_nodes(again, {"conv_1": (10, 20)})
    assert moved.graph.nodes["conv_1"].version == 9
    older = edits.set_type(again, "conv_1", "conv2d", {}, version=1)
    assert check(older, CATALOGUE).ok
