"""Simpler models beside a network: right figures on the same samples, limits said, a plain verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from netbuilder.check.fields import Field
from netbuilder.data import baseline_models
from netbuilder.data import baselines as module
from netbuilder.data import verdict as verdicts
from netbuilder.data.baselines import baselines
from netbuilder.data.prepare import prepare
from netbuilder.data.source import DataError
from netbuilder.data.verdict import errors_of, scored_places, verdict

HERE = Path()
NAMES = ["guess", "linear", "forest", "boosting", "neighbours"]


@pytest.fixture(scope="module")
def iris():
    return prepare({"source": "iris"}, HERE)


def fitted(prepared, inputs, target, task, **options):
    return {one["name"]: one for one in baselines(prepared, inputs, target, task, **options)}


def test_five_models_are_scored_on_the_same_samples(iris):
    found = fitted(iris, "features", "label", "classification")
    assert list(found) == NAMES
    for one in found.values():
        assert (one["split"], one["samples"], one["held"], one["note"]) == ("test", 104, 23, "")
        assert set(one["metrics"]) == {"accuracy", "f1", "auroc"}
        assert one["metrics"]["accuracy"] == pytest.approx(1 - np.mean(one["errors"]))
        assert 0 < one["seconds"] < 60
    assert found["guess"]["metrics"]["accuracy"] < 0.4
    assert found["guess"]["metrics"]["auroc"] == 0.5
    assert all(found[name]["metrics"]["accuracy"] > 0.85 for name in NAMES[1:])


def test_the_metrics_are_those_of_a_network(iris):
    import torch
    from torchmetrics.functional.classification import multiclass_f1_score

    one = fitted(iris, "features", "label", "classification", models=["neighbours"])["neighbours"]
    right = iris.splits["test"]["label"]
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train = iris.splits["train"]
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(5))
    said = model.fit(train["features"], train["label"]).predict(iris.splits["test"]["features"])
    f1 = multiclass_f1_score(torch.tensor(said), torch.tensor(right), 3, average="macro")
    assert one["metrics"]["f1"] == pytest.approx(float(f1))


def test_numbers_are_predicted_by_five_models_too():
    prepared = prepare({"source": "diabetes"}, HERE)
    found = fitted(prepared, "features", "target", "regression", split="val")
    assert list(found) == NAMES
    assert [one["model"] for one in found.values()][:2] == ["mean", "ridge regression"]
    right = prepared.splits["val"]["target"]
    for one in found.values():
        assert one["split"] == "val"
        assert list(one["metrics"]) == ["r2", "mse", "mae"]
        assert one["metrics"]["mse"] == pytest.approx(np.mean(one["errors"]))
        assert one["metrics"]["r2"] == pytest.approx(
            1 - one["metrics"]["mse"] / right.astype(float).var()
        )
    assert found["linear"]["metrics"]["r2"] > found["guess"]["metrics"]["r2"]


def test_what_is_drawn_is_the_same_each_time(iris):
    options = {"models": ["forest", "boosting"]}
    first, second = (fitted(iris, "features", "label", "classification", **options) for _ in "12")
    for name, one in first.items():
        assert one["errors"] == second[name]["errors"]
        assert one["metrics"] == second[name]["metrics"]


def test_curved_borders_are_found_by_all_but_the_line():
    data = {"source": "xor", "params": {"samples": 1000}}
    found = fitted(prepare(data, HERE), "point", "label", "binary")
    assert found["linear"]["metrics"]["accuracy"] < 0.7
    for name in NAMES[2:]:
        assert found[name]["metrics"]["accuracy"] > 0.95
        assert found[name]["metrics"]["auroc"] > 0.95


def test_several_numbers_at_once():
    prepared = prepare({"source": "blobs", "params": {"features": 3, "samples": 100}}, HERE)
    splits = {
        split: {
            "point": part["point"],
            "label": part["point"] @ np.array([[1.0, 2], [3, 4], [5, 6]]),
        }
        for split, part in prepared.splits.items()
    }
    found = fitted(replace(prepared, splits=splits), "point", "label", "regression")
    assert all(one["metrics"]["r2"] > 0.5 for name, one in found.items() if name != "guess")


def test_limits_are_said(iris, monkeypatch):
    monkeypatch.setattr(verdicts, "MOST_SAMPLES", 20)
    monkeypatch.setattr(module, "MOST_VALUES", 3)
    monkeypatch.setattr(baseline_models, "_LEAVES", 600)
    monkeypatch.setattr(baseline_models, "_BOOSTED", 99)
    found = fitted(iris, "features", "label", "classification")
    cut = "fitted on 20 of 104 samples; scored on 20 of 23; sees 3 values of a sample, drawn from those that vary"
    assert found["guess"]["note"] == cut
    assert found["forest"]["note"] == cut + "; 10 trees"
    assert found["boosting"]["note"] == cut + "; 11 rounds"
    assert len(found["guess"]["errors"]) == found["guess"]["held"] == 20


def test_a_model_that_would_take_too_long_is_left_out_and_said(iris, monkeypatch):
    monkeypatch.setattr(baseline_models, "_BOOSTED", 30)
    found = fitted(iris, "features", "label", "classification", models=["guess", "boosting"])
    assert found["boosting"]["metrics"] == {}
    assert found["boosting"]["note"] == "left out: 3 classes from 4 values take too long"
    assert verdict(list(found.values()), [0.0] * 23, "classification")["against"] == "guess"


def test_a_long_sequence_of_classes_is_counted():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 50, (60, 40))
    label = (codes == 7).any(1).astype(np.int64)
    prepared = prepare({"source": "iris"}, HERE)
    fields = {
        "tokens": Field("tokens", (40,), "int64", tuple(map(str, range(50)))),
        "label": Field("label", (), "int64", ("no", "yes"), "target"),
    }
    part = {"tokens": codes, "label": label}
    told = replace(prepared, splits={"train": part, "val": {}, "test": part}, fields=fields)
    found = fitted(told, "tokens", "label", "binary", models=["linear"])
    assert found["linear"]["metrics"]["accuracy"] > 0.95


def test_a_split_without_samples_is_told(iris):
    empty = replace(iris, splits={**iris.splits, "test": {}})
    with pytest.raises(DataError, match="the split test has no samples"):
        list(baselines(empty, "features", "label", "classification", split="test"))


def told(name, errors):
    return {"name": name, "model": f"a {name}", "metrics": {"any": 1.0}, "errors": errors}


def test_the_verdict_is_of_the_best_model_and_in_pairs():
    ours = [0.0] * 95 + [1.0] * 5
    forest, line = told("forest", [0.0] * 90 + [1.0] * 10), told("linear", [1.0] * 100)
    found = verdict([line, forest], ours, "classification")
    assert (found["status"], found["against"]) == ("beats", "forest")
    assert found["difference"] == pytest.approx(0.05)
    # The differences are five times 1 and else 0.
    assert found["margin"] == pytest.approx(1.96 * (0.05 * 0.95 * 100 / 99) ** 0.5 / 10)
    assert found["sentence"] == (
        "The network beats a forest: accuracy 95.00% against 90.00% (+5.00 ± 4.29 points)."
    )
    assert verdict([line, forest], [1.0] * 100, "classification")["status"] == "below"
    other = verdict([forest], [1.0] * 9 + [0.0] * 91, "classification")
    assert other["status"] == "even"
    assert "does not clearly beat a forest" in other["sentence"]


def test_the_verdict_on_numbers_tells_squared_errors():
    found = verdict([told("linear", [4.0, 4.0, 5.0])], [1.0, 1.0, 2.0], "regression")
    assert found["status"] == "beats"
    assert found["sentence"] == (
        "The network beats a linear: mean squared error 1.333 against 4.333 "
        "(+3 ± 0, positive is better)."
    )
    single = verdict([told("linear", [4.0])], [1.0], "regression")
    assert (single["status"], single["margin"]) == ("even", None)
    assert verdict([], [1.0], "regression")["status"] == ""


def test_errors_of_samples():
    assert errors_of(np.array([0, 1, 1]), np.array([0, 1, 0]), "classification").tolist() == [
        0,
        0,
        1,
    ]
    two = errors_of(np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 0], [3, 4]]), "regression")
    assert two.tolist() == [2, 0]


def test_many_samples_are_drawn_and_stay_in_order(monkeypatch):
    monkeypatch.setattr(verdicts, "MOST_SAMPLES", 10)
    places = scored_places(1000)
    assert len(set(places.tolist())) == 10
    assert (np.diff(places) > 0).all()
    assert places.tolist() == scored_places(1000).tolist()
