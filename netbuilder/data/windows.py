"""Windows over a sequence of tokens, each with the tokens that come next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data.source import DataError, Dataset

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_BYTES = 2**30  # of the windows together; overlapping ones hold every token many times
_TOKEN_BYTES = 2 * 8  # the token and the next one, as int64
_NAMES = {
    " ": "space",
    "\n": "newline",
    "\t": "tab",
    "\r": "return",
    "\N{NO-BREAK SPACE}": "no-break space",
}


def token_fields(vocabulary: Sequence[str], window: int) -> dict[str, Field]:
    """Return the fields of windows: ``tokens``, and ``next_tokens``, which are one further on.

    Args:
        vocabulary: What each number stands for.
        window: Tokens of a sample.
    """
    names = tuple(token_name(token) for token in vocabulary)
    return {
        "tokens": Field("tokens", (window,), "int64", names),
        "next_tokens": Field("next_tokens", (window,), "int64", names, "target"),
    }


def token_name(token: str) -> str:
    """What people call a token: what cannot be seen is named."""
    if token in _NAMES:
        return _NAMES[token]
    return token if token.isprintable() else f"U+{ord(token):04X}" if len(token) == 1 else token


def windows(
    ids: npt.NDArray[np.int64],
    vocabulary: Sequence[str],
    window: int,
    stride: int,
    notes: Sequence[str],
) -> Dataset:
    """Return the windows over tokens, in order.

    Args:
        ids: The tokens, (tokens,).
        vocabulary: What each number stands for.
        window: Tokens of a sample.
        stride: From the start of a window to that of the next; 0 is the window.
        notes: Sentences on what was done.

    Raises:
        DataError: There are too few tokens for a window, or the windows take too much memory.
    """
    import numpy as np

    stride = stride or window
    if len(ids) <= window:
        raise DataError(
            f"the text has {len(ids):,} tokens, but a window of {window:,} and the token after it take "
            f"{window + 1:,}; make window smaller"
        )
    count = (len(ids) - 1 - window) // stride + 1
    size = count * window * _TOKEN_BYTES
    if size > MOST_BYTES:
        least = -(-len(ids) * window * _TOKEN_BYTES // MOST_BYTES)
        raise DataError(
            f"{count:,} windows of {window:,} tokens at a stride of {stride:,} take {size / 1e9:.1f} GB, "
            f"more than {MOST_BYTES / 1e9:.1f} GB; a stride of {least:,} or more fits"
        )
    every = np.lib.stride_tricks.sliding_window_view(ids, window)
    arrays = {
        "tokens": np.ascontiguousarray(every[:-1:stride][:count]),
        "next_tokens": np.ascontiguousarray(every[1::stride][:count]),
    }
    told = f"{len(ids):,} tokens were cut into {count:,} windows of {window:,} at a stride of {stride:,}."
    return Dataset(
        arrays,
        token_fields(vocabulary, window),
        (*notes, told),
        gap=(window - 1) // stride,
        vocabulary={"tokens": tuple(vocabulary)},
    )
