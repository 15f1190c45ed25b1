"""An open document as the editor sees it."""

from netbuilder.graph.edits import add_node, connect, remove_nodes
from netbuilder.graph.group_edits import make_group


def _chain(tab):
    for name in ("input", "linear", "relu"):
        tab.do("add", lambda n, name=name: add_node(n, name, name + "_1"))
    tab.do("connect", lambda n: connect(n, "input_1.output", "linear_1.input"))
    tab.do("connect", lambda n: connect(n, "linear_1.output", "relu_1.input"))


def test_an_edit_is_told_with_its_delta_and_then_its_report(qtbot, tab):
    heard = []
    tab.changed.connect(lambda change, delta: heard.append(sorted(delta.graphs[""].added)))
    tab.checked.connect(lambda report: heard.append(report.network is tab.network))
    assert tab.do("add", lambda n: add_node(n, "relu")) == "relu_1"
    assert heard == [["relu_1"], True]


def test_a_refused_edit_is_said_and_changes_nothing(qtbot, tab):
    _chain(tab)
    before = tab.network
    with qtbot.waitSignal(tab.refused) as said:
        tab.do("connect", lambda n: connect(n, "none.output", "relu_1.input"))
    assert "none" in said.args[0]
    assert tab.network is before


def test_what_is_removed_is_no_longer_selected(qtbot, tab):
    _chain(tab)
    tab.select(nodes=["linear_1", "relu_1", "unheard_of"])
    assert tab.selection.nodes == {"linear_1", "relu_1"}
    tab.do("remove", lambda n: remove_nodes(n, ["relu_1"]))
    assert tab.selection.nodes == {"linear_1"}


def test_entering_and_leaving_a_group(qtbot, tab):
    _chain(tab)
    group, instance = tab.do("group", lambda n: _grouped(n))
    assert not tab.enter("input_1")
    assert tab.enter(instance)
    assert (tab.group, tab.path, tab.trail) == (group, f"{instance}/", (instance,))
    assert tab.run is not None
    assert set(tab.run.records) == set(tab.graph.nodes)
    tab.leave()
    assert (tab.group, tab.trail) == ("", ())
    assert tab.selection.nodes == {instance}


def test_a_place_inside_of_a_group_is_revealed(qtbot, tab):
    _chain(tab)
    _, instance = tab.do("group", lambda n: _grouped(n))
    with qtbot.waitSignal(tab.pointed) as pointed:
        tab.reveal(f"{instance}/relu_1")
    assert pointed.args == ["relu_1"]
    assert tab.trail == (instance,)
    assert tab.selection.nodes == {"relu_1"}


def test_undoing_a_group_while_inside_leads_out(qtbot, tab):
    _chain(tab)
    _, instance = tab.do("group", lambda n: _grouped(n))
    tab.enter(instance)
    tab.undo()
    assert tab.trail == ()
    assert set(tab.graph.nodes) == {"input_1", "linear_1", "relu_1"}


def _grouped(network):
    after, group, instance = make_group(network, ["linear_1", "relu_1"], title="block")
    return after, (group, instance)
