"""Finding out what flows out of a node by running its module: the question as data, the answer read.

The module is run on tensors without numbers (torch's ``meta`` device) at two sizes of the batch and of
every other open axis, and once more at a third; a size that comes out is a sum of multiples of them, or
cannot be told. This file
knows no torch: ``netbuilder.codegen.probe_worker`` runs what is written here, in a process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netbuilder.catalogue.folders import file_of
from netbuilder.codegen.methods import constructor_statements, flow
from netbuilder.codegen.plan import Step
from netbuilder.codegen.printer import Printer
from netbuilder.codegen.text import Statement
from netbuilder.graph.model import Endpoint, Node
from netbuilder.node_api.axes import Axes
from netbuilder.node_api.calls import Definition, Expr, Name
from netbuilder.node_api.dims import Dim, Shape, Sym, shape_text, size_at, symbol
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.ports import PortInfo, TensorType, axis_sizes
from netbuilder.node_api.probing import Answer, Question

PROBE_CLASS = "Probe"

_BATCH = (2, 3, 5)
_OTHER = (64, 96, 160)  # large enough for most kernels, and even
_HEAD = """\
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
"""

Sizes = Mapping[str, int]


class _CannotTellError(Exception):
    """What came out does not say what flows out; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question in a form that another process can answer.

    Attributes:
        text: The source of a module with the node alone.
        rounds: The sizes of the open axes, run after run: at first all as they are, then one changed
            at a time, and at the end all of them to a third size.
        question: The question.
    """

    text: str
    rounds: tuple[Sizes, ...]
    question: Question

    def to_plain(self) -> dict[str, Any]:
        """What the other process needs, as JSON data."""
        inputs = self.question.axes.inputs.values()
        return {
            "text": self.text,
            "rounds": [
                [{"shape": _numbers(t.shape, sizes), "dtype": t.dtype} for t in inputs]
                for sizes in self.rounds
            ],
        }

    def answer(self, plain: Mapping[str, Any]) -> Answer:
        """Read what the other process said."""
        node = self.question.node
        if "error" in plain:
            return _failed(self, str(plain["error"]), int(plain.get("line", 0)))
        try:
            types = {
                port.name: _type_of(port, place, plain["rounds"], self.rounds, self.question.axes)
                for place, port in enumerate(node.out_ports)
            }
        except _CannotTellError as error:
            hint = _way_out(node, "let its file say what flows out with infer")
            return Answer(
                trouble=f"running {node.title} does not tell what flows out: {error}", hint=hint
            )
        weights = {name: tuple(shape) for name, shape in plain.get("weights", {}).items()}
        return Answer(types, weights)


def probe(question: Question) -> Probe:
    """Write a question down.

    Raises:
        Exception: Whatever the type's own code raises.
    """
    node, axes = question.node, question.axes
    inputs = {name: Endpoint(name, "output") for name in axes.inputs}
    outputs = tuple(port.name for port in node.out_ports)
    unknown = dict.fromkeys(outputs, TensorType(()))  # told in comments only, which are left out
    step = Step(Node("node", node.id), "", node, axes, inputs, unknown, outputs, node.module(axes))
    names = [f"given_{place}" for place in range(1, len(inputs) + 1)]
    given: dict[Endpoint, Expr] = {
        end: Name(name) for end, name in zip(inputs.values(), names, strict=True)
    }
    results = [Endpoint("node", port) for port in outputs]
    printer = Printer(in_forward=True)
    body = flow([step], given, results, {"node"}, printer)
    returned = "".join(f"{printer.inline(body.names[value])}, " for value in results)
    lines = [
        *(line for one in node.definitions for line in ("", *one.text.splitlines())),
        "",
        f"class {PROBE_CLASS}(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *_lines(constructor_statements([step], Printer())),
        "",
        f"    def forward(self, {', '.join(names)}):",
        *_lines(body.statements),
        f"        return ({returned})",
    ]
    return Probe(_HEAD + "\n".join(lines) + "\n", _rounds(axes), question)


def own_code_trouble(node: NodeType, said: str) -> Answer:
    """Answer that nothing could be found out, for a reason that is not the module's."""
    return Answer(
        trouble=f"what comes out of {node.title} could not be found out: {said}", hint=_INFER
    )


_INFER = "let its file say what flows out with infer"


def _lines(statements: Sequence[Statement]) -> list[str]:
    return [line for statement in statements for line in statement.lines]


