"""Colours that can be read, icons that are there, actions that come from the table."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow

from netbuilder.app.commands import COMMANDS
from netbuilder.app.theme import THEMES
from netbuilder.editor import style
from netbuilder.editor.actions import Actions
from netbuilder.editor.icons import file_of, icon


def _luminance(colour):
    parts = [part / 255 for part in QColor(colour).getRgb()[:3]]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one, other):
    a, b = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_can_be_read_on_everything_it_stands_on(name):
    theme = THEMES[name]
    mixed = style.colours(theme)
    for ground in (
        theme.window,
        theme.panel,
        theme.raised,
        theme.canvas,
        theme.card,
        mixed["select"],
    ):
        assert _contrast(theme.text, ground) >= 4.5, ground
    for ground in (theme.window, theme.panel, theme.raised, theme.canvas, theme.card):
        assert _contrast(theme.secondary, ground) >= 4.5, ground
    assert _contrast("#ffffff", mixed["accent_fill"]) >= 4.5
    for wash in ("error_wash", "warning_wash", "accent_wash"):
        assert _contrast(theme.text, mixed[wash]) >= 4.5
    assert _contrast(mixed["error_text"], theme.panel) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_is_taken(name, qapp):
    before = qapp.styleSheet(), qapp.palette()
    style.apply(qapp, THEMES[name])  # the guard sees what Qt says of a sheet it cannot parse
    assert isinstance(qapp, QApplication)
    qapp.setStyleSheet(before[0])
    qapp.setPalette(before[1])


def test_every_icon_of_the_table_is_drawn_in_its_colour(qapp):
    for command in COMMANDS.values():
        if command.icon:
            image = icon(command.icon, "#ff0000").pixmap(QSize(32, 32)).toImage()
            seen = {
                image.pixelColor(x, y).red()
                for x in range(32)
                for y in range(32)
                if image.pixelColor(x, y).alpha() > 200
            }
            assert max(seen, default=0) > 200, command.icon
    assert file_of("check_on").endswith("check_on.svg")


@pytest.fixture
def actions(workspace, qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    return Actions(workspace, window)


def test_a_command_does_what_was_bound_and_only_when_it_can(actions):
    heard, may = [], [False]
    actions.bind({"file.new": lambda: heard.append("new")}, {"file.new": lambda: may[0]})
    assert not actions.run("file.new")
    may[0] = True
    actions.refresh()
    actions.action("file.new").trigger()
    assert heard == ["new"]
    assert not actions.run("file.open")
    with pytest.raises(KeyError):
        actions.bind({"file.nothing": print})


def test_shortcuts_can_be_set_anew(actions, workspace):
    assert actions.action("file.new").shortcut() == QKeySequence("Ctrl+N")
    workspace.preferences.remember("shortcuts", {"file.new": ["Ctrl+Alt+N"], "file.open": 3})
    actions.reload_shortcuts()
    assert actions.action("file.new").shortcut() == QKeySequence("Ctrl+Alt+N")
    assert actions.action("file.open").shortcut() == QKeySequence("Ctrl+O")
    assert "Ctrl+Alt+N" in actions.action("file.new").toolTip()


def test_menus_hold_every_listed_command(actions):
    bar = actions.parent().menuBar()
    actions.fill(bar)
    held = {action.objectName() for menu in bar.actions() for action in menu.menu().actions()}
    assert held - {""} == {command.id for command in COMMANDS.values() if command.listed}
