"""A look at data: sizes of the split, pictures, rows of a table."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from netbuilder.app.samples import (
    MOST_COLUMNS,
    MOST_PICTURES,
    MOST_ROWS,
    Preview,
    Samples,
    preview,
    samples_at,
)
from netbuilder.data.source import DataError


def test_images_are_shown_with_their_labels():
    found = preview({"source": "digits"}, Path())
    assert sum(found.sizes.values()) == 1797
    assert found.sizes["train"] > found.sizes["val"] > 0
    assert len(found.pictures) == MOST_PICTURES
    first = found.pictures[0]
    assert (first.width, first.height, len(first.values)) == (8, 8, 64)
    assert min(first.values) == 0
    assert max(first.values) == 255
    assert {picture.label for picture in found.pictures} <= set("0123456789")
    assert (found.heads, found.rows) == ((), ())


def test_images_of_three_channels_keep_their_colours(tmp_path):
    for name, colour in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
        (tmp_path / name).mkdir()
        for number in range(4):
            Image.new("RGB", (8, 6), colour).save(tmp_path / name / f"{number}.png")
    params = {"path": str(tmp_path), "height": 6, "width": 8}
    data = {"source": "image_folder", "params": params}
    found = preview(data, Path())
    again = Preview.from_plain(json.loads(json.dumps(found.to_plain())))
    assert again.pictures == found.pictures
    for picture in found.pictures:
        assert (picture.width, picture.height) == (8, 6)
        pixel = b"\xff\0\0" if picture.label == "red" else b"\0\0\xff"
        assert picture.values == pixel * 48


def test_masks_part_the_classes_by_lines_and_are_named(tmp_path):
    mask = np.zeros((8, 8), np.uint8)
    mask[:, 4:] = 255
    for name, pixels in (("images", np.arange(0, 256, 4).reshape(8, 8)), ("masks", mask)):
        (tmp_path / name).mkdir()
        for number in range(4):
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / name / f"{number}.png")
    params = {"images": "images", "masks": "masks", "height": 8, "width": 8, "colour": "grey"}
    params["class_names"] = ["ground", "cat"]
    found = preview({"source": "image_masks", "params": params}, tmp_path)
    assert {picture.label for picture in found.pictures} == {"ground, cat"}
    values = np.frombuffer(found.pictures[0].values, np.uint8).reshape(8, 8)
    grey = np.rint(np.arange(0, 256, 4).reshape(8, 8) / 252 * 255)
    assert values[:, 3].tolist() == [255] * 4 + [0] * 4
    np.testing.assert_array_equal(np.delete(values, 3, 1), np.delete(grey, 3, 1))


def test_rows_are_shown_with_the_names_of_columns_and_classes():
    found = preview({"source": "iris"}, Path())
    assert found.pictures == ()
    assert len(found.heads) == 5
    assert len(found.rows) == MOST_ROWS
    assert all(len(row) == 5 for row in found.rows)
    assert {row[4] for row in found.rows} <= {"setosa", "versicolor", "virginica"}
    assert all(0 < float(row[0]) < 9 for row in found.rows), "as they are, not standardized"
    same = preview({"source": "iris", "standardize": [next(iter(found.fields))]}, Path())
    assert same.rows == found.rows


def test_windows_of_a_text_are_shown_as_text(tmp_path):
    (tmp_path / "poem.txt").write_text("Roses are red,\n\tviolets blue.\n" * 30, encoding="utf-8")
    params = {"path": "poem.txt", "window": 30}
    found = preview({"source": "text", "params": params}, tmp_path)
    assert found.heads == ("tokens", "next_tokens")
    assert found.rows[0] == ("Roses are red,↵→violets blue.↵", "oses are red,↵→violets blue.↵R")
    long = preview({"source": "text", "params": {**params, "window": 90}}, tmp_path)
    assert len(long.rows[0][0]) == 60
    assert long.rows[0][0].endswith("…")
    as_bytes = preview({"source": "text", "params": {**params, "tokens": "bytes"}}, tmp_path)
    assert as_bytes.rows == found.rows


def test_wide_rows_are_cut():
    found = preview({"source": "breast_cancer"}, Path())
    assert len(found.heads) == MOST_COLUMNS + 2
    assert found.heads[MOST_COLUMNS] == "\N{HORIZONTAL ELLIPSIS} 22 more"


def test_a_table_in_a_file(tmp_path):
    (tmp_path / "t.csv").write_text("a,b,y\n" + "1,2.5,cat\n3,,dog\n" * 10)
    data = {"source": "csv", "params": {"path": "t.csv", "target": "y"}}
    found = preview(data, tmp_path)
    assert found.heads[:2] == ("a", "b")
    assert sum(found.sizes.values()) == 20
    assert {row[-1] for row in found.rows} <= {"cat", "dog"}
    assert found.notes


@pytest.mark.parametrize(
    ("data", "word"),
    [
        ({"source": "nothing"}, "nothing"),
        ({"source": "csv", "params": {"path": "gone.csv", "target": "y"}}, "gone.csv"),
        ({"source": "iris", "standardize": ["x9"]}, "x9"),
        ({"source": "iris", "split": {"train": 0.0, "val": 0.5, "test": 0.5}}, "train"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, data, word):
    with pytest.raises(DataError, match=word):
        preview(data, tmp_path)


def test_chosen_samples_of_a_split_come_in_the_order_asked_for():
    wanted = samples_at({"source": "digits", "standardize": ["image"]}, Path(), "test", [5, 0, 5])
    again = Samples.from_plain(json.loads(json.dumps(wanted.to_plain())))
    assert again == wanted
    assert len(wanted.pictures) == 3
    assert wanted.pictures[0] == wanted.pictures[2] != wanted.pictures[1]
    rows = samples_at({"source": "iris"}, Path(), "val", [2]).rows
    assert len(rows) == 1
    with pytest.raises(DataError, match="the val split has 23 samples, so there is no sample 23"):
        samples_at({"source": "iris"}, Path(), "val", [23])
