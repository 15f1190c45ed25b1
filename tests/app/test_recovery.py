"""Copies for recovery: nothing is lost, nothing named is written, nothing of others is touched."""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from network_strategies import networks

from netbuilder.app import recovery
from netbuilder.app.examples import example
from netbuilder.app.recovery import Recovery
from netbuilder.app.session import Session
from netbuilder.files.atomic import Fs
from netbuilder.files.documents import save
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps
from netbuilder.graph import edits
from netbuilder.graph.delta import changes_nothing
from netbuilder.graph.model import Network


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "recovery"


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "net.netgraph"
    save(example("digits_mlp"), path)
    return path


@pytest.fixture
def crashed(monkeypatch):
    """Let every process count as gone, this one too."""
    monkeypatch.setattr(recovery, "is_running", lambda owner, age: False)


def renamed(text):
    return lambda network: edits.set_title(network, text)


def journals(folder):
    return sorted(folder.iterdir()) if folder.exists() else []


def test_nothing_is_written_before_an_edit_and_nothing_is_left_after_closing(folder, document):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    assert not watcher.pending
    watcher.flush()
    assert journals(folder) == []
    session.document.do("Rename", renamed("B"))
    assert watcher.pending
    watcher.flush()
    assert not watcher.pending
    assert len(journals(folder)) == 1
    watcher.discard()
    assert journals(folder) == []
    session.document.do("Rename", renamed("C"))
    watcher.flush()
    assert journals(folder) == []
    assert session.document.changed == []


def test_a_crash_leaves_the_last_value_with_the_steps_to_it(folder, document, crashed):
    before = document.read_bytes()
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    for text in "ABC":
        session.document.do(f"Rename to {text}", renamed(text))
        watcher.flush()
    [left] = Recovery(folder).leftovers()
    assert left.network == session.network
    assert left.path == document
    again = left.session()
    assert again.network == session.network
    assert again.path == document
    assert not again.document.is_clean
    assert again.document.undo_labels == ("Rename to C", "Rename to B", "Rename to A")
    while again.document.undo():
        pass
    assert dumps(again.network).encode() == before
    assert document.read_bytes() == before
    left.discard()
    assert Recovery(folder).leftovers() == []


def test_the_copies_of_a_living_process_are_not_offered(folder, document):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    assert Recovery(folder).leftovers() == []
    assert len(journals(folder)) == 1


def test_a_recovered_document_is_written_again_before_the_old_copy_goes(folder, document, crashed):
    session = Session.open(document)
    session.document.do("Rename", renamed("B"))
    watcher = Recovery(folder).watch(session)
    assert not watcher.pending, "a document that is not saved is written at once"
    [left] = Recovery(folder).leftovers()
    watcher = Recovery(folder).watch(left.session())
    assert len(journals(folder)) == 2
    left.discard()
    [left] = Recovery(folder).leftovers()
    assert left.network.title == "B"


