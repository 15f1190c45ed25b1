"""What the tests of the editor share: a place of their own, and a guard that sees what Qt would hide."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from qt_guard import Guard

    from netbuilder.editor.tab import Tab
    from netbuilder.editor.workspace import Workspace

# Set before Qt starts: the same window on every computer, whatever the person has chosen.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("NETBUILDER_TEST_PLATFORM", "offscreen")
os.environ["QT_QPA_PLATFORMTHEME"] = ""
for _name in ("QT_STYLE_OVERRIDE", "QT_SCALE_FACTOR", "QT_FONT_DPI", "XDG_CURRENT_DESKTOP"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """The name of the program."""
    return ["netbuilder"]


@pytest.fixture(autouse=True)
def guard(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """Fail the test on what was swallowed, warned about or left behind; see ``qt_guard``."""
    from qt_guard import Guard

    monkeypatch.setenv("NETBUILDER_STATE", str(tmp_path / "state"))
    with Guard().watching() as watch:
        yield watch
        troubles = watch.troubles()
    if troubles:
        pytest.fail("\n".join(troubles), pytrace=False)


@pytest.fixture
def workspace(guard: Guard, tmp_path: Path) -> Iterator[Workspace]:
    """Settings of its own, and nothing open."""
    from netbuilder.app.preferences import Preferences
    from netbuilder.editor.workspace import Workspace

    made = Workspace(Preferences(tmp_path / "state"))
    yield made
    made.looking.close()
    made.tasks.close()
    made.deleteLater()


@pytest.fixture
def tab(workspace: Workspace) -> Tab:
    """An empty document, open and shown."""
    from netbuilder.app.session import Session

    return workspace.open(Session())


@pytest.fixture
def open_example(workspace: Workspace) -> Callable[[str], Tab]:
    """Open a bundled example by its name, unsaved."""
    from netbuilder.app.examples import example
    from netbuilder.app.session import Session

    def open_it(name: str) -> Tab:
        return workspace.open(Session(example(name), name=name))

    return open_it
