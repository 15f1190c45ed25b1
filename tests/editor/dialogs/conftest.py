"""A window with commands, as the dialogs need it."""

import pytest


@pytest.fixture
def given():
    """The ids of commands that were given."""
    return []


@pytest.fixture
def host(workspace, qtbot, given):
    """A shown window with actions of which a few are bound."""
    from PySide6.QtWidgets import QMainWindow, QPushButton

    from netbuilder.editor.actions import Actions

    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    window.setCentralWidget(QPushButton("canvas", window))
    workspace.actions = Actions(workspace, window)
    bound = ("file.new", "file.save", "view.theme", "graph.frame", "help.shortcuts")
    workspace.actions.bind(
        {name: (lambda name=name: given.append(name)) for name in bound},
        {"file.save": lambda: False},
    )
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    window.centralWidget().setFocus()
    yield window
    workspace.actions = None
