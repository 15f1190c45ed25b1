"""The process that tries things on a run: ``python -m netbuilder.training.trying.worker RUN``.

It loads the run and prints ``{"ready": [...]}``, what the network takes (see ``Bench.inputs``). Then it
reads a question a line, ``{"id": 1, "inputs": {...}}`` or ``{"id": 1, "split": "test", "sample": 0}``, and
prints an answer a line: the same ``id`` with ``outputs`` and ``nodes``, of a sample also ``inputs`` and
``right``; or ``{"error": sentence}``. It ends when nothing more is asked.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from typing import Any

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.evaluation.report import finite
from netbuilder.training.run import RunFolder
from netbuilder.training.trying.bench import Bench

_NICE = 5  # the window, and a training, come first

Say = Callable[[dict[str, Any]], None]


def main(arguments: Sequence[str]) -> int:
    """Answer until nothing more is asked; whatever libraries print goes to standard error."""
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
    out = sys.stdout

    def say(told: dict[str, Any]) -> None:
        out.write(json.dumps(finite(told), allow_nan=False) + "\n")
        out.flush()

    with redirect_stdout(sys.stderr):
        answer(arguments[0], sys.stdin, say)
    return 0


def answer(run: str, lines: Iterable[str], say: Say) -> None:
    """Load a run and answer each line."""
    try:
        bench = Bench.of(RunFolder(run))
        say({"ready": bench.inputs()})
    except (NetBuilderError, MemoryError) as error:
        say({"error": str(error) or "the memory is too small for this run; close other programs"})
        return
    for line in lines:
        question = json.loads(line)
        say({"id": question["id"], **_answered(bench, question)})


def _answered(bench: Bench, question: Mapping[str, Any]) -> dict[str, Any]:
    try:
        told: dict[str, Any] = {}
        if "sample" in question:
            told = bench.sample(str(question["split"]), int(question["sample"]))
        return {**told, **bench.tried(told.get("inputs") or question["inputs"])}
    except NetBuilderError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - somebody's network may raise anything
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        return {"error": f"the network failed on this: {said}"}


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        main(sys.argv[1:])
    sys.stderr.flush()
    # Taking torch apart would take most of a second.
    os._exit(0)
