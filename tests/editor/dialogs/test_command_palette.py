"""The list of commands over the window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit

from netbuilder.app.commands import COMMANDS
from netbuilder.editor.dialogs.command_palette import RECENT_KEY, CommandPalette


@pytest.fixture
def palette(workspace, host, qtbot):
    made = CommandPalette(workspace, host)
    made.show()
    yield made
    if made.isVisible():
        made.reject()


def _titles(palette):
    return [row.title for row in palette.rows.rows]


def test_every_command_but_itself_is_there_with_its_shortcut(palette, workspace):
    rows = {row.key: row for row in palette.rows.rows}
    assert set(rows) == set(COMMANDS) - {"help.commands"}
    assert rows["file.new"].side == "Ctrl+N"
    assert rows["file.new"].usable
    assert not rows["file.save"].usable
    assert not rows["file.open"].usable  # nothing is bound to it


def test_letters_find_and_enter_gives_the_command(palette, qtbot, given):
    qtbot.keyClicks(palette.field, "frm sel")
    assert "Frame Selection" in _titles(palette)[0]
    palette.field.clear()
    qtbot.keyClicks(palette.field, "frame selection with")
    assert palette.rows.rows[0].key == "graph.frame"
    assert palette.said.text() == COMMANDS["graph.frame"].sentence
    with qtbot.waitSignal(palette.finished):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert given == ["graph.frame"]
    assert palette.result() == QDialog.DialogCode.Accepted


def test_what_cannot_be_done_now_says_so_and_stays_open(palette, qtbot, given):
    qtbot.keyClicks(palette.field, "save")
    assert palette.rows.rows[0].key == "file.save"
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert "not possible" in palette.said.text()
    assert given == []


def test_what_was_given_last_comes_first(palette, workspace, host, qtbot):
    qtbot.keyClicks(palette.field, "switch light")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert workspace.preferences.recall(RECENT_KEY) == ["view.theme"]
    again = CommandPalette(workspace, host)
    again.show()
    assert again.rows.rows[0].key == "view.theme"
    again.reject()


def test_arrows_go_round_and_a_click_gives(palette, qtbot, given):
    count = palette.rows.rowCount()
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentIndex().row() == count - 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 0
    qtbot.keyClick(palette.field, Qt.Key.Key_PageUp)
    assert palette.list.currentIndex().row() == 0
    at = palette.list.visualRect(palette.list.model().index(0)).center()
    assert palette.rows.rows[0].key == "file.new"
    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert given == ["file.new"]


def test_escape_empties_then_leaves_and_the_focus_goes_back(palette, qtbot, host):
    qtbot.waitUntil(lambda: palette.field.hasFocus())
    qtbot.keyClicks(palette.field, "x")
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert host.centralWidget().hasFocus()


def test_it_goes_away_when_one_goes_on_elsewhere(palette, qtbot, host):
    qtbot.waitUntil(lambda: palette.field.hasFocus())
    with qtbot.waitSignal(palette.finished):
        host.centralWidget().setFocus()
    assert host.centralWidget().hasFocus()


def test_it_stays_inside_of_a_small_window(palette, host):
    host.resize(420, 320)
    assert host.rect().contains(palette.geometry())
    assert palette.findChild(QLineEdit).isVisible()


def test_nothing_found_is_said(palette, qtbot):
    qtbot.keyClicks(palette.field, "zzzzqq")
    assert palette.rows.rowCount() == 0
    assert "No command" in palette.said.text()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.isVisible()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_is_drawn_in_both_themes(palette, workspace, theme):
    workspace.preferences.set("theme", theme)
    image = palette.grab().toImage()
    middle = image.pixelColor(image.width() // 2, image.height() - 26)
    assert middle.name() == workspace.look.theme.panel
