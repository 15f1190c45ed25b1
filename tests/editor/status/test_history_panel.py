"""The list of steps shows where the document stands and goes elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from netbuilder.app.session import Session
from netbuilder.editor.panels.history import BEGINNING, HistoryPanel
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.edits import add_node


@pytest.fixture
def panel(qtbot: Any, workspace: Workspace) -> HistoryPanel:
    made = HistoryPanel(workspace)
    qtbot.addWidget(made)
    made.resize(300, 260)
    made.show()
    return made


def add(tab: Tab, count: int) -> None:
    for number in range(count):
        tab.do(f"Add node {number}", lambda n: add_node(n, "relu"))


def click(qtbot: Any, panel: HistoryPanel, row: int) -> None:
    index = panel.steps.index(row)
    panel.list.scrollTo(index)
    place = panel.list.visualRect(index).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_goes_several_steps_either_way(qtbot: Any, panel: HistoryPanel, tab: Tab) -> None:
    add(tab, 5)
    assert panel.steps.labels == (BEGINNING, *(f"Add node {i}" for i in range(5)))
    assert panel.steps.now == 5
    click(qtbot, panel, 2)
    assert len(tab.graph.nodes) == 2
    assert panel.steps.now == 2
    assert len(panel.steps.labels) == 6
    click(qtbot, panel, 4)
    assert len(tab.graph.nodes) == 4
    click(qtbot, panel, 0)
    assert not tab.graph.nodes
    assert tab.session.document.is_clean


def test_several_steps_are_one_change(qtbot: Any, panel: HistoryPanel, tab: Tab) -> None:
    add(tab, 40)
    told: list[str] = []
    checked: list[object] = []
    tab.changed.connect(lambda change, delta: told.append(change.label))
    tab.checked.connect(checked.append)
    click(qtbot, panel, 3)
    click(qtbot, panel, 30)
    assert told == ["Add node 3", "Add node 29"]
    assert len(checked) == 2
    assert len(tab.graph.nodes) == 30
    click(qtbot, panel, 30)
    assert len(told) == 2
    tab.undo()
    assert panel.steps.now == 29


def test_enter_goes_there(qtbot: Any, panel: HistoryPanel, tab: Tab) -> None:
    add(tab, 3)
    panel.list.setFocus()
    for _ in range(2):
        qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert len(tab.graph.nodes) == 1
    assert panel.list.currentIndex().row() == 1


def test_each_state_says_what_it_is(panel: HistoryPanel, tab: Tab) -> None:
    add(tab, 2)
    tab.undo()

    def said(row: int) -> str:
        return panel.steps.index(row).data(Qt.ItemDataRole.AccessibleTextRole)

    assert said(0) == f"{BEGINNING}, 1 step back"
    assert said(1) == "Add node 0, shown now"
    assert said(2) == "Add node 1, 1 step forward"
    assert panel.steps.index(5).data() is None


def test_it_follows_the_tab_and_works_only_when_seen(
    panel: HistoryPanel, tab: Tab, workspace: Workspace
) -> None:
    empty = panel.findChild(QLabel, "history_empty")
    assert empty.isVisible()
    panel.hide()
    add(tab, 2)
    assert panel.steps.labels == (BEGINNING,)
    panel.show()
    assert len(panel.steps.labels) == 3
    assert not empty.isVisible()
    workspace.open(Session(name="second"))
    assert empty.isVisible()
    workspace.show(tab)
    assert len(panel.steps.labels) == 3
    workspace.close(tab)
    workspace.show(None)
    assert empty.isVisible()
    assert not panel.grab().isNull()
