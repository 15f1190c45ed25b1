"""Images with masks: pairs by name, classes by value, and no file that stops the others."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from netbuilder.data.image_masks import ImageMasks
from netbuilder.data.source import DataError

SMALL = {"images": "images", "masks": "masks", "height": 8, "width": 8}


def scene(number):
    """A bright square on dark ground, and where it is."""
    draw = np.random.RandomState(number)
    mask = np.zeros((8, 8), np.uint8)
    row, column = draw.randint(0, 5, 2)
    mask[row : row + 4, column : column + 4] = 255
    image = np.where(mask[..., None], 200, 40) + draw.randint(0, 30, (8, 8, 3))
    return image.astype(np.uint8), mask


@pytest.fixture
def folder(tmp_path):
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    for number in range(12):
        image, mask = scene(number)
        Image.fromarray(image).save(tmp_path / "images" / f"{number:02}.png")
        Image.fromarray(mask).save(tmp_path / "masks" / f"{number:02}.png")
    return tmp_path


def load(folder, **values):
    source = ImageMasks({**SMALL, **values})
    dataset = source.load(folder)
    assert dataset.fields == source.fields(folder)
    for name, field in dataset.fields.items():
        assert dataset.arrays[name].shape[1:] == field.shape
        assert dataset.arrays[name].dtype == field.dtype
    return dataset


def put(folder, mask, name="00.png", **options):
    Image.fromarray(mask).save(folder / "masks" / name, **options)


def test_values_of_masks_are_classes_and_pixels_stay_together(folder):
    dataset = load(folder)
    assert dataset.fields["mask"].classes == ("0", "255")
    for number in range(12):
        image, mask = scene(number)
        np.testing.assert_array_equal(dataset.arrays["mask"][number], mask // 255)
        expected = image.transpose(2, 0, 1).astype(np.float32) / 255
        np.testing.assert_array_equal(dataset.arrays["image"][number], expected)
    assert dataset.notes == (
        "Images are brought to 8 x 8 pixels (crop, rgb).",
        "The bytes of image, 0 to 255, are divided by 255.",
    )
    named = load(folder, mask_values=["255", "0"], class_names=["square", "ground"])
    assert named.fields["mask"].classes == ("square", "ground")
    np.testing.assert_array_equal(named.arrays["mask"], 1 - dataset.arrays["mask"])


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize(("height", "width"), [(4, 4), (16, 24), (6, 10)])
def test_masks_are_fitted_as_their_images_without_mixed_values(folder, fit, height, width):
    dataset = load(folder, fit=fit, height=height, width=width, scale=False)
    mask, image = dataset.arrays["mask"], dataset.arrays["image"]
    assert set(np.unique(mask)) == {0, 1}
    agree = (image.mean(1) > 120) == (mask == 1)
    assert agree.mean() > 0.85  # edges are mixed in images alone


def test_palettes_colours_two_tones_and_deep_greys_are_values(folder):
    _, mask = scene(0)
    colours = np.zeros((8, 8, 3), np.uint8)
    colours[mask > 0] = (255, 128, 0)
    palette = Image.fromarray((mask // 255 * 7).astype(np.uint8), "P")
    palette.putpalette([n % 256 for n in range(768)])
    for made, high in (
        (Image.fromarray(colours), "#ff8000"),
        (palette, "7"),
        (Image.fromarray(mask > 0), "255"),
        (Image.fromarray((mask // 255).astype(np.uint16) * 1000), "1000"),
    ):
        made.save(folder / "masks" / "00.png")
        dataset = load(folder)
        codes = dataset.arrays["mask"][0]
        assert np.array_equal(codes > 0, mask > 0)
        assert dataset.fields["mask"].classes[codes.max()] == high


def test_a_mask_in_a_jpeg_takes_the_nearest_of_named_values(folder):
    _, mask = scene(0)
    (folder / "masks" / "00.png").unlink()
    put(folder, mask, "00.jpg", quality=90)
    with pytest.raises(DataError, match=r"^00.jpg is a JPEG, whose compression changes values;"):
        load(folder)
    codes = load(folder, mask_values=["0", "255"]).arrays["mask"][0]
    np.testing.assert_array_equal(codes, mask // 255)


def test_what_cannot_be_used_is_listed_and_left_out(folder):
    (folder / "masks" / "03.png").write_bytes(b"no image")
    (folder / "images" / "05.png").write_bytes(b"")
    put(folder, np.zeros((8, 9), np.uint8), "07.png")
    put(folder, np.full((8, 8), 9, np.uint8), "08.png")
    (folder / "masks" / "11.png").unlink()
    put(folder, np.zeros((8, 8), np.uint8), "more.png")
    (folder / "images" / "readme.txt").write_text("is none")
    dataset = load(folder, mask_values=["0", "255"])
    assert len(dataset.arrays["image"]) == len(dataset.arrays["mask"]) == 7
    assert dataset.notes[-2:] == (
        "2 files have no partner and are left out: images/11.png; masks/more.png.",
        (
            "4 pairs cannot be used and are left out: masks/03.png (neither PNG nor JPEG); "
            "images/05.png (neither PNG nor JPEG); masks/07.png (is 9 x 8 pixels, but the image is "
            "8 x 8); masks/08.png (has the value 9, which is no class)."
        ),
    )


def test_settings_and_folders_that_do_not_fit_are_told(folder):
    def refused(**values):
        with pytest.raises(DataError) as caught:
            ImageMasks({**SMALL, **values}).load(folder)
        return str(caught.value).replace(f"{folder}/", "")

    (folder / "bare").mkdir()
    (folder / "bad").mkdir()
    (folder / "bad" / "00.png").write_bytes(b"")
    assert refused(images="") == "no file with the images (images) is chosen"
    assert refused(images="none") == "none does not exist"
    assert refused(masks="masks/00.png") == "masks/00.png is a file, but a folder was expected"
    assert refused(images="bare", masks="bare").endswith("endings aside; there are no files")
    assert refused(masks="bare").startswith("no image has a mask of its name, endings aside;")
    assert refused(masks="bad") == "no mask in bad can be read"
    assert refused(masks="bad", mask_values=["0"]) == (
        "no pair of image and mask can be read: bad/00.png (neither PNG nor JPEG)"
    )
    assert refused(mask_values=["red"]) == (
        "mask_values names 'red', but a brightness from 0 to 65535 or a colour such as #ff8000 was "
        "expected"
    )
    assert refused(mask_values=["0", "0"]).startswith("mask_values names a value twice")
    assert refused(class_names=["a"]) == "class_names has 1 names, but there are 2 values: 0; 255"
    put(folder, np.arange(64, dtype=np.uint8).reshape(8, 8), "00.jpg")
    assert refused() == "masks has both 00.jpg and 00.png; one image of a name was expected"
    (folder / "masks" / "00.jpg").unlink()
    for number in range(12):
        put(folder, np.arange(64, dtype=np.uint16).reshape(8, 8) + number * 64, f"{number:02}.png")
    assert "different values, more than the 256 that can be classes" in refused()


def test_with_named_values_no_mask_is_opened_for_the_fields(folder):
    params = {**SMALL, "mask_values": ["0", "255"]}
    program = (
        "import sys; from pathlib import Path; from netbuilder.data.prepare import fields\n"
        f"fields({{'source': 'image_masks', 'params': {params}}}, Path({str(folder)!r}))\n"
        "print([m for m in ('numpy', 'PIL', 'torch') if m in sys.modules])\n"
        f"fields({{'source': 'image_masks', 'params': {SMALL}}}, Path({str(folder)!r}))\n"
        "print([m for m in ('numpy', 'torch') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:2] == ["[]", "[]"]
