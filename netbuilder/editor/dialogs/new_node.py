"""A node type of one's own: its name and where its file is kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.custom_nodes import name_problem
from netbuilder.catalogue.folders import node_files, trusted
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.files.errors import FileError

_SIZE = 480, 270  # px; with room for a long path and a sentence
_ABOUT = (
    "A file is written from a template that works as it is, and opened in your editor. "
    "Saving it reads it again; nothing needs a restart."
)


class NewNodeDialog(QDialog):
    """Asks for a name and a folder; the node is among the layers when it closes."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setObjectName("new_node")
        self.setWindowTitle("New custom node")
        self._build()
        self._fill()
        open_at(self, *_SIZE)
        self.name.setFocus()

    def _build(self) -> None:
        self.name = QLineEdit(self)
        introduce(self.name, "Name", "What the node is called, such as Gated mix.", "node_name")
        self.name.setPlaceholderText("Gated mix")
        self.folder = Combo(self)
        introduce(self.folder, "Folder", "Where the file is kept.", "node_folder")
        self.file = Wrapped("", "secondary", self)
        self.file.setObjectName("node_file")
        self.problem = Wrapped("", "error", self)
        self.problem.setObjectName("node_problem")
        self.make = QPushButton("Create", self)
        introduce(self.make, "Create", "Write the file and open it in your editor.", "create")
        self.make.setDefault(True)
        self.make.setProperty("role", "primary")
        cancel = QPushButton("Cancel", self)
        introduce(cancel, "Cancel", "Make nothing.", "cancel")
        cancel.setAutoDefault(False)
        self.name.textChanged.connect(self._refresh)
        self.folder.currentIndexChanged.connect(self._refresh)
        self.make.clicked.connect(self._on_create)
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(6)
        column.addWidget(Wrapped(_ABOUT, "secondary", self))
        column.addSpacing(6)
        for title, field in (("Name", self.name), ("Folder", self.folder)):
            column.addWidget(Plain(title, "section", self))
            column.addWidget(field)
        column.addWidget(self.file)
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addSpacing(6)
        column.addLayout(foot)

    def _fill(self) -> None:
        nodes = self._workspace.custom_nodes
        titles = ("Your own nodes", "Beside this document")
        for title, folder in zip(titles, nodes.folders() if nodes else (), strict=False):
            self.folder.addItem(title, str(folder))
        self._refresh()

    def _chosen(self) -> Path:
        return Path(str(self.folder.currentData() or "."))

    def _refresh(self) -> None:
        folder, name = self._chosen(), self.name.text().strip()
        problem, type_id = name_problem(name, folder, standard_catalogue())
        self.file.setText(f"{folder / f'{type_id}.py'}" if not problem else str(folder))
        self.make.setEnabled(not problem)
        there = node_files(folder) if folder not in trusted() else []
        if name and problem:
            self._warn(problem[:1].upper() + problem[1:] + ".")
        elif there:
            files = f"{len(there)} file{'' if len(there) == 1 else 's'}"
            self._warn(f"The folder holds {files} already, whose code will run with the new one.")
        else:
            self._warn("")
        self.make.setText("Create and trust the folder" if there else "Create")

    def _warn(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _on_create(self) -> None:
        nodes = self._workspace.custom_nodes
        if nodes is None:
            return
        try:
            nodes.make(self._chosen(), self.name.text().strip())
        except FileError as error:
            self._warn(str(error))
            return
        self.accept()
