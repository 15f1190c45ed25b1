"""Windows over a text or a series that a network was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from netbuilder.data import bpe
from netbuilder.data.source import DataError
from netbuilder.data.time_series import TimeSeries

TEXTS = (".txt", ".md", ".py", ".text", ".log")
MOST_TOKENS = 10_000_000


def tokens_of(text: str, vocabulary: Sequence[str], tokenizer: str = "") -> list[int]:
    """Return the numbers of the tokens of a text.

    Args:
        text: What somebody wrote.
        vocabulary: What each number stands for; characters that are not in there count as space.
        tokenizer: What makes tokens of a text, where they were learnt.
    """
    if tokenizer:
        learnt: list[int] = bpe.encode(tokenizer, text).tolist()
        return learnt
    if len(vocabulary) == 256 and vocabulary[255] == "0xff":
        return list(text.encode())
    number = {token: place for place, token in enumerate(vocabulary)}
    return [number.get(one, number.get(" ", 0)) for one in text]


def text_windows(
    path: Path, vocabulary: Sequence[str], tokenizer: str, window: int
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return a text file cut into windows that follow each other.

    The last one ends where the text ends, and may share tokens with the one before it; newlines, or the
    first token, stand before a text that is shorter than a window.

    Args:
        path: The file, in UTF-8.
        vocabulary: What each number stands for.
        tokenizer: What makes tokens of a text, where they were learnt.
        window: Tokens of a sample.

    Returns:
        The windows, (windows, window), and the places of their tokens in the text, for people.

    Raises:
        DataError: It is no text, is empty or too long.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no text in UTF-8: byte {error.start} is none of it") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    ids = tokens_of(text, vocabulary, tokenizer)
    if not ids:
        raise DataError(f"{path} is empty")
    if len(ids) > MOST_TOKENS:
        raise DataError(
            f"{path} has {len(ids):,} tokens, more than the {MOST_TOKENS:,} that are read at once; split it"
        )
    before = max(0, window - len(ids))
    first = {token: place for place, token in enumerate(vocabulary)}.get("\n", 0)
    ids = [first] * before + ids
    starts = [*range(0, len(ids) - window, window), len(ids) - window]
    names = [
        f"{path.name}: {max(start - before, 0) + 1}-{start - before + window}" for start in starts
    ]
    return np.array([ids[start : start + window] for start in starts], np.int64), names


def series_windows(
    path: Path, source: TimeSeries
) -> tuple[npt.NDArray[np.float32], list[str], list[str]]:
    """Return every window of the past that a table has rows for, the last one too.

    Args:
        path: The table.
        source: The series that the network was trained on, with its settings.

    Returns:
        The windows, (windows, rows, columns); what each ends with, for people; and notes.

    Raises:
        DataError: It lacks a column, or has too few rows.
    """
    values, lines, notes = source.past(path)
    if len(values) < source.window:
        raise DataError(
            f"{path} has {len(values):,} rows, but a window takes {source.window:,}; give more of the past"
        )
    every = np.lib.stride_tricks.sliding_window_view(values, source.window, axis=0)
    names = [f"{path.name}:{line}" for line in lines[source.window - 1 :]]
    return np.ascontiguousarray(np.moveaxis(every, -1, 1)), names, notes
