"""What the program remembers on this computer."""

import json
import logging

import pytest

from netbuilder.app.preferences import Preferences, Settings
from netbuilder.node_api.params import ParamError


def test_what_was_set_holds_at_the_next_start(tmp_path):
    one = Preferences(tmp_path)
    heard = []
    one.changed.append(heard.append)
    one.set("theme", "dark")
    one.set("theme", "dark")
    one.remember("recent", ["a.netgraph"])
    other = Preferences(tmp_path)
    assert (other.settings.theme, other.recall("recent"), heard) == (
        "dark",
        ["a.netgraph"],
        ["theme"],
    )


def test_a_value_out_of_range_is_refused(tmp_path):
    with pytest.raises(ParamError, match="scale"):
        Preferences(tmp_path).set("scale", 1000)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"settings": 3, "remembered": []}', "\0"])
def test_a_damaged_file_gives_the_defaults(tmp_path, text, caplog):
    (tmp_path / "preferences.json").write_text(text)
    with caplog.at_level(logging.CRITICAL):
        kept = Preferences(tmp_path)
    assert kept.settings.values() == Settings().values()
    kept.set("grid", False)
    assert not Preferences(tmp_path).settings.grid


def test_one_wrong_value_costs_only_itself(tmp_path):
    plain = {"settings": {"theme": "purple", "grid": False, "of_a_newer_version": 1}}
    (tmp_path / "preferences.json").write_text(json.dumps(plain))
    settings = Preferences(tmp_path).settings
    assert (settings.theme, settings.grid) == ("system", False)


def test_a_folder_that_cannot_be_written_loses_nothing_of_this_time(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    kept = Preferences(tmp_path / "file" / "folder")
    kept.set("grid", False)
    assert not kept.settings.grid
    assert "cannot be kept" in caplog.text
