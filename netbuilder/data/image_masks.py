"""Images with masks, for segmentation: two folders, matched by the names of the files."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data.files import locate
from netbuilder.data.masks import MOST_CLASSES, parse_value, shown_value, values_in
from netbuilder.data.picture_files import ENDINGS, RefusedError, opened, require_pillow
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.node_api.params import Bool, Choice, Folder, Int, Texts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from netbuilder.data.arrays import Array

    Bytes = npt.NDArray[np.uint8]

MOST_VALUES = 2**30  # 4 GiB as float32
_NAMED = 5  # files that a note names
_CHANNELS = {"rgb": 3, "grey": 1}

Pair = tuple[FilePath, FilePath]


class ImageMasks(DataSource, id="image_masks", title="Images with masks", task="classification"):
    """PNG and JPEG images with a mask each, which says the class of every pixel.

    Images and masks lie in two folders and belong together by their names, endings aside. The values
    in the masks are the classes. All are brought to one size; pairs that cannot be read, images
    without a mask and masks without an image are listed and left out.
    """

    images = Folder("", doc="The folder with the images.")
    masks = Folder("", doc="The folder with the masks, named as the images.")
    mask_values = Texts(
        (),
        doc="Values in the masks in order of the classes, such as 0 and 255, or colours such as "
        "#ff8000; without them, all that occur.",
    )
    class_names = Texts((), doc="Names of the classes; without them, the values.")
    height = Int(128, min=1, max=4096, doc="Height in pixels that everything is brought to.")
    width = Int(128, min=1, max=4096, doc="Width in pixels that everything is brought to.")
    colour = Choice("rgb", ("rgb", "grey"), doc="Three channels, or one of brightness.")
    fit = Choice(
        "crop",
        ("crop", "pad", "stretch"),
        doc="What is done to an image of other proportions: cut off what is over, fill up with "
        "black and the first class, or stretch it.",
    )
    scale = Bool(True, doc="Divide bytes by 255, so that they go from 0 to 1.")

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The image, channels first, and its mask; masks are opened where ``mask_values`` names none."""
        pairs, _ = self._pairs(folder)
        return self._fields(self._values(pairs))

    def load(self, folder: FilePath) -> Dataset:
        """Read images and masks."""
        import numpy as np

        require_pillow()
        pairs, alone = self._pairs(folder)
        values = self._values(pairs)
        found = self._fields(values)
        self._check_memory(len(pairs))
        pixels = np.zeros((len(pairs), *found["image"].shape), np.uint8)
        codes = np.zeros((len(pairs), self.height, self.width), np.uint8)
        kept = 0
        refused: list[str] = []
        for pair in pairs:
            try:
                pixels[kept], codes[kept] = self._read(pair, values)
            except RefusedError as error:
                refused.append(str(error))
            else:
                kept += 1
        if not kept:
            raise DataError(f"no pair of image and mask can be read: {_listed(refused)}")
        image = pixels[:kept].astype(np.float32)
        if self.scale:
            image /= 255
        arrays: dict[str, Array] = {"image": image, "mask": codes[:kept].astype(np.int64)}
        return Dataset(arrays, found, self._notes(alone, refused))

    def _read(self, pair: Pair, values: tuple[int, ...]) -> tuple[Bytes, Bytes]:
        from netbuilder.data.images import pixels_of
        from netbuilder.data.masks import mask_codes

        size = (self.height, self.width)
        path = pair[0]
        try:
            with opened(path) as image:
                before = image.size
                pixels = pixels_of(image, size, self.colour, self.fit)
            path = pair[1]
            with opened(path) as mask:
                if mask.size != before:
                    have, of = (f"{width} x {height}" for width, height in (mask.size, before))
                    raise RefusedError(f"is {have} pixels, but the image is {of}")
                return pixels, mask_codes(mask, values, size, self.fit)
        except RefusedError as error:
            raise RefusedError(f"{path.parent.name}/{path.name} ({error})") from error

    def _notes(self, alone: list[str], refused: list[str]) -> tuple[str, ...]:
        size = f"{self.width} x {self.height} pixels ({self.fit}, {self.colour})"
        notes = [f"Images are brought to {size}."]
        if self.scale:
            notes.append("The bytes of image, 0 to 255, are divided by 255.")
        if alone:
            some = "1 file has" if len(alone) == 1 else f"{len(alone):,} files have"
            verb = "is" if len(alone) == 1 else "are"
            notes.append(f"{some} no partner and {verb} left out: {_listed(alone)}.")
        if refused:
            some = "1 pair" if len(refused) == 1 else f"{len(refused):,} pairs"
            verb = "is" if len(refused) == 1 else "are"
            notes.append(f"{some} cannot be used and {verb} left out: {_listed(refused)}.")
        return tuple(notes)

    def _fields(self, values: tuple[int, ...]) -> dict[str, Field]:
        classes = self.class_names or tuple(map(shown_value, values))
        if len(classes) != len(values):
            raise DataError(
                f"class_names has {len(classes)} names, but there are {len(values)} values: "
                f"{_listed(list(map(shown_value, values)))}"
            )
        size = (self.height, self.width)
        mask = Field("mask", size, "int64", classes, "target")
        return {"image": Field("image", (_CHANNELS[self.colour], *size)), "mask": mask}

    def _values(self, pairs: list[Pair]) -> tuple[int, ...]:
        if not self.mask_values:
            found = values_in([mask for _, mask in pairs])
            if not found:
                raise DataError(f"no mask in {pairs[0][1].parent} can be read")
            return found
        values = tuple(map(parse_value, self.mask_values))
        if len(set(values)) < len(values):
            raise DataError("mask_values names a value twice; each stands for one class")
        if len(values) > MOST_CLASSES:
            raise DataError(
                f"mask_values names {len(values)}, more than the {MOST_CLASSES} there can be"
            )
        return values

    def _pairs(self, folder: FilePath) -> tuple[list[Pair], list[str]]:
        """Images with their masks, and the files that are alone."""
        images = _files(locate(folder, self.images, "the images (images)"))
        masks = _files(locate(folder, self.masks, "the masks (masks)"))
        pairs = [(images[stem], masks[stem]) for stem in images if stem in masks]
        alone = [
            f"{path.parent.name}/{path.name}"
            for some, others in ((images, masks), (masks, images))
            for stem, path in some.items()
            if stem not in others
        ]
        if not pairs:
            raise DataError(
                "no image has a mask of its name, endings aside; there are "
                f"{_listed(alone) or 'no files'}"
            )
        return pairs, alone

    def _check_memory(self, count: int) -> None:
        values = count * (_CHANNELS[self.colour] + 2) * self.height * self.width
        if values > MOST_VALUES:
            raise DataError(
                f"{count:,} images of {self.width} x {self.height} pixels with their masks do not "
                f"fit in memory ({MOST_VALUES:,} values are taken); make height and width smaller"
            )


def _files(path: FilePath) -> dict[str, FilePath]:
    """The images in a folder by their names without endings, in order."""
    try:
        if not path.is_dir():
            what = "is a file, but a folder was expected" if path.exists() else "does not exist"
            raise DataError(f"{path} {what}")
        files = sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in ENDINGS and not file.name.startswith(".") and file.is_file()
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}") from error
    found: dict[str, FilePath] = {}
    for file in files:
        if file.stem in found:
            raise DataError(
                f"{path} has both {found[file.stem].name} and {file.name}; one image of a name was "
                "expected"
            )
        found[file.stem] = file
    return found


def _listed(sentences: list[str]) -> str:
    rest = len(sentences) - _NAMED
    return "; ".join(sentences[:_NAMED]) + (f"; and {rest:,} more" if rest > 0 else "")


SOURCES: tuple[type[DataSource], ...] = (ImageMasks,)
