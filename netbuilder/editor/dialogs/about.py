"""What program this is, which version, and the licences of it and of what it is built on."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import QItemSelectionModel, Qt, qVersion
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.dialogs.licences import PROGRAM, Licence, licences, text_of
from netbuilder.editor.icons import icon
from netbuilder.editor.look import code_font
from netbuilder.editor.widgets.labels import Plain
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

_LOGO = 56


class AboutDialog(QDialog):
    """Version and licences; the latter are read when it is opened.

    Args:
        workspace: What is open.
        parent: The window.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._licences: list[Licence] = []
        self.setObjectName("about")
        self.setWindowTitle("About NetBuilder")
        open_at(self, 860, 580)
        self._build()
        workspace.look.changed.connect(self._tint)
        self._tint()
        self.list.setFocus()
        workspace.tasks.submit(self, "licences", licences, self._on_licences)

    def _build(self) -> None:
        self._logo = QLabel(self)
        self._logo.setFixedSize(_LOGO, _LOGO)
        name = Plain("NetBuilder", "heading", self)
        about = " \N{MIDDLE DOT} ".join((_version(), *_platform()))
        self.version = Plain(about, "secondary", self)
        self.version.setObjectName("version")
        sentence = Plain("A visual neural-network builder.", "", self)
        words = QVBoxLayout()
        words.setSpacing(2)
        for part in (name, sentence, self.version):
            words.addWidget(part)
        copy = QPushButton("Copy versions", self)
        introduce(
            copy, "Copy versions", "Copy all versions as text, for a report of an error.", "copy"
        )
        copy.clicked.connect(self._on_copy)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self._logo)
        head.addLayout(words, 1)
        head.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        close = QPushButton("Close", self)
        introduce(close, "Close", "Close this.", "close")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        for button in (copy, close):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(Plain("Licences", "section", self))
        column.addLayout(self._body(), 1)
        column.addLayout(foot)

    def _body(self) -> QHBoxLayout:
        self.list = QListWidget(self)
        self.list.setObjectName("packages")
        self.list.setAccessibleName("Packages")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFixedWidth(220)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("background: transparent;")
        self.list.currentRowChanged.connect(self._on_row)
        self.kind = Plain("Reading the licences…", "title", self)
        self.kind.setObjectName("licence_name")
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("licence_text")
        self.text.setAccessibleName("Licence")
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.text.setFont(code_font(11))
        self.text.setStyleSheet("font-size: 11px;")
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self.kind)
        right.addWidget(self.text, 1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.list)
        body.addLayout(right, 1)
        return body

    def _on_licences(self, found: list[Licence]) -> None:
        self._licences = found
        for one in found:
            item = QListWidgetItem(f"{one.name} {one.version}".strip())
            item.setToolTip(one.licence)
            self.list.addItem(item)
        self.list.setCurrentRow(0, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._licences):
            one = self._licences[row]
            self.kind.setText(one.licence)
            self.text.setPlainText("")
            self._workspace.tasks.submit(
                self, "text", lambda: text_of(one.name), self.text.setPlainText
            )

    def _on_copy(self) -> None:
        versions = [f"{one.name} {one.version}".strip() for one in self._licences]
        QApplication.clipboard().setText("\n".join([*versions, *_platform()]))
        self._workspace.said.emit("info", "The versions are on the clipboard.")

    def _tint(self) -> None:
        accent = self._workspace.look.theme.accent
        self._logo.setPixmap(
            icon("logo", accent).pixmap(self._logo.size(), self.devicePixelRatioF())
        )


def _version() -> str:
    try:
        return f"Version {metadata.version(PROGRAM)}"
    except metadata.PackageNotFoundError:
        return "Not installed"


def _platform() -> tuple[str, ...]:
    system = f"{platform.system()} {platform.release()}"
    return f"Python {platform.python_version()}", f"Qt {qVersion()}", system
