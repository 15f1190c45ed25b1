"""A canvas in a window with the program's commands, and hands to use it with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hands_stage import Stage

    from netbuilder.editor.workspace import Workspace


@pytest.fixture
def stage(workspace: Workspace, qtbot: object) -> Iterator[Stage]:
    """An empty document on a canvas that is shown, 100% large, the scene's origin at (100, 100)."""
    from hands_stage import Stage

    made = Stage(workspace)
    yield made
    made.close()
