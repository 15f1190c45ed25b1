"""The fields of an export: what of the document, how, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from netbuilder.app.run_choices import RunChoice
from netbuilder.editor.dialogs.export_formats import (
    FORMATS,
    WITH_WEIGHTS,
    Format,
    completed,
    retargeted,
    trouble_with,
    warning_about,
)
from netbuilder.editor.look import ui_font
from netbuilder.editor.pictures import Wanted
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.tips import introduce

_LABEL_WIDTH = 92
_SCALES = (1, 2, 3, 4)
_FRESH = "Fresh weights, not trained"


class ExportForm(QWidget):
    """The fields that belong to the chosen format.

    Attributes:
        changed: Something was chosen or typed.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_form")
        self._format = FORMATS[0]
        self._browser: QFileDialog | None = None
        self._written = ""
        self.weights = self._combo("Weights", "Which weights are written.", "export_weights")
        self.shows = self._combo("Shows", "Which graphs are drawn.", "export_shows")
        self.kind = self._combo("Type", "The kind of picture file.", "export_kind")
        for kind, words in (
            ("svg", "SVG, sharp at any size"),
            ("png", "PNG, for slides and chats"),
            ("pdf", "PDF, for print"),
        ):
            self.kind.addItem(words, kind)
        self.theme = self._combo("Theme", "The colours of the picture.", "export_theme")
        self.theme.addItem("Light", "light")
        self.theme.addItem("Dark", "dark")
        self.scale = self._combo(
            "Scale", "How many pixels stand for one of the canvas at 100%.", "export_scale"
        )
        for scale in _SCALES:
            self.scale.addItem(f"{scale}\N{MULTIPLICATION SIGN}", scale)
        self.scale.setCurrentIndex(1)
        self.transparent = QCheckBox("Transparent ground", self)
        introduce(
            self.transparent,
            "Transparent ground",
            "Leave out the colour behind the cards, and the grid.",
            "export_transparent",
        )
        self.inside = QCheckBox("Preprocessing inside", self)
        introduce(
            self.inside,
            "Preprocessing inside",
            "Let the file take numbers as the data have them: gaps, scaling and the other steps go into it.",
            "export_inside",
        )
        self.target = QLineEdit(self)
        introduce(self.target, "Write to", "The file or folder to write.", "export_target")
        self.browse = QPushButton("Browse…", self)
        introduce(self.browse, "Browse", "Choose the file or folder.", "export_browse")
        self.browse.setAutoDefault(False)
        self.note = QLabel(self)
        self.note.setObjectName("export_note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.note.setProperty("role", "secondary")
        self._rows = self._lay_out()
        self._connect()
        self.show_runs(())
        self.show_format(self._format)

    # What is chosen

    @property
    def run(self) -> RunChoice | None:
        """The run whose weights are wanted; None for fresh ones, and where no weights are written."""
        if self._format.id not in WITH_WEIGHTS:
            return None
        found = self.weights.currentData()
        return found if isinstance(found, RunChoice) else None

    @property
    def with_preprocessing(self) -> bool:
        """Whether the file is to prepare its inputs by itself."""
        return self._takes_preprocessing and self.inside.isChecked()

    @property
    def _takes_preprocessing(self) -> bool:
        """Only an ONNX file can, and only a run says what it was."""
        return self._format.id == "onnx" and self.run is not None

    @property
    def path(self) -> Path:
        """The file or folder to write."""
        return completed(self.target.text(), self._format, self.picture_kind)

    @property
    def picture_kind(self) -> str:
        """The kind of picture."""
        return str(self.kind.currentData())

    @property
    def trouble(self) -> str:
        """Why nothing can be written there; empty if it can."""
        return trouble_with(self.target.text(), self._format, self.picture_kind)

    def wanted(self) -> Wanted:
        """How the picture is wanted."""
        shown = self.shows.currentData()
        return Wanted(
            kind=self.picture_kind,
            groups=tuple(shown) if isinstance(shown, list | tuple) else ("",),
            theme=str(self.theme.currentData()),
            scale=float(self.scale.currentData()),
            transparent=self.transparent.isChecked(),
            font=ui_font().family(),
        )

    # What is shown

    def show_format(self, wanted: Format) -> None:
        """Show the fields of a format, and let the target end as it asks for."""
        self._format = wanted
        if self.target.text().strip():
            self.target.setText(retargeted(self.target.text(), wanted, self.picture_kind))
        self._on_changed()

    def show_runs(self, runs: Sequence[RunChoice], preferred: Path | None = None) -> None:
        """Offer runs, the newest first, and fresh weights; keep what is chosen."""
        chosen = self.weights.currentData()
        kept = chosen.path if isinstance(chosen, RunChoice) else preferred
        self.weights.blockSignals(True)
        self.weights.clear()
        for run in runs:
            said = f": {run.sentence}" if run.sentence else ""
            self.weights.addItem(f"{run.name}{said}", run)
        self.weights.addItem(_FRESH, None)
        at = next((i for i, run in enumerate(runs) if run.path == kept), 0)
        self.weights.setCurrentIndex(at)
        self.weights.blockSignals(False)
        self._on_changed()

    def show_graphs(self, shown: tuple[str, str], everything: Sequence[tuple[str, str]]) -> None:
        """Offer the shown graph and all graphs, each by id and title."""
        self.shows.blockSignals(True)
        self.shows.clear()
        self.shows.addItem(f"The shown graph: {shown[1]}", (shown[0],))
        if len(everything) > 1:
            ids = tuple(id for id, _ in everything)
            self.shows.addItem(f"All {len(ids)} graphs", ids)
        self.shows.blockSignals(False)
        self._on_changed()

    def _on_changed(self) -> None:
        picture, chosen = self._format.id == "picture", self.picture_kind
        for name, label, field in self._rows:
            seen = {
                "weights": self._format.id in WITH_WEIGHTS,
                "inside": self._takes_preprocessing,
                "scale": picture and chosen == "png",
                "target": True,
            }.get(name, picture)
            label.setVisible(seen)
            field.setVisible(seen)
        text = self.target.text()
        if text.strip() and Path(text.strip()).suffix in (".svg", ".png", ".pdf") and picture:
            fit = retargeted(text, self._format, chosen)
            if fit != text:
                self.target.setText(fit)
                return  # it comes back here with the new text
        self._tell()
        self.changed.emit()

    def set_written(self, path: str) -> None:
        """Say what was just written: that it is there now is no news."""
        self._written = path
        self._tell()

    def _tell(self) -> None:
        said = [self.trouble]
        if not self.trouble and str(self.path) != self._written:
            said.append(warning_about(self.target.text(), self._format, self.picture_kind))
        run = self.run
        if run is not None and not run.is_same:
            said.append(
                "The network has changed since this run; the version it trained is written."
            )
        text = "\n".join(one for one in said if one)
        self.note.setText(text)
        self.note.setVisible(bool(text))

    # Browse

    def _on_browse(self) -> None:
        if self._browser is not None:
            return
        path, project = self.path, self._format.id == "project"
        dialog = QFileDialog(self, "Export to", str(path.parent))
        dialog.setObjectName("export_browser")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        if project:
            dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        else:
            dialog.setDefaultSuffix(path.suffix.lstrip("."))
        # What is there already is told below the field.
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.selectFile(path.name)
        dialog.fileSelected.connect(self._on_browsed)
        dialog.finished.connect(self._on_browser_closed)
        self._browser = dialog
        dialog.open()

    def _on_browsed(self, path: str) -> None:
        self.target.setText(str(completed(path, self._format, self.picture_kind)))

    def _on_browser_closed(self) -> None:
        if self._browser is not None:
            self._browser.deleteLater()
            self._browser = None

    # How it is put together

    def _connect(self) -> None:
        for combo in (self.weights, self.shows, self.kind, self.theme, self.scale):
            combo.currentIndexChanged.connect(self._on_changed)
        self.transparent.toggled.connect(self._on_changed)
        self.target.textChanged.connect(self._on_changed)
        self.browse.clicked.connect(self._on_browse)

    def _combo(self, name: str, sentence: str, object_name: str) -> Combo:
        combo = Combo(self)
        introduce(combo, name, sentence, object_name)
        combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        combo.setMinimumWidth(120)
        return combo

    def _lay_out(self) -> list[tuple[str, QLabel, QWidget]]:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        where = QWidget(self)
        line = QHBoxLayout(where)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.target, 1)
        line.addWidget(self.browse)
        rows: list[tuple[str, str, QWidget]] = [
            ("weights", "Weights", self.weights),
            ("shows", "Shows", self.shows),
            ("kind", "Type", self.kind),
            ("theme", "Theme", self.theme),
            ("scale", "Scale", self.scale),
            ("transparent", "", self.transparent),
            ("inside", "", self.inside),
            ("target", "Write to", where),
        ]
        made = []
        for row, (name, words, field) in enumerate(rows):
            label = QLabel(words, self)
            label.setProperty("role", "secondary")
            label.setBuddy(self.target if name == "target" else field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            made.append((name, label, field))
        grid.addWidget(self.note, len(rows), 1)
        return made
