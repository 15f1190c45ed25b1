"""Phases in the recipe's window, by mouse and keyboard."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QMenu, QPushButton, QWidget

from netbuilder.app.phase_findings import freezable
from netbuilder.app.project import open_network
from netbuilder.editor.dialogs.phase_edits import phases_text
from netbuilder.editor.dialogs.recipe import RecipeDialog
from netbuilder.graph import edits
from netbuilder.training.recipe import Recipe

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot, workspace, tab):
    made = RecipeDialog(workspace)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


EXAMPLE = Path(__file__).parents[3] / "examples" / "digits_cnn.netgraph"


def add(qtbot, dialog):
    qtbot.mouseClick(dialog.findChild(QPushButton, "add_phase"), LEFT)
    dialog.refresh()


def retype(qtbot, row, name, text):
    line = row.findChild(QLineEdit, f"field_{name}")
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    dialog = row.window()
    dialog.refresh()


def test_a_phase_is_added_set_and_taken_out_one_undo_step_each(qtbot, dialog, tab):
    tab.do("take", lambda n: edits.set_recipe(open_network(EXAMPLE), {}))
    dialog.refresh()
    assert dialog.phases.empty.isVisible()
    add(qtbot, dialog)
    assert tab.network.recipe == {"phases": [{"epochs": 1}]}
    (row,) = dialog.phases.rows
    qtbot.waitUntil(row.form.isVisible)
    assert not dialog.phases.empty.isVisible()
    retype(qtbot, row, "epochs", "3")
    retype(qtbot, row, "learning_rate", "0.1")
    assert tab.network.recipe == {"phases": [{"epochs": 3, "learning_rate": 0.1}]}
    assert row.heading.accessibleName() == "Phase 1 epochs 1 to 3"
    node = freezable(tab.report)[0]
    qtbot.mouseClick(row.findChild(QWidget, "offer_frozen"), LEFT)
    menu = row.findChild(QMenu, "offered")
    action = next(one for one in menu.actions() if one.data() == node)
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    menu.close()
    dialog.refresh()
    assert tab.network.recipe["phases"][0]["frozen"] == [node]
    said = dialog.findChild(QLabel, "schedule_sentence").text()
    assert f"Phase 1 (epochs 1 to 3) freezes {node} and is 0.1 times as fast." in said
    add(qtbot, dialog)
    assert dialog.phases.rows[1].heading.accessibleName() == "Phase 2 epoch 4"
    qtbot.mouseClick(dialog.phases.rows[0].remove, LEFT)
    dialog.refresh()
    assert tab.network.recipe == {"phases": [{"epochs": 1}]}
    for _ in range(6):
        tab.undo()
    assert tab.network.recipe == {}


def test_what_is_wrong_is_said_at_the_phases(qtbot, dialog, tab):
    phases = [{"epochs": 3, "frozen": ["nothing"]}, {"epochs": 30}]
    tab.do("set", lambda n: edits.set_recipe(n, {"phases": phases}))
    dialog.refresh()
    told = dialog.phases.trouble.text()
    assert "phases take 33 epochs, but epochs is 20" in told
    assert "phase 1 freezes nothing, but there is no such node in the main graph" in told
    assert not dialog.findChild(QLabel, "recipe_problems").isVisible()


def test_borders_between_phases_are_drawn(qtbot, dialog, tab):
    curve = dialog.curve
    tab.do("set", lambda n: edits.set_recipe(n, {"epochs": 10}))
    dialog.refresh()
    before = curve.grab().toImage()
    tab.do("set", lambda n: edits.set_recipe(n, {"epochs": 10, "phases": [{"epochs": 4}]}))
    dialog.refresh()
    after = curve.grab().toImage()
    columns = {
        x
        for x in range(after.width())
        for y in range(after.height())
        if before.pixelColor(x, y) != after.pixelColor(x, y)
    }
    border = after.width() * 0.4
    assert columns
    assert all(abs(x - border) < 3 * after.devicePixelRatio() for x in columns)


def test_phases_as_a_sentence():
    phases = [{"epochs": 2, "frozen": ["a", "b"]}, {"learning_rate": 0.5}, {}]
    assert phases_text(Recipe({"phases": phases})) == (
        " Phase 1 (epochs 1 to 2) freezes a and b. Phase 2 (epoch 3) is 0.5 times as fast. "
        "Phase 3 (epoch 4) trains all nodes."
    )
