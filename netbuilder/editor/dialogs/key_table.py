"""Which keys give which command: the table's own, and what a person has set instead."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from netbuilder.app.commands import COMMANDS
from netbuilder.app.preferences import Preferences

KEY = "shortcuts"
_MODIFIERS = (
    Qt.Key.Key_Control,
    Qt.Key.Key_Shift,
    Qt.Key.Key_Alt,
    Qt.Key.Key_Meta,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock,
    Qt.Key.Key_ScrollLock,
    Qt.Key.Key_unknown,
)
_COMMAND_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier
_ALONE = (  # keys that no text field needs, so that they may stand without Ctrl
    *(Qt.Key(Qt.Key.Key_F1.value + number) for number in range(24)),
    Qt.Key.Key_Pause,
    Qt.Key.Key_Help,
)


def keys_of(event: QKeyEvent) -> str:
    """Return the keys of an event in Qt's portable text; empty while only Ctrl or the like is down."""
    if event.key() in _MODIFIERS or not event.key():
        return ""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    return QKeySequence(QKeyCombination(modifiers, key)).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def native(keys: str) -> str:
    """Return keys as this platform writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class KeyTable:
    """The keys of all commands.

    Args:
        preferences: Where what a person has set is kept.
    """

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    def keys(self, command: str) -> tuple[str, ...]:
        """Return the keys of a command as they are now."""
        said = self._set().get(command)
        return COMMANDS[command].keys if said is None else said

    def is_changed(self, command: str) -> bool:
        """Whether a person has set something else than the table has."""
        return command in self._set()

    @property
    def any_changed(self) -> bool:
        """Whether a person has set anything."""
        return bool(self._set())

    def user_of(self, keys: str, but: str = "") -> str:
        """Return the command that has these keys; empty for none."""
        wanted = QKeySequence(keys)
        for command in COMMANDS:
            if command != but and any(QKeySequence(one) == wanted for one in self.keys(command)):
                return command
        return ""

    def refusal(self, command: str, keys: str) -> str:
        """Say why keys cannot be a command's; empty if they can."""
        if COMMANDS[command].place == "canvas":
            return ""
        combination: QKeyCombination = QKeySequence(keys)[0]  # type: ignore[index]
        plain = not combination.keyboardModifiers() & _COMMAND_KEYS
        alt = bool(combination.keyboardModifiers() & Qt.KeyboardModifier.AltModifier)
        if plain and not alt and combination.key() not in _ALONE:
            return (
                f"{native(keys)} is needed for typing, because {COMMANDS[command].title.rstrip('…')}"
                " works in the whole window. Add Ctrl or Alt, or take a function key."
            )
        return ""

    def add(self, command: str, keys: str) -> None:
        """Give a command keys besides those it has; another command that had them loses them."""
        other = self.user_of(keys, command)
        if other:
            self.take(other, keys)
        kept = [one for one in self.keys(command) if QKeySequence(one) != QKeySequence(keys)]
        self._put(command, (*kept, keys))

    def take(self, command: str, keys: str) -> None:
        """Take keys from a command."""
        gone = QKeySequence(keys)
        self._put(command, tuple(one for one in self.keys(command) if QKeySequence(one) != gone))

    def reset(self, command: str) -> list[str]:
        """Give a command the table's keys; return those commands that had one of them and lose it."""
        others = []
        for keys in COMMANDS[command].keys:
            other = self.user_of(keys, command)
            if other:
                self.take(other, keys)
                others.append(other)
        self._put(command, COMMANDS[command].keys)
        return others

    def reset_all(self) -> None:
        """Give all commands the table's keys."""
        self._preferences.remember(KEY, None)

    def _put(self, command: str, keys: tuple[str, ...]) -> None:
        said = dict(self._set())
        if keys == COMMANDS[command].keys:
            said.pop(command, None)
        else:
            said[command] = keys
        plain = {name: list(value) for name, value in said.items()}
        self._preferences.remember(KEY, plain or None)

    def _set(self) -> Mapping[str, tuple[str, ...]]:
        kept = self._preferences.recall(KEY, {})
        if not isinstance(kept, dict):
            return {}
        return {
            name: tuple(keys)
            for name, keys in kept.items()
            if name in COMMANDS
            and isinstance(keys, list)
            and all(isinstance(one, str) for one in keys)
        }
