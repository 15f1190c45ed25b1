"""Columns that are poor categories: dates become numbers, rare values one class, and texts are named."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from netbuilder.data.column_kinds import DATES, FREE_TEXT, MANY, kind_of
from netbuilder.data.csv_file import CsvFile
from netbuilder.data.dates import is_ambiguous, numbers_of_dates, parted_name, read_dates
from netbuilder.data.new_samples import Trained, read_samples
from netbuilder.data.parquet_file import ParquetFile
from netbuilder.data.prepare import prepare
from netbuilder.data.source import DataError

FORMS = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S.%fZ",
    "%Y-%m-%dT%H:%M:%S+02:00",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%b %d %Y",
]
SOLD = [f"2020-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(60)]


def written(tmp_path, columns, name="t.csv"):
    rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    (tmp_path / name).write_text("\n".join([",".join(columns), *rows]) + "\n")


def table(**columns):
    count = len(next(iter(columns.values())))
    return {**columns, "y": [n + 0.5 for n in range(count)]}


@pytest.mark.parametrize("form", FORMS)
@given(
    st.lists(
        st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001 - as written
        min_size=2,
        max_size=8,
    )
)
def test_a_date_is_read_as_it_was_written(form, moments):
    texts = [moment.strftime(form) for moment in moments]
    order = "month_first" if form.startswith("%m") else "day_first"
    found = read_dates([*texts, ""], order)
    assert [one and one.day for one in found] == [*(m.date() for m in moments), None]
    if "%H" in form:
        seconds = "%S" in form
        for one, moment in zip(found, moments, strict=False):
            expected = moment.hour + moment.minute / 60 + moment.second * seconds / 3600
            assert one.hour == pytest.approx(expected)


@pytest.mark.parametrize(
    "texts",
    [
        ["2020-02-30"],
        ["2020-13-01"],
        ["32/01/2020"],
        ["2020-01-01", "later"],
        ["1.5.20"],
        ["12 Foo 2020"],
        ["2020-01-01 25:00"],
        ["2020"],
        [""],
        [],
    ],
)
def test_what_is_no_column_of_dates(texts):
    assert read_dates(texts) is None


def test_which_number_is_the_day_is_seen_from_all_dates():
    assert read_dates(["03/04/2020", "04/25/2020"])[0].day == dt.date(2020, 3, 4)
    assert read_dates(["03/04/2020", "25/04/2020"])[0].day == dt.date(2020, 4, 3)
    assert is_ambiguous(["03/04/2020", "05/06/2020"])
    assert not is_ambiguous(["03/04/2020", "04/25/2020"])
    assert not is_ambiguous(["03/03/2020"])


def test_numbers_of_dates_are_those_of_the_calendar():
    dates = read_dates(["2020-02-29 18:00", "", "2021-01-01 00:00"])
    found = dict(numbers_of_dates(dates, "all"))
    nan = pytest.approx(float("nan"), nan_ok=True)
    assert found == {
        "year": [2020, nan, 2021],
        "month": [2, nan, 1],
        "day": [29, nan, 1],
        "weekday": [5, nan, 4],
        "hour": [18, nan, 0],
        "days since 2020-02-29": [0.75, nan, 307],
    }


def test_names_of_parts_lead_back_to_the_column():
    assert parted_name("sold: on: days since 2020-01-02") == ("sold: on", "days since 2020-01-02")
    assert parted_name("sold: weekday") == ("sold", "weekday")
    assert parted_name("sold: price") is None
    assert parted_name(": day") is None


def test_dates_are_categories_as_before_unless_numbers_are_wanted(tmp_path):
    written(tmp_path, table(sold=SOLD, x=range(60)))
    before = CsvFile({"path": "t.csv"}).load(tmp_path)
    assert "sold = 2020-01-01" in before.columns["features"]
    made = CsvFile({"path": "t.csv", "dates": "all"})
    dataset = made.load(tmp_path)
    assert made.fields(tmp_path) == dataset.fields
    assert dataset.columns["features"] == (
        "sold: year",
        "sold: month",
        "sold: day",
        "sold: weekday",
        "sold: days since 2020-01-01",
        "x",
    )
    assert dataset.notes == (
        (
            "Column sold holds dates and becomes numbers: year, month, day, weekday, "
            "days since 2020-01-01."
        ),
    )
    days = CsvFile({"path": "t.csv", "dates": "days"}).load(tmp_path).arrays["features"][:, 0]
    first = dt.date(2020, 1, 1)
    assert days.tolist() == [(dt.date.fromisoformat(day) - first).days for day in SOLD]
    named = {"path": "t.csv", "dates": "all", "categorical": ["sold"]}
    assert "sold = 2020-01-01" in CsvFile(named).load(tmp_path).columns["features"]


def test_dates_in_parquet_are_the_same(tmp_path):
    days = [dt.date.fromisoformat(day) for day in SOLD]
    parquet.write_table(pa.table(table(sold=days)), tmp_path / "t.parquet")
    written(tmp_path, table(sold=SOLD))
    one = ParquetFile({"path": "t.parquet", "dates": "all"})
    two = CsvFile({"path": "t.csv", "dates": "all"}).load(tmp_path)
    assert one.fields(tmp_path) == two.fields
    np.testing.assert_array_equal(one.load(tmp_path).arrays["features"], two.arrays["features"])


def test_dates_that_can_be_read_in_two_ways_are_told(tmp_path):
    written(tmp_path, table(sold=["03/04/2020", "05/06/2020", "07/08/2020"]))
    with pytest.raises(DataError) as told:
        CsvFile({"path": "t.csv", "dates": "parts"}).load(tmp_path)
    assert str(told.value) == (
        "t.csv: the column sold holds dates such as '03/04/2020', of which the day or the month can "
        "stand first; set date_order to day_first or month_first"
    )
    chosen = {"path": "t.csv", "dates": "parts", "date_order": "month_first"}
    assert CsvFile(chosen).load(tmp_path).arrays["features"][:, 1].tolist() == [3, 5, 7]


def test_rare_categories_become_one(tmp_path):
    towns = ["b"] * 5 + ["a"] * 4 + ["c", "d", "e", "", ""]
    written(tmp_path, table(town=towns))
    source = CsvFile({"path": "t.csv", "most_frequent": 2, "categories": "codes"})
    dataset = source.load(tmp_path)
    assert dataset.fields == source.fields(tmp_path)
    assert dataset.fields["town"].classes == ("a", "b", "(other)", "(missing)")
    assert dataset.arrays["town"].tolist() == [1] * 5 + [0] * 4 + [2] * 3 + [3] * 2
    assert dataset.notes == (
        "Of column town the 2 most frequent values are kept; the others are (other).",
    )
    five = CsvFile({"path": "t.csv", "most_frequent": 5, "categories": "codes"}).load(tmp_path)
    assert "(other)" not in five.fields["town"].classes


def test_the_classes_of_the_answer_all_stay(tmp_path):
    written(tmp_path, {"x": range(9), "kind": list("abcabcabc")})
    dataset = CsvFile({"path": "t.csv", "most_frequent": 1}).load(tmp_path)
    assert dataset.fields["label"].classes == ("a", "b", "c")


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (
            [str(dt.date(2020, 1, 1) + dt.timedelta(n)) for n in range(1001)],
            (
                "holds dates such as '2020-01-01', 1001 different ones, more than the 1000 that can be "
                "classes; set dates to parts or days, or leave it out with leave_out"
            ),
        ),
        (
            [f"the cat sat on mat {n}" for n in range(1001)],
            (
                "holds free text such as 'the cat sat on mat 0', 1001 different ones, more than the 1000 "
                "that can be classes; leave it out with leave_out"
            ),
        ),
        (
            [f"town {n}" for n in range(1001)],
            (
                "has 1001 different values, more than the 1000 that can be classes; set most_frequent to "
                "keep some of them, or leave it out with leave_out"
            ),
        ),
    ],
)
def test_a_column_with_too_many_classes_says_what_it_holds_and_the_way_out(
    tmp_path, texts, sentence
):
    written(tmp_path, table(x=texts))
    with pytest.raises(DataError) as told:
        CsvFile({"path": "t.csv"}).fields(tmp_path)
    assert str(told.value) == f"t.csv: the column x {sentence}"
    written(tmp_path, {"n": range(1001), "x": texts})
    with pytest.raises(DataError, match=r"choose another column as the answer \(target\)$"):
        CsvFile({"path": "t.csv", "most_frequent": 9}).fields(tmp_path)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (SOLD, DATES),
        ([f"we saw the bird number {n}" for n in range(9)], FREE_TEXT),
        ([f"town {n}" for n in range(60)], MANY),
        ([f"town {n % 60}" for n in range(6000)], ""),
        (["not at all", "very much indeed"] * 20, ""),
        (["2020-01-01"] * 9, ""),
        (list("abcde"), ""),
        ([], ""),
    ],
)
def test_kinds_of_columns(texts, kind):
    assert kind_of(texts) == kind


def asked(tmp_path, columns, data, **rows):
    """The features of new rows, read for a network that was trained on ``columns``."""
    written(tmp_path, columns)
    settings = {"source": "csv", "params": {"path": "t.csv", **data}}
    prepared = prepare(settings, tmp_path)
    source = CsvFile(settings["params"])
    written(tmp_path, rows, "new.csv")
    trained = Trained(source, lambda: source.fields(tmp_path), prepared.preprocessing, ["features"])
    return read_samples(tmp_path / "new.csv", trained).arrays["features"].tolist()


def test_new_samples_get_the_same_numbers_and_classes(tmp_path):
    days = asked(tmp_path, table(sold=SOLD), {"dates": "all"}, sold=["2021-01-01", "NA"])
    assert days[0] == [2021, 1, 1, 4, 366]
    assert np.isnan(days[1]).all()
    towns = table(town=["a", "b"] * 20 + ["c"])
    assert asked(tmp_path, towns, {"most_frequent": 2}, town=["b", "new"]) == [[0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"sold": ["soon"]}, "new.csv: the column sold holds more than dates"),
        ({"sold": ["03/04/2020"]}, "can be read with the day or the month first"),
        ({"when": ["2020-01-01"]}, "new.csv lacks the column sold, which"),
    ],
)
def test_new_samples_without_dates_are_told(tmp_path, rows, sentence):
    with pytest.raises(DataError, match=sentence):
        asked(tmp_path, table(sold=SOLD), {"dates": "parts"}, **rows)


def test_the_fingerprint_of_a_table_is_that_of_runs_before_these_settings(tmp_path):
    (tmp_path / "t.csv").write_text("x,c,y\n1,a,0\n2,b,1\n3,a,0\n4,b,1\n5,a,1\n")
    made = prepare({"source": "csv", "params": {"path": "t.csv"}}, tmp_path)
    assert made.fingerprint == "68169f4b2bd90cdea1a40caeb5309211f4208096891bbab9c352bbebf24f6314"
    other = prepare({"source": "csv", "params": {"path": "t.csv", "most_frequent": 2}}, tmp_path)
    assert other.fingerprint != made.fingerprint
