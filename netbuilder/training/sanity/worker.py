"""The process that makes sanity tests: ``python -m netbuilder.training.sanity.worker``.

It reads one question from standard input, an object on a line: ``source`` (with its ``text``),
``recipe``, ``data``, ``folder`` and ``tests``, names of them. It prints an object a line:
``{"test": name, "share": 0.4}`` while it works, ``{"finding": {...}}`` for each test, or
``{"error": sentence}`` where nothing can be tested.
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
from pathlib import Path
from typing import Any

from netbuilder.codegen.source import Source
from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.recipe import Recipe
from netbuilder.training.sanity.bench import Bench
from netbuilder.training.sanity.finding import Finding
from netbuilder.training.sanity.first_loss import first_loss
from netbuilder.training.sanity.gradients import gradients
from netbuilder.training.sanity.learning_rate import learning_rate
from netbuilder.training.sanity.one_batch import one_batch
from netbuilder.training.sanity.probe import probe
from netbuilder.training.sanity.shuffled_labels import shuffled_labels

RUN: Mapping[str, Callable[[Bench], Finding]] = {
    "first_loss": first_loss,
    "gradients": gradients,
    "one_batch": one_batch,
    "learning_rate": learning_rate,
    "shuffled_labels": shuffled_labels,
    "probe": probe,
}
_NICE = 5  # the window, and a training, come first
_PAUSE = 0.1  # s between two words on how far it is

Say = Callable[[dict[str, Any]], None]


def main() -> int:
    """Answer the question; whatever libraries print goes to standard error."""
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
    out = sys.stdout
    question = json.loads(sys.stdin.readline())

    def say(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer, allow_nan=False) + "\n")
        out.flush()

    with redirect_stdout(sys.stderr):
        answer(question, say)
    return 0


def answer(question: Mapping[str, Any], say: Say) -> None:
    """Make the tests that a question asks for, and say what each found."""
    try:
        source = Source.from_plain(question["source"])
        recipe = Recipe.from_plain(question["recipe"])
        bench = Bench.of(source, recipe, question["data"], Path(question["folder"]), _nobody)
        for name in question["tests"]:
            say({"finding": tested(replace(bench, told=_Progress(name, say)), name).to_plain()})
    except NetBuilderError as error:
        say({"error": str(error)})


def tested(bench: Bench, name: str) -> Finding:
    """Make a test; a network that raises is a finding too.

    Raises:
        NetBuilderError: Nothing can be tested: there are no weights, or data.
    """
    try:
        return RUN[name](bench)
    except (NetBuilderError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - somebody's network may raise anything
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        return Finding(name, "bad", f"the network failed in the test: {said}", "mend it first")


def _nobody(share: float) -> None:
    """Nobody listens yet."""


class _Progress:
    """Says how far a test is, now and then."""

    def __init__(self, name: str, say: Say) -> None:
        self._name, self._say = name, say
        self._next = -math.inf

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PAUSE
            self._say({"test": self._name, "share": share})


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking torch apart would take most of a second.
    os._exit(code)
