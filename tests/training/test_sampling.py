"""Balanced sampling: each class as often as another, by the seed, and only where there are classes."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from training_runs import source

from netbuilder.codegen.source import Argument
from netbuilder.training.learner import Learner
from netbuilder.training.recipe import Recipe, RecipeError
from netbuilder.training.run import RunError
from netbuilder.training.sampling import balanced_by, balanced_order, labels_of

BALANCED = Recipe({"sampling": "balanced", "batch_size": 7})
MLP = source("    pass\n")


def test_each_class_is_drawn_as_often():
    labels = torch.tensor([0] * 900 + [3] * 90 + [7] * 10)
    order = balanced_order(labels, torch.Generator().manual_seed(1))
    assert order.shape == (1000,)
    drawn = labels[order]
    for name in (0, 3, 7):
        assert int((drawn == name).sum()) == pytest.approx(1000 / 3, abs=60)
    again = balanced_order(labels, torch.Generator().manual_seed(1))
    assert torch.equal(order, again)
    yes = torch.tensor([[1.0]] * 5 + [[0.0]] * 95)
    assert float(yes[balanced_order(yes, torch.Generator().manual_seed(0))].mean()) > 0.3


def test_every_epoch_draws_others():
    model = torch.nn.Linear(2, 2)
    labels = torch.tensor([0] * 40 + [1] * 10)
    learner = Learner(
        model, [torch.zeros(50, 2), labels], BALANCED, torch.device("cpu"), labels=labels
    )
    first, second = (torch.cat(learner.batches(epoch)) for epoch in (0, 1))
    assert [len(batch) for batch in learner.batches(0)] == [7] * 7 + [1]
    assert not torch.equal(first, second)
    assert torch.equal(first, torch.cat(learner.batches(0)))


def test_the_classes_are_those_of_the_first_loss_on_classes():
    assert balanced_by(MLP, BALANCED) == 1
    assert balanced_by(MLP, Recipe()) is None
    tensors = [torch.zeros(3, 64), torch.tensor([0, 1, 1])]
    assert labels_of(MLP, BALANCED, tensors) is tensors[1]
    assert labels_of(MLP, Recipe(), tensors) is None


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
