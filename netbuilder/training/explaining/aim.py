"""What is explained: a class, or a number, of one of the outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from netbuilder.training.answers import Reading, probabilities
from netbuilder.training.run import RunError

_LISTED = 20


@dataclass(frozen=True)
class Aim:
    """A number that an output gives for each sample.

    Attributes:
        place: Which of the network's outputs.
        reading: How that output is read.
        number: Which class or label along axis 1, or which of a sample's numbers.
        name: What people call it.
        against: Whether the score speaks against it, as that of yes does of no.
    """

    place: int
    reading: Reading
    number: int
    name: str
    against: bool = False

    def score(self, outputs: Sequence[Tensor]) -> Tensor:
        """The number of each sample, (samples,); of many places of one class their mean."""
        values = outputs[self.place]
        if _has_channels(self.reading, values):
            found = values[:, self.number].reshape(len(values), -1).mean(1)
        else:
            found = values.reshape(len(values), -1)[:, self.number]
        return -found if self.against else found

    def probability(self, outputs: Sequence[Tensor]) -> float | None:
        """How likely the network takes it to be, of one sample; None for numbers and many places."""
        if self.reading.kind == "numbers":
            return None
        chances = probabilities(self.reading, outputs[self.place])
        if chances.ndim > 2:
            return None
        if self.reading.kind == "classes":
            return float(chances[0, self.number])
        chance = float(chances.reshape(-1)[self.number])
        return 1 - chance if self.against else chance


def aim_of(
    readings: Sequence[Reading], outputs: Sequence[Tensor], output: str = "", target: str = ""
) -> Aim:
    """Return what is to be explained.

    Args:
        readings: How the outputs are read.
        outputs: What the network says of the sample.
        output: The name of an output; empty for the first.
        target: A class or a number of that output, by name or place; empty for what the network
            says, and for the first of several numbers.

    Raises:
        RunError: There is no such output or class.
    """
    names = [reading.output for reading in readings]
    if output and output not in names:
        raise RunError(f"the network has no output {output}; it has: {', '.join(names)}")
    place = names.index(output) if output else 0
    reading, values = readings[place], outputs[place]
    if reading.kind == "classes" and values.ndim > 1:
        known = _names(reading.classes, values.shape[1])
        number = _number(known, target) if target else int(_likeliest(values))
        return Aim(place, reading, number, known[number])
    if _has_channels(reading, values):
        known = _names(reading.classes[1:], values.shape[1])
        number = _number(known, target) if target else 0
        return Aim(place, reading, number, known[number])
    count = values[0].numel()
    if reading.kind == "binary" and count == 1:
        known = _names(reading.classes if len(reading.classes) == 2 else (), 2)
        chance = float(probabilities(reading, values).reshape(-1)[0])
        number = _number(known, target) if target else int(chance > 0.5)
        return Aim(place, reading, 0, known[number], against=number == 0)
    known = _names(reading.names, count)
    number = _number(known, target) if target else 0
    return Aim(place, reading, number, known[number] if count > 1 else reading.output)


def _has_channels(reading: Reading, values: Tensor) -> bool:
    """Whether a sample has a score at many places, for each class or label along axis 1."""
    return values.ndim > {"classes": 1, "binary": 2, "numbers": values.ndim}[reading.kind]


def _likeliest(values: Tensor) -> Tensor:
    """The class with the highest score, over all places together."""
    return values[0].reshape(values.shape[1], -1).double().mean(1).argmax()


def _names(known: Sequence[str], count: int) -> list[str]:
    return list(known) if len(known) == count else [str(number) for number in range(count)]


def _number(known: Sequence[str], target: str) -> int:
    if target in known:
        return list(known).index(target)
    if target.isdecimal() and int(target) < len(known):
        return int(target)
    more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
    raise RunError(
        f"there is no {target!r} among what the output says; there are: "
        f"{', '.join(known[:_LISTED])}{more}"
    )
