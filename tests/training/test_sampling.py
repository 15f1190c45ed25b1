"""Balanced sampling: each class as often as another, by the seed, and only where there are classes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_runs import source

from netbuilder.codegen.source import Argument
from netbuilder.data.prepare import prepare
from netbuilder.data.sample_weights import sample_weights
from netbuilder.data.source import DataError
from netbuilder.training.learner import Learner
from netbuilder.training.recipe import Recipe, RecipeError
from netbuilder.training.run import RunError
from netbuilder.training.sampling import balanced_by, balancing, drawn_order, weights_of

HERE = Path(__file__).parent
BALANCED = Recipe({"sampling": "balanced", "batch_size": 7})
MLP = source("    pass\n")


def test_each_class_is_drawn_as_often():
    labels = torch.tensor([0] * 900 + [3] * 90 + [7] * 10)
    order = drawn_order(balancing(labels), torch.Generator().manual_seed(1))
    assert order.shape == (1000,)
    drawn = labels[order]
    for name in (0, 3, 7):
        assert int((drawn == name).sum()) == pytest.approx(1000 / 3, abs=60)
    again = drawn_order(balancing(labels), torch.Generator().manual_seed(1))
    assert torch.equal(order, again)
    yes = torch.tensor([[1.0]] * 5 + [[0.0]] * 95)
    assert float(yes[drawn_order(balancing(yes), torch.Generator().manual_seed(0))].mean()) > 0.3


class Silent(torch.nn.Linear):
    """Is asked for no loss."""

    def losses(self, *batch):
        raise AssertionError


def test_every_epoch_draws_others():
    model = Silent(2, 2)
    labels = torch.tensor([0] * 40 + [1] * 10)
    learner = Learner(
        model,
        [torch.zeros(50, 2), labels],
        BALANCED,
        torch.device("cpu"),
        weights=balancing(labels),
    )
    first, second = (torch.cat(learner.batches(epoch)) for epoch in (0, 1))
    assert [len(batch) for batch in learner.batches(0)] == [7] * 7 + [1]
    assert not torch.equal(first, second)
    assert torch.equal(first, torch.cat(learner.batches(0)))


def test_the_classes_are_those_of_the_first_loss_on_classes():
    assert balanced_by(MLP, BALANCED) == 1
    assert balanced_by(MLP, Recipe()) is None
    tensors = [torch.zeros(3, 64), torch.tensor([0, 1, 1])]
    nothing = {}, prepare({"source": "xor"}, HERE), HERE
    assert weights_of(MLP, BALANCED, tensors, *nothing).tolist() == [1.0, 0.5, 0.5]
    assert weights_of(MLP, Recipe(), tensors, *nothing) is None


@pytest.mark.parametrize(
    "made",
    [
        replace(MLP, losses=(replace(MLP.losses[0], task="regression"),)),
        replace(MLP, targets=(Argument("label", "label", (8,), "int64"),)),
    ],
)
def test_without_one_class_a_sample_it_is_refused(made):
    with pytest.raises(RunError, match="no loss of the network compares with one class a sample"):
        balanced_by(made, BALANCED)


def test_an_order_that_is_not_shuffled_cannot_be_drawn():
    with pytest.raises(RecipeError, match="sampling is balanced, which draws samples at random"):
        Recipe.from_plain({"sampling": "balanced", "shuffle": False})


TABLE = {"source": "csv", "params": {"path": "t.csv", "leave_out": ["often"]}}


def table(folder, weights):
    rows = [f"{n},{weights[n]},{'ab'[n % 2]}" for n in range(len(weights))]
    (folder / "t.csv").write_text("x,often,y\n" + "\n".join(rows) + "\n")


def test_a_column_that_is_no_feature_says_how_often_samples_are_drawn(tmp_path):
    table(tmp_path, [n % 3 for n in range(30)])
    prepared = prepare(TABLE, tmp_path)
    recipe = Recipe({"sampling": "weighted", "weight_column": "often"})
    weights = weights_of(MLP, recipe, (), TABLE, prepared, tmp_path)
    assert weights.tolist() == [index % 3 for index in prepared.indices["train"]]
    order = drawn_order(weights.repeat(100), torch.Generator().manual_seed(0))
    drawn = weights.repeat(100)[order]
    assert not (drawn == 0).any()
    twos, ones = int((weights == 2).sum()), int((weights == 1).sum())
    share = 2 * twos / (2 * twos + ones)
    assert float((drawn == 2).double().mean()) == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize(
    ("weights", "name", "said"),
    [
        (
            [1, 2, -1] * 8,
            "often",
            r"of sample \d+ that is '-1', where a number from 0 on was expected",
        ),
        ([1, 2, "x"] * 8, "often", r"of sample \d+ that is 'x'"),
        ([1, 2, ""] * 8, "often", r"of sample \d+ that is ''"),
        ([0] * 24, "often", "that is 0 for every training sample"),
        ([1] * 24, "much", "no column much"),
    ],
)
def test_weights_that_cannot_be_are_told(tmp_path, weights, name, said):
    table(tmp_path, weights)
    indices = prepare(TABLE, tmp_path).indices["train"]
    with pytest.raises(DataError, match=said):
        sample_weights(TABLE, tmp_path, name, indices)


def test_weighted_sampling_asks_for_its_column():
    with pytest.raises(RecipeError, match="weight_column names no column of the data"):
        Recipe.from_plain({"sampling": "weighted"})
