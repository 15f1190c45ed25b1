"""The list of shortcuts: rebinding by pressing keys, conflicts said in place, restoring."""

from itertools import combinations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest

from netbuilder.app.commands import COMMANDS
from netbuilder.editor.dialogs.key_table import KEY, KeyTable
from netbuilder.editor.dialogs.shortcuts import ShortcutsDialog

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def dialog(workspace, host, qtbot):
    made = ShortcutsDialog(workspace, host)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def _press(dialog, key, modifiers=NONE):
    QTest.mouseClick(dialog.editor.recorder, Qt.MouseButton.LeftButton)
    assert dialog.editor.recorder.is_recording
    QTest.keyClick(dialog.editor.recorder, key, modifiers)


def test_the_table_has_no_keys_twice():
    used = [(QKeySequence(key), name) for name, one in COMMANDS.items() for key in one.keys]
    assert [(a, b) for (x, a), (y, b) in combinations(used, 2) if x == y] == []


def test_every_command_is_listed_with_its_keys(dialog):
    listed = {line.command: line for line in dialog.lines.lines if line.command}
    assert set(listed) == set(COMMANDS)
    assert listed["edit.redo"].keys == ("Ctrl+Shift+Z", "Ctrl+Y")


def test_typing_filters_by_words_and_by_keys(dialog, qtbot):
    qtbot.keyClicks(dialog.field, "ctrl+shift+z")
    assert [line.title for line in dialog.lines.lines] == ["Edit", "Redo"]
    assert dialog.editor.title.text() == "Redo"
    dialog.field.clear()
    qtbot.keyClicks(dialog.field, "qqqqq")
    assert dialog.lines.rowCount() == 0
    dialog.field.clear()
    assert dialog.lines.rowCount() > len(COMMANDS)


def test_what_hands_do_on_the_canvas_is_listed_and_found(dialog, qtbot):
    listed = {line.title: line.keys for line in dialog.lines.lines if not line.command}
    assert listed["Cut wires"] == ("Ctrl+right drag",)
    assert listed["Next node"] == ("Ctrl+Arrows",)
    qtbot.keyClicks(dialog.field, "alt+right")
    assert [line.title for line in dialog.lines.lines] == ["Keys on the canvas", "Wire out of"]
    assert dialog.editor.title.text() == "Wire out of"
    assert dialog.editor.sentence.text().endswith("This cannot be changed.")
    assert not dialog.editor.recorder.isVisible()
    QTest.keyClick(dialog.list, Qt.Key.Key_Return)
    assert not dialog.editor.recorder.is_recording
    dialog.field.clear()
    dialog.choose("edit.undo")
    assert dialog.editor.recorder.isVisible()


def test_pressing_keys_gives_them_to_the_command(dialog, workspace):
    dialog.choose("file.start_page")
    _press(dialog, Qt.Key.Key_K, CTRL | SHIFT)
    assert workspace.preferences.recall(KEY) == {"file.start_page": ["Ctrl+Shift+K"]}
    assert workspace.actions.action("file.start_page").shortcut() == QKeySequence("Ctrl+Shift+K")
    assert not dialog.editor.recorder.is_recording
    line = next(one for one in dialog.lines.lines if one.command == "file.start_page")
    assert line.changed


def test_modifiers_alone_are_waited_on_and_escape_gives_up(dialog, workspace):
    dialog.choose("file.start_page")
    _press(dialog, Qt.Key.Key_Control, CTRL)
    assert dialog.editor.recorder.is_recording
    QTest.keyClick(dialog.editor.recorder, Qt.Key.Key_Escape)
    assert not dialog.editor.recorder.is_recording
    assert dialog.isVisible()
    assert workspace.preferences.recall(KEY) is None


def test_a_conflict_is_said_in_place_and_can_be_left(dialog, workspace):
    dialog.choose("file.start_page")
    _press(dialog, Qt.Key.Key_S, CTRL)
    assert not dialog.editor.trouble.isHidden()
    assert "Save" in dialog.editor.said.text()
    QTest.mouseClick(dialog.editor.keep, Qt.MouseButton.LeftButton)
    assert dialog.editor.trouble.isHidden()
    assert workspace.preferences.recall(KEY) is None


def test_a_conflict_can_be_won(dialog, workspace):
    dialog.choose("file.start_page")
    _press(dialog, Qt.Key.Key_S, CTRL)
    QTest.mouseClick(dialog.editor.use, Qt.MouseButton.LeftButton)
    assert workspace.preferences.recall(KEY) == {"file.start_page": ["Ctrl+S"], "file.save": []}
    assert workspace.actions.action("file.save").shortcuts() == []
    assert workspace.actions.action("file.start_page").shortcut() == QKeySequence("Ctrl+S")
    dialog.choose("file.save")
    QTest.mouseClick(dialog.editor.reset, Qt.MouseButton.LeftButton)
    assert workspace.preferences.recall(KEY) is None
    assert "Start Page" in dialog.editor.said.text()


def test_letters_are_refused_for_the_whole_window_and_taken_for_the_canvas(dialog, workspace):
    dialog.choose("file.start_page")
    _press(dialog, Qt.Key.Key_J)
    assert "typing" in dialog.editor.said.text()
    assert dialog.editor.use.isHidden()
    assert workspace.preferences.recall(KEY) is None
    dialog.choose("graph.insert")
    assert dialog.editor.trouble.isHidden()
    _press(dialog, Qt.Key.Key_J)
    assert workspace.preferences.recall(KEY) == {"graph.insert": ["J"]}


def test_function_keys_are_taken_for_the_whole_window(dialog, workspace):
    dialog.choose("file.start_page")
    _press(dialog, Qt.Key.Key_F9)
    assert workspace.preferences.recall(KEY) == {"file.start_page": ["F9"]}


def test_a_chip_takes_keys_away_and_all_can_be_restored(dialog, workspace):
    dialog.choose("edit.redo")
    chips = dialog.editor._chips
    assert [chip.property("keys") for chip in chips] == ["Ctrl+Shift+Z", "Ctrl+Y"]
    QTest.mouseClick(chips[0], Qt.MouseButton.LeftButton)
    assert workspace.preferences.recall(KEY) == {"edit.redo": ["Ctrl+Y"]}
    assert dialog.reset_all.isEnabled()
    QTest.mouseClick(dialog.reset_all, Qt.MouseButton.LeftButton)
    assert workspace.preferences.recall(KEY) is None
    assert not dialog.reset_all.isEnabled()
    assert len(dialog.editor._chips) == 2
    assert workspace.actions.keys("edit.redo") == COMMANDS["edit.redo"].keys


def test_all_by_keyboard(dialog, workspace, qtbot):
    qtbot.keyClicks(dialog.field, "start page")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.editor.recorder.is_recording
    QTest.keyClick(dialog.editor.recorder, Qt.Key.Key_F9)
    assert workspace.preferences.recall(KEY) == {"file.start_page": ["F9"]}
    dialog.list.setFocus()
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert dialog.editor.recorder.is_recording
    QTest.keyClick(dialog.editor.recorder, Qt.Key.Key_Escape)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert dialog.field.text() == ""
    qtbot.keyClick(dialog.field, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("kept", ["junk", {"file.save": "Ctrl+S"}, {"gone": ["F9"]}, [1]])
def test_what_is_kept_in_a_strange_form_is_passed_over(workspace, kept):
    workspace.preferences.remember(KEY, kept)
    table = KeyTable(workspace.preferences)
    assert table.keys("file.save") == ("Ctrl+S",)
    assert not table.any_changed
