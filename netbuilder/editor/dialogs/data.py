"""The window where the samples of a document are chosen, split and looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from netbuilder.app.samples import Preview
from netbuilder.data.augment import Augment
from netbuilder.data.registry import sources
from netbuilder.data.settings import Scaling, Split
from netbuilder.editor.dialogs.data_edits import (
    part_of,
    with_augment,
    with_param,
    with_scaling,
    with_source,
    with_split,
)
from netbuilder.editor.dialogs.data_preview import DataPreview
from netbuilder.editor.dialogs.document_dialog import DocumentDialog, scrolled
from netbuilder.editor.dialogs.step_edits import (
    steps_of,
    with_step,
    with_step_added,
    with_step_moved,
    without_step,
)
from netbuilder.editor.dialogs.step_list import StepList
from netbuilder.editor.looking import Data, Document
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.section import Section
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.files.errors import FileError
from netbuilder.graph import edits
from netbuilder.node_api.params import Param, ParamError

_PAUSE = 250  # ms after an edit before the data are read anew
_GROUPS = tuple(dict.fromkeys(param.group for param in Augment.params.values()))
_NONE = "Choose\N{HORIZONTAL ELLIPSIS}"


class DataDialog(DocumentDialog):
    """Source, split and scaling, with the samples they give; all holds at once and can be undone."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, "Data", parent)
        self.setObjectName("data_dialog")
        open_at(self, 860, 640)
        self._source = ""
        self._read: Mapping[str, Any] | None = None
        self._shown: Data | None = None
        self._inspected: Document | None = None
        self.params: Form | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._look)
        self.box = Combo()
        introduce(self.box, "Data source", "Where the samples come from.", "data_source")
        self.box.setPlaceholderText(_NONE)
        for name, source in sources().items():
            self.box.addItem(source.title, name)
        self.box.setCurrentIndex(-1)
        self.box.activated.connect(self._on_source)
        self.doc = Wrapped("", "secondary")
        self.split = Form(Split.params)
        self.split.edited.connect(self._on_split)
        self.split.restored.connect(self._on_split_restored)
        self.split.ended.connect(self.seal)
        self.steps = StepList()
        self.steps.added.connect(self._on_step_added)
        self.steps.edited.connect(self._on_step)
        self.steps.restored.connect(self._on_step_restored)
        self.steps.moved.connect(self._on_step_moved)
        self.steps.removed.connect(self._on_step_removed)
        self.steps.ended.connect(self.seal)
        self.scaling = Form(Scaling.params)
        self.scaling.edited.connect(self._on_scaling)
        self.scaling.restored.connect(self._on_scaling_restored)
        self.scaling.ended.connect(self.seal)
        self.augment = Form(Augment.params, folded=_GROUPS)
        self.augment.edited.connect(self._on_augment)
        self.augment.restored.connect(self._on_augment_restored)
        self.augment.ended.connect(self.seal)
        self.preview = DataPreview(workspace.look, workspace.looking)
        self.preview.download.arrived.connect(self._look)
        self.preview.findings.node_wanted.connect(self._on_node)
        self.preview.findings.offer_wanted.connect(self._on_offer)
        workspace.looking.seen.connect(self._on_seen)
        workspace.looking.inspected.connect(self._on_inspected)
        workspace.looking.failed.connect(self._on_failed)
        self._lay_out()

    def fill(self, tab: Tab) -> None:
        """Show the data settings of a document."""
        other = self.tab is not tab
        self.tab = tab
        data = tab.network.data
        name = str(data.get("source") or "")
        known = sources().get(name)
        self.box.setCurrentIndex(self.box.findData(name))
        self.box.setPlaceholderText(name or _NONE)
        self.doc.setText(known.doc if known else _unknown(name))
        other_source = other or name != self._source
        self._put_params(name, known.params if known else {}, tab, anew=other)
        self.split.fill(part_of(tab.network, "split"))
        self.steps.fill(steps_of(tab.network))
        self.scaling.fill({k: v for k, v in data.items() if k == "standardize"})
        self.augment.fill(part_of(tab.network, "augment"))
        self._settings.setVisible(bool(known))
        if other or self._read is not data:
            self._read = data
            self.preview.wait(other=other_source)
            self._pause.start(0 if other else _PAUSE)

    def _lay_out(self) -> None:
        area, column = scrolled("data_area")
        column.addWidget(self.box)
        column.addWidget(self.doc)
        self._params = QVBoxLayout()
        column.addLayout(self._params)
        self._settings = QWidget()
        below = QVBoxLayout(self._settings)
        below.setContentsMargins(0, 0, 0, 0)
        for title, parts in (
            ("Split", (self.split,)),
            ("Preprocessing", (self.steps, self.scaling)),
        ):
            section = Section(title)
            for part in parts:
                section.body.addWidget(part)
            below.addWidget(section)
        rule = QFrame()
        rule.setProperty("role", "line")
        rule.setFixedHeight(1)
        below.addSpacing(8)
        below.addWidget(rule)
        below.addWidget(self.augment)
        column.addWidget(self._settings)
        column.addStretch(1)
        halves = QSplitter()
        halves.setChildrenCollapsible(False)
        halves.addWidget(area)
        halves.addWidget(self.preview)
        halves.setStretchFactor(0, 4)
        halves.setStretchFactor(1, 5)
        halves.setHandleWidth(1)
        halves.setSizes([400, 460])
        close = QPushButton("Close")
        close.setAutoDefault(False)
        introduce(close, "Close", "Close this window; what is set holds already.", "close")
        close.clicked.connect(self.close)
        line = QHBoxLayout()
        line.setContentsMargins(16, 8, 16, 12)
        line.addStretch(1)
        line.addWidget(close)
        outer = QVBoxLayout(self.content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(halves, 1)
        outer.addLayout(line)

    def _put_params(
        self, name: str, params: Mapping[str, Param[Any]], tab: Tab, *, anew: bool
    ) -> None:
        if self.params is None or name != self._source:
            if self.params is not None:
                self._params.removeWidget(self.params)
                self.params.hide()
                self.params.deleteLater()
            self._source = name
            self.params = Form(params)
            self.params.setObjectName("source_params")
            self.params.edited.connect(self._on_param)
            self.params.restored.connect(self._on_param_restored)
            self.params.ended.connect(self.seal)
            self._params.addWidget(self.params)
        elif anew:
            self.params.forget()
        self.params.set_folder(tab.session.folder)
        self.params.fill(part_of(tab.network, "params"))

    def _look(self) -> None:
        """Have the data looked at."""
        tab = self.tab
        if tab is None or tab not in self.workspace.tabs:
            return
        data = tab.network.data
        if self.preview.download.fill(data, tab.session.folder):
            self._shown = None
            self.preview.say("")
            return
        if not data.get("source"):
            self._shown = None
            self.preview.say("Choose a source to see its samples.")
            return
        self._shown = Data.of(data, tab.session.folder)
        found = self.workspace.looking.known(self._shown)
        if isinstance(found, Preview):
            self._put(found)
        self.workspace.looking.look(self.objectName(), self._shown)

    def _on_seen(self, data: Data, found: Preview) -> None:
        if data == self._shown:
            self._put(found)
            self._inspect()

    def _inspect(self) -> None:
        """Have the linter look at what was just read."""
        tab = self.tab
        if tab is None or tab not in self.workspace.tabs:
            return
        try:
            self._inspected = Document.of(tab.network, tab.session.folder)
        except FileError as error:  # a value that no file can hold
            self.preview.inspect(None, str(error))
            return
        self.preview.inspect(None)
        self.workspace.looking.look(f"{self.objectName()}.inspect", self._inspected)

    def _on_inspected(self, document: Document, found: Mapping[str, Any]) -> None:
        if document == self._inspected:
            self.preview.inspect(found)
            self.steps.suggest(self.steps.fields, _columns(found))

    def _put(self, found: Preview) -> None:
        self.preview.put(found)
        self.scaling.suggest("standardize", self.preview.fields)
        self.steps.suggest(found.fields)
        # Asked before the linter, which takes longer.
        tab = self.tab
        augmented = tab is not None and _augments(part_of(tab.network, "augment"))
        self.preview.augment(self._shown if augmented else None)

    def _on_failed(self, data: Data | Document, sentence: str) -> None:
        if data == self._shown:
            self.preview.fail(sentence)
        elif data == self._inspected:
            self.preview.inspect(None, sentence)

    def _on_node(self, path: str) -> None:
        if self.tab is not None:
            self.tab.reveal(path)

    def _on_offer(self, title: str, data: Mapping[str, Any]) -> None:
        self.do(f"Fix: {title}", lambda n: edits.set_data(n, data))

    def _on_source(self, index: int) -> None:
        name = str(self.box.itemData(index))
        self.do(f"Take the data {self.box.itemText(index)}", lambda n: with_source(n, name))

    def _on_param(self, name: str, value: object) -> None:
        self.do(f"Set {name} of the data", lambda n: with_param(n, name, value), f"data:{name}")

    def _on_param_restored(self, name: str) -> None:
        self.do(f"Restore {name} of the data", lambda n: with_param(n, name, edits.DEFAULT))

    def _on_split(self, name: str, value: object) -> None:
        self.do(f"Set {name} of the split", lambda n: with_split(n, name, value), f"split:{name}")

    def _on_split_restored(self, name: str) -> None:
        value = Split.params[name].default
        self.do(f"Restore {name} of the split", lambda n: with_split(n, name, value))

    def _on_scaling(self, name: str, value: object) -> None:
        self.do("Standardize fields", lambda n: with_scaling(n, name, value), "scaling")

    def _on_scaling_restored(self, name: str) -> None:
        self.do("Standardize nothing", lambda n: with_scaling(n, name, edits.DEFAULT))

    def _on_step_added(self, kind: str) -> None:
        fields = self.steps.fields
        self.do(f"Add the step {kind}", lambda n: with_step_added(n, kind, fields))

    def _on_step(self, place: int, name: str, value: object) -> None:
        label = f"Set {name} of step {place + 1}"
        self.do(label, lambda n: with_step(n, place, name, value), f"step:{place}:{name}")

    def _on_step_restored(self, place: int, name: str) -> None:
        label = f"Restore {name} of step {place + 1}"
        self.do(label, lambda n: with_step(n, place, name, edits.DEFAULT))

    def _on_step_moved(self, place: int, by: int) -> None:
        self.do(f"Move step {place + 1}", lambda n: with_step_moved(n, place, by))

    def _on_step_removed(self, place: int) -> None:
        self.do(f"Remove step {place + 1}", lambda n: without_step(n, place))

    def _on_augment(self, name: str, value: object) -> None:
        label = f"Set {name} of the augmentation"
        self.do(label, lambda n: with_augment(n, name, value), f"augment:{name}")

    def _on_augment_restored(self, name: str) -> None:
        label = f"Restore {name} of the augmentation"
        self.do(label, lambda n: with_augment(n, name, edits.DEFAULT))


def _augments(settings: Mapping[str, Any]) -> bool:
    """Whether samples are changed at random; not where a setting is wrong, which the check says."""
    try:
        return bool(Augment(settings).active())
    except ParamError:
        return False


def _columns(found: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names of columns that an inspection found, by field."""
    names: dict[str, list[str]] = {}
    for column in found["columns"]:
        names.setdefault(column["field"], []).append(column["name"])
    return names


def _unknown(name: str) -> str:
    if not name:
        return "What the network is trained on. Its Input and Target nodes take fields of it."
    return f"There is no data source {name} here; what the document says of it is kept."
