"""Each source says what it has without loading it, and then has just that."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.data import bundled
from netbuilder.data.registry import sources
from netbuilder.data.settings import describe_settings

HERE = Path()
OFFLINE = ["digits", "iris", "wine", "breast_cancer", "diabetes"]
TEXTS = ["text", "python_stdlib", "time_series"]
PUBLIC = ["mnist", "fashion_mnist", "cifar10", "tiny_shakespeare"]
TOYS = ["moons", "circles", "spirals", "blobs", "xor", "and", "or"]


def load(name, **values):
    return sources()[name](values).load(HERE)


def test_the_sources_of_the_backbone_are_there():
    assert list(sources()) == [
        *OFFLINE,
        *TOYS,
        *PUBLIC,
        "csv",
        "parquet",
        "image_folder",
        "image_masks",
        "idx",
        "npy",
        *TEXTS,
    ]


@pytest.mark.parametrize("name", [*OFFLINE, *TOYS])
def test_the_arrays_are_as_the_fields_say(name):
    source = sources()[name]()
    dataset = source.load(HERE)
    assert dataset.fields == source.fields(HERE)
    assert list(dataset.arrays) == list(dataset.fields)
    counts = {len(values) for values in dataset.arrays.values()}
    assert len(counts) == 1
    for field in dataset.fields.values():
        values = dataset.arrays[field.name]
        assert values.shape[1:] == field.shape
        assert values.dtype == field.dtype
        assert np.isfinite(values).all()
        if field.classes:
            assert np.unique(values).tolist() == list(range(len(field.classes)))


def test_what_a_source_has_is_known_without_numpy():
    program = (
        "import sys; from pathlib import Path; from netbuilder.data.prepare import fields\n"
        f"for name in {[*OFFLINE, *TOYS, *PUBLIC]}: fields({{'source': name}}, Path())\n"
        "print([m for m in ('numpy', 'sklearn', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_preparing_data_needs_no_torch():
    program = (
        "import sys; from pathlib import Path; from netbuilder.data.prepare import prepare\n"
        "from netbuilder.data.baseline import baseline; from netbuilder.data.feed import feed\n"
        "p = prepare({'source': 'iris'}, Path()); baseline(p, 'features', 'label', 'classification')\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("source", [s for s in bundled.SOURCES if s.id != "digits"])
def test_the_names_written_down_are_those_of_scikit_learn(source):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{source.id}")()
    assert source.columns == tuple(map(str, bunch.feature_names))
    if source.classes:
        assert source.classes == tuple(map(str, bunch.target_names))


def test_digits_are_grey_images_from_0_to_1_with_halves_that_make_the_whole():
    arrays = load("digits").arrays
    image = arrays["image"]
    assert image.shape == (1797, 1, 8, 8)
    assert image.min() == 0
    assert image.max() == 1
    np.testing.assert_array_equal(np.concatenate([arrays["top"], arrays["bottom"]], 2), image)
    fields = sources()["digits"]().fields(HERE)
    for label, even in zip(arrays["label"], arrays["is_even"], strict=True):
        assert fields["is_even"].classes[even] == ("odd" if label % 2 else "even")


def test_diabetes_is_not_scaled_by_samples_that_are_held_out():
    age = load("diabetes").arrays["features"][:, 0]
    assert age.min() == 19
    assert age.max() == 79


@pytest.mark.parametrize("name", TOYS)
def test_a_toy_is_its_seed(name):
    first, again, other = load(name, seed=3), load(name, seed=3), load(name, seed=4)
    np.testing.assert_array_equal(first.arrays["point"], again.arrays["point"])
    assert (first.arrays["point"] != other.arrays["point"]).any()


@given(st.sampled_from(TOYS), st.integers(2, 300), st.integers(0, 2**32 - 1))
def test_toys_have_as_many_samples_as_asked(name, samples, seed):
    arrays = load(name, samples=samples, seed=seed).arrays
    assert len(arrays["point"]) == len(arrays["label"]) == samples


@pytest.mark.parametrize(
    ("name", "truth"),
    [("and", lambda a, b: a and b), ("or", lambda a, b: a or b), ("xor", lambda a, b: a != b)],
)
def test_gates_without_noise_are_the_truth_table(name, truth):
    arrays = load(name, samples=4, noise=0.0).arrays
    assert arrays["point"].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert arrays["label"].tolist() == [int(truth(a, b)) for a, b in arrays["point"]]


def test_circles_without_noise_are_circles():
    arrays = load("circles", noise=0, inner=0.25).arrays
    radius = np.hypot(*arrays["point"].T)
    np.testing.assert_allclose(radius, np.where(arrays["label"] == 0, 1, 0.25), rtol=1e-5)


def test_moons_without_noise_are_half_circles():
    arrays = load("moons", noise=0).arrays
    upper = arrays["point"][arrays["label"] == 0]
    lower = arrays["point"][arrays["label"] == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1, rtol=1e-5)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1, rtol=1e-5)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5


def test_spirals_and_blobs_have_a_class_an_arm_and_a_cloud():
    spirals = load("spirals", arms=5, noise=0)
    assert spirals.fields["label"].classes[-1] == "spiral 5"
    assert np.hypot(*spirals.arrays["point"].T).max() <= 1
    blobs = load("blobs", centres=4, features=7, noise=0)
    assert blobs.fields["point"].shape == (7,)
    assert len(np.unique(blobs.arrays["point"], axis=0)) == 4


def test_noise_is_the_deviation_from_the_figure():
    clean, noisy = load("xor", samples=20_000, noise=0), load("xor", samples=20_000, noise=0.3)
    assert np.std(noisy.arrays["point"] - clean.arrays["point"]) == pytest.approx(0.3, rel=0.02)


def test_everything_declared_is_documented_plain_data():
    told = json.loads(json.dumps(describe_settings()))
    assert list(told["sources"]) == list(sources())
    for source in told["sources"].values():
        assert source["title"]
        assert source["doc"].endswith(".")
        assert all(param["doc"].endswith(".") for param in source["params"].values())
    assert list(told["split"]) == ["train", "val", "test", "seed", "stratify", "by", "column"]
    assert told["split"]["train"]["default"] == 0.7
    assert told["scaling"]["standardize"]["kind"] == "texts"
