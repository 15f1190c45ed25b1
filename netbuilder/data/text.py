"""Plain text as tokens: a file, or the source text that every Python brings along."""

from __future__ import annotations

import platform
import sysconfig
from dataclasses import replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from netbuilder.check.fields import Field
from netbuilder.data import bpe
from netbuilder.data.files import locate, open_data
from netbuilder.data.source import DataError, Dataset, DataSource
from netbuilder.data.windows import token_fields, windows
from netbuilder.node_api.params import Choice, Float, Int, Path

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MOST_BYTES = 200_000_000  # of a file
MOST_CHARACTERS = 5_000  # different ones; more are no alphabet, and bytes serve better
MOST_LEARNT = 1_000_000  # characters that tokens are learnt from: half a second

WINDOW_DOC = "Tokens of a sample; the network sees that many at once."
STRIDE_DOC = "Tokens from the start of one window to that of the next; 0 takes the window, so that none overlap."
_BYTES = tuple(
    chr(byte) if 32 < byte < 127 else {32: " ", 10: "\n", 9: "\t"}.get(byte, f"0x{byte:02x}")
    for byte in range(256)
)
_ASCII = ("\n", *(chr(code) for code in range(32, 127)))


class TextFile(DataSource, id="text", title="Text file", task="classification"):
    """A text in UTF-8, cut into windows of tokens; the network learns to say the token after each.

    The windows stay in order: the beginning of the text is trained on, its end is tested, and no
    window of one part overlaps another part.
    """

    path = Path("", doc="The file.")
    tokens = Choice(
        "characters",
        choices=("characters", "bytes", "bpe"),
        doc="characters: the alphabet is what occurs in the text, in the order of Unicode; bytes: 256 of "
        "them, whatever the text; bpe: pieces of words, learnt from the text by byte pair encoding.",
    )
    vocabulary = Int(
        1024,
        min=bpe.BYTES + 1,
        max=65_536,
        doc="bpe: how many tokens there are, the 256 bytes among them.",
    )
    learn_from = Float(
        0.5,
        min=0.001,
        max=1,
        doc="bpe: the share of the text, from its start, that the tokens are learnt from; keep it within "
        "what is trained on. A million characters at most are taken.",
    )
    window = Int(64, min=1, doc=WINDOW_DOC)
    stride = Int(0, min=0, doc=STRIDE_DOC)

    later = frozenset({"vocabulary", "learn_from"})

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The tokens of a window, and those that come next."""
        path = locate(folder, self.path, "text (path)")
        return token_fields(self._vocabulary(path), self.window)

    def load(self, folder: FilePath) -> Dataset:
        """Read the file and cut it."""
        import numpy as np

        path = locate(folder, self.path, "text (path)")
        vocabulary = self._vocabulary(path)
        if self.tokens == "bpe":
            return self._learnt_tokens(path, vocabulary)
        if self.tokens == "bytes":
            ids = np.frombuffer(_read(path), np.uint8).astype(np.int64)
        else:
            ids = numbers_of(_decoded(path), vocabulary)
        return windows(ids, vocabulary, self.window, self.stride, ())

    def _vocabulary(self, path: FilePath) -> tuple[str, ...]:
        if self.tokens == "bytes":
            _known(path)  # a file that is not there is told before the samples are wanted
            return _BYTES
        if self.tokens == "bpe":
            return bpe.vocabulary(self._tokenizer(path))
        return _alphabet(path, *_known(path))

    def _tokenizer(self, path: FilePath) -> str:
        return _learnt(path, *_known(path), self.vocabulary, self.learn_from)

    def _learnt_tokens(self, path: FilePath, vocabulary: tuple[str, ...]) -> Dataset:
        tokenizer, content = self._tokenizer(path), _decoded(path)
        ids = bpe.encode(tokenizer, content)
        note = (
            f"{len(vocabulary):,} tokens were learnt from the first "
            f"{len(_start(content, self.learn_from)):,} of {len(content):,} characters."
        )
        found = windows(ids, vocabulary, self.window, self.stride, (note,))
        return replace(found, tokenizer={"tokens": tokenizer})


class PythonStdlib(DataSource, id="python_stdlib", title="Python's source", task="classification"):
    """The modules of Python's standard library, as text that is there on every computer.

    The modules follow each other by name, cut into windows of characters; the network learns to say
    the character after each. Another version of Python has another text.
    """

    characters = Int(1_000_000, min=1_000, doc="How much of the text is taken, from its start.")
    window = Int(64, min=1, doc=WINDOW_DOC)
    stride = Int(0, min=0, doc=STRIDE_DOC)

    def fields(self, folder: FilePath) -> dict[str, Field]:
        """The characters of a window, and those that come next."""
        return token_fields(_ASCII, self.window)

    def load(self, folder: FilePath) -> Dataset:
        """Read the modules and cut them."""
        text = _stdlib(self.characters)
        note = (
            f"The text is that of Python {platform.python_version()}'s standard library, "
            f"{len(text):,} characters; other versions have another text. A tab is written as four spaces, "
            "and a character beyond ASCII as ?."
        )
        return windows(numbers_of(text, _ASCII), _ASCII, self.window, self.stride, (note,))


def numbers_of(text: str, vocabulary: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return the place in the alphabet of each character of a text, (characters,).

    Args:
        text: The text.
        vocabulary: Single characters, each of the text among them.
    """
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le"), "<u4")
    table = np.zeros(max(map(ord, vocabulary)) + 1, np.int64)
    table[[ord(one) for one in vocabulary]] = np.arange(len(vocabulary))
    return table[codes]  # type: ignore[no-any-return]


