"""Forms of declared parameters, with real keys, wheel and mouse."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QVBoxLayout, QWidget

from netbuilder.editor.widgets.form import Form
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.params import (
    Bool,
    Choice,
    Declared,
    Float,
    Floats,
    Int,
    Ints,
    Pair,
    Path,
    ShapeParam,
    Sizes,
    Text,
    Texts,
)


class Every(Declared):
    """One parameter of every kind."""

    channels = Int(32, min=1, max=64, unit="px", doc="How many.")
    rate = Float(0.25, min=1e-6, max=10, doc="How fast.")
    share = Float(0.5, min=0, max=1, doc="What part.")
    length = Sizes((3,), axes=1, min=1)
    kernel = Pair((3, 3), min=1, unit="px")
    padding = Pair((0, 0), min=0, words=("valid", "same"))
    stride = Pair(None, min=1, optional=True)
    index = Int(None, min=-5, optional=True)
    mode = Choice("zeros", ("zeros", "reflect"))
    bias = Bool(True)
    field = Text("")
    file = Path("")
    columns = Texts(())
    order = Ints((0, 1), min=-9)
    weights = Floats((), min=0.0)
    shape = ShapeParam((1,))
    late = Int(1, group="Advanced")


class Holder(QWidget):
    """A form whose edits are taken into values and shown again, as a document does it."""

    def __init__(self, params=Every.params):
        super().__init__()
        self.values, self.edits, self.ends = {}, [], 0
        self.form = Form(params, self)
        self.form.edited.connect(self.take)
        self.form.restored.connect(self.restore)
        self.form.ended.connect(self.end)
        column = QVBoxLayout(self)
        column.addWidget(self.form)
        column.addStretch(1)
        self.form.fill({})

    def take(self, name, value):
        self.edits.append((name, value))
        self.values[name] = value
        self.form.fill(self.values)

    def restore(self, name):
        self.values.pop(name, None)
        self.form.fill(self.values)

    def end(self):
        self.ends += 1


@pytest.fixture
def holder(qtbot):
    widget = Holder()
    qtbot.addWidget(widget)
    widget.resize(300, 700)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    return widget


def line(holder, name):
    found = holder.findChild(QLineEdit, f"field_{name}")
    assert found is not None
    return found


def retype(qtbot, widget, text):
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClick(widget, Qt.Key.Key_Backspace) if not text else None
    qtbot.keyClicks(widget, text)


def turn(widget, notches=1):
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at.toPoint())),
        QPoint(0, 0),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("channels", "48", 48),
        ("rate", "0.004", 0.004),
        ("share", "0.75", 0.75),
        ("length", "5", 5),
        ("padding", "same", "same"),
        ("stride", "2", 2),
        ("index", "-1", -1),
        ("field", "<img src=x>", "<img src=x>"),
        ("file", "a.csv", "a.csv"),
        ("columns", "a, b", ["a", "b"]),
        ("order", "1, 0", [1, 0]),
        ("shape", "3, T", [3, "T"]),
    ],
)
def test_every_kind_is_typed_and_taken(qtbot, holder, name, text, value):
    retype(qtbot, line(holder, name), text)
    assert holder.edits[-1] == (name, value)
    qtbot.keyClick(line(holder, name), Qt.Key.Key_Return)
    assert holder.values[name] == value
    assert holder.ends == 1
    assert holder.form.rows[name].is_changed


def test_a_pair_has_a_line_for_each_axis(qtbot, holder):
    first, second = line(holder, "kernel"), line(holder, "kernel_2")
    assert (first.text(), second.text()) == ("3", "3")
    retype(qtbot, second, "5")
    assert holder.values["kernel"] == [3, 5]
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    retype(qtbot, first, "5")
    assert holder.values["kernel"] == 5


def test_a_word_takes_the_row_and_numbers_bring_the_axes_back(qtbot, holder):
    first, second = line(holder, "padding"), line(holder, "padding_2")
    retype(qtbot, first, "same")
    qtbot.keyClick(first, Qt.Key.Key_Return)
    assert (first.text(), second.isHidden()) == ("same", True)
    retype(qtbot, first, "2")
    qtbot.keyClick(first, Qt.Key.Key_Return)
    assert (first.text(), second.text(), second.isHidden()) == ("2", "2", False)


def test_a_word_is_chosen_from_the_menu(qtbot, holder):
    button = holder.findChild(QWidget, "words_padding")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    menu = holder.findChild(QMenu, "words")
    qtbot.waitUntil(menu.isVisible)
    (same,) = [a for a in menu.actions() if a.text() == "same"]
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(same).center())
    assert holder.values["padding"] == "same"


def test_nothing_is_a_value_where_it_is_optional(qtbot, holder):
    index = line(holder, "index")
    retype(qtbot, index, "4")
    retype(qtbot, index, "")
    assert holder.values["index"] is None
    assert index.placeholderText() == "none"


def test_a_choice_is_made_by_keys(qtbot, holder):
    box = holder.findChild(QWidget, "field_mode")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert holder.values["mode"] == "reflect"


def test_a_box_is_ticked_by_the_space_key(qtbot, holder):
    box = holder.findChild(QWidget, "field_bias")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert holder.values["bias"] is False
    assert box.text() == "off"


def test_arrow_keys_step_and_shift_steps_ten(qtbot, holder):
    channels = line(holder, "channels")
    channels.setFocus()
    qtbot.keyClick(channels, Qt.Key.Key_Up)
    qtbot.keyClick(channels, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert holder.values["channels"] == 43
    qtbot.keyClick(channels, Qt.Key.Key_PageDown)
    qtbot.keyClick(channels, Qt.Key.Key_Down)
    assert channels.text() == "32"
    for _ in range(5):
        qtbot.keyClick(channels, Qt.Key.Key_PageUp)
    assert holder.values["channels"] == 64


@pytest.mark.parametrize("name", ["channels", "rate", "kernel", "mode", "share_slider"])
def test_the_wheel_changes_nothing_without_the_focus(qtbot, holder, name):
    line(holder, "field").setFocus()
    target = holder.findChild(QWidget, f"field_{name}")
    assert not turn(target).isAccepted()
    assert holder.edits == []


def test_the_wheel_steps_what_has_the_focus(qtbot, holder):
    channels = line(holder, "channels")
    channels.setFocus()
    assert turn(channels, 2).isAccepted()
    assert holder.values["channels"] == 34


def test_the_slider_and_the_line_say_the_same(qtbot, holder):
    slider = holder.findChild(QWidget, "field_share_slider")
    slider.setValue(250)
    assert holder.values["share"] == 0.25
    assert line(holder, "share").text() == "0.25"
    retype(qtbot, line(holder, "share"), "0.8")
    assert slider.value() == 800


def test_what_is_not_taken_is_said_in_place_and_not_given_on(qtbot, holder):
    channels = line(holder, "channels")
    retype(qtbot, channels, "99")
    trouble = holder.form.rows["channels"].trouble
    assert trouble.text() == "channels is 99, but takes a whole number from 1 to 64"
    assert trouble.isVisible()
    assert holder.values.get("channels") == 9
    assert channels.property("wrong") is True
    qtbot.keyClick(channels, Qt.Key.Key_Backspace)
    assert not trouble.isVisible()
    retype(qtbot, channels, "99")
    qtbot.keyClick(channels, Qt.Key.Key_Escape)
    assert channels.text() == "9"
    assert not trouble.isVisible()


def test_something_unfinished_is_told_off_only_at_the_end(qtbot, holder):
    channels = line(holder, "channels")
    retype(qtbot, channels, "")
    assert not holder.form.rows["channels"].trouble.isVisible()
    line(holder, "field").setFocus()
    assert holder.form.rows["channels"].trouble.isVisible()
    holder.form.fill({"channels": 7})
    assert channels.text() == "7"
    assert not holder.form.rows["channels"].trouble.isVisible()


def test_arithmetic_is_worked_out_and_shown_at_the_end(qtbot, holder):
    channels = line(holder, "channels")
    retype(qtbot, channels, "6 * 8")
    assert holder.values["channels"] == 48
    assert channels.text() == "6 * 8"
    qtbot.keyClick(channels, Qt.Key.Key_Return)
    assert channels.text() == "48"


def test_names_stay_an_expression_with_its_number_beside(qtbot, holder):
    holder.form.set_names({"dim": 12, "index": 0})
    channels = line(holder, "channels")
    retype(qtbot, channels, "dim * 4")
    assert holder.values["channels"] == Expression("dim * 4")
    assert channels.suffix == "= 48"
    kernel = line(holder, "kernel_2")
    retype(qtbot, kernel, "dim")
    assert holder.values["kernel"] == [3, Expression("dim")]


def test_the_default_is_restored_by_its_button(qtbot, holder):
    retype(qtbot, line(holder, "channels"), "48")
    row = holder.form.rows["channels"]
    assert row.reset.isVisible()
    qtbot.mouseClick(row.reset, Qt.MouseButton.LeftButton)
    assert line(holder, "channels").text() == "32"
    assert not row.reset.isVisible()
    assert not row.is_changed


def test_a_value_that_says_the_default_is_not_marked(qtbot, holder):
    holder.form.fill({"kernel": 3, "channels": 32, "bias": True})
    assert not any(row.is_changed for row in holder.form.rows.values())


def test_a_value_from_outside_comes_in_without_moving_the_cursor(qtbot, holder):
    field = line(holder, "field")
    retype(qtbot, field, "abcdef")
    field.setCursorPosition(3)
    holder.form.fill({"field": "abcdefgh"})
    assert (field.text(), field.cursorPosition()) == ("abcdefgh", 3)
    holder.form.fill({"field": "abcdefgh"})
    assert field.cursorPosition() == 3


def test_mixed_values_are_said_and_any_edit_sets_all(qtbot, holder):
    holder.form.fill({}, mixed={"channels", "bias", "mode", "kernel"})
    assert line(holder, "channels").placeholderText() == "mixed"
    assert line(holder, "kernel").text() == ""
    box = holder.findChild(QWidget, "field_bias")
    assert box.checkState() == Qt.CheckState.PartiallyChecked
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    assert holder.edits == [("bias", True)]
    holder.form.fill({}, mixed={"channels"})
    line(holder, "channels").setFocus()
    line(holder, "rate").setFocus()
    assert len(holder.edits) == 1
    retype(qtbot, line(holder, "channels"), "5")
    assert holder.edits[-1] == ("channels", 5)


def test_a_wrong_value_of_a_document_is_shown_as_it_is(qtbot, holder):
    holder.form.fill(
        {"channels": "many", "mode": "<b>odd", "bias": 3, "kernel": [1, 2, 3], "columns": ["a"]},
        problems={"channels": "channels is 'many', but takes a whole number from 1 to 64"},
    )
    assert line(holder, "channels").text() == "many"
    assert holder.findChild(QWidget, "field_mode").currentIndex() == -1
    assert holder.form.rows["channels"].trouble.isVisible()


def test_undo_keys_are_left_to_the_document(qtbot, holder):
    field = line(holder, "field")
    retype(qtbot, field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "abc"


def test_every_editor_has_a_name_and_explains_itself(qtbot, holder):
    for name, row in holder.form.rows.items():
        part = holder.findChild(QWidget, f"field_{name}")
        assert part.accessibleName() == name.replace("_", " ")
        assert part.toolTip()
        assert "Default" in part.accessibleDescription()
        assert row.reset.accessibleName()
        assert row.label.toolTip()
    assert (
        "Takes a whole number from 1 to 64. Default: 32 px."
        in line(holder, "channels").accessibleDescription()
    )


def test_a_group_is_folded_by_its_heading_and_counts_what_is_changed(qtbot, holder):
    section = holder.form.sections["Advanced"]
    holder.form.fill({"late": 3})
    with qtbot.waitSignal(holder.form.folded) as told:
        qtbot.mouseClick(section.heading, Qt.MouseButton.LeftButton)
    assert told.args == ["Advanced", True]
    assert section.is_folded
    holder.form.fill({"late": 3})
    assert section.heading.accessibleName() == "Advanced 1 changed"
    holder.form.focus("late")
    assert not section.is_folded
    section.heading.setFocus()
    qtbot.keyClick(section.heading, Qt.Key.Key_Space)
    assert section.is_folded


def test_words_are_offered_to_tick(qtbot, holder):
    holder.form.suggest("columns", ("image", "label"))
    button = holder.findChild(QWidget, "offer_columns")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    menu = holder.findChild(QMenu, "offered")
    qtbot.waitUntil(menu.isVisible)
    menu.actions()[1].trigger()
    assert holder.values["columns"] == ["label"]
    menu.close()


def test_a_path_is_chosen_and_written_relative_to_the_document(qtbot, holder, tmp_path):
    holder.form.set_folder(tmp_path)
    (tmp_path / "table.csv").write_text("a\n1\n")
    qtbot.mouseClick(holder.findChild(QWidget, "browse_file"), Qt.MouseButton.LeftButton)
    dialog = holder.findChild(QFileDialog, "file_dialog")
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(tmp_path / "table.csv"))
    assert holder.values["file"] == "table.csv"
    dialog.close()
    holder.form.rows["file"].field.choose("/elsewhere/a.csv")
    assert holder.values["file"] == "/elsewhere/a.csv"


def test_markup_in_names_and_docs_is_shown_as_text(qtbot):
    param = Int(1, doc="<img src=x> & more")
    param.name = "<b>evil</b>"
    holder = Holder({param.name: param})
    qtbot.addWidget(holder)
    row = holder.form.rows[param.name]
    assert row.label.textFormat() == Qt.TextFormat.PlainText
    assert "&lt;img src=x&gt;" in row.label.toolTip()
    assert row.trouble.textFormat() == Qt.TextFormat.PlainText


def test_fields_of_all_rows_stand_below_one_another(qtbot, holder):
    lefts = {row.field.mapTo(holder, QPoint(0, 0)).x() for row in holder.form.rows.values()}
    heights = {row.field.height() for row in holder.form.rows.values()}
    assert len(lefts) == 1
    assert heights == {26}
