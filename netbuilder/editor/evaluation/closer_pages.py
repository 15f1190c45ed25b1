"""Pages that look at single samples closely: masks over pictures, and tokens one after the other."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QListWidget, QSizePolicy, QVBoxLayout, QWidget

from netbuilder.app.samples import Picture, Samples
from netbuilder.editor.dialogs.document_dialog import scrolled
from netbuilder.editor.dialogs.sample_pictures import fitted, image_of
from netbuilder.editor.evaluation.page import Page, Shown
from netbuilder.editor.evaluation.words import percent
from netbuilder.editor.look import Look, ui_font
from netbuilder.editor.looking import Places
from netbuilder.editor.training.surface_view import class_colour
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.figure_table import FigureTable
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.node_api.axes import counted

_SIDE, _GAP, _LABEL = 132, 12, 18
_KEY = 20  # px of a line of the legend
_ALPHA = 150
_NO_CLASS = 255
_MOST_KEYS = 12
_WAYS = {"said": "What it says", "wrong": "Where it is wrong", "truth": "What is right"}
_RIGHT, _NONE = "\N{CHECK MARK}", "\N{EM DASH}"
_VISIBLE = {
    "\n": "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}",
    "\t": "\N{RIGHTWARDS ARROW}",
    " ": "\N{OPEN BOX}",
}


class MaskPictures(QWidget):
    """Samples with the classes of their pixels laid over them.

    The first class, mostly the ground, is left clear. Colour is not the only sign: what is said, what is
    right and what is wrong can be looked at one by one, and each sample says how much of it is right.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._masks: Sequence[Mapping[str, Any]] = ()
        self._labels: list[str] = []
        self._classes: Sequence[str] = ()
        self._way = "said"
        self._grounds: list[QImage] = []
        self._overlays: list[QImage] = []
        self.setObjectName("mask_pictures")
        self.setAccessibleName("Masks")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._tint)

    def put(
        self, masks: Sequence[Mapping[str, Any]], labels: Sequence[str], classes: Sequence[str]
    ) -> None:
        """Show masks, as ``closer.masks`` gives them, without the samples as yet."""
        self._masks, self._labels, self._classes = masks, list(labels), classes
        self._grounds = []
        self.setAccessibleDescription(", ".join(labels))
        self._fit()
        self._tint()

    def put_samples(self, pictures: Sequence[Picture]) -> None:
        """Put the samples below their masks."""
        self._grounds = [image_of(one) for one in pictures]
        self.update()

    def show_way(self, way: str) -> None:
        """Lay ``said``, ``wrong`` or ``truth`` over the samples."""
        self._way = way
        self._tint()

    def overlay(self, number: int) -> QImage:
        """What lies over a sample."""
        return self._overlays[number]

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Four side by side."""
        return QSize(4 * (_SIDE + _GAP), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Be higher where fewer stand side by side."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the samples and what lies over them."""
        painter = QPainter(self)
        painter.setFont(ui_font(12))
        metrics = QFontMetrics(painter.font())
        across = self._across()
        for number, overlay in enumerate(self._overlays):
            left = number % across * (_SIDE + _GAP)
            top = number // across * (_SIDE + _LABEL + _GAP)
            place = fitted(overlay, QRect(left, top, _SIDE, _SIDE))
            painter.fillRect(place, QColor(self._look.theme.panel))
            if number < len(self._grounds):
                painter.drawImage(place, self._grounds[number])
            painter.drawImage(place, overlay)
            painter.setPen(QColor(self._look.theme.secondary))
            under = QRect(left, top + _SIDE + 2, _SIDE, _LABEL)
            text = metrics.elidedText(self._labels[number], Qt.TextElideMode.ElideRight, _SIDE)
            painter.drawText(under, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()

    def keys(self) -> list[tuple[str, str]]:
        """What the colours mean, each with its colour."""
        theme = self._look.theme
        if self._way == "wrong":
            return [("another class is right", theme.error)]
        named = enumerate(self._classes[:_MOST_KEYS])
        return [(name, class_colour(theme, number)) for number, name in named if number]

    def _tint(self) -> None:
        self._overlays = [self._made(mask) for mask in self._masks]
        self.update()

    def _made(self, mask: Mapping[str, Any]) -> QImage:
        theme, width, height = self._look.theme, mask["width"], mask["height"]
        said, truth = (base64.b64decode(mask[key]) for key in ("said", "truth"))
        if self._way == "wrong":
            pairs = zip(said, truth, strict=True)
            values = bytes(b != _NO_CLASS and a != b for a, b in pairs)
            colours = [theme.error]
        else:
            values = said if self._way == "said" else truth
            colours = [class_colour(theme, number) for number in range(1, len(self._classes))]
        image = QImage(values, width, height, width, QImage.Format.Format_Indexed8)
        clear = [0] * 256
        for number, colour in enumerate(colours[: _NO_CLASS - 1], 1):
            tone = QColor(colour)
            tone.setAlpha(_ALPHA)
            clear[number] = tone.rgba()
        image.setColorTable(clear)
        return image.convertToFormat(QImage.Format.Format_ARGB32)

    def _across(self) -> int:
        return max((self.width() + _GAP) // (_SIDE + _GAP), 1)

    def _fit(self) -> None:
        rows = -(-len(self._masks) // self._across())
        self.setFixedHeight(rows * (_SIDE + _LABEL + _GAP))


class Keys(QWidget):
    """What colours mean, a line each."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._keys: Sequence[tuple[str, str]] = ()
        self.setObjectName("mask_keys")

    def put(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show these."""
        self._keys = keys
        self.setAccessibleName("Colours")
        self.setAccessibleDescription(", ".join(name for name, _ in keys))
        self.setMinimumHeight(len(keys) * _KEY)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw a swatch and a name a line."""
        painter = QPainter(self)
        painter.setFont(ui_font(12))
        metrics = QFontMetrics(painter.font())
        text = QColor(self._look.theme.secondary)
        for number, (name, colour) in enumerate(self._keys):
            top = number * _KEY
            painter.fillRect(QRect(2, top + 5, 10, 10), QColor(colour))
            painter.setPen(text)
            room = QRect(20, top, self.width() - 20, _KEY)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


class MasksPage(Page):
    """What was said of each pixel, laid over the samples that are least right."""

    title = "Masks"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._wanted: Places | None = None
        self.choice = Combo(self)
        introduce(self.choice, "Shown", "What is laid over the samples.", "masks_shown")
        self.choice.setFixedWidth(150)
        for way, title in _WAYS.items():
            self.choice.addItem(title, way)
        self.choice.currentIndexChanged.connect(self._on_choice)
        self.pictures = MaskPictures(workspace.look)
        self.keys = Keys(workspace.look, self)
        self.said = Wrapped("Lines part the classes that are right.", "secondary", self)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self.choice)
        left.addWidget(self.keys)
        left.addWidget(self.said)
        left.addStretch(1)
        area, column = scrolled("mask_area")
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.pictures)
        column.addStretch(1)
        self.line.addLayout(left)
        self.line.addWidget(area, 1)
        workspace.look.changed.connect(self._on_choice)
        workspace.looking.fetched.connect(self._on_fetched)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether pixels have classes."""
        return bool(shown.found.get("masks"))

    def put(self, shown: Shown) -> None:
        """Show the masks, and have the samples read."""
        masks = shown.found["masks"]
        right = {one["place"]: percent(one["right"]) for one in shown.found["worst"]}
        labels = [f"{right[one['place']]} right" for one in masks]
        self.pictures.put(masks, labels, shown.found["classes"])
        self.keys.put(self.pictures.keys())
        self._wanted = shown.places([one["place"] for one in masks])
        known = self._workspace.looking.known(self._wanted)
        if isinstance(known, Samples):
            self.pictures.put_samples(known.pictures)
        else:
            self._workspace.looking.look(self.objectName(), self._wanted)

    def _on_choice(self) -> None:
        self.pictures.show_way(str(self.choice.currentData()))
        self.keys.put(self.pictures.keys())

    def _on_fetched(self, places: Places, found: Samples) -> None:
        if places == self._wanted:
            self.pictures.put_samples(found.pictures)


class TokensPage(Page):
    """What was said of each token of a sample, with what is right and the likeliest guesses."""

    title = "Tokens"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._shown: Shown | None = None
        self.list = QListWidget(self)
        introduce(self.list, "Samples", "The samples that are least right.", "token_samples")
        self.list.setFixedWidth(190)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(self._on_row)
        self.text = Wrapped("", "secondary", self)
        self.table = FigureTable(
            "Tokens",
            "Each token of the sample, what was said of it, and how sure.",
            self,
            numbers_from=9,
        )
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(self.text)
        column.addWidget(self.table, 1)
        self.line.addWidget(self.list)
        self.line.addLayout(column, 1)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether tokens have classes."""
        return bool(shown.found.get("tokens"))

    def put(self, shown: Shown) -> None:
        """List the samples, and show the first."""
        row = max(self.list.currentRow(), 0)
        self._shown = shown
        right = {one["place"]: percent(one["right"]) for one in shown.found["worst"]}
        self.list.clear()
        for one in shown.found["tokens"]:
            self.list.addItem(f"sample {one['place']}, {right[one['place']]} right")
        self.list.setCurrentRow(min(row, self.list.count() - 1))

    def _on_row(self, row: int) -> None:
        if self._shown is None or row < 0:
            return
        found = self._shown.found
        one = found["tokens"][row]
        heads, rows = token_rows(one, found["classes"])
        self.text.setText(
            f"The first {counted(len(rows), 'token')}; {_RIGHT} where the likeliest is right. "
            f"Chance and rank are those of the right one."
        )
        self.table.put(heads, rows)


def token_rows(one: Mapping[str, Any], classes: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return the heads and rows of the table of a sample's tokens.

    Args:
        one: The sample, as ``closer.tokens`` gives it.
        classes: What the classes are called.
    """
    guesses = len(one["said"][0]) if one["said"] else 0
    given = one.get("given")
    heads = ["Place", *(["Given"] if given else []), "Right", "", "Chance", "Rank"]
    heads += [("Likeliest", "Second", "Third")[number] for number in range(guesses)]
    rows = []
    for place, truth in enumerate(one["truth"]):
        said, chances = one["said"][place], one["chances"][place]
        left_out = truth < 0
        row = [str(place + 1)]
        row += [_name(given[place], classes)] if given else []
        row += [_NONE if left_out else _name(truth, classes)]
        row += [_RIGHT if said[0] == truth else ""]
        row += ["", ""] if left_out else [percent(one["right"][place]), str(one["rank"][place] + 1)]
        row += [f"{_name(n, classes)}  {percent(p)}" for n, p in zip(said, chances, strict=True)]
        rows.append(row)
    return heads, rows


def _name(number: int, classes: Sequence[str]) -> str:
    """A token with what cannot be seen made visible."""
    text = classes[number] if 0 <= number < len(classes) else str(number)
    return "".join(_VISIBLE.get(letter, letter) for letter in text) if text.isspace() else text