def test_what_was_saved_is_not_offered(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    session.save()
    assert Recovery(folder).leftovers() == [], "the file holds the very same"
    session.document.do("Rename", renamed("C"))
    watcher.flush()
    session.save()
    watcher.flush()
    save(example("mlp_xor"), document)
    assert Recovery(folder).leftovers() == [], "it was saved, and what came after is another's"
    assert journals(folder) == []


def test_what_was_undone_back_to_the_saved_is_not_offered(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    session.document.undo()
    watcher.flush()
    assert Recovery(folder).leftovers() == []


def test_a_document_under_another_name_is_recovered_under_that_name(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    other = document.with_name("other.netgraph")
    session.save(other)
    watcher.flush()
    session.document.do("Rename", renamed("C"))
    watcher.flush()
    [left] = Recovery(folder).leftovers()
    assert left.session().path == other


@pytest.mark.parametrize("fate", ["changed", "removed", "damaged"])
def test_a_file_that_is_another_now_is_left_alone(folder, document, crashed, fate):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    if fate == "changed":
        save(example("mlp_xor"), document)
    elif fate == "removed":
        document.unlink()
    else:
        document.write_text("{")
    session.document.do("Rename", renamed("C"))
    watcher.flush()
    [left] = Recovery(folder).leftovers()
    again = left.session()
    assert again.path is None
    assert again.name == "net (recovered)"
    assert again.network.title == "C"


def test_a_file_that_is_open_already_is_not_opened_twice(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    [left] = Recovery(folder).leftovers()
    again = left.session(taken=[document])
    assert (again.path, again.name, again.network.title) == (None, "net (recovered)", "B")


def test_a_document_without_a_file_keeps_its_name(folder, crashed):
    session = Session(name="untitled-2")
    watcher = Recovery(folder).watch(session)
    session.document.do("Add", lambda n: edits.add_node(n, "relu"))
    watcher.flush()
    [left] = Recovery(folder).leftovers()
    again = left.session()
    assert (again.path, again.name) == (None, "untitled-2")
    assert again.document.undo_labels == ("Add",)


def test_an_empty_graph_is_never_recovered_over_a_full_one(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    full = session.network
    for _ in range(3):
        session.document.do("Empty", lambda n: Network())
        watcher.flush()
        session.document.do("Rename", renamed("nothing"))
        watcher.flush()
    [left] = Recovery(folder).leftovers()
    assert left.network == full
    left.discard()
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("still nothing"))
    watcher.flush()
    assert Recovery(folder).leftovers() == [], "the file holds more than nothing"


class Full(Fs):
    """A disk that can be full."""

    full = False

    def write(self, descriptor, data):
        if self.full:
            os.write(descriptor, data[: len(data) // 2])
            raise OSError(28, "No space left on device")
        return os.write(descriptor, data)


def test_a_failed_write_is_told_and_the_next_one_makes_good(folder, document, crashed):
    fs = Full()
    session = Session.open(document)
    watcher = Recovery(folder, fs).watch(session)
    session.document.do("Rename", renamed("A"))
    watcher.flush()
    fs.full = True
    for text in "BC":
        session.document.do("Rename", renamed(text))
        with pytest.raises((OSError, FileError)):
            watcher.flush()
        assert watcher.pending
    assert Recovery(folder).leftovers()[0].network.title == "A"
    session.document.do("Empty", lambda n: Network())
    fs.full = False
    watcher.flush()
    assert Recovery(folder).leftovers()[0].network.title == "A", "empty is no reason to begin anew"
    session.document.undo()
    watcher.flush()
    assert not watcher.pending
    assert Recovery(folder).leftovers()[0].network.title == "C"


def test_a_journal_that_somebody_removed_is_made_anew(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("A"))
    watcher.flush()
    journals(folder)[0].unlink()
    session.document.do("Rename", renamed("B"))
    watcher.flush()
    assert Recovery(folder).leftovers()[0].network.title == "B"


def test_a_journal_stays_small_however_long_the_work(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    rng = random.Random(0)
    noise = "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(3000))
    for i in range(150):
        session.document.do("Note", lambda n, i=i: edits.set_description(n, f"{i}{noise}"))
        watcher.flush()
        assert journals(folder)[0].stat().st_size < recovery.LARGE * 1.2
    [left] = Recovery(folder).leftovers()
    assert left.network.description.startswith("149")


def test_damaged_journals_never_raise_and_give_an_earlier_value_or_nothing(
    folder, document, crashed, caplog
):
    before = document.read_bytes()
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    said = []
    for i in range(12):
        session.document.do("Rename", renamed(f"title {i}"))
        watcher.flush()
        said.append(session.network.title)
    [journal] = journals(folder)
    data = journal.read_bytes()
    rng = random.Random(3)
    whole = 0
    for number in range(200):
        place = rng.randrange(len(data))
        mutant = (
            data[:place],
            data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :],
            data[:place] + data[rng.randrange(len(data)) :],
            data[place:],
        )[number % 4]
        journal.write_bytes(mutant)
        found = Recovery(folder).leftovers()
        assert all(left.network.title in said for left in found)
        whole += bool(found)
        assert document.read_bytes() == before
    assert whole > 100, "mostly an earlier value is found"
    journal.write_bytes(b"")
    assert Recovery(folder).leftovers() == []


def test_records_of_another_version_are_not_guessed_at(folder, document, crashed, monkeypatch):
    session = Session.open(document)
    monkeypatch.setattr(recovery, "VERSION", 2)
    watcher = Recovery(folder).watch(session)
    session.document.do("Rename", renamed("A"))
    watcher.flush()
    monkeypatch.setattr(recovery, "VERSION", 1)
    assert Recovery(folder).leftovers() == []
    assert len(journals(folder)) == 1, "the version that wrote it will want it"


def test_what_a_killed_writer_left_beside_a_journal_is_swept(folder, crashed):
    folder.mkdir()
    stray = folder / ".0001-aa.journal.nbtmp-999999-00000000"
    stray.write_text("x")
    assert Recovery(folder).leftovers() == []
    assert not stray.exists()


@given(st.lists(networks(), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None)
def test_any_values_are_recovered(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("any")
    session = Session()
    watcher = Recovery(folder).watch(session)
    for value in values:
        session.document.do("Edit", lambda _, value=value: value)
        watcher.flush()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery, "is_running", lambda owner, age: False)
        found = Recovery(folder).leftovers()
    full = [v for v in values if v.graph.nodes or v.groups or v.graph.notes]
    last = full[-1] if full else None
    # One that ends empty may be given up, and counts as what it was before if that is still there.
    if last is None or (last is not values[-1] and not found):
        assert found == []
    else:
        assert changes_nothing(found[0].network, last)


def test_flushing_in_threads_while_editing_ends_with_the_last_value(folder, document, crashed):
    session = Session.open(document)
    watcher = Recovery(folder).watch(session)
    stop = threading.Event()

    def flush():
        while not stop.is_set():
            watcher.flush()

    threads = [threading.Thread(target=flush) for _ in range(3)]
    for thread in threads:
        thread.start()
    for i in range(300):
        session.document.do("Rename", renamed(f"{i}"))
    stop.set()
    for thread in threads:
        thread.join()
    watcher.flush()
    [left] = Recovery(folder).leftovers()
    assert left.network.title == "299"
    watcher.discard()


def test_a_folder_that_cannot_be_made_is_no_crash(tmp_path, document, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("x")
    session = Session.open(document)
    session.document.do("Rename", renamed("A"))
    watcher = Recovery(blocked / "recovery").watch(session)
    assert watcher.pending
    assert "no copy of net could be kept" in caplog.text
    assert Recovery(blocked / "recovery").leftovers() == []
    assert isinstance(blocked, Path)
