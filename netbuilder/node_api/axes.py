"""Binding: what the axis patterns of a node type say of the tensors that flow into a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from netbuilder.node_api.dims import Dim, Shape, Sym, shape_text
from netbuilder.node_api.ports import KINDS, In, PortInfo, TensorType, axis_sizes
from netbuilder.node_api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable


_MERGE = "merge axes with Flatten, or take the mean over positions with GlobalAveragePool"
_SPREAD = "take the value from before its axes were merged, or lay it out on more axes with Reshape"


class Axes:
    """The sizes of a node's named axes, and the types at its input ports.

    An axis reads as an attribute: ``a.C``; a star (``*B``) reads as a tuple. Sizes that rules need as
    numbers are declared with ``In(known=...)``; only those may be taken for an ``int``.
    """

    def __init__(self, sizes: Mapping[str, Any], inputs: Mapping[str, TensorType]) -> None:
        self._sizes = sizes
        self.inputs = inputs

    def __getattr__(self, name: str) -> Any:
        try:
            return self._sizes[name]
        except KeyError:
            raise AttributeError(
                f"there is no axis {name}; there are {', '.join(self._sizes)}"
            ) from None

    def __contains__(self, name: str) -> bool:
        return name in self._sizes

    def shape(self, port: str) -> Shape:
        """The shape of the tensor at an input port."""
        return self.inputs[port].shape

    def dtype(self, port: str) -> str:
        """The dtype of the tensor at an input port."""
        return self.inputs[port].dtype


def bind(ports: Iterable[PortInfo], inputs: Mapping[str, TensorType]) -> tuple[Axes, list[Problem]]:
    """Match tensors against the patterns of input ports.

    Args:
        ports: The node's input ports.
        inputs: The type at each connected port; a missing one is skipped.

    Returns:
        The axes, and what does not fit. With problems, the axes may be incomplete.
    """
    sizes: dict[str, Any] = {}
    seen_at: dict[str, str] = {}
    problems: list[Problem] = []
    for port in ports:
        declared = port.declared
        tensor = inputs.get(port.name)
        if tensor is None or not isinstance(declared, In):
            continue
        if tensor.dtype not in KINDS[declared.dtype]:
            problems.append(_dtype_problem(port.name, declared, tensor))
        if not declared.pattern.accepts(tensor.rank):
            problems.append(_rank_problem(port.name, declared, tensor))
            continue
        if declared.count:
            continue  # The axes of a repeated port are each one's own.
        for name, size in axis_sizes(declared.pattern, tensor.shape).items():
            if name not in sizes:
                sizes[name] = size
                seen_at[name] = port.name
            elif sizes[name] != size:
                problems.append(_size_problem(port.name, name, size, seen_at[name], sizes[name]))
            if name in declared.known and isinstance(size, Sym):
                problems.append(_unknown_problem(port.name, name, tensor))
    return Axes(sizes, inputs), problems


def counted(number: int, noun: str) -> str:
    """Return ``1 axis`` or ``3 axes`` for the noun ``axis``."""
    plural = noun[:-2] + "es" if noun.endswith("is") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"


def _rank_problem(port: str, declared: In, tensor: TensorType) -> Problem:
    wanted = declared.pattern
    least = "at least " if wanted.star else ""
    names = " x ".join(f"*{n}" if n == wanted.star else n for n in wanted.names) or "a scalar"
    return Problem(
        "NB201",
        f"{port} got {tensor}, which has {counted(tensor.rank, 'axis')}, "
        f"but takes {least}{counted(wanted.rank, 'axis')}: {names}",
        port=port,
        hint=_MERGE if tensor.rank > wanted.rank else _SPREAD,
    )


def _dtype_problem(port: str, declared: In, tensor: TensorType) -> Problem:
    wanted = {"float": "floating-point numbers", "int": "whole numbers", "bool": "true or false"}
    return Problem(
        "NB204", f"{port} got {tensor.dtype}, but takes {wanted[declared.dtype]}", port=port
    )


def _size_problem(
    port: str, axis: str, size: Dim | Shape, other: str, expected: Dim | Shape
) -> Problem:
    found, wanted = (shape_text(s) if isinstance(s, tuple) else str(s) for s in (size, expected))
    return Problem(
        "NB202", f"{port} has {axis} = {found}, but {other} has {axis} = {wanted}", port=port
    )


def _unknown_problem(port: str, axis: str, tensor: TensorType) -> Problem:
    return Problem(
        "NB205",
        f"axis {axis} of {port} is left open in {tensor}, but weights need a number there",
        port=port,
        hint="give the axis a number at the Input, or reduce it before this node",
    )
