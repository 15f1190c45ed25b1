"""Warnings that a person does not want to be told, by the menu of the list and back again."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

from netbuilder.editor.panels.problems import Problems
from netbuilder.graph import edits


@pytest.fixture
def panel(qtbot, workspace):
    made = Problems(workspace)
    qtbot.addWidget(made)
    made.resize(800, 300)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def tab(panel, open_example):
    opened = open_example("digits_cnn")
    opened.do("bias", lambda n: edits.set_params(n, "conv_1", {"bias": True}))
    opened.do("bias", lambda n: edits.set_params(n, "conv_2", {"bias": True}))
    panel.refresh()
    return opened


def codes(panel):
    rows = [panel.model.index(row, 0) for row in range(panel.model.rowCount())]
    return [panel.list.found(index).code for index in rows]


def choose(qtbot, panel, row, text):
    panel.list.setFocus()
    panel.list.setCurrentIndex(panel.model.index(row, 0))
    qtbot.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    menu = panel.list.findChild(QMenu, "problem_menu")
    qtbot.waitUntil(menu.isVisible)
    action = next(action for action in menu.actions() if action.text() == text)
    menu.setActiveAction(action)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not panel.list.findChildren(QMenu))
    panel.refresh()


def test_a_hint_is_ignored_at_its_nodes_shown_again_and_heeded(qtbot, panel, tab):
    assert codes(panel) == ["NB332"]
    choose(qtbot, panel, 0, "Do not warn of this here")
    assert codes(panel) == []
    assert tab.session.document.undo_labels[0] == "Ignore NB332 at conv_1 and conv_2"
    assert tab.network.graph.nodes["conv_2"].ignore == ("NB332",)
    button = panel.findChild(QToolButton, "filter_ignored")
    assert button.isVisible()
    assert button.text() == "Ignored  1"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert codes(panel) == ["NB332"]
    assert panel.counts == (0, 0, 0)
    choose(qtbot, panel, 0, "Warn of this again")
    assert panel.counts == (0, 0, 1)
    assert tab.network.graph.nodes["conv_2"].ignore == ()
    assert not button.isVisible()


def test_a_document_can_do_without_a_code_and_undo_brings_it_back(qtbot, panel, tab):
    before = tab.network
    choose(qtbot, panel, 0, "Do not warn of this in this document")
    assert codes(panel) == []
    assert tab.network.ignore == ("NB332",)
    tab.undo()
    panel.refresh()
    assert tab.network is before
    assert codes(panel) == ["NB332"]


def test_an_error_cannot_be_ignored(qtbot, panel, tab):
    tab.do("break", lambda n: edits.disconnect(n, "head.input"))
    panel.refresh()
    panel.list.offer(panel.model.index(0, 0), panel.list.mapToGlobal(panel.list.pos()))
    menu = panel.list.findChild(QMenu, "problem_menu")
    assert not any("Do not warn" in action.text() for action in menu.actions())
    menu.close()


def is_coloured(panel):
    """Whether the mark of the first row stands out by its colour."""
    panel.list.setCurrentIndex(panel.model.index(-1, 0))
    picture = panel.list.viewport().grab().toImage()
    places = [(x, y) for x in range(8, 32) for y in range(4, 32)]
    return any(picture.pixelColor(x, y).hslSaturationF() > 0.6 for x, y in places)


def test_an_ignored_row_is_quiet(qtbot, panel, tab):
    assert is_coloured(panel)
    choose(qtbot, panel, 0, "Do not warn of this here")
    button = panel.findChild(QToolButton, "filter_ignored")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert codes(panel) == ["NB332"]
    assert not is_coloured(panel)
