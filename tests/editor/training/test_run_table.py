"""The runs searched, sorted, filtered, pinned, tagged and noted; their graphs opened; by mouse and keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from netbuilder.app.examples import example
from netbuilder.editor.panels.runs import RunsPanel
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.run_table import BEST, NOTE, PIN, RUN, TAGS
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.runs import Runs, _graph_of
from netbuilder.editor.training.tail import overview
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import load, save
from netbuilder.graph.edits import set_data
from netbuilder.training.run import RunFolder
from netbuilder.training.run_notes import RunNotes, read_notes, write_notes

WAIT = 8_000
LEFT = Qt.MouseButton.LeftButton
NAMES = ("iris-20261101-120003", "iris-20261101-120002", "iris-20261101-120001")

Open = Callable[..., Tab]


def _write(folder: Path, network: Any, value: float, began: float) -> None:
    """A run that has ended, as its worker leaves it behind."""
    folder.mkdir(parents=True)
    save(network, folder / "graph.netgraph")
    files = {
        "source.json": {},
        "recipe.json": dict(network.recipe),
        "data.json": {"settings": dict(network.data), "folder": str(folder.parent)},
        "status.json": {"state": "done", "step": 12, "total_steps": 12, "epoch": 2},
        "result.json": {
            "best": {"on": "validation", "metric": "loss", "value": value, "epoch": 2, "step": 12}
        },
    }
    for name, plain in files.items():
        (folder / name).write_text(json.dumps(plain))
    (folder / "events.jsonl").write_text(json.dumps({"event": "start", "time": began}) + "\n")


@pytest.fixture
def panel(runs: Runs, iris: Open, workspace: Workspace, tmp_path: Path, qtbot: Any) -> RunsPanel:
    """Three runs, the best one the oldest."""
    tab = iris()
    for number, name in enumerate(NAMES):
        began = time.time() - 100 * (number + 1)
        _write(tmp_path / "documents/runs" / name, tab.network, 0.3 - number / 10, began)
    made = RunsPanel(workspace)
    qtbot.addWidget(made)
    made.resize(1100, 300)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: len(made.model.views) == 3, timeout=WAIT)
    return made


def names(panel: RunsPanel) -> list[str]:
    return [view.name for view in panel.model.views]


def at(panel: RunsPanel, row: int, column: int) -> QModelIndex:
    return panel.model.index(row, column)


def click(panel: RunsPanel, index: QModelIndex) -> QPoint:
    spot = panel.table.visualRect(index).center()
    QTest.mouseClick(panel.table.viewport(), LEFT, pos=spot)
    return spot


def write_in(panel: RunsPanel, index: QModelIndex, text: str) -> None:
    spot = click(panel, index)
    QTest.mouseDClick(panel.table.viewport(), LEFT, pos=spot)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    enter(editor)


def editor_of(panel: RunsPanel) -> QLineEdit:
    """The editor of the cell that is written in."""
    found = panel.table.viewport().findChildren(QLineEdit)
    return next(editor for editor in found if editor.isVisible())


def enter(editor: QLineEdit) -> None:
    """Take what is written; Qt does that one turn of its loop later."""
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def test_a_click_on_the_star_keeps_a_run_before_the_others(panel: RunsPanel) -> None:
    assert names(panel) == list(NAMES)
    run = panel.model.views[2].folder
    click(panel, at(panel, 2, PIN))
    assert names(panel) == [NAMES[2], NAMES[0], NAMES[1]]
    assert read_notes(run).pinned
    assert at(panel, 0, PIN).data(Qt.ItemDataRole.AccessibleTextRole) == "pinned"
    chosen = panel.chosen
    assert chosen is not None
    assert chosen.name == NAMES[2], "the row that was chosen stays chosen where it goes"
    QTest.mouseClick(panel.pinned, LEFT, pos=QPoint(8, panel.pinned.height() // 2))
    assert names(panel) == [NAMES[2]]
    assert panel.count.text() == "1 of 3 runs"
    click(panel, at(panel, 0, PIN))
    assert names(panel) == []
    assert not read_notes(run).pinned
    QTest.mouseClick(panel.pinned, LEFT, pos=QPoint(8, panel.pinned.height() // 2))
    assert names(panel) == list(NAMES)


def test_tags_and_notes_are_written_in_their_cells(panel: RunsPanel, qtbot: Any) -> None:
    run = panel.model.views[1].folder
    write_in(panel, at(panel, 1, TAGS), "wide, slow , wide")
    assert read_notes(run).tags == ("wide", "slow")
    assert at(panel, 1, TAGS).data() == "wide, slow"
    write_in(panel, at(panel, 1, NOTE), "the rate was too high")
    assert read_notes(run) == RunNotes(("wide", "slow"), "the rate was too high")
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_F2)
    editor = editor_of(panel)
    assert editor.text() == "the rate was too high"
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    panel.tag.setFocus()
    QTest.keyClick(panel.tag, Qt.Key.Key_Down)
    assert panel.tag.currentText() == "slow"
    assert names(panel) == [NAMES[1]]
    QTest.keyClick(panel.tag, Qt.Key.Key_Up)
    assert names(panel) == list(NAMES)


def test_a_row_that_is_written_in_does_not_move_meanwhile(panel: RunsPanel) -> None:
    spot = click(panel, at(panel, 1, NOTE))
    QTest.mouseDClick(panel.table.viewport(), LEFT, pos=spot)
    editor = editor_of(panel)
    editor.selectAll()
    QTest.keyClicks(editor, "half a ")
    runs = panel._runs
    runs.say_of(panel.model.views[2], RunNotes(pinned=True))
    assert names(panel) == list(NAMES)
    QTest.keyClicks(editor, "word")
    enter(editor)
    assert names(panel) == [NAMES[2], NAMES[0], NAMES[1]]
    assert at(panel, 2, NOTE).data() == "half a word"


def test_runs_are_found_by_what_is_said_of_them(panel: RunsPanel) -> None:
    write_in(panel, at(panel, 2, NOTE), "Overfits")
    panel.search.setFocus()
    QTest.keyClicks(panel.search, "overf")
    assert names(panel) == [NAMES[2]]
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert names(panel) == list(NAMES)
    QTest.keyClicks(panel.search, "12:00:02")
    assert names(panel) == [NAMES[1]]
    QTest.keyClicks(panel.search, "x")
    assert names(panel) == []
    assert panel.count.text() == "0 of 3 runs"
    assert not panel.buttons["delete"].isEnabled()
    assert panel.state.count() == 2, "every state, and finished"


def test_a_click_on_a_header_sorts(panel: RunsPanel) -> None:
    header = panel.table.header()
    spot = QPoint(header.sectionViewportPosition(BEST) + 20, header.height() // 2)
    orders = []
    for _ in range(2):
        QTest.mouseClick(header.viewport(), LEFT, pos=spot)
        orders.append(names(panel))
    assert sorted(orders) == sorted([list(NAMES), list(NAMES)[::-1]])


def test_what_another_program_said_is_shown_after_a_look(panel: RunsPanel, qtbot: Any) -> None:
    write_notes(panel.model.views[0].folder, RunNotes(("elsewhere",)))
    panel._runs.refresh()
    qtbot.waitUntil(lambda: at(panel, 0, TAGS).data() == "elsewhere", timeout=WAIT)


def test_notes_that_cannot_be_kept_are_said_and_not_shown(
    panel: RunsPanel, workspace: Workspace, qtbot: Any
) -> None:
    (panel.model.views[0].path / "notes.json").mkdir()
    with qtbot.waitSignal(workspace.said) as said:
        write_in(panel, at(panel, 0, NOTE), "lost")
    assert at(panel, 0, NOTE).data() == ""
    assert said.args[0] == "error"
    assert said.args[1].startswith("What was said of the run cannot be kept")


def test_the_graph_of_a_run_opens_in_a_tab(
    panel: RunsPanel, workspace: Workspace, qtbot: Any
) -> None:
    view = panel.model.views[1]
    click(panel, at(panel, 1, RUN))
    QTest.mouseClick(panel.buttons["graph"], LEFT)
    qtbot.waitUntil(lambda: len(workspace.tabs) == 2, timeout=WAIT)
    tab = workspace.current
    assert tab is not None
    assert tab.session.name == "iris 12-00-02"
    assert tab.session.path is None
    assert tab.network == load(RunFolder(view.path).graph)


def test_data_of_a_restored_graph_are_found_where_the_run_found_them(tmp_path: Path) -> None:
    settings = {"source": "csv", "params": {"path": "rows/a.csv", "target": "y"}}
    network = set_data(example("iris_mlp"), settings)
    _write(tmp_path / "runs" / NAMES[0], network, 0.1, 1.0)
    found = _graph_of(RunFolder(tmp_path / "runs" / NAMES[0]), "again").network.data
    assert found["params"] == {"path": str(tmp_path / "runs/rows/a.csv"), "target": "y"}


def test_thousands_of_runs_cost_little(runs: Runs, panel: RunsPanel, tmp_path: Path) -> None:
    model, few = panel.model, panel.model.views
    found = overview(few[0].folder)
    for number in range(5000):
        path = few[0].path.with_name(f"iris-20261101-{number:06d}")
        view = RunView(replace(found, path=path, began=float(number)))
        runs._views[path] = view
    panel._fill()
    assert model.rowCount() >= 5000
    began = time.process_time()
    for _ in range(5):
        panel._clock.timeout.emit()
    ticks = (time.process_time() - began) / 5
    began = time.process_time()
    panel.search.setFocus()
    QTest.keyClicks(panel.search, "00499")
    assert model.rowCount() == 11
    assert ticks < 0.02
    assert (time.process_time() - began) / 5 < 0.5
