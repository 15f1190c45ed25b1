"""Sums of products over named axes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from netbuilder.node_api import (
    Axes,
    Dim,
    Expr,
    In,
    NodeType,
    Out,
    Port,
    Problem,
    Refusal,
    Shape,
    TensorType,
    Text,
    call,
    product,
    promoted,
    shape_text,
)

_MOST_TERMS = 16
_STRANGE = re.compile(r"[^A-Za-z.,>\- ]")
_TERM = re.compile(r"[A-Za-z]*(\*[A-Za-z]*)?\Z")  # the star stands for the ellipsis

# Axes by their letter; those under an ellipsis count from the right: -1, -2 ...
_Label = str | int
_Sizes = dict[_Label, Dim]


@dataclass(frozen=True, slots=True)
class _Equation:
    """A parsed equation; an ellipsis is a star.

    Attributes:
        terms: The letters of every input's axes.
        output: The letters of the output's axes.
    """

    terms: tuple[str, ...]
    output: str


@lru_cache(maxsize=1024)
def _equation(text: str) -> _Equation:
    """Read an equation such as ``nij,njk->nik``.

    Raises:
        ValueError: It is none; the text says why.
    """
    strange = _STRANGE.search(text)
    if strange:
        raise ValueError(
            f"{text!r} has {strange[0]!r} at character {strange.start() + 1}, but takes letters, commas, ... and ->"
        )
    left, arrow, right = text.replace("...", "*").replace(" ", "").partition("->")
    terms = tuple(left.split(","))
    for term in (*terms, right):
        if not _TERM.match(term):
            shown = term.replace("*", "...")
            raise ValueError(
                f"{text!r} has the term {shown!r}, but a term is letters and at most one ..."
            )
    if len(terms) > _MOST_TERMS:
        raise ValueError(f"{text!r} has {len(terms)} inputs, but at most {_MOST_TERMS} are allowed")
    if not arrow:
        return _Equation(terms, _implicit(terms))
    for letter, count in Counter(right).items():
        if count > 1 or (letter != "*" and not any(letter in term for term in terms)):
            said = " twice" if count > 1 else ", which no input has"
            raise ValueError(f"{text!r} gives the output the axis {letter}{said}")
    return _Equation(terms, right)


def _implicit(terms: Sequence[str]) -> str:
    """What comes out where no arrow says: the ellipsis, then letters that occur once, in order."""
    counts = Counter("".join(terms))
    once = sorted(letter for letter, count in counts.items() if count == 1 and letter != "*")
    return "*" * ("*" in counts) + "".join(once)


class Einsum(NodeType, id="einsum", title="Einsum", category="Arithmetic"):
    """Multiply tensors and add up along axes, all said by a letter for every axis.

    Formula: y_nqk = sum_d x_nqd z_nkd, for nqd,nkd->nqk

    Source: torch.einsum

    When: For products over axes that MatMul would need reordered first. A letter the output leaves out
    is summed over; ... stands for any axes.

    Also: einstein sum, tensor product, contraction, tensordot, outer product, bmm

    See: matmul, multiply, permute, sum, bilinear
    """

    x = In("*B", count="equation", doc="A tensor for every term left of the arrow.")
    output = Out("*R", doc="The axes right of the arrow.")

    equation = Text(
        "nqd,nkd->nqk",
        read=_equation,
        examples=(
            "nqd,nkd->nqk",
            "...qd,...kd->...qk",
            "...i,...i->...",
            "nij,njk->nik",
            "n...,n...->n",
            "ni,nj->nij",
            "n...->n",
            "n...i",
            "nij->nji",
            "n i j , n i j",
            "nii->ni",
            "...i,...j,...k->...ijk",
            "nij,njk,nkl->nil",
            "ni,nj->",
        ),
        doc="Letters for the axes of every input, commas between, then -> and those of the output.",
    )

    def port_names(self, port: Port) -> Sequence[str]:
        """An input for every term."""
        return [f"x_{place}" for place, _ in enumerate(_equation(self.equation).terms, 1)]

    def check(self, a: Axes) -> Iterator[Problem]:
        """Every input has as many axes as letters, and samples do not mix."""
        equation = _equation(self.equation)
        for (port, tensor), term in zip(a.inputs.items(), equation.terms, strict=True):
            letters = len(term.replace("*", ""))
            if tensor.rank != letters and ("*" not in term or tensor.rank < letters):
                shown, least = term.replace("*", "..."), "at least " * ("*" in term)
                yield Problem(
                    "NB201",
                    f"{port} is {tensor}, which has {tensor.rank} axes, but {shown!r} names {least}{letters}",
                    port=port,
                    param="equation",
                )
        starts = {term[:1] for term in equation.terms}
        if equation.output[:1] not in starts - {""}:
            yield Problem(
                "NB213",
                f"no input begins with the first axis of the output of {self.equation!r}, "
                "so the batch does not stay first",
                param="equation",
                severity="warning",
            )

    def types(self, a: Axes) -> Mapping[str, TensorType]:
        """The sizes of the output's letters."""
        return {"output": _Contraction(self, a).result}

    def flops(self, a: Axes, y: Mapping[str, TensorType]) -> Dim:
        """Two for every product of numbers, input by input, where something is summed over."""
        return _Contraction(self, a).flops

    def forward(self, a: Axes, x: Mapping[str, Expr], module: Expr | None) -> Expr:
        """Call torch's function."""
        return call("torch.einsum", self.equation, *x.values())


