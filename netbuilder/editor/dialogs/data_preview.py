"""What the chosen data are: sizes of the split, a few samples, and what was done to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.samples import Preview
from netbuilder.check.fields import Field
from netbuilder.editor.dialogs.augment_draws import AugmentDraws
from netbuilder.editor.dialogs.data_download import DataDownload
from netbuilder.editor.dialogs.data_findings import DataFigures, DataFindings
from netbuilder.editor.dialogs.document_dialog import scrolled
from netbuilder.editor.dialogs.sample_pictures import SamplePictures
from netbuilder.editor.dialogs.split_bar import SplitBar
from netbuilder.editor.look import Look
from netbuilder.editor.looking import Data, Looking
from netbuilder.editor.widgets.figure_rows import Figure, FigureRows
from netbuilder.editor.widgets.figures import shape
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.section import Section

_ROW = 26
_WORD = 24  # letters; what is longer is a text


class DataPreview(QWidget):
    """The right half of the data window.

    Attributes:
        fields: The names of the fields of what is shown.
    """

    def __init__(self, look: Look, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: tuple[str, ...] = ()
        self.progress = QProgressBar(self)
        self.progress.setObjectName("reading")
        self.progress.setAccessibleName("Reading the samples")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self._said = Wrapped("", "secondary", self)
        self._said.setObjectName("preview_said")
        self._trouble = QFrame(self)
        self._trouble.setProperty("role", "error")
        self._sentence = Wrapped()
        self._sentence.setObjectName("preview_trouble")
        inside = QVBoxLayout(self._trouble)
        inside.setContentsMargins(10, 8, 10, 8)
        inside.addWidget(self._sentence)
        self.download = DataDownload(self)
        self.sizes = SplitBar()
        self.pictures = SamplePictures()
        self.table = _table()
        self.notes = Wrapped("", "secondary")
        self.notes.setObjectName("preview_notes")
        self.findings = DataFindings(look)
        self.figures = DataFigures()
        self.draws = AugmentDraws(looking)
        self._drawn = Section("Augmented")
        self._drawn.body.addWidget(self.draws)
        self._drawn.hide()
        self._found = QWidget()
        self._lay_out()
        self.say("")

    def wait(self, *, other: bool) -> None:
        """Say that the samples are being read; those of the same source stay meanwhile."""
        if other:
            self._found.hide()
        self.progress.show()
        self._found.setEnabled(False)
        self._trouble.hide()
        if self._found.isHidden():
            self._said.setText("Reading the samples\N{HORIZONTAL ELLIPSIS}")
            self._said.show()

    def say(self, text: str) -> None:
        """Show a sentence and nothing else."""
        self._turn(said=text)

    def fail(self, sentence: str) -> None:
        """Show why there are no samples."""
        self._sentence.setText(sentence)
        self._turn(trouble=True)

    def put(self, found: Preview) -> None:
        """Show data."""
        self.fields = tuple(found.fields)
        self.sizes.put(found.sizes)
        self.pictures.put(found.pictures)
        self.pictures.setVisible(bool(found.pictures))
        self._put_rows(found.heads, found.rows)
        self.listed.put([_row(field) for field in found.fields.values()])
        self.notes.setText("\n".join(found.notes))
        self.notes.setVisible(bool(found.notes))
        self._turn(found=True)

    def augment(self, data: Data | None) -> None:
        """Show what augmentation does to samples of these data; None where it does nothing."""
        self._drawn.setVisible(data is not None)
        self.draws.fill(data)

    def inspect(self, found: Mapping[str, Any] | None, trouble: str = "") -> None:
        """Show what an inspection found out; None while it is being made, or could not be."""
        self.figures.setVisible(found is not None)
        if found is None:
            self.findings.wait()
            if trouble:
                self.findings.said.setText(trouble)
            return
        self.findings.put(found["findings"])
        self.figures.put(found)

    def _put_rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = self.table
        table.setVisible(bool(rows))
        table.setColumnCount(len(heads))
        table.setRowCount(len(rows))
        sides = [_side([row[column] for row in rows]) for column in range(len(heads))]
        for column, head in enumerate(heads):
            item = QTableWidgetItem(head)
            item.setTextAlignment(sides[column])
            table.setHorizontalHeaderItem(column, item)
        for y, row in enumerate(rows):
            table.setRowHeight(y, _ROW)
            for x, cell in enumerate(row):
                item = QTableWidgetItem(cell)
                item.setTextAlignment(sides[x])
                table.setItem(y, x, item)
        table.setFixedHeight(_ROW * (len(rows) + 1) + 18)

    def _lay_out(self) -> None:
        area, column = scrolled("preview_area")
        inner = QVBoxLayout(self._found)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addWidget(self.sizes)
        findings = Section("Findings")
        findings.body.addWidget(self.findings)
        inner.addWidget(findings)
        inner.addWidget(self._drawn)
        samples = Section("Samples")
        samples.body.setSpacing(8)
        samples.body.addWidget(self.pictures)
        samples.body.addWidget(self.table)
        inner.addWidget(samples)
        fields = Section("Fields")
        self.listed = FigureRows(fields)
        self.listed.setObjectName("preview_fields")
        fields.body.addWidget(self.listed)
        inner.addWidget(fields)
        inner.addWidget(self.figures)
        inner.addWidget(self.notes)
        column.addWidget(self._said)
        column.addWidget(self._trouble)
        column.addWidget(self.download)
        column.addWidget(self._found)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.progress)
        outer.addWidget(area, 1)

    def _turn(self, said: str = "", *, trouble: bool = False, found: bool = False) -> None:
        self.progress.hide()
        self._found.setEnabled(True)
        self._said.setText(said)
        self._said.setVisible(bool(said))
        self._trouble.setVisible(trouble)
        self._found.setVisible(found)


def _side(cells: Sequence[str]) -> Qt.AlignmentFlag:
    """Sentences start at the left; numbers, and words between them, end at the right."""
    text = any(len(cell) > _WORD for cell in cells)
    side = Qt.AlignmentFlag.AlignLeft if text else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _row(field: Field) -> Figure:
    classes = f"{len(field.classes)} classes: {', '.join(field.classes)}" if field.classes else ""
    said = f"{len(field.classes)} classes" if field.classes else shape(field.shape)
    if field.classes and field.shape:
        said = f"{shape(field.shape)}, {said}"
    return Figure(field.name, said, f"{field.role} {field.dtype}", classes)


def _table() -> QTableWidget:
    table = QTableWidget()
    table.setObjectName("sample_rows")
    table.setAccessibleName("Samples")
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return table
