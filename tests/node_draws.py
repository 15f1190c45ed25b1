"""Hypothesis strategies from declarations: parameters from their kinds and ranges, tensors from ports."""

from __future__ import annotations

import math
import random
from typing import Any

from hypothesis import strategies as st

from netbuilder.node_api import (
    Bool,
    Choice,
    Float,
    Floats,
    Int,
    Ints,
    NodeType,
    Param,
    ShapeParam,
    Sizes,
    TensorType,
    Text,
)
from netbuilder.node_api.node_type import PortInfo, evaluate
from netbuilder.node_api.ports import KINDS, Pattern

DTYPES = {
    "float": ("float32", "float32", "float32", "float64", "bfloat16", "float16"),
    "int": ("int64", "int64", "int64", "int32", "uint8"),
    "bool": ("bool",),
    "any": ("float32", "float32", "float64", "float16", "int64", "int32", "int8", "uint8", "bool"),
}
# How many axes stand for a star; none at all is the rarest.
RANKS = st.sampled_from((0, 1, 1, 2, 2, 3, 3))
SIZES = st.sampled_from((1, 2, 2, 3, 4, 4, 5, 6, 8, 8, 9, 10, 12))


def values(param: Param[Any]) -> st.SearchStrategy[Any]:
    """Values a parameter takes, as a document holds them; large numbers are left out, for memory."""
    known: st.SearchStrategy[Any]
    match param:
        case Bool():
            known = st.booleans()
        case Choice():
            known = st.sampled_from(param.choices)
        case Int():
            known = _ints(param)
        case Float():
            known = _floats(param)
        case Floats():
            # Lists go with an axis of some size, so short ones come more often.
            longest = st.integers(param.min_length, min(param.max_length, 8))
            known = longest.flatmap(lambda n: st.lists(_floats(param), min_size=n, max_size=n))
        case Sizes():
            known = st.one_of(
                _ints(param),
                st.lists(_ints(param), min_size=param.axes, max_size=param.axes),
                *([st.sampled_from(param.words)] if param.words else []),
            )
        case Ints():
            longest = min(param.max_length, 4)
            known = st.lists(_ints(param), min_size=param.min_length, max_size=longest)
        case ShapeParam():
            known = st.lists(st.one_of(SIZES, st.sampled_from(("T", "H", "W2"))), max_size=4)
        case Text(read=read):
            known = st.sampled_from(param.examples) if read else st.text(max_size=20)
        case _:
            raise NotImplementedError(f"no strategy for {param.kind} parameters")
    return st.one_of(known, st.none()) if param.optional else known


def _floats(param: Any) -> st.SearchStrategy[float]:
    ends = [end for end in (param.min, param.max) if end is not None]
    return st.one_of(
        st.sampled_from(ends or [0.0]),
        st.floats(param.min, param.max, allow_nan=False, allow_infinity=False),
    ).filter(param.in_range)


def _ints(param: Any) -> st.SearchStrategy[int]:
    low = max(param.min, -4) if param.min is not None else -4
    high = low + 11
    if param.max is not None:
        high = min(high, param.max)
    small = st.integers(low, min(low + 4, high))
    return st.one_of(small, small, st.integers(low, high))


@st.composite
def params(draw: st.DrawFn, node_type: type[NodeType]) -> dict[str, Any]:
    """Parameters of a node type; about half of them are left at their defaults."""
    chosen = draw(st.lists(st.booleans(), min_size=len(node_type.params), max_size=64))
    return {
        name: draw(values(param))
        for (name, param), given in zip(node_type.params.items(), chosen, strict=False)
        if given
    }


@st.composite
def tensors(draw: st.DrawFn, node: NodeType) -> dict[str, TensorType]:
    """A type for every input port; where it does not fit, in half of the draws a few tries more.

    Otherwise too little would be seen of types that ask much of their inputs. The further tries also
    take sizes that the node's parameters speak of.
    """
    found = draw(_tensors(node, SIZES))
    if evaluate(node, found).failed and draw(st.booleans()):
        told = sorted(_told(node) & set(range(1, 65)))
        sizes = st.one_of(SIZES, st.sampled_from(told)) if told else SIZES
        for _ in range(8):
            found = draw(_tensors(node, sizes))
            if not evaluate(node, found).failed:
                break
    return found


def _told(node: NodeType) -> set[int]:
    """Numbers among a node's parameters, and products of those that are lists."""
    whole = [v if isinstance(v, tuple) else (v,) for v in node.values().values()]
    return {math.prod(v) for v in whole if v and all(type(n) is int for n in v)}


@st.composite
def _tensors(
    draw: st.DrawFn, node: NodeType, fresh: st.SearchStrategy[int]
) -> dict[str, TensorType]:
    """A type for every input port: mostly fitting its pattern and the others, sometimes not.

    Ports that may stay unconnected do so in half of the draws.
    """
    sizes: dict[str, Any] = {}
    found: dict[str, TensorType] = {}
    first_dtype = ""
    for port in node.in_ports:
        if getattr(port.declared, "optional", False) and draw(st.booleans()):
            continue
        kind = port.declared.dtype
        dtype = draw(st.sampled_from(DTYPES[kind]))
        if first_dtype in KINDS[kind] and draw(st.integers(0, 9)) < 8:
            dtype = first_dtype
        first_dtype = first_dtype or dtype
        shape = draw(_shape(port, sizes, found, fresh))
        found[port.name] = TensorType(tuple(shape), dtype)
    return found


