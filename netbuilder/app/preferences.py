"""The settings of the program on this computer: declared like parameters, kept in one JSON file."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from netbuilder.files.atomic import write_atomic
from netbuilder.files.errors import FileError
from netbuilder.node_api.params import Bool, Choice, Declared, Int, ParamError, Text

_log = logging.getLogger(__name__)


class Settings(Declared):
    """What a person can set about the program; forms are made from this."""

    theme = Choice(
        "system",
        ("system", "light", "dark"),
        group="Look",
        doc="Colours; system follows the desktop.",
    )
    scale = Int(
        100,
        min=75,
        max=300,
        unit="%",
        group="Look",
        doc="Size of everything; takes effect at the next start.",
    )
    motion = Choice(
        "system", ("system", "on", "off"), group="Look", doc="Whether things glide into place."
    )
    grid = Bool(True, group="Canvas", doc="Show the grid.")
    snap = Bool(True, group="Canvas", doc="Snap moved cards to the grid and to their neighbours.")
    minimap = Bool(True, group="Canvas", doc="Show the small map.")
    edge_labels = Bool(True, group="Canvas", doc="Write shapes at the wires.")
    direction = Choice(
        "right", ("right", "down"), group="Canvas", doc="Where the layout lets data flow."
    )
    autosave = Int(
        1,
        min=1,
        max=60,
        unit="s",
        group="Files",
        doc="How long an edit may stay without a copy for recovery.",
    )
    nodes = Text(
        "nodes",
        group="Files",
        doc="Folder of your own node types; a full path, or a name beside these settings.",
    )
    reopen = Bool(True, group="Files", doc="Open the documents of last time at the start.")
    runs = Text("runs", group="Training", doc="Folder of the trainings, beside the document.")
    threads = Int(
        0, min=0, max=256, group="Training", doc="Threads of the worker; 0 leaves it to the recipe."
    )
    tensorboard = Bool(
        False, group="Training", doc="Keep files for TensorBoard in the folder of each training."
    )


class Preferences:
    """The settings and what the program remembers, in a folder of its own.

    Args:
        folder: Where it is kept; by default the state folder of this user.

    Attributes:
        folder: Where it is kept; recovery journals and own groups are beside it.
        changed: Called with the name of every setting that has another value.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or state_folder()
        self.changed: list[Callable[[str], None]] = []
        plain = self._read()
        self._settings = _sound(plain.get("settings"))
        remembered = plain.get("remembered")
        self._remembered: dict[str, Any] = remembered if isinstance(remembered, dict) else {}

    @property
    def settings(self) -> Settings:
        """The present values."""
        return self._settings

    def set(self, name: str, value: Any) -> None:
        """Give a setting another value and keep it.

        Raises:
            ParamError: The setting does not take it.
        """
        value = Settings.params[name].accept(value)
        if getattr(self._settings, name) == value:
            return
        self._settings = Settings({**self._settings.values(), name: value})
        self._write()
        for call in tuple(self.changed):
            call(name)

    def recall(self, key: str, default: Any = None) -> Any:
        """Return something remembered, as plain JSON data."""
        return self._remembered.get(key, default)

    def remember(self, key: str, value: Any) -> None:
        """Keep something as plain JSON data; None forgets it."""
        if self._remembered.get(key) == value:
            return
        if value is None:
            self._remembered.pop(key, None)
        else:
            self._remembered[key] = value
        self._write()

    @property
    def _file(self) -> Path:
        return self.folder / "preferences.json"

    def _read(self) -> Mapping[str, Any]:
        try:
            plain = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.warning(
                "the settings in %s cannot be read (%s); the defaults are used", self._file, error
            )
            return {}
        return plain if isinstance(plain, dict) else {}

    def _write(self) -> None:
        plain = {"settings": self._settings.to_plain(), "remembered": self._remembered}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomic(self._file, (json.dumps(plain, indent=1) + "\n").encode())
        except (OSError, FileError) as error:
            _log.warning("the settings cannot be kept: %s", error)


def state_folder() -> Path:
    """Return the folder for the program's own state: ``NETBUILDER_STATE``, or as the system has it."""
    said = os.environ.get("NETBUILDER_STATE")
    if said:
        return Path(said)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "NetBuilder"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "NetBuilder"
    return Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local" / "state")) / "netbuilder"


def _sound(plain: Any) -> Settings:
    """The settings a file says; a value that does not fit is left at its default."""
    values: dict[str, Any] = {}
    for name, param in Settings.params.items():
        if isinstance(plain, dict) and name in plain:
            try:
                values[name] = param.accept(plain[name])
            except ParamError:
                _log.warning("the setting %s cannot be %r; the default is used", name, plain[name])
    return Settings(values)
