"""What the program and the worker of the shown run say, line by line."""

from __future__ import annotations

import logging
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QHideEvent,
    QShowEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.look import code_font
from netbuilder.editor.training.log_lines import LEVELS, MOST, FileTail, LogKeeper, LogLine
from netbuilder.editor.workspace import Workspace

_TICK = 400  # ms between two looks while the panel is seen
_PROGRAM, _WORKER = "Program", "Worker"


class LogPanel(QWidget):
    """The log of the program, or of the shown run's worker; newest at the end.

    What was said before the panel was there is shown if a ``LogKeeper`` was among the handlers of the
    logger ``netbuilder``; otherwise the panel brings its own.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log_panel")
        self.setAccessibleName("Log")
        self._workspace = workspace
        self.keeper = _keeper(self)
        self._seen = 0
        self._tail: FileTail | None = None
        self._lines: list[LogLine] = []
        self.source = self._choice("log_source", "Whose log is shown", (_PROGRAM, _WORKER))
        self.level = self._choice(
            "log_level", "Least level that is shown", [name.capitalize() for name in LEVELS]
        )
        self.level.setCurrentIndex(LEVELS.index("info"))
        self.copy = QPushButton("Copy", self)
        self.text = QPlainTextEdit(self)
        self._none = QLabel(self)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self.refresh)
        self.source.currentIndexChanged.connect(self._start_over)
        self.level.currentIndexChanged.connect(self._rewrite)
        self.copy.clicked.connect(self._on_copy)
        workspace.look.changed.connect(self._rewrite)
        if workspace.runs is not None:
            workspace.runs.changed.connect(self._on_runs)

    def refresh(self) -> None:
        """Show what was said since the last look."""
        if self.source.currentText() == _PROGRAM:
            new = self.keeper.since(self._seen)
            self._seen = self.keeper.count
            self._add(new)
        elif self._tail is not None:
            self._workspace.tasks.submit(self, "log", partial(_read, self._tail), self._on_lines)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Look from now on."""
        super().showEvent(event)
        self._on_runs()
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Do nothing while nobody looks."""
        self._timer.stop()
        super().hideEvent(event)

    def _on_lines(self, read: tuple[FileTail, list[LogLine]]) -> None:
        tail, lines = read
        if tail is self._tail and self.source.currentText() == _WORKER:
            self._add(lines)

    def _on_runs(self) -> None:
        runs = self._workspace.runs
        shown = runs.shown if runs is not None else None
        path = shown.folder.log if shown is not None else None
        if path != (self._tail.path if self._tail else None):
            self._tail = FileTail(path) if path is not None else None
            if self.source.currentText() == _WORKER:
                self._start_over()

    def _start_over(self) -> None:
        self._lines.clear()
        self._seen = 0
        if self._tail is not None:
            self._tail = FileTail(self._tail.path)
        self._rewrite()
        self.refresh()

    def _add(self, lines: list[LogLine]) -> None:
        self._lines = [*self._lines, *lines][-MOST:]
        self._append(lines)
        self._say_nothing()

    def _rewrite(self) -> None:
        self.text.clear()
        self._append(self._lines)
        self._say_nothing()

    def _append(self, lines: list[LogLine]) -> None:
        least = self.level.currentIndex()
        wanted = [line for line in lines if LEVELS.index(line.level) >= least]
        if not wanted:
            return
        bar = self.text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for line in wanted:
            if not self.text.document().isEmpty():
                cursor.insertBlock()
            cursor.insertText(line.text, self._format(line.level))
        if at_end:
            bar.setValue(bar.maximum())

    def _format(self, level: str) -> QTextCharFormat:
        theme = self._workspace.look.theme
        colours = {"error": theme.error, "warning": theme.warning, "debug": theme.secondary}
        made = QTextCharFormat()
        made.setForeground(QColor(colours.get(level, theme.text)))
        return made

    def _say_nothing(self) -> None:
        empty = self.text.document().isEmpty()
        self.text.setVisible(not empty)
        self._none.setVisible(empty)
        worker = self.source.currentText() == _WORKER
        self._none.setText(
            "No run is shown."
            if worker and self._tail is None
            else "Nothing was said at this level."
        )
        self.copy.setEnabled(not empty)

    def _on_copy(self) -> None:
        chosen = self.text.textCursor().selectedText().replace("\N{PARAGRAPH SEPARATOR}", "\n")
        QGuiApplication.clipboard().setText(chosen or self.text.toPlainText())

    def _choice(self, name: str, tip: str, options: tuple[str, ...] | list[str]) -> QComboBox:
        box = QComboBox(self)
        box.setObjectName(name)
        box.setAccessibleName(tip)
        box.setToolTip(tip)
        box.addItems(list(options))
        return box

    def _lay_out(self) -> None:
        self.text.setObjectName("log_text")
        self.text.setAccessibleName("Lines of the log")
        self.text.setReadOnly(True)
        self.text.setFont(code_font())
        self.text.setMaximumBlockCount(MOST)
        self.text.setUndoRedoEnabled(False)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.copy.setObjectName("log_copy")
        self.copy.setAccessibleName("Copy")
        self.copy.setToolTip("Copy the selected lines, or all")
        self._none.setTextFormat(Qt.TextFormat.PlainText)
        self._none.setProperty("role", "secondary")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        row.setContentsMargins(8, 8, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.source)
        row.addWidget(self.level)
        row.addStretch(1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.text, 1)
        column.addWidget(self._none, 1)
        self._say_nothing()


def _keeper(owner: QWidget) -> LogKeeper:
    """The handler that keeps the program's log; one that is made here goes with its owner."""
    logger = logging.getLogger("netbuilder")
    for handler in logger.handlers:
        if isinstance(handler, LogKeeper):
            return handler
    made = LogKeeper()
    logger.addHandler(made)

    def forget() -> None:
        logger.removeHandler(made)

    owner.destroyed.connect(forget)
    return made


def _read(tail: FileTail) -> tuple[FileTail, list[LogLine]]:
    return tail, tail.read()
