"""Laying out large graphs beside the main loop, and what happens when somebody edits meanwhile."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hands_stage import Stage
from networks import graph
from PySide6.QtCore import QPoint

from netbuilder.editor.canvas import laying_out
from netbuilder.editor.canvas.laying_out import MANY
from netbuilder.editor.canvas.view import Canvas
from netbuilder.files.documents import save
from netbuilder.graph import edits
from netbuilder.graph.model import Network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARRANGED = laying_out.arranged


class Gate:
    """Holds layouts up until it is opened, and notes the threads they run in."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.begun = 0
        self.main: list[bool] = []

    def __call__(self, *args, **named):
        self.begun += 1
        self.main.append(threading.current_thread() is threading.main_thread())
        assert self.open.wait(20)
        return ARRANGED(*args, **named)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(laying_out, "arranged", made)
    yield made
    made.open.set()


def fill(stage: Stage, count: int) -> None:
    """Put a chain of nodes on the stage, in a heap of no order."""
    rows = [(f"n{i}", "relu") for i in range(count)]
    made = graph(rows, ", ".join(f"n{i} -> n{i + 1}" for i in range(count - 1)))
    places = {f"n{i}": (i * 37 % 1000 * 1.0, i * 91 % 700 * 1.0) for i in range(count)}

    def edit(network: Network) -> Network:
        return edits.move_nodes(replace(network, graph=made), places)

    stage.tab.do("Set the stage", edit)


def in_order(stage: Stage, count: int) -> bool:
    at = [stage.graph.nodes[f"n{i}"].position[0] for i in range(count)]
    return at == sorted(set(at))


def test_a_large_graph_is_laid_out_beside_the_main_loop(stage: Stage, qtbot, gate: Gate) -> None:
    fill(stage, MANY)
    before = stage.graph
    stage.actions.run("graph.layout")
    assert stage.graph is before, "the window does not wait for it"
    assert stage.hands.laying_out.is_busy
    gate.open.set()
    qtbot.waitUntil(lambda: not stage.hands.laying_out.is_busy)
    assert gate.main == [False]
    assert in_order(stage, MANY)
    assert stage.steps[0] == "Lay out"
    stage.tab.undo()
    assert stage.graph.nodes == before.nodes


def test_a_small_graph_is_laid_out_at_once(stage: Stage, gate: Gate) -> None:
    gate.open.set()
    fill(stage, 12)
    stage.actions.run("graph.layout")
    assert gate.main == [True]
    assert in_order(stage, 12)


def test_an_edit_meanwhile_is_kept_and_the_new_graph_is_laid_out(
    stage: Stage, qtbot, gate: Gate
) -> None:
    fill(stage, MANY)
    stage.actions.run("graph.layout")
    qtbot.waitUntil(lambda: gate.begun == 1)
    new = stage.add("relu", 5.0, 5.0)
    stage.wire(f"n{MANY - 1}.output", f"{new}.input")
    gate.open.set()
    qtbot.waitUntil(lambda: not stage.hands.laying_out.is_busy)
    assert gate.begun == 2
    assert in_order(stage, MANY)
    last = stage.graph.nodes[f"n{MANY - 1}"].position[0]
    assert stage.graph.nodes[new].position[0] > last


def test_a_graph_that_is_changed_twice_meanwhile_is_left_and_it_is_said(
    stage: Stage, qtbot, gate: Gate
) -> None:
    fill(stage, MANY)
    stage.actions.run("graph.layout")
    stage.add("relu", 5.0, 5.0)
    laying = stage.hands.laying_out
    laying._on_laid_out({})  # the first is there; the second begins
    stage.add("relu", 9.0, 9.0)
    gate.open.set()
    qtbot.waitUntil(lambda: not laying.is_busy)
    assert not in_order(stage, MANY)
    assert stage.said[-1] == (
        "info",
        "The graph is not laid out: it was changed again meanwhile.",
    )


def test_a_layout_is_dropped_where_another_graph_is_shown(stage: Stage, qtbot, gate: Gate) -> None:
    fill(stage, MANY)
    stage.tab.select(nodes=["n0", "n1"])
    stage.actions.run("graph.group")
    [group] = (node.id for node in stage.graph.nodes.values() if node.group)
    stage.tab.select()
    stage.tab.do("More", lambda n: edits.add_node(n, "relu"))
    before = stage.graph
    stage.actions.run("graph.layout")
    stage.tab.enter(group)
    gate.open.set()
    qtbot.waitUntil(lambda: not stage.hands.laying_out.is_busy)
    assert stage.tab.network.graph is before
    assert stage.said[-1][1] == "The graph is not laid out: another graph is shown by now."


def test_a_layout_waits_until_the_hands_are_free(stage: Stage, qtbot, gate: Gate) -> None:
    fill(stage, MANY)
    stage.home()
    gate.open.set()
    free = QPoint(5, 5)
    stage.press(free)
    stage.move(QPoint(60, 60))
    assert stage.hands.busy
    before = stage.graph
    stage.actions.run("graph.layout")
    qtbot.waitUntil(lambda: stage.hands.laying_out._hands.isActive())
    assert stage.graph is before
    assert stage.hands.busy
    stage.release(QPoint(60, 60))
    qtbot.waitUntil(lambda: not stage.hands.laying_out.is_busy)
    assert in_order(stage, MANY)


def test_it_is_said_when_it_takes_long(stage: Stage, qtbot, gate: Gate) -> None:
    fill(stage, MANY)
    stage.actions.run("graph.layout")
    qtbot.waitUntil(lambda: bool(stage.said))
    assert stage.said == [("info", "Laying out 300 nodes\N{HORIZONTAL ELLIPSIS}")]
    gate.open.set()
    qtbot.waitUntil(lambda: not stage.hands.laying_out.is_busy)


def test_a_canvas_that_is_closed_meanwhile_is_not_asked(stage: Stage, qtbot, gate: Gate) -> None:
    fill(stage, MANY)
    before = stage.tab.network
    stage.actions.run("graph.layout")
    stage.canvas.hands = None
    stage.canvas.deleteLater()
    qtbot.waitUntil(lambda: gate.begun == 1)
    qtbot.wait(1)
    gate.open.set()
    stage.workspace.tasks.close()
    qtbot.wait(1)
    assert stage.tab.network is before


def test_a_file_that_says_no_places_is_shown_laid_out_and_as_saved(
    stage: Stage, tmp_path: Path
) -> None:
    made = graph([(f"n{i}", "relu") for i in range(4)], "n0 -> n1, n1 -> n2, n2 -> n3")
    save(Network(graph=made), tmp_path / "heap.netgraph")
    tab = stage.workspace.open_path(tmp_path / "heap.netgraph")
    canvas = Canvas(tab, stage.workspace, stage.window)
    rects = [canvas.rect_of([f"n{i}"]) for i in range(4)]
    assert all(a.right() < b.left() for a, b in pairwise(rects))
    assert tab.session.document.is_clean
    stage.workspace.preferences.set("direction", "down")
    stage.workspace.close(tab)
    tab = stage.workspace.open_path(tmp_path / "heap.netgraph")
    down = [tab.graph.nodes[f"n{i}"].position[1] for i in range(4)]
    assert down == sorted(set(down))
    canvas.deleteLater()
