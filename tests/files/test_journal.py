"""A journal: every record or none, whatever is damaged, and who owns it."""

from __future__ import annotations

import ast
import os
import random
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netbuilder.files.atomic import Fs
from netbuilder.files.errors import FileError
from netbuilder.files.journal import Journal, is_running, line_of, records, this_process

RECORDS = [{"n": i, "text": "umlaut \u00e4 " * i} for i in range(6)]


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "state" / "one.journal")
    made.restart(RECORDS[:1])
    for record in RECORDS[1:]:
        made.append(record)
    return made


def test_what_was_written_is_read(journal):
    assert records(journal.path) == RECORDS
    assert journal.size == journal.path.stat().st_size


def test_a_restart_leaves_only_what_it_says(journal):
    journal.restart(RECORDS[4:])
    assert records(journal.path) == RECORDS[4:]
    assert journal.size == journal.path.stat().st_size
    journal.remove()
    journal.remove()
    assert not journal.path.exists()


def test_at_every_length_all_whole_records_are_read_and_the_torn_one_is_not(journal):
    data = journal.path.read_bytes()
    ends = [i + 1 for i, byte in enumerate(data) if byte == 10]
    for length in range(len(data)):
        journal.path.write_bytes(data[:length])
        whole = sum(end - 1 <= length for end in ends)
        found = records(journal.path)
        assert found[:whole] == RECORDS[:whole]
        assert found[whole:] in ([], [None])


def test_every_changed_byte_is_seen(journal):
    data = journal.path.read_bytes()
    rng = random.Random(1)
    for _ in range(300):
        place, other = rng.randrange(len(data)), rng.randrange(256)
        if data[place] == other:
            continue
        journal.path.write_bytes(data[:place] + bytes([other]) + data[place + 1 :])
        found = records(journal.path)
        kept = [record for record in found if record is not None]
        assert all(record in RECORDS for record in kept)
        # A letter of the checksum's number may be written large or small.
        assert len(kept) >= len(RECORDS) - 2
        assert kept != RECORDS or data[place : place + 1].lower() == bytes([other]).lower()


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_raise(data):
    line = line_of({"a": 1})
    for text in (data, line + data, line[:9] + data):
        assert isinstance(_read(text), list)


def _read(data):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "j"
        path.write_bytes(data)
        return records(path)


def test_a_missing_journal_is_said_and_appending_to_it_too(tmp_path):
    with pytest.raises(FileError, match="there is no such file"):
        records(tmp_path / "gone")
    with pytest.raises(OSError, match="No such file"):
        Journal(tmp_path / "gone").append({})


class Short(Fs):
    """Writes three bytes at a time, and fails at the tenth."""

    def __init__(self):
        self.left = 10**9

    def write(self, descriptor, data):
        if not self.left:
            raise OSError(28, "No space left on device")
        self.left -= 1
        return os.write(descriptor, data[:3])


def test_short_writes_go_on_and_a_failed_one_is_told(tmp_path):
    fs = Short()
    journal = Journal(tmp_path / "j", fs)
    journal.restart(RECORDS[:1])
    journal.append(RECORDS[1])
    fs.left = 2
    with pytest.raises(OSError, match="No space"):
        journal.append(RECORDS[2])
    assert records(journal.path) == [*RECORDS[:2], None]


def test_a_process_runs_until_it_ends_and_its_number_alone_says_nothing():
    me = this_process()
    assert is_running(me, 0)
    assert not is_running({**me, "started": me["started"] + "0"}, 0)
    code = "from netbuilder.files.journal import this_process as t; print(t(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as child:
        other = ast.literal_eval(child.stdout.readline())
        assert is_running(other, 1e9)
        child.kill()
        child.wait()
        assert not is_running(other, 0)


def test_another_computer_counts_as_running_for_a_day_and_nonsense_does_not():
    other = {**this_process(), "host": "elsewhere"}
    assert is_running(other, 60)
    assert not is_running(other, 90_000)
    for owner in (None, 3, {}, {**other, "host": this_process()["host"], "pid": "x"}):
        assert not is_running(owner, 1e9)
