"""The process that explains a run: ``python -m netbuilder.training.explaining.worker``.

It reads one question from standard input, an object on a line: ``run`` and either what
``attribute.Asked`` has (``sample``, ``method``, and where wanted ``output``, ``target``, ``window``,
``node``), or ``importance``, the name of a split, and where wanted ``repeats``. It prints an object a line:
``{"share": 0.4}`` while it works, then ``{"found": {...}}``, or ``{"error": sentence}``.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from typing import Any

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.evaluation.assess import subject_of
from netbuilder.training.evaluation.report import finite
from netbuilder.training.explaining.attribute import Asked, attribute
from netbuilder.training.explaining.attributions import Told
from netbuilder.training.explaining.importance import REPEATS, importance
from netbuilder.training.run import RunFolder

_NICE = 5  # the window, and a training, come first
_PAUSE = 0.1  # s between two words on how far it is

Say = Callable[[dict[str, Any]], None]


def main() -> int:
    """Answer the question; whatever libraries print goes to standard error."""
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
    out = sys.stdout
    question = json.loads(sys.stdin.readline())

    def say(told: dict[str, Any]) -> None:
        out.write(json.dumps(told, allow_nan=False) + "\n")
        out.flush()

    with redirect_stdout(sys.stderr):
        answer(question, say)
    return 0


def answer(question: Mapping[str, Any], say: Say) -> None:
    """Explain what a question asks for, and say how far it is."""
    try:
        say({"found": finite(explained(question, _Progress(say)))})
    except NetBuilderError as error:
        say({"error": str(error)})
    except MemoryError:
        say({"error": "the memory is too small to explain this; close other programs"})
    except Exception as error:  # noqa: BLE001 - somebody's network may raise anything
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        say({"error": f"the network failed while it was explained: {said}"})


def explained(question: Mapping[str, Any], told: Told) -> dict[str, Any]:
    """Return what a question asks for.

    Raises:
        RunError: There is no such run, sample, class or split, or the method does not suit it.
        DataError: The data cannot be prepared.
    """
    subject = subject_of(RunFolder(question["run"]))
    if question.get("importance"):
        repeats = int(question.get("repeats", REPEATS))
        return importance(subject, str(question["importance"]), told, repeats)
    names = ("sample", "method", "output", "target", "window", "node")
    asked = Asked(**{name: question[name] for name in names if name in question})
    return attribute(subject, asked, told)


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
