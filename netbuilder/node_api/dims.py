"""Sizes of axes: plain integers, symbols such as ``N`` and ``T``, and integers that remember a formula.

A dimension is an ``int`` where the size is known and a ``Sym`` where it is not. Arithmetic on a
``Sym`` stays symbolic and canonical, so ``T + T == 2 * T`` holds. ``TracedInt`` and
``TracedFloat`` are numbers that also carry the source text they came from: code generation runs
the same shape rules with them and prints ``dim * 4`` where a plain run would print ``256``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeGuard, Union

Dim = Union[int, "Sym"]
Shape = tuple[Dim, ...]

Atom = Union[str, "Quotient"]
Monomial = tuple[Atom, ...]


class Quotient:
    """The whole part of ``num / den``, or with ``remainder`` what is left; one factor of a Sym."""

    __slots__ = ("den", "num", "remainder")

    def __init__(self, num: Dim, den: Dim, *, remainder: bool = False) -> None:
        self.num, self.den, self.remainder = num, den, remainder

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quotient) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        den = (
            f"({self.den})" if isinstance(self.den, Sym) and self.den.is_compound else f"{self.den}"
        )
        num = (
            f"({self.num})" if isinstance(self.num, Sym) and self.num.is_compound else f"{self.num}"
        )
        return f"({num} {'%' if self.remainder else '//'} {den})"

    def _key(self) -> tuple[Dim, Dim, bool]:
        return self.num, self.den, self.remainder


class Sym:
    """A polynomial with integer coefficients over named sizes; immutable.

    Every named size stands for a whole number of at least 1.
    """

    __slots__ = ("_hash", "_text", "terms")

    terms: tuple[tuple[Monomial, int], ...]

    def __init__(self, terms: tuple[tuple[Monomial, int], ...]) -> None:
        self.terms = terms
        self._hash = 0
        self._text = ""

    @property
    def is_compound(self) -> bool:
        """Whether the text needs parentheses inside a product."""
        return len(self.terms) > 1 or self.terms[0][1] != 1 or len(self.terms[0][0]) > 1

    @property
    def names(self) -> frozenset[str]:
        """The named sizes that occur."""
        found: set[str] = set()
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, str):
                    found.add(atom)
                else:
                    for part in (atom.num, atom.den):
                        if isinstance(part, Sym):
                            found |= part.names
        return frozenset(found)

    def at(self, sizes: Mapping[str, int]) -> Dim:
        """Return this size with numbers put in for the names in ``sizes``."""
        total: Dim = 0
        for monomial, coefficient in self.terms:
            product: Dim = coefficient
            for atom in monomial:
                product = product * _atom_at(atom, sizes)
            total = total + product
        return total

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Sym) and self.terms == other.terms)

    def __hash__(self) -> int:
        self._hash = self._hash or hash(self.terms)
        return self._hash

    def __bool__(self) -> bool:
        raise TypeError(f"the size {self} has no truth value; ask is_known() first")

    def __add__(self, other: Dim) -> Dim:
        mine = self.terms
        if (
            isinstance(other, Sym)
            and len(mine) == len(other.terms) == 1
            and mine[0][0] == other.terms[0][0]
        ):
            total = mine[0][1] + other.terms[0][1]
            return Sym(((mine[0][0], total),)) if total else 0
        terms = dict(mine)
        for monomial, coefficient in _terms(other):
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return _canonical(terms)

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return self * -1

    def __sub__(self, other: Dim) -> Dim:
        return self + (-other)

    def __rsub__(self, other: Dim) -> Dim:
        return (-self) + other

    def __mul__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            # By far the most frequent: counts of numbers in a batch.
            factor = int(other)
            if factor == 1:
                return self
            return Sym(tuple((m, c * factor) for m, c in self.terms)) if factor else 0
        terms: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in _terms(other):
                monomial = tuple(sorted((*left, *right), key=str))
                terms[monomial] = terms.get(monomial, 0) + a * b
        return _canonical(terms)

    __rmul__ = __mul__

    def __floordiv__(self, other: Dim) -> Dim:
        if isinstance(other, int):
            if other == 0:
                raise ZeroDivisionError(f"{self} // 0")
            if all(coefficient % other == 0 for _, coefficient in self.terms):
                return _canonical({m: c // other for m, c in self.terms})
        elif self == other:
            return 1
        elif len(other.terms) == 1 and (exact := _divide(self, other.terms[0])) is not None:
            return exact
        return Sym((((Quotient(self, other),), 1),))

    def __rfloordiv__(self, other: int) -> Dim:
        return 0 if other == 0 else Sym((((Quotient(other, self),), 1),))

    def __mod__(self, other: Dim) -> Dim:
        whole = self // other
        if isinstance(whole, int) or not _has_quotient(whole, self, other):
            return 0
        return Sym((((Quotient(self, other, remainder=True),), 1),))

    def __rmod__(self, other: int) -> Dim:
        return 0 if other == 0 else Sym((((Quotient(other, self, remainder=True),), 1),))

    def __pow__(self, exponent: int) -> Dim:
        result: Dim = 1
        for _ in range(exponent):
            result = result * self
        return result

    def __str__(self) -> str:
        self._text = self._text or self._written()
        return self._text

    def _written(self) -> str:
        text = ""
        for monomial, coefficient in self.terms:
            factors = [str(atom) for atom in monomial]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            sign = "-" if coefficient < 0 else "+"
            product = "*".join(factors)
            if text:
                text += f" {sign} {product}"
            else:
                text = product if coefficient > 0 else f"-{product}"
        # A lone quotient needs no parentheses of its own.
        if len(self.terms) == 1 and self.terms[0][1] == 1 and len(self.terms[0][0]) == 1:
            atom = self.terms[0][0][0]
            return atom if isinstance(atom, str) else str(atom)[1:-1]
        return text

    def __repr__(self) -> str:
        return f"Sym({self})"


def symbol(name: str) -> Sym:
    """Return the size that is called ``name``."""
    return Sym((((name,), 1),))


def is_known(size: Dim) -> TypeGuard[int]:
    """Whether ``size`` is a number."""
    return isinstance(size, int)


def size_at(size: Dim, sizes: Mapping[str, int]) -> Dim:
    """Return ``size`` with numbers put in for the names in ``sizes``."""
    return size.at(sizes) if isinstance(size, Sym) else size


def product(sizes: Iterable[Dim]) -> Dim:
    """Return the product of ``sizes``; 1 when there are none."""
    number: int | None = None  # Not 1: a size with a formula would read "1 * dim".
    open_sizes: Dim | None = None
    for size in sizes:
        if isinstance(size, Sym):
            open_sizes = size if open_sizes is None else open_sizes * size
        else:
            number = size if number is None else number * size
    if open_sizes is None:
        return 1 if number is None else number
    return open_sizes if number is None else open_sizes * number


def shape_text(shape: Iterable[Dim]) -> str:
    """Return a shape as people write it: ``N x 32 x 8 x 8``, or ``scalar``."""
    return (
        " x ".join(f"({d})" if isinstance(d, Sym) and d.is_compound else str(d) for d in shape)
        or "scalar"
    )


def _terms(size: Dim) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(size, Sym):
        return size.terms
    return (((), int(size)),) if size else ()


def _canonical(terms: Mapping[Monomial, int]) -> Dim:
    kept = {monomial: coefficient for monomial, coefficient in terms.items() if coefficient}
    if not kept:
        return 0
    if len(kept) == 1 and () in kept:
        return kept[()]
    # Highest degree first, the constant last, so that the text reads "2*T + 1".
    return Sym(
        tuple(sorted(kept.items(), key=lambda item: (-len(item[0]), [str(a) for a in item[0]])))
    )


def _divide(size: Sym, divisor: tuple[Monomial, int]) -> Dim | None:
    """Divide every term of ``size`` by one monomial, or return None where that leaves a rest."""
    factors, number = divisor
    result: dict[Monomial, int] = {}
    for monomial, coefficient in size.terms:
        left = list(monomial)
        for factor in factors:
            if factor not in left:
                return None
            left.remove(factor)
        if coefficient % number:
            return None
        result[tuple(left)] = coefficient // number
    return _canonical(result)


def _has_quotient(whole: Sym, num: Dim, den: Dim) -> bool:
    wanted = Quotient(num, den)
    return any(wanted in monomial for monomial, _ in whole.terms)


def _atom_at(atom: Atom, sizes: Mapping[str, int]) -> Dim:
    if isinstance(atom, str):
        return sizes.get(atom, symbol(atom))
    num, den = size_at(atom.num, sizes), size_at(atom.den, sizes)
    return num % den if atom.remainder else num // den


class _Tracing:
    """Arithmetic that gives traced numbers."""

    source: str
    is_name: bool

    def __add__(self, other: Any) -> Any:
        return _trace(operator.add, self, "+", other)

    def __radd__(self, other: Any) -> Any:
        return _trace(operator.add, other, "+", self)

    def __sub__(self, other: Any) -> Any:
        return _trace(operator.sub, self, "-", other)

    def __rsub__(self, other: Any) -> Any:
        return _trace(operator.sub, other, "-", self)

    def __mul__(self, other: Any) -> Any:
        return _trace(operator.mul, self, "*", other)

    def __rmul__(self, other: Any) -> Any:
        return _trace(operator.mul, other, "*", self)

    def __floordiv__(self, other: Any) -> Any:
        return _trace(operator.floordiv, self, "//", other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _trace(operator.floordiv, other, "//", self)

    def __mod__(self, other: Any) -> Any:
        return _trace(operator.mod, self, "%", other)

    def __rmod__(self, other: Any) -> Any:
        return _trace(operator.mod, other, "%", self)

    def __pow__(self, other: Any, modulo: Any = None) -> Any:
        return _trace(operator.pow, self, "**", other)

    def __rpow__(self, other: Any, modulo: Any = None) -> Any:
        return _trace(operator.pow, other, "**", self)

    def __neg__(self) -> Any:
        return traced(-_plain(self), f"-{_operand(self)}")


class TracedInt(_Tracing, int):
    """A whole number that remembers the source text it came from, for generated code."""

    def __new__(cls, value: int, source: str, *, is_name: bool = False) -> TracedInt:
        """Make ``value`` with ``source`` as its text."""
        number = super().__new__(cls, value)
        number.source = source
        number.is_name = is_name
        return number

    __hash__ = int.__hash__


class TracedFloat(_Tracing, float):
    """A number that remembers the source text it came from, for generated code."""

    def __new__(cls, value: float, source: str, *, is_name: bool = False) -> TracedFloat:
        """Make ``value`` with ``source`` as its text."""
        number = super().__new__(cls, value)
        number.source = source
        number.is_name = is_name
        return number

    __hash__ = float.__hash__


Traced = TracedInt | TracedFloat


def is_traced(value: Any) -> bool:
    """Whether a parameter's value carries source text, itself or in one of its items."""
    if isinstance(value, tuple):
        return any(is_traced(item) for item in value)
    return isinstance(value, Traced)


