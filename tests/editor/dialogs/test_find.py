"""Finding nodes in all graphs of a document."""

import pytest
from PySide6.QtCore import Qt

from netbuilder.app.examples import example
from netbuilder.editor.dialogs.find import FindDialog
from netbuilder.editor.dialogs.node_search import found_nodes
from netbuilder.graph import edits
from netbuilder.graph.model import Network


@pytest.fixture
def tab(open_example):
    return open_example("digits_residual")


@pytest.fixture
def find(workspace, tab, host):
    made = FindDialog(workspace, host)
    made.show()
    yield made
    if made.isVisible():
        made.reject()


def _names(network, typed):
    return [one.path for one in found_nodes(network, typed)]


def test_all_nodes_of_all_graphs_once():
    network = example("digits_residual")
    paths = _names(network, "")
    inner = network.groups["residual_block"].graph.nodes
    assert len(paths) == len(set(paths)) == len(network.graph.nodes) + len(inner)
    assert "blocks/conv_1" in paths


def test_names_types_and_values_find():
    network = example("digits_residual")
    assert _names(network, "stem") == ["stem"]
    assert set(_names(network, "Conv2d")) >= {"stem", "blocks/conv_1", "blocks/conv_2"}
    assert "stem" in _names(network, "32")
    assert "stem" in _names(network, "kernel_size 3x3")
    assert set(_names(network, "conv same")) >= {"stem"}
    assert _names(network, "qqqqq") == []


def test_remarks_find_and_unknown_types_are_listed():
    network, name = edits.add_node(Network(), "from_elsewhere", params={"depth": 7})
    network = edits.set_note(network, name) if False else network
    found = found_nodes(network, "elsewhere")
    assert [one.name for one in found] == [name]
    assert found[0].type == "from_elsewhere"
    assert found_nodes(network, "depth 7")[0].name == name


def test_enter_shows_the_node_in_its_group(find, tab, qtbot):
    pointed = []
    tab.pointed.connect(pointed.append)
    qtbot.keyClicks(find.field, "conv_2")
    assert find.rows.rows[0].key == "blocks/conv_2"
    qtbot.keyClick(find.field, Qt.Key.Key_Return)
    assert tab.trail == ("blocks",)
    assert tab.selection.nodes == {"conv_2"}
    assert pointed == ["conv_2"]
    assert not find.isVisible()


def test_it_follows_the_document_while_it_is_open(find, tab, qtbot):
    qtbot.keyClicks(find.field, "dropout")
    assert find.rows.rowCount() == 0
    assert "No node" in find.said.text()
    tab.do("Add", lambda n: edits.add_node(n, "dropout"))
    assert find.rows.rowCount() == 1


def test_it_closes_with_the_document(find, workspace, tab):
    workspace.close(tab)
    assert not find.isVisible()


def test_without_a_document_it_is_empty(workspace, host):
    made = FindDialog(workspace, host)
    made.show()
    assert made.rows.rowCount() == 0
    assert "no nodes" in made.said.text()
    made.reject()
