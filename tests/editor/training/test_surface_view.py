"""The decision surface in the training panel: what the worker drew, painted and read."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.editor.panels.training import TrainingPanel
from netbuilder.editor.tab import Tab
from netbuilder.editor.training.plane import Plane
from netbuilder.editor.training.runs import Runs
from netbuilder.editor.training.surface_view import SurfaceView, class_colour
from netbuilder.editor.workspace import Workspace
from netbuilder.files.documents import save

WAIT = 90_000
Open = Callable[..., Tab]


def packed(values: list[int]) -> str:
    return base64.b64encode(bytes(values)).decode()


def plain(**changes: Any) -> dict[str, Any]:
    """Two by two cells: the class 1 is at the right, of which nobody is sure below."""
    return {
        "step": 30,
        "epoch": 3,
        "size": 2,
        "names": ["x", "y"],
        "axes": [[1.0, 2.0], [10.0, 20.0]],
        "kind": "classes",
        "classes": ["upper", "lower"],
        "cells": packed([0, 1, 0, 1]),
        "shades": packed([255, 255, 255, 0]),
        "samples": [[0.25, 0.25, 0, 0], [0.75, 0.25, 1, 1]],
    } | changes


def test_what_the_worker_wrote_is_read() -> None:
    plane = Plane.from_plain(plain())
    assert plane.samples == ((0.25, 0.25, 0.0, False), (0.75, 0.25, 1.0, True))
    assert plane.reading(0.1, 0.9) == "x 1.00, y 20.00: upper, 100%"
    assert plane.reading(0.1, 0.9, named=False) == "1.00, 20.00: upper, 100%"
    assert plane.reading(0.9, 0.1) == "x 2.00, y 10.00: lower, 50%"
    assert plane.reading(1.0, 1.0) == "x 2.00, y 20.00: lower, 100%"
    numbers = plain(kind="numbers", low=10.0, high=20.0)
    assert Plane.from_plain(numbers).reading(0.9, 0.1) == "x 2.00, y 10.00: 10.00"


@pytest.mark.parametrize(
    "changes",
    [
        {"shades": packed([0])},
        {"cells": packed([0, 1, 0, 2])},
        {"axes": [[1.0], [1.0]]},
        {"names": ["x"]},
        {"samples": [[1.0]]},
        {"shades": None},
        {"size": "many"},
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Plane.from_plain(plain(**changes))


@pytest.fixture
def view(workspace: Workspace, qtbot: Any) -> SurfaceView:
    made = SurfaceView(workspace.look)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    qtbot.waitExposed(made)
    return made


def colour_at(view: SurfaceView, across: float, up: float) -> QColor:
    area = view.area
    x, y = area.left() + across * area.width(), area.bottom() - up * area.height()
    picture = view.grab().toImage()
    ratio = picture.devicePixelRatio()
    return picture.pixelColor(round(x * ratio), round(y * ratio))


def distance(one: QColor, other: QColor) -> int:
    return sum(
        abs(a - b)
        for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    )


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_classes_are_colours_and_the_unsure_is_pale(
    view: SurfaceView, workspace: Workspace, theme: str
) -> None:
    workspace.preferences.set("theme", theme)
    view.show_plane(Plane.from_plain(plain(samples=[])))
    look = workspace.look.theme
    panel = QColor(look.panel)
    first, second = (QColor(class_colour(look, number)) for number in (0, 1))
    assert distance(colour_at(view, 0.1, 0.9), first) < distance(colour_at(view, 0.1, 0.9), second)
    assert distance(colour_at(view, 0.9, 0.9), second) < distance(colour_at(view, 0.9, 0.9), first)
    assert distance(colour_at(view, 0.95, 0.05), panel) < distance(colour_at(view, 0.9, 0.9), panel)
    view.show_plane(Plane.from_plain(plain(samples=[[0.5, 0.5, 0, 0]])))
    assert distance(colour_at(view, 0.5, 0.5), first) < 30
    assert view.accessibleDescription() == "after epoch 3: upper, lower"


def test_pointer_and_arrow_keys_read_it(view: SurfaceView) -> None:
    view.show_plane(Plane.from_plain(plain()))
    assert view.reading == ""
    area = view.area
    QTest.mouseMove(view, QPoint(round(area.right() - 3), round(area.bottom() - 3)))
    assert view.reading == "x 2.00, y 10.00: lower, 50%"
    QTest.mouseMove(view, QPoint(2, 2))
    assert view.reading == ""
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.reading == "x 1.00, y 20.00: upper, 100%"
    view.grab()
    view.show_plane(None)
    assert view.reading == ""
    view.grab()


def test_many_classes_and_samples_and_numbers_are_painted(view: SurfaceView) -> None:
    names = [f"a class with a long name {number}" for number in range(12)]
    samples = [[n / 300, n / 300, n % 12, n % 2] for n in range(300)]
    view.show_plane(Plane.from_plain(plain(classes=names, samples=samples)))
    view.grab()
    view.show_plane(Plane.from_plain(plain(kind="numbers", low=0.0, high=11.0, samples=samples)))
    assert view.accessibleDescription() == "after epoch 3: 0.000 to 11.00"
    view.grab()


def test_it_stands_in_the_panel_of_a_network_with_two_inputs(
    runs: Runs, iris: Open, workspace: Workspace, qtbot: Any, tmp_path: Path
) -> None:
    panel = TrainingPanel(workspace)
    qtbot.addWidget(panel)
    panel.resize(1100, 260)
    panel.show()
    qtbot.waitExposed(panel)
    changed = ["recipe.epochs=100000", "recipe.threads=1", "recipe.device=cpu"]
    path = tmp_path / "xor.netgraph"
    save(with_settings(example("mlp_xor"), changed), path)
    workspace.open_path(path)
    assert not panel.surface.isVisible()
    runs.train()
    qtbot.waitUntil(panel.surface.isVisible, timeout=WAIT)
    first = panel.surface.plane
    assert first is not None
    assert first.classes == ("false", "true")
    assert len(first.samples) == 4
    qtbot.waitUntil(lambda: panel.surface.plane is not first, timeout=WAIT)
    panel.resize(600, 260)  # a surface lets the panel become as narrow as it is without one
    assert not panel.surface.isVisible()
    panel.resize(1100, 260)
    assert panel.surface.isVisible()
    iris()
    qtbot.waitUntil(lambda: not panel.surface.isVisible(), timeout=WAIT)
