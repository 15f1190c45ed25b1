"""NumPy's files: read to the byte without numpy's reader, never a pickle, refused with a sentence."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from netbuilder.data.array_files import ArrayFiles
from netbuilder.data.npy import read_headers, read_values
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.source import DataError

RANDOM = np.random.RandomState(0)
X = RANDOM.normal(size=(30, 4))
Y = np.arange(30) % 3


@pytest.fixture
def folder(tmp_path):
    np.savez(tmp_path / "both.npz", x=X, y=Y)
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y)
    return tmp_path


def load(folder, **values):
    source = ArrayFiles(values)
    dataset = source.load(folder)
    assert dataset.fields == source.fields(folder)
    for name, field in dataset.fields.items():
        assert dataset.arrays[name].shape[1:] == field.shape
        assert dataset.arrays[name].dtype == field.dtype
    return dataset


def saved(folder, **arrays):
    np.savez(folder / "own.npz", **arrays)
    return {"path": "own.npz"}


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_an_archive_has_a_field_an_array_and_the_answer_is_known_by_its_name(tmp_path, write):
    write(tmp_path / "a.npz", Y=Y, first=X, second=X[:, :2].astype(np.float16))
    dataset = load(tmp_path, path="a.npz")
    assert list(dataset.fields) == ["first", "second", "Y"]
    assert dataset.fields["Y"].classes == ("0", "1", "2")
    assert dataset.fields["Y"].role == "target"
    np.testing.assert_array_equal(dataset.arrays["first"], X.astype(np.float32))
    np.testing.assert_array_equal(dataset.arrays["Y"], Y)
    assert dataset.notes == (
        (
            "Y holds whole numbers from 0 to 2 and is taken as classes; "
            "set answer to number to predict it as one."
        ),
    )


def test_two_files_are_inputs_and_targets_and_one_is_inputs_alone(folder):
    dataset = load(folder, path="x.npy", targets_path="y.npy", class_names=["a", "b", "c"])
    assert list(dataset.fields) == ["inputs", "targets"]
    assert dataset.fields["targets"].classes == ("a", "b", "c")
    assert list(load(folder, path="x.npy").fields) == ["inputs"]


def test_without_a_name_that_tells_the_last_array_is_the_answer(folder):
    made = saved(folder, sold=X, paid=X[:, 0])
    assert load(folder, **made).fields["paid"].role == "target"
    assert load(folder, **made, targets=["sold"]).fields["sold"].role == "target"


def test_pairs_of_train_and_test_are_one_field_with_a_test_set_of_its_own(folder):
    made = saved(folder, x_train=X, y_train=Y, x_test=X[:6], y_test=Y[:6])
    prepared = prepare({"source": "npy", "params": made}, folder)
    assert list(prepared.fields) == ["x", "y"]
    assert prepared.indices["test"].tolist() == list(range(30, 36))


def test_bytes_of_images_are_divided_and_channels_come_first(folder):
    colours = RANDOM.randint(0, 256, (5, 6, 4, 3)).astype(np.uint8)
    greys = colours[..., 0]
    made = saved(folder, rgb=colours, grey=greys, y=np.arange(5))
    last = load(folder, **made, layout="channels_last")
    np.testing.assert_array_equal(
        last.arrays["rgb"], (colours.astype(np.float32) / 255).transpose(0, 3, 1, 2)
    )
    assert last.fields["grey"].shape == (6, 4)
    assert last.notes[0] == "The bytes of rgb, 0 to 255, are divided by 255."
    bare = load(folder, **made, layout="no_channels", scale=False)
    np.testing.assert_array_equal(bare.arrays["grey"][:, 0], greys)
    assert bare.fields["rgb"].shape == (6, 4, 3)


def test_inputs_may_stay_codes_and_gaps_stay_gaps(folder):
    words = RANDOM.randint(0, 50, (30, 7)).astype(np.int32)
    gaps = X.copy()
    gaps[3, 1] = np.nan
    made = saved(folder, words=words, gaps=gaps, y=Y)
    dataset = load(folder, **made, codes=["words"])
    np.testing.assert_array_equal(dataset.arrays["words"], words)
    assert np.isnan(dataset.arrays["gaps"][3, 1])
    assert np.isfinite(
        prepare({"source": "npy", "params": made}, folder).splits["train"]["gaps"]
    ).all()


@pytest.mark.parametrize(
    ("values", "answer", "classes"),
    [
        (Y, "auto", 3),
        (Y, "number", 0),
        (Y.astype(np.float32), "auto", 0),
        (Y.astype(np.float32), "class", 3),
        (Y == 1, "auto", 2),
        (Y - 1, "auto", 0),
        (Y * 900, "auto", 0),
        (Y[:, None], "auto", 3),
        (np.zeros((30, 5, 4), np.uint8), "auto", 1),
    ],
)
def test_whether_targets_are_classes_is_seen_or_told(folder, values, answer, classes):
    dataset = load(folder, **saved(folder, x=X, y=values), answer=answer)
    assert len(dataset.fields["y"].classes) == classes
    kept = values[:, 0] if classes and values.shape == (30, 1) else values
    np.testing.assert_array_equal(dataset.arrays["y"], kept)


@given(
    arrays_of.arrays(
        st.sampled_from(
            ["?", "<i1", ">i2", "<i4", ">i8", "u1", "<u2", ">u4", "<u8", "<f2", ">f4", "<f8"]
        ),
        arrays_of.array_shapes(max_dims=4),
    ),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=80)
def test_every_type_order_and_shape_is_read_to_the_byte(tmp_path_factory, values, fortran, zipped):
    path = tmp_path_factory.mktemp("npy") / "file"
    values = np.asfortranarray(values) if fortran else values
    with path.open("wb") as file:
        np.savez(file, a=values) if zipped else np.save(file, values)
    ((name, header),) = read_headers(path).items()
    data = b"".join(piece for _, piece in read_values(path, name))
    assert header.shape == values.shape
    flat = np.frombuffer(data, values.dtype)
    again = flat.reshape(header.shape[::-1]).T if header.fortran else flat.reshape(header.shape)
    np.testing.assert_array_equal(again, values)


def test_an_array_in_fortran_order_is_the_same_samples(folder):
    made = saved(folder, x=np.asfortranarray(X), y=Y)
    np.testing.assert_array_equal(load(folder, **made).arrays["x"], X.astype(np.float32))


@given(st.data())
@settings(max_examples=150)
def test_a_damaged_file_is_read_or_refused_with_a_sentence(tmp_path_factory, data):
    file = io.BytesIO()
    data.draw(st.sampled_from([np.savez, np.savez_compressed]))(file, x=X[:4], y=Y[:4])
    if data.draw(st.booleans()):
        file = io.BytesIO()
        np.save(file, X[:4])
    whole = file.getvalue()
    place = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(0, 255))
    damaged = data.draw(
        st.sampled_from([whole[:place], whole[:place] + bytes([value]) + whole[place + 1 :]])
    )
    folder = tmp_path_factory.mktemp("npy")
    (folder / "file").write_bytes(damaged)
    with suppress(DataError):  # anything else is a fault
        ArrayFiles({"path": "file"}).load(folder)


def claim(shape, descr="<f8"):
    file = io.BytesIO()
    told = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, told)
    return file.getvalue()


@pytest.mark.parametrize("zipped", [False, True])
def test_a_file_that_promises_much_and_holds_little_costs_no_memory(folder, zipped):
    lie = claim((30, 2**25)) + b"x" * 1000
    if zipped:
        with zipfile.ZipFile(folder / "lie", "w") as archive:
            archive.writestr("x.npy", lie)
    else:
        (folder / "lie").write_bytes(lie)
    tracemalloc.start()
    with pytest.raises(DataError, match="is cut off: its header promises 30 x 33554432 values"):
        ArrayFiles({"path": "lie"}).load(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 2**20


def raw(folder, content):
    (folder / "own.npy").write_bytes(content)
    return {"path": "own.npy"}


def bare_zip(folder):
    with zipfile.ZipFile(folder / "own.npz", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    return {"path": "own.npz"}


RECORD = np.zeros(3, [("a", "f4"), ("b", "i4")])
SENTENCES = [
    (lambda f: {}, "no file with the arrays (path) is chosen"),
    (
        lambda f: raw(f, b"\x89PNG\r\n\x1a\n"),
        (
            "own.npy is neither an .npy nor an .npz file: it begins with the bytes 89 50 4e 47 0d 0a; "
            "numpy.save and numpy.savez write such files"
        ),
    ),
    (
        lambda f: raw(f, b"\x93NUMPY\x09\x00"),
        "own.npy is of version 9 of the format, but 1 to 3 are known",
    ),
    (lambda f: raw(f, claim((3,))[:40]), "own.npy is cut off: its header is not complete"),
    (
        lambda f: raw(f, b"\x93NUMPY\x02\x00\xff\xff\xff\x00"),
        "own.npy has a header of 16,777,215 bytes, more than the 10,000 that arrays of numbers take",
    ),
    (lambda f: raw(f, claim((3, 0))), "own.npy holds nothing: its sizes are 3 x 0"),
    (
        lambda f: raw(f, claim((2**40, 2**40))),
        "own.npy promises 1099511627776 x 1099511627776 values, more than the 1073741824 that are taken",
    ),
    (lambda f: raw(f, claim((-3,))), "own.npy has a header that cannot be read: its sizes are -3"),
    (
        lambda f: raw(f, claim((2,)) + bytes(17)),
        "own.npy goes on after the 2 values (16 bytes) that its header promises",
    ),
    (
        lambda f: saved(f, x=np.array([{}, []], object), y=Y),
        (
            "x of own.npz holds Python objects, which cannot be read without running what the file says; "
            "save numbers of 1 to 8 bytes"
        ),
    ),
    (
        lambda f: saved(f, x=X, y=np.array(["a", "b"])),
        "y of own.npz holds texts; save numbers of 1 to 8 bytes",
    ),
    (
        lambda f: saved(f, x=RECORD),
        "x of own.npz holds records of several values; save each as an array of its own",
    ),
    (bare_zip, "own.npz is a zip archive without arrays; numpy.savez writes them"),
    (
        lambda f: saved(f, x=X, y=Y[:7]),
        (
            "y of own.npz has 7 samples, but x of own.npz has 30; name the arrays that belong together "
            "in inputs and targets"
        ),
    ),
    (
        lambda f: saved(f, x=X, size=np.array(3), y=Y),
        (
            "size of own.npz is a single number, but an array of samples was expected; name the arrays "
            "to take in inputs and targets"
        ),
    ),
    (
        lambda f: saved(f, x_train=X, y_train=Y, x_test=X[:, :3], y_test=Y),
        "x_test of own.npz holds samples of 3 (f8), but x_train of own.npz holds samples of 4 (f8)",
    ),
    (
        lambda f: {**saved(f, x=X, y=Y), "targets": ["z"]},
        "there is no array z, which targets names; there are: x, y",
    ),
    (
        lambda f: {**saved(f, x=X, y=Y), "inputs": ["x"], "targets": ["x"]},
        "the array x is named in both inputs and targets",
    ),
    (
        lambda f: {**saved(f, x=X, y=Y), "targets": ["x", "y"]},
        "all arrays are targets (x, y); one has to be an input",
    ),
    (
        lambda f: {**saved(f, x=X, y=Y), "targets_path": "y.npy"},
        (
            "own.npz is an .npz file, so targets_path stays empty; targets names the arrays in it that "
            "are answers"
        ),
    ),
    (
        lambda f: {"path": "x.npy", "targets_path": "both.npz"},
        "both.npz is an .npz file; give it as path",
    ),
    (
        lambda f: {**saved(f, x=X, y=Y), "class_names": ["a"]},
        "class_names has 1 names, but y goes up to 2, which takes 3",
    ),
    (
        lambda f: {**saved(f, x=X, y=Y - 1), "answer": "class"},
        (
            "y of own.npz has the value -1, but classes are whole numbers from 0 to 999; set answer to "
            "number to predict it as one"
        ),
    ),
    (
        lambda f: {**saved(f, x=X, y=X[:, 0] * 0 + 0.5), "answer": "class"},
        (
            "y of own.npz has the value 0.5, but classes are whole numbers from 0 to 999; set answer to "
            "number to predict it as one"
        ),
    ),
    (
        lambda f: {**saved(f, x=X, y=Y), "codes": ["x"]},
        "x of own.npz holds fractions, but codes names it",
    ),
]


@pytest.mark.parametrize(("make", "sentence"), SENTENCES)
def test_what_is_wrong_with_a_file_is_told(folder, make, sentence):
    params = make(folder)
    with pytest.raises(DataError) as told:
        prepare({"source": "npy", "params": params}, folder)
    assert str(told.value) == sentence


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"x": X * 1e300, "y": Y}, "x of own.npz holds numbers beyond the largest one, 3.4e\\+38"),
        ({"x": X, "y": X[:, 0] * np.nan}, "y of own.npz lacks answers: some are NaN"),
    ],
)
def test_numbers_that_cannot_be_learnt_from_are_told(folder, arrays, sentence):
    with pytest.raises(DataError, match=sentence):
        load(folder, **saved(folder, **arrays))


def test_a_locked_archive_is_told(folder):
    whole = bytearray((folder / "both.npz").read_bytes())
    whole[6] |= 1  # the flag of a password, in the first member and in the directory
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    (folder / "both.npz").write_bytes(whole)
    with pytest.raises(DataError, match=r"both.npz is damaged or locked: .*password"):
        fields({"source": "npy", "params": {"path": "both.npz"}}, folder)


def test_the_fields_are_known_without_numpy(folder):
    program = (
        "import sys; from pathlib import Path; from netbuilder.data.prepare import fields\n"
        "told = fields({'source': 'npy', 'params': {'path': 'both.npz'}}, "
        f"Path({str(folder)!r}))\n"
        "print(told['y'].classes, [m for m in ('numpy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "('0', '1', '2') []"
