"""Editors where one chooses: words, yes or no, and sizes an axis."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, QSignalBlocker, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QMenu, QWidget

from netbuilder.editor.widgets.chevron import ChevronButton, draw_chevron
from netbuilder.editor.widgets.field import MIXED, Field
from netbuilder.editor.widgets.line import Line
from netbuilder.editor.widgets.reading import (
    is_list,
    is_unfinished,
    number_text,
    stepped,
    value_of,
)
from netbuilder.editor.widgets.tips import introduce
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.params import Choice, Param, ParamError, Sizes

_NOTHING = "none"


class Combo(QComboBox):
    """A choice that the wheel changes only while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(0)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the box, and a chevron in the theme's quiet colour."""
        super().paintEvent(event)
        painter = QPainter(self)
        draw_chevron(painter, QPointF(self.width() - 13, self.height() / 2), down=True)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        """Change while focused; otherwise the form scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceField(Field):
    """One of a few words."""

    def __init__(self, param: Choice, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.box = Combo(self)
        self.introduce(self.box)
        for word in param.choices:
            self.box.addItem(word, word)
        if param.optional:
            self.box.addItem(_NOTHING, None)
        self.row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)
        self.box.activated.connect(self._on_chosen)

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a written value, or that several nodes differ in it."""
        index = -1 if mixed else self.box.findData(value)
        # A document may hold a word that is none of the choices; it is shown as it is.
        self.box.setPlaceholderText(MIXED if mixed else str(value))
        if self.box.currentIndex() != index:
            self.box.setCurrentIndex(index)

    def _on_chosen(self, index: int) -> None:
        self.give(self.box.itemData(index))
        self.end()


