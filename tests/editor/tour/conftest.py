"""A whole window."""

import pytest


@pytest.fixture
def window(guard, tmp_path, qtbot, monkeypatch):
    """The main window with settings of its own, shown; closed without questions at the end."""
    from netbuilder.app.preferences import Preferences
    from netbuilder.editor.window import MainWindow
    from netbuilder.editor.workspace import Workspace

    monkeypatch.chdir(tmp_path)
    made = MainWindow(Workspace(Preferences(tmp_path / "state")))
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.windows.sure()
    made.close()
    made.deleteLater()


@pytest.fixture
def tour(window):
    """The tour, begun."""
    window.windows.tour()
    return window.windows._tour
