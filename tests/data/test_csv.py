"""CSV files: columns are understood, gaps filled, and what is wrong is said with its line."""

from __future__ import annotations

import csv
import io
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netbuilder.data import csv_table
from netbuilder.data.csv_file import CsvFile
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.source import DataError

PETS = """\
age,colour,weight,kind
1,red,2.5,cat
2,blue,3.5,dog
3,red,,cat
4,,4.5,dog
,blue,5.5,cat
6,green,6.5,
"""


@pytest.fixture
def read(tmp_path):
    def read(text, **values):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        source = CsvFile({"path": "table.csv", **values})
        dataset = source.load(tmp_path)
        assert dataset.fields == source.fields(tmp_path)
        for name, field in dataset.fields.items():
            assert dataset.arrays[name].shape[1:] == field.shape
            assert dataset.arrays[name].dtype == field.dtype
        return dataset

    return read


def test_numbers_categories_gaps_and_the_answer(read):
    pets = read(PETS)
    names = ("age", "weight", "colour = blue", "colour = red", "colour = (missing)")
    assert pets.columns["features"] == names
    nan = np.nan
    np.testing.assert_array_equal(
        pets.arrays["features"],
        np.array(
            [
                [1, 2.5, 0, 1, 0],
                [2, 3.5, 1, 0, 0],
                [3, nan, 0, 1, 0],
                [4, 4.5, 0, 0, 1],
                [nan, 5.5, 1, 0, 0],
            ],
            np.float32,
        ),
    )
    assert pets.fields["label"].classes == ("cat", "dog")
    assert pets.arrays["label"].tolist() == [0, 1, 0, 1, 0]
    assert pets.notes == (
        "1 row has no value in kind, the answer, and is left out.",
        "Column age: 1 of 5 are missing.",
        "Column weight: 1 of 5 are missing.",
    )


def test_categories_can_stay_codes_for_an_embedding(read):
    pets = read(PETS, categories="codes")
    assert pets.fields["features"].shape == (2,)
    assert pets.fields["colour"].classes == ("blue", "red", "(missing)")
    assert pets.arrays["colour"].tolist() == [1, 0, 1, 2, 0]


def test_columns_of_categories_alone_have_no_features_as_codes(read):
    table = read("label,features,y\na,u,1.5\nb,v,2.5\na,w,3.5\n", categories="codes")
    assert list(table.fields) == ["label_column", "features_column", "target"]


def test_any_column_can_be_the_answer_and_any_can_be_left_out(read):
    pets = read(PETS, target="weight", leave_out=["kind"])
    assert pets.columns["features"][0] == "age"
    assert pets.fields["target"].role == "target"
    assert pets.arrays["target"].tolist() == [2.5, 3.5, 4.5, 5.5, 6.5]


@pytest.mark.parametrize(
    ("values", "answer", "classes"),
    [
        ("0 1 1 0", "auto", ("0", "1")),
        ("10 9 10 9 1 1 1 9 10", "auto", ("1", "9", "10")),
        ("1 2 3 4 5 6", "auto", ()),
        ("1.5 2.5 1.5 2.5", "auto", ()),
        ("1.5 2.5 1.5 2.5", "class", ("1.5", "2.5")),
        ("0 1 1 0", "number", ()),
        ("1.0 1 2 2.0", "auto", ("1", "2")),
        ("yes no yes", "auto", ("no", "yes")),
    ],
)
def test_whether_the_answer_is_a_class_is_seen_or_told(read, values, answer, classes):
    rows = "".join(f"{n},{value}\n" for n, value in enumerate(values.split()))
    table = read("x,y\n" + rows, answer=answer)
    field = table.fields["label" if classes else "target"]
    assert field.classes == classes


def test_numbers_taken_as_classes_are_said(read):
    assert read("x,y\n5,0\n6,1\n7,1\n").notes == (
        (
            "Column y has 2 different whole numbers and is taken as classes; "
            "set answer to number to predict it as one."
        ),
    )


def test_numbers_can_be_named_categories_and_are_in_order(read):
    table = read("zip,y\n10,1.5\n9,2.5\n100,3.5\n", categorical=["zip"])
    assert table.columns["features"] == ("zip = 9", "zip = 10", "zip = 100")


def test_a_column_without_values_is_left_out_and_said(read):
    table = read("a,b,y\n1,,1.5\n2,NA,2.5\n")
    assert table.columns["features"] == ("a",)
    assert table.notes == ("Column b has no values and is left out.",)


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "NaN", "null", "None", "?", "  "])
def test_what_counts_as_missing(read, mark):
    table = read(f"x,y\n1,1.5\n{mark},2.5\n3,3.5\n")
    assert np.isnan(table.arrays["features"][1, 0])


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", " "])
def test_the_delimiter_is_found(read, sign):
    text = sign.join(["a", '"b, c; d"', "y"]) + "\n" + f"1{sign}2.5{sign}u\n3{sign}4.5{sign}v\n"
    table = read(text)
    assert table.columns["features"] == ("a", "b, c; d")
    assert table.arrays["features"].tolist() == [[1, 2.5], [3, 4.5]]


