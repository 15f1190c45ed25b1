"""What a sanity test says, and the list of the tests; nothing here imports torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["ok", "warning", "bad", "skipped"]


@dataclass(frozen=True, slots=True)
class Test:
    """A test that there is.

    Attributes:
        name: What the command line calls it.
        title: What people call it.
        about: What it does, in a sentence.
    """

    name: str
    title: str
    about: str


FIRST_LOSS = Test(
    "first_loss",
    "First loss",
    "Compares the loss before training with that of a guess.",
)
GRADIENTS = Test(
    "gradients",
    "Gradients",
    "Looks whether a gradient reaches every weight in the first steps.",
)
ONE_BATCH = Test(
    "one_batch",
    "One batch",
    "Trains on a single batch, which a sound network learns by heart.",
)
LEARNING_RATE = Test(
    "learning_rate",
    "Learning rate",
    "Raises the learning rate step by step, and looks where the loss falls fastest.",
)
SHUFFLED_LABELS = Test(
    "shuffled_labels",
    "Shuffled labels",
    "Trains with the answers shuffled; a network that still beats chance is told the answer.",
)
PROBE = Test(
    "probe",
    "Time and memory",
    "Times a few steps, and says what the whole training takes and which batch fits.",
)
TESTS: Mapping[str, Test] = {
    test.name: test
    for test in (FIRST_LOSS, GRADIENTS, ONE_BATCH, LEARNING_RATE, SHUFFLED_LABELS, PROBE)
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test says.

    Attributes:
        test: The name of the test.
        status: ``ok``; ``warning``: it may be meant; ``bad``: training will not work as it stands;
            ``skipped``: the test says nothing about this network.
        sentence: What was seen, and what was expected.
        hint: The way out; empty where there is nothing to mend.
        nodes: The paths of the nodes it is about, such as ``block_1/conv_1``.
        numbers: What was measured, by name; None where it was no finite number.
        curve: Points (learning rate, smoothed loss), for the test of the learning rate.
    """

    test: str
    status: Status
    sentence: str
    hint: str = ""
    nodes: tuple[str, ...] = ()
    numbers: Mapping[str, float | None] = field(default_factory=dict)
    curve: tuple[tuple[float, float], ...] = ()

    @property
    def title(self) -> str:
        """What people call the test."""
        return TESTS[self.test].title

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Finding:
        """Return what ``to_plain`` wrote."""
        curve = tuple((rate, loss) for rate, loss in plain["curve"])
        return cls(**{**plain, "nodes": tuple(plain["nodes"]), "curve": curve})


def numbers(**found: float) -> dict[str, float | None]:
    """Return measured numbers fit for JSON: what is not finite becomes None."""
    return {name: value if abs(value) < float("inf") else None for name, value in found.items()}


def spoken(value: float) -> str:
    """Return a measured number in three digits: ``0.0123``, ``12.3``, ``1.2e-05``."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e7 else f"{value:.3g}"
