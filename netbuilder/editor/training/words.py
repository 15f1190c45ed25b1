"""How the figures of a training read."""

from __future__ import annotations

import math
from datetime import datetime

NOTHING = "\N{EN DASH}"
STATES = {
    "queued": "starting",
    "running": "training",
    "paused": "paused",
    "stopping": "finishing",
    "done": "finished",
    "stopped": "stopped",
    "failed": "failed",
    "lost": "died",
    "damaged": "damaged",
}


def figure(value: float | None) -> str:
    """Return a measured number with three digits that matter: ``0.412``, ``7.3e-4``, ``1,204``."""
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "infinite"
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e7):
        mantissa, _, power = f"{value:.2e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{3 if size < 1 else 2 if size < 100 else 1}f}"


def duration(seconds: float | None) -> str:
    """Return a time span: ``40 s``, ``6 min 20 s``, ``3 h 5 min``."""
    if seconds is None:
        return NOTHING
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def when(time: float, now: float) -> str:
    """Return a moment as people say it: ``14:05``, ``20 Nov 14:05``, ``20 Nov 2025``."""
    if time <= 0:
        return NOTHING
    then, today = (
        datetime.fromtimestamp(time).astimezone(),
        datetime.fromtimestamp(now).astimezone(),
    )
    if then.date() == today.date():
        return f"{then:%H:%M}"
    if then.year == today.year:
        return f"{then.day} {then:%b %H:%M}"
    return f"{then.day} {then:%b %Y}"


def short_name(name: str) -> str:
    """Return the name of a run's folder without its date, which the list has beside it."""
    stem, _, clock = name.rpartition("-")
    number = ""
    if clock.isdigit() and len(clock) < 6:
        number = f" {clock}"
        stem, _, clock = stem.rpartition("-")
    stem, _, date = stem.rpartition("-")
    if stem and len(date) == 8 and date.isdigit() and len(clock) == 6 and clock.isdigit():
        return f"{stem} {clock[:2]}:{clock[2:4]}:{clock[4:]}{number}"
    return name
