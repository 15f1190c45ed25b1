"""Listening to a plain list of callbacks for as long as a widget lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable

from PySide6.QtCore import QObject
from shiboken6 import isValid


class Listening:
    """Calls a method of an object that does not live as long as the list it listens to.

    Args:
        calls: The list.
        listener: Whose method is called; it is not kept alive.
        method: The name of the method.
    """

    def __init__(self, calls: list[Callable[[str], None]], listener: QObject, method: str) -> None:
        self._calls = calls
        self._listener = weakref.ref(listener)
        self._method = method
        calls.append(self._on_call)

    def stop(self) -> None:
        """Listen no longer."""
        if self._on_call in self._calls:
            self._calls.remove(self._on_call)

    def _on_call(self, name: str) -> None:
        listener = self._listener()
        if listener is None or not isValid(listener):
            self.stop()
        else:
            getattr(listener, self._method)(name)
