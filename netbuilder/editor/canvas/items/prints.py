"""Cards as pictures, so that panning and dragging need not draw them again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPixmap

_BYTES_OF_PIXEL = 4


@dataclass(frozen=True, slots=True)
class Print:
    """A card as it was drawn.

    Attributes:
        pixmap: The picture.
        scale: Pixels of the device to one of the scene.
        corner: Where its upper left corner lies, seen from that of the card.
    """

    pixmap: QPixmap
    scale: float
    corner: QPointF

    @property
    def size(self) -> int:
        """How much memory it takes, in bytes."""
        return self.pixmap.width() * self.pixmap.height() * _BYTES_OF_PIXEL


class Prints:
    """Keeps the pictures that were used last.

    Args:
        most: How much memory they may take, in bytes.
    """

    def __init__(self, most: int = 48 * 2**20) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, Print] = OrderedDict()

    def get(self, name: Hashable) -> Print | None:
        """Return the picture of a card or a plate, if there is one."""
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def put(self, name: Hashable, made: Print) -> None:
        """Keep a picture; the ones that were not used for longest go."""
        self.drop(name)
        self._kept[name] = made
        self._size += made.size
        while self._size > self._most and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1].size

    def drop(self, name: Hashable) -> None:
        """Forget a picture: the card is another."""
        old = self._kept.pop(name, None)
        if old is not None:
            self._size -= old.size

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()
        self._size = 0