def test_a_decimal_comma_between_semicolons(read):
    table = read("a;y\n1,5;2,25\n-3;4,75\n", decimal="comma")
    assert table.arrays["features"].tolist() == [[1.5], [-3]]
    assert table.arrays["target"].tolist() == [2.25, 4.75]


def test_without_a_header_columns_are_numbered(read):
    table = read("1,2.5\n3,4.5\n", header=False)
    assert table.columns["features"] == ("column_1",)
    assert table.arrays["target"].tolist() == [2.5, 4.5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "latin-1"])
def test_encodings_and_line_ends(read, encoding):
    text = "gr\u00f6\u00dfe,y\r\n1,\u00e4\r\n\r\n2,\u00f6\r\n"
    table = read(text.encode(encoding), encoding=encoding)
    assert table.columns["features"] == ("gr\u00f6\u00dfe",)
    assert table.fields["label"].classes == ("\u00e4", "\u00f6")


def test_spaces_around_values_and_names_do_not_count(read):
    table = read("  x , y\n 1 , a \n2,a\n 3,b\n")
    assert table.columns["features"] == ("x",)
    assert table.fields["label"].classes == ("a", "b")


def test_a_byte_order_mark_is_no_part_of_a_name(read):
    assert read(b"\xef\xbb\xbfx,y\n1,2.5\n2,3.5\n").columns["features"] == ("x",)


def test_quoted_values_may_hold_line_ends_and_errors_count_the_real_lines(read):
    with pytest.raises(DataError, match=r"table.csv, line 5: 1 value, but"):
        read('x,y\n"a\nb\nc",1.5\nlonely\n')


names = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=8)


