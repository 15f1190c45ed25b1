"""The inspector's pages of a frame and of a note."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from netbuilder.editor.panels.inspector_page import Head, Page
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.labels import Cut
from netbuilder.editor.widgets.paragraph import Paragraph
from netbuilder.editor.widgets.swatches import Swatches
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.node_api.params import Declared, Text


class _Frame(Declared):
    """What a frame says."""

    title = Text("", doc="What stands at the top of the frame.")


class CardPage(Page):
    """Frames or notes: their text and their colour."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._frames: tuple[str, ...] = ()
        self._notes: tuple[str, ...] = ()
        self.head = Head(workspace.look, self)
        self.column.addWidget(self.head)
        self.title = self.follow(Form(_Frame.params, self, marks=False))
        self.title.edited.connect(self._on_title)
        self.column.addWidget(self.title)
        self.text = Paragraph(self, least=3)
        introduce(self.text, "Text", "The text of the note; markup is shown as it is.", "note_text")
        self.text.edited.connect(self._on_text)
        self.text.ended.connect(self.seal)
        self.column.addWidget(self.text)
        line = QHBoxLayout()
        line.addWidget(Cut("colour", "", self, quiet=True), 1)
        self.swatches = Swatches(self)
        self.swatches.chosen.connect(self._on_colour)
        line.addWidget(self.swatches)
        self.column.addLayout(line)
        self.column.addStretch(1)

    def fill(self, tab: Tab) -> None:
        """Show the selected frames and notes of a document."""
        self.tab = tab
        self._frames = tuple(sorted(tab.selection.frames))
        self._notes = tuple(sorted(tab.selection.notes))
        count = len(self._frames) + len(self._notes)
        single = "Frame" if self._frames else "Note"
        self.head.put(single if count == 1 else f"{count} frames and notes", "")
        graph = tab.graph
        self.title.setVisible(len(self._frames) == 1 and count == 1)
        self.text.setVisible(len(self._notes) == 1 and count == 1)
        if self._frames:
            self.title.fill({"title": graph.frames[self._frames[0]].title})
        if self._notes:
            self.text.put(graph.notes[self._notes[0]].text)
        colours = {graph.frames[name].colour for name in self._frames}
        colours |= {graph.notes[name].colour for name in self._notes}
        self.swatches.put(colours.pop() if len(colours) == 1 else "-")

    def _on_title(self, _name: str, value: object) -> None:
        if self.tab is not None and self._frames:
            frame, group, text = self._frames[0], self.tab.group, str(value)
            self.do(
                "Set a frame's title",
                lambda n: edits.set_frame(n, frame, group, title=text),
                f"frame:{group}:{frame}",
            )

    def _on_text(self, text: str) -> None:
        if self.tab is not None and self._notes:
            note, group = self._notes[0], self.tab.group
            self.do(
                "Write a note",
                lambda n: edits.set_note(n, note, group, text=text),
                f"note:{group}:{note}",
            )

    def _on_colour(self, colour: str) -> None:
        if self.tab is None:
            return
        frames, notes, group = self._frames, self._notes, self.tab.group

        def edit(network: Network) -> Network:
            for name in frames:
                network = edits.set_frame(network, name, group, colour=colour)
            for name in notes:
                network = edits.set_note(network, name, group, colour=colour)
            return network

        self.do("Set the colour", edit)
