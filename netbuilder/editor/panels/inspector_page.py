"""What the pages of the inspector have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.editor.look import Look
from netbuilder.editor.panels.problem_cards import ProblemCards
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.category_mark import CategoryMark
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.icon_button import IconButton
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace

GAP = 6
_FOLDED = "inspector.folded"
# Seldom set, so that a node's own parameters come first; a person's choice is remembered.
_FOLDED_AT_FIRST = ("Advanced", "Initialization")


class Page(QWidget):
    """A page of the inspector: filled from the tab, and edits go to the tab.

    Attributes:
        column: What stands on the page, from top to bottom.
        tab: The document it was filled from.
        help_wanted: The page of the node type is wanted.
    """

    help_wanted = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.tab: Tab | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(GAP)

    def fill(self, tab: Tab) -> None:
        """Show the present state of a document."""
        raise NotImplementedError

    def rename(self) -> None:
        """Let the name be typed, or the title where there is no name."""
        for name in ("field_name", "field_title"):
            for line in self.findChildren(QLineEdit, name):
                if line.isVisible():
                    line.setFocus(Qt.FocusReason.ShortcutFocusReason)
                    line.selectAll()
                    return

    def do(
        self, label: str, edit: Callable[[Any], Any], merge: str = "", origin: str = "inspector"
    ) -> None:
        """Do an edit of the document that is shown."""
        if self.tab is not None:
            self.tab.do(label, edit, merge=merge, origin=origin)

    def seal(self) -> None:
        """Let the next edit be a step of its own."""
        if self.tab is not None and self.tab in self.workspace.tabs:
            self.tab.seal()

    def fix(self, fix: Fix) -> None:
        """Take a fix, as one step."""
        self.do(f"Fix: {fix.title}", fix.edit)

    def problems(self) -> ProblemCards:
        """Return a place for findings, at the end of the page."""
        cards = ProblemCards(self)
        cards.fix_wanted.connect(self.fix)
        self.column.addWidget(cards)
        return cards

    def folded(self) -> list[str]:
        """Titles of the sections that are folded."""
        said = self.workspace.preferences.recall(_FOLDED, list(_FOLDED_AT_FIRST))
        return [str(title) for title in said] if isinstance(said, list) else []

    def remember_fold(self, title: str, folded: bool) -> None:
        """Keep that a section is folded, or not."""
        kept = [one for one in self.folded() if one != title]
        self.workspace.preferences.remember(_FOLDED, [*kept, title] if folded else kept)

    def follow(self, form: Form) -> Form:
        """Let a form end steps and remember what is folded."""
        form.ended.connect(self.seal)
        form.folded.connect(self.remember_fold)
        return form


class Head(QWidget):
    """What is inspected: its icon, its title and a sentence.

    Attributes:
        help_wanted: The question mark was pressed.
    """

    help_wanted = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None, *, helps: bool = False) -> None:
        super().__init__(parent)
        self.mark = CategoryMark(look, self)
        self.title = Wrapped("", "title", self)
        self.title.setObjectName("inspector_title")
        self.sentence = Wrapped("", "secondary", self)
        self.sentence.setObjectName("inspector_sentence")
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.mark)
        line.addWidget(self.title, 1)
        if helps:
            button = IconButton("help", self, side=22)
            button.setText("?")
            introduce(button, "Help", "Show the page of this node. F1", "inspector_help")
            button.clicked.connect(self.help_wanted)
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(self.sentence)

    def put(
        self, title: str, sentence: str, key: str = "", colour: str = "", category: str = ""
    ) -> None:
        """Show a title, a sentence and the icon of a key; without a colour there is none."""
        self.title.setText(title)
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
        self.mark.setVisible(bool(colour))
        if colour:
            self.mark.put(key, colour, category)


def problems_at(tab: Tab, nodes: Iterable[str]) -> list[Diagnostic]:
    """Return what is found at nodes of the shown graph, or inside of their instances.

    What is wrong with a definition is told at the first instance that shows it, so inside of a group
    the definition counts, not the path.
    """
    wanted = set(nodes)
    found = []
    depth = len(tab.trail)
    for one in tab.report.diagnostics:
        parts = one.where.node.split("/") if one.where.node else []
        here = len(parts) > depth and tuple(parts[:depth]) == tab.trail and parts[depth] in wanted
        same = (
            bool(tab.group) and one.where.group == tab.group and bool(parts) and parts[-1] in wanted
        )
        if here or same:
            found.append(one)
    return found
