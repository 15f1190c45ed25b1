"""Where marks stand on an axis, and how they read; plain arithmetic."""

from __future__ import annotations

import math

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def marks(low: float, high: float, most: int) -> list[float]:
    """Return round values between two, at most so many and evenly spaced."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return []
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((power * unit for unit in _STEPS if power * unit >= rough * (1 - 1e-9)), power * 10)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def decades(low: float, high: float, most: int) -> list[float]:
    """Return powers of ten between two positive values; finer ones where there are few."""
    if not 0 < low < high < math.inf:
        return []
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    powers = list(range(first, last + 1))
    if len(powers) >= 2:
        every = math.ceil(len(powers) / max(most, 1))
        return [10.0**power for power in powers[::every]]
    finer = [unit * 10.0**power for power in range(first - 1, last + 1) for unit in (1, 2, 5)]
    return [value for value in finer if low <= value <= high][:most]


def label(value: float, step: float) -> str:
    """Return a mark as text, with as many digits as the distance between marks asks for."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        mantissa, _, power = f"{value:.2e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
    digits = 0
    if step > 0:
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        if digits < 6 and not math.isclose(
            step * 10**digits, round(step * 10**digits), rel_tol=1e-6
        ):
            digits += 1
    return f"{value:,.{digits}f}"


def rounded_up(value: float, factor: float = 1.25) -> float:
    """Return the next of a row of values, each so many times the one before: axes grow in leaps."""
    if value <= 0:
        return 1.0
    return float(factor ** math.ceil(math.log(value, factor) - 1e-9))
