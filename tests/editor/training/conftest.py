"""Real short trainings, driven as the window drives them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from netbuilder.editor.tab import Tab
    from netbuilder.editor.training.runs import Runs
    from netbuilder.editor.workspace import Workspace


@pytest.fixture
def runs(workspace: Workspace, qtbot: Any) -> Iterator[Runs]:
    """The trainings of the workspace; all are ended after the test."""
    from netbuilder.editor.training.runs import Runs

    made = Runs(workspace)
    workspace.runs = made
    yield made
    for view in made.active_runs():
        if view.tail.worker is not None:
            view.tail.worker.kill()
            view.tail.worker.wait()
    made.shut()


@pytest.fixture
def iris(workspace: Workspace, tmp_path: Path) -> Callable[..., Tab]:
    """Open the iris example from a file of its own, with settings such as ``recipe.epochs=2``."""
    from netbuilder.app.examples import example
    from netbuilder.app.settings import with_settings
    from netbuilder.files.documents import save

    def open_it(*settings: str, name: str = "iris") -> Tab:
        changed = ["recipe.epochs=2", "recipe.threads=1", "recipe.device=cpu", *settings]
        path = tmp_path / "documents" / f"{name}.netgraph"
        path.parent.mkdir(exist_ok=True)
        save(with_settings(example("iris_mlp"), changed), path)
        return workspace.open_path(path)

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return open_it
