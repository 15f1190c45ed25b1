"""Folders of images: classes by folder, one size for all, and no file that stops the others."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from netbuilder.data.image_folder import ImageFolder
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.source import DataError

SMALL = {"path": "pets", "height": 6, "width": 4}


def picture(value, height=6, width=4):
    return Image.fromarray(np.full((height, width, 3), value, np.uint8))


@pytest.fixture
def folder(tmp_path):
    for name, value in (("cat", 51), ("ähre 東", 255)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(4):
            picture(value).save(tmp_path / "pets" / name / f"{number}.png")
    return tmp_path


def header_only(width, height):
    """A PNG that promises many pixels."""
    sizes = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", sizes) + chunk(b"IDAT", zlib.compress(b""))


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_folders_are_classes_and_bytes_are_divided(folder):
    source = ImageFolder(SMALL)
    dataset = source.load(folder)
    assert dataset.fields == source.fields(folder)
    assert dataset.fields["image"].shape == (3, 6, 4)
    assert dataset.fields["label"].classes == ("cat", "ähre 東")
    assert dataset.arrays["label"].tolist() == [0] * 4 + [1] * 4
    np.testing.assert_array_equal(dataset.arrays["image"][0], np.float32(51) / np.float32(255))
    assert dataset.notes == (
        "Images are brought to 4 x 6 pixels (crop, rgb).",
        "The bytes of image, 0 to 255, are divided by 255.",
    )
    grey = ImageFolder({**SMALL, "colour": "grey", "scale": False}).load(folder)
    assert grey.arrays["image"].shape == (8, 1, 6, 4)
    assert grey.arrays["image"].max() == 255
    assert grey.notes == ("Images are brought to 4 x 6 pixels (crop, grey).",)


def test_pixels_are_channels_first_and_upright(folder):
    values = np.arange(72, dtype=np.uint8).reshape(6, 4, 3)
    Image.fromarray(values).save(folder / "pets" / "cat" / "0.png")
    image = ImageFolder({**SMALL, "scale": False}).load(folder).arrays["image"][0]
    np.testing.assert_array_equal(image, values.transpose(2, 0, 1))


@pytest.mark.parametrize(("fit", "corner"), [("crop", 200), ("pad", 0), ("stretch", 200)])
def test_other_sizes_are_fitted(folder, fit, corner):
    picture(200, height=20, width=90).save(folder / "pets" / "cat" / "0.jpg", quality=100)
    dataset = ImageFolder({**SMALL, "fit": fit, "scale": False}).load(folder)
    image = dataset.arrays["image"][0]  # 0.jpg comes before 0.png
    assert image.shape == (3, 6, 4)
    assert abs(image[0, 0, 0] - corner) < 3
    assert abs(image[0, 2, 2] - 200) < 3


def test_deep_greys_are_not_clipped(folder):
    deep = np.full((6, 4), 0x3380, np.uint16)
    Image.fromarray(deep).save(folder / "pets" / "cat" / "0.png")
    image = ImageFolder({**SMALL, "scale": False}).load(folder).arrays["image"][0]
    assert (image == 0x33).all()


def test_what_cannot_be_read_is_listed_and_left_out(folder):
    cat = folder / "pets" / "cat"
    (cat / "empty.png").write_bytes(b"")
    (cat / "text.jpg").write_bytes(b"no image")
    whole = (cat / "0.png").read_bytes()
    (cat / "half.png").write_bytes(whole[:-24])
    (cat / "large.png").write_bytes(header_only(9000, 9000))
    (cat / "bomb.png").write_bytes(header_only(60000, 60000))
    picture(5).save(cat / "gif.png", "GIF")  # sound, but fewer decoders are fewer holes
    (cat / "readme.txt").write_text("is none")
    dataset = ImageFolder(SMALL).load(folder)
    assert len(dataset.arrays["image"]) == len(dataset.arrays["label"]) == 8
    note = dataset.notes[-1]
    assert note.startswith("6 images cannot be read and are left out: cat/bomb.png (has far more ")
    assert "cat/large.png (is 9,000 x 9,000 pixels, and at most 67,108,864 are taken)" in note
    assert "cat/empty.png (neither PNG nor JPEG)" in note
    assert "cat/half.png (" in note
    assert note.endswith("; and 1 more.")


def test_a_folder_of_its_own_is_the_test_set(folder):
    (folder / "held" / "cat").mkdir(parents=True)
    picture(9).save(folder / "held" / "cat" / "x.png")
    settings = {"source": "image_folder", "params": {**SMALL, "test": "held"}}
    prepared = prepare(settings, folder)
    assert prepared.sizes["test"] == 1
    assert prepared.indices["test"].tolist() == [8]
    (folder / "held" / "dog").mkdir()
    picture(9).save(folder / "held" / "dog" / "x.png")
    with pytest.raises(DataError, match="has a folder dog, but the classes are: cat, ähre 東"):
        fields(settings, folder)


def test_what_is_no_folder_of_class_folders_is_said(folder):
    def refused(path, **values):
        with pytest.raises(DataError) as caught:
            ImageFolder({"path": path, **values}).load(folder)
        return str(caught.value).replace(f"{folder}/", "")

    (folder / "bare").mkdir()
    (folder / "bad" / "a").mkdir(parents=True)
    (folder / "bad" / "a" / "b.png").write_bytes(b"")
    assert refused("") == "no file with the images (path) is chosen"
    assert refused("none") == "none does not exist"
    assert refused("pets/cat/0.png").endswith(
        "is a file, but a folder of class folders was expected"
    )
    assert refused("bare").startswith("bare has no folder with images (.png, .jpg, .jpeg);")
    assert refused("bad") == "no image can be read: a/b.png (neither PNG nor JPEG)"
    assert refused("a\0b").endswith("cannot be read: embedded null byte") or "exist" in refused(
        "a\0b"
    )
    (folder / "many" / "a").mkdir(parents=True)
    for number in range(22):
        (folder / "many" / "a" / f"{number}.png").write_bytes(b"")
    assert refused("many", height=4096, width=4096).startswith(
        "22 images of 3 x 4096 x 4096 values do not fit in memory"
    )


def test_the_fields_are_known_without_opening_an_image(folder):
    program = (
        "import sys; from pathlib import Path; from netbuilder.data.prepare import fields\n"
        f"fields({{'source': 'image_folder', 'params': {SMALL}}}, Path({str(folder)!r}))\n"
        "print([m for m in ('numpy', 'PIL', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_pillow_the_way_out_is_said(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(DataError, match=r'install it with: pip install "netbuilder\[images\]"'):
        ImageFolder(SMALL).load(folder)
