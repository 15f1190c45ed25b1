"""A decision surface as the worker drew it: what a network of two inputs says over their plane."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netbuilder.editor.training.words import figure

_FULL = 255


@dataclass(frozen=True, slots=True)
class Plane:
    """Cells and samples; places are shares of the sides, across from the left and up from below.

    Attributes:
        step: Steps done when it was drawn.
        epoch: Epochs done then.
        size: Cells along each side.
        names: Of the two coordinates.
        axes: The coordinates of the cells' middles, from the left and from below.
        classes: Names of the classes; empty where numbers come out.
        cells: The class of each cell, the uppermost row first; empty where numbers come out.
        shades: How sure the network is, or how large the number is, from 0 to 255.
        low: The number of shade 0.
        high: The number of shade 255.
        samples: Across, up, class or number, and whether it is of the validation split.
    """

    step: int
    epoch: int
    size: int
    names: tuple[str, str]
    axes: tuple[tuple[float, ...], tuple[float, ...]]
    classes: tuple[str, ...]
    cells: bytes
    shades: bytes
    low: float
    high: float
    samples: tuple[tuple[float, float, float, bool], ...]

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Plane:
        """Return what a worker wrote.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of another kind.
            ValueError: Sizes do not fit.
        """
        size, numbers = int(plain["size"]), plain["kind"] == "numbers"
        shades = base64.b64decode(plain["shades"])
        cells = b"" if numbers else base64.b64decode(plain["cells"])
        classes = () if numbers else tuple(map(str, plain["classes"]))
        across, up = (tuple(map(float, axis)) for axis in plain["axes"])
        first, second = map(str, plain["names"])
        whole = len(shades) == size * size and len(across) == len(up) == size
        if not whole or not (numbers or (len(cells) == len(shades) and max(cells) < len(classes))):
            raise ValueError("a decision surface whose parts do not fit each other")
        return cls(
            int(plain["step"]),
            int(plain["epoch"]),
            size,
            (first, second),
            (across, up),
            classes,
            cells,
            shades,
            float(plain.get("low", 0.0)),
            float(plain.get("high", 0.0)),
            tuple((float(x), float(y), float(v), bool(part)) for x, y, v, part in plain["samples"]),
        )

    def reading(self, across: float, up: float, *, named: bool = True) -> str:
        """Say what the network says at a place: ``x 0.500, y 1.20: upper, 97%``.

        Args:
            across: Where, from 0 at the left to 1.
            up: Where, from 0 below to 1.
            named: Whether the coordinates have their names; otherwise ``0.500, 1.20: upper, 97%``.
        """
        column, row = (min(max(int(share * self.size), 0), self.size - 1) for share in (across, up))
        place = (self.size - 1 - row) * self.size + column
        share = self.shades[place] / _FULL
        numbers = (figure(self.axes[0][column]), figure(self.axes[1][row]))
        first, second = (f"{name} " if named else "" for name in self.names)
        where = f"{first}{numbers[0]}, {second}{numbers[1]}"
        if not self.classes:
            return f"{where}: {figure(self.low + share * (self.high - self.low))}"
        least = 1 / len(self.classes)
        return f"{where}: {self.classes[self.cells[place]]}, {least + share * (1 - least):.0%}"
