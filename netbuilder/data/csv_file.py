"""CSV files: tables in text, whatever stands between the values."""

from __future__ import annotations

from pathlib import Path as FilePath

from netbuilder.data.csv_table import DELIMITERS, Table, read_table
from netbuilder.data.files import locate
from netbuilder.data.source import DataSource
from netbuilder.data.table_source import TableSource
from netbuilder.node_api.params import Bool, Choice, Declared


class Format(Declared):
    """How a table is written in a text file."""

    delimiter = Choice(
        "auto", ("auto", *DELIMITERS), group="Format", doc="What stands between two values."
    )
    decimal = Choice("point", ("point", "comma"), group="Format", doc="The decimal sign.")
    header = Bool(True, group="Format", doc="Whether the first row names the columns.")
    encoding = Choice(
        "utf-8",
        ("utf-8", "cp1252", "latin-1", "utf-16"),
        group="Format",
        doc="How letters are written as bytes.",
    )


class CsvFile(TableSource, Format, id="csv", title="CSV file"):
    """A table in a text file, one sample a row; one column is the answer.

    A column in which every value is a number is one of numbers; any other holds categories. Empty
    cells and NA, N/A, NaN, null, none and ? are missing: a missing number becomes the mean over the
    training samples, a missing category is one of its own, and a row without an answer is left out.
    """

    @property
    def comma(self) -> bool:
        """Whether a comma is the decimal sign."""
        return self.decimal == "comma"

    def table(self, folder: FilePath) -> Table:
        """Return the table of texts."""
        path = locate(folder, self.path, "the table (path)")
        return read_table(path, self.delimiter, self.encoding, self.header)


SOURCES: tuple[type[DataSource], ...] = (CsvFile,)
