"""How long the palette takes to answer a key in its search field, over more than 200 types and groups.

    python tests/benchmarks/palette_speed.py

Goal: at most 5 ms a key, for finding and for laying the rows out. Measured against a plain list of
Qt that is emptied and filled with the titles that contain the letters, in the same run; painting is told
beside it.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[2]))

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QListWidget

from netbuilder.app.preferences import Preferences
from netbuilder.app.session import Session
from netbuilder.editor.panels.palette import Palette
from netbuilder.editor.start import application
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Network

GOAL_MS = 5.0
GROUPS = 60  # of the document's own, besides the node types and the ready groups
WORDS = ("conv", "batchnorm", "cross entropy", "bn2", "attn", "relu", "lstm cell", "dorpout", "zzz")
SIZE = (220, 800)
TIMES = 15


def keys() -> Iterator[str]:
    """What stands in the field after each key; then it is emptied."""
    for word in WORDS:
        yield from (word[:end] for end in range(1, len(word) + 1))
        yield ""


def timed(work: Callable[[str], None]) -> tuple[list[float], dict[str, float]]:
    """Milliseconds of this process alone for every key, and the median for each text."""
    found: dict[str, list[float]] = {}
    for _ in range(TIMES):
        for text in keys():
            begin = time.process_time_ns()
            work(text)
            found.setdefault(text, []).append((time.process_time_ns() - begin) / 1e6)
    return [one for some in found.values() for one in some], {
        text: statistics.median(some) for text, some in found.items()
    }


def filled(palette: Palette) -> Callable[[str], None]:
    """Type into the palette's field, and lay the rows out."""

    def work(text: str) -> None:
        palette.field.setText(text)
        rows = palette.list.rows
        palette.list.visualRect(rows.index(rows.rowCount() - 1))  # lays out what is not yet

    return work


def plain(titles: list[str]) -> Callable[[str], None]:
    """Empty a list of Qt and fill it with what contains the letters."""
    box = QListWidget()
    box.resize(*SIZE)
    box.show()

    def work(text: str) -> None:
        box.clear()
        box.addItems([title for title in titles if text in title.lower()] or [""])
        box.visualItemRect(box.item(box.count() - 1))

    return work


def painting(palette: Palette) -> Callable[[str], None]:
    """Draw the rows that are shown."""
    image = QImage(*SIZE, QImage.Format.Format_ARGB32_Premultiplied)

    def work(_text: str) -> None:
        palette.list.viewport().render(image)

    return work


def main() -> int:
    """Print the figures; 1 where the goal is missed."""
    with tempfile.TemporaryDirectory() as folder:
        preferences = Preferences(Path(folder))
        application(preferences)
        workspace = Workspace(preferences)
        network = Network()
        for number in range(GROUPS):
            network, _ = edits.add_group(network, f"residual_block_{number}")
        workspace.open(Session(network))
        palette = Palette(workspace)
        palette.resize(*SIZE)
        palette.show()
        titles = [row.title for row in palette.list.rows.rows if not row.is_heading]
        ours, by_text = timed(filled(palette))
        theirs, _ = timed(plain(titles))
        drawn, _ = timed(painting(palette))
        slowest = max(by_text, key=lambda text: by_text[text])
        middle = statistics.median(ours)
        print(f"{len(titles)} rows; goal at most {GOAL_MS:g} ms a key, found and laid out")
        print(
            f"  ours       median {middle:5.2f} ms, slowest text {slowest!r} {by_text[slowest]:.2f} ms"
        )
        print(f"  plain list median {statistics.median(theirs):5.2f} ms")
        print(f"  ratio      {middle / statistics.median(theirs):5.2f}x")
        print(f"  painting   median {statistics.median(drawn):5.2f} ms")
        palette.close()
        workspace.looking.close()
        workspace.tasks.close()
    return int(by_text[slowest] > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
