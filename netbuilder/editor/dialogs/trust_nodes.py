"""May this code run? The files of a folder that a document has node types from, to look at before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.custom_nodes import Stranger
from netbuilder.editor.look import code_font
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import read_file
from netbuilder.files.errors import FileError

_MOST_BYTES = 200_000
_ABOUT = (
    "Its files are programs: they can do whatever you can do on this computer. They have not been run. "
    "Trusting goes for the folder, with whatever files it holds later on."
)
_GONE = (
    "The folder is not there, or holds no node files. Bring it back, or put the files into a folder "
    "named nodes beside the document and save the document again."
)


class TrustNodesDialog(QDialog):
    """Asks about the folders that the shown document needs, one after the other."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._stranger: Stranger | None = None
        self.setObjectName("trust_nodes")
        self.setWindowTitle("Trust custom nodes")
        open_at(self, 760, 560)
        self._build()
        self._next()

    def _build(self) -> None:
        self.title = Wrapped("", "title", self)
        self.title.setObjectName("trust_title")
        self.path = Wrapped("", "", self)
        self.path.setObjectName("trust_folder")
        self.about = Wrapped(_ABOUT, "secondary", self)
        self.files = QListWidget(self)
        self.files.setObjectName("trust_files")
        self.files.setAccessibleName("Files")
        self.files.setFrameShape(QFrame.Shape.NoFrame)
        self.files.setFixedWidth(180)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.files.setStyleSheet("background: transparent;")
        self.files.currentRowChanged.connect(self._on_row)
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("trust_text")
        self.text.setAccessibleName("Text of the file")
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(code_font(11))
        self.text.setStyleSheet("font-size: 11px;")
        self.trust = QPushButton("Trust this folder", self)
        introduce(self.trust, "Trust this folder", "Let the code of its files run.", "trust")
        self.later = QPushButton("Not now", self)
        introduce(self.later, "Not now", "Leave the nodes as placeholders.", "not_now")
        self.show_folder = QPushButton("Show folder", self)
        introduce(self.show_folder, "Show folder", "Show the files in the file manager.", "show")
        self.trust.clicked.connect(self._on_trust)
        self.later.clicked.connect(self._on_later)
        self.show_folder.clicked.connect(self._on_show)
        for button in (self.trust, self.show_folder):
            button.setAutoDefault(False)
        self.later.setDefault(True)
        self._lay_out()

    def _lay_out(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.files)
        body.addWidget(self.text, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.show_folder)
        foot.addStretch(1)
        foot.addWidget(self.trust)
        foot.addWidget(self.later)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.path)
        column.addWidget(self.about)
        column.addWidget(Plain("Files", "section", self))
        column.addLayout(body, 1)
        column.addLayout(foot)

    def _next(self) -> None:
        nodes = self._workspace.custom_nodes
        waiting = nodes.strangers() if nodes is not None else ()
        self._stranger = waiting[0] if waiting else None
        if self._stranger is not None:
            self._show(self._stranger)
        elif self.isVisible():
            self.accept()

    def _show(self, stranger: Stranger) -> None:
        tab = self._workspace.current
        name = tab.session.name if tab is not None else "The document"
        kinds = ", ".join(stranger.types)
        what, whose = ("node", "its") if len(stranger.types) == 1 else ("nodes", "their")
        if stranger.types:
            self.title.setText(f"“{name}” uses the custom {what} {kinds}. May {whose} code run?")
        else:
            self.title.setText("Your folder of custom nodes holds files. May their code run?")
        self.path.setText(str(stranger.folder))
        self.about.setText(_ABOUT if stranger.files else _GONE)
        self.trust.setEnabled(bool(stranger.files))
        self.show_folder.setEnabled(stranger.folder.is_dir())
        self.files.clear()
        self.files.addItems([path.name for path in stranger.files])
        used = [at for at, path in enumerate(stranger.files) if path.stem in stranger.types]
        self.files.setCurrentRow(used[0] if used else 0)

    def _on_row(self, row: int) -> None:
        files = self._stranger.files if self._stranger is not None else ()
        self.text.setPlainText(_read(files[row]) if 0 <= row < len(files) else "")

    def _on_trust(self) -> None:
        nodes = self._workspace.custom_nodes
        if nodes is not None and self._stranger is not None:
            nodes.trust(self._stranger.folder)
        self._next()

    def _on_later(self) -> None:
        nodes = self._workspace.custom_nodes
        if nodes is not None and self._stranger is not None:
            nodes.leave(self._stranger.folder)
        self.reject()

    def _on_show(self) -> None:
        if self._stranger is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._stranger.folder)))


def _read(path: Path) -> str:
    try:
        return read_file(path, _MOST_BYTES).decode("utf-8", "replace")
    except FileError as error:
        return str(error)
