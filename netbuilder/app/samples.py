"""A look at the data of a document: how many samples each part has, and a few of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.check.fields import Field, Fields
from netbuilder.data.prepare import Prepared, fields, prepare
from netbuilder.data.settings import as_given
from netbuilder.data.source import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_ROWS = 8
MOST_PICTURES = 16
MOST_COLUMNS = 8  # of one field
MOST_LETTERS = 60  # of a text

_SMALL = 4  # px; what is smaller is no picture
_LARGE = 192  # px; of what is larger, every so many pixels are shown: enough at a scale of 300%
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_VISIBLE = {"\n": "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}", "\t": "\N{RIGHTWARDS ARROW}"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A sample that is an image.

    Attributes:
        width: Pixels.
        height: Pixels.
        values: Row by row, a byte of brightness a pixel, or one each of red, green and blue; the
            lowest number of the picture is 0, the highest 255. Where every pixel has a class, black and
            white lines part the classes.
        label: What is right for it; empty where nothing is said.
    """

    width: int
    height: int
    values: bytes
    label: str


def _picture_to_plain(picture: Picture) -> dict[str, Any]:
    return {**asdict(picture), "values": base64.b64encode(picture.values).decode("ascii")}


def _picture_from_plain(plain: Mapping[str, Any]) -> Picture:
    return Picture(**{**plain, "values": base64.b64decode(plain["values"])})