@given(
    st.lists(names.map(str.strip).filter(bool), min_size=2, max_size=5, unique=True),
    st.lists(
        st.lists(st.floats(-1e6, 1e6, width=32), min_size=5, max_size=5), min_size=2, max_size=9
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)
@settings(max_examples=50)
def test_what_is_written_is_read(tmp_path_factory, header, rows, sign):
    rows = [row[: len(header)] for row in rows]
    rows[0][-1], rows[1][-1] = 0.5, 1.5
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows([header, *rows])
    folder = tmp_path_factory.mktemp("csv")
    (folder / "t.csv").write_bytes(out.getvalue().encode())
    words = {sign: word for word, sign in csv_table.DELIMITERS.items()}
    source = CsvFile({"path": "t.csv", "answer": "number", "delimiter": words[sign]})
    dataset = source.load(folder)
    assert dataset.columns["features"] == tuple(header[:-1])
    found = np.column_stack([dataset.arrays["features"], dataset.arrays["target"]])
    np.testing.assert_array_equal(found, np.array(rows, np.float32))


@given(st.binary(max_size=300))
@settings(max_examples=150)
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("csv")
    (folder / "t.csv").write_bytes(data)
    with suppress(DataError):  # anything else is a fault
        CsvFile({"path": "t.csv"}).load(folder)


def test_missing_numbers_become_the_mean_over_the_training_samples(tmp_path):
    rows = [f"{n if n % 5 else ''},{n % 2}" for n in range(100)]
    (tmp_path / "t.csv").write_text("x,y\n" + "\n".join(rows) + "\n")
    prepared = prepare({"source": "csv", "params": {"path": "t.csv"}}, tmp_path)
    value = prepared.preprocessing["impute"]["features"][0]
    train = prepared.indices["train"]
    assert value == pytest.approx(np.mean([n for n in train if n % 5]))
    for split, index in prepared.indices.items():
        got = prepared.splits[split]["features"][:, 0]
        np.testing.assert_allclose(got, [n if n % 5 else value for n in index], rtol=1e-6)
    assert prepared.notes[-1] == (
        "Missing numbers of features are replaced by the mean over the training samples."
    )


def test_the_fingerprint_goes_by_content_not_by_place(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("a.csv", "deep/b.csv"):
        (tmp_path / name).write_text("x,y\n1,0\n2,1\n3,0\n4,1\n")

    def fingerprint(path):
        return prepare({"source": "csv", "params": {"path": path}}, tmp_path).fingerprint

    before = fingerprint("a.csv")
    assert fingerprint("deep/b.csv") == before
    (tmp_path / "a.csv").write_text("x,y\n1,0\n2,1\n3,0\n5,1\n")
    assert fingerprint("a.csv") != before


MANY = "".join(f"{n},{n}.5\n" for n in range(30))
SENTENCES = [
    ("", {}, "table.csv is empty; a table with a row of column names was expected"),
    ("\n\n", {}, "table.csv is empty; a table with a row of column names was expected"),
    ("x,y\n", {}, "table.csv has a row of column names, but no rows of values"),
    ("x,y\n1,2\n1\n", {}, "table.csv, line 3: 1 value, but the first row has 2 columns"),
    (
        "x,y\n1,2,3\n",
        {"delimiter": "comma"},
        "table.csv, line 2: 3 values, but the first row has 2 columns",
    ),
    (
        "x,x\n1,2\n",
        {},
        "table.csv, line 1: 2 columns are named x; give each a name of its own, or set header to false",
    ),
    (
        'x,y\n1,2\n"3,4\n5,6\n',
        {"delimiter": "comma"},
        (
            "table.csv, line 3: the quotation marks of the row that begins here do not match "
            "(unexpected end of data)"
        ),
    ),
    (
        b"x,y\n1,2\n\xe4,3\n",
        {},
        (
            "table.csv, line 3: the byte 0xe4 is not utf-8 text; "
            "set the encoding to the one the file was written in, often cp1252"
        ),
    ),
    (
        b"x,y\n1,\0\n",
        {},
        (
            "table.csv, line 2: a zero byte, so this is no text, or one in utf-16; "
            "check the file and the encoding"
        ),
    ),
    ("x,y\n1,2\n", {"target": "z"}, "table.csv has no column z, which target names; it has: x, y"),
    (
        "x,y\n1,2\n",
        {"leave_out": ["z"]},
        "table.csv has no column z, which leave_out names; it has: x, y",
    ),
    (
        ",".join(f"c{n}" for n in range(30)) + "\n" + ",".join("1" * 30) + "\n",
        {"target": "z"},
        "table.csv has no column z, which target names; it has: "
        + ", ".join(f"c{n}" for n in range(20))
        + " and 10 more",
    ),
    ("x,y\n1,2\n", {"leave_out": ["y"]}, "the column y is left out, but it is the answer"),
    ("x,y\n1,\n2,NA\n", {}, "table.csv: the column y, the answer, has no values"),
    ("x,y\n1,7\n2,7\n", {}, "table.csv: the answer, y, is '7' in every row"),
    ("y\n1\n2\n", {}, "table.csv has no column with values beside the answer, y"),
    (
        "x,y\n1,a\n2,b\n",
        {"answer": "number"},
        "table.csv: the column y holds texts such as 'a', but answer is set to number",
    ),
    (
        "x,y\n1,2\ninf,3\n",
        {},
        "table.csv, line 3: x is 'inf', which is beyond the largest number, 3.4e+38",
    ),
    (
        "x,y\n1,2\n1e39,3\n",
        {},
        "table.csv, line 3: x is '1e39', which is beyond the largest number, 3.4e+38",
    ),
    (
        f"x,y\n{MANY}l2,5.5\n",
        {},
        (
            "table.csv, line 32: x is 'l2', but 30 of its 31 values are numbers; mend it, "
            "or name the column in categorical or leave_out"
        ),
    ),
    (
        "x,y\n" + "".join(f"name {n},{n}.5\n" for n in range(1001)),
        {},
        (
            "table.csv: the column x has 1001 different values, more than the 1000 that can be classes; "
            "set most_frequent to keep some of them, or leave it out with leave_out"
        ),
    ),
]


@pytest.mark.parametrize(("text", "values", "sentence"), SENTENCES)
def test_what_is_wrong_with_a_file_is_told(tmp_path, text, values, sentence):
    (tmp_path / "table.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    data = {"source": "csv", "params": {"path": "table.csv", **values}}
    for ask in (fields, prepare):
        with pytest.raises(DataError) as told:
            ask(data, tmp_path)
        assert str(told.value) == sentence


def test_a_file_that_is_not_there_is_told(tmp_path):
    cases = {
        "none.csv": f"{tmp_path / 'none.csv'} does not exist",
        ".": f"{tmp_path} is not a file",
        "": "no file with the table (path) is chosen",
        "a\0b": f"{tmp_path / 'a'}\0b cannot be read: embedded null byte",
    }
    for path, sentence in cases.items():
        with pytest.raises(DataError) as told:
            fields({"source": "csv", "params": {"path": path}}, tmp_path)
        assert str(told.value) == sentence


def test_a_file_that_is_too_large_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_table, "MOST_BYTES", 2**20)
    (tmp_path / "t.csv").write_bytes(b"x,y\n" + b"1,2\n" * 2**19)
    with pytest.raises(
        DataError, match=r"^t.csv is larger than the 1 MiB that a CSV file may have$"
    ):
        CsvFile({"path": "t.csv"}).fields(tmp_path)
