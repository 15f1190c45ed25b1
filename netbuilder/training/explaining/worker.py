"""The process that explains a run: ``python -m netbuilder.training.explaining.worker``.

It reads a question a line from standard input, an object: ``id``, ``run`` and either what
``methods.Asked`` has (``sample``, ``method``, and where wanted ``output``, ``target``, ``window``,
``node``; ``loss`` stands for the output that it scores), or ``importance``, the name of a split, and where
wanted ``repeats``. It prints an object a line with the same id: ``{"share": 0.4}`` while it works, then
``{"found": {...}}``, or ``{"error": sentence}``. With ``pictures`` set, what was found of an image is
``pictures`` (see ``picture.pictures``), and its lists of numbers are left out. The network stays loaded
from one question to the next; the process ends when nothing more is asked.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import replace
from typing import Any

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.evaluation.assess import Subject, subject_of
from netbuilder.training.evaluation.report import finite
from netbuilder.training.explaining.attribute import attribute
from netbuilder.training.explaining.attributions import Told
from netbuilder.training.explaining.importance import REPEATS, importance
from netbuilder.training.explaining.methods import Asked
from netbuilder.training.explaining.picture import pictures
from netbuilder.training.run import RunFolder

_NICE = 5  # the window, and a training, come first
_PAUSE = 0.1  # s between two words on how far it is

Say = Callable[[dict[str, Any]], None]


def main() -> int:
    """Answer the question; whatever libraries print goes to standard error."""
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
    out = sys.stdout

    def say(told: dict[str, Any]) -> None:
        out.write(json.dumps(told, allow_nan=False) + "\n")
        out.flush()

    loaded = Loaded()
    with redirect_stdout(sys.stderr):
        for line in sys.stdin:
            answer(json.loads(line), say, loaded)
    return 0


class Loaded:
    """The run that was asked about last, ready to be asked again."""

    def __init__(self) -> None:
        self._key: tuple[str, str, int] = ("", "", 0)
        self._subject: Subject | None = None

    def subject(self, run: RunFolder) -> Subject:
        """Return a run that is ready, made anew where it is another or has better weights by now.

        Raises:
            RunError: There is no such run, it has no weights, or its data have changed.
            DataError: The data cannot be prepared.
        """
        weights = run.best_weights()
        changed = weights.stat().st_mtime_ns if weights and weights.exists() else 0
        key = (str(run.path), str(weights), changed)
        if self._subject is None or key != self._key:
            self._subject = None  # the memory of the last one is free before the next takes its own
            self._subject = subject_of(run)
            self._key = key
        return self._subject


def answer(question: Mapping[str, Any], say: Say, loaded: Loaded) -> None:
    """Explain what a question asks for, and say how far it is."""

    def tell(told: dict[str, Any]) -> None:
        say({"id": question.get("id", 0), **told})

    try:
        subject = loaded.subject(RunFolder(question["run"]))
        found = explained(subject, question, _Progress(tell))
        tell({"found": finite(_drawn(found) if question.get("pictures") else found)})
    except NetBuilderError as error:
        tell({"error": str(error)})
    except MemoryError:
        tell({"error": "the memory is too small to explain this; close other programs"})
    except Exception as error:  # noqa: BLE001 - somebody's network may raise anything
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        tell({"error": f"the network failed while it was explained: {said}"})


def explained(subject: Subject, question: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """Return what a question asks for.

    Raises:
        RunError: There is no such sample, class or split, or the method does not suit the network.
    """
    if question.get("importance"):
        repeats = int(question.get("repeats", REPEATS))
        return importance(subject, str(question["importance"]), told, repeats)
    names = ("sample", "method", "output", "target", "window", "node")
    asked = Asked(**{name: question[name] for name in names if name in question})
    scored = {loss.name: loss.output for loss in subject.source.losses}
    if not asked.output and scored.get(question.get("loss", "")):
        asked = replace(asked, output=scored[question["loss"]])
    return attribute(subject, asked, told)


def _drawn(found: dict[str, Any]) -> dict[str, Any]:
    """What was found, with pictures in place of the numbers of an image."""
    drawn = pictures(found) if "inputs" in found else None
    if drawn is None:
        return found
    bare = [{**one, "values": [], "attributions": []} for one in found["inputs"]]
    return {**found, "inputs": bare, "pictures": drawn}


class _Progress:
    """Says how far it is, now and then."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._next = -math.inf

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._say({"share": share})


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking torch apart would take most of a second.
    os._exit(code)
