"""The inspector's page of the document, shown when nothing is selected."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from netbuilder.app.summaries import data_title, optimizer_title, rate_text, setting
from netbuilder.check.cost import Cost
from netbuilder.editor.panels.inspector_page import Head, Page
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.figure_rows import Figure, FigureRows
from netbuilder.editor.widgets.figures import amount, size
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.paragraph import Paragraph
from netbuilder.editor.widgets.section import Section
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import Declared, Text


class _Titles(Declared):
    """What a document is called."""

    title = Text("", doc="The name of the network; the class in the source is called by it.")


class DocumentPage(Page):
    """The whole network: what it is called, and what it costs."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.head = Head(workspace.look, self)
        self.column.addWidget(self.head)
        self.title = self.follow(Form(_Titles.params, self, marks=False))
        self.title.edited.connect(self._on_title)
        self.column.addWidget(self.title)
        self.description = Paragraph(self, least=3)
        self.description.setPlaceholderText("Description")
        sentence = "What the network is for; it becomes the docstring of the source."
        introduce(self.description, "Description", sentence, "description")
        self.description.edited.connect(self._on_description)
        self.description.ended.connect(self.seal)
        self.column.addWidget(self.description)
        self._total = Section("In total", self)
        self.totals = FigureRows(self._total)
        self._total.body.addWidget(self.totals)
        self.column.addWidget(self._total)
        self._add_training()
        self.cards = self.problems()
        self.column.addStretch(1)

    def fill(self, tab: Tab) -> None:
        """Show a document as a whole."""
        self.tab = tab
        network = tab.network
        self.head.put(network.title or tab.session.name, "")
        self.title.fill({"title": network.title} if network.title else {})
        self.description.put(network.description)
        self.totals.put(_totals(network, tab.report.cost))
        self.training.put(_training(network))
        self.cards.put([one for one in tab.report.diagnostics if not one.where.node])

    def _add_training(self) -> None:
        section = Section("Data and recipe", self)
        self.training = FigureRows(section)
        section.body.addWidget(self.training)
        line = QHBoxLayout()
        line.setContentsMargins(0, 4, 0, 0)
        for name, text, sentence in (
            ("run.data", "Data\N{HORIZONTAL ELLIPSIS}", "Choose where the samples come from."),
            ("run.recipe", "Recipe\N{HORIZONTAL ELLIPSIS}", "Choose all settings of training."),
        ):
            button = QPushButton(text, section)
            button.setProperty("role", "small")
            button.setProperty("command", name)
            introduce(button, text, sentence, name.replace(".", "_"))
            button.clicked.connect(self._on_command)
            line.addWidget(button)
        line.addStretch(1)
        section.body.addLayout(line)
        self.column.addWidget(section)

    def _on_title(self, _name: str, value: object) -> None:
        text = str(value)
        self.do("Set the title", lambda n: edits.set_title(n, text), "title")

    def _on_description(self, text: str) -> None:
        self.do("Describe the network", lambda n: edits.set_description(n, text), "description")

    def _on_command(self) -> None:
        button, actions = self.sender(), self.workspace.actions
        if isinstance(button, QPushButton) and actions is not None:
            actions.run(str(button.property("command")))


def _totals(network: Network, cost: Cost) -> list[Figure]:
    inside = sum(len(group.graph.nodes) for group in network.groups.values())
    nodes = len(network.graph.nodes)
    rows = [
        Figure("nodes", f"{nodes:,}", sentence="In the main graph."),
        Figure("parameters", amount(cost.parameters)),
        Figure("FLOPs per sample", amount(cost.flops)),
        Figure("weights", size(cost.weights_memory)),
        Figure(
            f"training at batch {cost.batch}",
            size(cost.memory),
            sentence="Weights, gradients, what the optimizer keeps, and outputs for the backward pass.",
        ),
    ]
    if network.groups:
        sentence = f"{inside:,} nodes in {len(network.groups)} definitions."
        rows.insert(1, Figure("groups", f"{len(network.groups):,}", sentence=sentence))
    if cost.trainable != cost.parameters:
        rows.insert(-3, Figure("of them trained", amount(cost.trainable)))
    return rows


def _training(network: Network) -> list[Figure]:
    recipe = network.recipe
    return [
        Figure("data", data_title(network.data) or "none yet"),
        Figure("optimizer", optimizer_title(recipe)),
        Figure("learning rate", rate_text(recipe)),
        Figure("epochs", str(setting(recipe, "epochs"))),
    ]
