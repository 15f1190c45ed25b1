"""The whole window, as a person has it in front."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from qt_guard import Guard

    from netbuilder.editor.window import MainWindow


@pytest.fixture
def whole_window(guard: Guard, qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The main window with settings of its own, shown and active; closed without questions."""
    from netbuilder.app.preferences import Preferences
    from netbuilder.editor.window import MainWindow
    from netbuilder.editor.workspace import Workspace

    window = MainWindow(Workspace(Preferences(tmp_path / "state")))
    window.show()
    window.activateWindow()
    yield window
    window.windows.sure()
    window.close()
    window.deleteLater()
