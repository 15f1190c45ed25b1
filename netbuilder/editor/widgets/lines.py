"""Editors that are a line of text: numbers, lists, texts and paths."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from PySide6.QtCore import QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QCompleter, QFileDialog, QMenu, QSlider, QWidget

from netbuilder.editor.widgets.chevron import ChevronButton
from netbuilder.editor.widgets.field import MIXED, Field
from netbuilder.editor.widgets.icon_button import IconButton
from netbuilder.editor.widgets.line import Line
from netbuilder.editor.widgets.reading import (
    NO_NAMES,
    has_expression,
    is_unfinished,
    number_text,
    stepped,
    taken,
    text_of,
    value_of,
)
from netbuilder.editor.widgets.tips import introduce
from netbuilder.node_api.params import (
    Float,
    Folder,
    Int,
    Param,
    ParamError,
    Several,
    Sizes,
    Text,
    Texts,
)

_FINE = 1000
_NOT_SHOWN = object()


class LineField(Field):
    """A number, a list or a text, typed into one line."""

    def __init__(self, param: Param[Any], parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._is_number = isinstance(param, Int | Float | Sizes)
        self.line = Line(self, steps=self._is_number)
        self.introduce(self.line)
        self._nothing = "none" if param.optional or isinstance(param, Texts | Several) else ""
        self.line.setPlaceholderText(self._nothing)
        self.line.set_suffix(param.unit)
        self.row.addWidget(self.line, 1)
        self.setFocusProxy(self.line)
        self._shown: Any = _NOT_SHOWN
        self._mixed = False
        self._wrong = False
        self.line.textEdited.connect(self._on_typed)
        self.line.stepped.connect(self._on_stepped)
        self.line.left.connect(self._on_left)
        self.line.given_up.connect(self._on_given_up)
        self.line.menu_made.connect(self.menu_made)

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a written value, or that several nodes differ in it."""
        same = _alike(value, self._shown) and mixed == self._mixed
        self._shown, self._mixed = value, mixed
        self._put_suffix(value, mixed=mixed)
        if same and (self._wrong or self.line.text() == self._text()):
            return
        if not same:
            self._say("")
        if not (self.line.hasFocus() and not mixed and self._says(value)):
            self.line.setPlaceholderText(MIXED if mixed else self._nothing)
            self.line.put(self._text())

    def forget(self) -> None:
        """Drop what was typed and not taken."""
        self._say("")
        self._shown, self._gave = _NOT_SHOWN, False
        self.line.put("")

    def _text(self) -> str:
        return "" if self._mixed else text_of(self.param, self._shown)

    def _says(self, value: Any) -> bool:
        """Whether what stands in the line is this value, written in whatever way."""
        try:
            return _alike(value_of(self.param, self.line.text(), self.names), value)
        except ParamError:
            return False

    def _put_suffix(self, value: Any, *, mixed: bool) -> None:
        suffix = self.param.unit
        if self._is_number and not mixed and has_expression(value):
            try:
                suffix = f"= {text_of(self.param, taken(self.param, value, self.names))}"
            except ParamError:
                suffix = ""
        self.line.set_suffix(suffix)

    def _on_typed(self, text: str) -> None:
        try:
            value = value_of(self.param, text, self.names)
        except ParamError as error:
            if is_unfinished(text):
                self._wrong = True
            else:
                self._say(str(error))
            return
        self._say("")
        self._give(value)

    def _give(self, value: Any) -> None:
        self._shown, self._mixed = value, False
        self.give(value)

    def _on_stepped(self, steps: int) -> None:
        value = self._number()
        if value is None:
            return
        moved = stepped(self.param, value, steps)
        self._say("")
        self.line.put(number_text(moved))
        self.line.selectAll()
        if moved != value:
            self._give(moved)

    def _number(self) -> int | float | None:
        """What a step starts from; None where no number stands there."""
        text = self.line.text()
        if not text:
            start = self.param.default if self.param.default is not None else 0
            low = getattr(self.param, "min", None)
            return start if isinstance(start, int | float) else low
        try:
            value = value_of(self.param, text, self.names)
        except ParamError:
            return None
        return value if isinstance(value, int | float) else None

    def _on_left(self) -> None:
        text = self.line.text()
        if self._mixed and not text:
            return
        try:
            value = value_of(self.param, text, self.names)
        except ParamError as error:
            self._say(str(error))
            return
        if self._wrong:  # it became complete by what is around it, such as names
            self._say("")
            self._give(value)
        if _alike(value, self._shown):
            self.line.put(self._text())
        self.end()

    def _on_given_up(self) -> None:
        self._say("")
        self.line.put(self._text())
        self.line.selectAll()

    def _say(self, sentence: str) -> None:
        self._wrong = bool(sentence)
        self.line.set_wrong(wrong=self._wrong)
        self.refused.emit(sentence)


