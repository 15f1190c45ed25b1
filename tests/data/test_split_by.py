"""Splits by group, by time and by a column: nothing leaks from one part into another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.data.prepare import prepare
from netbuilder.data.source import DataError
from netbuilder.data.splitting import by_groups, by_time, split_sizes

HERE = Path()
PARTS = {"train": 0.7, "val": 0.15, "test": 0.15}
fractions = st.sampled_from([(0.7, 0.15, 0.15), (0.8, 0.2, 0.0), (0.5, 0.0, 0.5), (1.0, 0.0, 0.0)])
shares = fractions.map(lambda three: dict(zip(PARTS, three, strict=True)))


@given(st.lists(st.integers(0, 8), min_size=1, max_size=150).map(np.array), shares)
def test_no_group_is_in_two_parts_and_none_is_much_too_large(groups, wanted):
    sizes = split_sizes(len(groups), wanted)
    found = by_groups(groups, sizes, 3)
    assert sorted(np.concatenate(list(found.values())).tolist()) == list(range(len(groups)))
    seen = [set(groups[index].tolist()) for index in found.values()]
    assert not seen[0] & seen[1] | seen[0] & seen[2] | seen[1] & seen[2]
    largest = int(np.bincount(groups).max())
    for part, index in found.items():
        assert len(index) <= sizes[part] + largest
        assert sizes[part] or not len(index)
    again = by_groups(groups, sizes, 3)
    assert all((again[part] == index).all() for part, index in found.items())


@given(st.lists(st.integers(0, 30), min_size=1, max_size=150).map(np.array), shares)
def test_nothing_tested_is_earlier_than_what_is_trained_on(times, wanted):
    sizes = split_sizes(len(times), wanted)
    found = by_time(times, sizes)
    assert sorted(np.concatenate(list(found.values())).tolist()) == list(range(len(times)))
    there = [times[index] for index in found.values() if len(index)]
    for k in range(len(there) - 1):
        assert there[k].max() < there[k + 1].min()
    most = int(np.bincount(times).max())
    for part, index in found.items():
        assert abs(len(index) - sizes[part]) <= most


def table(folder: Path, **columns: list[object]) -> dict[str, object]:
    names = list(columns)
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(names), *(",".join(map(str, row)) for row in rows)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"source": "csv", "params": {"path": "t.csv", "target": "y", "leave_out": names[2:]}}


def test_patients_stay_together_by_a_column_that_is_no_feature(tmp_path):
    people = [f"p{n // 4}" for n in range(80)]
    data = table(tmp_path, x=list(range(80)), y=[n % 7 + 0.5 for n in range(80)], patient=people)
    data["split"] = {"by": "group", "column": "patient"}
    found = prepare(data, tmp_path)
    assert found.sizes == {"train": 56, "val": 12, "test": 12}
    seen = {part: {people[n] for n in index} for part, index in found.indices.items()}
    assert not seen["train"] & seen["val"] | seen["train"] & seen["test"]
    assert found.notes[-1] == "The 20 groups by patient stay together: none is in two parts."
    assert found.fields["features"].shape == (1,)
    assert found.stratified_by == ""


def test_rows_without_an_answer_do_not_shift_the_column(tmp_path):
    data = table(
        tmp_path, x=[1, 2, 3, 4, 5], y=[0.5, "", 1.5, 2.5, 3.5], part=["train", "x", "dev", "TEST", "train"]
    )  # fmt: skip
    found = prepare({**data, "split": {"by": "column", "column": "part"}}, tmp_path)
    assert {part: index.tolist() for part, index in found.indices.items()} == {
        "train": [0, 3],
        "val": [1],
        "test": [2],
    }


@pytest.mark.parametrize(
    "days",
    [
        [f"2024-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(60)],
        [f"{1 + n % 28}/{1 + n // 28}/2024" for n in range(60)],
        [n * 10 for n in range(60)],
    ],
)
def test_dates_and_numbers_are_put_in_order(tmp_path, days):
    mixed = np.random.RandomState(0).permutation(60).tolist()
    data = table(tmp_path, x=mixed, y=[n + 0.5 for n in mixed], day=[days[n] for n in mixed])
    found = prepare({**data, "split": {"by": "time", "column": "day"}}, tmp_path)
    when = {part: [mixed[n] for n in index] for part, index in found.indices.items()}
    assert when["train"] == list(range(42))
    assert when["test"] == list(range(51, 60))


def test_columns_of_bundled_tables_can_say_the_group_too():
    found = prepare({"source": "diabetes", "split": {"by": "group", "column": "sex"}}, HERE)
    assert sorted(found.sizes.values()) == [0, 207, 235]
    with pytest.raises(DataError, match="no column height, which the split names; they have: age"):
        prepare({"source": "diabetes", "split": {"by": "group", "column": "height"}}, HERE)


def test_without_a_column_the_order_of_the_samples_is_their_time():
    found = prepare({"source": "iris", "split": {"by": "time"}}, HERE)
    assert found.indices["test"].tolist() == list(range(127, 150))


def test_runs_of_before_keep_their_fingerprint():
    known = {
        "digits": "0f4adf0a0bd92feb2e1210211d8196a7c5dbec34cbb2aedee3683cdb7d97cf0c",
    }
    for source, fingerprint in known.items():
        assert prepare({"source": source}, HERE).fingerprint == fingerprint
    asked = {"source": "digits", "split": {"by": "random", "column": ""}}
    assert prepare(asked, HERE).fingerprint == known["digits"]
    other = prepare({"source": "digits", "split": {"by": "time"}}, HERE).fingerprint
    assert other != known["digits"]


@pytest.mark.parametrize(
    ("column", "by", "sentence"),
    [
        (["a"] * 4, "group", "the split is by groups of c, but that is a everywhere"),
        (["a", "", "b", "c"], "group", "of sample 2 that column says nothing"),
        (["soon", "1", "2", "3"], "time", "c holds neither numbers nor dates: soon"),
        (["1", "inf", "2", "3"], "time", "c holds numbers without an order"),
        (["train", "maybe", "test", "no"], "column", "val or test, but says: maybe, no"),
        (["test", "test", "val", "val"], "column", "leaves no sample to train on"),
    ],
)
def test_a_column_that_decides_nothing_is_told(tmp_path, column, by, sentence):
    data = table(tmp_path, x=[1, 2, 3, 4], y=[0.5, 1.5, 2.5, 3.5], c=column)
    with pytest.raises(DataError) as caught:
        prepare({**data, "split": {"by": by, "column": "c"}}, tmp_path)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"source": "iris", "split": {"by": "group"}}, "is by group, but column names none"),
        (
            {"source": "python_stdlib", "split": {"by": "group", "column": "tokens"}},
            "are in order and can be split so alone",
        ),
    ],
)
def test_a_split_that_cannot_be_is_told(data, sentence):
    with pytest.raises(DataError) as caught:
        prepare(data, HERE)
    assert sentence in str(caught.value)
