"""The list of problems with real mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QMenu, QToolButton

from netbuilder.check.diagnostics import Diagnostic, Where
from netbuilder.editor.panels.problem_places import path_of, trail_to
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
def broken(panel, open_example):
    tab = open_example("digits_cnn")
    tab.do("break", lambda n: edits.set_params(n, "conv_1", {"stride": [2, 2]}))
    tab.do("break", lambda n: edits.disconnect(n, "head.input"))
    panel.refresh()
    return tab


def row_of(panel, code):
    for row in range(panel.model.rowCount()):
        index = panel.model.index(row, 0)
        if panel.list.found(index).code == code:
            return index
    raise AssertionError(code)


def click(qtbot, panel, at):
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)


def pill(panel, index, number=0):
    rect = panel.list.visualRect(index)
    return panel.list.rows.pill_at(rect, panel.list.found(index), number).center()


def test_an_empty_list_says_so(qtbot, panel, open_example):
    empty = panel.findChild(QLabel, "no_problems")
    assert "Open a document" in empty.text()
    open_example("digits_cnn")
    qtbot.waitUntil(lambda: empty.text().startswith("No problems"))
    assert panel.list.isHidden()


def test_the_worst_come_first_and_the_counts_are_told(qtbot, panel, open_example):
    tab = open_example("digits_cnn")
    with qtbot.waitSignal(panel.problem_counts_changed) as told:
        tab.do("break", lambda n: edits.disconnect(n, "head.input"))
    severities = [
        panel.list.found(panel.model.index(i, 0)).severity for i in range(panel.model.rowCount())
    ]
    assert told.args == [severities.count(s) for s in ("error", "warning", "info")]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert panel.counts[0] >= 1


def test_a_click_shows_the_node(qtbot, panel, broken):
    index = row_of(panel, "NB212")
    with qtbot.waitSignal(broken.pointed) as pointed:
        click(qtbot, panel, panel.list.visualRect(index).topLeft() + QPoint(40, 10))
    assert pointed.args == ["conv_1"]
    assert broken.selection.nodes == {"conv_1"}


def test_a_fix_is_taken_with_one_click_and_undone_with_one_step(qtbot, panel, broken):
    before = broken.network
    index = row_of(panel, "NB212")
    click(qtbot, panel, pill(panel, index))
    assert broken.session.document.undo_labels[0] == "Fix: set stride to 1"
    assert "NB212" not in {d.code for d in broken.report.diagnostics}
    assert not broken.selection
    broken.undo()
    assert broken.network is before


def test_the_keyboard_goes_to_nodes_copies_and_takes_fixes(qtbot, panel, broken):
    index = row_of(panel, "NB212")
    panel.list.setFocus()
    panel.list.setCurrentIndex(index)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert broken.selection.nodes == {"conv_1"}
    qtbot.keyClick(panel.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().startswith("NB212 conv_1.stride: ")
    qtbot.keyClick(panel.list, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    menu = panel.list.findChild(QMenu, "problem_menu")
    qtbot.waitUntil(menu.isVisible)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert broken.session.document.undo_labels[0] == "Fix: set stride to 1"


def test_kinds_are_hidden_and_that_is_remembered(qtbot, panel, broken, workspace):
    broken.do("add", lambda n: edits.add_node(n, "relu", "loose"))
    panel.refresh()
    button = panel.findChild(QToolButton, "filter_error")
    assert button.isVisible() == (sum(map(bool, panel.counts)) > 1)
    button.show()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert all(
        panel.list.found(panel.model.index(i, 0)).severity != "error"
        for i in range(panel.model.rowCount())
    )
    assert workspace.preferences.recall("problems.hidden") == ["error"]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert row_of(panel, "NB212").isValid()


def test_hovering_lights_up_a_button(qtbot, panel, broken):
    index = row_of(panel, "NB212")
    qtbot.mouseMove(panel.list.viewport(), pill(panel, index))
    qtbot.waitUntil(lambda: panel.list.rows.hovered == (index.row(), 0))


def test_problems_inside_of_groups_are_shown_in_an_instance(qtbot, panel, open_example):
    tab = open_example("digits_cnn")
    instance = tab.do("group", lambda n: _grouped(n))
    tab.do(
        "break",
        lambda n: edits.set_params(n, "conv_2", {"stride": [2, 2], "padding": "same"}, "block"),
    )
    panel.refresh()
    index = row_of(panel, "NB212")
    panel.go(panel.list.found(index))
    assert tab.trail == (instance,)
    assert tab.selection.nodes == {"conv_2"}
    bare = Diagnostic("NB1", "error", "x", Where("conv_2", group="block"))
    assert path_of(tab.network, bare) == f"{instance}/conv_2"
    assert trail_to(tab.network, "nowhere") == ""


def test_hostile_messages_are_drawn_as_text(qtbot, panel, tab):
    params = {"out_channels": "<img src=x>"}
    tab.do("add", lambda n: edits.add_node(n, "conv2d", "odd", params=params))
    panel.refresh()
    index = row_of(panel, "NB101")
    assert "&lt;img" in panel.model.data(index, Qt.ItemDataRole.ToolTipRole)
    assert not panel.grab().isNull()


def test_a_thousand_problems_are_listed(qtbot, panel, tab):
    def many(network):
        for number in range(1000):
            network, _ = edits.add_node(network, "conv2d", f"conv_{number}")
        return network

    tab.do("add", many)
    panel.refresh()
    assert panel.model.rowCount() >= 1000
    panel.list.scrollToBottom()
    assert not panel.grab().isNull()


def _grouped(network):
    network, _, instance = edits.make_group(network, ["conv_2", "norm_2", "relu_2"], "block")
    return network, instance
