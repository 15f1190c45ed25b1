"""The rows about weights on the inspector's page of a node, with real events."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from netbuilder.app.session import Session
from netbuilder.editor.panels.inspector import Inspector
from netbuilder.graph import edits
from netbuilder.graph.model import Network


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
def tab(inspector, workspace):
    """Three maps in a row, of which two are alike, and a ReLU."""
    network = Network("Maps")
    last = ""
    for kind in ("input", "linear", "linear", "relu", "linear"):
        network, name = edits.add_node(network, kind)
        if last:
            network = edits.connect(network, f"{last}.output", f"{name}.input")
        last = name
    made = workspace.open(Session())
    made.do("Set the stage", lambda n: network)
    return made


def show(inspector, tab, *nodes):
    tab.select(nodes=nodes)
    inspector.refresh()
    return inspector.page


def chooser(inspector):
    (box,) = [b for b in inspector.findChildren(QComboBox, "field_shares") if b.isVisible()]
    return box


def factor(inspector):
    (line,) = [w for w in inspector.findChildren(QLineEdit, "field_lr_factor") if w.isVisible()]
    return line


def words(box):
    return [box.itemText(i) for i in range(box.count())]


def retype(qtbot, line, text):
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_only_nodes_of_the_same_sizes_are_offered(inspector, tab):
    show(inspector, tab, "linear_2")
    assert words(chooser(inspector)) == ["none", "linear_3"]
    assert chooser(inspector).currentText() == "none"
    show(inspector, tab, "linear_1")
    assert words(chooser(inspector)) == ["none"]
    page = show(inspector, tab, "relu_1")
    assert not page.weights.isVisible()


def test_choosing_is_a_step_and_none_ends_it(qtbot, inspector, tab):
    show(inspector, tab, "linear_3")
    box = chooser(inspector)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert tab.graph.nodes["linear_3"].shares == "linear_2"
    assert tab.session.document.undo_labels[0] == "Share the weights of linear_2 with linear_3"
    inspector.refresh()
    assert box.currentText() == "linear_2"
    assert not factor(inspector).isEnabled()
    tab.undo()
    inspector.refresh()
    assert box.currentText() == "none"
    tab.redo()
    inspector.refresh()
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert tab.graph.nodes["linear_3"].shares == ""
    assert tab.session.document.undo_labels[0] == "Let linear_3 have its own weights"


def test_a_source_that_does_not_fit_is_still_shown(inspector, tab):
    tab.do("Share", lambda n: edits.set_flags(n, ["linear_1"], shares="linear_2"))
    show(inspector, tab, "linear_1")
    assert chooser(inspector).placeholderText() == "linear_2"
    assert any("NB342" in w.text() for w in inspector.findChildren(QLabel)) or any(
        "cannot use the weights" in w.text() for w in inspector.findChildren(QLabel)
    )


def test_typing_a_factor_is_one_step(qtbot, inspector, tab):
    show(inspector, tab, "linear_2")
    steps = len(tab.session.document.undo_labels)
    retype(qtbot, factor(inspector), "0.25")
    assert tab.graph.nodes["linear_2"].lr_factor == 0.25
    assert len(tab.session.document.undo_labels) == steps + 1
    tab.undo()
    inspector.refresh()
    assert factor(inspector).text() == "1"


@pytest.mark.parametrize(("text", "said"), [("0", "tick frozen"), ("-2", "1e-06"), ("fast", "")])
def test_what_is_no_factor_is_refused_in_words(qtbot, inspector, tab, text, said):
    page = show(inspector, tab, "linear_2")
    retype(qtbot, factor(inspector), text)
    qtbot.keyClick(factor(inspector), Qt.Key.Key_Return)
    assert tab.graph.nodes["linear_2"].lr_factor == 1
    trouble = page.weights.findChild(QLabel, "trouble_lr_factor")
    assert trouble.isVisible()
    assert said in trouble.text()


def test_restoring_takes_both_back(qtbot, inspector, tab):
    tab.do("Slow", lambda n: edits.set_flags(n, ["linear_2"], lr_factor=3))
    tab.do("Share", lambda n: edits.share_weights(n, "linear_3", "linear_2"))
    show(inspector, tab, "linear_2")
    reset = inspector.page.weights.findChild(QWidget, "reset_lr_factor")
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert tab.graph.nodes["linear_2"].lr_factor == 1
    show(inspector, tab, "linear_3")
    reset = inspector.page.weights.findChild(QWidget, "reset_shares")
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert tab.graph.nodes["linear_3"].shares == ""


def test_it_says_what_it_is(inspector, tab):
    show(inspector, tab, "linear_2")
    assert chooser(inspector).accessibleName() == "Shares weights with"
    assert "BatchNorm" in chooser(inspector).toolTip()
    assert "schedules" in factor(inspector).toolTip()
