"""The way into the shown group: document, instance, instance; each leads back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from netbuilder.editor.workspace import Workspace

_LONGEST = 160  # px a name may take
_SIGN = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"


class Breadcrumb(QWidget):
    """Shows which group is open; nothing in the main graph.

    Args:
        workspace: What is open.
        parent: What it lies on.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("breadcrumb")
        self.setAccessibleName("Where in the network")
        self._workspace = workspace
        self._shown: tuple[str, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        workspace.switched.connect(self.refresh)
        workspace.entered.connect(self.refresh)
        workspace.changed.connect(self.refresh)
        workspace.stated.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show where the shown document is."""
        tab = self._workspace.current
        names = (tab.session.name, *tab.trail) if tab and tab.trail else ()
        self.setVisible(bool(names))
        if names == self._shown:
            return
        self._shown = names
        self._clear()
        for level, name in enumerate(names):
            if level:
                sign = QLabel(_SIGN, self)
                sign.setProperty("role", "secondary")
                self._row.addWidget(sign)
            if level < len(names) - 1:
                self._row.addWidget(self._button(level, name))
            else:
                self._row.addWidget(self._label(name))

    def _clear(self) -> None:
        while self._row.count():
            old = self._row.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()

    def _button(self, level: int, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "quiet")
        button.setProperty("level", level)
        button.setObjectName(f"crumb_{level}")
        button.setText(self._cut(name).replace("&", "&&"))
        button.setAccessibleName(f"Leave to {name}")
        button.setToolTip(f"Show {'the main graph' if level == 0 else 'the inside of this group'}.")
        button.setAutoRaise(True)
        button.clicked.connect(self._on_clicked)
        return button

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName("crumb_here")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setText(self._cut(name))
        label.setContentsMargins(8, 0, 0, 0)
        label.setAccessibleName(f"Inside of {name}")
        return label

    def _cut(self, name: str) -> str:
        return self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _LONGEST)

    def _on_clicked(self) -> None:
        button, tab = self.sender(), self._workspace.current
        if isinstance(button, QToolButton) and tab is not None:
            tab.leave(int(button.property("level")))
