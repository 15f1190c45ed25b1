"""The window of the sanity tests, made before a training."""

from __future__ import annotations

from collections import Counter

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.editor.diagnosing import Diagnosing
from netbuilder.editor.dialogs.diagnose_rows import FindingCard
from netbuilder.editor.dialogs.document_dialog import DocumentDialog, scrolled
from netbuilder.editor.dialogs.recipe_edits import sound_recipe, with_setting
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.model import Network
from netbuilder.training.sanity.finding import TESTS, Finding

_ABOUT = "Short experiments on a copy of the network: the document and its runs stay as they are."


class DiagnoseDialog(DocumentDialog):
    """Tests whether the shown network can learn, in a process beside the editor."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, "Diagnose", parent)
        self.setObjectName("diagnose_dialog")
        open_at(self, 520, 720)
        self._tested: tuple[Tab, Network] | None = None
        # It outlives the window for as long as its process takes to end.
        self.diagnosing = Diagnosing(workspace)
        self.diagnosing.progressed.connect(self._on_progress)
        self.diagnosing.found.connect(self._on_found)
        self.diagnosing.ended.connect(self._on_ended)
        self.cards = {name: FindingCard(test, workspace.look) for name, test in TESTS.items()}
        self.said = Wrapped(_ABOUT, "secondary")
        self.said.setObjectName("diagnose_said")
        self.button = QPushButton("Run the Tests")
        self.button.setAutoDefault(False)
        self.button.setProperty("role", "primary")
        about = "Make the tests on the shown document, or stop those that are running."
        introduce(self.button, "Run the tests", about, "run_tests")
        self.button.clicked.connect(self._on_button)
        self.finished.connect(self.diagnosing.leave)
        self._lay_out()

    def fill(self, tab: Tab) -> None:
        """Show what was found of a document; of another one nothing is known."""
        if self._tested is not None and self._tested[0] is not tab:
            if self.diagnosing.running:
                self.diagnosing.cancel()
            self._tested = None
            self._clear(_ABOUT)
        elif self._tested is not None and not self.diagnosing.running:
            self._say_end(tab)
        rate = sound_recipe(tab.network.recipe).learning_rate
        self.cards["learning_rate"].mark_used(rate)

    def _lay_out(self) -> None:
        area, column = scrolled("diagnose_area")
        column.setSpacing(10)
        for card in self.cards.values():
            card.node_wanted.connect(self._on_node)
            card.rate_wanted.connect(self._on_rate)
            column.addWidget(card)
        column.addStretch(1)
        head = QHBoxLayout()
        head.setContentsMargins(16, 14, 16, 0)
        head.setSpacing(12)
        head.addWidget(self.said, 1)
        head.addWidget(self.button)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        introduce(close, "Close", "Close this window; tests that are running are stopped.", "close")
        close.clicked.connect(self.close)
        line = QHBoxLayout()
        line.setContentsMargins(16, 8, 16, 12)
        line.addStretch(1)
        line.addWidget(close)
        outer = QVBoxLayout(self.content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(area, 1)
        outer.addLayout(line)

    def _on_button(self) -> None:
        if self.diagnosing.running:
            self.diagnosing.cancel()
            self.button.setEnabled(False)
            return
        tab = self.tab
        if tab is None:
            return
        self._clear("The tests are being made\N{HORIZONTAL ELLIPSIS}")
        trouble = self.diagnosing.start(tab)
        if trouble:
            self.said.setText(trouble)
            return
        self._tested = (tab, tab.network)
        self.button.setText("Cancel")
        self.cards[next(iter(TESTS))].progress(0.0)

    def _on_progress(self, test: str, share: float) -> None:
        if self._tested is not None and test in self.cards:
            self.cards[test].progress(share)

    def _on_found(self, found: Finding) -> None:
        if self._tested is None or found.test not in self.cards:
            return
        tab, network = self._tested
        there = network.graph.nodes
        nodes = tuple(path for path in found.nodes if path.partition("/")[0] in there)
        self.cards[found.test].put(found, nodes)
        self.cards["learning_rate"].mark_used(sound_recipe(tab.network.recipe).learning_rate)
        names = list(TESTS)
        after = names.index(found.test) + 1
        if after < len(names):
            self.cards[names[after]].progress(0.0)

    def _on_ended(self, trouble: str) -> None:
        self.button.setText("Run the Tests")
        self.button.setEnabled(True)
        for card in self.cards.values():
            card.rest()
        if trouble:
            self.said.setText(trouble)
        elif self._tested is not None:
            self._say_end(self._tested[0])

    def _say_end(self, tab: Tab) -> None:
        """Say what came out, and whether it still holds."""
        assert self._tested is not None
        made = [card.finding for card in self.cards.values() if card.finding is not None]
        if len(made) < len(TESTS):
            self.said.setText("The tests were stopped." if made else _ABOUT)
            return
        counts: Counter[str] = Counter(one.status for one in made)
        parts = [
            f"{counts[status]} {word}{'' if counts[status] == 1 else 's'}"
            for status, word in (("bad", "fault"), ("warning", "warning"))
            if counts[status]
        ]
        text = (
            f"{' and '.join(parts)} found."
            if parts
            else "Nothing is wrong as far as tests can see."
        )
        if tab.network != self._tested[1]:
            text += " The document has changed since; run the tests again."
        self.said.setText(text)

    def _clear(self, text: str) -> None:
        self.said.setText(text)
        for card in self.cards.values():
            card.clear()

    def _on_node(self, path: str) -> None:
        if self.tab is not None:
            self.tab.reveal(path)

    def _on_rate(self, rate: float) -> None:
        text = f"Set the learning rate to {rate:.2g}"
        self.do(text, lambda n: with_setting(n, "learning_rate", rate))