def _numbers(shape: Shape, sizes: Sizes) -> list[int]:
    numbers = [size_at(size, sizes) for size in shape]
    return [size for size in numbers if isinstance(size, int)]


def _rounds(axes: Axes) -> tuple[Sizes, ...]:
    """The sizes to run with; a single round where all are known."""
    batch: set[str] = set()
    names: dict[str, None] = {}
    for tensor in axes.inputs.values():
        for axis, size in enumerate(tensor.shape):
            if isinstance(size, Sym):
                names.update(dict.fromkeys(sorted(size.names)))
                batch |= size.names if axis == 0 else frozenset()
    first, other, last = (
        {name: (_BATCH if name in batch else _OTHER)[which] for name in names} for which in range(3)
    )
    if not names:
        return (first,)
    return (first, *({**first, name: other[name]} for name in names), last)


def _type_of(
    port: PortInfo, place: int, said: Sequence[Any], rounds: Sequence[Sizes], axes: Axes
) -> TensorType:
    """Put together what came out at a port in every round."""
    if any(place >= len(found) for found in said):
        raise _CannotTellError(
            f"it returned {len(said[0])} tensors, but there is a port {port.name}"
        )
    shapes = [found[place]["shape"] for found in said]
    if len({len(shape) for shape in shapes}) > 1:
        raise _CannotTellError(f"{port.name} has another number of axes for other sizes")
    sizes = [
        _size([shape[axis] for shape in shapes], rounds, port.name, axis)
        for axis in range(len(shapes[0]))
    ]
    found = TensorType(tuple(sizes), said[0][place]["dtype"])
    pattern = port.declared.pattern
    if not pattern.accepts(found.rank):
        raise _CannotTellError(
            f"{port.name} came out as {found}, but is declared as {pattern.text}"
        )
    for name, size in axis_sizes(pattern, found.shape).items():
        if name in axes and getattr(axes, name) != size:
            wanted = getattr(axes, name)
            raise _CannotTellError(
                f"{port.name} came out with {name} = {_text(size)}, but the input has {name} = {_text(wanted)}"
            )
    return found


def _text(size: Any) -> str:
    return shape_text(size) if isinstance(size, tuple) else str(size)


def _size(found: Sequence[int], rounds: Sequence[Sizes], port: str, axis: int) -> Dim:
    """Return the sum of multiples of the open sizes that gives what was found in every round."""
    first = rounds[0]
    size: Dim = found[0]
    for name, number in first.items():
        # The round in which this size alone is another one.
        at = next(i for i, sizes in enumerate(rounds) if sizes[name] != number)
        step, rest = divmod(found[at] - found[0], rounds[at][name] - number)
        if rest:
            raise _CannotTellError(f"axis {axis} of {port} is no multiple of {name}")
        size = size + (symbol(name) - number) * step
    if rounds and size_at(size, rounds[-1]) != found[-1]:
        open_sizes = " and ".join(first)
        raise _CannotTellError(f"axis {axis} of {port} is no sum of multiples of {open_sizes}")
    return size


def _failed(asked: Probe, said: str, line: int) -> Answer:
    node = asked.question.node
    place = _place(asked, line)
    where = f" ({place})" if place else ""
    return Answer(
        trouble=f"running {node.title} failed: {said}{where}", hint=_way_out(node, _INFER)
    )


def _way_out(node: NodeType, otherwise: str) -> str:
    file = file_of(type(node))
    return f"mend {file}, or {otherwise}" if file else otherwise


def _place(asked: Probe, line: int) -> str:
    """Name the file and the line that a line of the text came from; empty where none did."""
    file = file_of(type(asked.question.node))
    if file is None or line < 1:
        return ""
    at = _HEAD.count("\n")
    for one in asked.question.node.definitions:
        at += 1  # the blank line in front of it
        length = len(one.text.splitlines())
        if at < line <= at + length:
            number = _line_in_file(file, one, line - at)
            return f"{file.name}, line {number}" if number else file.name
        at += length
    return file.name


def _line_in_file(file: Path, definition: Definition, line: int) -> int:
    """Find a line of a definition in the file that declares it; 0 where it is put together otherwise."""
    try:
        lines = [text.strip() for text in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        return 0
    wanted = [text.strip() for text in definition.text.splitlines()]
    for at, text in enumerate(lines):
        if text == wanted[0] and lines[at : at + line] == wanted[:line]:
            return at + line
    return 0
