"""Opening and saving files by path."""

import errno
import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from netbuilder.files import documents
from netbuilder.files.documents import load, read_file, save
from netbuilder.files.errors import FileError
from netbuilder.files.format import dumps, loads
from netbuilder.graph import edits
from netbuilder.graph.limits import MAX_BYTES
from netbuilder.graph.model import Graph, Network, Node, frozen


@pytest.fixture
def network():
    network, _ = edits.add_node(Network("XOR"), "input", params={"shape": [2]})
    return network


def test_saved_and_opened(tmp_path, network):
    path = tmp_path / "xor.netgraph"
    save(network, path)
    assert load(path) == network
    assert load(str(path)) == network
    assert path.read_text("utf-8") == dumps(network)
    assert [entry.name for entry in tmp_path.iterdir()] == ["xor.netgraph"]


def test_what_is_no_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    cases = {
        "pipe": "is a named pipe, but a file was expected",
        "folder": "is a folder",
        "loop": "could not be read|symbolic",
        "dangling": "there is no such file",
        "missing": "there is no such file",
        "a\0b": "null",
        "x" * 300: "name too long",
    }
    for name, said in cases.items():
        with pytest.raises(FileError, match=said):
            load(tmp_path / name)
    for device in ("/dev/zero", "/dev/null", "/dev/tty"):
        if Path(device).exists():
            with pytest.raises(FileError, match="is a device"):
                load(device)


def test_a_link_to_a_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    said = []

    def opening():
        try:
            load(tmp_path / "link")
        except FileError as error:
            said.append(error.reason)

    thread = threading.Thread(target=opening, daemon=True)
    thread.start()
    thread.join(5)
    assert said == ["is a named pipe, but a file was expected"]


def test_a_file_of_100_mb_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(100_000_000)

    def forbidden(*arguments):
        raise AssertionError("it was read")

    monkeypatch.setattr(documents.os, "read", forbidden)
    with pytest.raises(FileError, match=r"has 100\.0 MB, but at most 33\.6 MB"):
        load(path)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "grows"
    path.write_bytes(b"x" * 100)
    monkeypatch.setattr(documents.os, "read", lambda descriptor, count: b"x" * 2**20)
    with pytest.raises(FileError, match="grew above"):
        read_file(path, limit=2**21)


def test_a_file_without_permission_is_refused(tmp_path, network, monkeypatch):
    path = tmp_path / "secret"
    save(network, path)

    def refused(*arguments):
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(documents.os, "open", refused)
    with pytest.raises(FileError, match="may not be read"):
        load(path)


def test_an_error_of_the_disk_is_told(tmp_path, network, monkeypatch):
    path = tmp_path / "bad"
    save(network, path)

    def broken(*arguments):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(documents.os, "read", broken)
    with pytest.raises(FileError, match="could not be read: input/output error"):
        load(path)


def test_the_largest_size_is_allowed(tmp_path):
    path = tmp_path / "limit"
    path.write_bytes(b" " * MAX_BYTES)
    assert len(read_file(path)) == MAX_BYTES
    with path.open("ab") as file:
        file.write(b" ")
    with pytest.raises(FileError, match="at most"):
        read_file(path)


def test_a_name_that_would_tear_the_message_is_shown_escaped(tmp_path):
    with pytest.raises(FileError) as caught:
        load(tmp_path / "a\nb\x1b[31m")
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_network_of_a_newer_major_version_is_not_saved(tmp_path, network):
    path = tmp_path / "new.netgraph"
    newer = dumps(network).replace('"1.0"', '"2.0"')
    path.write_text(newer)
    opened = load(path)
    for target in (path, tmp_path / "copy"):
        with pytest.raises(FileError, match="newer version"):
            save(edits.set_title(opened, "mine"), target)
    assert path.read_text() == newer
    assert not (tmp_path / "copy").exists()


def test_a_file_of_a_newer_major_version_is_not_saved_over(tmp_path, network):
    path = tmp_path / "new.netgraph"
    newer = '\ufeff\n {"netgraph" : "12.3", "nodes": 5}'
    path.write_text(newer, encoding="utf-8")
    with pytest.raises(FileError, match="written by a newer version"):
        save(network, path)
    assert path.read_text("utf-8") == newer
    path.write_text(newer.replace("12.3", "1.3"), encoding="utf-8")
    save(network, path)
    assert load(path) == network


def test_a_network_that_would_not_open_again_is_not_saved(tmp_path, network):
    path = tmp_path / "a"
    save(network, path)
    before = path.read_bytes()
    bad = {
        "key": Network(graph=Graph({"b": Node("a", "relu")})),
        "id": Network(graph=Graph({"class": Node("class", "relu")})),
        "nan": replace(network, recipe=frozen({"lr": float("nan")})),
        "keys": replace(network, recipe=frozen({1: 2})),
        "large": replace(network, recipe=frozen({"seed": 2**63})),
        "extra": replace(network, extra=frozen({"title": 5, "x": {"=": [2**64]}})),
    }
    for unsound in bad.values():
        with pytest.raises(FileError, match="could not be saved"):
            save(unsound, path)
        assert path.read_bytes() == before


def test_tuples_are_saved_as_lists(tmp_path):
    network = Network(graph=Graph({"a": Node("a", "pool", params={"kernel_size": (3, 3)})}))
    save(network, tmp_path / "a")
    assert load(tmp_path / "a").graph.nodes["a"].params == {"kernel_size": [3, 3]}


def test_opening_sweeps_what_a_killed_save_left(tmp_path, network):
    path = tmp_path / "a"
    save(network, path)
    (tmp_path / ".a.nbtmp-999999999-00000000").write_bytes(b"half")
    load(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_backup_on_request(tmp_path, network):
    path = tmp_path / "a"
    save(network, path, backup=True)
    save(edits.set_title(network, "second"), path, backup=True)
    assert load(tmp_path / "a~") == network


def test_the_disk_limit_of_the_process_is_told(tmp_path, network):
    """A real short write: the system lets the file grow to 4 KiB and no further."""
    path = tmp_path / "a"
    path.write_text(dumps(network))
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
from netbuilder.files.documents import load, save
from netbuilder.files.errors import FileError
from netbuilder.graph import edits
network = load({str(path)!r})
try:
    save(edits.set_description(network, "x" * 9000), {str(path)!r})
except FileError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "file too large (EFBIG)" in done.stdout
    assert "as it was" in done.stdout
    assert loads(path.read_text()) == network
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_importing_files_needs_neither_torch_nor_numpy():
    code = "import sys, netbuilder.files.documents, netbuilder.graph.edits, netbuilder.graph.clipboard; print({'torch', 'numpy', 'networkx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_mode_of_a_saved_network_is_that_of_a_plain_file(tmp_path, network):
    path = tmp_path / "a"
    save(network, path)
    plain = tmp_path / "b"
    plain.write_text("")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
