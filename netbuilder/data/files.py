"""Opening the files that settings name, with a sentence for everything that can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from netbuilder.data.source import DataError


def locate(folder: Path, text: str, what: str) -> Path:
    """Return the path that a setting names.

    Args:
        folder: Where relative paths start.
        text: The setting.
        what: What the file holds, for the message.

    Raises:
        DataError: The setting is empty.
    """
    if not text:
        raise DataError(f"no file with {what} is chosen")
    return folder / Path(text).expanduser()


@contextmanager
def open_data(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read its bytes; also what goes wrong while it is read becomes a DataError."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe might never end
            raise DataError(f"{path} is not a file")
        with path.open("rb") as file:
            yield file
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}") from error
