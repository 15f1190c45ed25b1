"""What went wrong in a training, told by kind, step, node and a sentence with the way out."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Literal

import torch

from netbuilder.files.errors import FileError
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.memory import peak_memory

Kind = Literal["not_finite", "out_of_memory", "disk", "model", "settings", "program"]

_MEMORY_TEXTS = ("not enough memory", "can't allocate memory", "out of memory")
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed.

    Attributes:
        kind: ``not_finite``, ``out_of_memory``, ``disk``, ``model`` (an exception in the network),
            ``settings`` (data or recipe) or ``program``.
        sentence: What happened, where, and the way out.
        step: The step it happened at, counted from 1; the steps done for what lies between steps.
        node: The path of the node it happened at; empty if it was none, or is not known.
        line: The line of model.py; 0 for none.
    """

    kind: Kind
    sentence: str
    step: int
    node: str = ""
    line: int = 0

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the generated source.

    Attributes:
        line: The line of model.py; 0 for none.
        node: The path of its node; empty for none.
    """

    line: int = 0
    node: str = ""

    def __str__(self) -> str:
        at = f"in {self.node}" if self.node else "in the network"
        return f"{at} (model.py, line {self.line})" if self.line else at


def failure_of(
    error: BaseException, step: int, filename: str, lines: Mapping[int, str], batch_size: int
) -> Failure:
    """Say what an exception means to the user.

    Args:
        error: What was raised.
        step: The step under way, counted from 1.
        filename: What tracebacks call the generated source.
        lines: The node of each of its lines.
        batch_size: The recipe's, for advice.
    """
    place = place_in(error.__traceback__, filename, lines)
    if _is_memory(error):
        peak = peak_memory()
        had = f" (the worker had {peak / 2**30:.2f} GiB at most)" if peak else ""
        sentence = f"out of memory at step {step} {place}{had}; " + (
            f"set batch_size below {batch_size}" if batch_size > 1 else "the network is too large"
        )
        return Failure("out_of_memory", sentence, step, place.node, place.line)
    if isinstance(error, OSError) and not place.line:
        why = error.strerror or str(error)
        way = "; free some space and resume" if error.errno in _DISK_FULL else ""
        name = f" {error.filename}" if error.filename else ""
        return Failure("disk", f"writing{name} failed at step {step}: {why}{way}", step)
    if isinstance(error, FileError):
        return Failure("disk", f"writing failed at step {step}: {error}", step)
    if isinstance(error, NetBuilderError):
        return Failure("settings", str(error), step)
    text = " ".join(str(error).split()) or "no further text"
    if place.line:
        sentence = f"{type(error).__name__} at step {step} {place}: {text}"
        if "more than 1 value per channel" in text:
            sentence += "; the last batch has a single sample: set drop_last or another batch_size"
        return Failure("model", sentence, step, place.node, place.line)
    return Failure(
        "program", f"{type(error).__name__} at step {step}: {text}; log.txt says where", step
    )


def place_in(trace: TracebackType | None, filename: str, lines: Mapping[int, str]) -> Place:
    """Return the innermost place of a traceback in the generated source."""
    place = Place()
    for frame, line in traceback.walk_tb(trace):
        if frame.f_code.co_filename == filename:
            place = Place(line, lines.get(line, ""))
    return place


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in _MEMORY_TEXTS)
