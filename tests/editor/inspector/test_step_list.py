"""The steps of a preprocessing in the data window, by mouse and keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QMenu

from netbuilder.editor.dialogs.data import DataDialog
from netbuilder.editor.dialogs.step_edits import steps_of, with_step
from netbuilder.graph import edits

LONG = 60_000  # ms; the first look at the bundled data imports scikit-learn
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot, workspace, tab):
    made = DataDialog(workspace)
    qtbot.addWidget(made)
    tab.do("take", lambda n: edits.set_data(n, {"source": "iris"}))
    made.show()
    qtbot.waitExposed(made)
    made.refresh()
    qtbot.waitUntil(lambda: bool(made.steps.fields), timeout=LONG)
    return made


def choose(qtbot, dialog, title):
    """Add a step by the menu."""
    qtbot.mouseClick(dialog.steps.add, LEFT)
    menu = dialog.steps.findChild(QMenu, "steps")
    action = next(action for action in menu.actions() if action.text() == title)
    assert action.isEnabled()
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    dialog.refresh()


def test_steps_are_added_set_ordered_and_taken_out(qtbot, dialog, tab):
    assert dialog.steps.empty.isVisible()
    choose(qtbot, dialog, "Min-max")
    assert tab.network.data["preprocess"] == [{"step": "min_max", "field": "features"}]
    assert not dialog.steps.empty.isVisible()
    row = dialog.steps.rows[0]
    assert not row.is_folded
    low = row.findChild(QLineEdit, "field_low")
    low.setFocus()
    low.selectAll()
    qtbot.keyClicks(low, "-1")
    assert tab.network.data["preprocess"][0]["low"] == -1
    choose(qtbot, dialog, "Logarithm")
    assert [row.kind for row in dialog.steps.rows] == ["min_max", "log"]
    assert dialog.steps.rows[1].heading.accessibleName() == "Logarithm features"
    assert not dialog.steps.rows[0].up.isEnabled()
    assert not dialog.steps.rows[1].down.isEnabled()
    qtbot.mouseClick(dialog.steps.rows[1].up, LEFT)
    dialog.refresh()
    assert [step["step"] for step in tab.network.data["preprocess"]] == ["log", "min_max"]
    assert [row.kind for row in dialog.steps.rows] == ["log", "min_max"]
    qtbot.mouseClick(dialog.steps.rows[1].remove, LEFT)
    dialog.refresh()
    assert tab.network.data["preprocess"] == [{"step": "log", "field": "features"}]
    for _ in range(5):
        tab.undo()
    assert tab.network.data == {"source": "iris"}


def test_what_suits_no_field_cannot_be_added_and_columns_are_offered(qtbot, dialog, tab):
    choose(qtbot, dialog, "Robust")
    row = dialog.steps.rows[0]
    columns = row.form.rows["columns"].field
    qtbot.waitUntil(lambda: bool(columns._words), timeout=LONG)
    assert columns._words[0] == "sepal length (cm)"
    qtbot.mouseClick(dialog.steps.add, LEFT)
    menu = dialog.steps.findChild(QMenu, "steps")
    enabled = {action.text(): action.isEnabled() for action in menu.actions()}
    menu.close()
    assert enabled["Standardize"]
    assert not enabled["Resize"]
    assert not enabled["One-hot"]  # the only classes are the answer


def test_settings_are_restored_and_the_fields_after_the_steps_are_checked(qtbot, dialog, tab):
    step = {"step": "min_max", "field": "features", "high": 3.0}
    tab.do("take", lambda n: edits.set_data(n, {"source": "iris", "preprocess": [step]}))
    dialog.refresh()
    row = dialog.steps.rows[0]
    assert row.is_folded
    qtbot.mouseClick(row.heading, LEFT)
    assert not row.is_folded
    qtbot.mouseClick(row.form.rows["high"].reset, LEFT)
    assert tab.network.data["preprocess"] == [{"step": "min_max", "field": "features"}]
    tab.do("field", lambda n: with_step(n, 0, "field", "nothing"))
    dialog.refresh()
    trouble = dialog.preview._sentence
    qtbot.waitUntil(trouble.isVisible, timeout=LONG)
    assert "names the field nothing" in trouble.text().replace("\u200b", "")


def test_figures_are_shown_before_and_after_the_steps(qtbot, dialog, tab):
    figures = dialog.preview.figures
    qtbot.waitUntil(figures.columns.isVisible, timeout=LONG)
    assert not figures.given.isVisible()
    choose(qtbot, dialog, "Min-max")
    qtbot.waitUntil(figures.given.isVisible, timeout=LONG)
    least = [figures.columns.horizontalHeaderItem(c).text() for c in range(9)].index("Min")
    assert figures.columns.item(0, least).text() == "4.3"
    figures.given.setFocus()
    qtbot.keyClick(figures.given, Qt.Key.Key_Down)
    figures.given.activated.emit(figures.given.currentIndex())
    assert figures.columns.item(0, least).text() == "0"


def test_steps_that_nobody_knows_are_kept(dialog, tab):
    plain = [{"step": "cube", "power": 3}, {"step": "log", "field": "features"}]
    tab.do("take", lambda n: edits.set_data(n, {"source": "iris", "preprocess": plain}))
    dialog.refresh()
    assert [row.kind for row in dialog.steps.rows] == ["cube", "log"]
    assert steps_of(tab.network) == plain
    tab.do("take", lambda n: edits.set_data(n, {"source": "iris", "preprocess": "log"}))
    dialog.refresh()
    assert dialog.steps.rows == []
