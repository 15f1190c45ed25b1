"""Parquet files: tables with types, packed by columns."""

from __future__ import annotations

from pathlib import Path as FilePath

from netbuilder.data.csv_table import Table
from netbuilder.data.files import locate
from netbuilder.data.parquet_table import outline_parquet, read_parquet
from netbuilder.data.source import DataSource
from netbuilder.data.table_columns import is_missing
from netbuilder.data.table_source import TableSource


class ParquetFile(TableSource, id="parquet", title="Parquet file"):
    """A table in a Parquet file, one sample a row; one column is the answer.

    Columns are told as those of a CSV file are: a column of numbers, or of texts that are all
    numbers, is one of numbers; any other holds categories. A missing number becomes the mean over
    the training samples, a missing category is one of its own, and a row without an answer is left
    out.
    """

    def table(self, folder: FilePath) -> Table:
        """Return the table of texts."""
        return read_parquet(self._file(folder), self.leave_out)

    def table_with(self, column: str, folder: FilePath) -> Table:
        """Return the table with a column that is read even where it is left out."""
        return read_parquet(self._file(folder), set(self.leave_out) - {column})

    def outline(self, folder: FilePath) -> Table:
        """Return the table without columns that are of numbers by the schema of the file."""
        path = self._file(folder)
        table = outline_parquet(
            path, self.leave_out, self.target, [*self.categorical, *self.hashed]
        )
        target = self.target or list(table.columns)[-1]
        gaps = target not in table.columns or any(map(is_missing, table.columns[target]))
        # Rows without an answer are left out, which can take the last number from a column.
        return read_parquet(path, self.leave_out) if gaps else table

    def _file(self, folder: FilePath) -> FilePath:
        return locate(folder, self.path, "the table (path)")


SOURCES: tuple[type[DataSource], ...] = (ParquetFile,)
