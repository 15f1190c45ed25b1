"""Parquet files mean what the same table in a CSV file means, and are asked for no more than is needed."""

from __future__ import annotations

import datetime as dt
import io
import sys
from contextlib import suppress
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from netbuilder.data import parquet_table
from netbuilder.data.csv_file import CsvFile
from netbuilder.data.parquet_file import ParquetFile
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.source import DataError

PETS = {
    "age": [1, 2, 3, 4, None, 6],
    "colour": ["red", "blue", "red", None, "blue", "green"],
    "weight": [2.5, 3.5, None, 4.5, 5.5, 6.5],
    "kind": ["cat", "dog", "cat", "dog", "cat", None],
}


@pytest.fixture
def read(tmp_path):
    def read(columns, **values):
        parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
        source = ParquetFile({"path": "t.parquet", **values})
        dataset = source.load(tmp_path)
        assert dataset.fields == source.fields(tmp_path)
        return dataset

    return read


def as_csv(columns):
    rows = [
        ",".join("" if cell is None else str(cell) for cell in row)
        for row in zip(*columns.values(), strict=True)
    ]
    return "\n".join([",".join(columns), *rows]) + "\n"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"categories": "codes"},
        {"target": "weight", "leave_out": ["kind"]},
        {"categorical": ["age"]},
        {"target": "age", "answer": "class"},
    ],
)
def test_a_table_is_the_same_in_either_file(read, tmp_path, values):
    found = read(PETS, **values)
    (tmp_path / "t.csv").write_text(as_csv(PETS))
    expected = CsvFile({"path": "t.csv", **values}).load(tmp_path)
    assert found.fields == expected.fields
    assert found.columns == expected.columns
    assert found.notes == expected.notes
    for name, values in expected.arrays.items():
        np.testing.assert_array_equal(found.arrays[name], values)


def test_every_type_that_is_a_number_or_a_class_is_taken(read):
    day = dt.datetime(2020, 1, 2, 3, 4, tzinfo=dt.UTC)
    table = read(
        {
            "half": pa.array([0.5, 1.5, 2.5], pa.float16()),
            "single": pa.array([0.1, 0.2, 0.3], pa.float32()),
            "whole": pa.array([1, 2, 3], pa.uint8()),
            "price": [Decimal("1.50"), Decimal("2.25"), Decimal("3.00")],
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "yes": [True, False, None],
            "day": [day, day, day],
            "none": pa.nulls(3),
            "y": [1.5, 2.5, 3.5],
        }
    )
    names = ["half", "single", "whole", "price", "kind = a", "kind = b"]
    names += ["yes = false", "yes = true", "yes = (missing)", "day = 2020-01-02 03:04:00.000000Z"]
    assert table.columns["features"] == tuple(names)
    np.testing.assert_array_equal(table.arrays["features"][0, :4], np.float32([0.5, 0.1, 1, 1.5]))
    assert table.notes[-1] == "Column none has no values and is left out."


def test_columns_of_numbers_are_not_read_for_the_fields(read, tmp_path, monkeypatch):
    read(PETS | {"kind": list("aabbab")})
    asked = []
    monkeypatch.setattr(
        parquet_table, "_texts", lambda column: asked.append(len(column)) or column.to_pylist()
    )
    source = ParquetFile({"path": "t.parquet", "leave_out": ["colour"]})
    assert source.fields(tmp_path)["features"].shape == (2,)
    assert asked == [6]  # the answer alone


def test_columns_that_only_seem_to_hold_numbers_are_looked_at(read):
    nothing = read({"a": [1.0, 2.0], "b": pa.array([None, None], pa.float64()), "y": [0.5, 1.5]})
    assert nothing.fields["features"].shape == (1,)
    nan = read({"a": [1.0, 2.0], "b": [np.nan, np.nan], "y": [0.5, 1.5]})
    assert nan.fields["features"].shape == (1,)
    only = read({"a": [1.0, 2.0, 3.0], "b": [7, None, None], "y": [None, 1.5, 2.5]})
    assert only.fields["features"].shape == (1,)


