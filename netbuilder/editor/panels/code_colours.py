"""Python in the theme's colours."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from PySide6.QtGui import (
    QColor,
    QFont,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)

from netbuilder.app.theme import CATEGORY_COLOURS, Theme
from netbuilder.editor.style import mix

ENOUGH = 4.5  # to 1: the contrast that text needs to be read
_INSIDE_DOCSTRING = 1

_TOKEN = re.compile(
    r"""
    (?P<comment>\#.*)
  | (?P<docstring>\"\"\")
  | (?P<string>[rbf]?"(?:[^"\\]|\\.)*"|[rbf]?'(?:[^'\\]|\\.)*')
  | (?P<defined>(?<=\bclass\ )\w+|(?<=\bdef\ )\w+)
  | (?P<number>(?<![\w.])(?:\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?|\.\d+)(?!\w))
  | (?P<module>(?<![\w.])(?:nn|F|torch)\.\w+(?:\.\w+)*)
  | (?P<word>[A-Za-z_]\w*)
    """,
    re.VERBOSE,
)
_SELF = frozenset(("self", "super", "cls"))


class PythonColours(QSyntaxHighlighter):
    """Colours the words of Python source; a stale source is grey all over."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._formats = formats(theme)
        self._stale = False

    def take(self, theme: Theme, *, stale: bool) -> None:
        """Take a theme's colours, or one grey for a source that does not hold any more."""
        self._stale = stale
        self._formats = formats(theme)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Colour a line."""
        inside = self.previousBlockState() == _INSIDE_DOCSTRING
        for start, length, kind in tokens(text, inside=inside):
            if kind == "open":
                inside = length > 0
                continue
            if not self._stale:
                self.setFormat(start, length, self._formats[kind])
        self.setCurrentBlockState(_INSIDE_DOCSTRING if inside else 0)
        if self._stale:
            self.setFormat(0, len(text), self._formats["comment"])


def tokens(text: str, *, inside: bool = False) -> Iterator[tuple[int, int, str]]:
    """Yield where what stands in a line of Python: start, length and kind.

    A last entry of the kind ``open`` says by a length of 1 or 0 whether the line ends within a
    docstring.

    Args:
        text: The line.
        inside: Whether it begins within a docstring.
    """
    at = 0
    while at <= len(text):
        if inside:
            end = text.find('"""', at)
            stop = len(text) if end < 0 else end + 3
            yield at, stop - at, "string"
            if end < 0:
                break
            at, inside = stop, False
            continue
        match = _TOKEN.search(text, at)
        if match is None:
            break
        start, at = match.span()
        kind = match.lastgroup or ""
        if kind == "docstring":
            yield start, 3, "string"
            inside = True
        elif kind == "word":
            found = _kind_of(match.group())
            if found:
                yield start, at - start, found
        else:
            yield start, at - start, kind
    yield 0, int(inside), "open"


def formats(theme: Theme) -> dict[str, QTextCharFormat]:
    """Return how each kind of word looks in a theme."""
    colours = {
        "keyword": _readable(CATEGORY_COLOURS["Arithmetic"], theme),
        "constant": _readable(CATEGORY_COLOURS["Activation"], theme),
        "number": _readable(CATEGORY_COLOURS["Activation"], theme),
        "string": _readable(CATEGORY_COLOURS["Normalization"], theme),
        "module": _readable(theme.accent, theme),
        "type": _readable(CATEGORY_COLOURS["Input and output"], theme),
        "defined": theme.text,
        "self": theme.secondary,
        "comment": theme.secondary,
    }
    made = {}
    for kind, colour in colours.items():
        made[kind] = QTextCharFormat()
        made[kind].setForeground(QColor(colour))
    made["defined"].setFontWeight(QFont.Weight.DemiBold)
    return made


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _readable(colour: str, theme: Theme) -> str:
    """A colour, mixed with that of text until it can be read on panels and on marked lines."""
    marked = marked_line(theme)
    for share in range(0, 101, 5):
        found = mix(colour, theme.text, share / 100)
        if min(contrast(found, theme.panel), contrast(found, marked)) >= ENOUGH:
            return found
    return theme.text


def marked_line(theme: Theme) -> str:
    """The ground of lines that belong to what is selected."""
    return mix(theme.panel, theme.accent, 0.14)


def _kind_of(word: str) -> str:
    if word in ("True", "False", "None"):
        return "constant"
    if keyword.iskeyword(word):
        return "keyword"
    if word in _SELF:
        return "self"
    if word in ("Tensor", "int", "float", "bool", "tuple", "dict", "str", "list", "range"):
        return "type"
    return ""


def _luminance(colour: str) -> float:
    known = QColor(colour)
    return (
        0.2126 * _linear(known.redF())
        + 0.7152 * _linear(known.greenF())
        + 0.0722 * _linear(known.blueF())
    )


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)
