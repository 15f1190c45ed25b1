"""One row of a form: the label, a button that restores the default, the field, and what is wrong."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from netbuilder.editor.widgets.field import ROW_HEIGHT, Field, help_of
from netbuilder.editor.widgets.icon_button import IconButton
from netbuilder.editor.widgets.labels import Cut, Wrapped
from netbuilder.editor.widgets.tips import introduce, tip
from netbuilder.node_api.params import Param

_SHARE = 55  # percent of the width are the field's, so that fields stand below one another
_RESET = 18


class Row(QWidget):
    """A labelled field.

    Attributes:
        name: The parameter's name.
        field: The editor.
        restored: The default is wanted back.
        menu_opening: Told with a menu before it is shown, so that more can be put into it.
    """

    restored = Signal()
    menu_opening = Signal(object)  # QMenu

    def __init__(self, field: Field, label: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        field.setParent(self)  # before it is laid out: another parent hides a widget
        self.field = field
        self.name = field.param.name
        self._refused = ""
        self._found = ""
        self._changed = False
        self.label = Cut(label or self.name, "", self, quiet=True)
        self.label.setToolTip(tip(help_of(field.param)))
        self.label.setBuddy(field)
        self.label.setFixedHeight(ROW_HEIGHT)
        self.reset = IconButton("reset", self, side=_RESET)
        self.reset.setText("\N{ANTICLOCKWISE OPEN CIRCLE ARROW}")
        words = self.name.replace("_", " ")
        introduce(
            self.reset, f"Restore {words}", self._reset_sentence(field.param), f"reset_{self.name}"
        )
        self.reset.clicked.connect(self.restored)
        self.trouble = Wrapped("", "error", self)
        # A label is a frame to style sheets too, and would get the look of an error's card.
        self.trouble.setStyleSheet("QLabel { background: transparent; border: 0; }")
        self.trouble.setObjectName(f"trouble_{self.name}")
        self.trouble.hide()
        self._lay_out()
        field.refused.connect(self._on_refused)
        field.menu_made.connect(self._fill_menu)
        self.set_changed(changed=False)

    def set_changed(self, *, changed: bool) -> None:
        """Mark the value as one that differs from the default, or not."""
        self._changed = changed
        self.reset.setEnabled(changed)
        # Kept in the layout, so that labels do not move when it comes and goes.
        self.reset.setVisible(changed)
        self.label.set_quiet(quiet=not changed)
        font = self.label.font()
        font.setWeight(font.Weight.Medium if changed else font.Weight.Normal)
        self.label.setFont(font)

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from the default."""
        return self._changed

    def add_button(self, button: QWidget) -> None:
        """Put a button between label and field."""
        self._line.insertWidget(1, button)

    def set_problem(self, sentence: str) -> None:
        """Show what the check says of the value; empty for nothing."""
        self._found = sentence
        self._tell()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Offer what can be done with the parameter."""
        self.open_menu(event.globalPos())

    def open_menu(self, at: QPoint) -> None:
        """Show the menu of the row."""
        menu = QMenu(self)
        menu.setObjectName("row_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_menu(menu, separated=False)
        menu.popup(at)

    def _fill_menu(self, menu: QMenu, *, separated: bool = True) -> None:
        if separated:
            menu.addSeparator()
        action = menu.addAction("Restore default")
        action.setEnabled(self._changed)
        action.triggered.connect(self.restored)
        self.menu_opening.emit(menu)

    def _on_refused(self, sentence: str) -> None:
        self._refused = sentence
        self._tell()

    def _tell(self) -> None:
        sentence = self._refused or self._found
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        self._line = QHBoxLayout()
        self._line.setSpacing(4)
        self._line.addWidget(self.label, 1)
        self._line.addWidget(self.reset)
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addLayout(self._line, 100 - _SHARE)
        line.addWidget(self.field, _SHARE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self.trouble)

    @staticmethod
    def _reset_sentence(param: Param[Any]) -> str:
        sentence = help_of(param).rpartition("Default: ")[2].rstrip(".")
        return f"Restore the default: {sentence}."
