"""The window with all settings of training."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.app.phase_findings import freezable, phase_findings
from netbuilder.editor.dialogs.document_dialog import DocumentDialog, scrolled
from netbuilder.editor.dialogs.phase_edits import (
    PHASES,
    phases_of,
    with_phase,
    with_phase_added,
    without_phase,
)
from netbuilder.editor.dialogs.phase_list import PhaseList
from netbuilder.editor.dialogs.recipe_edits import (
    problems_by_name,
    schedule_text,
    sound_recipe,
    with_setting,
    without_effect,
)
from netbuilder.editor.dialogs.schedule_curve import ScheduleCurve
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.form import Form
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.room import open_at
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.node_api.axes import counted
from netbuilder.training.recipe import Recipe

_FOLDED = "recipe.folded"
_FOLDED_AT_FIRST = ("Early stopping", "Checkpoints", "Run")


class RecipeDialog(DocumentDialog):
    """Optimizer, schedule, length and the rest; what is set holds at once and can be undone."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, "Recipe", parent)
        self.setObjectName("recipe_dialog")
        open_at(self, 440, 720)
        params = {name: param for name, param in Recipe.params.items() if name != PHASES}
        self.form = Form(params, folded=self._folded(), lines=True)
        self.form.edited.connect(self._on_edited)
        self.form.restored.connect(self._on_restored)
        self.form.ended.connect(self.seal)
        self.form.folded.connect(self._on_folded)
        self.curve = ScheduleCurve()
        self.sentence = Wrapped("", "secondary")
        self.sentence.setObjectName("schedule_sentence")
        self.phases = PhaseList()
        self.phases.added.connect(self._on_phase_added)
        self.phases.edited.connect(self._on_phase_edited)
        self.phases.restored.connect(self._on_phase_restored)
        self.phases.removed.connect(self._on_phase_removed)
        self.phases.ended.connect(self.seal)
        self.form.add_section("Phases", "Length").addWidget(self.phases)
        self.form.fold(self._folded())
        body = self.form.sections["Schedule"].body
        body.insertWidget(0, self.sentence)
        body.addWidget(self.curve)
        self._lay_out()

    def fill(self, tab: Tab) -> None:
        """Show the recipe of a document."""
        if self.tab is not None and self.tab is not tab:
            self.setFocus()  # what is being typed belongs to the other document
        self.tab = tab
        values = tab.network.recipe
        by_name, others = problems_by_name(values)
        self.form.fill(values, by_name)
        report = tab.session.report
        phases = phases_of(tab.network)
        problems = [by_name[PHASES]] if PHASES in by_name else []
        problems += [found.message for found in phase_findings(report)]
        self.phases.fill(phases, freezable(report), problems)
        section = self.form.sections["Phases"]
        many = counted(len(phases), "phase") if phases and section.is_folded else ""
        section.heading.set_remark(many)
        recipe = sound_recipe(values)
        idle = without_effect(recipe)
        for name, row in self.form.rows.items():
            row.setEnabled(name not in idle or row.is_changed)
        sentence = schedule_text(recipe)
        self.sentence.setText(sentence)
        self.curve.put(recipe, sentence)
        self._others.setText("\n".join(others))
        self._wrong.setVisible(bool(others))
        self._restore.setEnabled(bool(values))

    def _lay_out(self) -> None:
        area, column = scrolled("recipe_area")
        self._wrong = QFrame()
        self._wrong.setProperty("role", "error")
        self._others = Wrapped()
        self._others.setObjectName("recipe_problems")
        inside = QVBoxLayout(self._wrong)
        inside.setContentsMargins(10, 8, 10, 8)
        inside.addWidget(self._others)
        column.addWidget(self._wrong)
        column.addWidget(self.form)
        column.addStretch(1)
        self._restore = QPushButton("Restore all defaults")
        self._restore.setProperty("role", "quiet")
        self._restore.setAutoDefault(False)
        sentence = "Give every setting its default. One step that can be undone."
        introduce(self._restore, "Restore all defaults", sentence, "restore_recipe")
        self._restore.clicked.connect(self._on_restore_all)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        introduce(close, "Close", "Close this window; what is set holds already.", "close")
        close.clicked.connect(self.close)
        line = QHBoxLayout()
        line.setContentsMargins(6, 8, 16, 12)  # words of a quiet button stand in by 10
        line.addWidget(self._restore)
        line.addStretch(1)
        line.addWidget(close)
        outer = QVBoxLayout(self.content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addLayout(line)

    def _on_edited(self, name: str, value: object) -> None:
        self.do(f"Set {name}", lambda n: with_setting(n, name, value), f"recipe:{name}")

    def _on_restored(self, name: str) -> None:
        self.do(f"Restore {name}", lambda n: with_setting(n, name, edits.DEFAULT))

    def _on_phase_added(self) -> None:
        self.do("Add a phase", with_phase_added)

    def _on_phase_edited(self, place: int, name: str, value: object) -> None:
        label = f"Set {name} of phase {place + 1}"
        self.do(label, lambda n: with_phase(n, place, name, value), f"phase:{place}:{name}")

    def _on_phase_restored(self, place: int, name: str) -> None:
        label = f"Restore {name} of phase {place + 1}"
        self.do(label, lambda n: with_phase(n, place, name, edits.DEFAULT))

    def _on_phase_removed(self, place: int) -> None:
        self.do(f"Remove phase {place + 1}", lambda n: without_phase(n, place))

    def _on_restore_all(self) -> None:
        self.do("Restore the recipe", lambda n: edits.set_recipe(n, {}))

    def _folded(self) -> list[str]:
        said = self.workspace.preferences.recall(_FOLDED, list(_FOLDED_AT_FIRST))
        return [str(title) for title in said] if isinstance(said, list) else []

    def _on_folded(self, title: str, folded: bool) -> None:
        kept = [one for one in self._folded() if one != title]
        self.workspace.preferences.remember(_FOLDED, [*kept, title] if folded else kept)
