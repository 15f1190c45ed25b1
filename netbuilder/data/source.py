"""What a data source is: declared settings, the fields it has, and the samples when they are wanted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from netbuilder.check.fields import Field
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.params import Declared

if TYPE_CHECKING:  # what a source has is asked without numpy
    from netbuilder.data.arrays import Array

Task = Literal["classification", "regression", ""]


class DataError(NetBuilderError):
    """Data that are missing, damaged or not as the settings say; the text is a sentence."""


@dataclass(frozen=True)
class Dataset:
    """The samples of a source, before they are split.

    Attributes:
        arrays: By field, each of shape (samples, *field.shape); a missing number is NaN.
        fields: What the arrays hold.
        notes: Sentences on what was done to the data, such as rows that were left out.
        columns: For fields that are made of named columns: their names, in order.
        held_out: How many samples at the end came as a test set of their own.
        gap: For samples whose order is time, such as windows over a text: how many share something with
            the first one of a later part, and are left out at its border; parts then follow each other.
            None for samples that may be shuffled.
        vocabulary: For fields of tokens: what each number stands for, in order.
        tokenizer: For fields whose tokens were learnt: what makes them of a text, see ``data.bpe``.
    """

    arrays: Mapping[str, Array]
    fields: Mapping[str, Field]
    notes: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held_out: int = 0
    gap: int | None = None
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tokenizer: Mapping[str, str] = field(default_factory=dict)


class DataSource(Declared):
    """Where samples come from; the settings of a source are its declared parameters.

    A subclass names itself: ``class Iris(DataSource, id="iris", title="Iris", task="classification")``.
    The first paragraph of its docstring is its documentation.

    Attributes:
        id: Its name in documents.
        title: Its name for people.
        doc: What it holds, in a sentence or two.
        task: What it is usually used for; empty where that depends on its settings.
        later: Settings that it has got since runs were made with it. At their defaults, which mean what was
            meant before, they are no part of the fingerprint, so that it stays that of older runs.
    """

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    doc: ClassVar[str] = ""
    task: ClassVar[Task] = ""
    later: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(
        cls, id: str = "", title: str = "", task: Task = "", **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        cls.id = id
        cls.title = title
        cls.task = task
        cls.doc = " ".join((cls.__doc__ or "").split("\n\n", maxsplit=1)[0].split())

    @abstractmethod
    def fields(self, folder: Path) -> dict[str, Field]:
        """Return the fields without loading the samples.

        Args:
            folder: Where relative paths start.

        Raises:
            DataError: A file is missing or not as expected.
        """

    @abstractmethod
    def load(self, folder: Path) -> Dataset:
        """Return all samples.

        Args:
            folder: Where relative paths start.

        Raises:
            DataError: A file is missing or not as expected.
        """

    def texts_of(self, column: str, folder: Path) -> list[str] | None:
        """Return what a column of the table says of each sample that ``load`` gives.

        Args:
            column: Its name.
            folder: Where relative paths start.

        Returns:
            None where the source is no table of texts.

        Raises:
            DataError: There is no such column, or the file cannot be read.
        """
        return None

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Return what documentation and forms need to know, as plain data."""
        return {
            "title": cls.title,
            "doc": cls.doc,
            "task": cls.task,
            "params": {name: param.facts() for name, param in cls.params.items()},
        }
