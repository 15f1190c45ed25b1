"""What the layers of a watched training say is told at the node, for as long as it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from netbuilder.editor.panels.problems import Problems
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits

LONG = "recipe.epochs=100000"
LARGE = "recipe.batch_size=105"  # enough samples for a word on silent units are soon together
WAIT = 120_000

Open = Callable[..., Tab]


def deaf(tab: Tab) -> str:
    """Let a second ReLU get negative numbers only; return its id."""
    tab.do("neg", lambda n: edits.insert_on_edge(n, "head.input", "neg"))
    name: str = tab.do("relu", lambda n: edits.insert_on_edge(n, "head.input", "relu"))
    return name


def told(tab: Tab) -> list[tuple[str, str]]:
    found = tab.report.diagnostics
    return [(one.code, one.where.node) for one in found if one.code.startswith("NB71")]


@pytest.fixture
def listed(workspace: Workspace, qtbot: Any) -> Problems:
    made = Problems(workspace)
    qtbot.addWidget(made)
    made.show()
    return made


def test_units_that_never_fire_are_told_at_the_node_until_it_is_mended(
    runs: Runs, iris: Open, qtbot: Any, listed: Problems
) -> None:
    tab = iris(LONG, LARGE)
    name = deaf(tab)
    runs.train()
    qtbot.waitUntil(lambda: ("NB711", name) in told(tab), timeout=WAIT)
    (one,) = [one for one in tab.report.diagnostics if one.code == "NB711"]
    assert one.message.startswith(f"100% of {name}'s units never fire")
    qtbot.waitUntil(lambda: listed.counts[2] >= 1)
    assert listed.list.isVisible()
    # Moving a card trains the same; the advice stays.
    tab.do("move", lambda n: edits.move_nodes(n, {name: (5.0, 5.0)}))
    assert ("NB711", name) in told(tab)
    listed.fix(one.fixes[0])
    assert tab.graph.nodes[name].type == "leaky_relu"
    assert told(tab) == []
    # The run goes on with its own copy, and says nothing of what the document has become.
    seen = runs.shown.measured  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: runs.shown.measured is not seen, timeout=WAIT)  # type: ignore[union-attr]
    assert told(tab) == []


def test_it_is_taken_back_when_another_run_is_shown(
    runs: Runs, iris: Open, qtbot: Any, workspace: Workspace
) -> None:
    tab = iris(LARGE, name="one")
    runs.train()
    qtbot.waitUntil(lambda: runs.shown is not None and runs.active is None, timeout=WAIT)
    first = runs.shown
    assert first is not None
    tab.do("longer", lambda n: edits.set_recipe(n, {**n.recipe, "epochs": 100_000}))
    name = deaf(tab)
    runs.train()
    qtbot.waitUntil(lambda: ("NB711", name) in told(tab), timeout=WAIT)
    runs.show(first)
    assert told(tab) == []
