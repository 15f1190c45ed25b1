"""What augmentation makes of a training sample, in the data window."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.app.samples import Samples
from netbuilder.editor.dialogs.sample_pictures import SamplePictures
from netbuilder.editor.looking import Data, Draws, Looking
from netbuilder.editor.widgets.figure_table import FigureTable
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce

_ROWS_HEIGHT = 250


class AugmentDraws(QWidget):
    """A sample as it is and several draws of what is done to it; another sample, or other draws, at a press."""

    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("augment_draws")
        self._looking = looking
        self._data: Data | None = None
        self._place = self._seed = 0
        self._wanted: Draws | None = None
        self.pictures = SamplePictures(side=72, whole_rows=False)
        self.pictures.setObjectName("augment_pictures")
        self.table = FigureTable(
            "Draws", "A sample as it is, and what augmentation makes of it.", self, numbers_from=9
        )
        self.table.setFixedHeight(_ROWS_HEIGHT)
        self.said = Wrapped("", "secondary", self)
        self.said.setObjectName("augment_said")
        self.again = QPushButton("Draw again", self)
        introduce(self.again, "Draw again", "Change the same sample anew.", "augment_again")
        self.other = QPushButton("Another sample", self)
        introduce(self.other, "Another sample", "Change the next training sample.", "augment_other")
        for button in (self.again, self.other):
            button.setProperty("role", "small")
            button.setAutoDefault(False)
        self.again.clicked.connect(self._on_again)
        self.other.clicked.connect(self._on_other)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.again)
        buttons.addWidget(self.other)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.pictures)
        column.addWidget(self.table)
        column.addWidget(self.said)
        column.addLayout(buttons)
        looking.fetched.connect(self._on_fetched)
        looking.failed.connect(self._on_failed)
        self._show(None)

    def fill(self, data: Data | None) -> None:
        """Show what is done to samples of these data; None where nothing is."""
        if data != self._data:
            self._data = data
            self._look()

    def _look(self) -> None:
        if self._data is None:
            self._wanted = None
            return
        self._wanted = Draws(self._data.text, self._data.folder, self._place, self._seed)
        known = self._looking.known(self._wanted)
        if isinstance(known, Samples):
            self._show(known)
        else:
            self._looking.look(self.objectName(), self._wanted)

    def _on_again(self) -> None:
        self._seed += 1
        self._look()

    def _on_other(self) -> None:
        self._place += 1
        self._look()

    def _on_fetched(self, asked: object, found: Samples) -> None:
        if asked == self._wanted:
            self._show(found)

    def _on_failed(self, asked: object, sentence: str) -> None:
        if asked == self._wanted:
            self._show(None)
            self.said.setText(sentence)
            self.said.show()

    def _show(self, found: Samples | None) -> None:
        self.pictures.setVisible(bool(found and found.pictures))
        self.table.setVisible(bool(found and found.rows))
        self.said.hide()
        if found is None:
            return
        if found.pictures:
            self.pictures.put(found.pictures)
        elif found.rows:
            self.table.put(found.heads, found.rows)