@st.composite
def _shape(
    draw: st.DrawFn,
    port: PortInfo,
    sizes: dict[str, Any],
    found: dict[str, TensorType],
    fresh: st.SearchStrategy[int],
) -> list[int]:
    """Sizes by the pattern, the same name the same size; in one of ten draws something is off."""
    shape: list[int] = []
    if port.declared.count and found and draw(st.integers(0, 4)) > 0:
        return draw(_relative(list(next(iter(found.values())).shape)))
    pattern: Pattern = port.declared.pattern
    for name in pattern.names:
        if name == pattern.star:
            # A letter may stand for one axis at a port and for several at another.
            star = f"*{name}"
            if star not in sizes:
                stars = [size for size in sizes.values() if isinstance(size, tuple)]
                several = RANKS.flatmap(lambda n: st.tuples(*[fresh] * n))
                sizes[star] = draw(
                    st.sampled_from(stars) if stars and draw(st.booleans()) else several
                )
            shape += sizes[star]
        else:
            if name not in sizes:
                plain = [size for size in sizes.values() if isinstance(size, int)]
                again = plain and draw(st.integers(0, 3)) == 0
                sizes[name] = draw(st.sampled_from(plain) if again else fresh)
            shape.append(sizes[name])
    return draw(_relative(shape)) if draw(st.integers(0, 9)) == 0 else shape


@st.composite
def _relative(draw: st.DrawFn, shape: list[int]) -> list[int]:
    """A shape near another: an axis changed, set to 1, added or dropped; or the same."""
    change = draw(st.sampled_from(("size", "one", "same", "drop", "add")))
    place = draw(st.integers(0, max(len(shape) - 1, 0)))
    if change == "add":
        return [draw(SIZES), *shape]
    if not shape or change == "same":
        return shape
    if change == "drop":
        return shape[1:]
    size = 1 if change == "one" else draw(SIZES)
    return [*shape[:place], size, *shape[place + 1 :]]


def random_params(rng: random.Random, node_type: type[NodeType]) -> dict[str, Any]:
    """Parameters as ``params`` draws them, a hundred times as quickly and less oddly."""
    given = [(name, param) for name, param in node_type.params.items() if rng.random() < 0.4]
    return {name: _random_value(rng, param) for name, param in given}


def _random_value(rng: random.Random, param: Param[Any]) -> Any:
    if param.optional and rng.random() < 0.3:
        return None
    match param:
        case Bool():
            return rng.random() < 0.5
        case Choice():
            return rng.choice(param.choices)
        case Int():
            return _random_int(rng, param)
        case Float():
            return _random_float(rng, param)
        case Floats():
            longest = rng.randint(param.min_length, min(param.max_length, 8))
            return [_random_float(rng, param) for _ in range(longest)]
        case Sizes():
            if param.words and rng.random() < 0.2:
                return rng.choice(param.words)
            several = [_random_int(rng, param) for _ in range(param.axes)]
            return rng.choice((several, several[0]))
        case Ints():
            longest = rng.randint(param.min_length, min(param.max_length, 4))
            return [_random_int(rng, param) for _ in range(longest)]
        case Text(read=read):
            return rng.choice(param.examples) if read else "text"
    raise NotImplementedError(f"no draw for {param.kind} parameters")


def _random_int(rng: random.Random, param: Any) -> int:
    low = max(param.min, -4) if param.min is not None else -4
    high = low + rng.choice((4, 4, 11))
    return rng.randint(low, high if param.max is None else min(high, param.max))


def _random_float(rng: random.Random, param: Any) -> float:
    ends = [end for end in (param.min, param.max) if end is not None and param.in_range(end)]
    between = rng.choice((0.1, 0.25, 0.5, 1.0, 2.0, -0.5))
    return between if param.in_range(between) else rng.choice(ends or [param.default])


def random_inputs(rng: random.Random, node: NodeType) -> dict[str, TensorType]:
    """A type for every input port by its pattern, the same name the same size."""
    sizes: dict[str, tuple[int, ...]] = {}
    found: dict[str, TensorType] = {}
    for port in node.in_ports:
        if getattr(port.declared, "optional", False) and rng.random() < 0.5:
            continue
        kind = port.declared.dtype
        alike = [t.dtype for t in found.values() if t.dtype in KINDS[kind]]
        dtype = rng.choice(alike or DTYPES[kind])
        if port.declared.count and found:
            found[port.name] = next(iter(found.values()))
            continue
        for name in port.declared.pattern.names:
            several = rng.choice((0, 1, 1, 2)) if name == port.declared.pattern.star else 1
            if name not in sizes:
                again = [size for size in sizes.values() if len(size) == several]
                fresh = tuple(rng.choice((1, 2, 3, 4, 5, 6, 8, 8, 12)) for _ in range(several))
                sizes[name] = rng.choice((*again, fresh, fresh))
        shape = [size for name in port.declared.pattern.names for size in sizes[name]]
        found[port.name] = TensorType(tuple(shape), dtype)
    return found
