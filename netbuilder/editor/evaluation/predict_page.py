"""The page that predicts a file: a table, images or arrays, into a CSV file beside it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QHideEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.editor.beside import Beside, last_words
from netbuilder.editor.evaluation.page import Page, Shown
from netbuilder.editor.widgets.figure_table import FigureTable
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.node_api.axes import counted

MOST_ROWS = 200
_FILTER = (
    "Tables, texts, images and arrays (*.csv *.tsv *.txt *.md *.py *.parquet *.pq *.png *.jpg *.jpeg *.npy *.npz)"
    ";;All files (*)"
)
_HINT = (
    "Choose a table with the columns that the network was trained on, in any order, an image or a folder "
    "of images, or an array. What it says is written to a CSV file beside it."
)


class PredictPage(Page):
    """A file is chosen, predicted in a process beside the editor, and its first rows are shown."""

    title = "Predict"

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._out = Path()
        self._samples = 0
        self._trouble = ""
        self._dialog: QFileDialog | None = None
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)
        self.file = QPushButton("Choose File…", self)
        self.folder = QPushButton("Choose Folder…", self)
        self.place = QPushButton("Open Its Folder", self)
        self.said = Wrapped(_HINT, "secondary", self)
        self.table = FigureTable(
            "Predictions", "The first rows of the file that was written.", self, numbers_from=3
        )
        self._introduce()
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.file, self.folder, self.place):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(buttons)
        column.addWidget(self.said)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        self.line.addLayout(column)
        self._show_state()

    @property
    def running(self) -> bool:
        """Whether a file is being predicted."""
        return self._process.running

    def put(self, shown: Shown) -> None:
        """It asks for the shown run when a file is chosen."""

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """With the window, the process goes."""
        super().hideEvent(event)
        if not self.window().isVisible():
            self._process.stop_now()

    def predict(self, path: Path) -> None:
        """Predict a file, or a folder of images, with the shown run."""
        runs = self._workspace.runs
        if runs is None or runs.shown is None or self.running:
            return
        self._out, self._samples, self._trouble = _beside(path), 0, ""
        self.table.put([], [])
        self.said.setText(f"Predicting {path.name}…")
        run = str(runs.shown.path)
        arguments = ("predict", run, str(path), "-o", str(self._out), "--json")
        self._process.start("netbuilder", arguments)
        self._show_state()

    def _on_button(self) -> None:
        if self.running:
            self._process.cancel()
        else:
            self._ask(QFileDialog.FileMode.ExistingFile)

    def _on_folder(self) -> None:
        self._ask(QFileDialog.FileMode.Directory)

    def _on_place(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._out.parent)))

    def _ask(self, mode: QFileDialog.FileMode) -> None:
        if self._dialog is not None:
            return
        dialog = QFileDialog(self, "Predict", str(self._out.parent))
        dialog.setObjectName("predict_file")
        dialog.setFileMode(mode)
        if mode == QFileDialog.FileMode.ExistingFile:
            dialog.setNameFilter(_FILTER)
        dialog.fileSelected.connect(self._on_file)
        dialog.finished.connect(self._on_dialog_done)
        self._dialog = dialog
        dialog.open()

    def _on_file(self, name: str) -> None:
        self.predict(Path(name))

    def _on_dialog_done(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None

    def _on_said(self, said: dict[str, Any]) -> None:
        if "error" in said:
            text = str(said["error"])
            name = "." in text.split(" ")[0]  # of a file, which is written as it is
            self._trouble = f"{text if name else text[:1].upper() + text[1:]}."
            return
        self._samples = int(said["samples"])
        left_out = "".join(f"\n{note}." for note in said["notes"])
        self.said.setText(f"{counted(self._samples, 'sample')} in {self._out}.{left_out}")

    def _on_not_started(self, text: str) -> None:
        self.said.setText(f"The prediction cannot be started: {text}")
        self._show_state()

    def _on_ended(self, code: int, complained: str) -> None:
        if self._process.cancelled:
            self.said.setText("The prediction was stopped.")
        elif self._trouble:
            self.said.setText(self._trouble)
        elif code:
            said = last_words(complained, code)
            self.said.setText(f"The prediction ended unexpectedly: {said}")
        else:
            self._workspace.tasks.submit(
                self, "predictions", _reading(self._out), self._on_read, self._on_unreadable
            )
        self._show_state()

    def _on_read(self, rows: list[list[str]]) -> None:
        heads, *found = rows
        self.table.put(heads, found)
        self._show_state()

    def _on_unreadable(self, error: Exception) -> None:
        self.said.setText(f"{self._out} cannot be read: {error}")

    def _show_state(self) -> None:
        self.file.setText("Cancel" if self.running else "Choose File…")
        self.folder.setEnabled(not self.running)
        self.table.setVisible(self.table.topLevelItemCount() > 0)
        self.place.setVisible(self._samples > 0 and not self.running)

    def _introduce(self) -> None:
        about = "Choose a table, an image or an array to predict, or stop predicting one."
        introduce(self.file, "Choose file", about, "predict_choose_file")
        self.file.clicked.connect(self._on_button)
        about = "Choose a folder of images to predict."
        introduce(self.folder, "Choose folder", about, "predict_choose_folder")
        self.folder.clicked.connect(self._on_folder)
        about = "Show the folder of the file that was written."
        introduce(self.place, "Open its folder", about, "predict_open_folder")
        self.place.clicked.connect(self._on_place)


def _beside(path: Path) -> Path:
    """A file beside another that is not there yet: ``iris_predicted.csv``, ``iris_predicted-2.csv``."""
    stem = f"{path.name if path.is_dir() else path.stem}_predicted"
    found, number = path.with_name(f"{stem}.csv"), 2
    while found.exists():
        found = path.with_name(f"{stem}-{number}.csv")
        number += 1
    return found


def _reading(path: Path) -> Callable[[], list[list[str]]]:
    """What reads the first rows of a CSV file, the names of its columns first."""

    def read() -> list[list[str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(islice(csv.reader(file), MOST_ROWS + 1))

    return read
