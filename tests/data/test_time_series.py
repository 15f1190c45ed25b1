"""Windows over time: what is to be forecast comes right after what is seen, and never leaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import netbuilder as nb
from netbuilder.app.training import create_training
from netbuilder.data import time_series
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.source import DataError
from netbuilder.training.session import train_run


def series(folder: Path, rows: list[tuple[object, ...]], head: str, **params: object) -> dict:
    lines = [head, *(",".join(map(str, row)) for row in rows)]
    (folder / "s.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"source": "time_series", "params": {"path": "s.csv", **params}}


def test_the_future_comes_right_after_the_window(tmp_path):
    rows = [(f"2024-01-{n:02}", n, 100 + n) for n in range(1, 31)]
    data = series(tmp_path, rows, "day,a,b", time="day", window=4, horizon=2, targets=["b"])
    found = prepare(data, tmp_path)
    assert found.fields == fields(data, tmp_path)
    assert found.fields["window"].shape == (4, 2)
    assert found.fields["future"].shape == (2,)
    first = found.splits["train"]
    assert first["window"][0].tolist() == [[1, 101], [2, 102], [3, 103], [4, 104]]
    assert first["future"][0].tolist() == [105, 106]
    assert "the columns are a, b, to be forecast b." in found.notes[0]


def test_rows_in_any_order_are_put_in_that_of_their_time(tmp_path):
    rows = [(f"{n}/1/2024 {n % 3}:00", n) for n in range(1, 29)]
    mixed = [rows[n] for n in np.random.RandomState(1).permutation(len(rows))]
    params = {"time": "when", "window": 3, "horizon": 1}
    tidy = prepare(series(tmp_path, rows, "when,x", **params), tmp_path)
    found = prepare(series(tmp_path, mixed, "when,x", **params), tmp_path)
    for part in ("train", "val", "test"):
        np.testing.assert_array_equal(found.splits[part]["window"], tidy.splits[part]["window"])
    assert "The rows were put in order of when." in found.notes


def test_a_gap_is_as_the_last_value_before_it_in_time(tmp_path):
    rows = [(3, "", 30), (1, "", 10), (2, 7, 20), (4, 9, ""), (5, 1, 50), (6, 2, 60), (7, 3, 70)]
    data = series(tmp_path, rows, "t,a,b", time="t", window=4, horizon=1)
    data["split"] = {"train": 1, "val": 0, "test": 0}
    found = prepare(data, tmp_path)
    assert found.splits["train"]["window"][0].tolist() == [[7, 10], [7, 20], [7, 30], [9, 30]]
    assert any("Column a: 2 of 7 are missing" in note for note in found.notes)
    assert found.fields["future"].shape == (1, 2)


@given(st.integers(12, 80), st.integers(1, 6), st.integers(1, 4), st.integers(1, 5))
def test_no_row_that_is_trained_on_is_in_a_later_part(rows, window, horizon, stride):
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        params = {"window": window, "horizon": horizon, "stride": stride}
        data = series(folder, [(n,) for n in range(rows)], "x", **params)
        data["split"] = {"train": 0.6, "val": 0.2, "test": 0.2}
        try:
            found = prepare(data, folder)
        except DataError:  # too short for windows apart; told by a test of its own
            return
    seen = []
    for part in ("train", "val", "test"):
        split = found.splits[part]
        if split:
            whole = np.concatenate([split["window"][:, :, 0], split["future"]], axis=1)
            assert (np.diff(whole) == 1).all()
            seen.append(set(whole.ravel().tolist()))
    for one in range(len(seen) - 1):
        assert max(seen[one]) < min(seen[one + 1])


def test_columns_can_be_standardized_and_a_network_learns_the_next_value(tmp_path):
    wave = [(round(float(np.sin(n / 3)) * 5 + 20, 4),) for n in range(300)]
    data = series(tmp_path, wave, "x", window=12)
    data |= {"standardize": ["window", "future"]}
    recipe = {"epochs": 12, "learning_rate": 0.01, "threads": 1, "device": "cpu"}
    b = nb.Builder("Wave", data=data, recipe=recipe)
    past = b.add("input", shape=[12, 1], id="window")
    future = b.add("target", shape=[1], dtype="float32", id="future")
    said = b.add("linear", b.add("flatten", past), out_features=1, id="head")
    b.add("output", said, id="forecast")
    b.add("mse", said, future, id="loss")
    run = create_training(b.network, tmp_path, tmp_path / "run")
    with run.hold():
        result = train_run(run)
    assert result["why"] == "finished"
    assert result["test"]["metrics"]["r2"] > 0.95


@pytest.mark.parametrize(
    ("rows", "head", "params", "sentence"),
    [
        ([(1,), (2,)], "x", {}, "has 2 rows, but a window of 32 and a horizon of 1 take 33"),
        ([("a",), ("b",)], "x", {}, "has no column of numbers beside the time"),
        ([(1,), (2,)], "x", {"targets": ["y"]}, "has no column y, which targets names; it has: x"),
        (
            [(1, 2), ("oops", 3)],
            "x,y",
            {"inputs": ["x"], "window": 1},
            "s.csv, line 3: x is 'oops', but a number was expected",
        ),
        ([(1, ""), (2, "")], "x,y", {"targets": ["y"]}, "the column y has no values"),
        ([(1, 5), ("", 3)], "t,x", {"time": "t"}, "s.csv, line 3: t says no time; fill it"),
        ([("a", 5), ("b", 3)], "t,x", {"time": "t"}, "t should hold numbers or dates, but holds"),
    ],
)
def test_a_series_that_cannot_be_cut_is_told(tmp_path, rows, head, params, sentence):
    with pytest.raises(DataError) as caught:
        prepare(series(tmp_path, rows, head, **params), tmp_path)
    assert sentence in str(caught.value)


def test_windows_that_would_fill_the_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(time_series, "MOST_BYTES", 10_000)
    data = series(tmp_path, [(n,) for n in range(500)], "x", window=50)
    with pytest.raises(DataError, match=r"450 windows of 50 rows take 0\.0 GB") as caught:
        prepare(data, tmp_path)
    least = int(str(caught.value).rsplit("a stride of ", 1)[1].split()[0])
    data["params"]["stride"] = least
    data["split"] = {"train": 1, "val": 0, "test": 0}
    prepare(data, tmp_path)
