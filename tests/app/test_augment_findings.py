"""Changes of samples that a network cannot be trained with are told at its Input while it is edited."""

from __future__ import annotations

from pathlib import Path

import pytest
from networks import network

from netbuilder.app.examples import example
from netbuilder.app.project import check_network, source_of
from netbuilder.graph.edits import set_data
from netbuilder.training.augmenting import suited

HERE = Path(__file__).parent


def told(made):
    return [one for one in check_network(made, HERE).diagnostics if one.code == "NB422"]


def augmented(name, **settings):
    made = example(name)
    return set_data(made, {**made.data, "augment": settings})


def margin(**settings):
    """A loss that takes no shares of classes."""
    nodes = [
        ("features", "input", {"shape": (4,)}),
        ("label", "target", {"dtype": "int64", "shape": ()}),
        ("head", "linear", {"out_features": 3}),
        ("said", "output"),
        ("loss", "multi_margin_loss"),
    ]
    wires = "features -> head, head -> said, head -> loss.input, label -> loss.target"
    return network(nodes, wires, data={"source": "iris", "augment": settings})


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (augmented("iris_mlp", flip_vertical=0.5), "data.augment.flip_vertical changes images"),
        (augmented("digits_cnn", mask_tokens=0.5), "data.augment.mask_tokens hides tokens"),
        (augmented("diabetes_mlp", cutmix=1.0), "data.augment.cutmix changes images"),
        (margin(mixup=0.2), "mixes targets in shares, but label holds whole"),
    ],
)
def test_what_does_not_suit_is_told_at_the_input_and_taken_out(made, said):
    (one,) = told(made)
    assert said in one.message
    assert one.severity == "error"
    assert made.graph.nodes[one.where.node].type == "input"
    mended = one.fixes[0].edit(made)
    assert "augment" not in mended.data
    assert not told(mended)
    # The training says the same of the generated source.
    assert suited(source_of(mended, HERE), made.data["augment"]).problems[0][1] == one.message


@pytest.mark.parametrize("name", ["digits_cnn", "digits_mlp", "digits_residual"])
def test_what_suits_is_not_told(name):
    assert not told(augmented(name, rotate=10.0, mixup=0.2, cutmix=1.0, gaussian_noise=0.1))


def test_other_changes_of_the_same_samples_stay():
    made = augmented("iris_mlp", gaussian_noise=0.1, rotate=5.0)
    (one,) = told(made)
    assert one.fixes[0].edit(made).data["augment"] == {"gaussian_noise": 0.1}


def test_a_network_with_errors_and_settings_that_are_wrong_are_told_elsewhere():
    assert not told(augmented("iris_mlp", rotate=-5))
    made = network([("x", "input", {"shape": (4,)}), ("y", "output")], "")
    assert not told(set_data(made, {"source": "iris", "augment": {"rotate": 5.0}}))
