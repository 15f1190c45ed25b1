"""The table of runs: which of them are wanted, in which order, and what stands in each cell."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from netbuilder.editor.icons import icon
from netbuilder.editor.training.chart import OVERLAYS
from netbuilder.editor.training.run_view import RunView
from netbuilder.editor.training.words import NOTHING, STATES, duration, figure, short_name, when
from netbuilder.training.run_notes import RunNotes

if TYPE_CHECKING:
    from netbuilder.editor.look import Look
    from netbuilder.editor.training.runs import Runs

COLUMNS = ("Run", "State", "Epochs", "Best", "Started", "Took", "Pin", "Tags", "Note")
RUN, STATE, EPOCHS, BEST, STARTED, TOOK, PIN, TAGS, NOTE = range(len(COLUMNS))
MARKS = {
    "done": "check",
    "failed": "error",
    "lost": "error",
    "damaged": "error",
    "paused": "pause",
    "stopped": "stop",
    "running": "play",
    "queued": "play",
    "stopping": "play",
}
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs are wanted.

    Attributes:
        text: Stands in name, title, tags or note; upper and lower case are the same.
        state: The word of their state, such as ``finished``; empty for all.
        tag: One of their tags; empty for all.
        pinned: Only pinned ones.
    """

    text: str = ""
    state: str = ""
    tag: str = ""
    pinned: bool = False

    def has(self, view: RunView) -> bool:
        """Whether a run is wanted."""
        notes = view.notes
        if self.pinned and not notes.pinned:
            return False
        if self.state and self.state != state_word(view):
            return False
        if self.tag and self.tag not in notes.tags:
            return False
        return (
            self.text.strip().casefold()
            in "\n".join(
                (view.name, short_name(view.name), view.facts.title, *notes.tags, notes.note)
            ).casefold()
        )


