"""What the list of gestures promises is what the canvas does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hands_stage import ALT, CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT, Stage
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent

from netbuilder.app.gestures import GESTURES, KEYS, MOUSE
from netbuilder.editor.canvas.gestures.connect import Connect
from netbuilder.editor.canvas.gestures.cut import Cut
from netbuilder.editor.canvas.gestures.move import Move
from netbuilder.editor.canvas.gestures.pan import Pan
from netbuilder.editor.canvas.gestures.rubber_band import RubberBand
from netbuilder.editor.workspace import Workspace

MODIFIERS = {"Ctrl": CTRL, "Shift": SHIFT, "Alt": ALT}
NAMED = {
    "arrows": (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down),
    "left": (Qt.Key.Key_Left,),
    "right": (Qt.Key.Key_Right,),
    "pgup": (Qt.Key.Key_PageUp,),
    "pgdown": (Qt.Key.Key_PageDown,),
}
# Shown by Qt as an event of its own, or only while something is dragged: held by other tests.
ELSEWHERE = ("Menu", "Shift+F10", "Esc")
EMPTY, CARD, OUT, IN = "empty", "card", "out", "in"
BEGINS = {
    "Middle drag": (MIDDLE, NONE, EMPTY, Pan),
    "Shift+click": (LEFT, SHIFT, CARD, Move),
    "Drag": (LEFT, NONE, EMPTY, RubberBand),
    "Shift+drag": (LEFT, SHIFT, EMPTY, RubberBand),
    "Ctrl+drag": (LEFT, CTRL, EMPTY, RubberBand),
    "Drag card": (LEFT, NONE, CARD, Move),
    "Alt+drag": (LEFT, ALT, CARD, Move),
    "Drag port": (LEFT, NONE, OUT, Connect),
    "Shift+drag input": (LEFT, SHIFT, IN, Connect),
    "Ctrl+right drag": (RIGHT, CTRL, EMPTY, Cut),
}


@pytest.fixture
def stage(workspace: Workspace, qtbot: object) -> Iterator[Stage]:
    """Two nodes on a canvas, the second one selected."""
    made = Stage(workspace)
    made.chain("relu", "gelu")
    made.home()
    made.tab.select(nodes=["gelu_1"])
    yield made
    made.close()


def test_titles_are_told_once_and_say_something() -> None:
    every = [one for part in GESTURES.values() for one in part]
    assert len({one.title for one in every}) == len(every)
    assert all(one.ways and one.sentence.endswith(".") for one in every)


@pytest.mark.parametrize("way", [w for one in KEYS for w in one.ways if w not in ELSEWHERE])
def test_keys_are_taken(stage: Stage, way: str) -> None:
    *held, name = way.split("+")
    modifiers = NONE
    for one in held:
        modifiers |= MODIFIERS[one]
    for key in NAMED[name.lower()]:
        event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers)
        assert stage.hands.key_press(event), way
        stage.hands.key_release(QKeyEvent(QEvent.Type.KeyRelease, key, modifiers))


@pytest.mark.parametrize("way", list(BEGINS))
def test_presses_begin_what_is_said(stage: Stage, way: str) -> None:
    assert any(way in one.ways for one in MOUSE)
    button, modifiers, place, kind = BEGINS[way]
    at = {
        EMPTY: QPoint(700, 500),
        CARD: stage.middle("relu_1"),
        OUT: stage.port("gelu_1.output"),
        IN: stage.port("gelu_1.input"),
    }[place]
    stage.press(at, modifiers, button)
    assert type(stage.hands._gesture) is kind
    stage.release(at, modifiers, button)
    assert not stage.hands.busy
