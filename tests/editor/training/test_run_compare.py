"""Two runs are chosen in the table and told apart in a window; several go at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from netbuilder.app.graph_pair import Marks
from netbuilder.editor.dialogs.run_compare import RunCompareDialog
from netbuilder.editor.panels.runs import RunsPanel
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.graph_pair import StillCanvas
from netbuilder.editor.training.run_table import RUN
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import save
from netbuilder.graph.edits import insert_on_edge, make_group, set_recipe
from netbuilder.graph.model import Network
from netbuilder.training.records import STEP, VALIDATION, RecordWriter, Schema
from netbuilder.training.run import RunFolder
from netbuilder.training.run_notes import RunNotes, write_notes

WAIT = 8_000
LEFT = Qt.MouseButton.LeftButton
RATES = (0.01, 0.1, 0.2)


def _write_records(path: Path, start: float) -> None:
    """Twelve steps of a loss that falls to nothing from where it starts, and two validations."""
    writer = RecordWriter(path, Schema(("loss",), ("accuracy",)))
    for step in range(1, 13):
        for kind in (STEP, VALIDATION) if step % 6 == 0 else (STEP,):
            loss, epoch = start * (1 - step / 12), (step + 5) // 6
            head = (kind, epoch, step, step, 8, 8 * step, 0.1 * step, time.time(), loss, 0.01, 1.0)
            values = [loss, step / 12] if kind == VALIDATION else [loss]
            writer.append([writer.pack(head, values)])
    writer.close()


def _regrown(network: Network) -> Network:
    """A group around the hidden layer, and a node more behind it."""
    found, _ = insert_on_edge(network, "head.input", "dropout", id="drop")
    found, *_ = make_group(found, ["hidden"], "body")
    return found


@pytest.fixture
def panel(
    runs: Runs, iris: Callable[..., Tab], workspace: Workspace, tmp_path: Path, qtbot: Any
) -> RunsPanel:
    """Three runs with rates of their own; the second is noted."""
    network = iris().network
    for number, rate in enumerate(RATES):
        folder = tmp_path / f"documents/runs/iris-20261101-12000{number}"
        folder.mkdir(parents=True)
        recipe = {**network.recipe, "learning_rate": rate}
        graph = _regrown(network) if number == 2 else network
        save(set_recipe(graph, recipe), folder / "graph.netgraph")
        best = {"on": "validation", "metric": "loss", "value": rate, "epoch": 2, "step": 12}
        files = {
            "source.json": {},
            "recipe.json": recipe,
            "data.json": {"settings": dict(network.data), "folder": str(tmp_path)},
            "status.json": {"state": "done", "step": 12, "total_steps": 12, "epoch": 2},
            "result.json": {"step": 12, "epoch": 2, "best": best},
        }
        for name, plain in files.items():
            (folder / name).write_text(json.dumps(plain))
        start = {"event": "start", "time": time.time() - 100 * number}
        (folder / "events.jsonl").write_text(json.dumps(start) + "\n")
        _write_records(folder / "records.bin", 2 + number)
        if number == 1:
            write_notes(RunFolder(folder), RunNotes(note="too fast"))
    made = RunsPanel(workspace)
    qtbot.addWidget(made)
    made.resize(1100, 300)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: len(made.model.views) == 3, timeout=WAIT)
    return made


def _choose(panel: RunsPanel, *rows: int) -> None:
    for count, row in enumerate(rows):
        spot = panel.table.visualRect(panel.model.index(row, RUN)).center()
        held = Qt.KeyboardModifier.ControlModifier if count else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(panel.table.viewport(), LEFT, held, spot)


def _rows(window: RunCompareDialog) -> dict[str, list[tuple[str, str, str]]]:
    found = {}
    for number in range(window.table.topLevelItemCount()):
        group = window.table.topLevelItem(number)
        assert group is not None
        rows = [group.child(row) for row in range(group.childCount())]
        found[group.text(0)] = [(row.text(0), row.text(1), row.text(2)) for row in rows]
    return found


def test_two_chosen_runs_are_told_apart(panel: RunsPanel, qtbot: Any) -> None:
    _choose(panel, 0)
    assert not panel.buttons["compare"].isEnabled()
    _choose(panel, 0, 1)
    QTest.mouseClick(panel.buttons["compare"], LEFT)
    window = panel.findChild(RunCompareDialog)
    assert window is not None
    qtbot.waitUntil(lambda: window.sentence.text() != "Reading both runs.", timeout=WAIT)
    assert window.sentence.text() == "Different: recipe in 1; the same: data, graph."
    rows = _rows(window)
    assert rows["Recipe"] == [("learning_rate", "0.01", "0.1")]
    assert rows["Results"][0] == ("best validation loss", "0.01", "0.1")
    assert ("epoch", "2", "2") in rows["Results"], "figures are told, equal or not"
    assert rows["Notes"] == [("note", "\N{EN DASH}", "too fast")]
    assert set(rows) == {"Results", "Recipe", "Notes"}
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.findChild(RunCompareDialog) is None, timeout=WAIT)


def test_the_curves_of_both_lie_over_each_other(panel: RunsPanel, runs: Runs, qtbot: Any) -> None:
    _choose(panel, 0, 1)
    QTest.mouseClick(panel.buttons["compare"], LEFT)
    window = panel.findChild(RunCompareDialog)
    assert window is not None
    loss, metric = window.charts
    qtbot.waitUntil(lambda: len(metric.plot.lines) == 2, timeout=WAIT)
    names = ["iris 12:00:00", "iris 12:00:01"]
    assert (loss.figure.currentText(), metric.figure.currentText()) == ("loss", "accuracy")
    for chart in window.charts:
        told = [line for line in chart.plot.lines if line.label]
        assert [line.label for line in told] == names
        assert [line.dashed for line in told] == [False, True], "no colour has to be told"
        assert len({line.colour for line in told}) == 2
    assert [line.series.y[0] for line in loss.plot.lines if line.label] == [1.0, 1.5]
    assert [label.partition(" ")[2] for label, _, _ in loss.legend.rows] == names
    metric.figure.setFocus()
    QTest.keyClick(metric.figure, Qt.Key.Key_Home)
    assert metric.figure.currentText() == "loss"
    assert len(metric.plot.lines) == len(loss.plot.lines)
    QTest.mouseClick(loss.log, LEFT)
    assert loss.plot.is_log
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.findChild(RunCompareDialog) is None, timeout=WAIT)
    assert runs.overlaid == [], "what the training panel draws stays as it was"
    assert not +runs._along


def test_a_difference_is_shown_where_it_lies(panel: RunsPanel, qtbot: Any) -> None:
    _choose(panel, 0, 2)
    QTest.mouseClick(panel.buttons["compare"], LEFT)
    window = panel.findChild(RunCompareDialog)
    assert window is not None
    window.resize(1240, 760)
    qtbot.waitUntil(lambda: len(window.graphs.canvases) == 2, timeout=WAIT)
    qtbot.waitUntil(lambda: "Graph" in _rows(window), timeout=WAIT)
    before, after = window.graphs.canvases
    QTest.mouseClick(window.pages, LEFT, pos=window.pages.tabRect(1).center())
    qtbot.waitUntil(window.graphs.isVisible, timeout=WAIT)
    plain = _picture(after)
    after.set_marks(Marks())
    assert _picture(after) != plain, "what differs is drawn"
    _click_row(window, "drop")
    assert after.tab.selection.nodes == {"drop"}
    assert before.tab.selection.nodes == frozenset()
    qtbot.waitUntil(lambda: _middle(after, "drop"), timeout=WAIT)
    qtbot.waitUntil(lambda: _same_part(before, after), timeout=WAIT)
    _click_row(window, "body/hidden")
    assert after.tab.trail == ("body_1",)
    assert before.tab.trail == (), "there is no such group"
    assert window.graphs.place.text() == "Main graph / body_1"
    QTest.mouseClick(window.graphs.up, LEFT)
    assert after.tab.trail == ()
    assert not window.graphs.up.isEnabled()
    after.setFocus()
    corner = after.viewport().rect().center()
    QTest.mousePress(after.viewport(), LEFT, pos=corner)
    QTest.mouseMove(after.viewport(), corner + QPoint(60, 20))
    QTest.mouseRelease(after.viewport(), LEFT, pos=corner + QPoint(60, 20))
    assert _same_part(before, after)
    QTest.keyClick(after, Qt.Key.Key_Plus)
    assert _same_part(before, after)
    for canvas in (before, after):
        QTest.keyClick(canvas, Qt.Key.Key_Delete)
        QTest.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        assert canvas.tab.session.document.is_clean, "nobody can edit it"
    body = after.mapFromScene(after.rect_of(["body_1"]).center())
    QTest.mouseDClick(after.viewport(), LEFT, pos=body)
    assert after.tab.trail == ("body_1",)
    QTest.keyClick(after, Qt.Key.Key_Backspace)
    assert after.tab.trail == ()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.findChild(RunCompareDialog) is None, timeout=WAIT)


def _picture(canvas: StillCanvas) -> bytes:
    image = canvas.grab().toImage()
    return bytes(image.constBits())


def _click_row(window: RunCompareDialog, name: str) -> None:
    (item,) = window.table.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    window.table.scrollToItem(item)
    spot = window.table.visualItemRect(item).center()
    QTest.mouseClick(window.table.viewport(), LEFT, pos=spot)


def _middle(canvas: StillCanvas, node: str) -> bool:
    return canvas.rect_of([node]).contains(canvas.centre())


def _same_part(one: StillCanvas, other: StillCanvas) -> bool:
    away = one.centre() - other.centre()
    return one.zoom == other.zoom and away.manhattanLength() * one.zoom <= 3


def test_a_run_that_cannot_be_read_is_said(panel: RunsPanel, qtbot: Any) -> None:
    _choose(panel, 0, 2)
    (panel.model.views[2].folder.graph).unlink()
    QTest.mouseClick(panel.buttons["compare"], LEFT)
    window = panel.findChild(RunCompareDialog)
    assert window is not None
    qtbot.waitUntil(lambda: "cannot be compared" in window.sentence.text(), timeout=WAIT)
    window.close()
    qtbot.waitUntil(lambda: panel.findChild(RunCompareDialog) is None, timeout=WAIT)


def test_all_chosen_runs_are_deleted_and_kept_together(panel: RunsPanel) -> None:
    _choose(panel, 0, 2)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert panel.model.rowCount() == 1
    QTest.mouseClick(panel.keep, LEFT)
    assert panel.model.rowCount() == 3
