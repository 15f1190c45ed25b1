"""The tour: each step waits for the real thing, can be passed and left, and is gone on with."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit

from netbuilder.editor.tour import EXAMPLE, KEY, STEPS
from netbuilder.editor.tour_bubble import _beside
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint


def _at(tour, step):
    while tour.step.id != step:
        tour.advance()


def _kept(window):
    return window.workspace.preferences.recall(KEY)


def test_it_opens_the_example_and_says_its_first_step(window, tour):
    assert window.workspace.current.session.name == EXAMPLE
    assert tour.bubble.isVisible()
    assert tour.step.id == "look"
    assert tour.step.title in tour.bubble.accessibleName()
    assert _kept(window) == {"step": "look", "done": False}


def test_the_bubble_lies_in_the_window_beside_what_it_speaks_of(window, tour):
    for step in STEPS:
        _at(tour, step.id)
        box = tour.bubble.geometry()
        assert window.rect().contains(box), step.id
        place = tour._anchor()
        if step.anchor not in ("", "canvas"):
            assert place is not None, step.id
            assert tour.ring.isVisible()
            overlap = place.intersected(box)
            assert overlap.width() * overlap.height() < 0.35 * place.width() * place.height()


def test_adding_by_the_real_palette_goes_on(window, tour, qtbot):
    _at(tour, "add")
    panel = window.dock("palette").panel
    assert panel.list.current.key == "dropout"
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tour.step.id == "mend")
    assert any(node.type == "dropout" for node in window.workspace.current.graph.nodes.values())


def test_mending_goes_on_and_an_error_left_does_not(window, tour, qtbot):
    tab = window.workspace.current
    _at(tour, "add")
    name = tab.do("Add", lambda n: edits.add_node(n, "dropout"))
    qtbot.waitUntil(lambda: tour.step.id == "mend")
    tab.do("Move", lambda n: edits.move_nodes(n, {name: (10.0, 300.0)}))
    assert tour.step.id == "mend"
    tab.do(
        "Connect", lambda n: edits.connect(n, Endpoint("relu_1", "output"), Endpoint(name, "input"))
    )
    qtbot.waitUntil(lambda: tour.step.id == "change")
    assert tab.selection.nodes == {"hidden_1"}


def test_a_layer_dropped_into_a_wire_needs_no_mending(window, tour, qtbot):
    tab = window.workspace.current
    _at(tour, "add")
    tab.do(
        "Insert",
        lambda n: edits.insert_on_edge(n, Endpoint("hidden_2", "input"), "dropout"),
    )
    qtbot.waitUntil(lambda: tour.step.id == "change")


def test_changing_a_value_in_the_inspector_goes_on(window, tour, qtbot):
    _at(tour, "change")
    panel = window.dock("inspector").panel
    qtbot.waitUntil(lambda: panel.findChild(QLineEdit, "field_out_features") is not None)
    field = panel.findChild(QLineEdit, "field_out_features")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "9")
    qtbot.waitUntil(lambda: tour.step.id == "train")
    qtbot.keyClicks(field, "6")
    assert tour.step.id == "train"


def test_a_started_training_goes_on(window, tour, qtbot, monkeypatch):
    _at(tour, "train")
    tour._on_runs()
    assert tour.step.id == "train"
    monkeypatch.setattr(type(window.runs), "active", property(lambda self: object()))
    monkeypatch.setattr(window, "_refresh", lambda: None)
    tour._on_runs()
    assert tour.step.id == "watch"


def test_opening_export_goes_on_to_the_end(window, tour, qtbot):
    _at(tour, "export")
    window.workspace.actions.action("file.export").trigger()
    qtbot.waitUntil(lambda: tour.step.id == "end")
    for dialog in window.findChildren(QDialog):
        dialog.close()
    QTest.mouseClick(tour.bubble.next, Qt.MouseButton.LeftButton)
    assert not tour.is_running
    assert not tour.bubble.isVisible()
    assert _kept(window) == {"done": True}


def test_all_by_keyboard(window, tour, qtbot):
    assert tour.bubble.next.hasFocus()
    qtbot.keyClick(tour.bubble.next, Qt.Key.Key_Return)
    assert tour.step.id == "add"
    qtbot.keyClick(tour.bubble, Qt.Key.Key_Return)
    assert tour.step.id == "mend" or tour.step.id == "change"
    QTest.mouseClick(tour.bubble.back, Qt.MouseButton.LeftButton)
    assert tour.step.id in ("add", "mend")
    qtbot.keyClick(tour.bubble, Qt.Key.Key_Escape)
    assert not tour.is_running
    assert not tour.ring.isVisible()


def test_it_is_left_at_any_step_and_gone_on_with(window, tour):
    _at(tour, "change")
    QTest.mouseClick(tour.bubble.leave, Qt.MouseButton.LeftButton)
    assert not tour.bubble.isVisible()
    assert _kept(window) == {"step": "change", "done": False}
    window.windows.tour()
    assert tour.step.id == "change"
    assert tour.bubble.isVisible()
    assert len(window.workspace.tabs) == 1


def test_after_the_end_it_begins_anew(window, tour):
    for _ in STEPS:
        tour.advance()
    assert _kept(window) == {"done": True}
    window.windows.tour()
    assert tour.step.id == "look"
    tour.leave()
    assert _kept(window)["done"] is True


def test_it_waits_out_of_sight_while_another_document_is_shown(window, tour):
    window.files.new()
    assert not tour.bubble.isVisible()
    window.workspace.current.do("Add", lambda n: edits.add_node(n, "relu"))
    assert tour.step.id == "look"
    window.workspace.show(window.workspace.tabs[0])
    assert tour.bubble.isVisible()


def test_closing_its_document_ends_it(window, tour):
    window.workspace.close(window.workspace.current)
    assert not tour.is_running
    assert not tour.bubble.isVisible()


def test_a_hidden_panel_is_brought_back(window, tour):
    window.show_dock("palette", False)
    _at(tour, "add")
    assert window.dock("palette").isVisible()


def test_it_follows_the_window(window, tour, qtbot):
    _at(tour, "train")
    before = tour.bubble.geometry()
    window.resize(1200, 700)
    qtbot.waitUntil(lambda: tour.bubble.geometry() != before)
    assert window.rect().contains(tour.bubble.geometry())


@pytest.mark.parametrize(
    "place",
    [
        QRect(0, 0, 200, 600),
        QRect(700, 0, 100, 600),
        QRect(300, 0, 80, 30),
        QRect(0, 400, 800, 200),
    ],
)
def test_a_bubble_lies_beside_and_never_over_a_place(place):
    room = QRect(0, 0, 800, 600)
    from PySide6.QtCore import QSize

    side, corner = _beside(place, QSize(300, 160), room, inside=False)
    assert side
    box = QRect(corner, QSize(300, 160))
    assert room.contains(box)
    assert not box.intersects(place)
    assert isinstance(corner, QPoint)
