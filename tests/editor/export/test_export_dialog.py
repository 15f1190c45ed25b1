"""The dialog exports in a process of its own and says how it went."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from networks import network
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from netbuilder.app.examples import example
from netbuilder.app.training import train
from netbuilder.editor.dialogs.export import ExportDialog
from netbuilder.editor.dialogs.export_report import outcome_of, outcome_of_failure
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.edits import set_data, set_description, set_params, set_recipe
from netbuilder.graph.model import Network

LONG = 120_000  # ms; a fresh interpreter imports torch on a busy computer


def small() -> Network:
    nodes = [
        ("x", "input", {"shape": (3,)}),
        ("head", "linear", {"out_features": 2}),
        ("y", "output"),
    ]
    return network(nodes, "x -> head, head -> y")


def click(qtbot: Any, dialog: QWidget, name: str) -> None:
    button = dialog.findChild(QPushButton, name)
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def export(qtbot: Any, dialog: ExportDialog) -> str:
    click(qtbot, dialog, "export_start")
    assert dialog.busy
    qtbot.waitUntil(lambda: not dialog.busy, timeout=LONG)
    return dialog.card.text


@pytest.mark.parametrize("typed", ["/", "/..", "//"])
def test_a_path_that_is_only_begun_is_no_target(
    dialog: ExportDialog, document: Callable[[Network], Tab], typed: str
) -> None:
    document(small())
    dialog.form.target.setText(typed)
    assert "Put a name behind it." in dialog.form.note.text()
    assert not dialog.findChild(QPushButton, "export_start").isEnabled()


@pytest.mark.slow
def test_each_format_of_a_small_network(
    qtbot: Any,
    dialog: ExportDialog,
    document: Callable[[Network], Tab],
    choose: Callable[[str], None],
    tmp_path: Path,
) -> None:
    document(small())
    out = tmp_path / "out"
    said = export(qtbot, dialog)
    assert said.startswith("Verified: it computes what the network with its fresh weights computes")
    assert "Compared at: batch sizes 1, 4, 7" in said
    assert "class TestNet" in (out / "small.py").read_text()
    choose("project")
    assert not dialog.card.isVisible()
    assert "README.md" in export(qtbot, dialog)
    assert (out / "small_project" / "model.py").is_file()
    choose("onnx")
    said = export(qtbot, dialog)
    assert "Opset: 18, accepted by the ONNX checker" in said
    assert "File: small.onnx, " in said
    assert dialog.card.outcome.path == str(out / "small.onnx")
    assert not any(tmp_path.rglob(".export-*"))


@pytest.mark.slow
def test_a_trained_run_is_offered_and_exported(
    qtbot: Any,
    dialog: ExportDialog,
    document: Callable[[Network], Tab],
    choose: Callable[[str], None],
) -> None:
    plain = example("mlp_xor")
    scaled = set_data(plain, {**plain.data, "standardize": ["point"]})
    tab = document(scaled)
    runs = tab.session.folder / "runs"
    run = runs / "small-20260101-120000"
    short = set_recipe(tab.network, {**tab.network.recipe, "epochs": 2})
    assert train(short, tab.session.folder, run).ok
    (runs / "other-20260101-120000").mkdir()
    choose("onnx")
    tab.do("Describe", lambda n: set_description(n, "again"))
    qtbot.waitUntil(lambda: dialog.form.weights.count() == 2)
    assert dialog.form.run is not None
    assert dialog.form.run.name == run.name
    assert "epoch" in dialog.form.weights.currentText()
    note = dialog.findChild(QLabel, "export_note")
    assert not note.isVisible()
    tab.do("Widen", lambda n: set_params(n, "hidden", {"out_features": 9}))
    qtbot.waitUntil(note.isVisible)
    assert "changed since this run" in note.text()
    said = export(qtbot, dialog)
    assert said.startswith("Verified: it computes what the trained network computes.")
    assert "Inputs" not in rows(dialog.card.outcome.rows)
    inside = dialog.form.inside
    qtbot.mouseClick(inside, Qt.MouseButton.LeftButton, pos=QPoint(9, inside.height() // 2))
    assert inside.isChecked()
    export(qtbot, dialog)
    assert rows(dialog.card.outcome.rows)["Inputs"].startswith("numbers as the data have them")
    choose("pt2")
    assert not dialog.form.inside.isVisible()
    choose("file")
    assert not dialog.form.weights.isVisible()
    assert dialog.form.run is None


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_pictures(
    qtbot: Any,
    dialog: ExportDialog,
    open_example: Callable[[str], Tab],
    choose: Callable[[str], None],
    tmp_path: Path,
    kind: str,
) -> None:
    tab = open_example("digits_residual")
    choose("picture")
    dialog.form.kind.setCurrentIndex(dialog.form.kind.findData(kind))
    assert dialog.form.target.text().endswith(f"digits_residual.{kind}")
    assert dialog.form.scale.isVisible() is (kind == "png")
    said = export(qtbot, dialog)
    assert said.startswith("The picture is written.\ndigits_residual")
    assert (tmp_path / "out" / f"digits_residual.{kind}").stat().st_size > 1000
    tab.enter("blocks")
    assert dialog.form.shows.itemText(0) == "The shown graph: Residual block"
    dialog.form.shows.setCurrentIndex(1)
    said = export(qtbot, dialog)
    assert ("2 pictures are written." in said) is (kind != "pdf")


def test_a_network_with_errors_is_told_before(
    qtbot: Any,
    dialog: ExportDialog,
    open_example: Callable[[str], Tab],
    choose: Callable[[str], None],
) -> None:
    tab = open_example("iris_mlp")
    start = dialog.findChild(QPushButton, "export_start")
    blocked = dialog.findChild(QLabel, "export_blocked")
    assert start.isEnabled()
    name = next(n for n, node in tab.graph.nodes.items() if node.type == "linear")
    tab.do("Break", lambda n: set_params(n, name, {"out_features": 0}))
    assert not start.isEnabled()
    assert blocked.isVisible()
    assert blocked.text() == "The network has 1 error. Mend it, or take a picture."
    choose("picture")
    assert start.isEnabled()
    assert not blocked.isVisible()
    choose("onnx")
    tab.undo()
    assert start.isEnabled()
    qtbot.waitUntil(lambda: dialog.form.weights.count() == 1)


def test_a_cancelled_export_leaves_nothing(
    qtbot: Any,
    dialog: ExportDialog,
    document: Callable[[Network], Tab],
    choose: Callable[[str], None],
    tmp_path: Path,
) -> None:
    document(small())
    choose("onnx")
    click(qtbot, dialog, "export_start")
    qtbot.waitUntil(lambda: dialog.exporter.pid > 0)
    pid = dialog.exporter.pid
    assert not dialog.form.isEnabled()
    click(qtbot, dialog, "export_cancel")
    qtbot.waitUntil(lambda: not dialog.busy, timeout=LONG)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not dialog.card.isVisible()
    assert dialog.form.isEnabled()
    out = tmp_path / "out"
    assert not out.exists() or not any(out.iterdir())


def test_closing_while_it_runs_ends_it(
    qtbot: Any, dialog: ExportDialog, document: Callable[[Network], Tab]
) -> None:
    document(small())
    click(qtbot, dialog, "export_start")
    qtbot.waitUntil(lambda: dialog.exporter.pid > 0)
    with qtbot.waitSignal(dialog.finished, timeout=LONG):
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.exporter.running
    assert not dialog.isVisible()


def test_hiding_the_window_ends_it(
    qtbot: Any,
    workspace: Workspace,
    document: Callable[[Network], Tab],
    tmp_path: Path,
) -> None:
    document(small())
    window = QFrame()
    qtbot.addWidget(window)
    window.show()
    workspace.preferences.remember("export", {"folder": str(tmp_path / "out")})
    dialog = ExportDialog(workspace, window)
    dialog.show()
    click(qtbot, dialog, "export_start")
    qtbot.waitUntil(lambda: dialog.exporter.pid > 0)
    window.close()
    assert not dialog.exporter.running


def test_a_process_that_dies_is_told(
    qtbot: Any, dialog: ExportDialog, document: Callable[[Network], Tab]
) -> None:
    document(small())
    click(qtbot, dialog, "export_start")
    qtbot.waitUntil(lambda: dialog.exporter.pid > 0)
    os.kill(dialog.exporter.pid, 9)
    qtbot.waitUntil(lambda: not dialog.busy, timeout=LONG)
    assert "ended without a report" in dialog.card.text


def test_a_target_that_cannot_be(
    dialog: ExportDialog,
    document: Callable[[Network], Tab],
    choose: Callable[[str], None],
    tmp_path: Path,
) -> None:
    document(small())
    start = dialog.findChild(QPushButton, "export_start")
    note = dialog.findChild(QLabel, "export_note")
    dialog.form.target.setText("")
    assert not start.isEnabled()
    assert note.text() == "Say where to write it."
    dialog.form.target.setText("model.py")
    assert not start.isEnabled()
    assert "whole path" in note.text()
    (tmp_path / "folder.py").mkdir()
    dialog.form.target.setText(str(tmp_path / "folder.py"))
    assert not start.isEnabled()
    (tmp_path / "there.py").write_text("x = 1\n")
    dialog.form.target.setText(str(tmp_path / "there"))
    assert start.isEnabled()
    assert note.text() == "there.py is there already and will be replaced."
    choose("project")
    assert dialog.form.target.text() == str(tmp_path / "there_project")
    dialog.form.target.setText(str(tmp_path / "there.py"))
    assert dialog.form.path == tmp_path / "there"


@pytest.mark.slow
def test_a_foreign_folder_is_refused_and_told(
    qtbot: Any,
    dialog: ExportDialog,
    document: Callable[[Network], Tab],
    choose: Callable[[str], None],
    tmp_path: Path,
) -> None:
    document(small())
    choose("project")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    dialog.form.target.setText(str(tmp_path / "mine"))
    said = export(qtbot, dialog)
    assert said.startswith("Nothing was written.")
    assert "holds files that no export wrote" in said
    assert dialog.card.outcome.level == "error"
    assert not dialog.findChild(QPushButton, "export_folder").isVisible()


def test_what_was_written_can_be_found(
    qtbot: Any,
    dialog: ExportDialog,
    open_example: Callable[[str], Tab],
    choose: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    def open_url(url: Any) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    open_example("iris_mlp")
    choose("picture")
    export(qtbot, dialog)
    assert not dialog.findChild(QLabel, "export_note").isVisible()
    click(qtbot, dialog, "export_folder")
    assert opened == [str(tmp_path / "out")]
    click(qtbot, dialog, "export_copy")
    assert QGuiApplication.clipboard().text() == str(tmp_path / "out" / "iris_mlp.svg")


def test_the_folder_and_format_are_remembered(
    qtbot: Any,
    dialog: ExportDialog,
    workspace: Workspace,
    open_example: Callable[[str], Tab],
    choose: Callable[[str], None],
    tmp_path: Path,
) -> None:
    open_example("iris_mlp")
    choose("picture")
    dialog.form.target.setText(str(tmp_path / "else" / "iris.svg"))
    export(qtbot, dialog)
    other = ExportDialog(workspace)
    qtbot.addWidget(other)
    other.show()
    assert other.format.id == "picture"
    assert Path(other.form.target.text()).parent == tmp_path / "else"


def test_it_follows_the_shown_document(
    dialog: ExportDialog, workspace: Workspace, open_example: Callable[[str], Tab]
) -> None:
    assert not dialog.form.isEnabled()
    first = open_example("iris_mlp")
    assert dialog.windowTitle() == "Export iris_mlp"
    open_example("wine_mlp")
    assert dialog.form.target.text().endswith("wine_mlp.py")
    workspace.show(first)
    assert dialog.form.target.text().endswith("iris_mlp.py")
    workspace.show(None)
    assert not dialog.form.isEnabled()


def report(**other: Any) -> dict[str, Any]:
    one = {"name": "y", "max_abs_diff": 2e-7, "tolerance": 1e-5, "ok": True}
    plain = {
        "format": "onnx",
        "path": "/x/y.onnx",
        "files": [],
        "ok": True,
        "outputs": [one],
        "batch_sizes": [1, 4],
        "sizes": [{"T": 8}, {"T": 16}],
        "checker": True,
        "opset": 18,
        "first_difference": None,
        "problem": "",
    }
    return {**plain, **other}


def rows(found: Sequence[tuple[str, str]]) -> dict[str, str]:
    return dict(found)


def test_a_difference_leads_to_its_node(qtbot: Any, dialog: ExportDialog, tab: Tab) -> None:
    bad = {"name": "y", "max_abs_diff": None, "tolerance": 1e-5, "ok": False}
    first = {
        "node": "block_1/conv_1",
        "merged": ["relu_1"],
        "module": "block_1.0.conv_1",
        "value": "conv2d",
        "operator": "Conv",
        "max_abs_diff": 0.25,
        "tolerance": 1e-5,
    }
    outcome = outcome_of(report(ok=False, outputs=[bad], first_difference=first), trained=True)
    said = rows(outcome.rows)
    assert outcome.level == "error"
    assert outcome.title.startswith("Nothing was written")
    assert said["Difference"] == "not a number (too much: at most 1e-05 is let pass)"
    assert said["First at"] == (
        "block_1/conv_1 in block_1.0.conv_1: Conv is off by 0.25, in one step with relu_1"
    )
    dialog.card.tell(outcome)
    with qtbot.waitSignal(dialog.card.node_wanted) as caught:
        click(qtbot, dialog, "export_node")
    assert caught.args == ["block_1/conv_1"]


def test_open_sizes_notes_and_several_outputs_are_told() -> None:
    outputs = [
        {"name": name, "max_abs_diff": 0.0, "tolerance": 1e-5, "ok": True} for name in ("a", "b")
    ]
    said = rows(outcome_of(report(outputs=outputs, note="became NaN", files=["/x/a", "/x/b"]), trained=True).rows)  # fmt: skip
    assert said["a"] == said["b"] == "0 (at most 1e-05 is let pass)"
    assert said["Compared at"] == "batch sizes 1, 4; T 8, 16"
    assert said["Note"] == "Became NaN."
    assert said["2 files"] == "a (0 bytes), b (0 bytes); 0 bytes in all"


def test_problems_of_the_network_are_told_with_their_way_out() -> None:
    found = {"severity": "error", "node": "head", "message": "is wrong", "hint": "mend it"}
    outcome = outcome_of_failure("the network has errors", {"diagnostics": [found]})
    assert outcome.has_problems
    assert outcome.node == "head"
    assert rows(outcome.rows) == {"head": "Is wrong.", "Way out": "Mend it."}


def test_markup_in_names_is_shown_as_it_is(dialog: ExportDialog) -> None:
    outcome = outcome_of_failure("<b>bold</b> <img src='x'>", {})
    dialog.card.tell(outcome)
    for label in dialog.findChildren(QLabel):
        if label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText or not label.text().startswith("<")
    assert "<b>bold</b>" in dialog.card.text
