"""Whose weights a node uses, and how fast they learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from netbuilder.app.sharing import candidates, has_own_weights, has_weights
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.field import Field
from netbuilder.editor.widgets.lines import LineField
from netbuilder.editor.widgets.row import Row
from netbuilder.editor.widgets.tips import introduce
from netbuilder.graph.model import Node
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.params import Declared, Float, ParamError, Text

_NONE = "none"


class _Factor(Float):
    """A factor above 0; what a person who types 0 wants has a name of its own."""

    def convert(self, value: Any) -> float:
        """Take a number above 0."""
        if value == 0 and not isinstance(value, bool):
            raise ParamError("0 would keep the weights as they are; tick frozen for that")
        return super().convert(value)


class _Weights(Declared):
    shares = Text(
        "",
        doc=(
            "The node whose weights it uses instead of its own. What runs along with weights, such "
            "as the averages of BatchNorm, is shared too."
        ),
    )
    lr_factor = _Factor(
        1.0,
        min=1e-6,
        max=1e6,
        unit="times",
        doc=(
            "What the learning rate is multiplied by for the weights of this node; schedules go on "
            "top. To keep weights as they are, freeze the node."
        ),
    )


_SHARES = _Weights.params["shares"]


class SourceField(Field):
    """A node whose weights are used, or none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_SHARES, parent)
        self.box = Combo(self)
        introduce(self.box, "Shares weights with", _SHARES.doc, "field_shares")
        self.row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)
        self.box.activated.connect(self._on_chosen)

    def offer(self, names: Sequence[str]) -> None:
        """Say which nodes there are to choose from."""
        if [self.box.itemData(i) for i in range(self.box.count())] == ["", *names]:
            return
        self.box.clear()
        self.box.addItem(_NONE, "")
        for name in names:
            self.box.addItem(name, name)

    def put(self, value: Any, *, mixed: bool = False) -> None:
        """Show a node, also one that cannot be chosen."""
        index = self.box.findData(value)
        self.box.setPlaceholderText(str(value))
        if self.box.currentIndex() != index:
            self.box.setCurrentIndex(index)

    def _on_chosen(self, index: int) -> None:
        self.give(self.box.itemData(index))
        self.end()


class Weights(QWidget):
    """Two rows; hidden where a node has no weights.

    Attributes:
        shared: Told with the node whose weights are to be used, or an empty text.
        slowed: Told with the factor of the learning rate.
        ended: The next edit is a step of its own.
    """

    shared = Signal(str)
    slowed = Signal(float)
    ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.source = SourceField(self)
        self.factor = LineField(_Weights.params["lr_factor"], self)
        self._rows = (
            Row(self.source, "shares with", self),
            Row(self.factor, "learning rate", self),
        )
        for row in self._rows:
            row.setObjectName(f"row_{row.name}")
            row.field.ended.connect(self.ended)
            column.addWidget(row)
        self.source.edited.connect(self._on_source)
        self.factor.edited.connect(self._on_factor)
        self._rows[0].restored.connect(self._on_own)
        self._rows[1].restored.connect(self._on_usual)

    def fill(self, tab: Tab, node: Node, *, anew: bool) -> None:
        """Show what holds for a node of a document; ``anew`` where another one was shown before."""
        run = tab.run
        record = run.records.get(node.id) if run else None
        told = bool(node.shares) or node.lr_factor != 1
        self.setVisible(told or (record is not None and has_weights(record)))
        if self.isHidden():
            return
        if anew:
            for row in self._rows:
                row.field.forget()
        self.source.offer(candidates(run, node.id) if run else ())
        self.source.put(node.shares)
        self.factor.put(node.lr_factor)
        self._rows[0].set_changed(changed=bool(node.shares))
        self._rows[1].set_changed(changed=node.lr_factor != 1)
        # Of weights that are another's, the other says how they learn.
        own = record is None or has_own_weights(tab.graph, record)
        self._rows[1].setEnabled(own or node.lr_factor != 1)

    def _on_source(self, value: object) -> None:
        self.shared.emit(str(value))

    def _on_factor(self, value: object) -> None:
        number = value.evaluate({}) if isinstance(value, Expression) else value
        if isinstance(number, int | float):
            self.slowed.emit(float(number))

    def _on_own(self) -> None:
        self.shared.emit("")
        self.ended.emit()

    def _on_usual(self) -> None:
        self.slowed.emit(1.0)
        self.ended.emit()
