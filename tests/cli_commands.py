"""What the tests of the command line share: running a command, and networks as files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.cli.main import main
from netbuilder.files.documents import save

EXAMPLES = Path(__file__).parents[1] / "examples"
QUICK = ("recipe.epochs=2", "recipe.threads=1", "recipe.device=cpu")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, which is one JSON value in one line."""
        (line,) = self.out.splitlines()
        return json.loads(line, parse_constant=_refuse)

    @property
    def lines(self) -> list[Any]:
        """What it printed, a JSON value a line."""
        return [json.loads(line, parse_constant=_refuse) for line in self.out.splitlines()]


class Command:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *args: str | Path) -> Done:
        """Run a command."""
        self._capsys.readouterr()
        try:
            code = main([str(arg) for arg in args])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else -1
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        return Done(code, out, err)


def iris_file(folder: Path, *settings: str) -> Path:
    """Save the iris example for a short training."""
    path = folder / "iris.netgraph"
    save(with_settings(example("iris_mlp"), [*QUICK, *settings]), path)
    return path


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")
