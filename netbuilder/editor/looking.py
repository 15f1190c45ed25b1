"""Looks at the data of documents, in a process beside the editor, and remembers what was seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from netbuilder.app.samples import Preview, Samples
from netbuilder.editor.beside import Beside, last_words
from netbuilder.files.format import dumps
from netbuilder.graph.model import Network
from netbuilder.graph.to_plain import sorted_plain

_IDLE = 30_000  # ms after which the process, which holds some 150 MB, is let go
_KEPT = 16  # previews


class Data(NamedTuple):
    """The data of a document, as a name for what is seen of them.

    Attributes:
        text: The document's ``data`` as JSON.
        folder: Where relative paths start.
    """

    text: str
    folder: str

    @classmethod
    def of(cls, data: Mapping[str, Any], folder: Path) -> Data:
        """Return the name of a document's data."""
        return cls(json.dumps(sorted_plain(data)), str(folder))

    def question(self) -> dict[str, Any]:
        """What the process is asked."""
        return {"data": json.loads(self.text), "folder": self.folder}


class Document(NamedTuple):
    """A document whose data are inspected: what is wrong with them, and figures of the columns.

    Attributes:
        network: Its text.
        folder: Where relative paths start.
    """

    network: str
    folder: str

    @classmethod
    def of(cls, network: Network, folder: Path) -> Document:
        """Return the name of a document as it is now."""
        return cls(dumps(network), str(folder))

    def question(self) -> dict[str, Any]:
        """What the process is asked."""
        return self._asdict()


class Places(NamedTuple):
    """Some samples of a split.

    Attributes:
        data: The ``data`` of the document as JSON.
        folder: Where relative paths start.
        split: The split.
        places: Which of its samples.
    """

    data: str
    folder: str
    split: str
    places: tuple[int, ...]

    def question(self) -> dict[str, Any]:
        """What the process is asked."""
        return {**self._asdict(), "data": json.loads(self.data)}


class Draws(NamedTuple):
    """What augmentation makes of a training sample.

    Attributes:
        data: The ``data`` of the document as JSON.
        folder: Where relative paths start.
        place: Which of the training samples.
        seed: Where the random numbers start.
    """

    data: str
    folder: str
    place: int
    seed: int

    def question(self) -> dict[str, Any]:
        """What the process is asked."""
        return {**self._asdict(), "data": json.loads(self.data)}


Asked = Data | Document | Places | Draws
Found = Preview | Samples | dict[str, Any] | str


class Looking(QObject):
    """Asks for previews, one after the other; who asks again before its turn takes the question back.

    Attributes:
        seen: The data, and what is there.
        inspected: The document, and what was found out, as in ``netbuilder.app.looking``.
        fetched: The places, and the samples there; or the draws, and what they are.
        failed: What was asked for, and a sentence why nothing can be shown.
    """

    seen = Signal(object, object)  # Data, Preview
    inspected = Signal(object, object)  # Document; Qt would sort the keys of a dict
    fetched = Signal(object, object)  # Places, Samples
    failed = Signal(object, str)  # Data, Document or Places

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = Beside(self)
        self._process.said.connect(self._on_said)
        self._process.failed.connect(self._on_not_started)
        self._process.ended.connect(self._on_ended)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE)
        self._idle.timeout.connect(self._on_idle)
        self._known: dict[Asked, Found] = {}
        self._waiting: dict[str, Asked] = {}
        self._asked: Asked | None = None
        self._number = 0
        self._leaving = False  # it was told that nothing more is asked, but is still there
        self._closed = False

    @property
    def pid(self) -> int:
        """The process; 0 while there is none."""
        return self._process.pid

    def known(self, data: Asked) -> Found | None:
        """What was seen of data the last time, or why nothing was; None where nobody looked."""
        return self._known.get(data)

    def look(self, who: str, data: Asked) -> None:
        """Look at data, anew if they were seen before.

        Args:
            who: Who asks; its newest question counts.
            data: What to look at.
        """
        self._waiting[who] = data
        self._next()

    def close(self) -> None:
        """End the process; nothing is looked at any more."""
        self._closed = True
        self._idle.stop()
        self._waiting.clear()
        self._process.stop_now()

    def _next(self) -> None:
        if self._asked is not None or self._leaving or self._closed:
            return
        if not self._waiting:
            if self._process.running:
                self._idle.start()
            return
        self._idle.stop()
        data = next(iter(self._waiting.values()))
        self._waiting = {who: one for who, one in self._waiting.items() if one != data}
        self._asked = data
        self._number += 1
        if not self._process.running:
            self._process.start("netbuilder.app.looking")
        self._process.ask({"id": self._number, **data.question()})

    def _on_said(self, answer: dict[str, Any]) -> None:
        if answer.get("id") != self._number or self._asked is None:
            return
        if "preview" in answer:
            self._tell(Preview.from_plain(answer["preview"]))
        elif "samples" in answer:
            self._tell(Samples.from_plain(answer["samples"]))
        elif "inspection" in answer:
            self._tell(answer["inspection"])
        else:
            self._tell(str(answer["error"]))

    def _on_not_started(self, text: str) -> None:
        self._tell(f"The data cannot be looked at: {text}")

    def _on_idle(self) -> None:
        self._leaving = True
        self._process.close_questions()

    def _on_ended(self, code: int, complained: str) -> None:
        self._idle.stop()
        self._leaving = False
        if self._asked is not None and not self._closed:
            said = last_words(complained, code)
            self._tell(f"The look at the data ended unexpectedly: {said}")
        self._next()

    def _tell(self, found: Found) -> None:
        data, self._asked = self._asked, None
        if data is None:
            return
        self._known.pop(data, None)
        self._known[data] = found
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        if isinstance(found, Preview):
            self.seen.emit(data, found)
        elif isinstance(found, Samples):
            self.fetched.emit(data, found)
        elif isinstance(found, dict):
            self.inspected.emit(data, found)
        else:
            self.failed.emit(data, found)
        self._next()
