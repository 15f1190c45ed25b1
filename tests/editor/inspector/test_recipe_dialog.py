"""The recipe's window: live, undoable, and told off in place."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from netbuilder.app.session import Session
from netbuilder.editor.dialogs.recipe import RecipeDialog
from netbuilder.editor.dialogs.recipe_edits import (
    problems_by_name,
    schedule_text,
    sound_recipe,
    without_effect,
)
from netbuilder.graph import edits
from netbuilder.training.recipe import Recipe


@pytest.fixture
def dialog(qtbot, workspace, tab):
    made = RecipeDialog(workspace)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def retype(qtbot, widget, text):
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def line(dialog, name):
    return dialog.findChild(QLineEdit, f"field_{name}")


def test_it_is_not_modal_and_edits_hold_at_once(qtbot, dialog, tab):
    assert not dialog.isModal()
    retype(qtbot, line(dialog, "learning_rate"), "0.01")
    assert tab.network.recipe == {"learning_rate": 0.01}
    assert len(tab.session.document.undo_labels) == 1
    retype(qtbot, line(dialog, "learning_rate"), "0.001")
    assert tab.network.recipe == {}


def test_undo_works_in_the_window(qtbot, dialog, tab):
    retype(qtbot, line(dialog, "learning_rate"), "0.5")
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tab.network.recipe == {}
    qtbot.waitUntil(lambda: line(dialog, "learning_rate").text() == "0.001")
    QTest.keyClick(
        dialog,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert tab.network.recipe == {"learning_rate": 0.5}


def test_what_does_not_go_together_is_said_at_its_setting(qtbot, dialog, tab):
    tab.do("set", lambda n: edits.set_recipe(n, {"momentum": 0.9, "epochs": 0, "odd": 1}))
    qtbot.waitUntil(dialog.form.rows["momentum"].trouble.isVisible)
    assert "choose sgd" in dialog.form.rows["momentum"].trouble.text()
    dialog.form.sections["Length"].fold(folded=False)
    assert dialog.form.rows["epochs"].trouble.text().startswith("epochs is 0")
    others = dialog.findChild(QLabel, "recipe_problems")
    assert "no parameter odd" in others.text()
    qtbot.mouseClick(dialog.findChild(QPushButton, "restore_recipe"), Qt.MouseButton.LeftButton)
    assert tab.network.recipe == {}
    qtbot.waitUntil(lambda: not others.isVisible())


def test_the_schedule_is_described_and_drawn(qtbot, dialog, tab):
    values = {"schedule": "cosine", "learning_rate": 0.004, "warmup_steps": 50, "epochs": 3}
    tab.do("set", lambda n: edits.set_recipe(n, values))
    said = dialog.findChild(QLabel, "schedule_sentence")
    qtbot.waitUntil(lambda: "along a cosine over 3 epochs" in said.text())
    curve = dialog.findChild(QWidget, "schedule_curve")
    assert curve.accessibleDescription() == said.text()
    assert not dialog.grab().isNull()


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine"])
def test_every_schedule_has_a_sentence(schedule):
    said = schedule_text(Recipe({"schedule": schedule, "epochs": 1}))
    assert said.startswith("It ")
    assert "1 epoch" in said


def test_the_rate_of_averaged_weights_is_said(qtbot, dialog, tab):
    rows = dialog.form.rows
    assert not rows["swa_learning_rate"].isEnabled()
    values = {"swa_start": 8, "swa_learning_rate": 0.02, "swa_anneal": 4}
    tab.do("set", lambda n: edits.set_recipe(n, values))
    said = dialog.findChild(QLabel, "schedule_sentence")
    qtbot.waitUntil(lambda: said.text().endswith("From epoch 8 on it goes to 0.02 over 4 epochs."))
    assert rows["swa_learning_rate"].isEnabled()
    assert schedule_text(Recipe({**values, "swa_anneal": 0})).endswith("to 0.02 at once.")
    assert without_effect(Recipe({"swa_start": 8})) >= {"swa_anneal"}


def test_settings_without_effect_rest_until_they_are_set(qtbot, dialog, tab):
    rows = dialog.form.rows
    assert not rows["momentum"].isEnabled()
    tab.do("set", lambda n: edits.set_recipe(n, {"optimizer": "sgd"}))
    qtbot.waitUntil(rows["momentum"].isEnabled)
    assert not rows["beta1"].isEnabled()
    assert without_effect(Recipe({"schedule": "step"})) >= {"min_learning_rate", "momentum"}
    tab.do("set", lambda n: edits.set_recipe(n, {"optimizer": "lbfgs", "l1": 0.1}))
    qtbot.waitUntil(rows["history_size"].isEnabled)
    assert not rows["clip_norm"].isEnabled()
    assert rows["l1"].isEnabled()
    assert "l1 is 0.1, but lbfgs needs" in rows["l1"].trouble.text()


def test_every_sentence_finds_its_setting():
    values = {"schedule": "cosine", "min_learning_rate": 9.0, "checkpoint_seconds": 0.0}
    by_name, others = problems_by_name(values)
    assert set(by_name) == {"min_learning_rate", "checkpoint_every"}
    assert others == []
    assert sound_recipe({"epochs": "many", "odd": 1, "seed": 3}).seed == 3


def test_another_document_is_followed(qtbot, dialog, workspace, tab):
    other = workspace.open(Session(name="second"))
    qtbot.waitUntil(lambda: dialog.tab is other)
    assert "second" in dialog.windowTitle()
    retype(qtbot, line(dialog, "learning_rate"), "0.5")
    assert tab.network.recipe == {}
    assert other.network.recipe == {"learning_rate": 0.5}
    workspace.close(other)
    workspace.close(tab)
    qtbot.waitUntil(lambda: dialog.tab is None)
    assert not dialog.content.isVisible()
