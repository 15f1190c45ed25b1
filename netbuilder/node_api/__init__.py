"""Everything a node file may import: ``from netbuilder.node_api import ...``.

This package knows neither Qt nor torch. It re-exports on purpose: it is the one public surface that
other people's node files are written against.
"""

from netbuilder.node_api.axes import Axes
from netbuilder.node_api.calls import Binary, Call, Definition, Expr, Name, call
from netbuilder.node_api.dims import (
    Dim,
    Shape,
    Sym,
    is_known,
    largest,
    product,
    shape_text,
    smallest,
    symbol,
)
from netbuilder.node_api.dtypes import bytes_of, promoted, with_number
from netbuilder.node_api.formulas import Formula, formula, on_numbers
from netbuilder.node_api.grammar import ExpressionError
from netbuilder.node_api.node_type import LossType, NodeType, short
from netbuilder.node_api.params import (
    Bool,
    Choice,
    Float,
    Floats,
    Int,
    Ints,
    Pair,
    Param,
    Path,
    ShapeParam,
    Sizes,
    Text,
    Texts,
)
from netbuilder.node_api.ports import FLOATS, INTEGERS, In, Out, Port, PortInfo, TensorType
from netbuilder.node_api.problems import Problem, Refusal
from netbuilder.node_api.shapes import (
    axis_at,
    axis_problems,
    broadcast,
    group_problems,
    nearest_divisor,
)
from netbuilder.node_api.weighted import NormedNodeType, ScaleNodeType, WeightedNodeType

__all__ = [
    "FLOATS",
    "INTEGERS",
    "Axes",
    "Binary",
    "Bool",
    "Call",
    "Choice",
    "Definition",
    "Dim",
    "Expr",
    "ExpressionError",
    "Float",
    "Floats",
    "Formula",
    "In",
    "Int",
    "Ints",
    "LossType",
    "Name",
    "NodeType",
    "NormedNodeType",
    "Out",
    "Pair",
    "Param",
    "Path",
    "Port",
    "PortInfo",
    "Problem",
    "Refusal",
    "ScaleNodeType",
    "Shape",
    "ShapeParam",
    "Sizes",
    "Sym",
    "TensorType",
    "Text",
    "Texts",
    "WeightedNodeType",
    "axis_at",
    "axis_problems",
    "broadcast",
    "bytes_of",
    "call",
    "formula",
    "group_problems",
    "is_known",
    "largest",
    "nearest_divisor",
    "on_numbers",
    "product",
    "promoted",
    "shape_text",
    "short",
    "smallest",
    "symbol",
    "with_number",
]
