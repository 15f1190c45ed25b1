"""Random hands at the whole window break nothing."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from netbuilder.app.examples import example_text
from netbuilder.editor.training.runs import Runs


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files, where the program is started."""
    folder = tmp_path / "sandbox"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.netgraph").write_text(example_text("iris_mlp"), encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.slow
def test_random_events_break_nothing(
    guard, whole_window, sandbox: Path, monkeypatch, request: pytest.FixtureRequest
) -> None:
    """No crash, no swallowed exception, no warning; scene, history and file agree all the time."""
    from qt_monkey import FileDialogs, Monkey

    said = request.config.getoption("--monkey-seed")
    seed = secrets.randbits(32) if said is None else said
    print(f"replay with --monkey-seed {seed}")  # noqa: T201 - pytest shows it when the test fails
    dialogs = FileDialogs(sandbox, seed)
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: dialogs.answer(dialog))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: True)
    # A training would outlive the test; the tests of trainings press that button.
    monkeypatch.setattr(Runs, "_begin", lambda runs, work: None)
    whole_window.files.new()

    def look() -> None:
        assert guard.faults == []

    monkey = Monkey(whole_window, seed, sandbox, look)
    monkey.run(request.config.getoption("--monkey-events"))
    monkey.deleteLater()