def traced(value: int | float, source: str, *, is_name: bool = False) -> Traced:
    """Return ``value`` as a number that prints as ``source``."""
    if isinstance(value, int):
        return TracedInt(value, source, is_name=is_name)
    return TracedFloat(value, source, is_name=is_name)


def smallest(*values: Any) -> Any:
    """Return the smallest value; traced when one of the values is."""
    return _pick("min", min(values), values)


def largest(*values: Any) -> Any:
    """Return the largest value; traced when one of the values is."""
    return _pick("max", max(values), values)


def _pick(name: str, value: Any, values: tuple[Any, ...]) -> Any:
    if not any(isinstance(v, Traced) for v in values):
        return value
    plain = int(value) if isinstance(value, int) else float(value)
    return traced(plain, f"{name}({', '.join(_text(v) for v in values)})", is_name=True)


def _trace(operation: Callable[[Any, Any], Any], left: Any, sign: str, right: Any) -> Any:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return NotImplemented
    # What stands left of a sum or a difference binds at least as tightly.
    first = _text(left) if sign in "+-" else _operand(left)
    second = _operand(right)
    if sign == "**" and not isinstance(left, Traced) and left < 0:
        first = f"({first})"
    # Formatters set powers of plain names and numbers without spaces.
    tight = sign == "**" and not ("(" in first or "(" in second)
    text = f"{first}**{second}" if tight else f"{first} {sign} {second}"
    return traced(operation(_plain(left), _plain(right)), text)


def _plain(value: Any) -> int | float:
    return int(value) if isinstance(value, int) else float(value)


def _text(value: Any) -> str:
    return value.source if isinstance(value, Traced) else repr(value)


def _operand(value: Any) -> str:
    text = _text(value)
    return text if not isinstance(value, Traced) or value.is_name else f"({text})"
