"""The settings: every declared one has a field, and every change holds at once."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton

from netbuilder.app.preferences import Settings
from netbuilder.editor.dialogs.settings import SettingsDialog, title_of


@pytest.fixture
def dialog(workspace, host, qtbot):
    made = SettingsDialog(workspace, host)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def test_every_setting_has_a_field_a_title_and_its_sentence(dialog):
    texts = {label.text() for label in dialog.findChildren(QLabel)}
    for name, param in Settings.params.items():
        assert name in dialog.fields
        assert title_of(name) in texts
        assert param.doc in texts
        assert param.group in texts


def test_a_check_holds_at_once(dialog, workspace):
    box = dialog.fields["grid"].findChild(QCheckBox)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center() / 4)
    assert workspace.preferences.settings.grid is (box.checkState() == Qt.CheckState.Checked)
    box.setFocus()
    before = workspace.preferences.settings.grid
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert workspace.preferences.settings.grid is not before


def test_a_choice_holds_at_once(dialog, workspace):
    box = dialog.fields["theme"].findChild(QComboBox)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_L)  # light
    assert workspace.preferences.settings.theme == "light"
    assert not workspace.look.is_dark


def test_a_number_holds_when_it_is_typed_to_the_end(dialog, workspace, qtbot):
    line = dialog.fields["scale"].findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "150")
    assert workspace.preferences.settings.scale == 100
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert workspace.preferences.settings.scale == 150


def test_what_is_typed_last_is_kept_on_closing(dialog, workspace, qtbot):
    line = dialog.fields["runs"].findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "trainings")
    dialog.accept()
    assert workspace.preferences.settings.runs == "trainings"


def test_what_is_not_taken_is_said_below_the_field(dialog, workspace, qtbot):
    line = dialog.fields["scale"].findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "9")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert workspace.preferences.settings.scale == 100
    assert "75" in dialog._troubles["scale"].text()


def test_it_follows_what_is_set_elsewhere_and_lets_go(dialog, workspace):
    workspace.preferences.set("snap", False)
    box = dialog.fields["snap"].findChild(QCheckBox)
    assert box.checkState() == Qt.CheckState.Unchecked
    count = len(workspace.preferences.changed)
    dialog.close()
    assert len(workspace.preferences.changed) == count - 1


def test_defaults_come_back(dialog, workspace):
    workspace.preferences.set("scale", 200)
    workspace.preferences.set("direction", "down")
    QTest.mouseClick(dialog.findChild(QPushButton, "restore_all"), Qt.MouseButton.LeftButton)
    assert workspace.preferences.settings.values() == Settings().values()


def test_shortcuts_are_a_button_away(dialog, given):
    QTest.mouseClick(dialog.findChild(QPushButton, "open_shortcuts"), Qt.MouseButton.LeftButton)
    assert given == ["help.shortcuts"]
