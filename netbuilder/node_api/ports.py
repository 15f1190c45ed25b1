"""Ports of a node type, with the axis pattern that says what flows through them.

A pattern is a list of axis names: ``N C H W``. A name with a star (``*B``) stands for any number of
axes, at most once in a pattern. The same name on two input ports must have the same size. An empty
pattern is a scalar.
"""

from __future__ import annotations

from dataclasses import dataclass

from netbuilder.node_api.dims import Dim, Shape, shape_text

FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})
INTEGERS = frozenset({"int8", "uint8", "int16", "int32", "int64"})
DTYPES = FLOATS | INTEGERS | {"bool"}
KINDS = {"float": FLOATS, "int": INTEGERS, "bool": frozenset({"bool"}), "any": DTYPES}


@dataclass(frozen=True, slots=True)
class TensorType:
    """What flows along an edge: a shape with known and named sizes, and a torch dtype name."""

    shape: Shape
    dtype: str = "float32"

    @property
    def rank(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __str__(self) -> str:
        return shape_text(self.shape)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed axis pattern.

    Attributes:
        text: The pattern as declared.
        before: Names of the axes before the star.
        star: The name of the star, or empty.
        after: Names of the axes after the star.
    """

    text: str
    before: tuple[str, ...]
    star: str
    after: tuple[str, ...]

    @property
    def rank(self) -> int:
        """The number of axes, those under the star not counted."""
        return len(self.before) + len(self.after)

    @property
    def names(self) -> tuple[str, ...]:
        """Every axis name, the star's included."""
        return (*self.before, *((self.star,) if self.star else ()), *self.after)

    def accepts(self, rank: int) -> bool:
        """Whether a tensor of ``rank`` axes has a fitting number of them."""
        return rank >= self.rank if self.star else rank == self.rank


def pattern(text: str) -> Pattern:
    """Read an axis pattern.

    Raises:
        ValueError: There is more than one star, or a name is not a Python identifier.
    """
    names = text.split()
    stars = [i for i, name in enumerate(names) if name.startswith("*")]
    if len(stars) > 1 or not all(name.removeprefix("*").isidentifier() for name in names):
        raise ValueError(f"{text!r} is not an axis pattern: names, at most one of them with a star")
    if not stars:
        return Pattern(text, tuple(names), "", ())
    at = stars[0]
    return Pattern(text, tuple(names[:at]), names[at][1:], tuple(names[at + 1 :]))


class Port:
    """A declared port; its name is that of the class attribute.

    Args:
        axes: The axis pattern.
        dtype: For an input one of ``float``, ``int``, ``bool``, ``any``; for an output the torch
            dtype, or empty for that of the first input.
        doc: One sentence.
        count: The name of the parameter that says how many such ports there are (a number or a
            list); they are then called ``x_1``, ``x_2`` and so on, unless the type overrides
            ``port_names``. Their axes are each one's own:
            the rule reads them with ``a.shape("x_1")`` and says what must agree.
    """

    name: str = ""

    def __init__(self, axes: str, *, dtype: str = "", doc: str = "", count: str = "") -> None:
        self.pattern = pattern(axes)
        self.dtype = dtype
        self.doc = doc
        self.count = count

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name


class In(Port):
    """An input port.

    Args:
        axes: The axis pattern.
        dtype: What may flow in: ``float``, ``int``, ``bool`` or ``any``.
        doc: One sentence.
        optional: Whether it may stay unconnected.
        known: Names of axes whose size must be a number, because weights are made from it.
        count: As for Port.
        within: The least and the largest number that make sense, where torch refuses others.
    """

    def __init__(
        self,
        axes: str,
        *,
        dtype: str = "float",
        doc: str = "",
        optional: bool = False,
        known: str = "",
        count: str = "",
        within: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(axes, dtype=dtype, doc=doc, count=count)
        self.optional = optional
        self.known = tuple(known.split())
        self.within = within
        if dtype not in KINDS:
            raise ValueError(f"an input's dtype is one of {', '.join(KINDS)}, not {dtype!r}")


class Out(Port):
    """An output port; its dtype is that of the first input unless one is given."""


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A port as one node has it: repeated ports are told apart by name.

    Attributes:
        name: The name that edges use.
        declared: The declaration.
    """

    name: str
    declared: Port


def axis_sizes(pattern: Pattern, shape: Shape) -> dict[str, Dim | Shape]:
    """Return the size of every named axis; the star's value is a tuple.

    The rank must fit: ask ``pattern.accepts`` first.
    """
    sizes: dict[str, Dim | Shape] = dict(zip(pattern.before, shape, strict=False))
    if pattern.star:
        end = len(shape) - len(pattern.after)
        sizes[pattern.star] = shape[len(pattern.before) : end]
        sizes.update(zip(pattern.after, shape[end:], strict=True))
    return sizes
