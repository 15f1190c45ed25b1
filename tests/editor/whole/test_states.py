"""Any row of edits on an open document can be undone, done again, saved and read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from netbuilder.app.session import Session
from netbuilder.app.unplaced import placed
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import load
from netbuilder.files.format import dumps
from netbuilder.graph import card_edits, clipboard, edits, group_edits
from netbuilder.graph.model import Endpoint

TYPES = (
    "input",
    "linear",
    "conv2d",
    "relu",
    "add",
    "flatten",
    "cross_entropy",
    "target",
    "identity",
)
PORTS = ("input", "output", "a", "b", "prediction", "target", "loss")
picks = st.integers(0, 2**16)
sides = st.integers(-2000, 2000).map(float)


class Editing(RuleBasedStateMachine):
    """A person at one document; what was told of it is compared with what it is."""

    workspace: Workspace
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.tab: Tab = self.workspace.open(Session())
        self.first = dumps(self.tab.network)
        self.path: Path | None = None
        self.clip = ""
        self.told = self.tab.network
        self.tab.changed.connect(self._on_changed)

    def _on_changed(self, change: object, different: object) -> None:
        self.told = change.after

    def _some(self, pick: int, count: int = 1) -> list[str]:
        names = sorted(self.tab.graph.nodes)
        return [names[(pick + 7 * i) % len(names)] for i in range(min(count, len(names)))]

    @rule(type=st.sampled_from(TYPES), x=sides, y=sides)
    def add(self, type: str, x: float, y: float) -> None:
        group = self.tab.group
        self.tab.do("add", lambda n: edits.add_node(n, type, position=(x, y), group=group))

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(one=picks, other=picks, out=st.sampled_from(PORTS), into=st.sampled_from(PORTS))
    def connect(self, one: int, other: int, out: str, into: str) -> None:
        ends = Endpoint(self._some(one)[0], out), Endpoint(self._some(other)[0], into)
        self.tab.do("connect", lambda n: edits.connect(n, *ends, self.tab.group))

    @precondition(lambda self: self.tab.graph.edges)
    @rule(pick=picks)
    def disconnect(self, pick: int) -> None:
        ends = sorted(self.tab.graph.edges)
        self.tab.do(
            "disconnect", lambda n: edits.disconnect(n, ends[pick % len(ends)], self.tab.group)
        )

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks, count=st.integers(1, 4))
    def remove(self, pick: int, count: int) -> None:
        names = self._some(pick, count)
        self.tab.do("remove", lambda n: edits.remove_nodes(n, names, self.tab.group))

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks, count=st.integers(1, 4), x=sides, y=sides, sealed=st.booleans())
    def move(self, pick: int, count: int, x: float, y: float, sealed: bool) -> None:
        places = dict.fromkeys(self._some(pick, count), (x, y))
        self.tab.do("move", lambda n: edits.move_nodes(n, places, self.tab.group), merge="drag")
        if sealed:
            self.tab.seal()

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks, new=st.sampled_from(("a", "b", "c_1", "linear_1", "no name")))
    def rename(self, pick: int, new: str) -> None:
        name = self._some(pick)[0]
        self.tab.do("rename", lambda n: edits.rename_node(n, name, new, self.tab.group))

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(
        pick=picks, name=st.sampled_from(("units", "dim", "kernel_size")), value=st.integers(-1, 9)
    )
    def set_param(self, pick: int, name: str, value: int) -> None:
        node = self._some(pick)[0]
        self.tab.do("set", lambda n: edits.set_param(n, node, name, value, self.tab.group))

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks, bypass=st.booleans(), frozen=st.booleans())
    def flag(self, pick: int, bypass: bool, frozen: bool) -> None:
        names = self._some(pick, 2)
        self.tab.do(
            "flag",
            lambda n: edits.set_flags(n, names, bypass=bypass, frozen=frozen, group=self.tab.group),
        )

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks, count=st.integers(1, 5))
    def make_group(self, pick: int, count: int) -> None:
        names = self._some(pick, count)
        self.tab.do("group", lambda n: _two(group_edits.make_group(n, names, group=self.tab.group)))

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks)
    def expand(self, pick: int) -> None:
        name = self._some(pick)[0]
        self.tab.do("expand", lambda n: group_edits.expand_group(n, name, self.tab.group))

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks)
    def enter(self, pick: int) -> None:
        for name in self._some(pick, 5):
            if self.tab.graph.nodes[name].group and len(self.tab.trail) < 4:
                assert self.tab.enter(name)
                return

    @precondition(lambda self: self.tab.trail)
    @rule()
    def leave(self) -> None:
        left = self.tab.trail[-1]
        self.tab.leave()
        assert self.tab.selection.nodes == {left}

    @rule(x=sides, y=sides, text=st.text(max_size=8))
    def add_cards(self, x: float, y: float, text: str) -> None:
        group = self.tab.group
        self.tab.do(
            "note", lambda n: card_edits.add_note(n, text=text, position=(x, y), group=group)
        )

    @precondition(lambda self: self.tab.graph.nodes)
    @rule(pick=picks, count=st.integers(1, 5))
    def copy(self, pick: int, count: int) -> None:
        self.clip = clipboard.copy(self.tab.network, self._some(pick, count), self.tab.group)

    @precondition(lambda self: self.clip and len(self.tab.graph.nodes) < 60)
    @rule(wires=st.booleans(), x=sides, y=sides)
    def paste(self, wires: bool, x: float, y: float) -> None:
        group = self.tab.group
        made = self.tab.do(
            "paste", lambda n: clipboard.paste(n, self.clip, (x, y), group, wires=wires)
        )
        if made is not None:
            self.tab.select(made)
            assert self.tab.selection.nodes == set(made)

    @rule(pick=picks, count=st.integers(0, 5))
    def select(self, pick: int, count: int) -> None:
        self.tab.select(self._some(pick, count) if self.tab.graph.nodes else ())

    @rule(times=st.integers(1, 4))
    def undo(self, times: int) -> None:
        for _ in range(times):
            self.tab.undo()

    @rule(times=st.integers(1, 4))
    def redo(self, times: int) -> None:
        for _ in range(times):
            self.tab.redo()

    @rule()
    def save(self) -> None:
        self.path = self.folder / "state.netgraph"
        self.tab.session.save(self.path)
        assert self.tab.session.document.is_clean
        assert dumps(load(self.path)) == dumps(self.tab.network)

    @precondition(lambda self: self.path is not None)
    @rule()
    def reload(self) -> None:
        """Close and open again: what is in the file is what is shown."""
        self._undo_all_redo_all()
        self.save()
        before = dumps(placed(self.tab.network))  # nodes on one spot are laid out
        self.workspace.close(self.tab)
        self.tab = self.workspace.open_path(self.path)
        self.tab.changed.connect(self._on_changed)
        self.told = self.tab.network
        self.first = dumps(self.tab.network)
        assert self.first == before

    @invariant()
    def agrees(self) -> None:
        tab = self.tab
        assert self.told is tab.network
        assert tab.report.network is tab.network
        assert tab.selection.nodes <= set(tab.graph.nodes)
        assert tab.selection.edges <= set(tab.graph.edges)
        if tab.run is not None:
            assert set(tab.run.records) <= set(tab.graph.nodes)
        network, group = tab.network.graph, ""
        for name in tab.trail:
            group = network.nodes[name].group
            network = tab.network.groups[group].graph
        assert group == tab.group

    def teardown(self) -> None:
        self._undo_all_redo_all()
        self.workspace.close(self.tab)

    def _undo_all_redo_all(self) -> None:
        last, document = dumps(self.tab.network), self.tab.session.document
        steps = len(document.undo_labels)
        while document.undo_labels:
            self.tab.undo()
        assert dumps(self.tab.network) == self.first
        for _ in range(steps):
            self.tab.redo()
        assert dumps(self.tab.network) == last


def _two(made: tuple[object, ...]) -> tuple[object, object]:
    return made[0], made[1:]


@pytest.mark.slow
def test_any_row_of_edits_holds(workspace: Workspace, tmp_path: Path) -> None:
    """Undo of everything gives the first bytes, redo the last; the file says what is shown."""
    assert set(TYPES) <= set(standard_catalogue().types)
    machine = type("Here", (Editing,), {"workspace": workspace, "folder": tmp_path})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