SENTENCES = [
    (
        {"a": [[1], [2]], "y": [1.5, 2.5]},
        {},
        (
            "t.parquet: the column a holds values of the type list<element: int64>, but numbers, texts, "
            "dates or true and false were expected; leave it out with leave_out"
        ),
    ),
    (
        {"a": [1, 2], "y": [1.5, 2.5]},
        {"target": "z"},
        "t.parquet has no column z, which target names; it has: a, y",
    ),
    (
        {"a": [1, 2], "y": [1.5, 2.5]},
        {"leave_out": ["y"]},
        "the column y is left out, but it is the answer",
    ),
    ({"a": pa.array([], pa.int64())}, {}, "t.parquet has 1 columns and 0 rows"),
    (
        {"a": ["1"] * 29 + ["l2"] + list(map(str, range(30))), "y": [n + 0.5 for n in range(60)]},
        {},
        (
            "t.parquet, row 30: a is 'l2', but 59 of its 60 values are numbers; mend it, or name the "
            "column in categorical or leave_out"
        ),
    ),
]


@pytest.mark.parametrize(("columns", "values", "sentence"), SENTENCES)
def test_what_is_wrong_with_a_file_is_told(tmp_path, columns, values, sentence):
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    data = {"source": "parquet", "params": {"path": "t.parquet", **values}}
    for ask in (fields, prepare):
        with pytest.raises(DataError) as told:
            ask(data, tmp_path)
        assert str(told.value) == sentence


def test_columns_that_cannot_be_read_can_be_left_out(read):
    found = read({"a": [[1], [2]], "b": [1, 2], "y": [1.5, 2.5]}, leave_out=["a"])
    assert found.columns["features"] == ("b",)


def test_a_column_that_is_left_out_can_still_say_how_to_split(tmp_path):
    columns = {
        "who": [f"p{n // 4}" for n in range(40)],
        "a": range(40),
        "y": [n + 0.5 for n in range(40)],
    }
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    params = {"path": "t.parquet", "leave_out": ["who"]}
    split = {"by": "group", "column": "who"}
    prepared = prepare({"source": "parquet", "params": params, "split": split}, tmp_path)
    groups = [{int(row) // 4 for row in rows} for rows in prepared.indices.values()]
    assert prepared.fields["features"].shape == (1,)
    assert sum(map(len, groups)) == len(set().union(*groups)) == 10


def test_a_table_too_large_for_memory_is_told_before_it_is_read(tmp_path, monkeypatch):
    parquet.write_table(pa.table({"a": [1] * 600, "y": [1.5] * 600}), tmp_path / "t.parquet")
    monkeypatch.setattr(parquet_table, "MOST_CELLS", 1000)
    with pytest.raises(
        DataError, match=r"^t.parquet has 600 rows of 2 columns, more than the 1,000"
    ):
        ParquetFile({"path": "t.parquet"}).load(tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(parquet_table, "MOST_BYTES", 10)
    with pytest.raises(DataError, match=r"^t.parquet unpacks to 0 MiB, more than"):
        ParquetFile({"path": "t.parquet"}).load(tmp_path)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_damaged_file_is_read_or_refused_with_a_sentence(tmp_path_factory, data):
    file = io.BytesIO()
    parquet.write_table(pa.table(PETS), file)
    whole = file.getvalue()
    place = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("parquet")
    cut, changed = whole[:place], whole[:place] + bytes([value]) + whole[place + 1 :]
    (folder / "t.parquet").write_bytes(data.draw(st.sampled_from([cut, changed])))
    with suppress(DataError):  # anything else is a fault
        ParquetFile({"path": "t.parquet"}).load(folder)


def test_what_is_no_parquet_file_is_told(tmp_path):
    (tmp_path / "t.parquet").write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match=r"^t.parquet cannot be read as a Parquet file: "):
        ParquetFile({"path": "t.parquet"}).fields(tmp_path)


def test_without_pyarrow_the_way_out_is_said(read, tmp_path, monkeypatch):
    read(PETS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r'install it with: pip install "netbuilder\[parquet\]"'):
        ParquetFile({"path": "t.parquet"}).fields(tmp_path)
