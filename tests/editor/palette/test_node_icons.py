"""Every node type has a picture of its own, in one style, readable in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import netbuilder_resources
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPixmapCache

from netbuilder.app.curves import glyph, has_curve
from netbuilder.app.theme import CATEGORY_COLOURS, GROUP_COLOUR, THEMES
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.node_icons import ink_of, node_icon, paint_node_icon

TYPES = standard_catalogue().types
FOLDER = Path(netbuilder_resources.__file__).parent / "icons" / "nodes"


def seen(key: str) -> bytes:
    """An icon as 32 x 32 pixels."""
    image = node_icon(key, "#ff0000").pixmap(32, 32).toImage()
    image.convertTo(QImage.Format.Format_ARGB32)
    return bytes(image.constBits())


def test_every_type_has_an_icon_of_its_own(qapp):
    shown = {}
    for key in (*TYPES, "custom_of_somebody", "group:block"):
        picture = seen(key)
        assert any(picture), key
        shown.setdefault(picture, []).append(key)
    assert [keys for keys in shown.values() if len(keys) > 1] == []


def test_types_of_others_share_one_and_so_do_groups(qapp):
    assert seen("custom_of_somebody") == seen("any") == seen("../logo")
    assert seen("group:block") == seen("library:residual") != seen("any")


def test_a_file_there_is_belongs_to_a_type_that_has_no_other_picture():
    stems = {path.stem for path in FOLDER.glob("*.svg")}
    drawn = {key for key, found in TYPES.items() if has_curve(found)}
    assert set(TYPES) - drawn <= stems
    assert stems - set(TYPES) == {"any"}
    # Functions that look alike within a few px are drawn by hand.
    assert stems & drawn == {"leaky_relu", "relu6", "celu", "threshold"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.stem)
def test_an_icon_is_in_the_style_of_the_set(path):
    text = path.read_text(encoding="utf-8")
    assert 'viewBox="0 0 16 16"' in text
    assert 'stroke-width="1.5"' in text
    assert "#" not in text, "colours come from the theme"
    assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', text)) <= {"none", "currentColor"}


def test_curves_are_drawn_from_their_formula():
    relu, tanh = glyph(TYPES["relu"]()), glyph(TYPES["tanh"]())
    assert relu != tanh
    assert "currentColor" in relu
    # Where a function has no number, the line is broken.
    assert glyph(TYPES["reciprocal"]()).count("M") - glyph(TYPES["exp"]()).count("M") == 1


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("colour", sorted({*CATEGORY_COLOURS.values(), GROUP_COLOUR}))
def test_icons_stand_out_from_panels(theme, colour):
    one, other = luminance(ink_of(colour, THEMES[theme])), luminance(THEMES[theme].panel)
    assert (max(one, other) + 0.05) / (min(one, other) + 0.05) >= 3.0


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_an_icon_is_rendered_once_for_a_scale(qapp, monkeypatch):
    QPixmapCache.clear()
    made = []
    real = node_icon
    monkeypatch.setattr(
        "netbuilder.editor.node_icons.node_icon",
        lambda key, colour: made.append(key) or real(key, colour),
    )
    image = QImage(32, 32, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    for _ in range(3):
        paint_node_icon(painter, QRectF(0, 0, 16, 16), "conv2d", "#4c8dff")
    painter.end()
    assert made == ["conv2d"]
