"""The document: history, merging, one event, and a bounded memory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netbuilder.graph import edits
from netbuilder.graph.document import Document
from netbuilder.graph.edits import EditError
from netbuilder.graph.model import Network


def titled(text):
    return lambda network: edits.set_title(network, text)


def placed(x):
    return lambda network: edits.move_nodes(network, {"relu_1": (x, 0)})


@pytest.fixture
def document():
    network, _ = edits.add_node(Network(), "relu")
    return Document(network)


def test_an_edit_can_be_undone_and_redone(document):
    first = document.network
    document.do("Title", titled("a"))
    second = document.network
    document.do("Title again", titled("b"))
    assert document.undo_labels == ("Title again", "Title")
    assert document.undo()
    assert document.network is second
    assert document.redo_labels == ("Title again",)
    assert document.undo()
    assert document.network is first
    assert not document.undo()
    assert document.redo()
    assert document.redo()
    assert not document.redo()
    assert document.network.title == "b"


def test_a_new_edit_forgets_what_was_undone(document):
    document.do("a", titled("a"))
    document.undo()
    document.do("b", titled("b"))
    assert not document.redo()
    assert document.undo_labels == ("b",)


def test_what_an_edit_returns_beside_the_network_comes_back(document):
    name = document.do("Add", lambda network: edits.add_node(network, "relu"))
    assert name == "relu_2"
    assert document.do("Title", titled("a")) is None


def test_an_edit_that_changes_nothing_is_not_recorded(document):
    heard = []
    document.changed.append(heard.append)
    document.do("Nothing", lambda network: network)
    document.do("Equal", lambda network: edits.add_node(Network(), "relu")[0])
    assert document.undo_labels == ()
    assert heard == []
    assert document.is_clean
    document.do("One", lambda n: edits.set_param(n, "relu_1", "x", 1))
    document.do("True", lambda n: edits.set_param(n, "relu_1", "x", True))
    assert document.undo_labels == ("True", "One")


def test_an_edit_that_fails_leaves_everything(document):
    document.do("a", titled("a"))
    before = document.network
    with pytest.raises(EditError):
        document.do("bad", lambda network: edits.remove_nodes(network, ["nobody"]))
    assert document.network is before
    assert document.undo_labels == ("a",)


def test_a_drag_is_one_step(document):
    first = document.network
    for x in range(1, 6):
        document.do(f"Move to {x}", placed(x), merge="move:relu_1")
    assert document.undo_labels == ("Move to 5",)
    document.seal()
    document.do("Move on", placed(9), merge="move:relu_1")
    assert document.undo_labels == ("Move on", "Move to 5")
    document.undo()
    document.undo()
    assert document.network is first


def test_other_keys_and_no_key_do_not_merge(document):
    for merge in ("a", "b", "", ""):
        document.do("step", titled(f"{merge}{len(document.undo_labels)}"), merge=merge)
    assert len(document.undo_labels) == 4


def test_a_drag_there_and_back_is_no_step(document):
    first = document.network
    for x in (5, 7, 0):
        document.do("Move", placed(x), merge="move")
    assert document.undo_labels == ()
    assert document.network is first
    assert document.is_clean


def test_merging_ends_at_undo_redo_and_save(document):
    document.do("1", placed(1), merge="move")
    document.undo()
    document.redo()
    document.do("2", placed(2), merge="move")
    assert len(document.undo_labels) == 2
    document.mark_saved()
    document.do("3", placed(3), merge="move")
    assert len(document.undo_labels) == 3
    document.undo()
    assert document.is_clean


def test_clean_is_what_was_saved(document):
    assert document.is_clean
    document.do("a", titled("a"))
    assert not document.is_clean
    document.mark_saved()
    document.do("b", titled("b"))
    document.undo()
    assert document.is_clean
    document.undo()
    assert not document.is_clean


def test_each_change_is_told_once_with_both_values(document):
    heard = []
    document.changed.append(heard.append)
    before = document.network
    document.do("Title", titled("a"), origin="inspector")
    after = document.network
    document.undo(origin="menu")
    document.redo()
    assert [(c.before, c.after, c.label, c.origin) for c in heard] == [
        (before, after, "Title", "inspector"),
        (after, before, "Title", "menu"),
        (before, after, "Title", ""),
    ]


def test_a_change_made_while_telling_is_told_afterwards_to_everybody(document):
    first, second = [], []

    def answer(change):
        first.append(change.after.title)
        if change.after.title == "a":
            document.do("answer", titled("b"))

    document.changed += [answer, lambda change: second.append(change.after.title)]
    document.do("a", titled("a"))
    assert first == second == ["a", "b"]


def test_a_listener_that_raises_does_not_block_the_next_change(document):
    def broken(change):
        raise RuntimeError("broken view")

    document.changed.append(broken)
    with pytest.raises(RuntimeError):
        document.do("a", titled("a"))
    assert document.network.title == "a"
    document.changed.clear()
    heard = []
    document.changed.append(heard.append)
    document.do("b", titled("b"))
    assert [change.label for change in heard] == ["b"]


def test_the_oldest_steps_go_when_memory_is_full():
    network = Network()
    for _ in range(100):
        network, _ = edits.add_node(network, "relu")
    document = Document(network, cap=60_000)
    for x in range(100):
        document.do(f"{x}", placed(x + 1))
    count = len(document.undo_labels)
    assert 5 <= count <= 20
    assert document.undo_labels[0] == "99"
    assert Document(network, cap=0).do("x", placed(1)) is None
    tiny = Document(network, cap=0)
    tiny.do("1", placed(1))
    tiny.do("2", placed(2))
    assert tiny.undo_labels == ("2",)


def test_the_count_of_memory_is_near_the_truth():
    import tracemalloc

    network = Network()
    for _ in range(1000):
        network, _ = edits.add_node(network, "relu")
    document = Document(network, cap=2**30)
    tracemalloc.start()
    for x in range(50):
        document.do("move", placed(x + 1))
    real = tracemalloc.get_traced_memory()[0] / 50
    tracemalloc.stop()
    counted = sum(step.size for step in document._done) / 50
    assert 0.5 < counted / real < 2


@given(st.lists(st.tuples(st.sampled_from(["do", "undo", "redo"]), st.integers(0, 3)), max_size=30))
@settings(deadline=None)
def test_history_behaves_like_a_list_of_versions(row):
    document = Document()
    versions, place = [document.network], 0
    for what, number in row:
        if what == "do":
            document.do("title", titled(str(number)))
            if document.network is not versions[place]:
                versions[place + 1 :] = [document.network]
                place += 1
        elif what == "undo":
            assert document.undo() == (place > 0)
            place = max(place - 1, 0)
        else:
            assert document.redo() == (place + 1 < len(versions))
            place = min(place + 1, len(versions) - 1)
        assert document.network is versions[place]
        assert len(document.undo_labels) == place
        assert len(document.redo_labels) == len(versions) - place - 1


def test_going_to_a_state_is_one_change_and_the_same_as_single_steps():
    document, single = Document(), Document()
    for one in (document, single):
        for number in range(6):
            one.do(f"add {number}", lambda n: edits.add_node(n, "relu"))
    told = []
    document.changed.append(told.append)
    values = {6: document.network}
    for state in range(5, -1, -1):
        single.undo()
        values[state] = single.network
    for state in (2, 5, 0, 6, 3):
        assert document.go(state, origin="list")
        assert document.network == values[state]
        assert len(document.undo_labels) == state
        assert len(document.redo_labels) == 6 - state
    assert [(len(c.before.graph.nodes), len(c.after.graph.nodes), c.label) for c in told] == [
        (6, 2, "add 2"),
        (2, 5, "add 4"),
        (5, 0, "add 0"),
        (0, 6, "add 5"),
        (6, 3, "add 3"),
    ]
    assert not document.go(3)
    assert document.go(-5)
    assert document.go(99)
    assert (len(document.undo_labels), len(told)) == (6, 7)
