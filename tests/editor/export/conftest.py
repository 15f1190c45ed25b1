"""What the tests of exports share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from netbuilder.app.session import Session
from netbuilder.editor.dialogs.export import ExportDialog
from netbuilder.editor.dialogs.export_formats import FORMATS
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace


@pytest.fixture
def dialog(qtbot: Any, workspace: Workspace, tmp_path: Path) -> Iterator[ExportDialog]:
    """The dialog, which writes below the test's own folder."""
    workspace.preferences.remember("export", {"folder": str(tmp_path / "out"), "format": "file"})
    made = ExportDialog(workspace)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.exporter.stop_now()
    qtbot.waitUntil(lambda: not made.busy)


@pytest.fixture
def document(workspace: Workspace, tmp_path: Path) -> Callable[[Any], Tab]:
    """Open a network as a document saved in a folder of its own."""

    def open_it(network: Any) -> Tab:
        folder = tmp_path / "documents"
        folder.mkdir(exist_ok=True)
        session = Session(network)
        session.save(folder / "small.netgraph")
        return workspace.open(session)

    return open_it


@pytest.fixture
def choose(dialog: ExportDialog) -> Callable[[str], None]:
    """Choose a format."""

    def choose_it(id: str) -> None:
        dialog.formats.setCurrentIndex([one.id for one in FORMATS].index(id))

    return choose_it
