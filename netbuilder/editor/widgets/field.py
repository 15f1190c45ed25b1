"""What every editor of a parameter has in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from netbuilder.editor.widgets.reading import NO_NAMES, Names, number_text, text_of
from netbuilder.editor.widgets.tips import introduce
from netbuilder.node_api.params import Param

ROW_HEIGHT = 26
MIXED = "mixed"


class Field(QWidget):
    """An editor of one parameter; it shows what it is told and keeps no value of its own.

    Attributes:
        param: What is edited.
        edited: Told with a value that the parameter takes, while it is typed.
        ended: The next edit is a step of its own: Enter, or the focus went elsewhere.
        refused: Told with the sentence of what was typed and is not taken; empty once all is well.
        menu_made: Told with a context menu before it is shown.
        folder: Where relative paths start.
    """

    edited = Signal(object)
    ended = Signal()
    refused = Signal(str)
    menu_made = Signal(object)  # QMenu

    def __init__(self, param: Param[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.param = param
        self.folder: Path | None = None
        self.names: Names = NO_NAMES
        self._gave = False
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(ROW_HEIGHT)

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a written value, or that several nodes differ in it."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop what was typed and not taken: something else is shown from now on."""

    def suggest(self, words: tuple[str, ...]) -> None:
        """Offer words to choose from; most kinds have no use for them."""

    def give(self, value: Any) -> None:
        """Tell a value that a person chose."""
        self._gave = True
        self.edited.emit(value)

    def end(self) -> None:
        """Tell that the next edit is a step of its own, if there was one."""
        if self._gave:
            self._gave = False
            self.ended.emit()

    def introduce(self, widget: QWidget, more: str = "") -> None:
        """Name a part of the field, and let it explain the parameter."""
        name = f"{self.param.name}{more}"
        introduce(widget, name.replace("_", " "), help_of(self.param), f"field_{name}")


def help_of(param: Param[Any]) -> str:
    """Return what a parameter is for, what it takes, and its default."""
    unit = f" {param.unit}" if param.unit else ""
    extra = ", or nothing" if param.optional else ""
    default = text_of(param, param.default) or "nothing"
    if isinstance(param.default, bool):
        default = "on" if param.default else "off"
    elif isinstance(param.default, int | float):
        default = number_text(param.default)
    takes = param.takes()
    said = f"Takes {takes}{extra}. Default: {default}{unit}."
    return f"{param.doc}\n{said}" if param.doc else said
