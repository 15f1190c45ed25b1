"""Large figures as people read them: ``20.6 MFLOPs``, ``148 MB``, ``10,112 parameters``."""

from __future__ import annotations

from netbuilder.node_api.dims import Dim, Sym

_OPEN = 24  # letters of a formula that still reads at a glance

# The first factor that fits is taken; the numbers in front of the unit stay between 1 and 1,000.
_STEPS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def scaled(value: int | float, exact_below: int = 1000) -> tuple[str, str]:
    """Return a number in three digits and the letter of its thousands.

    Args:
        value: The number.
        exact_below: Numbers below are written in full, with commas.
    """
    if abs(value) >= exact_below:
        for factor, letter in _STEPS:
            # Three digits round 999,999 up to 1,000 k, which is 1 M.
            if round(abs(value) / factor, 2) >= 1 or abs(value) >= 0.9995 * factor:
                return _digits(value / factor), letter
    return f"{value:,}", ""


def parameters_text(value: Dim) -> str:
    """Return how many parameters there are: in full below ten million."""
    if isinstance(value, Sym):
        return f"{_open(value)} parameters"
    number, letter = scaled(int(value), exact_below=10_000_000)
    return f"{number}{f' {letter}' if letter else ''} parameter{'' if value == 1 else 's'}"


def flops_text(value: Dim) -> str:
    """Return operations: ``20.6 MFLOPs``."""
    if isinstance(value, Sym):
        return f"{_open(value)} FLOPs"
    number, letter = scaled(int(value))
    return f"{number} {letter}FLOPs"


def bytes_text(value: Dim) -> str:
    """Return an amount of memory: ``148 MB``, in powers of a thousand."""
    if isinstance(value, Sym):
        return f"{_open(value)} bytes"
    number, letter = scaled(int(value))
    return f"{number} {letter}B" if letter else f"{number} byte{'' if value == 1 else 's'}"


def counted(count: int, word: str) -> str:
    """Return a number with its word: ``1 node``, ``2 nodes``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _digits(value: float) -> str:
    text = f"{value:.3g}"
    # Four digits only come of rounding up the largest, such as 999.9 T.
    return f"{value:,.0f}" if "e" in text else text


def _open(value: Sym) -> str:
    text = str(value)
    return text if len(text) <= _OPEN else f"f({', '.join(sorted(value.names))})"