@lru_cache(maxsize=8)
def _alphabet(path: FilePath, modified: int, size: int) -> tuple[str, ...]:
    """The characters of a file, read anew when it has changed."""
    found = tuple(sorted(set(_decoded(path))))
    if len(found) > MOST_CHARACTERS:
        raise DataError(
            f"{path} has {len(found):,} different characters, but at most {MOST_CHARACTERS:,} make an "
            "alphabet; set tokens to bytes"
        )
    return found


@lru_cache(maxsize=8)
def _learnt(path: FilePath, modified: int, size: int, vocabulary: int, share: float) -> str:
    """The tokenizer for a file, learnt anew when it has changed."""
    return bpe.learn(_start(_decoded(path), share), vocabulary)


def _start(content: str, share: float) -> str:
    return content[: min(MOST_LEARNT, max(1, int(len(content) * share)))]


def _known(path: FilePath) -> tuple[int, int]:
    """When a file was written last, and how many bytes it has."""
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        with open_data(path):  # says why
            raise DataError(f"{path} cannot be read") from error
    if facts.st_size > MOST_BYTES:
        raise DataError(
            f"{path} has {facts.st_size / 1e6:,.0f} MB, but at most {MOST_BYTES / 1e6:,.0f} MB of text are "
            "read at once; cut it"
        )
    if not facts.st_size:
        raise DataError(f"{path} is empty, but text was expected")
    return facts.st_mtime_ns, facts.st_size


def _read(path: FilePath) -> bytes:
    _known(path)
    with open_data(path) as file:
        return file.read(MOST_BYTES)


def _decoded(path: FilePath) -> str:
    try:
        return _read(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path} is not text in UTF-8: byte {error.start + 1:,} is 0x{error.object[error.start]:02x}; "
            "save it as UTF-8, or set tokens to bytes"
        ) from error


@lru_cache(maxsize=2)
def _stdlib(characters: int) -> str:
    """The source of the modules by name, as many characters as are wanted or there are."""
    parts: list[str] = []
    length = 0
    for path in sorted(FilePath(sysconfig.get_path("stdlib")).glob("*.py")):
        if length >= characters:
            break
        text = path.read_text(encoding="utf-8", errors="replace").expandtabs(4)
        plain = "".join(c if c == "\n" or " " <= c <= "~" else "?" for c in text)
        parts.append(plain)
        length += len(plain)
    if not parts:
        raise DataError("this Python comes without the source of its standard library")
    return "".join(parts)[:characters]


SOURCES: tuple[type[DataSource], ...] = (TextFile, PythonStdlib)
