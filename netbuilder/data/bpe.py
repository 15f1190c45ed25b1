"""Tokens of several letters, by byte pair encoding: learnt from a text, and kept as text themselves.

Needs the package tokenizers. Every text can be written with them, since the 256 bytes are tokens as well.
Source: Sennrich, Haddow, Birch 2016, https://arxiv.org/abs/1508.07909; on bytes as in GPT-2.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from netbuilder.data.source import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BYTES = 256  # tokens that are always there
_PIECE = 2**16  # characters that are taken at once, so that the memory stays small
_BATCH = 16  # pieces


def learn(text: str, size: int) -> str:
    """Return a tokenizer for texts like this one, as JSON in the format of tokenizers.

    The same text and size give the same.

    Args:
        text: What is learnt from.
        size: How many tokens there are at most; fewer where the text has no more pairs.

    Raises:
        DataError: tokenizers is not installed.
    """
    try:
        from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    except ModuleNotFoundError as error:
        raise DataError(_ABSENT) from error
    os.environ.setdefault(
        "TOKENIZERS_PARALLELISM", "false"
    )  # else it warns when loaders are forked
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(_pieces(text), trainer)
    return str(made.to_str())


def vocabulary(tokenizer: str) -> tuple[str, ...]:
    """Return what each token stands for; bytes that are no whole character as in ``<e2 82>``.

    Args:
        tokenizer: What ``learn`` returned.
    """
    numbers = json.loads(tokenizer)["model"]["vocab"]
    byte_of = _byte_of()
    return tuple(
        _said(bytes(byte_of[letter] for letter in token))
        for token in sorted(numbers, key=numbers.__getitem__)
    )


def encode(tokenizer: str, text: str) -> npt.NDArray[np.int64]:
    """Return the tokens of a text, (tokens,).

    Args:
        tokenizer: What ``learn`` returned.
        text: Any text.

    Raises:
        DataError: tokenizers is not installed.
    """
    import numpy as np

    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError as error:
        raise DataError(_ABSENT) from error
    made = Tokenizer.from_str(tokenizer)
    pieces = _pieces(text)
    found = [np.zeros(0, np.int64)]
    for start in range(0, len(pieces), _BATCH):
        batch = made.encode_batch_fast(pieces[start : start + _BATCH])
        found += [np.array(one.ids, np.int64) for one in batch]
    return np.concatenate(found)


_ABSENT = (
    "tokens of several letters (bpe) take the package tokenizers, which is not installed; install it with: "
    'pip install "netbuilder[text]"'
)


def _pieces(text: str) -> list[str]:
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]


def _byte_of() -> dict[str, int]:
    """The byte that each letter of a token stands for: GPT-2's way to write bytes as visible letters."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(BYTES) if byte not in set(shown)]
    return {chr(byte): byte for byte in shown} | {
        chr(BYTES + number): byte for number, byte in enumerate(hidden)
    }


def _said(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return f"<{content.hex(' ')}>"
