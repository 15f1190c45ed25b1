"""A training starts from the weights of a run; what is kept is told node by node before."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMenu
from safetensors.torch import save_file

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import write
from netbuilder.codegen.load import load
from netbuilder.editor.dialogs.start_from import StartFromDialog
from netbuilder.editor.panels.runs import RunsPanel
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.run_table import RUN
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.edits import set_params, set_recipe
from netbuilder.training.client import create_run
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunFolder, read_json

WAIT = 60_000  # ms; a process has to load torch
_TIMES = "\N{MULTIPLICATION SIGN}"
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def tab(runs: Runs, iris: Callable[..., Tab]) -> Tab:
    """A document with a run that has weights, and one that has none."""
    made = iris("recipe.epochs=1")
    source = write(made.network, standard_catalogue())
    folder = made.session.folder / "runs"
    for name in ("iris-20261101-120000", "iris-20261101-120001"):
        run = create_run(folder / name, made.network, source, folder=made.session.folder)
    best = RunFolder(folder / "iris-20261101-120000").checkpoints / "step-1"
    best.mkdir(parents=True)
    (best.parent / "LATEST").write_text("step-1\n")
    (best / "state.json").write_text(json.dumps({"state": {"best": ""}}))
    save_file(dict(load(source)().state_dict()), best / "model.safetensors")
    assert run.best_weights() is None
    runs.refresh()
    return made


@pytest.fixture
def dialog(tab: Tab, runs: Runs, workspace: Workspace, qtbot: Any) -> Iterator[StartFromDialog]:
    qtbot.waitUntil(lambda: len(runs.all) == 2, timeout=WAIT)
    host = QMainWindow()
    qtbot.addWidget(host)
    made = StartFromDialog(workspace, host)
    made.show()
    qtbot.waitUntil(lambda: made.tab is tab)
    yield made
    made.reject()


def _rows(dialog: StartFromDialog) -> list[tuple[str, str, str]]:
    items = [dialog.table.topLevelItem(row) for row in range(dialog.table.topLevelItemCount())]
    return [
        (item.text(0), item.text(1), item.text(2).replace(_TIMES, "x"))
        for item in items
        if item is not None
    ]


def _choose(dialog: StartFromDialog, stamp: str) -> None:
    """Choose a run by the keys, as its row says it."""
    row = next(i for i in range(dialog.runs.count()) if stamp in dialog.runs.itemText(i))
    dialog.runs.setFocus()
    QTest.keyClick(dialog.runs, Qt.Key.Key_Home)
    for _ in range(row):
        QTest.keyClick(dialog.runs, Qt.Key.Key_Down)


def test_what_is_kept_is_told_before_the_training_keeps_it(
    dialog: StartFromDialog, tab: Tab, runs: Runs, qtbot: Any
) -> None:
    _choose(dialog, "12:00:01")
    qtbot.waitUntil(lambda: "no checkpoint yet" in dialog.sentence.text(), timeout=WAIT)
    assert not dialog.train.isEnabled()
    _choose(dialog, "12:00:00")
    qtbot.waitUntil(lambda: dialog.table.isVisible(), timeout=WAIT)
    assert _rows(dialog) == [("hidden", "kept", "weight, bias"), ("head", "kept", "weight, bias")]
    assert dialog.sentence.text() == "4 of 4 weights are kept."
    tab.do("No bias", lambda network: set_params(network, "hidden", {"bias": False}))
    qtbot.waitUntil(lambda: "left behind" in dialog.sentence.text(), timeout=WAIT)
    assert _rows(dialog)[0] == ("hidden", "kept", "weight kept; bias left behind")
    tab.do("More features", lambda network: set_params(network, "hidden", {"out_features": 9}))
    qtbot.waitUntil(lambda: _rows(dialog)[:1] != [] and _rows(dialog)[0][1] == "new", timeout=WAIT)
    assert _rows(dialog) == [
        ("hidden", "new", "weight 16x4 → 9x4; bias left behind"),
        ("head", "partly kept", "weight 3x16 → 3x9; bias kept"),
    ]
    head = dialog.table.visualItemRect(dialog.table.topLevelItem(1)).center()
    QTest.mouseClick(dialog.table.viewport(), LEFT, pos=head)
    QTest.mouseDClick(dialog.table.viewport(), LEFT, pos=head)
    assert tab.selection.nodes == {"head"}
    QTest.mouseClick(dialog.train, LEFT)
    assert not dialog.isVisible()
    qtbot.waitUntil(lambda: runs.active is not None, timeout=WAIT)
    view = runs.active
    assert view is not None
    qtbot.waitUntil(lambda: not view.is_active, timeout=WAIT)
    assert read_json(view.folder.transplant)["kept"] == ["head.bias"]


def test_nothing_that_fits_is_said_and_not_trained(
    dialog: StartFromDialog, tab: Tab, qtbot: Any
) -> None:
    tab.do("Break it", lambda network: set_params(network, "hidden", {"out_features": 0}))
    qtbot.waitUntil(lambda: dialog.sentence.text().startswith("The network has errors"))
    assert not dialog.train.isEnabled()
    assert _rows(dialog) == []


@pytest.fixture
def panel(tab: Tab, workspace: Workspace, qtbot: Any) -> RunsPanel:
    panel = RunsPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(1100, 300)
    panel.show()
    qtbot.waitUntil(lambda: len(panel.model.views) == 2, timeout=WAIT)
    return panel


def _pick(panel: RunsPanel, words: str) -> None:
    """Take something from the menu of the second row."""
    spot = panel.table.visualRect(panel.model.index(1, RUN)).center()
    QTest.mouseClick(panel.table.viewport(), LEFT, pos=spot)
    panel.table.customContextMenuRequested.emit(spot)
    menu = panel.findChild(QMenu, "run_menu")
    assert menu is not None
    action = next(a for a in menu.actions() if a.text().startswith(words))
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_a_run_is_chosen_in_the_menu_of_its_row(panel: RunsPanel, runs: Runs, qtbot: Any) -> None:
    with qtbot.waitSignal(runs.weights_wanted) as wanted:
        _pick(panel, "Start from")
    assert wanted.args == [panel.model.views[1]]


def test_the_recipe_of_a_run_is_copied_in_one_step(
    panel: RunsPanel, tab: Tab, workspace: Workspace, qtbot: Any
) -> None:
    with qtbot.waitSignal(workspace.said) as said:
        _pick(panel, "Copy Recipe")
    assert said.args[1] == "The document has the recipe of iris 12:00:00 already."
    first = Recipe.from_plain(tab.network.recipe).changed()
    other = {"optimizer": "sgd", "threads": 2, "device": "cpu"}
    tab.do("Other", lambda network: set_recipe(network, other))
    before = tab.network
    _pick(panel, "Copy Recipe")
    qtbot.waitUntil(lambda: tab.network is not before, timeout=WAIT)
    assert tab.network.recipe == {**first, "threads": 2, "device": "cpu"}, "device and threads stay"
    tab.undo()
    assert tab.network == before
    file = panel.model.views[1].folder.recipe_file
    file.write_text("[]")
    with qtbot.waitSignal(workspace.said) as said:
        _pick(panel, "Copy Recipe")
    assert said.args[1].startswith("The recipe of the run cannot be copied")
    assert tab.network == before
