"""A folder of class folders of images, brought to one size; what cannot be read is listed."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from netbuilder.check.fields import Field
from netbuilder.data.files import locate
from netbuilder.data.picture_files import ENDINGS
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.node_api.params import Bool, Choice, Folder, Int

if TYPE_CHECKING:
    from netbuilder.data.arrays import Array

MOST_CLASSES = 1000
MOST_VALUES = 2**30  # 4 GiB as float32
_NAMED = 5  # files that a note names
_CHANNELS = {"rgb": 3, "grey": 1}

Found = dict[str, list[FilePath]]


class ImageFolder(DataSource, id="image_folder", title="Image folder", task="classification"):
    """PNG and JPEG images in folders, one folder a class, named as the class.

    All are brought to one size. Images that cannot be read are listed and left out; transparency is
    dropped. A second folder with the same class folders, if given, is the test set.
    """

    path = Folder("", doc="The folder that holds a folder of images for each class.")
    test = Folder("", doc="The folder with the test set, made of folders of the same names.")
    height = Int(64, min=1, max=4096, doc="Height in pixels that every image is brought to.")
    width = Int(64, min=1, max=4096, doc="Width in pixels that every image is brought to.")
    colour = Choice("rgb", ("rgb", "grey"), doc="Three channels, or one of brightness.")
    fit = Choice(
        "crop",
        ("crop", "pad", "stretch"),
        doc="What is done to an image of other proportions: cut off what is over, fill up with "
        "black, or stretch it.",
    )
    scale = Bool(True, doc="Divide bytes by 255, so that they go from 0 to 1.")
    stream = Bool(
        False,
        doc="Read images while they are trained on, for more of them than fit in memory; their names and "
        "sizes stand for what is in them.",
    )

    later = frozenset({"stream"})

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The image, channels first, and its label; no image is opened."""
        found = self._found(folder)
        return self._fields(found)

    def load(self, folder: FilePath) -> Dataset:
        """Read the images; the test set's come last."""
        import numpy as np

        from netbuilder.data.images import read_images

        parts = self._found(folder)
        if self.stream:
            return self._streamed(parts)
        classes = tuple(parts[0])
        found = self._fields(parts)
        self._check_memory(sum(len(files) for part in parts for files in part.values()))
        size = (self.height, self.width)
        images: list[Array] = []
        labels: list[int] = []
        bad: list[str] = []
        held_out = 0
        for part in parts:
            files = [(path, classes.index(name)) for name in part for path in part[name]]
            read = read_images([path for path, _ in files], size, self.colour, self.fit)
            bad += read.refused
            images.append(read.pixels)
            labels += [files[number][1] for number in read.kept]
            held_out = len(read.kept)
            if not held_out:
                raise DataError(f"no image can be read: {_listed(bad)}")
        pixels = np.concatenate(images).astype(np.float32)
        if self.scale:
            pixels /= 255
        notes = self._notes(bad)
        arrays: dict[str, Array] = {"image": pixels, "label": np.array(labels, np.int64)}
        return Dataset(arrays, found, tuple(notes), held_out=held_out if len(parts) > 1 else 0)

    def _streamed(self, parts: list[Found]) -> Dataset:
        """The images as they are on disk; each one's head is looked at."""
        import numpy as np

        from netbuilder.data.image_stream import ImageStream, looked_at

        classes = tuple(parts[0])
        kept: list[tuple[FilePath, int]] = []
        bad: list[str] = []
        held_out = 0
        for part in parts:
            found = looked_at([(path, classes.index(name)) for name in part for path in part[name]])
            kept += found.kept
            bad += found.refused
            held_out = len(found.kept)
            if not held_out:
                raise DataError(f"no image can be read: {_listed(bad)}")
        files = [path for path, _ in kept]
        stream = ImageStream(files, (self.height, self.width), self.colour, self.fit, self.scale)
        labels = np.array([label for _, label in kept], np.int64)
        arrays: dict[str, Any] = {"image": stream.array(), "label": labels}
        notes = (*self._notes(bad), "Images are read while they are trained on.")
        held_out = held_out if len(parts) > 1 else 0
        return Dataset(arrays, self._fields(parts), notes, held_out=held_out)

    def _notes(self, bad: list[str]) -> list[str]:
        size_said = f"{self.width} x {self.height} pixels ({self.fit}, {self.colour})"
        notes = [f"Images are brought to {size_said}."]
        if self.scale:
            notes.append("The bytes of image, 0 to 255, are divided by 255.")
        if bad:
            verb = (
                "image cannot be read and is" if len(bad) == 1 else "images cannot be read and are"
            )
            notes.append(f"{len(bad)} {verb} left out: {_listed(bad)}.")
        return notes

    def _fields(self, parts: list[Found]) -> dict[str, Field]:
        shape = (_CHANNELS[self.colour], self.height, self.width)
        counts = tuple(sum(len(part.get(name, ())) for part in parts) for name in parts[0])
        label = Field("label", (), "int64", tuple(parts[0]), "target", counts)
        return {"image": Field("image", shape), "label": label}

    def _found(self, folder: FilePath) -> list[Found]:
        """The images of each class, for training and, where given, for the test."""
        first = _classes(locate(folder, self.path, "the images (path)"))
        if not self.test:
            return [first]
        path = locate(folder, self.test, "the test images (test)")
        second = _classes(path)
        unknown = [name for name in second if name not in first]
        if unknown:
            raise DataError(
                f"{path} has a folder {unknown[0]}, but the classes are: {', '.join(first)}"
            )
        return [first, second]

    def _check_memory(self, count: int) -> None:
        channels = _CHANNELS[self.colour]
        if count * channels * self.height * self.width > MOST_VALUES:
            raise DataError(
                f"{count:,} images of {channels} x {self.height} x {self.width} values do not fit "
                f"in memory ({MOST_VALUES:,} values are taken); set stream, or make height and width smaller"
            )


def _classes(path: FilePath) -> Found:
    """Return the image files of each folder in a folder, by its name; both in order."""
    try:
        if not path.exists():
            raise DataError(f"{path} does not exist")
        if not path.is_dir():
            raise DataError(f"{path} is a file, but a folder of class folders was expected")
        folders = sorted(entry for entry in path.iterdir() if _shown(entry) and entry.is_dir())
        found = {entry.name: _images(entry) for entry in folders}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}") from error
    found = {name: files for name, files in found.items() if files}
    if not found:
        raise DataError(
            f"{path} has no folder with images ({', '.join(ENDINGS)}); one folder a class was "
            "expected, with the images of that class in it"
        )
    if len(found) > MOST_CLASSES:
        raise DataError(
            f"{path} has {len(found):,} folders with images, more than the {MOST_CLASSES:,} "
            "that can be classes"
        )
    return found


def _images(folder: FilePath) -> list[FilePath]:
    files = (entry for entry in folder.iterdir() if _shown(entry))
    return sorted(f for f in files if f.suffix.lower() in ENDINGS and f.is_file())


def _shown(entry: FilePath) -> bool:
    return not entry.name.startswith(".")


def _listed(sentences: list[str]) -> str:
    rest = len(sentences) - _NAMED
    return "; ".join(sentences[:_NAMED]) + (f"; and {rest:,} more" if rest > 0 else "")


SOURCES: tuple[type[DataSource], ...] = (ImageFolder,)