class BoolField(Field):
    """Yes or no."""

    def __init__(self, param: Param[Any], parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self.box = QCheckBox("off", self)
        self.introduce(self.box)
        self.row.addSpacing(4)
        self.row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)
        self.box.clicked.connect(self._on_clicked)

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a written value, or that several nodes differ in it."""
        blocked = QSignalBlocker(self.box)
        self.box.setTristate(mixed)
        state = Qt.CheckState.Checked if value is True else Qt.CheckState.Unchecked
        self.box.setCheckState(Qt.CheckState.PartiallyChecked if mixed else state)
        known = value is True or value is False
        self.box.setText(MIXED if mixed else ("on" if value else "off") if known else str(value))
        blocked.unblock()

    def _on_clicked(self) -> None:
        self.box.setTristate(False)
        self.give(self.box.checkState() != Qt.CheckState.Unchecked)
        self.end()


class SizesField(Field):
    """A number an axis, side by side; a word or one formula takes the whole row."""

    def __init__(self, param: Sizes, parent: QWidget | None = None) -> None:
        super().__init__(param, parent)
        self._sizes = param
        self._shown: Any = None
        self._mixed = False
        self._wrong = False
        self.lines: list[Line] = []
        for axis in range(param.axes):
            line = Line(self, steps=True)
            self.introduce(line, f"_{axis + 1}" if axis else "")
            line.textEdited.connect(self._on_typed)
            line.stepped.connect(self._on_stepped)
            line.left.connect(self._on_left)
            line.given_up.connect(self._on_given_up)
            line.menu_made.connect(self.menu_made)
            self.row.addWidget(line, 1)
            self.lines.append(line)
        self.setFocusProxy(self.lines[0])
        self._button: ChevronButton | None = None
        self._words: tuple[str, ...] = ()
        self._add_words()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the button at the right end of the last line."""
        super().resizeEvent(event)
        if self._button is not None:
            self._button.move(self.width() - self._button.width() - 3, 3)
            self._button.raise_()

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a written value, or that several nodes differ in it."""
        same = value == self._shown and mixed == self._mixed
        self._shown, self._mixed = value, mixed
        if same and self._wrong:
            return
        if not same:
            self._say("")
        if not (any(line.hasFocus() for line in self.lines) and not mixed and self._says(value)):
            self._put_all()

    def forget(self) -> None:
        """Drop what was typed and not taken."""
        self._say("")
        self._shown, self._gave = (), False
        for line in self.lines:
            line.put("")

    def _add_words(self) -> None:
        words = [*self._sizes.words, *([_NOTHING] if self.param.optional else [])]
        if not words:
            return
        button = self._button = ChevronButton(self)
        name = self.param.name
        sentence = f"Choose a word instead of numbers: {', '.join(words)}."
        introduce(button, f"Words for {name.replace('_', ' ')}", sentence, f"words_{name}")
        button.clicked.connect(self._on_words)
        self._words = tuple(words)

    def _put_all(self) -> None:
        value = self._shown
        room = 16 if self._button is not None else 0
        wide = self._mixed or value is None or isinstance(value, str | Expression)
        for axis, line in enumerate(self.lines):
            line.setVisible(not wide or axis == 0)
            last = axis == (0 if wide else len(self.lines) - 1)
            line.set_room(room if last else 0)
            line.setPlaceholderText(MIXED if self._mixed else _NOTHING if value is None else "")
            item = value[axis] if isinstance(value, list | tuple) and axis < len(value) else value
            line.put("" if self._mixed or item is None else number_text(item))
            line.set_suffix(self.param.unit if last and not wide else "")

    def _text(self) -> str:
        texts = [line.text().strip() for line in self.lines if not line.isHidden()]
        for text in texts:
            # A word, or all sizes pasted at once, stands for the whole row.
            if text in self._sizes.words or is_list(text):
                return text
        return texts[0] if len(set(texts)) == 1 else ", ".join(texts)

    def _says(self, value: Any) -> bool:
        try:
            return bool(value_of(self.param, self._text(), self.names) == value)
        except ParamError:
            return False

    def _on_typed(self) -> None:
        texts = [line.text() for line in self.lines if not line.isHidden()]
        try:
            value = value_of(self.param, self._text(), self.names)
        except ParamError as error:
            if any(is_unfinished(text) or self._begins_word(text) for text in texts):
                self._wrong = True
            else:
                self._say(str(error))
            return
        self._say("")
        self._give(value)

    def _begins_word(self, text: str) -> bool:
        return bool(text) and any(word.startswith(text) for word in self._sizes.words)

    def _give(self, value: Any) -> None:
        self._shown, self._mixed = value, False
        self.give(value)

    def _on_stepped(self, steps: int) -> None:
        line = self.sender()
        if not isinstance(line, Line):
            return
        try:
            number = int(line.text() or (self._sizes.min or 0))
        except ValueError:
            return
        line.put(str(stepped(self.param, number, steps)))
        line.selectAll()
        self._on_typed()

    def _on_left(self) -> None:
        if self._mixed and not self._text():
            return
        try:
            value = value_of(self.param, self._text(), self.names)
        except ParamError as error:
            self._say(str(error))
            return
        if self._wrong:
            self._say("")
            self._give(value)
        if value == self._shown:
            self._put_all()
        self.end()

    def _on_given_up(self) -> None:
        self._say("")
        self._put_all()

    def _on_words(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("words")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for word in self._words:
            menu.addAction(word)
        if isinstance(self._shown, str) or self._shown is None:
            menu.addAction("numbers")
        menu.triggered.connect(self._on_word)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _on_word(self, action: QAction) -> None:
        word = action.text()
        self._say("")
        if word == "numbers":
            self._give(max(self._sizes.min or 0, 0))
        else:
            self._give(None if word == _NOTHING else word)
        self._put_all()
        self.end()
        self.lines[0].setFocus()
        self.lines[0].selectAll()

    def _say(self, sentence: str) -> None:
        self._wrong = bool(sentence)
        for line in self.lines:
            line.set_wrong(wrong=self._wrong)
        self.refused.emit(sentence)