class ShareField(LineField):
    """A number from 0 to 1, with a slider beside the line."""

    def __init__(self, param: Param[Any], parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._slider = _Slider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, _FINE)
        self._slider.setSingleStep(_FINE // 100)
        self._slider.setPageStep(_FINE // 10)
        # The line is there for the keyboard; one stop with Tab is enough.
        self._slider.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.introduce(self._slider, "_slider")
        self.row.insertWidget(0, self._slider, 1)
        self.line.setFixedWidth(60)
        self._slider.valueChanged.connect(self._on_slid)
        self._slider.sliderReleased.connect(self.end)

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a written value, or that several nodes differ in it."""
        super().put(value, mixed=mixed)
        blocked = QSignalBlocker(self._slider)
        if isinstance(value, int | float) and not self._slider.isSliderDown():
            self._slider.setValue(round(value * _FINE))
        blocked.unblock()

    def _on_slid(self, place: int) -> None:
        value = self.param.accept(place / _FINE)
        self._say("")
        self.line.put(number_text(value))
        self._give(value)


class _Slider(QSlider):
    """A slider that the wheel moves only while it has the focus."""

    def wheelEvent(self, event) -> None:  # type: ignore[no-untyped-def] # noqa: N802, ANN001 - Qt's
        """Move while focused; otherwise the form scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class PathField(LineField):
    """A path, typed or chosen from the disk."""

    def __init__(self, param: Param[Any], parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._browse = IconButton("folder", self)
        self._browse.setText("\N{HORIZONTAL ELLIPSIS}")
        name = param.name.replace("_", " ")
        self._what = "folder" if isinstance(param, Folder) else "file"
        tip = f"Choose a {self._what}."
        introduce(self._browse, f"Browse for {name}", tip, f"browse_{param.name}")
        self._browse.clicked.connect(self._on_browse)
        self.row.addWidget(self._browse)

    def _on_browse(self) -> None:
        start = self.folder or FilePath.cwd()
        dialog = QFileDialog(self, f"Choose a {self._what}", str(start / self.line.text()))
        dialog.setObjectName("file_dialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        modes = QFileDialog.FileMode
        dialog.setFileMode(modes.Directory if self._what == "folder" else modes.ExistingFile)
        dialog.fileSelected.connect(self.choose)
        dialog.open()

    def choose(self, path: str) -> None:
        """Take a path; one inside of the folder is written relative to it."""
        chosen = FilePath(path)
        if self.folder is not None and chosen.is_relative_to(self.folder):
            path = chosen.relative_to(self.folder).as_posix()
        self.line.put(path)
        self._on_typed(path)
        self.end()


class WordField(LineField):
    """A text; words can be offered to choose from."""

    _words: tuple[str, ...] = ()

    def suggest(self, words: tuple[str, ...]) -> None:
        """Offer words while one is typed."""
        if words == self._words:
            return
        self._words = words
        completer = QCompleter(list(words), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.activated.connect(self._on_typed)
        self.line.setCompleter(completer)


class TextsField(LineField):
    """Texts with commas between; words can be offered to tick."""

    def __init__(self, param: Param[Any], parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._words: tuple[str, ...] = ()
        self._offer = ChevronButton(self)
        name = param.name.replace("_", " ")
        introduce(self._offer, f"Choose {name}", "Tick what there is.", f"offer_{param.name}")
        self._offer.clicked.connect(self._on_offer)
        self._offer.hide()

    def suggest(self, words: tuple[str, ...]) -> None:
        """Offer words to tick."""
        self._words = words
        self._offer.setVisible(bool(words))
        self.line.set_room(16 if words else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the button at the right end of the line."""
        super().resizeEvent(event)
        self._offer.move(self.width() - self._offer.width() - 3, 3)
        self._offer.raise_()

    def _on_offer(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("offered")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        taken_now = self._ticked()
        for word in self._words:
            action = menu.addAction(word.replace("&", "&&"))
            action.setData(word)
            action.setCheckable(True)
            action.setChecked(word in taken_now)
        menu.triggered.connect(self._on_ticked)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _ticked(self) -> list[str]:
        try:
            return list(value_of(self.param, self.line.text(), NO_NAMES))
        except ParamError:
            return []

    def _on_ticked(self, action: QAction) -> None:
        word, now = str(action.data()), self._ticked()
        chosen = [*now, word] if word not in now else [one for one in now if one != word]
        self.line.put(text_of(self.param, chosen))
        self._on_typed(self.line.text())
        self.end()


def is_share(param: Param[Any]) -> bool:
    """Whether a parameter goes from 0 to 1, so that a slider is of use."""
    return isinstance(param, Float) and param.min == 0 and param.max == 1 and not param.optional


def line_field(param: Param[Any], parent: QWidget | None = None) -> LineField:
    """Return the editor of a parameter that is typed into one line."""
    if is_share(param):
        return ShareField(param, parent)
    if isinstance(param, Texts):
        return TextsField(param, parent)
    if isinstance(param, Text):
        return (PathField if param.kind == "path" else WordField)(param, parent)
    return LineField(param, parent)


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) == list(other)
    return type(one) is type(other) and bool(one == other)
