"""An open document as the editor sees it: which graph is shown, what is selected, what was refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from netbuilder.app.session import Session
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.report import Report
from netbuilder.check.runs import GraphRun
from netbuilder.graph.delta import Delta, delta
from netbuilder.graph.document import Change
from netbuilder.graph.model import Endpoint, Graph, Network
from netbuilder.graph.working import EditError

if TYPE_CHECKING:
    from netbuilder.editor.canvas.heat import Warmth


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected in the graph that is shown.

    Attributes:
        nodes: Ids of nodes.
        edges: Inputs that the edges lead to.
        frames: Ids of frames.
        notes: Ids of notes.
    """

    nodes: frozenset[str] = frozenset()
    edges: frozenset[Endpoint] = frozenset()
    frames: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges or self.frames or self.notes)


class Tab(QObject):
    """The state of one open document that is not part of the document.

    Views listen and ask; they keep no copy. Order of the signals after an edit: ``changed`` with what
    differs, then ``checked`` with the report of the new value, then ``selected`` if what was selected
    is gone.

    Attributes:
        session: The document with its file and its report.
        trail: The instances that were entered, outermost first; empty in the main graph.
        selection: What is selected.
        heat: How hot the nodes of the shown graph are; empty for no heat.
    """

    changed = Signal(object, object)  # Change, Delta
    checked = Signal(object)  # Report
    selected = Signal()
    entered = Signal()  # another graph of the document is shown
    heated = Signal()  # the cards of the shown graph are to be coloured otherwise
    pointed = Signal(str)  # the canvas should bring this node of the shown graph into view
    refused = Signal(str)  # an edit was refused; the sentence says why
    stated = Signal()  # name, path or saved state may differ

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.trail: tuple[str, ...] = ()
        self.selection = Selection()
        self.heat: Mapping[str, Warmth] = {}
        self._group = ""
        session.document.changed.append(self._on_changed)

    @property
    def network(self) -> Network:
        """The present value of the document."""
        return self.session.network

    @property
    def group(self) -> str:
        """The id of the definition that is shown; empty for the main graph."""
        return self._group

    @property
    def graph(self) -> Graph:
        """The graph that is shown."""
        return self.network.graph_at(self._group)

    @property
    def report(self) -> Report:
        """What the check says of the present value."""
        return self.session.report

    @property
    def run(self) -> GraphRun | None:
        """The evaluation of the shown graph as the entered instance has it; None where there is none."""
        run: GraphRun = self.report.run
        for name in self.trail:
            record = run.records.get(name)
            if record is None or not record.result.runs:
                return None
            run = record.result.runs[0][1]
        return run

    @property
    def path(self) -> str:
        """What stands before a node's id in paths such as ``block_1/conv_1``: ``block_1/``."""
        return "".join(f"{name}/" for name in self.trail)

    def do(
        self,
        label: str,
        edit: Callable[[Network], Network | tuple[Network, Any]],
        merge: str = "",
        origin: str = "",
    ) -> Any:
        """Do an edit; one that is refused is told by ``refused`` and changes nothing.

        Returns:
            What the edit returned behind the network; None where it was refused.
        """
        try:
            return self.session.document.do(label, edit, merge=merge, origin=origin)  # type: ignore[arg-type]
        except EditError as error:
            self.refused.emit(str(error))
            return None

    def seal(self) -> None:
        """End a row of edits that merge: the mouse was released."""
        self.session.document.seal()

    def undo(self) -> None:
        """Go back one step."""
        self.session.document.undo()

    def redo(self) -> None:
        """Go forward one step."""
        self.session.document.redo()

    def go(self, state: int) -> None:
        """Go to another state of the history; see ``Document.go``."""
        self.session.document.go(state)

    def select(
        self,
        nodes: Iterable[str] = (),
        edges: Iterable[Endpoint] = (),
        frames: Iterable[str] = (),
        notes: Iterable[str] = (),
    ) -> None:
        """Select this and nothing else; what does not exist is left out."""
        graph = self.graph
        chosen = Selection(
            frozenset(name for name in nodes if name in graph.nodes),
            frozenset(end for end in edges if end in graph.edges),
            frozenset(name for name in frames if name in graph.frames),
            frozenset(name for name in notes if name in graph.notes),
        )
        if chosen != self.selection:
            self.selection = chosen
            self.selected.emit()

    def set_heat(self, heat: Mapping[str, Warmth]) -> None:
        """Colour the cards of the shown graph by figures; none takes the colours away."""
        if heat != self.heat:
            self.heat = heat
            self.heated.emit()

    def enter(self, instance: str) -> bool:
        """Show the inside of an instance of a group; return whether it is one."""
        node = self.graph.nodes.get(instance)
        if node is None or node.group not in self.network.groups:
            return False
        self._show((*self.trail, instance))
        return True

    def leave(self, depth: int | None = None) -> None:
        """Show the graph around; with a depth, that level of the trail: 0 is the main graph."""
        left = self.trail
        level = len(left) - 1 if depth is None else depth
        if 0 <= level < len(left):
            self._show(left[:level])
            self.select(nodes=[left[level]])

    def reveal(self, path: str) -> None:
        """Show the graph a node lies in, select the node and bring it into view.

        Args:
            path: As diagnostics say it: ``conv_1`` or ``block_1/conv_1``.
        """
        *trail, name = path.split("/")
        if tuple(trail) != self.trail:
            self._show(tuple(trail))
        if name in self.graph.nodes:
            self.select(nodes=[name])
            self.pointed.emit(name)

    def set_fields(self, fields: Any, trouble: str = "") -> None:
        """Say what the data hold, and check again."""
        self.session.set_fields(fields, trouble)
        self.checked.emit(self.report)

    def check_again(self) -> None:
        """Check anew with the node types there are now."""
        self.session.check_again()
        self.checked.emit(self.report)

    def set_advice(self, advice: tuple[Diagnostic, ...], whose: str = "training") -> None:
        """Say what a running training tells of the layers, or an inspection of the ``data``."""
        self.session.set_advice(advice, whose)
        self.checked.emit(self.report)

    def close(self) -> None:
        """Stop listening."""
        if self._on_changed in self.session.document.changed:
            self.session.document.changed.remove(self._on_changed)

    def _on_changed(self, change: Change) -> None:
        different: Delta = delta(change.before, change.after)
        kept = self._known(self.trail)
        if kept != self.trail or self._group_of(kept) != self._group:
            self._show(kept)
        self.changed.emit(change, different)
        self.checked.emit(self.report)
        now = self.selection
        self.select(now.nodes, now.edges, now.frames, now.notes)
        self.stated.emit()

    def _known(self, trail: tuple[str, ...]) -> tuple[str, ...]:
        """As much of the trail as still leads somewhere."""
        graph = self.network.graph
        kept: tuple[str, ...] = ()
        for name in trail:
            node = graph.nodes.get(name)
            if node is None or node.group not in self.network.groups:
                break
            graph, kept = self.network.groups[node.group].graph, (*kept, name)
        return kept

    def _group_of(self, trail: tuple[str, ...]) -> str:
        group = ""
        for name in trail:
            group = self.network.graph_at(group).nodes[name].group
        return group

    def _show(self, trail: tuple[str, ...]) -> None:
        self.trail = self._known(trail)
        self._group = self._group_of(self.trail)
        self.selection = Selection()
        self.entered.emit()
        self.selected.emit()
