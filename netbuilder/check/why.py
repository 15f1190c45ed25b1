"""Why a size is what it is: the chain of nodes, ports and parameters that made it.

A node is evaluated once more with numbers that remember where they come from: its rule then writes the
formula of a size itself, as it does for generated source. What the formula names at an input is
followed to the node before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from netbuilder.check.runs import GraphRun, Record
from netbuilder.check.tracing import MOST_STEPS, Spot, resolved, source_of_port
from netbuilder.graph.model import Endpoint
from netbuilder.node_api.dims import Dim, Sym, Traced, TracedInt, traced
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.node_type import NodeType, evaluate
from netbuilder.node_api.ports import TensorType

_MOST_NAMED = 6  # nodes that are named where a size is only passed on
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)?(?:\[\d+\])?")


@dataclass(frozen=True)
class Reason:
    """What made a size at an output port.

    Attributes:
        path: The path of the node.
        title: The title of its type.
        port: The output port.
        axis: The axis there, counted from 0.
        size: The size; a name where it is left open.
        formula: How the node works it out: ``input.H - kernel_size + 1``; the name of an input's axis
            alone where it is passed on; empty where the rule does not tell.
        values: What the names in the formula stand for.
        written: Parameters among them that the document gives as arithmetic, by name.
        reasons: Why the inputs' axes in the formula have their sizes.
    """

    path: str
    title: str
    port: str
    axis: int
    size: Dim
    formula: str = ""
    values: Mapping[str, Dim | float] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()

    @property
    def is_passed_on(self) -> bool:
        """Whether the node hands the size on as it came in."""
        return self.formula in self.values and self.formula[-1:] != ")" and bool(self.reasons)

    def sentence(self) -> str:
        """One line: the node and how the size comes about in it."""
        what = f"{self.path} ({self.title})"
        if isinstance(self.size, Sym) and not self.reasons:
            return f"{what}: {self.size} is left open, and may be any size"
        if self.is_passed_on:
            return f"{what}: {self.size}, passed on from {self.formula}"
        if not self.formula:
            rest = "worked out from what comes in" if self.reasons else "its own"
            return f"{what}: {self.size}, {rest}"
        given = [
            f"{name} = {f'{self.written[name]} = ' if name in self.written else ''}{_number(value)}"
            for name, value in self.values.items()
            if name != self.formula or name in self.written
        ]
        more = f", with {', '.join(given)}" if given else ""
        return f"{what}: {self.size} = {self.formula}{more}"

    def origin(self) -> Reason:
        """Return what made the size, before it was only passed on."""
        reason = self
        while reason.is_passed_on:
            reason = reason.reasons[0]
        return reason

    def chain(self) -> Iterator[tuple[int, Reason]]:
        """Yield this and what it comes from, with the depth: one deeper where a size has several reasons."""
        depth, waiting = 0, [(0, self)]
        while waiting:
            depth, reason = waiting.pop()
            yield depth, reason
            deeper = depth + (len(reason.reasons) > 1)
            waiting += [(deeper, one) for one in reversed(reason.reasons)]


def told(reason: Reason) -> list[str]:
    """Return the chain as lines; nodes that only pass a size on share one."""
    lines: list[str] = []
    passing: list[Reason] = []
    depth = 0
    for depth, one in reason.chain():
        if one.is_passed_on:
            passing.append(one)
            continue
        if passing:
            lines.append("  " * depth + _passed(passing))
            passing = []
        lines.append("  " * depth + one.sentence())
    if passing:
        lines.append("  " * depth + _passed(passing))
    return lines


def _passed(links: list[Reason]) -> str:
    names = [link.path for link in links]
    shown = names if len(names) <= _MOST_NAMED else [*names[:2], "...", names[-1]]
    return f"{links[0].size}, passed on by {', '.join(shown)}"


def why(run: GraphRun, path: str, port: str, axis: int) -> Reason | None:
    """Return why an axis has its size.

    Args:
        run: The evaluation of the main graph.
        path: The path of a node: ``conv_1``, ``block_1/conv_1``.
        port: One of its output ports, or an input port that something is connected to.
        axis: The axis, counted from 0; from the end where it is negative.

    Returns:
        The reason, or None where there is no such port or axis, or its type is not known.
    """
    spot = _spot_at(run, path, port)
    if spot is None or spot.type is None:
        return None
    rank = spot.type.rank
    if not -rank <= axis < rank:
        return None
    return _Asking().reason(spot, axis % rank)


class _Asking:
    """One question; what is known already is not asked again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int], Reason] = {}
        self._left = MOST_STEPS

    def reason(self, spot: Spot, axis: int) -> Reason | None:
        """Return why the axis of a value has its size; chains are walked without recursion."""
        # Long chains of nodes that pass a size on are gathered first, then put together backwards.
        links: list[Reason] = []
        found: Reason | None = None
        while True:
            key = (spot.name, spot.value.port, axis)
            if key in self._known:
                found = self._known[key]
                break
            reason, following = self._here(spot, axis)
            if reason is None:
                break
            links.append(reason)
            if len(following) != 1 or self._left <= 0:
                several = [self.reason(*each) for each in following] if self._left > 0 else []
                reason = replace(reason, reasons=tuple(one for one in several if one))
                links[-1] = reason
                break
            spot, axis = following[0]
        for link in reversed(links):
            found = link if found is None or link.reasons else replace(link, reasons=(found,))
            self._known[link.path, link.port, link.axis] = found
        return found

    def _here(self, spot: Spot, axis: int) -> tuple[Reason | None, list[tuple[Spot, int]]]:
        """What happens in the value's node, and the values before it that count."""
        self._left -= 1
        record, tensor = spot.record, spot.type
        if tensor is None or axis >= tensor.rank:
            return None, []
        size = tensor.shape[axis]
        bare = Reason(spot.name, record.kind.title, spot.value.port, axis, _plain(size))
        instance = record.kind.instance
        inputs = {
            port: flows
            for port, flows in zip(record.kind.inputs, record.inputs, strict=True)
            if flows is not None
        }
        if instance is None:
            return bare, []
        names = _Names(instance, inputs)
        formula = _formula(names, instance, spot.value.port, axis)
        if not formula and isinstance(size, Sym):
            formula = names.same_open_size(size)
        used = [name for name in dict.fromkeys(_NAME.findall(formula)) if name in names.values]
        reason = replace(
            bare,
            formula=formula,
            values={name: names.values[name] for name in used},
            written={name: text for name in used if (text := _written(record, name))},
        )
        axes = [names.axes[name] for name in used if name in names.axes]
        if not formula:
            axes = [(port, a) for port, flows in inputs.items() for a in range(flows.rank)]
        before = [(source_of_port(spot, port), a) for port, a in axes]
        return reason, [(value, a) for value, a in before if value is not None]


