"""The bar at the top: the document, the menus, what it trains on and how, and the buttons to run it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from netbuilder.app.summaries import recipe_line, setting
from netbuilder.editor.actions import Actions
from netbuilder.editor.data_button import DataButton
from netbuilder.editor.icons import icon
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.edits import set_recipe
from netbuilder.node_api.params import Choice
from netbuilder.training.recipe import Recipe

_LETTERS, _FEW_LETTERS = 28, 14  # of the document's name
_NARROW = 24  # px of the button that only opens a menu
_LEVELS = 7  # of how much is said


class TopBar(QWidget):
    """The bar above everything else."""

    def __init__(
        self, workspace: Workspace, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace, self._actions = workspace, actions
        self._logo = QLabel(self)
        self._name, self._state = self._label("title"), self._label("secondary")
        self._name.setObjectName("document_name")
        self.menus = QMenuBar(self)
        self.menus.setObjectName("menus")
        self.menus.setAccessibleName("Menus")
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        actions.fill(self.menus)
        self._data = DataButton(workspace, actions.action("run.data"), self)
        self._recipe = self._button("run.recipe")
        self._device = QToolButton(self)
        self._device.setProperty("role", "button")
        self._device.setObjectName("device")
        self._device.setAccessibleName("Device")
        self._device.setToolTip(
            "Where it is trained; auto takes an accelerator where there is one."
        )
        self._device.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._device.setMenu(self._devices())
        self._train = self._button("run.train", "primary")
        self._ways = self._ways_to_train()
        self._pause = self._button("run.pause")
        self._stop = self._button("run.stop", "danger")
        self._export = self._button("file.export")
        self._lay_out()
        workspace.switched.connect(self.refresh)
        workspace.stated.connect(self.refresh)
        workspace.changed.connect(self.refresh)
        workspace.checked.connect(self.refresh)
        workspace.looking.seen.connect(self._fit)  # the button with the sizes grew
        workspace.look.changed.connect(self._tint)
        self._tint()
        self.refresh()

    def refresh(self) -> None:
        """Show what holds now."""
        tab = self._workspace.current
        shown = tab is not None
        for button in (self._data, self._recipe, self._device, self._train, self._export):
            button.setVisible(shown)
        runs = self._workspace.runs
        active = runs is not None and runs.active is not None
        self._train.setVisible(shown and not active)
        self._ways.setVisible(shown and not active)
        self._pause.setVisible(active)
        self._stop.setVisible(active)
        for button in (self._train, self._pause, self._stop):
            button.setEnabled(self._actions.can(button.objectName()))
        if active and runs is not None and runs.active is not None:
            paused = runs.active.state.state == "paused"
            self._pause.setText("Resume" if paused else "Pause")
            self._pause.setIcon(
                icon("play" if paused else "pause", self._workspace.look.theme.text)
            )
        if tab is None:
            self._name.setText("NetBuilder")
            self._state.setText("")
            return
        session = tab.session
        clean = session.document.is_clean
        self._state.setText("Saved" if clean and session.path else "Edited" if not clean else "New")
        self._data.refresh()
        self._device.setText(f"{setting(tab.network.recipe, 'device')} ▾")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Say less where there is less room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Say as much as there is room for: the sizes go first, then what is said elsewhere too."""
        tab, row = self._workspace.current, self.layout()
        if tab is None or row is None:
            return
        for level in range(_LEVELS):
            self._name.setText(_cut(tab.session.name, _LETTERS if level < 2 else _FEW_LETTERS))
            self._data.say("sizes" if level < 1 else "source" if level < 4 else "nothing")
            self._recipe.setText(recipe_line(tab.network.recipe) if level < 3 else "Recipe")
            self._state.setVisible(level < 5)
            self._export.setText("Export" if level < 6 else "")
            row.invalidate()
            if row.sizeHint().width() <= self.width():
                return

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        for label in (self._logo, self._name, self._state):
            row.addWidget(label)
        row.addSpacing(12)
        row.addWidget(self.menus)
        row.addStretch(1)
        for part in (
            self._data,
            self._recipe,
            self._device,
            self._train,
            self._pause,
            self._stop,
            self._export,
        ):
            if part is not self._train:
                row.addWidget(part)
                continue
            both = QHBoxLayout()
            both.setSpacing(1)
            both.addWidget(self._train)
            both.addWidget(self._ways)
            row.addLayout(both)

    def _ways_to_train(self) -> QToolButton:
        """What opens the other ways to train, beside the button that trains."""
        button = QToolButton(self)
        about = "Start from the weights of a run, or test before training."
        introduce(button, "More ways to train", about, "ways_to_train")
        button.setProperty("role", "primary")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFixedWidth(_NARROW)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)
        menu = QMenu(button)
        for command in ("run.train_from", "run.diagnose"):
            menu.addAction(self._actions.action(command))
        button.setMenu(menu)
        return button

    def _label(self, role: str) -> QLabel:
        label = QLabel(self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", role)
        return label

    def _button(self, command: str, role: str = "") -> QPushButton:
        action = self._actions.action(command)
        button = QPushButton(action.text().removesuffix("…"), self)
        button.setObjectName(command)
        button.setAccessibleName(action.text().removesuffix("…"))
        button.setToolTip(action.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if role:
            button.setProperty("role", role)
        button.clicked.connect(action.trigger)
        return button

    def _devices(self) -> QMenu:
        menu = QMenu(self)
        param = Recipe.params["device"]
        for name in param.choices if isinstance(param, Choice) else ():
            menu.addAction(name).triggered.connect(self._on_device)
        return menu

    def _on_device(self) -> None:
        tab, action = self._workspace.current, self.sender()
        if tab is None or action is None:
            return
        name = action.text()  # type: ignore[attr-defined]

        def edit(network: Any) -> Any:
            return set_recipe(network, {**network.recipe, "device": name})

        tab.do(f"Train on {name}", edit)

    def _tint(self) -> None:
        theme = self._workspace.look.theme
        self._logo.setPixmap(icon("logo", theme.accent).pixmap(20, 20))
        self._train.setIcon(icon("play", "#ffffff", theme.tertiary))
        self._ways.setIcon(icon("chevron_down", "#ffffff", theme.tertiary))
        self._pause.setIcon(icon("pause", theme.text, theme.tertiary))
        self._stop.setIcon(icon("stop", theme.error, theme.tertiary))
        self._export.setIcon(icon("export", theme.text, theme.tertiary))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
