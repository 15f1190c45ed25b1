"""Fixtures of the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_commands import Command, iris_file

from netbuilder.app.project import open_network
from netbuilder.app.training import train


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command of the command line in this process."""
    return Command(capsys)


@pytest.fixture(scope="session")
def iris_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the iris example; tests only read it."""
    folder = tmp_path_factory.mktemp("iris")
    file = iris_file(folder)
    assert train(open_network(file), folder, folder / "run").ok
    return folder / "run"
