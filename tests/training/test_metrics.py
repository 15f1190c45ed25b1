"""Metrics by task, against figures worked out by hand or by scikit-learn."""

from __future__ import annotations

import pytest
import torch
from sklearn import metrics as sk

from netbuilder.codegen.source import Loss
from netbuilder.training.metrics import all_metrics, metric_names, validation_metrics
from netbuilder.training.recipe import Recipe


def loss(task: str, name: str = "loss_1") -> Loss:
    return Loss(name, "any", task, 1.0, ())


def test_classification() -> None:
    torch.manual_seed(0)
    logits, target = torch.randn(200, 4), torch.randint(0, 4, (200,))
    found = all_metrics([loss("classification")], {"loss_1": (logits, target)})
    said = logits.argmax(1)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(target, said))
    assert found["f1"] == pytest.approx(sk.f1_score(target, said, average="macro"))
    expected = sk.roc_auc_score(target, logits.softmax(1), multi_class="ovr")
    assert found["auroc"] == pytest.approx(expected)
    assert found["confusion_matrix"] == sk.confusion_matrix(target, said).tolist()


def test_every_position_of_a_sequence_counts() -> None:
    logits, target = torch.randn(6, 3, 5), torch.randint(0, 3, (6, 5))
    found = all_metrics([loss("classification")], {"loss_1": (logits, target)})
    assert found["accuracy"] == pytest.approx((logits.argmax(1) == target).float().mean().item())
    assert sum(map(sum, found["confusion_matrix"])) == 30


def test_binary_takes_logits_even_where_they_look_like_probabilities() -> None:
    logits = torch.tensor([[0.2], [0.4], [0.9], [0.1]])
    target = torch.tensor([[1.0], [1.0], [1.0], [0.0]])
    found = all_metrics([loss("binary")], {"loss_1": (logits, target)})
    assert found["accuracy"] == 0.75  # every logit above 0 is a yes
    assert found["auroc"] == 1.0
    assert found["confusion_matrix"] == [[0, 1], [0, 3]]


def test_regression() -> None:
    torch.manual_seed(0)
    target = torch.randn(50, 1)
    prediction = target + 0.1 * torch.randn(50, 1)
    found = all_metrics([loss("regression")], {"loss_1": (prediction, target)})
    assert found["mse"] == pytest.approx(sk.mean_squared_error(target, prediction))
    assert found["mae"] == pytest.approx(sk.mean_absolute_error(target, prediction))
    assert found["r2"] == pytest.approx(sk.r2_score(target, prediction), rel=1e-5)
    assert "confusion_matrix" not in found


def test_what_is_not_defined_is_left_out() -> None:
    one = all_metrics([loss("binary")], {"loss_1": (torch.zeros(3), torch.ones(3))})
    assert "auroc" not in one
    assert one["accuracy"] == 0.0
    soft = all_metrics([loss("binary")], {"loss_1": (torch.zeros(3), torch.full((3,), 0.3))})
    assert soft == {}
    absent = all_metrics(
        [loss("classification")], {"loss_1": (torch.eye(3), torch.tensor([0, 1, 1]))}
    )
    assert "auroc" not in absent
    single = all_metrics([loss("regression")], {"loss_1": (torch.zeros(1, 1), torch.ones(1, 1))})
    assert single.keys() == {"mse", "mae"}


def test_names_say_which_loss_where_there_are_several() -> None:
    one, two = [loss("binary")], [loss("binary"), loss("classification", "loss_2")]
    assert metric_names(one, Recipe()) == ("accuracy", "f1", "auroc")
    assert metric_names(two, Recipe())[3:] == ("loss_2.accuracy", "loss_2.f1")
    asked = Recipe({"metric": "loss_2.auroc"})
    assert metric_names(two, asked)[3:] == ("loss_2.accuracy", "loss_2.f1", "loss_2.auroc")
    torch.manual_seed(0)
    scored = {
        "loss_1": (torch.randn(9), torch.tensor([0.0, 1.0, 1.0] * 3)),
        "loss_2": (torch.randn(9, 3), torch.tensor([0, 1, 2] * 3)),
    }
    assert tuple(validation_metrics(two, scored, asked)) == metric_names(two, asked)


def test_a_loss_without_a_task_has_no_metrics() -> None:
    losses = [loss(""), loss("regression", "loss_2")]
    scored = {"loss_2": (torch.zeros(4, 1), torch.ones(4, 1))}
    assert metric_names(losses, Recipe()) == ("loss_2.mse", "loss_2.mae", "loss_2.r2")
    assert all_metrics(losses, scored)["loss_2.mse"] == 1.0
    assert all_metrics([loss("")], {}) == {}
    assert metric_names([loss("")], Recipe()) == ()