class _Names:
    """The names that sizes and parameters of a node have in its formulas."""

    def __init__(self, instance: NodeType, inputs: Mapping[str, TensorType]) -> None:
        self.values: dict[str, Any] = {}
        self.axes: dict[str, tuple[str, int]] = {}
        self.inputs = {port: self._flow(instance, port, flows) for port, flows in inputs.items()}
        self.params = {name: self._param(name, v) for name, v in instance.values().items()}

    def same_open_size(self, size: Sym) -> str:
        """Return the name of an input's axis that is the same open size, or nothing."""
        return next((n for n, v in self.values.items() if n in self.axes and v == size), "")

    def _flow(self, instance: NodeType, port: str, flows: TensorType) -> TensorType:
        declared = next(one.declared for one in instance.in_ports if one.name == port)
        pattern = declared.pattern
        shape: list[Dim] = []
        for axis, size in enumerate(flows.shape):
            letter = _letter(pattern.before, pattern.after, axis, flows.rank)
            name = f"{port}.{letter}" if letter else f"{port}[{axis}]"
            if name in self.axes:
                name = f"{port}[{axis}]"
            self.axes[name] = port, axis
            self.values[name] = _plain(size)
            shape.append(
                size if isinstance(size, Sym) else TracedInt(int(size), name, is_name=True)
            )
        return TensorType(tuple(shape), flows.dtype)

    def _param(self, name: str, value: Any) -> Any:
        if isinstance(value, tuple) and value and all(_is_number(item) for item in value):
            if len(set(value)) == 1:
                return tuple(self._number(name, item) for item in value)
            return tuple(self._number(f"{name}[{i}]", item) for i, item in enumerate(value))
        return self._number(name, value) if _is_number(value) else value

    def _number(self, name: str, value: int | float) -> Traced:
        plain = int(value) if isinstance(value, int) else float(value)
        self.values[name] = plain
        return traced(plain, name, is_name=True)


def _formula(names: _Names, instance: NodeType, port: str, axis: int) -> str:
    """The text that the node's rule gives for a size, or nothing where it loses the trace."""
    try:
        again = type(instance)(names.params)
        outcome = evaluate(again, names.inputs)
        size = outcome.types[port].shape[axis]
    except (LookupError, TypeError, ValueError):
        return ""
    return size.source if isinstance(size, Traced) else ""


def _letter(before: tuple[str, ...], after: tuple[str, ...], axis: int, rank: int) -> str:
    """The letter an axis has in a pattern; empty under the star."""
    if axis < len(before):
        return before[axis]
    behind = rank - axis
    return after[-behind] if behind <= len(after) else ""


def _written(record: Record, name: str) -> str:
    """The arithmetic that stands in the document for a parameter."""
    value = record.node.params.get(name)
    return value.text if isinstance(value, Expression) else ""


def _spot_at(run: GraphRun, path: str, port: str) -> Spot | None:
    """The value at a port, followed to the node that computes it."""
    *outer, name = path.split("/")
    spot: Spot | None = None
    prefix = ""
    for instance in outer:
        record = run.records.get(instance)
        if record is None or not record.result.runs:
            return None
        # Which output the way in leads through does not matter: groups are left by their inputs.
        spot = Spot(run, Endpoint(instance, ""), prefix, spot)
        run, prefix = record.result.runs[-1][1], f"{prefix}{instance}/"
    record = run.records.get(name)
    if record is None:
        return None
    at = Spot(run, Endpoint(name, port), prefix, spot)
    if port in record.result.types:
        return resolved(at)
    return source_of_port(at, port)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(size: Dim) -> Dim:
    return size if isinstance(size, Sym) else int(size)


def _number(value: Dim | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
