"""Networks whose shapes do not go together, each with a way out that is obvious."""

from __future__ import annotations

from diagnostic_cases import Case

SHAPES: dict[str, Case] = {}
