"""The process that evaluates a run: ``python -m netbuilder.training.evaluation.worker``.

It reads one question from standard input, an object on a line: ``run``, ``split`` and ``baselines``,
whether simpler models are fitted too. It prints an object a line: ``{"stage": words}`` while it works,
``{"written": path}`` whenever the report in the run's folder says more than before, and ``{"error":
sentence}`` where nothing can be measured.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout, suppress
from typing import Any

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.training.evaluate import SPLITS
from netbuilder.training.evaluation.against import set_against
from netbuilder.training.evaluation.assess import assess, subject_of
from netbuilder.training.evaluation.report import write_report
from netbuilder.training.run import RunError, RunFolder

_NICE = 5  # the window, and a training, come first

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
    """Evaluate the run that a question names, and say how far it is."""
    try:
        evaluated(
            RunFolder(question["run"]),
            str(question["split"]),
            say,
            baselines=bool(question["baselines"]),
        )
    except NetBuilderError as error:
        say({"error": str(error)})
    except MemoryError:
        say({"error": "the memory is too small for this evaluation; close other programs"})
    except Exception as error:  # noqa: BLE001 - somebody's network may raise anything
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        say({"error": f"the network failed on the data: {said}"})


def evaluated(run: RunFolder, split: str, say: Say, *, baselines: bool) -> dict[str, Any]:
    """Evaluate a run, write the report into its folder and return it.

    Args:
        run: The run.
        split: ``train``, ``val`` or ``test``.
        say: Gets what is being done.
        baselines: Whether simpler models are fitted as well.

    Raises:
        RunError: There is no such run or split, no data in it, or there are no weights.
        DataError: The data cannot be prepared.
    """
    if split not in SPLITS:
        raise RunError(f"there is no split {split}; there are: {', '.join(SPLITS)}")
    say({"stage": "Reading the data"})
    subject = subject_of(run)
    found = assess(subject, split, lambda stage: say({"stage": stage}))
    report = found.report
    _write(run, report, say)
    if baselines:
        say({"stage": "Fitting simpler models"})
        told = set_against(subject, found, lambda _, one: say({"stage": f"Fitted {one['model']}"}))
        report["baselines"] = told
        _write(run, report, say)
    return report


def _write(run: RunFolder, report: Mapping[str, Any], say: Say) -> None:
    """Keep a report; a folder that cannot be written to does not make the figures less true."""
    try:
        say({"written": str(write_report(run, report))})
    except RunError as error:
        say({"error": str(error)})


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking torch apart would take most of a second.
    os._exit(code)
