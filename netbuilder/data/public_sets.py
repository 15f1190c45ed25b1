"""Public sets by their names: downloaded once into a cache, or taken from a folder that has them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, ClassVar

from netbuilder.check.fields import Field
from netbuilder.data.download import Remote, cache_folder
from netbuilder.data.files import open_data
from netbuilder.data.idx_files import IdxFiles
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.data.text import STRIDE_DOC, WINDOW_DOC, numbers_of
from netbuilder.data.windows import token_fields, windows
from netbuilder.node_api.params import Folder, Int

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_DIGITS = tuple("0123456789")
_IDX = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


class PublicSet(DataSource):
    """Files that are the same everywhere; what they hold is known before they are here.

    Attributes:
        files: The files it takes.
    """

    files: ClassVar[tuple[Remote, ...]] = ()

    path = Folder(
        "",
        doc="A folder that has the files; without it, they are downloaded once, when that is asked for.",
    )

    def place(self, folder: FilePath) -> FilePath:
        """Where the files are, or will be."""
        if self.path:
            return folder / FilePath(self.path).expanduser()
        return cache_folder() / "data" / self.id

    def missing(self, folder: FilePath) -> tuple[Remote, ...]:
        """Return the files that are not there.

        Args:
            folder: Where relative paths start.
        """
        place = self.place(folder)
        return tuple(one for one in self.files if not _there(place, one.name).is_file())

    def _demanded(self, folder: FilePath) -> FilePath:
        """Where the files are; all of them."""
        lacking = self.missing(folder)
        if not lacking:
            return self.place(folder)
        names = ", ".join(one.name for one in lacking)
        if self.path:
            raise DataError(
                f"{self.place(folder)} has no {names}; put what is missing there, or leave path empty to "
                f"download {self.title}"
            )
        raise DataError(
            f"{self.title} is not on this computer yet: {names} ({megabytes(lacking)}); download it in the "
            "window Data or with netbuilder data FILE --download, or name a folder that has it (path)"
        )


class _IdxSet(PublicSet):
    """Images of 28 x 28 pixels in MNIST's format."""

    classes: ClassVar[tuple[str, ...]] = _DIGITS

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The grey image and its label."""
        return {
            "image": Field("image", (1, 28, 28)),
            "label": Field("label", dtype="int64", classes=self.classes, role="target"),
        }

    def load(self, folder: FilePath) -> Dataset:
        """Read the files; the test set's samples come last."""
        place = self._demanded(folder)
        images, labels, *test = (str(_there(place, one.name)) for one in self.files)
        settings = {"images": images, "labels": labels, "class_names": self.classes}
        tested = dict(zip(("test_images", "test_labels"), test, strict=True))
        found = IdxFiles({**settings, **tested}).load(folder)
        shape, known = found.fields["image"].shape, self.fields(folder)["image"].shape
        if shape != known:
            raise DataError(
                f"{images} is not of {self.title}: an image has {' x '.join(map(str, shape))} numbers, but "
                f"{' x '.join(map(str, known))} were expected; the source IDX files takes any"
            )
        return found


class Mnist(_IdxSet, id="mnist", title="MNIST", task="classification"):
    """70,000 handwritten digits as grey images of 28 x 28 pixels, 10,000 of them the test set.

    Source: http://yann.lecun.com/exdb/mnist
    """

    files = tuple(
        Remote(
            f"{name}-ubyte.gz",
            size,
            f"md5:{digest}",
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
        )
        for name, size, digest in zip(
            _IDX,
            (9_912_422, 28_881, 1_648_877, 4_542),
            (
                "f68b3c2dcbeaaa9fbdd348bbdeb94873",
                "d53e105ee54ea40749a09fcbcd1e9432",
                "9fb629c4189551a2d022fa330f9573f3",
                "ec29112dd5afa0611ce80d1b7f02629c",
            ),
            strict=True,
        )
    )


class FashionMnist(_IdxSet, id="fashion_mnist", title="Fashion-MNIST", task="classification"):
    """70,000 pictures of clothing, grey, of 28 x 28 pixels, 10,000 of them the test set.

    Source: https://github.com/zalandoresearch/fashion-mnist
    """

    classes = (
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    )
    files = tuple(
        Remote(
            f"{name}-ubyte.gz",
            size,
            f"md5:{digest}",
            (
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ),
        )
        for name, size, digest in zip(
            _IDX,
            (26_421_880, 29_515, 4_422_102, 5_148),
            (
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                "25c81989df183df01b3e8a0aad5dffbe",
                "bef4ecab320f06d8554ea6380940ec79",
                "bb300cfdad3c16e7a12a480ee83cd310",
            ),
            strict=True,
        )
    )


