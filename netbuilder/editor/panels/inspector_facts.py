"""What was found out about a node: shapes, cost, and live figures of the running training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from netbuilder.check.cost import NodeCost
from netbuilder.check.runs import Record
from netbuilder.editor.widgets.figure_rows import Figure, FigureRows
from netbuilder.editor.widgets.figures import amount, measured, shape, size
from netbuilder.editor.widgets.histogram import Histogram
from netbuilder.editor.widgets.section import Section
from netbuilder.editor.widgets.tips import tip
from netbuilder.node_api.dims import size_at
from netbuilder.node_api.ports import TensorType

if TYPE_CHECKING:
    from netbuilder.editor.training.run_view import Activity

_PLUS_MINUS = "\N{PLUS-MINUS SIGN}"


class Facts(QWidget):
    """Sections of figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._shapes, self.shapes = self._section("Shapes", column)
        self._costs, self.costs = self._section("Cost", column)
        self._live, self.live = self._section("Live", column)
        self._bars = Histogram(self._live)
        self._live.body.addSpacing(4)
        self._live.body.addWidget(self._bars)

    def put(self, record: Record | None, cost: NodeCost, batch: int) -> None:
        """Show the shapes and the cost of a node; None where it was not evaluated."""
        rows = shape_rows(record) if record else []
        self.shapes.put(rows)
        self._shapes.setVisible(bool(rows))
        figures = cost_rows(cost, batch) if record and record.result.types else []
        self.costs.put(figures)
        self._costs.setVisible(bool(figures))

    def put_live(self, name: str, activity: Activity | None) -> None:
        """Show what a training says of a node; None where none does."""
        if activity is None:
            self._live.hide()
            return
        self._live.heading.setText(f"Live, {name}" if name else "Live")
        rows = []
        if activity.mean is not None and activity.std is not None:
            spread = f"{measured(activity.mean)} {_PLUS_MINUS} {measured(activity.std)}"
            rows.append(Figure(f"output mean {_PLUS_MINUS} std", spread))
        if activity.gradient_norm is not None:
            sentence = "Of the weights' gradients; of the output's where there are no weights."
            norm = measured(activity.gradient_norm)
            rows.append(Figure("gradient norm", norm, sentence=sentence))
        self.live.put(rows)
        self._bars.put(activity.histogram)
        self._bars.setVisible(bool(activity.histogram))
        if activity.low is not None and activity.high is not None:
            low, high = measured(activity.low), measured(activity.high)
            self._bars.setToolTip(tip(f"Outputs from {low} to {high}."))
        self._live.show()

    def _section(self, title: str, column: QVBoxLayout) -> tuple[Section, FigureRows]:
        section = Section(title, self)
        rows = FigureRows(section)
        rows.setObjectName(f"figures_{title.lower()}")
        section.body.addWidget(rows)
        section.hide()
        column.addWidget(section)
        return section, rows


def shape_rows(record: Record) -> list[Figure]:
    """Return a row for every port: its name, its type and its shape."""
    kind, result = record.kind, record.result
    single = len(kind.inputs) <= 1 and len(kind.outputs) <= 1
    rows = [
        _port("in" if single else name, f"input {name}", tensor)
        for name, tensor in zip(kind.inputs, record.inputs, strict=False)
    ]
    rows += [
        _port("out" if single else name, f"output {name}", result.types.get(name))
        for name in kind.outputs
    ]
    return rows


def cost_rows(cost: NodeCost, batch: int) -> list[Figure]:
    """Return the rows of what something costs."""
    rows = [Figure("parameters", amount(cost.parameters))]
    if cost.trainable != cost.parameters:
        rows.append(Figure("of them trained", amount(cost.trainable)))
    activations = size(size_at(cost.activations, {"N": batch}))
    rows += [
        Figure(
            "FLOPs per sample",
            amount(size_at(cost.flops, {"N": 1})),
            sentence="Floating-point operations of a forward of one sample, two a multiply-add.",
        ),
        Figure(
            f"activation at batch {batch}",
            activations,
            sentence="Memory of what it makes and the backward pass needs again.",
        ),
    ]
    return rows


def _port(name: str, sentence: str, tensor: TensorType | None) -> Figure:
    if tensor is None:
        return Figure(name, "\N{EN DASH}", sentence=f"{sentence}: not known")
    said = shape(tensor.shape)
    return Figure(name, said, tensor.dtype, f"{sentence}: {tensor.dtype} {said}")