class _Contraction:
    """An equation carried out on sizes, from left to right as torch does.

    Attributes:
        result: What comes out.
        flops: The operations of the matrix products on the way.
    """

    def __init__(self, node: Einsum, a: Axes) -> None:
        equation = _equation(node.equation)
        pairs = list(zip(a.inputs.items(), equation.terms, strict=True))
        parts = [_sizes(port, tensor.shape, term) for (port, tensor), term in pairs]
        sizes = _agreed(dict(zip(a.inputs, parts, strict=True)))
        hidden = max((-label for label in sizes if isinstance(label, int)), default=0)
        self.kept: list[_Label] = []
        for letter in equation.output:
            self.kept += range(-hidden, 0) if letter == "*" else [letter]
        self.flops: Dim = 0
        # In how many parts every axis has a size; one that is in no later part is summed over.
        self._waiting = Counter(label for part in parts for label, n in part.items() if n != 1)
        dtype = a.dtype("x_1")
        left = parts[0]
        for port, right in zip(list(a.inputs)[1:], parts[1:], strict=True):
            left, dtype = self._product(left, right, dtype, port, a.dtype(port))
        self.result = TensorType(tuple(sizes[label] for label in self.kept), dtype)

    def _product(
        self, left: _Sizes, right: _Sizes, dtype: str, port: str, other: str
    ) -> tuple[_Sizes, str]:
        """Multiply two parts; axes that nothing else needs are summed over on the way."""
        summed: list[_Label] = []
        joined = {**right, **{label: n for label, n in left.items() if n != 1}}
        gone: set[_Label] = set()
        for label in joined:
            if label in self.kept:
                continue
            both = left.get(label, 1) != 1 and right.get(label, 1) != 1
            self._waiting[label] -= both
            if self._waiting[label] == 1:
                gone.add(label)
                summed += [label] * both
        if summed and dtype != other:
            message = f"{port} is {other}, but what stands before it is {dtype}; sums of products are of one dtype"
            raise Refusal(Problem("NB204", message, port=port))
        kept = {label: n for label, n in joined.items() if label not in gone}
        if summed:
            self.flops = self.flops + 2 * product([*kept.values(), *(joined[n] for n in summed)])
        return kept, promoted([TensorType((1,), dtype), TensorType((1,), other)])


def _sizes(port: str, shape: Shape, term: str) -> _Sizes:
    """Give every axis of an input its label.

    Raises:
        Refusal: A letter that is repeated has two sizes.
    """
    before, star, after = term.partition("*")
    hidden = len(shape) - len(before) - len(after) if star else 0
    labels: list[_Label] = [*before, *range(-hidden, 0), *after]
    sizes: _Sizes = {}
    for label, size in zip(labels, shape, strict=True):
        if sizes.setdefault(label, size) != size:
            message = f"{port} is {shape_text(shape)}, but its axes {label} must have one size"
            raise Refusal(Problem("NB202", message, port=port, param="equation"))
    return sizes


def _agreed(parts: Mapping[str, _Sizes]) -> _Sizes:
    """Return the size of every axis; those of 1 broadcast.

    Raises:
        Refusal: An axis has two sizes and neither is 1.
    """
    sizes: _Sizes = {}
    seen: dict[_Label, str] = {}
    for port, part in parts.items():
        for label, size in part.items():
            known = sizes.get(label, 1)
            if known not in (1, size) and size != 1:
                name = f"axis {label}" if isinstance(label, str) else "an axis under ..."
                message = f"{name} is {size} in {port}, but {known} in {seen[label]}"
                raise Refusal(Problem("NB210", message, port=port, param="equation"))
            if label not in sizes or known == 1:
                sizes[label], seen[label] = size, port
    return sizes
