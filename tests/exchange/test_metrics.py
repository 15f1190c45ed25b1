"""The metrics of exported scripts against torchmetrics, as the worker uses it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from netbuilder.codegen.source import Loss
from netbuilder.exchange.metrics import measure
from netbuilder.training.metrics import all_metrics


def theirs(task, prediction, target):
    loss = Loss("loss_1", "", task, 1.0, (), "", "")
    found = all_metrics([loss], {"loss_1": (prediction, target)})
    found.pop("confusion_matrix", None)
    return found


@given(
    task=st.sampled_from(["classification", "binary", "regression"]),
    samples=st.integers(2, 12),
    classes=st.integers(2, 4),
    extra=st.sampled_from([(), (3,)]),
    coarse=st.booleans(),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=150, deadline=None)
def test_metrics_are_those_of_torchmetrics(task, samples, classes, extra, coarse, seed):
    generator = torch.Generator().manual_seed(seed)
    shape = (samples, classes, *extra) if task == "classification" else (samples, *extra)
    prediction = torch.randn(shape, generator=generator)
    if coarse:
        prediction = prediction.round()  # ties
    if task == "regression":
        # Spread out: torchmetrics subtracts sums of squares, which says nothing of close targets.
        steps = torch.arange(samples).reshape(-1, *(1 for _ in extra))
        target = torch.rand(shape, generator=generator) / 2 + steps
    else:
        limit = classes if task == "classification" else 2
        target = torch.randint(limit, (samples, *extra), generator=generator)
    target = target.float() if task == "binary" else target
    assert measure(task, prediction, target) == pytest.approx(
        theirs(task, prediction, target), rel=1e-4, abs=2e-5
    )


def test_what_is_not_defined_is_left_out():
    scores = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert measure("classification", scores, torch.tensor([0, 2])) == {}
    assert "auroc" not in measure("classification", scores, torch.tensor([0, 0]))
    assert measure("binary", torch.tensor([0.3]), torch.tensor([0.5])) == {}
    assert "r2" not in measure("regression", torch.tensor([1.0]), torch.tensor([1.0]))
    same = torch.ones(3)
    assert "r2" not in measure("regression", torch.randn(3), same)
