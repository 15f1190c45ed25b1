"""IDX files as MNIST's: read to the byte, and refused before memory is spent on what they claim."""

from __future__ import annotations

import gzip
import os
import struct
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from netbuilder.data.idx import TYPES, read_header, read_idx
from netbuilder.data.idx_files import IdxFiles
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.source import DataError

CODES = {dtype: code for code, dtype in TYPES.items()}
RANDOM = np.random.RandomState(0)
IMAGES = RANDOM.randint(0, 256, (30, 5, 4)).astype(np.uint8)
LABELS = (np.arange(30) % 3).astype(np.uint8)


def packed(values):
    dtype = values.dtype.str[1:]
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, CODES[dtype], values.ndim, *values.shape)
    return header + values.astype(f">{dtype}").tobytes()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "images").write_bytes(packed(IMAGES))
    (tmp_path / "labels").write_bytes(packed(LABELS))
    (tmp_path / "test_images").write_bytes(packed(IMAGES[:9]))
    (tmp_path / "test_labels").write_bytes(packed(LABELS[:9]))
    return tmp_path


PARAMS = {"images": "images", "labels": "labels"}
BOTH = {**PARAMS, "test_images": "test_images", "test_labels": "test_labels"}


def test_images_become_grey_values_from_0_to_1_with_a_channel(folder):
    source = IdxFiles(PARAMS)
    dataset = source.load(folder)
    assert dataset.fields == source.fields(folder)
    assert dataset.fields["image"].shape == (1, 5, 4)
    assert dataset.fields["label"].classes == ("0", "1", "2")
    np.testing.assert_array_equal(
        dataset.arrays["image"], (IMAGES.astype(np.float32) / 255)[:, None]
    )
    np.testing.assert_array_equal(dataset.arrays["label"], LABELS)
    assert dataset.arrays["image"].dtype == np.float32
    assert dataset.notes == ("The bytes of image, 0 to 255, are divided by 255.",)


def test_gzipped_or_not_is_seen_from_the_content(folder):
    (folder / "images").write_bytes(gzip.compress(packed(IMAGES)))
    np.testing.assert_array_equal(
        IdxFiles({**PARAMS, "scale": False}).load(folder).arrays["image"][:, 0], IMAGES
    )


def test_a_test_set_of_its_own_is_the_test_split(folder):
    data = {"source": "idx", "params": BOTH, "split": {"train": 0.6, "val": 0.2, "test": 0.2}}
    prepared = prepare(data, folder)
    # 30 free samples; training and validation keep their ratio of 3 to 1.
    assert prepared.sizes == {"train": 22, "val": 8, "test": 9}
    assert prepared.indices["test"].tolist() == list(range(30, 39))
    np.testing.assert_array_equal(prepared.splits["test"]["label"], LABELS[:9])
    assert prepared.notes[-1] == "The 9 samples of the source's own test set are the test split."


@given(
    arrays_of.arrays(
        st.sampled_from(["u1", "i1", "i2", "i4", "f4", "f8"]), arrays_of.array_shapes(max_dims=4)
    ),
    st.booleans(),
)
@settings(max_examples=60)
def test_every_type_and_shape_is_read_to_the_byte(tmp_path_factory, values, zipped):
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(gzip.compress(packed(values)) if zipped else packed(values))
    header, data = read_idx(path)
    assert read_header(path) == header
    assert header.shape == values.shape
    again = np.frombuffer(data, f">{header.dtype}").reshape(header.shape)
    np.testing.assert_array_equal(again, values)


