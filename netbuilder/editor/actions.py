"""Qt's actions, made of the table of commands; handlers are bound to them by id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalMapper, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from netbuilder.app.commands import COMMANDS, MENU_ROWS, Command
from netbuilder.editor.icons import icon

if TYPE_CHECKING:
    from netbuilder.editor.workspace import Workspace

Handler = Callable[[], object]
Asks = Callable[[], bool]


class Actions(QObject):
    """One action for each command.

    Shortcuts of the canvas work while a canvas has the focus; give it the actions by ``serve``.
    """

    def __init__(self, workspace: Workspace, window: QWidget) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._window = window
        self._handlers: dict[str, Handler] = {}
        self._enabled: dict[str, Asks] = {}
        self._checked: dict[str, Asks] = {}
        self._actions: dict[str, QAction] = {}
        self._mapper = QSignalMapper(self)
        self._mapper.mappedString.connect(self._on_triggered)
        for command in COMMANDS.values():
            self._make(command)
        self.reload_shortcuts()
        self.tint()

    def bind(
        self,
        handlers: Mapping[str, Handler],
        enabled: Mapping[str, Asks] | None = None,
        checked: Mapping[str, Asks] | None = None,
    ) -> None:
        """Say what commands do, when they can be given, and whether they are on.

        Raises:
            KeyError: There is no such command.
        """
        for part in (handlers, enabled or {}, checked or {}):
            for name in part:
                COMMANDS[name]
        self._handlers.update(handlers)
        self._enabled.update(enabled or {})
        self._checked.update(checked or {})

    def action(self, name: str) -> QAction:
        """Return the action of a command."""
        return self._actions[name]

    def run(self, name: str) -> bool:
        """Give a command, if it can be given now; return whether it could."""
        if not self.can(name):
            return False
        self._handlers[name]()
        self.refresh()
        return True

    def can(self, name: str) -> bool:
        """Whether a command can be given now."""
        asks = self._enabled.get(name)
        return name in self._handlers and (asks is None or asks())

    def refresh(self) -> None:
        """Ask anew which commands can be given and which are on."""
        for name, action in self._actions.items():
            action.setEnabled(self.can(name))
            if name in self._checked:
                action.setChecked(self._checked[name]())

    def serve(self, canvas: QWidget) -> None:
        """Let the shortcuts of the canvas work on this widget."""
        canvas.addActions([self._actions[c.id] for c in COMMANDS.values() if c.place == "canvas"])

    def menu(self, title: str, parent: QWidget) -> QMenu:
        """Return a menu of the table."""
        menu = QMenu(title, parent)
        menu.setObjectName(f"menu_{title.lower()}")
        menu.setToolTipsVisible(True)
        # Without these the corners outside of the round border would be drawn square.
        menu.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        menu.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        menu.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        menu.aboutToShow.connect(self.refresh)
        for row in MENU_ROWS[title]:
            if not isinstance(row, Command):
                menu.addSeparator()
            elif row.listed:
                menu.addAction(self._actions[row.id])
        return menu

    def fill(self, bar: QMenuBar) -> None:
        """Put all menus into a menu bar."""
        for title in MENU_ROWS:
            bar.addMenu(self.menu(title, bar))

    def keys(self, name: str) -> tuple[str, ...]:
        """Return the shortcuts of a command as they are now, in Qt's portable text."""
        said = self._workspace.preferences.recall("shortcuts", {})
        keys = said.get(name) if isinstance(said, dict) else None
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
            return tuple(keys)
        return COMMANDS[name].keys

    def reload_shortcuts(self) -> None:
        """Take the shortcuts that the person has set."""
        for name, action in self._actions.items():
            action.setShortcuts([QKeySequence(key) for key in self.keys(name)])
            action.setToolTip(self.tip(name))

    def tip(self, name: str) -> str:
        """Return a command's sentence with its first shortcut."""
        keys = self.keys(name)
        text = COMMANDS[name].sentence
        if not keys:
            return text
        return f"{text}  {QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)}"

    def tint(self) -> None:
        """Draw the icons in the colours that hold."""
        theme = self._workspace.look.theme
        for command in COMMANDS.values():
            if command.icon:
                self._actions[command.id].setIcon(
                    icon(command.icon, theme.secondary, theme.tertiary)
                )

    def _make(self, command: Command) -> None:
        action = QAction(command.title, self)
        action.setObjectName(command.id)
        action.setStatusTip(command.sentence)
        action.setCheckable(command.checkable)
        # The platform would move "Settings" and "About" about, and take their words.
        action.setMenuRole(QAction.MenuRole.NoRole)
        if command.place == "canvas":
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        else:
            self._window.addAction(action)
        self._mapper.setMapping(action, command.id)
        action.triggered.connect(self._mapper.map)
        self._actions[command.id] = action

    def _on_triggered(self, name: str) -> None:
        if not self.run(name):
            self.refresh()
