"""Preparation: what is learned from the data is learned from the training samples alone."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from netbuilder.check.fields import Field
from netbuilder.data.prepare import SPLITS, _samples, fields, prepare
from netbuilder.data.registry import sources
from netbuilder.data.scaling import check_complete, fill, moments, standardized, training_means
from netbuilder.data.settings import DataSettings
from netbuilder.data.source import DataError, Dataset

HERE = Path()
EIGHT = {"train": 0.8, "val": 0.1, "test": 0.1}


def test_the_splits_hold_the_samples_that_their_indices_name():
    prepared = prepare({"source": "digits"}, HERE)
    dataset = sources()["digits"]().load(HERE)
    assert tuple(prepared.splits) == SPLITS
    assert prepared.sizes == {"train": 1257, "val": 270, "test": 270}
    assert prepared.stratified_by == "label"
    for split in SPLITS:
        for name, values in prepared.splits[split].items():
            np.testing.assert_array_equal(values, dataset.arrays[name][prepared.indices[split]])


def test_every_class_has_its_share_of_every_split():
    prepared = prepare({"source": "digits"}, HERE)
    counts = np.bincount(sources()["digits"]().load(HERE).arrays["label"])
    for split, share in (("train", 0.7), ("val", 0.15), ("test", 0.15)):
        found = np.bincount(prepared.splits[split]["label"], minlength=10)
        assert np.abs(found - counts * share).max() < 2


def test_without_classes_or_when_told_so_nothing_is_stratified():
    assert prepare({"source": "diabetes"}, HERE).stratified_by == ""
    assert prepare({"source": "iris", "split": {"stratify": False}}, HERE).stratified_by == ""


def test_a_split_of_size_0_is_an_empty_mapping():
    prepared = prepare({"source": "and", "split": {"train": 1, "val": 0, "test": 0}}, HERE)
    assert prepared.splits["val"] == {}
    assert prepared.splits["test"] == {}
    assert prepared.sizes == {"train": 400, "val": 0, "test": 0}


def test_standardization_is_fitted_on_the_training_samples_alone():
    data = {"source": "wine", "standardize": ["features"], "split": EIGHT}
    prepared = prepare(data, HERE)
    raw = prepare({**data, "standardize": []}, HERE)
    train = prepared.splits["train"]["features"]
    np.testing.assert_allclose(train.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(train.std(0), 1, atol=1e-5)
    assert np.abs(prepared.splits["test"]["features"].mean(0)).max() > 0.01
    told = prepared.preprocessing["standardize"]["features"]
    for split in SPLITS:
        again = (raw.splits[split]["features"].astype(np.float64) - told["mean"]) / told["std"]
        np.testing.assert_array_equal(prepared.splits[split]["features"], again.astype(np.float32))


def test_an_image_is_standardized_by_channel():
    prepared = prepare({"source": "digits", "standardize": ["image"]}, HERE)
    told = prepared.preprocessing["standardize"]["image"]
    assert len(told["mean"]) == len(told["std"]) == 1
    assert abs(prepared.splits["train"]["image"].mean()) < 1e-5


@pytest.mark.parametrize(("shape", "size"), [((), 1), ((4,), 4), ((5, 4), 4), ((3, 5, 4), 3)])
def test_moments_are_taken_over_everything_but_the_channel(shape, size):
    values = np.random.RandomState(0).standard_normal((50, *shape)) * 3 + 2
    mean, deviation = moments(values)
    assert mean.shape == deviation.shape == (size,)
    scaled = standardized(values, mean, deviation)
    channel = 1 if len(shape) == 3 else len(shape)
    rows = np.moveaxis(scaled, channel, 0).reshape(size, -1) if shape else scaled[None]
    np.testing.assert_allclose(rows.mean(1), 0, atol=1e-6)
    np.testing.assert_allclose(rows.std(1), 1, atol=1e-6)


@given(st.floats(-(2.0**100), 2.0**100, width=32), st.integers(1, 100))
def test_a_constant_column_becomes_0_and_nothing_is_divided_by_0(value, count):
    values = np.full((count, 1), value, np.float32)
    mean, deviation = moments(values)
    assert deviation.tolist() == [1.0]
    assert np.abs(standardized(values, mean, deviation)).max() <= abs(value) * 1e-6


@given(
    arrays_of.arrays(np.float32, (7, 3), elements=st.floats(-1e6, 1e6, width=32) | st.just(np.nan))
)
def test_gaps_are_filled_by_the_mean_of_what_is_known(values):
    means = training_means(values)
    if np.isnan(values).all(0).any():
        with pytest.raises(DataError, match=r"number \d of the field features is missing"):
            check_complete(means, "features")
        return
    check_complete(means, "features")
    np.testing.assert_allclose(means, np.nanmean(values.astype(np.float64), 0), atol=1e-6)
    filled = fill(values, means)
    known = ~np.isnan(values)
    np.testing.assert_array_equal(filled[known], values[known])
    assert np.isfinite(filled).all()


def test_preparing_twice_gives_the_same_and_leaves_global_random_numbers_alone():
    data = {"source": "moons", "standardize": ["point"]}
    np.random.seed(1)
    expected = np.random.random_sample()
    np.random.seed(1)
    first = prepare(data, HERE)
    assert np.random.random_sample() == expected
    second = prepare(data, HERE)
    assert first.fingerprint == second.fingerprint
    assert first.preprocessing == second.preprocessing
    for split in SPLITS:
        for name, values in first.splits[split].items():
            np.testing.assert_array_equal(values, second.splits[split][name])


@pytest.mark.parametrize(
    "change",
    [
        {"params": {"seed": 1}},
        {"params": {"noise": 0.2}},
        {"split": {"seed": 1}},
        {"split": EIGHT},
        {"split": {"stratify": False}},
        {"standardize": ["point"]},
        {"source": "circles"},
    ],
)
def test_the_fingerprint_tells_every_difference(change):
    data = {"source": "moons"}
    assert prepare({**data, **change}, HERE).fingerprint != prepare(data, HERE).fingerprint


def test_the_fingerprint_is_that_of_the_values_defaults_or_not():
    short = prepare({"source": "iris"}, HERE)
    full = DataSettings.from_plain({"source": "iris"}).to_plain()
    assert prepare(full, HERE).fingerprint == short.fingerprint
    assert len(short.fingerprint) == 64
    assert set(short.fingerprint) <= set("0123456789abcdef")


def test_read_only_mappings_and_tuples_of_a_document_are_taken():
    data = MappingProxyType(
        {
            "source": "iris",
            "params": MappingProxyType({}),
            "split": MappingProxyType({"seed": 3}),
            "standardize": ("features",),
        }
    )
    assert prepare(data, HERE).sizes["train"] == 104


def test_preprocessing_is_plain_data():
    prepared = prepare({"source": "iris", "standardize": ["features"]}, HERE)
    told = prepared.preprocessing
    assert json.loads(json.dumps(told)) == told
    assert told["classes"] == {"label": ["setosa", "versicolor", "virginica"]}
    assert told["columns"]["features"][0] == "sepal length (cm)"
    assert told["impute"] == {}
    assert prepare({"source": "digits"}, HERE).notes == (
        "The grey values of image, top and bottom, 0 to 16, are divided by 16.",
    )


def test_the_fields_asked_beforehand_are_those_prepared():
    data = {"source": "blobs", "params": {"features": 5, "centres": 4}}
    assert fields(data, HERE) == prepare(data, HERE).fields


SENTENCES = [
    (
        {},
        (
            "no data source is chosen; there are: digits, iris, wine, breast_cancer, diabetes, moons, "
            "circles, spirals, blobs, xor, and, or, mnist, fashion_mnist, cifar10, tiny_shakespeare, csv, parquet, image_folder, image_masks, idx, npy, text, python_stdlib, time_series"
        ),
    ),
    (
        {"source": "imagenet"},
        (
            "there is no data source 'imagenet'; there are: digits, iris, wine, breast_cancer, diabetes, "
            "moons, circles, spirals, blobs, xor, and, or, mnist, fashion_mnist, cifar10, tiny_shakespeare, csv, parquet, image_folder, image_masks, idx, npy, text, python_stdlib, time_series"
        ),
    ),
    (
        {"source": ["digits"]},
        (
            "there is no data source ['digits']; there are: digits, iris, wine, breast_cancer, diabetes, "
            "moons, circles, spirals, blobs, xor, and, or, mnist, fashion_mnist, cifar10, tiny_shakespeare, csv, parquet, image_folder, image_masks, idx, npy, text, python_stdlib, time_series"
        ),
    ),
    (
        {"source": "iris", "splits": {}},
        "the data have a setting splits; known are: source, params, split, preprocess, standardize, augment",
    ),
    (
        {"source": "moons", "params": {"sample": 3}},
        "the data source moons: there is no parameter sample; there are: samples, noise, seed",
    ),
    (
        {"source": "moons", "params": {"noise": -1}},
        "the data source moons: noise is -1, but takes a number from 0 to 10",
    ),
    (
        {"source": "moons", "params": [1]},
        "params of the data is 1, but an object with settings was expected",
    ),
    (
        {"source": "iris", "split": {"train": 0.8, "test": 0.2}},
        "the fractions of the split (train 0.8, val 0.15, test 0.2) add up to 1.15, not to 1",
    ),
    (
        {"source": "iris", "split": {"train": 0, "val": 0.5, "test": 0.5}},
        "the split gives nothing to train on; make train larger than 0",
    ),
    (
        {"source": "iris", "split": {"train": 2}},
        "the split of the data: train is 2, but takes a number from 0 to 1",
    ),
    (
        {"source": "iris", "standardize": "features"},
        "the data: standardize is 'features', but takes a list of at most 1024 texts",
    ),
    (
        {"source": "iris", "standardize": ["image"]},
        "the field image is to be standardized, but the data have: features, label",
    ),
    (
        {"source": "iris", "standardize": ["label"]},
        "the field label is to be standardized, but holds whole numbers (int64)",
    ),
]


@pytest.mark.parametrize(("data", "sentence"), SENTENCES)
def test_settings_that_are_not_right_are_told(data, sentence):
    for ask in (fields, prepare):
        with pytest.raises(DataError) as told:
            ask(data, HERE)
        assert str(told.value) == sentence


def test_too_few_samples_to_train_on_are_told():
    data = {
        "source": "xor",
        "params": {"samples": 2},
        "split": {"train": 0.1, "val": 0.4, "test": 0.5},
    }
    with pytest.raises(DataError) as told:
        prepare(data, HERE)
    assert str(told.value) == "2 samples with a train fraction of 0.1 leave none to train on"


@pytest.mark.parametrize("values", [np.zeros((3, 4), np.float64), np.zeros((3, 5), np.float32)])
def test_a_source_that_gives_other_than_it_declares_is_a_fault(values):
    with pytest.raises(ValueError, match=r"^the source declares Field"):
        _samples(Dataset({"x": values}, {"x": Field("x", (4,))}))
