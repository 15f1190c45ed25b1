"""The split is a partition of exact sizes, fair to every class, and the same for a seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.data.splitting import share_out, split, split_sizes

fractions = st.sampled_from(
    [(0.7, 0.15, 0.15), (1.0, 0.0, 0.0), (0.8, 0.2, 0.0), (0.8, 0.0, 0.2), (0.34, 0.33, 0.33)]
).map(lambda parts: dict(zip(("train", "val", "test"), parts, strict=True)))
labels = st.lists(st.integers(0, 6), min_size=1, max_size=200).map(np.array)


@given(st.integers(1, 10_000), fractions)
def test_sizes_add_up_and_are_within_one_of_the_fraction(samples, parts):
    sizes = split_sizes(samples, parts)
    assert sum(sizes.values()) == samples
    for part, fraction in parts.items():
        assert abs(sizes[part] - samples * fraction) <= 1
        assert fraction or not sizes[part]


def test_half_a_sample_goes_up():
    assert split_sizes(1797, {"train": 0.7, "val": 0.15, "test": 0.15}) == {
        "train": 1257,
        "val": 270,
        "test": 270,
    }
    assert split_sizes(150, {"train": 0.7, "val": 0.15, "test": 0.15}) == {
        "train": 104,
        "val": 23,
        "test": 23,
    }
    # 0.29 * 50 is 14.499999999999998 in floating point, but meant as 14.5.
    assert split_sizes(50, {"train": 0.71, "test": 0.29})["test"] == 15


@given(labels, fractions, st.integers(0, 2**32 - 1), st.booleans())
def test_every_sample_is_in_exactly_one_part(label, parts, seed, stratify):
    sizes = split_sizes(len(label), parts)
    found = split(len(label), sizes, seed, label if stratify else None)
    assert {part: len(index) for part, index in found.items()} == sizes
    assert sorted(np.concatenate(list(found.values()))) == list(range(len(label)))


@given(labels, fractions, st.integers(0, 2**32 - 1))
def test_the_same_seed_splits_alike_whatever_else_draws(label, parts, seed):
    sizes = split_sizes(len(label), parts)
    first = split(len(label), sizes, seed, label)
    np.random.random_sample(3)
    second = split(len(label), sizes, seed, label)
    for part in sizes:
        np.testing.assert_array_equal(first[part], second[part])


def test_splitting_leaves_the_global_random_numbers_alone():
    np.random.seed(5)
    expected = np.random.random_sample()
    np.random.seed(5)
    split(100, {"train": 50, "test": 50}, 0, np.arange(100) % 2)
    assert np.random.random_sample() == expected


def test_the_shuffle_is_the_same_with_every_version_of_numpy():
    """RandomState is frozen; these are its numbers."""
    found = split(10, {"train": 6, "val": 2, "test": 2}, 0, None)
    assert found["train"].tolist() == [2, 8, 4, 9, 1, 6]
    assert found["val"].tolist() == [7, 3]
    assert found["test"].tolist() == [0, 5]


def test_another_seed_splits_otherwise():
    sizes = {"train": 70, "test": 30}
    label = np.arange(100) % 3
    assert (
        split(100, sizes, 0, label)["test"].tolist() != split(100, sizes, 1, label)["test"].tolist()
    )


@given(labels, fractions)
def test_shares_add_up_both_ways_and_are_near_the_proportion(label, parts):
    counts = np.bincount(label)
    sizes = list(split_sizes(len(label), parts).values())
    shares = share_out(counts, sizes)
    assert shares.min() >= 0
    assert shares.sum(0).tolist() == sizes
    assert shares.sum(1).tolist() == counts.tolist()


@given(st.lists(st.integers(40, 400), min_size=2, max_size=10))
def test_with_many_samples_a_share_is_the_rounded_proportion(counts):
    sizes = list(split_sizes(sum(counts), {"train": 0.7, "val": 0.15, "test": 0.15}).values())
    shares = share_out(np.array(counts), sizes)
    for class_, count in enumerate(counts):
        for part, size in enumerate(sizes):
            # The two held-out parts round by less than one each; training takes what they leave.
            assert abs(shares[class_, part] - count * size / sum(counts)) < (2 if part == 0 else 1)


@given(labels, fractions)
def test_every_class_is_in_every_part_that_has_room_when_it_has_enough_samples(label, parts):
    counts = np.bincount(label)
    counts = counts[counts > 0]
    sizes = list(split_sizes(len(label), parts).values())
    shares = share_out(counts, sizes)
    used = [part for part, size in enumerate(sizes) if size]
    if counts.min() >= len(used) and min(sizes[part] for part in used) >= len(counts):
        assert (shares[:, used] > 0).all()


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
def test_training_has_every_class_where_it_has_room(counts):
    sizes = list(split_sizes(sum(counts), {"train": 0.5, "val": 0.25, "test": 0.25}).values())
    shares = share_out(np.array(counts), sizes)
    if sizes[0] >= len(counts):
        assert (shares[:, 0] > 0).all()


@pytest.mark.parametrize("stratify", [True, False])
def test_stratification_is_what_keeps_a_rare_class_in_each_part(stratify):
    label = np.array([1] * 6 + [0] * 194)
    sizes = {"train": 100, "val": 50, "test": 50}
    seeds = range(20)
    rare = [
        [
            int(label[index].sum())
            for index in split(200, sizes, seed, label if stratify else None).values()
        ]
        for seed in seeds
    ]
    assert all(sum(row) == 6 for row in rare)
    assert all(min(row) >= 1 for row in rare) == stratify
