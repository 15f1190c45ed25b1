"""Reading a table of texts from a Parquet file; needs pyarrow.

Source: https://parquet.apache.org/docs/file-format
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from netbuilder.data.csv_table import Table
from netbuilder.data.files import open_data
from netbuilder.data.source import DataError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import FileMetaData, ParquetFile

MOST_CELLS = 2**26  # they are Python texts while they are sorted out
MOST_BYTES = 2**31  # unpacked


def read_parquet(path: Path, unused: Collection[str]) -> Table:
    """Read a Parquet file; what is missing becomes an empty text.

    Args:
        path: The file.
        unused: Columns that are not read; their texts are empty.

    Raises:
        DataError: It cannot be read, is no such file, or holds what is no table; or pyarrow is not
            installed.
    """
    with _opened(path) as file:
        names = _names(path.name, file)
        return _read(path.name, file, [name for name in names if name not in unused])


def outline_parquet(
    path: Path, unused: Collection[str], target: str, wanted: Collection[str]
) -> Table:
    """Read what of a Parquet file has to be known to tell its fields.

    Columns that its schema says to be of numbers are not read, where they hold any.

    Args:
        path: The file.
        unused: Columns that are not read in any case.
        target: The column that is read whatever it holds; empty for the last one.
        wanted: More such columns.

    Raises:
        DataError: As for ``read_parquet``.
    """
    with _opened(path) as file:
        names = _names(path.name, file)
        kept = {target or names[-1], *wanted}
        numeric = _of_numbers(file, [n for n in names if n not in kept and n not in unused])
        read = [name for name in names if name not in unused and name not in numeric]
        return _read(path.name, file, read, frozenset(numeric))


@contextmanager
def _opened(path: Path) -> Iterator[ParquetFile]:
    try:
        import pyarrow as pa
        from pyarrow.parquet import ParquetFile
    except ModuleNotFoundError as error:
        raise DataError(
            "reading Parquet files takes pyarrow, which is not installed; install it with: "
            'pip install "netbuilder[parquet]"'
        ) from error
    with open_data(path) as file:
        try:
            yield ParquetFile(file)
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            reason = str(error).strip().partition("\n")[0] or "it is damaged"
            raise DataError(f"{path.name} cannot be read as a Parquet file: {reason}") from error


def _names(name: str, file: ParquetFile) -> list[str]:
    names = list(file.schema_arrow.names)
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise DataError(f"{name} has several columns named {twice}; give each a name of its own")
    if not names or not file.metadata.num_rows:
        raise DataError(f"{name} has {len(names)} columns and {file.metadata.num_rows} rows")
    return names


def _read(
    name: str, file: ParquetFile, read: list[str], numeric: frozenset[str] = frozenset()
) -> Table:
    _check_types(name, file.schema_arrow, read)
    _check_memory(name, file.metadata, read)
    rows = file.metadata.num_rows
    held = file.read(columns=read)
    nothing = [""] * rows
    columns = {
        column: _texts(held.column(column)) if column in read else nothing
        for column in file.schema_arrow.names
    }
    return Table(name, columns, list(range(1, rows + 1)), "row", numeric)


def _check_types(name: str, schema: pa.Schema, read: list[str]) -> None:
    from pyarrow import types

    for column in read:
        kind = schema.field(column).type
        if types.is_dictionary(kind):
            kind = kind.value_type
        if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
            raise DataError(
                f"{name}: the column {column} holds values of the type {kind}, but numbers, texts, "
                "dates or true and false were expected; leave it out with leave_out"
            )


def _check_memory(name: str, metadata: FileMetaData, read: list[str]) -> None:
    cells = metadata.num_rows * len(read)
    if cells > MOST_CELLS:
        raise DataError(
            f"{name} has {metadata.num_rows:,} rows of {len(read)} columns, more than the "
            f"{MOST_CELLS:,} values that are taken; leave columns out with leave_out"
        )
    # Of a group and not of its columns: asked for a column, a damaged file ends the process.
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    size = sum(group.total_byte_size for group in groups)
    if size > MOST_BYTES:
        raise DataError(
            f"{name} unpacks to {size / 2**20:,.0f} MiB, more than the {MOST_BYTES // 2**20:,} MiB "
            "that are taken"
        )


def _of_numbers(file: ParquetFile, names: list[str]) -> list[str]:
    """Those of the columns that hold numbers by the schema, and have one in a part of the file."""
    from pyarrow import compute, types

    kinds = {name: file.schema_arrow.field(name).type for name in names}
    open_ones = [n for n, k in kinds.items() if types.is_integer(k) or types.is_floating(k)]
    found = []
    for group in range(file.num_row_groups):
        if not open_ones:
            break
        part = file.read_row_group(group, columns=open_ones)
        held = [
            n
            for n in open_ones
            if not compute.all(compute.is_null(part.column(n), nan_is_null=True)).as_py()
        ]
        found += held
        open_ones = [name for name in open_ones if name not in held]
    return found


def _texts(column: pa.ChunkedArray) -> list[str]:
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_float16(column.type):
        column = column.cast(pa.float32())
    texts = column.cast(pa.large_string()).to_pylist()
    return ["" if text is None else text.strip() for text in texts]
