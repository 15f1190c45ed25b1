"""The one line on a node's card: what matters about its parameters, as ``32, 3x3, same``."""

from __future__ import annotations

from typing import Any

from netbuilder.check.runs import Record
from netbuilder.graph.model import Node
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.node_type import NodeType, short
from netbuilder.node_api.params import Choice, Int, Param, ShapeParam, Sizes, Text, describe

TIMES = "\N{MULTIPLICATION SIGN}"

# Sizes that need no name on a card: everybody reads the first number of a convolution as its channels.
_UNNAMED = frozenset(
    "out_channels out_features hidden_size kernel_size output_size embedding_dim shape "  # noqa: SIM905 - a list of words reads better so
    "num_classes expression equation sign dtype".split()
)
# How weights start, and places in an order, say nothing about what a node does.
_QUIET = frozenset("bias order weight_init init_gain init_std init_value doc".split())  # noqa: SIM905 - as above


def card_line(record: Record) -> str:
    """Return what matters about a node; its id where its parameters say nothing."""
    node, instance = record.node, record.kind.instance
    if instance is None:
        parts = [f"{name} {_said(value)}" for name, value in node.params.items()]
    elif instance.role in ("input", "target"):
        parts = [_argument(instance, node)]
    else:
        params = type(instance).params.items()
        parts = [text for name, param in params if (text := _part(instance, node, name, param))]
    return ", ".join(parts) or node.id


def sizes_text(sizes: tuple[Any, ...]) -> str:
    """Return sizes as people write them, with a sign between: 3x3."""
    return TIMES.join(str(size) for size in sizes)


def _argument(instance: NodeType, node: Node) -> str:
    shape = tuple(getattr(instance, "shape", ()))
    field = getattr(instance, "field", "") or node.id
    return sizes_text(shape) if shape and instance.role == "input" else field


def _part(instance: NodeType, node: Node, name: str, param: Param[Any]) -> str:
    if name in _QUIET:
        return ""
    value = getattr(instance, name)
    written = node.params.get(name)
    if isinstance(written, Expression):
        # Inside of a group the formula is what people set, not the number of one instance.
        return written.text if name in _UNNAMED else f"{_words(name)} {written.text}"
    unnamed = name in _UNNAMED
    if value == param.default and not (unnamed and isinstance(param, Int | Sizes | Text | Choice)):
        return ""
    if isinstance(value, bool):
        return _words(name) if value else f"no {_words(name)}"
    text = _said(value, param)
    bare = unnamed or name == "padding" or isinstance(value, str)
    return text if bare else f"{_words(name)} {text}"


def _said(value: Any, param: Param[Any] | None = None) -> str:
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple | list) and all(isinstance(item, int | str) for item in value):
        if isinstance(param, Sizes) and param.axes > 1 and param.name != "kernel_size":
            value = short(tuple(value))
            return str(value) if isinstance(value, int) else sizes_text(value)
        if isinstance(param, Sizes | ShapeParam) or param is None or param.name == "shape":
            return sizes_text(tuple(value))
        return ", ".join(map(str, value))
    return str(value) if isinstance(value, int) else describe(value)


def _words(name: str) -> str:
    return name.replace("_", " ")