class RunTable(QAbstractTableModel):
    """The wanted runs, a row each; pinned ones stand before the others in any order.

    Tags and the note are edited in their cells, the check box of the first column draws a run behind
    the shown one. Nothing here reads a file: all is known to the views.
    """

    def __init__(self, runs: Runs, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs, self._look = runs, look
        self._rows: list[RunView] = []
        self._places: dict[Path, int] = {}
        self._wanted = Wanted()
        self._column, self._falling = STARTED, True
        self._overlaid: list[RunView] = []
        self._shown: RunView | None = None

    # What the panel asks.

    @property
    def views(self) -> list[RunView]:
        """The runs of the rows."""
        return list(self._rows)

    def view(self, index: _Index) -> RunView | None:
        """The run of a cell."""
        return self._rows[index.row()] if index.isValid() else None

    def row_of(self, view: RunView) -> int:
        """The row of a run; -1 where it is not wanted."""
        return self._places.get(view.path, -1)

    def want(self, wanted: Wanted) -> bool:
        """Show other runs from the next update on; return whether they are others."""
        changed, self._wanted = wanted != self._wanted, wanted
        return changed

    def update(self) -> None:
        """Show what there is now."""
        self._overlaid, self._shown = self._runs.overlaid, self._runs.shown
        there = [view for view in self._runs.all if not self._runs.is_leaving(view)]
        self._arrange([view for view in there if self._wanted.has(view)])
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, NOTE))

    def tick(self) -> None:
        """Show how far the runs are that go on; nothing else costs time, however many there are."""
        for row, view in enumerate(self._rows):
            if view.is_active:
                self.dataChanged.emit(self.index(row, RUN), self.index(row, NOTE))

    def _arrange(self, views: list[RunView]) -> None:
        """Put the rows in order; the selection stays with its runs."""
        rows = sorted(views, key=_KEYS[self._column], reverse=self._falling)
        rows.sort(key=_unpinned)
        if rows == self._rows:
            return
        if set(map(id, rows)) != set(map(id, self._rows)):
            self.beginResetModel()
            self._take(rows)
            self.endResetModel()
            return
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        found = [self._rows[index.row()] for index in kept]
        self._take(rows)
        new = [
            self.index(self._places[view.path], index.column())
            for view, index in zip(found, kept, strict=True)
        ]
        self.changePersistentIndexList(kept, new)
        self.layoutChanged.emit()

    def _take(self, rows: list[RunView]) -> None:
        self._rows = rows
        self._places = {view.path: row for row, view in enumerate(rows)}

    # What Qt asks.

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        """One for each wanted run."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        """As many as there are headers."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        """What stands above the columns."""
        if orientation == Qt.Orientation.Horizontal and role == _Role.DisplayRole:
            return COLUMNS[section]
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Tags and notes are edited in place."""
        flags = super().flags(index)
        if index.column() == RUN:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if index.column() in (TAGS, NOTE):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the runs in another order."""
        if 0 <= column < len(COLUMNS):
            self._column, self._falling = column, order == Qt.SortOrder.DescendingOrder
            self.update()

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        """What stands in a cell, and how."""
        view, column = self._rows[index.row()], index.column()
        if role in (_Role.DisplayRole, _Role.EditRole):
            return _TEXTS[column](view)
        if role == _Role.ToolTipRole:
            return self._tip(view, column)
        if role == _Role.DecorationRole:
            return self._icon(view, column)
        if role == _Role.AccessibleTextRole and column == PIN:
            return "pinned" if view.notes.pinned else "not pinned"
        if role == _Role.CheckStateRole and column == RUN:
            overlaid = view in self._overlaid
            return Qt.CheckState.Checked if overlaid else Qt.CheckState.Unchecked
        if role == _Role.FontRole and column == RUN and view is self._shown:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:  # noqa: N802 - Qt's name
        """Draw a run or not, or write down what was said of it."""
        view, column = self.view(index), index.column()
        if view is None:
            return False
        if role == _Role.CheckStateRole and column == RUN:
            self._runs.overlay(view, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role == _Role.EditRole and column == TAGS:
            tags = RunNotes().tagged(str(value).split(","))
            return self._runs.say_of(view, replace(view.notes, tags=tags))
        if role == _Role.EditRole and column == NOTE:
            return self._runs.say_of(view, replace(view.notes, note=str(value).strip()))
        return False

    def _icon(self, view: RunView, column: int) -> Any:
        theme = self._look.theme
        if column == RUN and view in self._overlaid:
            return icon("dot", OVERLAYS[self._overlaid.index(view) % len(OVERLAYS)])
        if column == STATE:
            mark = MARKS.get(view.state.state, "dot")
            plain = theme.accent if view.is_active else theme.secondary
            return icon(mark, theme.error if mark == "error" else plain)
        if column == PIN:
            pinned = view.notes.pinned
            return icon(
                "star_filled" if pinned else "star", theme.accent if pinned else theme.tertiary
            )
        return None

    def _tip(self, view: RunView, column: int) -> str:
        if column == RUN:
            shown = "Shown. " if view is self._shown else ""
            return f"{view.name}\n{shown}Check to draw it behind the shown run"
        if column == STATE:
            return view.cause
        if column == PIN:
            return "Click to let it stand with the others" if view.notes.pinned else _PIN_TIP
        if column == TAGS:
            return "Double-click to change; commas between them"
        return f"{view.notes.note}\nDouble-click to change".strip() if column == NOTE else ""


_PIN_TIP = "Click to let it stand before the others"


def state_word(view: RunView) -> str:
    """The state of a run in a word."""
    return STATES.get(view.state.state, view.state.state)


def _unpinned(view: RunView) -> bool:
    return not view.notes.pinned


def _took(view: RunView) -> float | None:
    if not view.began:
        return None
    return (time.time() if view.is_active else view.ended) - view.began


def best_text(view: RunView) -> str:
    """The best that a run reached, such as ``loss 0.412 @ 7``."""
    best = view.best
    return f"{best.metric} {figure(best.value)} @ {best.epoch:,}" if best else NOTHING


def _best_key(view: RunView) -> tuple[str, float]:
    best = view.best
    value = best.value if best and not math.isnan(best.value) else math.inf
    return (best.metric if best else "", value)


_TEXTS: tuple[Callable[[RunView], str], ...] = (
    lambda view: short_name(view.name),
    state_word,
    lambda view: f"{min(view.epoch, view.total_epochs):,} of {view.total_epochs:,}",
    best_text,
    lambda view: when(view.began, time.time()),
    lambda view: duration(_took(view)),
    lambda view: "",
    lambda view: ", ".join(view.notes.tags),
    lambda view: " ".join(view.notes.note.split()),
)
_KEYS: tuple[Callable[[RunView], Any], ...] = (
    lambda view: view.name,
    state_word,
    lambda view: view.epoch,
    _best_key,
    lambda view: (view.began, view.name),
    lambda view: _took(view) or 0.0,
    lambda view: view.notes.pinned,
    lambda view: view.notes.tags,
    lambda view: view.notes.note.casefold(),
)
