"""The colours of pictures and of the editor, light and dark, and how wide text is in a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FONT = "Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', 'DejaVu Sans', Arial, sans-serif"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture and of the editor.

    Attributes:
        window: Behind panels.
        panel: Panels, menus, tables.
        raised: Buttons, fields that are hovered, selected rows.
        canvas: Behind the cards.
        dot: The canvas's grid.
        line: Between panels and around fields.
        card_line: Around cards, and wires at rest.
        text: What is read first; 4.5:1 on all of the above at least.
        secondary: What is read next; 4.5:1 as well.
        tertiary: Decoration only: it does not reach 4.5:1.
        card: A node's card.
        accent: What is selected, what to press.
        ok: Fine.
        warning: Runs and is probably wrong.
        error: Cannot run.
        note: A note's paper.
        note_line: Around a note.
        shade: How dark the shadow of a card is, 0 to 1.
    """

    window: str
    panel: str
    raised: str
    canvas: str
    dot: str
    line: str
    card_line: str
    text: str
    secondary: str
    tertiary: str
    card: str
    accent: str
    ok: str
    warning: str
    error: str
    note: str
    note_line: str
    shade: float


THEMES: Mapping[str, Theme] = MappingProxyType(
    {
        "light": Theme(
            window="#eceef1",
            panel="#ffffff",
            raised="#f3f5f7",
            canvas="#f6f7f9",
            dot="#dde1e7",
            line="#dce0e6",
            card_line="#dce0e6",
            text="#1d2430",
            secondary="#566072",
            tertiary="#8a93a3",
            card="#ffffff",
            accent="#2468e5",
            ok="#1f9d5f",
            warning="#c17f0e",
            error="#d43c3c",
            note="#fff8e1",
            note_line="#ecdba6",
            shade=0.07,
        ),
        "dark": Theme(
            window="#14161a",
            panel="#1d2026",
            raised="#23272e",
            canvas="#181b20",
            dot="#252a31",
            line="#2e333b",
            card_line="#3a414b",
            text="#e6e9ee",
            secondary="#a3abb8",
            tertiary="#6d7684",
            card="#242931",
            accent="#4c8dff",
            ok="#3fb97a",
            warning="#e5a63a",
            error="#ef5f5f",
            note="#332e20",
            note_line="#5c5233",
            shade=0.35,
        ),
    }
)

GROUP_COLOUR = "#8a5cf6"
UNKNOWN_COLOUR = "#8a93a3"
TARGET_COLOUR = "#5aa9a0"
INTEGER_COLOUR = "#e08a3c"
FLOAT_COLOUR = "#4c8dff"

CATEGORY_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "Input and output": "#5aa9a0",
        "Linear": "#6f7cf7",
        "Convolution": "#4c8dff",
        "Activation": "#e08a3c",
        "Normalization": "#58b368",
        "Pooling": "#3fb6d9",
        "Regularization": "#b08d57",
        "Arithmetic": "#c46ad1",
        "Reduction": "#c46ad1",
        "Selection": "#c46ad1",
        "Shape": "#c46ad1",
        "Attention": "#e0628a",
        "Recurrent": "#d4ad2b",
        "Loss": "#ef5f5f",
        "Group": GROUP_COLOUR,
    }
)

# Widths in parts of the font size, a little generous: a picture cannot measure its reader's font.
_NARROW = frozenset("ijl.,:;|!'`()[]{}frtI ")
_WIDE = frozenset("mwMW%@")


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is, in px."""
    return size * sum(map(_width, text))


def fitted(text: str, width: float, size: float) -> str:
    """Return a text cut so that it fits, with an ellipsis where something is missing."""
    if text_width(text, size) <= width + 0.01:  # a width that was made of this very text fits it
        return text
    while text and text_width(text + ELLIPSIS, size) > width:
        text = text[:-1]
    return text.rstrip(" ,") + ELLIPSIS


def wrapped(text: str, width: float, size: float, most: int) -> list[str]:
    """Return a text in lines that fit, at most so many."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, size) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + " " + ELLIPSIS] if most > 0 else []
    return [fitted(line, width, size) for line in lines]


def _width(letter: str) -> float:
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE:
        return 0.92
    return 0.7 if letter.isupper() else 0.6