@dataclass(frozen=True)
class Preview:
    """What can be shown of the data.

    Attributes:
        sizes: How many samples ``train``, ``val`` and ``test`` have.
        fields: What the fields hold.
        pictures: The first training samples, where a field holds images.
        heads: The heads of a table's columns; empty where there are pictures only.
        rows: The first training samples as text, as long as the heads.
        notes: Sentences on what was done to the data.
    """

    sizes: Mapping[str, int]
    fields: Fields
    pictures: tuple[Picture, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "sizes": dict(self.sizes),
            "fields": [asdict(field) for field in self.fields.values()],
            "pictures": [_picture_to_plain(one) for one in self.pictures],
            "heads": self.heads,
            "rows": self.rows,
            "notes": self.notes,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Preview:
        """Return what ``to_plain`` wrote."""
        fields = [
            Field(**{**one, "shape": tuple(one["shape"]), "classes": tuple(one["classes"])})
            for one in plain["fields"]
        ]
        return cls(
            plain["sizes"],
            {field.name: field for field in fields},
            tuple(_picture_from_plain(one) for one in plain["pictures"]),
            tuple(plain["heads"]),
            tuple(tuple(row) for row in plain["rows"]),
            tuple(plain["notes"]),
        )


def preview(data: Mapping[str, Any], folder: Path) -> Preview:
    """Read a document's data and take a look; this may take seconds.

    Samples are shown as they are, not standardized.

    Args:
        data: The document's ``data``.
        folder: The document's folder, where relative paths start.

    Raises:
        DataError: A setting, a file or a column is not there or not as expected.
    """
    fields(data, folder)  # says what is wrong with settings that are not used below
    found = _as_they_are(data, folder)
    pictures, heads, rows = _drawn(found, _Chosen("train", range(MOST_PICTURES)))
    return Preview(found.sizes, found.fields, pictures, heads, rows[:MOST_ROWS], found.notes)


@dataclass(frozen=True)
class Samples:
    """Some samples of a split.

    Attributes:
        pictures: One a sample, where a field holds images.
        heads: The heads of a table's columns; empty where there are pictures only.
        rows: One a sample as text, as long as the heads.
    """

    pictures: tuple[Picture, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "pictures": [_picture_to_plain(one) for one in self.pictures],
            "heads": self.heads,
            "rows": self.rows,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Samples:
        """Return what ``to_plain`` wrote."""
        return cls(
            tuple(_picture_from_plain(one) for one in plain["pictures"]),
            tuple(plain["heads"]),
            tuple(tuple(row) for row in plain["rows"]),
        )


def samples_at(data: Mapping[str, Any], folder: Path, split: str, places: Sequence[int]) -> Samples:
    """Read some samples of a split, as they are, not standardized; this may take seconds.

    Args:
        data: The document's ``data``.
        folder: The document's folder, where relative paths start.
        split: ``train``, ``val`` or ``test``.
        places: Which of its samples, in the order in which they are wanted.

    Raises:
        DataError: A setting, a file or a column is not there, or the split has no such sample.
    """
    found = _as_they_are(data, folder)
    count = found.sizes[split]
    for place in places:
        if not 0 <= place < count:
            raise DataError(f"the {split} split has {count} samples, so there is no sample {place}")
    return Samples(*_drawn(found, _Chosen(split, places)))


@dataclass(frozen=True)
class _Chosen:
    """Which samples of a split are shown."""

    split: str
    places: Sequence[int]

    def of(self, found: Prepared, field: Field) -> npt.NDArray[Any]:
        """Their values of a field; places beyond the last sample are left out."""
        values = found.splits[self.split][field.name]
        return values[[place for place in self.places if place < len(values)]]


def _as_they_are(data: Mapping[str, Any], folder: Path) -> Prepared:
    return prepare(as_given(data), folder)


def _drawn(
    found: Prepared, chosen: _Chosen
) -> tuple[tuple[Picture, ...], tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Samples as pictures, and as a table: the heads and the rows."""
    image = next((f for f in found.fields.values() if is_image(f)), None)
    pictures = _pictures(found, image, chosen) if image is not None else ()
    flat = [f for f in found.fields.values() if len(f.shape) < 2]
    if image is not None:
        flat = [f for f in flat if f.role != "target"]  # it stands below the pictures
    columns = [column for field in flat for column in _columns(found, field, chosen)]
    heads = tuple(head for head, _ in columns)
    return pictures, heads, tuple(zip(*(cells for _, cells in columns), strict=True))


def is_image(field: Field) -> bool:
    """Whether the samples of a field are shown as pictures."""
    shape = field.shape
    if field.role == "target" or len(shape) not in (2, 3) or min(shape[-2:]) < _SMALL:
        return False
    return len(shape) == 2 or shape[0] in (1, 3, 4)


def _pictures(found: Prepared, field: Field, chosen: _Chosen) -> tuple[Picture, ...]:
    labels = _labels(found, chosen)
    images = chosen.of(found, field)
    mask = next((f for f in found.fields.values() if is_mask(f, field)), None)
    if mask is None:
        return tuple(
            picture_of(image, labels[number] if number < len(labels) else "")
            for number, image in enumerate(images)
        )
    masks = chosen.of(found, mask)
    return tuple(
        picture_of(image, _classes_in(codes, mask), codes)
        for image, codes in zip(images, masks, strict=True)
    )


def is_mask(field: Field, image: Field) -> bool:
    """Whether a field says the class of every pixel of an image."""
    return bool(field.classes) and field.role == "target" and field.shape == image.shape[-2:]


def _classes_in(mask: npt.NDArray[Any], field: Field) -> str:
    import numpy as np

    return ", ".join(told(code, field) for code in np.unique(mask))


def picture_of(
    image: npt.NDArray[Any],
    label: str,
    mask: npt.NDArray[Any] | None = None,
    span: tuple[float, float] | None = None,
) -> Picture:
    """Return a sample as a picture.

    Args:
        image: (height, width), or channels first.
        label: What stands below it.
        mask: The class of every pixel, (height, width); lines part the classes.
        span: The numbers that are black and white; None for the least and the largest of the picture.
    """
    import numpy as np

    planes = image if image.ndim == 3 else image[None]
    step = max(1, -(-max(planes.shape[1:]) // _LARGE))
    # Three channels are red, green and blue; a fourth is what is opaque, which says nothing here.
    colours = planes[:3] if len(planes) in (3, 4) else planes.mean(axis=0, keepdims=True)
    pixels = colours[:, ::step, ::step].transpose(1, 2, 0).astype(np.float64)
    low, high = span or (float(pixels.min()), float(pixels.max()))
    scaled = (pixels - low) / (high - low) * 255 if high > low else np.zeros(pixels.shape)
    values = np.rint(scaled.clip(0, 255)).astype(np.uint8)
    if mask is not None:
        edge = _edge(mask[::step, ::step])
        values[edge] = np.where(values[edge].mean(axis=1, keepdims=True) < 128, 255, 0)
    return Picture(values.shape[1], values.shape[0], values.tobytes(), label)


def _edge(mask: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """The pixels beside one of another class: a line that stands out, whatever the colours."""
    import numpy as np

    edge = np.zeros(mask.shape, bool)
    edge[:-1] |= mask[:-1] != mask[1:]
    edge[:, :-1] |= mask[:, :-1] != mask[:, 1:]
    return edge


def _labels(found: Prepared, chosen: _Chosen) -> list[str]:
    """What is right for samples, by the first target that is one number a sample."""
    for field in found.fields.values():
        if field.role == "target" and field.shape in ((), (1,)):
            return [told(value, field) for value in chosen.of(found, field).reshape(-1)]
    return []


def _columns(found: Prepared, field: Field, chosen: _Chosen) -> list[tuple[str, list[str]]]:
    """The heads and the cells of a field."""
    values = chosen.of(found, field)
    if tokens := _tokens_of(found, field):
        return [(field.name, [as_text(sample, tokens) for sample in values])]
    table = values.reshape(len(values), -1)
    names: Sequence[str] = found.preprocessing["columns"].get(field.name, ())
    width = table.shape[1]
    shown = range(min(width, MOST_COLUMNS))
    made = [
        (_head(field, names, number, width), [told(v, field) for v in table[:, number]])
        for number in shown
    ]
    if width > MOST_COLUMNS:
        rest = width - MOST_COLUMNS
        made.append((f"{_ELLIPSIS} {rest} more", [_ELLIPSIS] * len(values)))
    return made


def _tokens_of(found: Prepared, field: Field) -> Sequence[str]:
    """What the numbers of a field stand for, where it holds a text: its own, or of one with the same names."""
    for name, tokens in found.preprocessing.get("vocabulary", {}).items():
        if len(field.shape) == 1 and field.classes == found.fields[name].classes:
            return tokens  # type: ignore[no-any-return]
    return ()


def as_text(sample: npt.NDArray[Any], tokens: Sequence[str]) -> str:
    """A sample as people read it, on one line."""
    whole = "".join(tokens[number] for number in sample.tolist())
    shown = whole if len(whole) <= MOST_LETTERS else whole[: MOST_LETTERS - 1] + _ELLIPSIS
    return "".join(_VISIBLE.get(letter, letter) for letter in shown)


def _head(field: Field, names: Sequence[str], number: int, width: int) -> str:
    if number < len(names):
        return names[number]
    return field.name if width == 1 else f"{field.name} {number + 1}"


def told(value: np.generic, field: Field) -> str:
    """A number of a field, or the class that it stands for, as people read it."""
    number = value.item()
    if field.classes and isinstance(number, int) and 0 <= number < len(field.classes):
        return str(field.classes[number])
    return f"{number:.4g}" if isinstance(number, float) else str(number)
