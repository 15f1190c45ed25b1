"""The window of the sanity tests: made beside the editor, told in cards, taken over in one step."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from netbuilder.editor.dialogs.diagnose import DiagnoseDialog
from netbuilder.training.sanity.finding import TESTS, Finding

CURVE = tuple((10 ** (-6 + i / 10), 2.0 - i / 50) for i in range(60))


@pytest.fixture
def tab(open_example):
    return open_example("digits_residual")


@pytest.fixture
def dialog(workspace, tab, host, qtbot):
    made = DiagnoseDialog(workspace, host)
    made.show()
    qtbot.waitUntil(lambda: made.tab is tab)
    yield made
    made.reject()


def shown(dialog, tab, *findings):
    """Tell findings as the process would."""
    dialog._tested = (tab, tab.network)
    for one in findings:
        dialog.diagnosing.found.emit(one)


def test_every_test_says_what_it_does_before_it_is_made(dialog):
    assert list(dialog.cards) == list(TESTS)
    assert dialog.cards["one_batch"].sentence.text() == TESTS["one_batch"].about


def test_a_click_shows_the_node_in_its_group(dialog, tab, qtbot):
    shown(dialog, tab, Finding("gradients", "bad", "no gradient", "connect it", ("blocks/conv_1",)))
    card = dialog.cards["gradients"]
    assert card.sentence.text() == "No gradient."
    assert card.hint.text() == "Way out: connect it."
    button = card.findChild(QPushButton, "show_node")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.trail == ("blocks",)
    assert tab.selection.nodes == {"conv_1"}


def test_the_suggested_rate_goes_into_the_recipe_as_one_step(dialog, tab, qtbot):
    before = tab.network.recipe
    figures = {"suggestion": 0.0052, "learning_rate": 0.5}
    shown(dialog, tab, Finding("learning_rate", "warning", "falls", "set it", (), figures, CURVE))
    card = dialog.cards["learning_rate"]
    assert card.curve.isVisible()
    assert card.use.text() == "Use 0.0052"
    qtbot.mouseClick(card.use, Qt.MouseButton.LeftButton)
    assert tab.network.recipe["learning_rate"] == 0.0052
    qtbot.waitUntil(lambda: not card.use.isEnabled())
    tab.undo()
    assert tab.network.recipe == before
    qtbot.waitUntil(card.use.isEnabled)


def test_the_end_says_what_was_found_and_that_an_edit_made_it_old(dialog, tab, qtbot):
    found = [Finding(name, "ok", "fine") for name in TESTS]
    found[1] = Finding("gradients", "bad", "none")
    shown(dialog, tab, *found)
    dialog._on_ended("")
    assert dialog.said.text() == "1 fault found."
    dialog.cards["learning_rate"].rate_wanted.emit(0.25)
    qtbot.waitUntil(lambda: "has changed since" in dialog.said.text())


def test_a_network_with_errors_is_not_tested(dialog, workspace, qtbot):
    from netbuilder.graph import edits

    dialog.tab.do("Break", lambda n: edits.add_node(n, "linear")[0])
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert "has errors" in dialog.said.text()
    assert not dialog.diagnosing.running


def test_tests_run_beside_the_editor_and_can_be_cancelled(workspace, open_example, host, qtbot):
    tab = open_example("mlp_xor")
    dialog = DiagnoseDialog(workspace, host)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.tab is tab)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert dialog.button.text() == "Cancel"
    qtbot.waitUntil(lambda: dialog.cards["first_loss"].finding is not None, timeout=60_000)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.diagnosing.running, timeout=10_000)
    assert dialog.button.text() == "Run the Tests"
    dialog.reject()


def test_closing_the_window_ends_the_process(workspace, open_example, host, qtbot):
    tab = open_example("mlp_xor")
    dialog = DiagnoseDialog(workspace, host)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.tab is tab)
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    process = dialog.diagnosing
    with qtbot.waitSignal(process.destroyed, timeout=10_000):
        dialog.reject()
