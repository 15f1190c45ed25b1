"""Phases of a training: nodes that are held still for some epochs, and how fast the others learn then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from netbuilder.node_api.params import Declared, Float, Int, Param, ParamError, Texts

MOST = 64


class Phase(Declared):
    """Some epochs in which a training is another."""

    epochs = Int(1, min=1, max=1_000_000, unit="epochs", doc="How long the phase is.")
    frozen = Texts(
        (),
        doc="Nodes of the main graph whose weights stay as they are; a group's with all in it. Their "
        "batch norms keep their statistics.",
    )
    learning_rate = Float(
        1.0,
        min=0.0,
        max=1e6,
        doc="What the learning rate is multiplied by, schedules and factors of nodes on top.",
    )


class Phases(Param[tuple[Phase, ...]]):
    """A list of phases, one after the other."""

    kind = "phases"

    def convert(self, value: Any) -> tuple[Phase, ...]:
        """Take a list of at most 64 objects with the settings of a phase."""
        if not isinstance(value, list | tuple) or len(value) > MOST:
            raise self.refuse(value)
        found = []
        for number, item in enumerate(value, 1):
            if not isinstance(item, Mapping | Phase):
                raise self.refuse(value)
            try:
                found.append(item if isinstance(item, Phase) else Phase(item))
            except ParamError as error:
                raise ParamError(f"{self.name}, phase {number}: {error}") from error
        return tuple(found)

    def takes(self) -> str:
        """What values are taken, in words."""
        return f"a list of at most {MOST} phases, each with {', '.join(Phase.params)}"


def phase_of(phases: Sequence[Phase], epoch: int) -> Phase | None:
    """Return the phase that an epoch, counted from 0, lies in; None behind the last one."""
    for phase in phases:
        if epoch < phase.epochs:
            return phase
        epoch -= phase.epochs
    return None


def frozen_in(phases: Sequence[Phase], epoch: int) -> tuple[str, ...]:
    """Return the nodes that are frozen in an epoch, counted from 0."""
    phase = phase_of(phases, epoch)
    return phase.frozen if phase else ()


def pace(phases: Sequence[Phase], epoch: int) -> float:
    """Return what the learning rate is multiplied by in an epoch, counted from 0."""
    phase = phase_of(phases, epoch)
    return 1.0 if phase is None else phase.learning_rate


def borders(phases: Sequence[Phase], epochs: int) -> list[int]:
    """Return the epochs, counted from 0, at which something else begins; those beyond the end are left out."""
    found, at = [], 0
    for phase in phases:
        at += phase.epochs
        if at < epochs:
            found.append(at)
    return found


def phase_problems(phases: Sequence[Phase], epochs: int) -> Iterator[str]:
    """Yield what is wrong with phases in a training of so many epochs."""
    total = sum(phase.epochs for phase in phases)
    if total > epochs:
        yield (
            f"phases take {total} epochs, but epochs is {epochs}; make the phases shorter or epochs larger"
        )
