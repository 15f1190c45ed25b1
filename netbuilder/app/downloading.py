"""A process that downloads files for an editor: one question on a line, and lines on how far it is.

The question is ``question``'s. The answers are ``{"have": bytes}`` now and then, and at the end ``{"done": true}``
or ``{"error": sentence}``. An interrupt stops it; what is there by then is kept for the next time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from netbuilder.data.download import Remote, fetch
from netbuilder.data.source import DataError

MODULE = "netbuilder.app.downloading"

_EVERY = 0.1  # s


def question(files: Sequence[Remote], place: Path) -> dict[str, Any]:
    """Return what the process is asked, as plain data.

    Args:
        files: What is downloaded.
        place: The folder for it.
    """
    return {"files": [asdict(one) for one in files], "place": str(place)}


def main() -> int:
    """Download what the first line of the input asks for."""
    asked = json.loads(sys.stdin.readline())
    files = [Remote(**{**one, "homes": tuple(one["homes"])}) for one in asked["files"]]
    with suppress(KeyboardInterrupt):
        _say(_fetched(files, Path(asked["place"])))
    return 0


def _fetched(files: Sequence[Remote], place: Path) -> dict[str, Any]:
    before = 0
    due = 0.0

    def told(_name: str, have: int) -> bool:
        nonlocal due
        if time.monotonic() >= due:
            due = time.monotonic() + _EVERY
            _say({"have": before + have})
        return True

    try:
        for one in files:
            fetch(one, place, told)
            before += one.size
    except DataError as error:
        return {"error": str(error)}
    except OSError as error:
        return {"error": f"{place} cannot be written: {error.strerror or error}"}
    return {"done": True}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
