"""The samples behind a figure: as pictures, or as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from netbuilder.app.samples import Samples
from netbuilder.editor.dialogs.document_dialog import scrolled
from netbuilder.editor.dialogs.sample_pictures import SamplePictures
from netbuilder.editor.looking import Places
from netbuilder.editor.widgets.figure_table import FigureTable
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.workspace import Workspace

MOST = 24
_SIDE = 80


class SampleStrip(QWidget):
    """Samples that a process beside the editor reads."""

    def __init__(self, workspace: Workspace, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._workspace = workspace
        self._wanted: Places | None = None
        self._said: Mapping[int, str] = {}
        self.title = Wrapped("", "secondary", self)
        self.pictures = SamplePictures(side=_SIDE, whole_rows=False)
        self.table = FigureTable("Samples", "The samples with what was said of them.", self)
        self._area, column = scrolled("sample_area")
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.pictures)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(6)
        outer.addWidget(self.title)
        outer.addWidget(self._area, 1)
        outer.addWidget(self.table, 1)
        workspace.looking.fetched.connect(self._on_fetched)
        workspace.looking.failed.connect(self._on_failed)
        self.clear("")

    def clear(self, text: str) -> None:
        """Show a sentence and no samples."""
        self._wanted = None
        self.title.setText(text)
        self._area.hide()
        self.table.hide()

    def put(self, title: str, places: Places, said: Mapping[int, str]) -> None:
        """Show samples.

        Args:
            title: What they are.
            places: Where they are.
            said: What is told of each, by its place.
        """
        self._said = said
        self.title.setText(title)
        if not places.places:
            self.clear(title)
            return
        self._wanted = places
        known = self._workspace.looking.known(places)
        if isinstance(known, Samples):
            self._show(known)
        else:
            self._workspace.looking.look(self.objectName(), places)

    def _on_fetched(self, places: Places, found: Samples) -> None:
        if places == self._wanted:
            self._show(found)

    def _on_failed(self, asked: object, sentence: str) -> None:
        if asked == self._wanted:
            self.clear(sentence)

    def _show(self, found: Samples) -> None:
        assert self._wanted is not None
        said = [self._said.get(place, "") for place in self._wanted.places]
        if found.pictures:
            told = [
                replace(one, label=text) for one, text in zip(found.pictures, said, strict=True)
            ]
            self.pictures.put(told)
        else:
            heads, rows = _beside(found, said)
            self.table.put(heads, rows)
        self._area.setVisible(bool(found.pictures))
        self.table.setVisible(not found.pictures)


def _beside(found: Samples, said: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    rows = found.rows or tuple(() for _ in said)
    return ["Said", *found.heads], [[text, *row] for text, row in zip(said, rows, strict=True)]
