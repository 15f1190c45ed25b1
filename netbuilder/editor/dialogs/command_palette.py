"""Every command by name: type a few letters, Enter runs it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget

from netbuilder.app.commands import COMMANDS, Command
from netbuilder.app.letters import letters
from netbuilder.app.search import ranked
from netbuilder.editor.dialogs.picker import Choice, Picker
from netbuilder.editor.workspace import Workspace

RECENT_KEY = "recent_commands"
_KEPT = 6
_HERE = "help.commands"


@dataclass(frozen=True, slots=True)
class _Named:
    """A command as the search sees it."""

    command: Command

    @property
    def names(self) -> tuple[str, ...]:
        return (self.command.title.removesuffix("…"),)

    @property
    def also(self) -> tuple[str, ...]:
        return ()

    @property
    def category(self) -> str:
        return self.command.menu

    @property
    def sentence(self) -> str:
        return self.command.sentence


class CommandPalette(Picker):
    """Finds commands; those used last come first while nothing is typed."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, "Find a command", parent)
        self.setObjectName("command_palette")
        self.setAccessibleName("All commands")

    def choices(self, typed: str) -> list[Choice]:
        """Return the commands that fit; those that cannot be given now are dimmed."""
        recent = self._recent()
        found = [_Named(command) for command in COMMANDS.values() if command.id != _HERE]
        if typed.strip():
            found = ranked(found, typed, [_Named(COMMANDS[name]).names[0] for name in recent])
        else:
            order = {name: at for at, name in enumerate(recent)}
            found.sort(key=lambda one: order.get(one.command.id, len(order)))
        return [self._choice(one.command, typed) for one in found]

    def take(self, choice: Choice) -> None:
        """Give the command."""
        kept = [choice.key, *(name for name in self._recent() if name != choice.key)]
        self.workspace.preferences.remember(RECENT_KEY, kept[:_KEPT])
        if self.workspace.actions is not None:
            self.workspace.actions.run(choice.key)

    def hint(self, choice: Choice) -> str:
        """Return the command's sentence."""
        return COMMANDS[choice.key].sentence

    def nothing(self, typed: str) -> str:
        """Return what is said where nothing fits."""
        return f"No command is called “{typed.strip()}”. Try fewer letters."

    def _choice(self, command: Command, typed: str) -> Choice:
        keys = self._keys(command)
        shortcut = ""
        if keys:
            shortcut = QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        title = command.title.removesuffix("…")
        return Choice(
            command.id,
            title,
            command.menu,
            shortcut,
            command.icon,
            letters(title, typed),
            self._can(command.id),
            boxed=True,
        )

    def _keys(self, command: Command) -> tuple[str, ...]:
        actions = self.workspace.actions
        return actions.keys(command.id) if actions is not None else command.keys

    def _can(self, name: str) -> bool:
        actions = self.workspace.actions
        return actions is not None and actions.can(name)

    def _recent(self) -> list[str]:
        kept = self.workspace.preferences.recall(RECENT_KEY, [])
        return [one for one in kept if one in COMMANDS] if isinstance(kept, list) else []
