"""The field for an id: it is checked while it is typed, and taken at the end."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from PySide6.QtWidgets import QWidget

from netbuilder.editor.widgets.field import Field
from netbuilder.editor.widgets.line import Line
from netbuilder.graph.model import is_identifier
from netbuilder.node_api.params import Text

_RULE = "a name is letters, digits and _, begins with a letter, and is no word of Python or torch"


class NameField(Field):
    """An id; ``edited`` is told once, with Enter or when the focus goes elsewhere."""

    def __init__(self, what: str = "node", parent: QWidget | None = None) -> None:
        param = Text("", doc=f"The name of the {what}, in the graph and in the source.")
        param.name = "name"
        super().__init__(param, parent)
        self._what = what
        self._shown = ""
        self._taken: Container[str] = ()
        self.line = Line(self)
        self.introduce(self.line)
        self.line.setMaxLength(64)
        self.row.addWidget(self.line, 1)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self._on_typed)
        self.line.left.connect(self._on_left)
        self.line.given_up.connect(self._on_given_up)
        self.line.menu_made.connect(self.menu_made)

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a name."""
        if value != self._shown:
            self._shown = str(value)
            self._say("")
            self.line.put(self._shown)

    def set_taken(self, names: Container[str]) -> None:
        """Say which names others have."""
        self._taken = names

    def _trouble(self, text: str) -> str:
        if text == self._shown:
            return ""
        if not is_identifier(text):
            return f"{text!r} cannot be a name: {_RULE}" if text else f"a {self._what} needs a name"
        return f"there is a {self._what} {text} already" if text in self._taken else ""

    def _on_typed(self, text: str) -> None:
        self._say(self._trouble(text) if text else "")

    def _on_left(self) -> None:
        text = self.line.text()
        trouble = self._trouble(text)
        self._say(trouble)
        if not trouble and text != self._shown:
            self.edited.emit(text)

    def _on_given_up(self) -> None:
        self._say("")
        self.line.put(self._shown)
        self.line.selectAll()

    def _say(self, sentence: str) -> None:
        self.line.set_wrong(wrong=bool(sentence))
        self.refused.emit(sentence)