@given(st.data())
@settings(max_examples=100)
def test_a_damaged_file_is_read_or_refused_with_a_sentence(tmp_path_factory, data):
    whole = packed(IMAGES[:4])
    if data.draw(st.booleans()):
        whole = gzip.compress(whole, mtime=0)
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.sampled_from(
            [whole[:place], whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]]
        )
    )
    folder = tmp_path_factory.mktemp("idx")
    (folder / "images").write_bytes(damaged)
    (folder / "labels").write_bytes(packed(LABELS[:4]))
    with suppress(DataError):  # anything else is a fault
        IdxFiles(PARAMS).load(folder)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_that_promises_much_and_holds_little_costs_no_memory(folder, zipped):
    claim = struct.pack(">BBBB2I", 0, 0, 8, 2, 30, 2**25) + b"x" * 1000
    (folder / "images").write_bytes(gzip.compress(claim) if zipped else claim)
    tracemalloc.start()
    with pytest.raises(DataError, match="images is cut off: its header promises 30 x 33554432"):
        IdxFiles(PARAMS).load(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 2**20


def test_a_small_gzip_that_unpacks_to_much_is_not_unpacked(folder):
    (folder / "images").write_bytes(gzip.compress(packed(IMAGES) + b"\0" * 50 * 2**20))
    tracemalloc.start()
    with pytest.raises(
        DataError, match=r"images goes on after the 30 x 5 x 4 values \(600 bytes\)"
    ):
        IdxFiles(PARAMS).load(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 2**20


def header(*sizes, code=8, axes=None):
    axes = len(sizes) if axes is None else axes
    return struct.pack(f">BBBB{len(sizes)}I", 0, 0, code, axes, *sizes)


EXPECTED = "00 00, a type from 08 to 0e and the number of axes were expected"
SENTENCES = [
    ("images", b"", f"images is no IDX file: it begins with the bytes of nothing, but {EXPECTED}"),
    (
        "images",
        b"\x89PNG....",
        f"images is no IDX file: it begins with the bytes 89 50 4e 47, but {EXPECTED}",
    ),
    (
        "images",
        header(3, code=0x0A),
        f"images is no IDX file: it begins with the bytes 00 00 0a 01, but {EXPECTED}",
    ),
    ("images", header(axes=0), "images has 0 axes, but 1 to 8 were expected"),
    ("images", header(*[1] * 9), "images has 9 axes, but 1 to 8 were expected"),
    ("images", header(30, axes=3), "images is cut off: its header of 3 sizes is not complete"),
    ("images", header(30, 0, 4), "images holds nothing: its sizes are 30 x 0 x 4"),
    (
        "images",
        header(30, 2**31, 2**31),
        "images promises 30 x 2147483648 x 2147483648 values, more than the 1073741824 that are taken",
    ),
    (
        "labels",
        packed(LABELS[:7]),
        "labels has 7 labels, but images has 30 images",
    ),
    (
        "labels",
        packed(IMAGES),
        "labels holds 30 x 5 x 4 values of type u1, but labels are one whole number a sample",
    ),
    (
        "labels",
        packed(LABELS.astype(np.float32)),
        "labels holds 30 values of type f4, but labels are one whole number a sample",
    ),
    (
        "labels",
        packed(LABELS.astype(np.int32) - 1),
        "labels has the label -1, but labels go from 0 to 999",
    ),
    (
        "labels",
        packed(LABELS)[:-5],
        "labels is cut off: its header promises 30 values (30 bytes), but 25 bytes follow",
    ),
    (
        "labels",
        gzip.compress(packed(LABELS), mtime=0)[:-12],
        (
            "labels is gzipped, but damaged: Compressed file ended before the end-of-stream marker was "
            "reached"
        ),
    ),
    (
        "test_images",
        packed(IMAGES[:9, :3]),
        "test_images holds samples of 3 x 4 (u1), but images holds samples of 5 x 4 (u1)",
    ),
]


@pytest.mark.parametrize(("name", "content", "sentence"), SENTENCES)
def test_what_is_wrong_with_a_file_is_told(folder, name, content, sentence):
    (folder / name).write_bytes(content)
    for ask in (fields, prepare):
        with pytest.raises(DataError) as told:
            ask({"source": "idx", "params": BOTH}, folder)
        assert str(told.value) == sentence


def test_settings_that_do_not_fit_are_told(folder):
    cases = [
        ({}, "no file with the images (images) is chosen"),
        ({"images": "images"}, "no file with the labels (labels) is chosen"),
        (
            {**PARAMS, "test_images": "test_images"},
            "no file with the test labels (test_labels) is chosen",
        ),
        (
            {**PARAMS, "class_names": ["a", "b"]},
            "class_names has 2 names, but the labels go up to 2, which takes 3",
        ),
    ]
    for params, sentence in cases:
        with pytest.raises(DataError) as told:
            fields({"source": "idx", "params": params}, folder)
        assert str(told.value) == sentence


def test_classes_can_be_named_and_more_than_occur(folder):
    dataset = IdxFiles({**PARAMS, "class_names": ["a", "b", "c", "d"]}).load(folder)
    assert dataset.fields["label"].classes == ("a", "b", "c", "d")


def test_numbers_that_are_no_numbers_are_told(folder):
    values = IMAGES.astype(np.float32)
    values[3, 0, 0] = np.inf
    (folder / "images").write_bytes(packed(values))
    with pytest.raises(DataError, match=r"^images holds numbers that are infinite or missing$"):
        IdxFiles(PARAMS).load(folder)


@pytest.mark.skipif(
    "NETBUILDER_MNIST" not in os.environ,
    reason="NETBUILDER_MNIST names no folder with MNIST's files",
)
def test_mnist_itself():
    folder = Path(os.environ["NETBUILDER_MNIST"])
    names = {
        "images": "train-images",
        "labels": "train-labels",
        "test_images": "t10k-images",
        "test_labels": "t10k-labels",
    }
    params = {key: next(folder.glob(f"{name}*")).name for key, name in names.items()}
    data = {"source": "idx", "params": params, "split": {"train": 0.9, "val": 0.1, "test": 0}}
    prepared = prepare(data, folder)
    assert prepared.sizes == {"train": 54_000, "val": 6_000, "test": 10_000}
    assert prepared.fields["image"].shape == (1, 28, 28)