class Cifar10(PublicSet, id="cifar10", title="CIFAR-10", task="classification"):
    """60,000 photographs of animals and vehicles, in colour, of 32 x 32 pixels, 10,000 the test set.

    The binary version is read, packed or unpacked; the one for Python is a pickle, which may run
    anything. Source: https://www.cs.toronto.edu/~kriz/cifar.html
    """

    files = (
        Remote(
            "cifar-10-binary.tar.gz",
            170_052_171,
            "md5:c32a1d4ab5d03f1284b67883e8d87530",
            ("https://www.cs.toronto.edu/~kriz/",),
        ),
    )
    classes: ClassVar[tuple[str, ...]] = (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )

    def missing(self, folder: FilePath) -> tuple[Remote, ...]:
        """The archive, if neither it nor what is in it is there."""
        return () if _unpacked(self.place(folder)) else super().missing(folder)

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The image in red, green and blue, and its label."""
        return {
            "image": Field("image", (3, 32, 32)),
            "label": Field("label", dtype="int64", classes=self.classes, role="target"),
        }

    def load(self, folder: FilePath) -> Dataset:
        """Read the batches; the test set's samples come last."""
        import numpy as np

        place = self._demanded(folder)
        unpacked = _unpacked(place)
        source = unpacked or place / self.files[0].name
        found = dict(_unpacked_batches(unpacked) if unpacked else _packed_batches(source))
        lacking = [name for name in _BATCHES if name not in found]
        if lacking:
            raise DataError(
                f"{source} has no {', '.join(lacking)}, of which the binary version of CIFAR-10 is made"
            )
        rows = {name: _records(name, found[name]) for name in _BATCHES}
        every = np.concatenate(list(rows.values()))
        labels = every[:, 0].astype(np.int64)
        if labels.max() >= len(self.classes):
            raise DataError(
                f"{source} has the label {labels.max()}, but those of CIFAR-10 go from 0 to 9"
            )
        image = every[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32)
        image /= 255
        notes = ("The bytes of image, 0 to 255, are divided by 255.",)
        tested = len(rows[_BATCHES[-1]])
        return Dataset(
            {"image": image, "label": labels}, self.fields(folder), notes, held_out=tested
        )


class TinyShakespeare(
    PublicSet, id="tiny_shakespeare", title="Tiny Shakespeare", task="classification"
):
    """A million characters of Shakespeare's plays, cut into windows; the network learns to say the next.

    The windows stay in order: the beginning is trained on, the end is tested.
    Source: https://github.com/karpathy/char-rnn
    """

    files = (
        Remote(
            "input.txt",
            1_115_394,
            "sha256:86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
            ("https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/",),
        ),
    )
    alphabet: ClassVar[tuple[str, ...]] = tuple(
        "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    )

    window = Int(64, min=1, doc=WINDOW_DOC)
    stride = Int(0, min=0, doc=STRIDE_DOC)

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The characters of a window, and those that come next."""
        return token_fields(self.alphabet, self.window)

    def load(self, folder: FilePath) -> Dataset:
        """Read the text and cut it."""
        path = self._demanded(folder) / self.files[0].name
        with open_data(path) as file:
            read = file.read(2 * self.files[0].size).decode("utf-8", errors="replace")
        others = sorted(set(read) - set(self.alphabet))
        if others:
            raise DataError(
                f"{path} is not Tiny Shakespeare: it has the character {others[0]!r}; "
                "the source Text file takes any text"
            )
        return windows(numbers_of(read, self.alphabet), self.alphabet, self.window, self.stride, ())


def megabytes(files: tuple[Remote, ...]) -> str:
    """How much there is to download, for people."""
    return f"{sum(one.size for one in files) / 1e6:,.1f} MB"


_BATCHES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
_RECORD = 1 + 3 * 32 * 32  # the label, then red, green and blue
_MOST_RECORDS = 10_000


def _there(place: FilePath, name: str) -> FilePath:
    """A file, or what it unpacks to, if only that is there."""
    plain = place / name.removesuffix(".gz")
    return plain if plain.is_file() and not (place / name).is_file() else place / name


def _unpacked(place: FilePath) -> FilePath | None:
    """The folder with CIFAR-10's batches, if the archive was unpacked."""
    for folder in (place, place / "cifar-10-batches-bin"):
        if (folder / _BATCHES[0]).is_file():
            return folder
    return None


def _unpacked_batches(folder: FilePath) -> Iterator[tuple[str, bytes]]:
    for name in _BATCHES:
        if (folder / name).is_file():
            with open_data(folder / name) as file:
                yield name, file.read(_MOST_RECORDS * _RECORD + 1)


def _packed_batches(path: FilePath) -> Iterator[tuple[str, bytes]]:
    """The batches of an archive, read without unpacking it to disk."""
    import tarfile

    try:
        with open_data(path) as file, tarfile.open(fileobj=file, mode="r|gz") as archive:
            for member in archive:
                name = member.name.rsplit("/", 1)[-1]
                if name in _BATCHES and (content := archive.extractfile(member)):
                    yield name, content.read(_MOST_RECORDS * _RECORD + 1)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError(f"{path} is no archive, or a damaged one: {error}") from error


def _records(name: str, content: bytes) -> npt.NDArray[np.uint8]:
    """The records of a batch, (records, bytes)."""
    import numpy as np

    if not content or len(content) % _RECORD:
        raise DataError(
            f"{name} is not made of records of {_RECORD:,} bytes, at most {_MOST_RECORDS:,} of them, as "
            "those of CIFAR-10 are"
        )
    return np.frombuffer(content, np.uint8).reshape(-1, _RECORD)


SOURCES: tuple[type[DataSource], ...] = (Mnist, FashionMnist, Cifar10, TinyShakespeare)
