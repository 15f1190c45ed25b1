"""The settings of the program: a form made from their declarations; every change holds at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.preferences import Settings
from netbuilder.editor.widgets.field import Field
from netbuilder.editor.widgets.fields import field_for
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.node_api.params import Bool, Choice, Param, ParamError

_FIELD = 168  # px

_TITLES = {"edge_labels": "Shape labels"}  # as the menu calls them


class SettingsDialog(QDialog):
    """What a person can set about the program.

    Args:
        workspace: What is open.
        parent: The window.

    Attributes:
        fields: The editors by the name of the setting.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._pending: dict[str, Any] = {}
        self._troubles: dict[str, Wrapped] = {}
        self.fields: dict[str, Field] = {}
        self.setObjectName("settings")
        self.setWindowTitle("Settings")
        open_at(self, 600, 640)
        self._build()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show what holds, and follow what is set elsewhere."""
        super().showEvent(event)
        for name in Settings.params:
            self._show(name)
        if self._show not in self._workspace.preferences.changed:
            self._workspace.preferences.changed.append(self._show)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Follow no more."""
        super().hideEvent(event)
        if self._show in self._workspace.preferences.changed:
            self._workspace.preferences.changed.remove(self._show)

    def done(self, result: int) -> None:
        """Keep what was typed last, and close."""
        for name in tuple(self._pending):
            self._keep(name)
        super().done(result)

    def _build(self) -> None:
        area = QScrollArea(self)
        area.setObjectName("settings_scroll")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget(area)
        page.setObjectName("scrolled")
        self._page = QVBoxLayout(page)
        self._page.setContentsMargins(20, 12, 20, 20)
        self._page.setSpacing(8)
        area.setWidget(page)
        groups: dict[str, list[Param[Any]]] = {}
        for param in Settings.params.values():
            groups.setdefault(param.group, []).append(param)
        for title, params in groups.items():
            self._add_group(title, params, page)
        self._page.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addLayout(self._foot())

    def _add_group(self, title: str, params: list[Param[Any]], page: QWidget) -> None:
        heading = Plain(title, "section", page)
        heading.setContentsMargins(2, 8, 0, 0)
        card = QFrame(page)
        card.setProperty("role", "card")
        card.setObjectName(f"group_{title.lower()}")
        rows = QVBoxLayout(card)
        rows.setContentsMargins(16, 4, 16, 4)
        rows.setSpacing(0)
        for at, param in enumerate(params):
            if at:
                line = QFrame(card)
                line.setProperty("role", "line")
                line.setFixedHeight(1)
                rows.addWidget(line)
            rows.addLayout(self._row(param, card))
        self._page.addWidget(heading)
        self._page.addWidget(card)

    def _row(self, param: Param[Any], card: QWidget) -> QVBoxLayout:
        field = field_for(param, card)
        field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        field.setFixedWidth(_FIELD)
        field.edited.connect(self._on_edited)
        field.ended.connect(self._on_ended)
        field.refused.connect(self._on_refused)
        self.fields[param.name] = field
        name = Plain(title_of(param.name), "", card)
        name.setBuddy(field)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(name)
        words.addWidget(Wrapped(param.doc, "secondary", card))
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addLayout(words, 1)
        line.addWidget(field)
        trouble = Wrapped("", "error", card)
        trouble.setObjectName(f"trouble_{param.name}")
        trouble.hide()
        self._troubles[param.name] = trouble
        row = QVBoxLayout()
        row.setContentsMargins(0, 9, 0, 9)
        row.setSpacing(2)
        row.addLayout(line)
        row.addWidget(trouble)
        return row

    def _foot(self) -> QHBoxLayout:
        restore = QPushButton("Restore defaults", self)
        restore.setProperty("role", "quiet")
        introduce(
            restore, "Restore defaults", "Put every setting back to its default.", "restore_all"
        )
        restore.clicked.connect(self._on_restore)
        keys = QPushButton("Shortcuts…", self)
        keys.setProperty("role", "quiet")
        introduce(keys, "Shortcuts", "Change the keys of commands.", "open_shortcuts")
        keys.clicked.connect(self._on_shortcuts)
        close = QPushButton("Close", self)
        introduce(close, "Close", "Close the settings; they hold already.", "close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 10, 16, 14)
        foot.addWidget(restore)
        foot.addWidget(keys)
        foot.addStretch(1)
        foot.addWidget(close)
        for button in (restore, keys, close):
            button.setAutoDefault(False)
        return foot

    def _show(self, name: str) -> None:
        self.fields[name].put(getattr(self._workspace.preferences.settings, name))

    def _keep(self, name: str) -> None:
        if name not in self._pending:
            return
        try:
            self._workspace.preferences.set(name, self._pending.pop(name))
        except ParamError as error:
            self._troubles[name].setText(str(error))
            self._troubles[name].show()

    def _on_edited(self, value: object) -> None:
        field = self.sender()
        if isinstance(field, Field):
            self._pending[field.param.name] = value
            # A number or a name is half typed until the field is left.
            if isinstance(field.param, Bool | Choice):
                self._keep(field.param.name)

    def _on_ended(self) -> None:
        field = self.sender()
        if isinstance(field, Field):
            self._keep(field.param.name)

    def _on_refused(self, sentence: str) -> None:
        field = self.sender()
        if isinstance(field, Field):
            trouble = self._troubles[field.param.name]
            trouble.setText(sentence)
            trouble.setVisible(bool(sentence))

    def _on_restore(self) -> None:
        self._pending.clear()
        for name, param in Settings.params.items():
            self._workspace.preferences.set(name, param.default)
            self._show(name)

    def _on_shortcuts(self) -> None:
        if self._workspace.actions is not None:
            self._workspace.actions.run("help.shortcuts")


def title_of(name: str) -> str:
    """Return what a setting is called."""
    return _TITLES.get(name) or name.replace("_", " ").capitalize()
