"""The inspector with real events: one node, several, frames and notes, groups and the document."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from netbuilder.app.session import Session
from netbuilder.editor.panels.inspector import Inspector
from netbuilder.editor.panels.inspector_document import DocumentPage
from netbuilder.editor.panels.inspector_group import GroupPage
from netbuilder.editor.panels.inspector_many import ManyPage
from netbuilder.editor.panels.inspector_node import NodePage
from netbuilder.editor.training.run_view import Activity
from netbuilder.graph import edits
from netbuilder.graph.model import GroupParam, Network
from netbuilder.node_api.expressions import Expression

EVIL = "<img src=x onerror=1> <b>bold</b>"


@pytest.fixture
def inspector(qtbot, workspace):
    panel = Inspector(workspace)
    qtbot.addWidget(panel)
    panel.resize(290, 900)
    panel.show()
    qtbot.waitExposed(panel)
    panel.activateWindow()
    return panel


@pytest.fixture
def digits(inspector, open_example):
    return open_example("digits_cnn")


def line(panel, name):
    found = [w for w in panel.findChildren(QLineEdit, f"field_{name}") if w.isVisible()]
    assert found, name
    return found[-1]


def shown(qtbot, panel, kind):
    qtbot.waitUntil(lambda: isinstance(panel.page, kind) and panel.page.isVisible())
    return panel.page


def select(qtbot, panel, tab, *nodes):
    tab.select(nodes=nodes)
    panel.refresh()
    return panel.page


def retype(qtbot, widget, text):
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def titles(panel):
    return [w.text() for w in panel.findChildren(QLabel, "inspector_title") if w.isVisible()]


def grouped(network):
    network, _, instance = edits.make_group(network, ["conv_2", "norm_2", "relu_2"], "block")
    return network, instance


def test_a_field_whose_node_has_just_gone_says_so(inspector, digits, qtbot):
    digits.select(nodes=["conv_1"])
    inspector.refresh()
    field, said = line(inspector, "out_channels"), []
    digits.refused.connect(said.append)
    # The form follows once the event is over; what is typed until then finds no node.
    digits.do("Delete", lambda n: edits.remove_nodes(n, ["conv_1"]))
    field.selectAll()
    qtbot.keyClicks(field, "7")
    assert said
    assert said[0].startswith("there is no node conv_1")


def test_without_a_document_it_says_what_to_do(qtbot, inspector):
    assert inspector.page is None
    assert any("Open a document" in w.text() for w in inspector.findChildren(QLabel))


def test_a_selected_node_is_shown_with_its_sentence_shapes_and_cost(qtbot, inspector, digits):
    digits.select(nodes=["conv_1"])
    page = shown(qtbot, inspector, NodePage)
    assert titles(inspector) == ["Conv2d"]
    assert "kernels" in page.head.sentence.text()
    assert page.facts.shapes.texts() == [("in", "N × 1 × 8 × 8"), ("out", "N × 32 × 8 × 8")]  # noqa: RUF001
    assert page.facts.costs.texts()[0] == ("parameters", "288")
    assert ("activation at batch 32", "262 kB") in page.facts.costs.texts()


def test_typing_is_one_step_and_undo_shows_in_the_field(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    steps = len(digits.session.document.undo_labels)
    channels = line(inspector, "out_channels")
    retype(qtbot, channels, "128")
    assert digits.graph.nodes["conv_1"].params["out_channels"] == 128
    assert len(digits.session.document.undo_labels) == steps + 1
    assert digits.session.document.undo_labels[0] == "Set out_channels of conv_1"
    digits.undo()
    qtbot.waitUntil(lambda: channels.text() == "32")
    digits.redo()
    qtbot.waitUntil(lambda: channels.text() == "128")


def test_leaving_a_field_ends_its_step(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    steps = len(digits.session.document.undo_labels)
    channels = line(inspector, "out_channels")
    retype(qtbot, channels, "64")
    qtbot.keyClick(channels, Qt.Key.Key_Return)
    retype(qtbot, channels, "48")
    assert len(digits.session.document.undo_labels) == steps + 2


def test_a_default_is_taken_out_of_the_document(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    channels = line(inspector, "out_channels")
    retype(qtbot, channels, "48")
    retype(qtbot, channels, "32")
    assert "out_channels" not in digits.graph.nodes["conv_1"].params
    page = inspector.page
    qtbot.mouseClick(page.form.rows["bias"].reset, Qt.MouseButton.LeftButton)
    assert "bias" not in digits.graph.nodes["conv_1"].params
    assert digits.session.document.undo_labels[0] == "Restore bias of conv_1"


def test_an_edit_from_elsewhere_keeps_what_is_being_typed(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    channels = line(inspector, "out_channels")
    retype(qtbot, channels, "4")
    digits.do("move", lambda n: edits.move_nodes(n, {"conv_1": (5.0, 5.0)}))
    inspector.refresh()
    qtbot.keyClicks(channels, "8")
    assert digits.graph.nodes["conv_1"].params["out_channels"] == 48
    assert channels.hasFocus()


def test_what_was_mistyped_does_not_go_over_to_the_next_node(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    channels = line(inspector, "out_channels")
    retype(qtbot, channels, "0")
    assert inspector.page.form.rows["out_channels"].trouble.isVisible()
    select(qtbot, inspector, digits, "conv_2")
    row = inspector.page.form.rows["out_channels"]
    assert not row.trouble.isVisible()
    assert line(inspector, "out_channels").text() == "32"


def test_a_node_is_renamed_with_enter_and_stays_selected(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    name = line(inspector, "name")
    retype(qtbot, name, "first")
    assert "first" not in digits.graph.nodes
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "first" in digits.graph.nodes
    assert digits.selection.nodes == {"first"}
    inspector.refresh()
    assert line(inspector, "name").text() == "first"


@pytest.mark.parametrize("start", ["kernel_size", "out_channels"])
def test_the_key_that_renames_leads_to_the_name_from_any_field(qtbot, inspector, digits, start):
    select(qtbot, inspector, digits, "conv_1")
    field = next(w for w in inspector.findChildren(QLineEdit) if start in w.objectName())
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_F2)
    assert QApplication.focusWidget() is line(inspector, "name")
    qtbot.keyClicks(QApplication.focusWidget(), "first")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert "first" in digits.graph.nodes


def test_without_a_node_it_leads_to_the_title(qtbot, inspector, digits):
    page = shown(qtbot, inspector, DocumentPage)
    page.description.setFocus()
    qtbot.keyClick(page.description, Qt.Key.Key_F2)
    assert QApplication.focusWidget() is line(inspector, "title")
    assert line(inspector, "title").selectedText() == digits.network.title


@pytest.mark.parametrize(
    ("text", "said"),
    [("conv_2", "already"), ("2nd", "cannot be a name"), ("class", "cannot be a name")],
)
def test_a_name_that_cannot_be_is_refused_in_place(qtbot, inspector, digits, text, said):
    select(qtbot, inspector, digits, "conv_1")
    name = line(inspector, "name")
    retype(qtbot, name, text)
    trouble = [w for w in inspector.findChildren(QLabel, "trouble_name") if w.isVisible()]
    assert said in trouble[0].text()
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "conv_1" in digits.graph.nodes
    qtbot.keyClick(name, Qt.Key.Key_Escape)
    assert name.text() == "conv_1"


def test_flags_and_the_note_are_set(qtbot, inspector, digits):
    page = select(qtbot, inspector, digits, "relu_1")
    for name in ("bypass", "frozen"):
        box = page.findChild(QCheckBox, f"flag_{name}")
        qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
        assert getattr(digits.graph.nodes["relu_1"], name)
    steps = len(digits.session.document.undo_labels)
    note = page.findChild(QPlainTextEdit, "note")
    note.setFocus()
    qtbot.keyClicks(note, EVIL)
    assert digits.graph.nodes["relu_1"].note == EVIL
    assert len(digits.session.document.undo_labels) == steps + 1
    digits.undo()
    qtbot.waitUntil(lambda: note.toPlainText() == "")


def test_problems_are_cards_and_a_click_mends_them_in_one_step(qtbot, inspector, digits):
    digits.do("break", lambda n: edits.set_params(n, "conv_1", {"stride": [2, 2]}))
    page = select(qtbot, inspector, digits, "conv_1")
    assert not digits.report.ok
    steps = len(digits.session.document.undo_labels)
    button = page.cards.findChild(QPushButton, "fix_0")
    assert button.text() == "Set stride to 1"
    assert button.accessibleName() == "Fix: set stride to 1"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert digits.report.ok
    assert digits.session.document.undo_labels[0] == "Fix: set stride to 1"
    assert len(digits.session.document.undo_labels) == steps + 1
    qtbot.waitUntil(page.cards.isHidden)


def test_several_nodes_share_what_they_have_in_common(qtbot, inspector, digits):
    digits.do("set", lambda n: edits.set_param(n, "conv_2", "out_channels", 64))
    page = select(qtbot, inspector, digits, "conv_1", "conv_2")
    assert isinstance(page, ManyPage)
    assert titles(inspector) == ["2 nodes"]
    channels = line(inspector, "out_channels")
    assert (channels.text(), channels.placeholderText()) == ("", "mixed")
    assert line(inspector, "kernel_size").text() == "3"
    steps = len(digits.session.document.undo_labels)
    retype(qtbot, channels, "16")
    assert {digits.graph.nodes[n].params["out_channels"] for n in ("conv_1", "conv_2")} == {16}
    assert len(digits.session.document.undo_labels) == steps + 1
    page = select(qtbot, inspector, digits, "conv_1", "relu_1")
    assert list(page.form.params) == []


def test_flags_of_several_nodes_are_set_at_once(qtbot, inspector, digits):
    digits.do("freeze", lambda n: edits.set_flags(n, ["conv_1"], frozen=True))
    page = select(qtbot, inspector, digits, "conv_1", "conv_2")
    box = page.flags.boxes["frozen"]
    assert box.checkState() == Qt.CheckState.PartiallyChecked
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
    assert all(digits.graph.nodes[n].frozen for n in ("conv_1", "conv_2"))


def test_a_frame_and_a_note_are_written_and_coloured(qtbot, inspector, tab):
    frame = tab.do("frame", lambda n: edits.add_frame(n, "old"))
    note = tab.do("note", lambda n: edits.add_note(n, "old"))
    tab.select(frames=[frame])
    inspector.refresh()
    retype(qtbot, line(inspector, "title"), EVIL)
    assert tab.graph.frames[frame].title == EVIL
    blue = inspector.page.findChild(QWidget, "colour_blue")
    qtbot.mouseClick(blue, Qt.MouseButton.LeftButton)
    assert tab.graph.frames[frame].colour == "#4c8dff"
    tab.select(notes=[note])
    inspector.refresh()
    text = inspector.page.findChild(QPlainTextEdit, "note_text")
    text.setFocus()
    text.selectAll()
    qtbot.keyClicks(text, "new")
    assert tab.graph.notes[note].text == "new"


def test_with_nothing_selected_the_document_is_named_and_counted(qtbot, inspector, digits):
    page = shown(qtbot, inspector, DocumentPage)
    assert dict(page.totals.texts())["parameters"] == "30,762"
    retype(qtbot, line(inspector, "title"), EVIL)
    assert digits.network.title == EVIL
    qtbot.waitUntil(lambda: titles(inspector)[0].replace("\u200b", "") == EVIL)
    assert page.head.title.textFormat() == Qt.TextFormat.PlainText
    text = page.findChild(QPlainTextEdit, "description")
    text.setFocus()
    text.selectAll()
    qtbot.keyClicks(text, "short")
    assert digits.network.description == "short"


def test_data_and_recipe_are_called_as_in_the_bar_above(qtbot, inspector, digits):
    page = shown(qtbot, inspector, DocumentPage)
    said = dict(page.training.texts())
    assert (said["data"], said["optimizer"]) == ("Digits", "AdamW")


def test_an_instance_sets_the_groups_parameters_and_repeats(qtbot, inspector, digits):
    instance = digits.do("group", grouped)
    digits.do("p", lambda n: edits.set_group_param(n, "block", GroupParam("dim", 8, 1, 99, EVIL)))
    select(qtbot, inspector, digits, instance)
    row = inspector.page.form.rows["dim"]
    assert "&lt;img" in row.label.toolTip()
    retype(qtbot, line(inspector, "dim"), "16")
    assert digits.graph.nodes[instance].params == {"dim": 16}
    retype(qtbot, line(inspector, "repeat"), "3")
    assert digits.graph.nodes[instance].repeat == 3
    inspector.refresh()
    box = inspector.page.findChild(QCheckBox, "field_shared")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, 13))
    assert digits.graph.nodes[instance].shared


def test_inside_of_a_group_its_parameters_are_declared(qtbot, inspector, digits):
    instance = digits.do("group", grouped)
    digits.enter(instance)
    page = shown(qtbot, inspector, GroupPage)
    assert page.head.sentence.text() == "Changes here go to 1 instance."
    qtbot.mouseClick(page.findChild(QPushButton, "add_parameter"), Qt.MouseButton.LeftButton)
    (param,) = digits.network.groups["block"].params
    assert (param.name, param.default, param.min) == ("size", 64, 1)
    qtbot.waitUntil(lambda: "size" in page.params)
    editor = page.params["size"]
    retype(qtbot, editor.form.rows["default"].field.line, "16")
    retype(qtbot, editor.form.rows["max"].field.line, "512")
    assert digits.network.groups["block"].params[0].default == 16
    assert digits.network.groups["block"].params[0].max == 512
    retype(qtbot, editor.name.line, "dim")
    qtbot.keyClick(editor.name.line, Qt.Key.Key_Return)
    assert digits.network.groups["block"].params[0].name == "dim"
    qtbot.waitUntil(lambda: "dim" in page.params)
    qtbot.mouseClick(page.params["dim"].remove, Qt.MouseButton.LeftButton)
    assert digits.network.groups["block"].params == ()


def test_limits_that_leave_the_default_out_are_refused_in_place(qtbot, inspector, digits):
    instance = digits.do("group", grouped)
    digits.do("p", lambda n: edits.set_group_param(n, "block", GroupParam("dim", 8)))
    digits.enter(instance)
    page = shown(qtbot, inspector, GroupPage)
    editor = page.params["dim"]
    retype(qtbot, editor.form.rows["min"].field.line, "9")
    assert digits.network.groups["block"].params[0].min is None
    assert editor.form.rows["min"].trouble.isVisible()


def test_inside_of_a_group_fields_take_its_names(qtbot, inspector, digits):
    instance = digits.do("group", grouped)
    digits.do("p", lambda n: edits.set_group_param(n, "block", GroupParam("dim", 8, 1, 99)))
    digits.enter(instance)
    select(qtbot, inspector, digits, "conv_2")
    channels = line(inspector, "out_channels")
    retype(qtbot, channels, "dim * 4")
    assert digits.graph.nodes["conv_2"].params["out_channels"] == Expression("dim * 4")
    inspector.refresh()
    assert channels.suffix == "= 32"
    retype(qtbot, channels, "width")
    assert inspector.page.form.rows["out_channels"].trouble.isVisible()


def test_a_type_that_is_not_installed_is_shown_without_a_form(qtbot, inspector, tab):
    tab.do("add", lambda n: edits.add_node(n, "strange_type", "odd", params={"a": EVIL}))
    page = select(qtbot, inspector, tab, "odd")
    assert titles(inspector) == ["strange_type"]
    assert page.form.rows == {}


def test_closing_and_switching_documents_is_followed(qtbot, inspector, workspace, digits):
    select(qtbot, inspector, digits, "conv_1")
    other = workspace.open(Session(Network(title="other")))
    shown(qtbot, inspector, DocumentPage)
    qtbot.waitUntil(lambda: titles(inspector) == ["other"])
    workspace.close(other)
    shown(qtbot, inspector, NodePage)
    workspace.close(digits)
    qtbot.waitUntil(lambda: inspector.page is None)


def test_a_hidden_inspector_does_nothing_and_catches_up(qtbot, inspector, digits):
    page = select(qtbot, inspector, digits, "conv_1")
    inspector.hide()
    digits.select(nodes=["relu_1"])
    assert page.node_id == "conv_1"
    inspector.show()
    assert page.node_id == "relu_1"


def test_both_themes_and_a_narrow_panel(qtbot, inspector, workspace, digits):
    select(qtbot, inspector, digits, "conv_1")
    inspector.resize(220, 500)
    for theme in ("light", "dark"):
        workspace.preferences.set("theme", theme)
        assert not inspector.grab().isNull()
    area = inspector.findChild(QWidget, "inspector_area")
    assert area.widget().width() <= area.viewport().width()


def test_everything_that_can_be_used_has_a_name(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    for kind in (QLineEdit, QCheckBox, QPushButton, QPlainTextEdit):
        for part in inspector.page.findChildren(kind):
            if part.isVisible() and part.objectName() != "qt_spinbox_lineedit":
                assert part.accessibleName(), part
                assert part.toolTip(), part
                assert part.objectName(), part


class Trainings(QObject):
    """As much of the trainings as the inspector asks for."""

    changed = Signal()
    live = Signal(object)

    def __init__(self, parent):
        super().__init__(parent)
        self.shown = SimpleNamespace(name="run 14", activity={})


def test_live_figures_of_the_training_are_shown_as_they_come(
    qtbot, inspector, workspace, digits, monkeypatch
):
    runs = Trainings(workspace)
    monkeypatch.setattr(workspace, "runs", runs)
    page = select(qtbot, inspector, digits, "conv_1")
    bars = page.findChild(QWidget, "histogram")
    assert not bars.isVisible()
    runs.shown.activity["conv_1"] = Activity(0.02, 0.94, 0.31, -3.0, 3.0, (1, 5, 2), ())
    runs.live.emit(runs.shown)
    assert page.facts.live.texts() == [
        ("output mean ± std", "0.02 ± 0.94"),
        ("gradient norm", "0.31"),
    ]
    qtbot.waitUntil(bars.isVisible)
    assert "highest is bar 2" in bars.accessibleDescription()
    runs.shown.activity["conv_1"] = Activity(None, None, None, None, None, (), ())
    runs.live.emit(runs.shown)
    assert page.facts.live.texts() == []
    runs.shown = None
    runs.changed.emit()
    assert not bars.isVisible()


def test_a_thousand_nodes_are_inspected_and_set_at_once(qtbot, inspector, tab):
    def many(network):
        for number in range(1000):
            network, _ = edits.add_node(network, "linear", f"linear_{number}")
        return network

    tab.do("add", many)
    tab.select(nodes=list(tab.graph.nodes))
    inspector.refresh()
    assert titles(inspector) == ["1,000 nodes"]
    features = line(inspector, "out_features")
    features.setFocus()
    qtbot.keyClick(features, Qt.Key.Key_Up)
    assert len({node.params["out_features"] for node in tab.graph.nodes.values()}) == 1
    assert tab.session.document.undo_labels[0] == "Set out_features of 1,000 nodes"


def test_fields_of_the_data_are_offered_where_one_is_named(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "image")
    field = line(inspector, "field")
    qtbot.waitUntil(lambda: field.completer() is not None)
    model = field.completer().model()
    offered = {model.data(model.index(row, 0)) for row in range(model.rowCount())}
    assert {"image", "label", "top"} <= offered


def menu_of(qtbot, panel, name):
    row = panel.page.form.rows[name]
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, QPoint(5, 5), row.label.mapToGlobal(QPoint(5, 5))
    )
    QApplication.sendEvent(row.label, event)
    qtbot.waitUntil(lambda: any(m.isVisible() for m in row.findChildren(QMenu)))
    menu = next(m for m in row.findChildren(QMenu) if m.isVisible())
    return menu, {action.text(): action for action in menu.actions()}


def test_a_parameter_is_exposed_to_the_group_and_taken_back(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_2")
    menu, offered = menu_of(qtbot, inspector, "out_channels")
    assert list(offered) == ["Restore default"]
    menu.close()
    instance = digits.do("group", grouped)
    digits.enter(instance)
    select(qtbot, inspector, digits, "conv_2")
    menu, offered = menu_of(qtbot, inspector, "out_channels")
    expose = offered["Expose as group parameter"]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(expose).center())
    assert digits.graph.nodes["conv_2"].params["out_channels"] == Expression("out_channels")
    assert [p.name for p in digits.network.groups["block"].params] == ["out_channels"]
    assert digits.session.document.undo_labels[0] == "Expose out_channels of conv_2"
    inspector.refresh()
    menu, offered = menu_of(qtbot, inspector, "kernel_size")
    assert "Set by out_channels" in offered
    menu.close()
    menu, offered = menu_of(qtbot, inspector, "bias")
    assert "Expose as group parameter" not in offered
    menu.close()
    menu, offered = menu_of(qtbot, inspector, "out_channels")
    back = offered["Set here, not by the group"]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(back).center())
    assert "out_channels" not in digits.graph.nodes["conv_2"].params
    assert digits.network.groups["block"].params == ()


def test_the_menu_of_a_line_has_the_rows_actions_too(qtbot, inspector, digits):
    select(qtbot, inspector, digits, "conv_1")
    channels = line(inspector, "out_channels")
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, QPoint(5, 5), channels.mapToGlobal(QPoint(5, 5))
    )
    QApplication.sendEvent(channels, event)
    menu = channels.findChild(QMenu)
    assert "Restore default" in [action.text() for action in menu.actions()]
    menu.close()
