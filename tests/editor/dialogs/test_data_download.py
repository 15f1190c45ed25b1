"""A public set in the data's window: what would be downloaded is said, and it comes by a click."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from netbuilder.data.download import Remote
from netbuilder.data.registry import sources
from netbuilder.editor.dialogs.data import DataDialog
from netbuilder.graph import edits

LONG = 60_000  # ms
TEXT = b"First Citizen:\nBefore we proceed any further, hear me speak.\n\n" * 4000
HALF = len(TEXT) // 2


class Shop(BaseHTTPRequestHandler):
    """Serves the text, the second half only when ``open`` is set."""

    open = threading.Event()
    there = True

    def do_GET(self):
        if not Shop.there:
            self.send_error(404, "gone")
            return
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        self.send_response(206 if start else 200)
        self.send_header("Content-Range", f"bytes {start}-{len(TEXT) - 1}/{len(TEXT)}")
        self.send_header("Content-Length", str(len(TEXT) - start))
        self.end_headers()
        if start < HALF:
            self.wfile.write(TEXT[start:HALF])
            Shop.open.wait(30)
            start = HALF
        try:
            self.wfile.write(TEXT[start:])
        except OSError:
            return  # who asked has gone

    def log_message(self, *_):
        pass


@pytest.fixture
def shop(monkeypatch, tmp_path):
    Shop.open.clear()
    Shop.there = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    home = f"http://127.0.0.1:{server.server_port}/"
    digest = f"sha256:{hashlib.sha256(TEXT).hexdigest()}"
    files = (Remote("input.txt", len(TEXT), digest, (home,)),)
    monkeypatch.setattr(sources()["tiny_shakespeare"], "files", files)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    yield
    Shop.open.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def dialog(qtbot, workspace, tab, shop):
    tab.do("take", lambda n: edits.set_data(n, {"source": "tiny_shakespeare"}))
    made = DataDialog(workspace)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_what_is_missing_is_offered_stopped_and_goes_on(qtbot, dialog, tmp_path):
    offer = dialog.preview.download
    qtbot.waitUntil(offer.isVisible, timeout=LONG)
    assert (
        "Tiny Shakespeare is not on this computer yet. Its file, 0.2 MB, can" in offer.said.text()
    )
    assert offer.button.text() == "Download 0.2 MB"
    assert not offer.stop.isVisible()
    qtbot.mouseClick(offer.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: offer.bar.value() > 0, timeout=LONG)
    assert offer.said.text().startswith("Tiny Shakespeare is being downloaded: 0.")
    assert not offer.button.isVisible()
    qtbot.mouseClick(offer.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(offer.button.isVisible, timeout=LONG)
    assert not offer.trouble.isVisible()
    [part] = (tmp_path / "cache").rglob("input.txt.part")
    assert 0 < part.stat().st_size <= HALF
    Shop.open.set()
    qtbot.mouseClick(offer.button, Qt.MouseButton.LeftButton)
    rows = dialog.findChild(QWidget, "sample_rows")
    qtbot.waitUntil(rows.isVisible, timeout=LONG)
    assert rows.item(0, 0).text().startswith("First Citizen:")
    assert rows.item(0, 0).textAlignment() & Qt.AlignmentFlag.AlignLeft
    assert not offer.isVisible()
    assert next((tmp_path / "cache").rglob("input.txt*")).read_bytes() == TEXT


def test_a_download_that_fails_says_why_and_another_source_takes_the_offer_away(qtbot, dialog, tab):
    Shop.there = False
    offer = dialog.preview.download
    qtbot.waitUntil(offer.isVisible, timeout=LONG)
    qtbot.mouseClick(offer.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(offer.trouble.isVisible, timeout=LONG)
    assert "input.txt could not be downloaded: 127.0.0.1:" in offer.trouble.text()
    assert offer.button.isEnabled()
    tab.do("take", lambda n: edits.set_data(n, {"source": "xor"}))
    qtbot.waitUntil(lambda: not offer.isVisible(), timeout=LONG)
    tab.do("take", lambda n: edits.set_data(n, {"source": "tiny_shakespeare"}))
    qtbot.waitUntil(offer.isVisible, timeout=LONG)
    assert not offer.trouble.isVisible()
