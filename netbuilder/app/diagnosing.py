"""Sanity tests of a network before it is trained, in a process that has torch; see ``TESTS``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from netbuilder.app.custom_nodes import recorded
from netbuilder.app.project import require_sound
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import write
from netbuilder.graph.model import Network
from netbuilder.graph.to_plain import sorted_plain
from netbuilder.training.client import death, thaw
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError
from netbuilder.training.sanity.finding import TESTS, Finding

MODULE = "netbuilder.training.sanity.worker"

OnProgress = Callable[[str, float], None]


def question(network: Network, folder: Path, tests: Sequence[str] = ()) -> dict[str, Any]:
    """Return what the process is asked: the source, the recipe and the data of a network.

    Args:
        network: What is tested; it is not changed.
        folder: The document's folder, where relative paths of the data start.
        tests: The names of tests; all of them by default.

    Raises:
        NotSoundError: The network, its data or its recipe have errors; it carries the report.
        RunError: There is no loss, or no data.
    """
    require_sound(network, folder)
    return question_of(network, folder, tests)


def question_of(network: Network, folder: Path, tests: Sequence[str] = ()) -> dict[str, Any]:
    """As ``question``, of a network that the check found sound already.

    Raises:
        RunError: There is no loss, or no data.
    """
    network = recorded(network, standard_catalogue())
    source = write(network, standard_catalogue())
    if not source.losses:
        raise RunError("the network has no loss node, so there is nothing to train; add one")
    if not network.data:
        raise RunError("the network names no data to train on; choose a source")
    recipe: Mapping[str, Any] = Recipe.from_plain(network.recipe).changed()
    return {
        "source": {**source.to_plain(), "text": source.text},
        "recipe": dict(recipe),
        "data": sorted_plain(thaw(network.data)),
        "folder": str(folder.resolve()),
        "tests": [name for name in TESTS if name in tests or not tests],
    }


def diagnose(
    network: Network,
    folder: Path,
    tests: Sequence[str] = (),
    on_progress: OnProgress | None = None,
) -> tuple[Finding, ...]:
    """Make sanity tests of a network and wait for what they find; no document or run is changed.

    Args:
        network: What is tested.
        folder: The document's folder, where relative paths of the data start.
        tests: The names of tests; all of them by default.
        on_progress: Gets the name of the running test and the share of it that is done.

    Raises:
        NotSoundError: The network, its data or its recipe have errors; it carries the report.
        RunError: Nothing can be tested; the sentence says why.
    """
    asked = json.dumps(question(network, folder, tests))
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    found: list[Finding] = []
    try:
        with process.stdin, process.stdout:
            process.stdin.write(asked + "\n")
            process.stdin.flush()
            for line in process.stdout:
                said = json.loads(line)
                if "error" in said:
                    raise RunError(str(said["error"]))
                if "finding" in said:
                    found.append(Finding.from_plain(said["finding"]))
                elif on_progress is not None:
                    on_progress(str(said["test"]), float(said["share"]))
        code = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if code:
        raise RunError(f"the tests ended before their time: {death(code)}")
    return tuple(found)
