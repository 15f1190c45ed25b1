"""The line at the lower edge says what holds, and its parts can be clicked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from networks import network
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from netbuilder.app.figures import bytes_text, flops_text, parameters_text
from netbuilder.app.session import Session
from netbuilder.editor.status_bar import StatusBar
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.edits import remove_nodes, set_params, set_recipe
from netbuilder.node_api.dims import symbol


@pytest.fixture
def bar(qtbot: Any, workspace: Workspace) -> StatusBar:
    made = StatusBar(workspace)
    qtbot.addWidget(made)
    made.resize(1200, 26)
    made.show()
    return made


def texts(bar: StatusBar) -> list[str]:
    """What can be read, from left to right."""
    found: list[QWidget] = [
        part
        for part in [*bar.findChildren(QLabel), *bar.findChildren(QToolButton)]
        if part.isVisible() and part.text()
    ]
    found.sort(key=lambda part: part.mapTo(bar, part.rect().topLeft()).x())
    return [part.text() for part in found]  # type: ignore[attr-defined]


def test_nothing_is_said_without_a_document(bar: StatusBar) -> None:
    assert texts(bar) == []


def test_what_a_network_costs(bar: StatusBar, open_example: Callable[[str], Tab]) -> None:
    open_example("digits_cnn")
    assert texts(bar) == [
        "No problems",
        "18 nodes",
        "30,762 parameters",
        "1.81 MFLOPs / sample",
        "weights 123 kB, training 2.4 MB at batch 32",
        "fp32",
        "100%",
    ]


def test_it_follows_edits_groups_and_tabs(
    bar: StatusBar, open_example: Callable[[str], Tab], workspace: Workspace
) -> None:
    first = open_example("iris_mlp")
    whole = texts(bar)
    first.do("Precision", lambda n: set_recipe(n, {"precision": "bf16", "batch_size": 64}))
    assert texts(bar)[-2] == "bf16"
    assert texts(bar)[-3].endswith("at batch 64")
    second = open_example("digits_residual")
    assert second.enter("blocks")
    nodes = bar.findChild(QLabel, "status_nodes")
    assert nodes.text() == f"{len(second.graph.nodes)} nodes"
    assert "in the whole document" in nodes.toolTip()
    workspace.show(first)
    assert texts(bar)[1:4] == whole[1:4]
    workspace.show(None)
    assert texts(bar) == []


def test_problems_are_counted_and_clicked(
    qtbot: Any, bar: StatusBar, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("digits_cnn")
    tab.do("Remove", lambda n: remove_nodes(n, ["flatten"]))
    errors = sum(one.severity == "error" for one in tab.report.diagnostics)
    warnings = sum(one.severity == "warning" for one in tab.report.diagnostics)
    button = bar.findChild(QToolButton, "status_problems")
    assert errors
    assert button.text().startswith(f"{errors} error")
    assert ("warning" in button.text()) is bool(warnings)
    assert button.accessibleName() == button.text()
    with qtbot.waitSignal(bar.problems_clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    tab.undo()
    assert button.text() == "No problems"


def test_zoom_is_shown_and_clicked(
    qtbot: Any, bar: StatusBar, open_example: Callable[[str], Tab]
) -> None:
    open_example("iris_mlp")
    bar.set_zoom(0.667)
    button = bar.findChild(QToolButton, "status_zoom")
    assert button.text() == "67%"
    with qtbot.waitSignal(bar.zoom_clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_does_not_fit_is_left_out(bar: StatusBar, open_example: Callable[[str], Tab]) -> None:
    open_example("digits_cnn")
    everything = texts(bar)
    bar.resize(420, 26)
    narrow = texts(bar)
    assert narrow == [*everything[: len(narrow) - 2], "fp32", "100%"]
    assert len(narrow) < len(everything)
    for label in bar.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.width() >= label.sizeHint().width()
    bar.resize(1200, 26)
    assert texts(bar) == everything


def test_a_message_passes(bar: StatusBar, open_example: Callable[[str], Tab]) -> None:
    open_example("iris_mlp")
    everything = texts(bar)
    bar.showMessage("Open a network file.")
    assert bar.currentMessage() == "Open a network file."
    bar.clearMessage()
    assert texts(bar) == everything


def test_open_sizes_are_formulas(bar: StatusBar, workspace: Workspace) -> None:
    nodes = [
        ("tokens", "input", {"shape": ("T", 8)}),
        ("head", "linear", {"out_features": 4}),
        ("scores", "output"),
    ]
    workspace.open(Session(network(nodes, "tokens -> head, head -> scores")))
    assert "64*T FLOPs / sample" in texts(bar)


def test_both_themes_have_a_mark(bar: StatusBar, open_example: Callable[[str], Tab]) -> None:
    tab = open_example("digits_cnn")
    tab.do("Shrink", lambda n: set_params(n, "head", {"out_features": 0}))
    for theme in ("light", "dark"):
        bar._workspace.preferences.set("theme", theme)
        assert not bar.grab().isNull()


@pytest.mark.parametrize(
    ("value", "flops", "memory", "parameters"),
    [
        (0, "0 FLOPs", "0 bytes", "0 parameters"),
        (1, "1 FLOPs", "1 byte", "1 parameter"),
        (999, "999 FLOPs", "999 bytes", "999 parameters"),
        (999_999, "1 MFLOPs", "1 MB", "999,999 parameters"),
        (20_600_000, "20.6 MFLOPs", "20.6 MB", "20.6 M parameters"),
        (10_112, "10.1 kFLOPs", "10.1 kB", "10,112 parameters"),
        (2 * 10**15, "2,000 TFLOPs", "2,000 TB", "2,000 T parameters"),
    ],
)
def test_figures(value: int, flops: str, memory: str, parameters: str) -> None:
    assert (flops_text(value), bytes_text(value), parameters_text(value)) == (
        flops,
        memory,
        parameters,
    )


def test_figures_of_open_sizes() -> None:
    size = symbol("T")
    assert bytes_text(size * 4) == f"{size * 4} bytes"
    long = (size + 1) * (size + 2) * (size + 3) * (symbol("S") + 4)
    assert flops_text(long) == "f(S, T) FLOPs"
