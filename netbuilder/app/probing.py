"""Finding out what flows out of nodes that do not say it: questions go to a process that has torch."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from netbuilder.check.report import Report
from netbuilder.codegen.probe import Probe, own_code_trouble, probe
from netbuilder.node_api.probing import PROBES, Answer, Key, Question

MODULE = "netbuilder.codegen.probe_worker"
PATIENCE = 180.0  # s: torch may take half a minute to import on a cold disk


def settled(check: Callable[[], Report]) -> Report:
    """Check, and run what the check asks for, until it asks for nothing more.

    Without such questions no process is started, and torch is not imported. It waits; not for the thread
    that draws a window.

    Args:
        check: Makes a new report.
    """
    report = check()
    if not PROBES.asked:
        return report
    process = _Process()
    try:
        while asked := PROBES.asked:
            for key, question in asked.items():
                PROBES.answer(key, process.answer(question))
            report = check()
    finally:
        process.close()
    return report


def written(asked: Mapping[Key, Question]) -> dict[Key, Probe]:
    """Write questions down for another process; those whose type's own code fails are answered at once."""
    probes: dict[Key, Probe] = {}
    for key, question in asked.items():
        found = _written(question)
        if isinstance(found, Answer):
            PROBES.answer(key, found)
        else:
            probes[key] = found
    return probes


def _written(question: Question) -> Probe | Answer:
    try:
        return probe(question)
    except Exception as error:  # noqa: BLE001 - a type's own code may raise anything
        return own_code_trouble(question.node, f"{type(error).__name__}: {error}")


class _Process:
    """The process, started with the first question; one that ends or hangs is an answer too."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def answer(self, question: Question) -> Answer:
        """Ask and wait."""
        found = _written(question)
        if isinstance(found, Answer):
            return found
        try:
            return found.answer(self._said(found.to_plain()))
        except (OSError, ValueError) as error:
            self.close()
            return own_code_trouble(question.node, str(error) or "the process ended")

    def _said(self, plain: Mapping[str, Any]) -> Any:
        process = self._process
        if process is None:
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        watch = threading.Timer(PATIENCE, process.kill)
        watch.start()
        try:
            process.stdin.write(json.dumps(plain).encode("ascii") + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise OSError(f"the process that runs it ended, or took more than {PATIENCE:.0f} s")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
