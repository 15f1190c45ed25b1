"""Public sets: downloaded with resume and checksum from a server of our own, or taken from a folder."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from netbuilder.data import public_sets
from netbuilder.data.download import Remote, StoppedError, cache_folder, fetch
from netbuilder.data.fetching import fetch_missing, missing_files
from netbuilder.data.prepare import fields, prepare
from netbuilder.data.registry import sources
from netbuilder.data.source import DataError

HERE = Path()
RANDOM = np.random.RandomState(0)


class Shop(BaseHTTPRequestHandler):
    """Serves what ``shelf`` holds, as much of it as ``most`` lets through at a time."""

    shelf: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[tuple[str, str]]] = []
    most: ClassVar[int] = 10**9
    ranges: ClassVar[bool] = True

    def do_GET(self):
        wanted = self.headers.get("Range", "")
        Shop.asked.append((self.path, wanted))
        content = Shop.shelf.get(self.path)
        if content is None:
            self.send_error(404, "no such thing")
            return
        start = int(wanted[6:-1]) if wanted and Shop.ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start : start + Shop.most])

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def shop(server, monkeypatch):
    for name, value in (("shelf", {}), ("asked", []), ("most", 10**9), ("ranges", True)):
        monkeypatch.setattr(Shop, name, value)
    return server


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("netbuilder.data.public_sets.cache_folder", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def remote(content: bytes, name: str, *homes: str) -> Remote:
    return Remote(name, len(content), f"md5:{hashlib.md5(content).hexdigest()}", homes)


def going(_name, _have):
    return True


def idx(values: np.ndarray) -> bytes:
    sizes = struct.pack(f">{values.ndim}I", *values.shape)
    return gzip.compress(bytes((0, 0, 8, values.ndim)) + sizes + values.astype(np.uint8).tobytes())


def mnist_files() -> list[bytes]:
    made = []
    for count in (40, 20):
        made += [idx(RANDOM.randint(0, 256, (count, 28, 28))), idx(np.arange(count) % 10)]
    return made


def batch(count: int) -> bytes:
    rows = RANDOM.randint(0, 256, (count, 3073)).astype(np.uint8)
    rows[:, 0] = np.arange(count) % 10
    return rows.tobytes()


def archive(batches: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in batches.items():
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def cifar_batches() -> dict[str, bytes]:
    names = [*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"]
    return {name: batch(10 if name.startswith("data") else 20) for name in names}


def offer(monkeypatch, server: str, name: str, contents: list[bytes]) -> None:
    """Let a set be what the server has."""
    source = sources()[name]
    there = []
    for one, content in zip(source.files, contents, strict=True):
        Shop.shelf[f"/{name}/{one.name}"] = content
        there.append(remote(content, one.name, f"{server}/{name}/"))
    monkeypatch.setattr(source, "files", tuple(there))


def test_mnist_is_downloaded_once_and_has_its_own_test_set(shop, monkeypatch, cache):
    files = mnist_files()
    offer(monkeypatch, shop, "mnist", files)
    data = {"source": "mnist"}
    known = fields(data, HERE)
    assert Shop.asked == []
    assert [one.name for one in missing_files(data, HERE)] == [
        one.name for one in sources()["mnist"].files
    ]
    told = []
    fetch_missing(data, HERE, lambda name, have: told.append((name, have)) or True)
    assert dict(told) == {one.name: one.size for one in sources()["mnist"].files}
    assert missing_files(data, HERE) == ()
    fetch_missing(data, HERE, going)
    assert len(Shop.asked) == 4
    prepared = prepare(data, HERE)
    assert prepared.fields == known
    assert prepared.sizes["test"] == 20
    image = prepared.splits["test"]["image"]
    raw = np.frombuffer(gzip.decompress(files[2])[16:], np.uint8).reshape(20, 1, 28, 28)
    np.testing.assert_array_equal(image, raw.astype(np.float32) / 255)
    assert prepared.splits["test"]["label"].tolist() == [n % 10 for n in range(20)]
    assert sorted(p.name for p in (cache / "data" / "mnist").iterdir()) == sorted(
        one.name for one in sources()["mnist"].files
    )


def test_a_folder_of_unpacked_files_is_the_same_data(monkeypatch, tmp_path):
    names = [one.name for one in sources()["fashion_mnist"].files]
    packed, plain = tmp_path / "packed", tmp_path / "plain"
    for folder in (packed, plain):
        folder.mkdir()
    for name, content in zip(names, mnist_files(), strict=True):
        (packed / name).write_bytes(content)
        (plain / name.removesuffix(".gz")).write_bytes(gzip.decompress(content))
    one, other = (
        prepare({"source": "fashion_mnist", "params": {"path": name}}, tmp_path)
        for name in ("packed", "plain")
    )
    assert one.fingerprint == other.fingerprint
    assert one.fields["label"].classes[9] == "ankle boot"


@pytest.mark.parametrize("packed", [True, False])
def test_cifar_is_read_from_the_archive_or_from_its_batches(shop, monkeypatch, tmp_path, packed):
    batches = cifar_batches()
    data = {"source": "cifar10"}
    if packed:
        offer(monkeypatch, shop, "cifar10", [archive(batches)])
        fetch_missing(data, HERE, going)
    else:
        folder = tmp_path / "cifar-10-batches-bin"
        folder.mkdir()
        for name, content in batches.items():
            (folder / name).write_bytes(content)
        data["params"] = {"path": "."}
    prepared = prepare(data, tmp_path)
    assert prepared.fields == fields(data, tmp_path)
    assert prepared.sizes["test"] == 20
    raw = np.frombuffer(batches["test_batch.bin"], np.uint8).reshape(20, 3073)
    np.testing.assert_array_equal(prepared.splits["test"]["label"], raw[:, 0])
    expected = raw[:, 1:].reshape(20, 3, 32, 32).astype(np.float32) / 255
    np.testing.assert_array_equal(prepared.splits["test"]["image"], expected)


def test_tiny_shakespeare_is_a_text_in_windows(shop, monkeypatch):
    content = b"First Citizen:\nBefore we proceed any further, hear me speak.\n\n" * 40
    offer(monkeypatch, shop, "tiny_shakespeare", [content])
    data = {"source": "tiny_shakespeare", "params": {"window": 16}}
    fetch_missing(data, HERE, going)
    prepared = prepare(data, HERE)
    assert prepared.fields == fields(data, HERE)
    assert len(prepared.fields["tokens"].classes) == 65
    alphabet = prepared.preprocessing["vocabulary"]["tokens"]
    first = prepared.splits["train"]["tokens"][0]
    assert "".join(alphabet[n] for n in first) == "First Citizen:\nB"


def test_the_alphabet_of_tiny_shakespeare_is_in_the_order_of_unicode():
    alphabet = public_sets.TinyShakespeare.alphabet
    assert len(alphabet) == 65
    assert list(alphabet) == sorted(set(alphabet))


def test_what_broke_off_goes_on_where_it_was(shop, tmp_path):
    content = bytes(RANDOM.randint(0, 256, 300_000).astype(np.uint8))
    Shop.shelf["/file.bin"] = content
    wanted = remote(content, "file.bin", f"{shop}/")
    Shop.most = 100_000
    with pytest.raises(DataError, match="broke off after 100,000 of 300,000 bytes; try again"):
        fetch(wanted, tmp_path, going)
    assert not (tmp_path / "file.bin").exists()
    with pytest.raises(DataError, match="broke off after 200,000 of"):
        fetch(wanted, tmp_path, going)
    assert fetch(wanted, tmp_path, going).read_bytes() == content
    assert [asked for _, asked in Shop.asked] == ["", "bytes=100000-", "bytes=200000-"]
    assert [path.name for path in tmp_path.iterdir()] == ["file.bin"]


def test_a_server_that_knows_no_ranges_sends_it_all_again(shop, tmp_path):
    Shop.shelf["/file.bin"] = b"abcdef"
    Shop.ranges = False
    (tmp_path / "file.bin.part").write_bytes(b"abc")
    wanted = remote(b"abcdef", "file.bin", f"{shop}/")
    assert fetch(wanted, tmp_path, going).read_bytes() == b"abcdef"


def test_damage_in_what_was_there_before_is_found_and_mended(shop, tmp_path):
    Shop.shelf["/file.bin"] = b"abcdef"
    (tmp_path / "file.bin.part").write_bytes(b"xyz")
    wanted = remote(b"abcdef", "file.bin", f"{shop}/")
    assert fetch(wanted, tmp_path, going).read_bytes() == b"abcdef"
    assert [asked for _, asked in Shop.asked] == ["bytes=3-", ""]


def test_another_address_is_asked_where_one_has_something_else(shop, tmp_path):
    Shop.shelf |= {
        "/bad/file.bin": b"abcdeX",
        "/long/file.bin": b"abcdefgh",
        "/good/file.bin": b"abcdef",
    }
    homes = [f"{shop}/{name}/" for name in ("none", "bad", "long", "good")]
    wanted = remote(b"abcdef", "file.bin", *homes)
    assert fetch(wanted, tmp_path, going).read_bytes() == b"abcdef"
    (tmp_path / "file.bin").unlink()
    with pytest.raises(DataError) as caught:
        fetch(remote(b"abcdef", "file.bin", *homes[:-1]), tmp_path, going)
    said = str(caught.value)
    assert said.startswith("file.bin could not be downloaded: ")
    assert said.count("its checksum differs") == 2
    assert "no such thing" in said
    assert list(tmp_path.iterdir()) == []


def test_a_computer_without_a_network_is_told(tmp_path):
    closed = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    port = closed.server_port
    closed.server_close()
    with pytest.raises(
        DataError, match=rf"file\.bin could not be downloaded: 127\.0\.0\.1:{port}: .*"
    ):
        fetch(remote(b"abc", "file.bin", f"http://127.0.0.1:{port}/"), tmp_path, going)


def test_a_download_can_be_stopped_and_goes_on(shop, tmp_path):
    content = bytes(500_000)
    Shop.shelf["/file.bin"] = content
    wanted = remote(content, "file.bin", f"{shop}/")
    with pytest.raises(StoppedError, match=r"was stopped at [\d,]+ of 500,000 bytes"):
        fetch(wanted, tmp_path, lambda _name, have: have < 100_000)
    assert 100_000 <= (tmp_path / "file.bin.part").stat().st_size < 500_000
    assert fetch(wanted, tmp_path, going).read_bytes() == content
    assert Shop.asked[1][1].startswith("bytes=")


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10", "tiny_shakespeare"])
def test_a_set_that_is_not_there_is_known_but_not_loaded(name):
    assert fields({"source": name}, HERE)
    with pytest.raises(DataError) as caught:
        prepare({"source": name}, HERE)
    said = str(caught.value)
    assert "is not on this computer yet: " in said
    assert "download it in the window Data or with netbuilder data FILE --download" in said


def test_a_folder_without_the_files_is_told_and_never_filled(tmp_path):
    data = {"source": "cifar10", "params": {"path": "here"}}
    with pytest.raises(
        DataError, match=r"here has no cifar-10-binary\.tar\.gz; put what is missing there"
    ):
        prepare(data, tmp_path)
    assert missing_files(data, tmp_path) == ()
    assert missing_files({"source": "iris"}, tmp_path) == ()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no archive", "is no archive, or a damaged one"),
        (archive({"data_batch_1.bin": batch(3)}), "has no data_batch_2.bin, data_batch_3.bin"),
        (
            archive({**cifar_batches(), "test_batch.bin": bytes(3072)}),
            "not made of records of 3,073",
        ),
        (archive({**cifar_batches(), "test_batch.bin": b"\x0b" * 3073}), "has the label 11"),
        (archive(cifar_batches())[:-9000], "is no archive, or a damaged one"),
    ],
)
def test_another_archive_is_told(tmp_path, content, sentence):
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(content)
    with pytest.raises(DataError) as caught:
        prepare({"source": "cifar10", "params": {"path": "."}}, tmp_path)
    assert sentence in str(caught.value)


def test_other_files_of_the_same_names_are_told(tmp_path):
    for one, content in zip(sources()["mnist"].files, mnist_files(), strict=True):
        (tmp_path / one.name).write_bytes(content)
    small = idx(np.zeros((40, 8, 8)))
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(small)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(idx(np.zeros((20, 8, 8))))
    with pytest.raises(DataError, match="an image has 1 x 8 x 8 numbers, but 1 x 28 x 28 were"):
        prepare({"source": "mnist", "params": {"path": "."}}, tmp_path)
    (tmp_path / "input.txt").write_text("Größe" * 100)
    with pytest.raises(DataError, match="it has the character 'ß'"):
        prepare({"source": "tiny_shakespeare", "params": {"path": "."}}, tmp_path)


def test_the_cache_follows_the_platform(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "netbuilder"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder().parts[-3:] == ("Library", "Caches", "netbuilder")
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache_folder() == tmp_path / "netbuilder" / "cache"
