"""A process that looks at data for an editor, which loads no numpy: a question a line, an answer a line.

A question is ``{"id": 1, "data": {...}, "folder": "..."}``; its answer has the same id and either
``preview``, see ``Preview.to_plain``, or ``error``, a sentence. With ``split`` and ``places`` as well the
answer holds ``samples``, see ``Samples.to_plain``; with ``place`` and ``seed`` as well, what augmentation makes of a
sample. With ``network``, a document's text, in place of ``data`` the answer holds ``inspection``: ``Inspection.to_plain``, each finding with ``offers``,
pairs of a title and the data settings that mend it. The process ends when nothing more is asked.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from netbuilder.app.samples import preview, samples_at
from netbuilder.data.source import DataError
from netbuilder.files.errors import FileError
from netbuilder.files.format import loads
from netbuilder.graph.model import Network
from netbuilder.graph.to_plain import sorted_plain

_NICE = 5  # the window, and a training, come first


def main() -> int:
    """Answer until the last question is answered."""
    with suppress(OSError, AttributeError):
        os.nice(_NICE)
    for answer in answers(sys.stdin):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def answers(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the answer to each line."""
    for line in lines:
        question = json.loads(line)
        yield {"id": question["id"], **_answer(question)}


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    try:
        if "network" in question:
            return {"inspection": _inspected(loads(question["network"]), Path(question["folder"]))}
        if "seed" in question:
            from netbuilder.app.augment_preview import draws  # it needs torch

            asked = question["data"], Path(question["folder"]), question["place"], question["seed"]
            return {"samples": draws(*asked).to_plain()}
        if "places" in question:
            wanted = question["data"], Path(question["folder"]), question["split"]
            return {"samples": samples_at(*wanted, question["places"]).to_plain()}
        return {"preview": preview(question["data"], Path(question["folder"])).to_plain()}
    except (DataError, FileError) as error:
        return {"error": str(error)}
    except (OSError, ValueError, MemoryError) as error:
        return {"error": f"The data cannot be read: {error or type(error).__name__}"}


def _inspected(network: Network, folder: Path) -> dict[str, Any]:
    from netbuilder.app.data_linting import inspect  # a look at a few samples needs none of it

    found = inspect(network, folder)
    findings = [
        {
            **one.to_plain(),
            "offers": [[fix.title, sorted_plain(fix.edit(network).data)] for fix in one.fixes],
        }
        for one in found.findings
    ]
    return {**found.to_plain(), "findings": findings}


if __name__ == "__main__":
    with suppress(KeyboardInterrupt, BrokenPipeError):
        sys.exit(main())
