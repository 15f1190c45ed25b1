"""The offer to download a public set that is not on this computer yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from netbuilder.app.downloading import MODULE, question
from netbuilder.data.fetching import missing_files, place_of
from netbuilder.data.public_sets import megabytes
from netbuilder.data.registry import sources
from netbuilder.data.source import DataError
from netbuilder.editor.beside import Beside, last_words
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce

_STEPS = 1000


class DataDownload(QFrame):
    """Says what would be downloaded, and does it in a process beside the editor when it is asked to.

    Attributes:
        arrived: What was wanted is there now.
    """

    arrived = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_download")
        self._data: Mapping[str, Any] = {}
        self._folder = Path()
        self._name = ""  # of the source that is being downloaded
        self._total = 1
        self._trouble = ""
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)
        self.said = Wrapped("", "", self)
        self.said.setObjectName("download_said")
        self.trouble = Wrapped("", "error", self)
        self.trouble.setObjectName("download_trouble")
        self.bar = QProgressBar(self)
        self.bar.setObjectName("download_bar")
        self.bar.setAccessibleName("Share of the download that is there")
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.button = QPushButton(self)
        self.button.setAutoDefault(False)
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._on_start)
        self.stop = QPushButton("Stop", self)
        self.stop.setAutoDefault(False)
        introduce(
            self.stop,
            "Stop the download",
            "Stop the download; what is there is kept, and the next one goes on from it.",
            "download_stop",
        )
        self.stop.clicked.connect(self._process.cancel)
        buttons = QHBoxLayout()
        buttons.addWidget(self.button)
        buttons.addWidget(self.stop)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for widget in (self.said, self.bar, self.trouble):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.hide()

    def fill(self, data: Mapping[str, Any], folder: Path) -> bool:
        """Show what is missing of the data of a document; whether anything is.

        Args:
            data: The document's ``data``.
            folder: Where relative paths start.
        """
        if data.get("source") != self._data.get("source"):
            self._trouble = ""
        self._data, self._folder = data, folder
        try:
            files = missing_files(data, folder)
        except DataError:  # which the preview tells
            files = ()
        self.setVisible(bool(files))
        if not files:
            return False
        name = str(data["source"])
        title, size = sources()[name].title, megabytes(files)
        running = self._process.running
        mine = running and name == self._name
        if not mine:
            self.said.setText(
                f"{title} is not on this computer yet. Its {_files(len(files))} {size}, can be downloaded "
                f"once from {files[0].homes[0].split('/')[2]} and kept in {place_of(data, folder)}. "
                "Or name a folder that has them: path."
            )
        sentence = (
            f"Download {title}, {size}; another download is under way."
            if running
            else f"Download {title}, {size}, and show its samples."
        )
        self.button.setText(f"Download {size}")
        introduce(self.button, f"Download {title}", sentence, "download")
        self.button.setEnabled(not running)
        self.button.setVisible(not mine)
        self.stop.setVisible(mine)
        self.bar.setVisible(mine)
        self.trouble.setText(self._trouble)
        self.trouble.setVisible(bool(self._trouble) and not mine)
        return True

    def _on_start(self) -> None:
        files = missing_files(self._data, self._folder)
        self._name, self._trouble = str(self._data["source"]), ""
        self._total = sum(one.size for one in files)
        self._process.start(MODULE)
        self._process.ask(question(files, place_of(self._data, self._folder)))
        self._show_share(0)
        self.fill(self._data, self._folder)

    def _show_share(self, have: int) -> None:
        self.bar.setValue(round(_STEPS * have / self._total))
        title = sources()[self._name].title
        if self._data.get("source") == self._name:
            self.said.setText(
                f"{title} is being downloaded: {have / 1e6:,.1f} of {self._total / 1e6:,.1f} MB."
            )

    def _on_said(self, answer: Mapping[str, Any]) -> None:
        if "have" in answer:
            self._show_share(int(answer["have"]))
        elif "error" in answer:
            self._end(str(answer["error"]))

    def _on_not_started(self, text: str) -> None:
        self._end(f"The download cannot be started: {text}")
        self.fill(self._data, self._folder)

    def _on_ended(self, code: int, complained: str) -> None:
        if code and not self._process.cancelled:
            self._end(f"The download ended unexpectedly: {last_words(complained, code)}")
        if not self.fill(self._data, self._folder):
            self.arrived.emit()

    def _end(self, sentence: str) -> None:
        if self._data.get("source") == self._name:
            self._trouble = sentence


def _files(count: int) -> str:
    return "file," if count == 1 else f"{count} files,"
