"""Images and labels in IDX files: MNIST, Fashion-MNIST, EMNIST and whoever else writes them."""

from __future__ import annotations

import struct
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data.files import locate
from netbuilder.data.idx import FORMATS, Header, read_header, read_idx
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.node_api.params import Bool, Path, Texts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from netbuilder.data.arrays import Array

MOST_CLASSES = 1000


class IdxFiles(DataSource, id="idx", title="IDX files", task="classification"):
    """Images with labels in IDX files, the format of MNIST, gzipped or not.

    A second pair of files, if given, is the test set, and only the rest is split.
    """

    images = Path("", doc="The file with the images, such as train-images-idx3-ubyte.gz.")
    labels = Path("", doc="The file with the labels, such as train-labels-idx1-ubyte.gz.")
    test_images = Path("", doc="The file with the images of the test set, if there is one.")
    test_labels = Path("", doc="The file with the labels of the test set.")
    scale = Bool(True, doc="Divide bytes by 255, so that they go from 0 to 1.")
    class_names = Texts((), doc="Names of the classes from 0 on; without them, the numbers.")

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The image, channels first, and its label."""
        shapes, labels = [], []
        for images, path in self._pairs(folder):
            header = read_header(images)
            shapes.append(header)
            labels.append(_read_labels(path, header))
        return self._fields(shapes, max(map(max, labels)))

    def load(self, folder: FilePath) -> Dataset:
        """Read the files; the test set's samples come last."""
        import numpy as np

        headers, images, labels = [], [], []
        for image_path, label_path in self._pairs(folder):
            header, data = read_idx(image_path)
            headers.append(header)
            labels.append(np.array(_read_labels(label_path, header), np.int64))
            images.append(self._values(header, data))
        found = self._fields(headers, int(max(label.max() for label in labels)))
        image = images[0] if len(images) == 1 else np.concatenate(images)
        arrays: dict[str, Array] = {
            "image": image.reshape(len(image), *found["image"].shape),
            "label": np.concatenate(labels),
        }
        notes: tuple[str, ...] = ()
        if self.scale and headers[0].dtype == "u1":
            notes = ("The bytes of image, 0 to 255, are divided by 255.",)
        held_out = len(images[1]) if len(images) > 1 else 0
        return Dataset(arrays, found, notes, held_out=held_out)

    def _pairs(self, folder: FilePath) -> list[tuple[FilePath, FilePath]]:
        pairs = [
            (
                locate(folder, self.images, "the images (images)"),
                locate(folder, self.labels, "the labels (labels)"),
            )
        ]
        if self.test_images or self.test_labels:
            pairs.append(
                (
                    locate(folder, self.test_images, "the test images (test_images)"),
                    locate(folder, self.test_labels, "the test labels (test_labels)"),
                )
            )
        return pairs

    def _fields(self, headers: list[Header], largest: int) -> dict[str, Field]:
        first, *others = headers
        for other in others:
            if (other.shape[1:], other.dtype) != (first.shape[1:], first.dtype):
                raise DataError(
                    f"{other.name} holds samples of {_sample(other)}, "
                    f"but {first.name} holds samples of {_sample(first)}"
                )
        shape = first.shape[1:]
        if len(shape) == 2:  # grey images have one channel
            shape = (1, *shape)
        classes = self.class_names or tuple(map(str, range(largest + 1)))
        if len(classes) <= largest:
            raise DataError(
                f"class_names has {len(classes)} names, but the labels go up to {largest}, "
                f"which takes {largest + 1}"
            )
        label = Field("label", dtype="int64", classes=classes, role="target")
        return {"image": Field("image", shape), "label": label}

    def _values(self, header: Header, data: bytearray) -> npt.NDArray[np.float32]:
        import numpy as np

        values = np.frombuffer(data, f">{header.dtype}").reshape(header.shape).astype(np.float32)
        if self.scale and header.dtype == "u1":
            values /= 255
        elif header.dtype.startswith("f") and not np.isfinite(values).all():
            raise DataError(f"{header.name} holds numbers that are infinite or missing")
        return values


def _read_labels(path: FilePath, images: Header) -> tuple[int, ...]:
    header = read_header(path)
    if len(header.shape) != 1 or header.dtype.startswith("f"):
        raise DataError(
            f"{header.name} holds {' x '.join(map(str, header.shape))} values of type "
            f"{header.dtype}, but labels are one whole number a sample"
        )
    if header.shape[0] != images.shape[0]:
        raise DataError(
            f"{header.name} has {header.shape[0]} labels, but {images.name} has "
            f"{images.shape[0]} images"
        )
    _, data = read_idx(path)
    labels = struct.unpack(f">{header.shape[0]}{FORMATS[header.dtype]}", data)
    for label in (min(labels), max(labels)):
        if not 0 <= label < MOST_CLASSES:
            raise DataError(
                f"{header.name} has the label {label}, but labels go from 0 to {MOST_CLASSES - 1}"
            )
    return labels


def _sample(header: Header) -> str:
    return f"{' x '.join(map(str, header.shape[1:])) or 'one value'} ({header.dtype})"


SOURCES: tuple[type[DataSource], ...] = (IdxFiles,)
