"""An open document with its file."""

import pytest

from netbuilder.app.examples import example
from netbuilder.app.session import Session
from netbuilder.files.errors import FileError
from netbuilder.graph.edits import add_node, set_title


def test_saving_gives_it_a_file_and_makes_it_clean(tmp_path):
    session = Session(example("digits_cnn") if "digits_cnn" in _names() else None)
    session.document.do("t", lambda n: set_title(n, "x"))
    assert not session.document.is_clean
    session.save(tmp_path / "a.netgraph")
    assert session.document.is_clean
    assert (session.name, session.folder) == ("a", tmp_path)
    assert Session.open(tmp_path / "a.netgraph").network == session.network


def test_it_sees_what_others_write(tmp_path):
    path = tmp_path / "a.netgraph"
    session = Session()
    session.save(path)
    assert not session.changed_on_disk
    other = Session.open(path)
    other.document.do("t", lambda n: set_title(n, "other"))
    other.save()
    assert session.changed_on_disk
    session.keep_mine()
    assert not session.changed_on_disk
    path.unlink()
    assert session.changed_on_disk


def test_a_failed_save_leaves_it_changed(tmp_path):
    session = Session()
    session.document.do("t", lambda n: set_title(n, "x"))
    with pytest.raises(FileError):
        session.save(tmp_path / "none" / "a.netgraph")
    assert session.path is None
    assert not session.document.is_clean


def test_the_report_follows_every_edit():
    session = Session()
    first = session.report
    assert session.report is first
    session.document.do("add", lambda n: add_node(n, "relu"))
    assert any(one.where.node == "relu_1" for one in session.report.diagnostics)
    session.set_fields(None, "the table has no rows")
    assert "the table has no rows" in [one.message for one in session.report.diagnostics]


def _names() -> tuple[str, ...]:
    from netbuilder.app.examples import example_names

    return example_names()
