"""Documents without places: laid out on opening, every graph of them, and still as saved."""

from __future__ import annotations

from itertools import combinations

import pytest

from netbuilder.app import recovery
from netbuilder.app.arrange import Box4
from netbuilder.app.examples import example
from netbuilder.app.picture import run_of
from netbuilder.app.picture_cards import sizes_of
from netbuilder.app.recovery import Recovery
from netbuilder.app.session import Session
from netbuilder.app.unplaced import placed
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.files.documents import save
from netbuilder.graph.edits import move_nodes, set_title
from netbuilder.graph.model import Network


def heap(name="digits_residual"):
    """An example with all nodes on one spot, inside its groups as well."""
    made = example(name)
    for group in ("", *made.groups):
        made = move_nodes(made, dict.fromkeys(made.graph_at(group).nodes, (0.0, 0.0)), group)
    return made


def covering(network, group):
    """Pairs of cards that cover each other."""
    run = run_of(check(network, standard_catalogue()), group)
    sizes = sizes_of(run)
    boxes = [Box4(*node.position, *sizes[name]) for name, node in run.graph.nodes.items()]
    return [
        (a, b)
        for a, b in combinations(boxes, 2)
        if a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom
    ]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "heap.netgraph"
    save(heap(), path)
    return path


def test_every_graph_of_a_file_without_places_is_laid_out_and_nothing_counts_as_changed(file):
    before = file.read_bytes()
    session = Session.open(file)
    assert session.network.groups
    for group in ("", *session.network.groups):
        graph = session.network.graph_at(group)
        assert not covering(session.network, group)
        for target, source in graph.edges.items():
            assert graph.nodes[source.node].position[0] < graph.nodes[target.node].position[0]
    assert session.document.is_clean
    assert session.document.undo_labels == ()
    assert file.read_bytes() == before
    assert not session.changed_on_disk


def test_the_layout_is_saved_with_the_first_edit(file):
    session = Session.open(file)
    session.document.do("Rename", lambda n: set_title(n, "x"))
    session.save()
    assert Session.open(file).network == session.network
    assert session.document.undo() is not None
    assert not covering(session.network, "")


def test_it_follows_the_direction_that_is_asked_for(file):
    graph = Session.open(file, "down").network.graph
    for target, source in graph.edges.items():
        assert graph.nodes[source.node].position[1] < graph.nodes[target.node].position[1]


def test_what_lies_somewhere_is_left_alone():
    made = example("digits_residual")
    assert placed(made) is made
    assert placed(Network()) == Network()
    [group] = made.groups
    inner = move_nodes(made, dict.fromkeys(made.groups[group].graph.nodes, (9.0, 9.0)), group)
    found = placed(inner)
    assert found.graph is inner.graph
    assert not covering(found, group)


def test_what_a_crash_left_of_it_is_laid_out_before_and_after_its_edits(
    file, tmp_path, monkeypatch
):
    monkeypatch.setattr(recovery, "is_running", lambda owner, age: False)
    session = Session.open(file)
    watcher = Recovery(tmp_path / "recovery").watch(session)
    session.document.do("Rename", lambda n: set_title(n, "x"))
    watcher.flush()
    [left] = Recovery(tmp_path / "recovery").leftovers()
    again = left.session()
    assert again.network == session.network
    assert again.document.undo_labels == ("Rename",)
    again.document.undo()
    assert again.document.is_clean
    assert not covering(again.network, "")
