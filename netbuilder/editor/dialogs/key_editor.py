"""The keys of one command: shown as buttons, taken away, recorded, restored; conflicts are said in place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from netbuilder.app.commands import COMMANDS
from netbuilder.editor.dialogs.key_table import KeyTable, keys_of, native
from netbuilder.editor.widgets.flow import Flow
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce


class Recorder(QPushButton):
    """A button that, once pressed, takes the next keys.

    Attributes:
        recorded: Told with the keys, in Qt's portable text.
    """

    recorded = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoDefault(False)
        self.is_recording = False
        sentence = "Press this, then the keys. Esc gives up."
        introduce(self, "Add a shortcut", sentence, "record_keys")
        self.setProperty("role", "small")
        self.clicked.connect(self.begin)
        self._show()

    def begin(self) -> None:
        """Wait for keys."""
        self.is_recording = True
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show()

    def end(self) -> None:
        """Wait no more."""
        self.is_recording = False
        self._show()

    def event(self, event: QEvent) -> bool:
        """While recording, take every key, also those of shortcuts and of the focus."""
        if self.is_recording and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Give up when one goes on elsewhere."""
        super().focusOutEvent(event)
        self.end()

    def _take(self, event: QKeyEvent) -> None:
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.key() == Qt.Key.Key_Escape and plain:
            self.end()
            return
        keys = keys_of(event)
        if keys:
            self.end()
            self.recorded.emit(keys)

    def _show(self) -> None:
        self.setText("Press the keys…" if self.is_recording else "Add…")


class KeyEditor(QFrame):
    """Changes the keys of a command.

    Args:
        table: The keys of all commands.
        parent: The dialog.

    Attributes:
        changed: Told when a command has other keys.
    """

    changed = Signal()

    def __init__(self, table: KeyTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._command = ""
        self._wanted = ""
        self._chips: list[QPushButton] = []
        self.setProperty("role", "card")
        self.setObjectName("key_editor")
        self._build()
        self.put("")

    def put(self, command: str) -> None:
        """Edit another command; empty for none."""
        if command != self._command:
            self._forget()
            self.recorder.end()
        self._command = command
        known = bool(command)
        self.title.setText(COMMANDS[command].title.removesuffix("…") if known else "")
        self.sentence.setText(
            COMMANDS[command].sentence if known else "Choose a command to change its keys."
        )
        for part in (self.recorder, self.reset):
            part.setVisible(known)
        self.reset.setEnabled(known and self._table.is_changed(command))
        self._show_chips()

    def show_fixed(self, title: str, sentence: str) -> None:
        """Show what has no keys of its own."""
        self.title.setText(title)
        self.sentence.setText(f"{sentence} This cannot be changed.")

    def record(self) -> None:
        """Wait for keys for the command."""
        if self._command:
            self.recorder.begin()

    def _build(self) -> None:
        self.title = Plain("", "title", self)
        self.sentence = Wrapped("", "secondary", self)
        self._flow_holder = QWidget(self)
        self._flow = Flow(self._flow_holder)
        self.recorder = Recorder(self._flow_holder)
        self.recorder.recorded.connect(self._on_recorded)
        self.reset = QPushButton("Restore default", self)
        self.reset.setProperty("role", "quiet")
        self.reset.setAutoDefault(False)
        introduce(self.reset, "Restore default", "Give this command its own keys again.", "reset")
        self.reset.clicked.connect(self._on_reset)
        self.trouble = QFrame(self)
        self.trouble.setProperty("role", "warning")
        self.trouble.setObjectName("conflict")
        self.said = Wrapped("", "", self.trouble)
        self.use = QPushButton("Use it here", self.trouble)
        self.use.setProperty("role", "small")
        self.use.setAutoDefault(False)
        introduce(self.use, "Use it here", "Take the keys from the other command.", "use_here")
        self.use.clicked.connect(self._on_use)
        self.keep = QPushButton("Leave it", self.trouble)
        self.keep.setProperty("role", "small")
        self.keep.setAutoDefault(False)
        introduce(self.keep, "Leave it", "Change nothing.", "leave_it")
        self.keep.clicked.connect(self._forget)
        line = QHBoxLayout(self.trouble)
        line.setContentsMargins(10, 6, 8, 6)
        for part in (self.use, self.keep):
            part.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line.addWidget(self.said, 1)
        line.addWidget(self.use)
        line.addWidget(self.keep)
        self.trouble.hide()
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 10, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self._flow_holder)
        column.addWidget(self.trouble)

    def _show_chips(self) -> None:
        while self._flow.count():
            self._flow.takeAt(0)
        for old in self._chips:
            old.hide()
            old.deleteLater()
        self._chips = []
        for keys in self._table.keys(self._command) if self._command else ():
            chip = QPushButton(f"{native(keys)}  \N{MULTIPLICATION SIGN}", self._flow_holder)
            chip.setProperty("role", "small")
            chip.setProperty("keys", keys)
            chip.setAutoDefault(False)
            introduce(
                chip, f"Remove {native(keys)}", "Take these keys from the command.", "key_chip"
            )
            chip.clicked.connect(self._on_chip)
            chip.show()
            self._flow.addWidget(chip)
            self._chips.append(chip)
        self._flow.addWidget(self.recorder)
        self._flow_holder.updateGeometry()

    def _on_recorded(self, keys: str) -> None:
        self._forget()
        if any(keys == one for one in self._table.keys(self._command)):
            return
        refusal = self._table.refusal(self._command, keys)
        other = self._table.user_of(keys, self._command)
        if refusal:
            self._say(refusal, asks=False)
        elif other:
            self._wanted = keys
            title = COMMANDS[other].title.removesuffix("…")
            self._say(f"{native(keys)} is the shortcut of {title}.", asks=True)
        else:
            self._give(keys)

    def _on_use(self) -> None:
        keys = self._wanted
        self._forget()
        if keys:
            self._give(keys)

    def _on_chip(self) -> None:
        chip = self.sender()
        if isinstance(chip, QPushButton):
            self._forget()
            self._table.take(self._command, str(chip.property("keys")))
            self._tell()

    def _on_reset(self) -> None:
        self._forget()
        others = self._table.reset(self._command)
        self._tell()
        if others:
            names = ", ".join(COMMANDS[one].title.removesuffix("…") for one in others)
            self._say(f"Restored; {names} had to give its keys back.", asks=False)

    def _give(self, keys: str) -> None:
        self._table.add(self._command, keys)
        self._tell()

    def _tell(self) -> None:
        self.put(self._command)
        self.recorder.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _say(self, sentence: str, *, asks: bool) -> None:
        self.said.setText(sentence)
        self.use.setVisible(asks)
        self.keep.setText("Leave it" if asks else "OK")
        self.trouble.show()
        (self.use if asks else self.keep).setFocus(Qt.FocusReason.OtherFocusReason)

    def _forget(self) -> None:
        self._wanted = ""
        had_focus = self.use.hasFocus() or self.keep.hasFocus()
        self.trouble.hide()
        if had_focus:
            self.recorder.setFocus(Qt.FocusReason.OtherFocusReason)
