"""The table of commands."""

import re

from netbuilder.app.commands import COMMANDS, MENU_ROWS, MENUS


def test_every_command_is_told_in_a_sentence_and_stands_in_its_menu():
    for command in COMMANDS.values():
        assert command.menu in MENUS
        assert command in MENU_ROWS[command.menu]
        assert command.sentence.endswith("."), command.id
        assert command.title[0].isupper()
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", command.id)


def test_no_shortcut_means_two_things():
    used = [key for command in COMMANDS.values() for key in command.keys]
    assert len(used) == len(set(used))


def test_plain_letters_are_left_to_text_fields():
    for command in COMMANDS.values():
        for key in command.keys:
            bare = "+" not in key.removeprefix("Shift+") and not re.fullmatch(
                r"F\d+", key.removeprefix("Shift+")
            )
            assert not bare or command.place == "canvas", (command.id, key)
