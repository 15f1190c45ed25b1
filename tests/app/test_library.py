"""A person's own groups."""

import pytest

from netbuilder.app.examples import example
from netbuilder.app.library import OWN_GROUPS, Library, entries
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.files.errors import FileError
from netbuilder.graph.group_edits import set_group_info
from netbuilder.graph.model import Network


@pytest.fixture
def residual():
    return example("digits_residual")


@pytest.fixture
def group(residual):
    return next(iter(residual.groups))


def test_a_group_travels_through_the_library(tmp_path, residual, group):
    library = Library(tmp_path / "library")
    assert library.names() == ()
    assert library.keep(residual, group) == group
    assert library.names() == (group,)
    empty = Network()
    after, name = library.add_to(empty, group)
    assert after.groups[name].graph == residual.groups[group].graph
    assert after.graph is empty.graph
    again, same = library.add_to(after, group)
    assert (same, len(again.groups)) == (name, len(after.groups))


def test_another_group_of_that_name_stays(tmp_path, residual, group):
    library = Library(tmp_path)
    library.keep(residual, group)
    other = set_group_info(residual, group, doc="another one")
    after, name = library.add_to(other, group)
    assert name != group
    assert after.groups[group].doc == "another one"


def test_entries_hold_everything_there_is(tmp_path, residual, group):
    library = Library(tmp_path)
    library.keep(residual, group)
    (tmp_path / "broken.netgraph").write_text("{")
    found = entries(standard_catalogue(), residual, library)
    assert {e.id for e in found if e.kind == "node"} == set(standard_catalogue().types)
    assert [e.id for e in found if e.kind == "group"] == list(residual.groups)
    assert [(e.id, e.category) for e in found if e.kind == "library"] == [(group, OWN_GROUPS)]


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(FileError, match="none"):
        Library(tmp_path).add_to(Network(), "none")
