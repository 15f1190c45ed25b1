"""The linear model beside a result: right figures, on held-out samples, without a word on stderr."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from netbuilder.data import baseline_models, verdict
from netbuilder.data.baseline import baseline
from netbuilder.data.prepare import prepare
from netbuilder.data.source import DataError

HERE = Path()


def test_digits_are_almost_linear():
    told = baseline(prepare({"source": "digits"}, HERE), "image", "label", "classification")
    assert told["model"] == "logistic regression"
    assert told["metric"] == "accuracy"
    assert 0.94 < told["value"] < 0.99
    assert told["split"] == "test"
    assert told["samples"] == 1257


def test_no_line_parts_xor_but_one_parts_and():
    for name, low, high in (("xor", 0.3, 0.7), ("and", 0.99, 1.0)):
        data = {"source": name, "params": {"samples": 2000}}
        told = baseline(prepare(data, HERE), "point", "label", "binary")
        assert low <= told["value"] <= high
        assert low <= told["metrics"]["auroc"] <= high


def test_diabetes_has_the_r2_that_linear_models_have():
    told = baseline(prepare({"source": "diabetes"}, HERE), "features", "target", "regression")
    assert told["model"] == "ridge regression"
    assert told["metric"] == "r2"
    assert 0.3 < told["value"] < 0.65
    assert told["metrics"]["mse"] > told["metrics"]["mae"] > 0


def test_ridge_finds_a_plane_and_several_answers_at_once():
    prepared = prepare({"source": "blobs", "params": {"features": 3}}, HERE)
    splits = {
        split: {
            "point": part["point"],
            "label": part["point"] @ np.array([[1.0, 2], [3, 4], [5, 6]]),
        }
        for split, part in prepared.splits.items()
    }
    told = baseline(replace(prepared, splits=splits), "point", "label", "regression")
    assert told["value"] > 0.999


def test_several_inputs_and_classes_as_input():
    prepared = prepare({"source": "digits"}, HERE)
    top = baseline(prepared, "top", "label", "classification")["value"]
    both = baseline(prepared, ["top", "bottom"], "label", "classification")["value"]
    assert both > top
    # As a number the digit does not say whether it is even; as ten columns of 0 and 1 it does.
    assert baseline(prepared, "label", "is_even", "binary")["value"] == 1.0


@pytest.mark.parametrize(
    ("split", "used"),
    [
        ({"train": 0.8, "val": 0.1, "test": 0.1}, "test"),
        ({"train": 0.8, "val": 0.2, "test": 0}, "val"),
        ({"train": 1, "val": 0, "test": 0}, "train"),
    ],
)
def test_it_is_scored_on_the_best_split_there_is(split, used):
    prepared = prepare({"source": "iris", "split": split}, HERE)
    assert baseline(prepared, "features", "label", "classification")["split"] == used


def test_a_single_class_is_said():
    data = {"source": "and", "params": {"samples": 2}, "split": {"train": 1, "val": 0, "test": 0}}
    told = baseline(prepare(data, HERE), "point", "label", "binary")
    assert told["model"] == "most frequent class"
    assert told["value"] == 1.0


def test_a_single_held_out_sample_has_no_r2():
    data = {"source": "diabetes", "split": {"train": 0.998, "val": 0, "test": 0.002}}
    told = baseline(prepare(data, HERE), "features", "target", "regression")
    assert told["metric"] == "mse"


def test_targets_that_no_such_model_has_are_none():
    prepared = prepare({"source": "digits"}, HERE)
    assert baseline(prepared, "label", "image", "classification") is None


def test_large_data_are_fitted_in_part_and_that_is_said(monkeypatch):
    monkeypatch.setattr(verdict, "MOST_SAMPLES", 100)
    told = baseline(prepare({"source": "digits"}, HERE), "image", "label", "classification")
    assert told["samples"] == 100


def test_a_field_that_is_not_there_is_told():
    prepared = prepare({"source": "iris"}, HERE)
    with pytest.raises(DataError) as told:
        baseline(prepared, "image", "label", "classification")
    assert str(told.value) == "there is no field image; there are: features, label"


def test_a_fit_that_does_not_settle_is_no_warning(monkeypatch):
    """Warnings are errors here, so one that is not silenced fails this test."""
    monkeypatch.setattr(baseline_models, "MOST_STEPS", 2)
    told = baseline(prepare({"source": "digits"}, HERE), "image", "label", "classification")
    assert told["model"] == "logistic regression"
