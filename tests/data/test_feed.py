"""What the arguments of a network declare is what they get, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.data.feed import feed
from netbuilder.data.source import DataError

SPLIT = {
    "image": np.arange(3 * 64, dtype=np.float32).reshape(3, 1, 8, 8),
    "label": np.array([0, 1, 2]),
    "score": np.array([0.5, 1.0, 2.0], np.float32),
    "whole": np.array([0.0, 1.0, 2.0], np.float32),
}


@dataclass
class Argument:
    name: str
    field: str = ""
    shape: tuple = ()
    dtype: str = "float32"


def give(**values):
    argument = Argument(**{"name": "x", **values})
    return feed(SPLIT, [argument])[argument.name]


def test_a_field_goes_to_the_argument_of_its_name_or_the_one_that_names_it():
    fed = feed(SPLIT, [Argument("label", dtype="int64"), Argument("y", "label", dtype="int64")])
    assert list(fed) == ["label", "y"]
    np.testing.assert_array_equal(fed["label"], fed["y"])


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((64,), (3, 64)),
        ((8, 8), (3, 8, 8)),
        (("T", 8), (3, 8, 8)),
        (("T", 4), (3, 16, 4)),
        (("C", "H", "W"), (3, 1, 8, 8)),
        ((1, 8, "W"), (3, 1, 8, 8)),
    ],
)
def test_samples_are_reshaped_and_open_sizes_filled_in(shape, expected):
    given_ = give(field="image", shape=shape)
    assert given_.shape == expected
    np.testing.assert_array_equal(given_.ravel(), SPLIT["image"].ravel())


def test_a_class_of_two_can_be_scored_as_a_number():
    given_ = give(field="label", shape=(1,), dtype="float32")
    assert given_.dtype == np.float32
    assert given_.tolist() == [[0.0], [1.0], [2.0]]


def test_whole_numbers_in_floats_can_be_classes():
    assert give(field="whole", dtype="int64").tolist() == [0, 1, 2]


def test_numpy_has_no_bfloat16():
    assert give(field="score", dtype="bfloat16").dtype == np.float32


@pytest.mark.parametrize(
    "dtype", ["float64", "float16", "int64", "int32", "int16", "int8", "uint8"]
)
def test_every_dtype_comes_out(dtype):
    given_ = give(field="label", dtype=dtype)
    assert given_.dtype == dtype
    assert given_.flags.c_contiguous


def test_what_comes_out_lies_in_one_piece():
    fed = feed({"x": np.zeros((4, 6), np.float32)[:, ::2]}, [Argument("x", shape=(3,))])
    assert fed["x"].flags.c_contiguous


def test_an_empty_split_feeds_nothing():
    assert feed({}, [Argument("image", shape=(64,))]) == {}


@given(st.lists(st.integers(1, 4), max_size=4), st.randoms())
def test_any_order_of_the_same_sizes_fits(sizes, random):
    values = np.zeros((2, *sizes), np.float32)
    wanted = random.sample(sizes, len(sizes))
    fed = feed({"x": values}, [Argument("x", shape=tuple(wanted))])
    assert fed["x"].shape == (2, *wanted)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"field": "pixels"},
            "x takes the field pixels, but the data have: image, label, score, whole",
        ),
        (
            {"field": "image", "shape": (63,)},
            "a sample of the field image is 1 x 8 x 8 (64 values), but x declares 63 values",
        ),
        (
            {"field": "image", "shape": ("T", 7)},
            "a sample of the field image is 1 x 8 x 8 (64 values), but x declares T x 7",
        ),
        (
            {"field": "image", "shape": ("T", "D")},
            "a sample of the field image is 1 x 8 x 8 (64 values), but x declares T x D",
        ),
        (
            {"field": "label", "shape": (2,)},
            "a sample of the field label is a single value, but x declares 2 values",
        ),
        (
            {"field": "score", "dtype": "int64"},
            (
                "the field score holds numbers such as 0.5, but x takes whole numbers (int64); "
                "set its dtype to float32"
            ),
        ),
        (
            {"field": "image", "shape": (64,), "dtype": "int8"},
            "the field image goes from 0 to 191, but x takes int8, which goes from -128 to 127",
        ),
        (
            {"field": "label", "dtype": "bool"},
            "the field label goes from 0 to 2, but x takes bool, which goes from 0 to 1",
        ),
    ],
)
def test_what_does_not_fit_is_told(values, sentence):
    with pytest.raises(DataError) as told:
        give(**values)
    assert str(told.value) == sentence
