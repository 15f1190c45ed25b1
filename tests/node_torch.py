"""What torch itself does with a node: its expressions are carried out one by one, never printed."""

from __future__ import annotations

import math
import operator
import re
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from netbuilder.node_api import Axes, Expr, LossType, Name, NodeType, TensorType
from netbuilder.node_api.axes import bind
from netbuilder.node_api.calls import Attribute, Binary, Call, Item, Negative
from netbuilder.node_api.node_type import Outcome

# Rules of our own, beyond torch's: ranks as declared, and the batch stays the first axis.
OWN_RULES = frozenset({"NB201", "NB213"})

_SIGNS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Run:
    """What torch made of a node.

    Attributes:
        refusal: What torch said when it refused or warned; empty when it did neither.
        raised: Whether it refused.
        outputs: The tensor at every output port.
        module: The module, where there is one.
        flops: What torch.utils.flop_counter counted.
    """

    refusal: str = ""
    raised: bool = False
    outputs: Mapping[str, torch.Tensor] | None = None
    module: nn.Module | None = None
    flops: int = 0


def carried_out(value: Any, names: Mapping[str, Any]) -> Any:
    """Carry out an expression."""
    match value:
        case Name(text=text):
            first, *rest = text.split(".")
            found = names[first]
            for part in rest:
                found = getattr(found, part)
            return found
        case Attribute(value=inner, name=name):
            return getattr(carried_out(inner, names), name)
        case Item(value=inner, index=index):
            return carried_out(inner, names)[index]
        case Call(function=function, args=args, kwargs=kwargs):
            return carried_out(function, names)(
                *(carried_out(arg, names) for arg in args),
                **{name: carried_out(arg, names) for name, arg in kwargs},
            )
        case Binary(sign=sign, left=left, right=right):
            return _SIGNS[sign](carried_out(left, names), carried_out(right, names))
        case Negative(value=inner):
            return -carried_out(inner, names)
        case tuple() | list():
            return type(value)(carried_out(item, names) for item in value)
        case Expr():
            raise NotImplementedError(type(value).__name__)
    return value


def tensor(
    wanted: TensorType,
    device: str,
    *,
    positive: bool = False,
    within: tuple[float, float] | None = None,
) -> torch.Tensor:
    """A tensor of a type: random numbers where they are floating-point, else zeros; or all above zero.

    Args:
        wanted: The type.
        device: Where it is made.
        positive: Whether all have to be above zero.
        within: The least and the largest number that the port takes.
    """
    dtype = getattr(torch, wanted.dtype)
    if dtype.is_floating_point and device != "meta":
        numbers = torch.rand(wanted.shape) + 0.5 if positive else torch.randn(wanted.shape)
        if within is not None:
            numbers = torch.rand(wanted.shape).clamp(*within)
        return numbers.to(dtype).requires_grad_()
    return torch.full(wanted.shape, int(positive), dtype=dtype, device=device)


def run_as_meta(node: NodeType, axes: Axes, inputs: Mapping[str, TensorType]) -> Run:
    """Run on meta tensors; on real ones where torch wants to read a number on the way."""
    result = run(node, axes, inputs)
    if result.raised and re.search("meta (tensors|kernel)", result.refusal, re.IGNORECASE):
        return run(node, axes, inputs, "cpu")
    return result


def run(
    node: NodeType,
    axes: Axes,
    inputs: Mapping[str, TensorType],
    device: str = "meta",
    *,
    positive: bool = False,
) -> Run:
    """Build a node's module, start its weights and carry its forward out, in training mode."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "Tensor": torch.Tensor, "math": math}
    declared = {port.name: port.declared for port in node.in_ports}
    for definition in node.definitions:
        exec(definition.text, names)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with torch.device(device), FlopCounterMode(display=False) as counter:
                construction = node.module(axes)
                names["module"] = None if construction is None else carried_out(construction, names)
                module = None if construction is None else Name("module")
                for further in node.start(axes, module) if module else ():
                    carried_out(further, names)
                for port, wanted in inputs.items():
                    span = getattr(declared[port], "within", None)
                    names[port] = tensor(wanted, device, positive=positive, within=span)
                    if port == getattr(node, "target_port", ""):
                        names[port] = names[port].detach()  # no loss learns what is right
                forward = node.forward(axes, {port: Name(port) for port in inputs}, module)
                outputs = ports(node, carried_out(forward, names))
        except (RuntimeError, ValueError, IndexError, TypeError, AssertionError) as error:
            return Run(refusal=f"{type(error).__name__}: {error}", raised=True)
    said = "; ".join(str(w.message) for w in caught if issubclass(w.category, UserWarning))
    return Run(said, False, outputs, names["module"], counter.get_total_flops())


def ports(node: NodeType, value: Any) -> dict[str, torch.Tensor]:
    """Take a forward's value apart into output ports, as ``unpack`` says."""
    wanted = node.unpack
    if wanted is None:
        names = [port.name for port in node.out_ports]
        wanted = names[0] if len(names) == 1 else tuple(names)
    found: dict[str, torch.Tensor] = {}

    def take(wanted: Any, value: Any) -> None:
        if isinstance(wanted, str):
            found[wanted] = value
        elif wanted is not None:
            if len(wanted) != len(value):
                raise ValueError(f"expected {len(wanted)} values, got {len(value)}")
            for part, item in zip(wanted, value, strict=True):
                take(part, item)

    take(wanted, value)
    return found


def is_own_rule(node: NodeType, inputs: Mapping[str, TensorType], codes: Collection[str]) -> bool:
    """Whether errors of these codes are stricter than torch, so that torch need not refuse."""
    # Torch stretches axes of one, and mixes dtypes in losses; that is hardly ever meant.
    stretched = any(1 in t.shape or not t.shape for t in inputs.values())
    own = OWN_RULES | ({"NB202"} if stretched else set())
    own |= {"NB202", "NB204"} if isinstance(node, LossType) else set()
    return bool(own.intersection(codes)) or _outside_of_patterns(node, inputs)


def _outside_of_patterns(node: NodeType, inputs: Mapping[str, TensorType]) -> bool:
    """Whether a rank or dtype is none a port declares; torch at times takes more than we declare."""
    return any(problem.code in ("NB201", "NB204") for problem in bind(node.in_ports, inputs)[1])


def trial(node: NodeType, inputs: Mapping[str, TensorType], outcome: Outcome) -> str:
    """What torch says against a node that the rules refuse; empty if it has nothing against it.

    Where meta tensors pass, real ones may not: some checks stand in the kernels, some in backward.
    """
    result = run(node, outcome.axes, inputs)
    if result.refusal:
        return result.refusal
    result = run(node, outcome.axes, inputs, "cpu")
    if result.refusal or result.outputs is None:
        return result.refusal
    if any(not value.numel() for value in result.outputs.values()):
        return "torch goes on with a tensor that holds nothing"
    total = sum(v.double().sum() for v in result.outputs.values() if v.requires_grad)
    try:
        if isinstance(total, torch.Tensor):
            total.backward()
    except RuntimeError as error:
        return str(error)
    return ""
