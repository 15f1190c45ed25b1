"""The source of the shown network, live: what is selected is marked, and a click selects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.figures import counted
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.codegen.emit import write
from netbuilder.codegen.source import Source
from netbuilder.editor.icons import icon
from netbuilder.editor.panels.code_view import SIZE, CodeView
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.files.atomic import write_atomic
from netbuilder.files.errors import FileError
from netbuilder.graph.model import Network

_WAIT = 120  # ms without an edit before source is written: a drag of a number writes once
_SIZE_KEY = "code.size"
_FOLDER_KEY = "code.folder"
_NOTHING = "Open a network to read the PyTorch it becomes."
_NOT_YET = "The source stands here as soon as the network has no errors."


class CodePanel(QWidget):
    """The PyTorch source of the shown document.

    It is written while the panel can be seen. While the network has errors the last source stays, grey,
    with a sentence above that leads to the problems.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace = workspace
        self._sources: dict[Tab, tuple[Network, Source]] = {}
        self._tops: dict[Tab, int] = {}  # the line at the upper edge when it was shown last
        self._tab: Tab | None = None  # whose source is shown
        self._seen = False  # whether there is a source of it
        self._clicking = False
        self._save_dialog: QFileDialog | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_WAIT)
        self._later.timeout.connect(self.refresh)
        self.view = CodeView(workspace.look, self)
        self._build()
        size = workspace.preferences.recall(_SIZE_KEY, SIZE)
        self.view.set_size(size if isinstance(size, int) else SIZE)
        self.view.line_chosen.connect(self._on_line)
        self.view.find_wanted.connect(self.open_find)
        self.view.sized.connect(self._on_sized)
        workspace.switched.connect(self._on_switched)
        workspace.checked.connect(self._on_edited)
        workspace.selected.connect(self._on_selected)
        workspace.entered.connect(self._on_selected)
        workspace.closed.connect(self._on_closed)
        workspace.look.changed.connect(self._restyle)
        self._restyle()
        self.refresh()

    @property
    def source(self) -> Source | None:
        """The source that is shown; it may be older than the network."""
        entry = self._sources.get(self._tab) if self._tab else None
        return entry[1] if entry else None

    def refresh(self) -> None:
        """Bring the source up to date, if the panel can be seen."""
        self._later.stop()
        if not self.isVisible():
            return
        tab = self._workspace.current
        self._show(tab)
        if tab is None:
            return
        errors = [found for found in tab.report.diagnostics if found.severity == "error"]
        self._say(errors)
        known = self._sources.get(tab)
        if errors or (known is not None and known[0] is tab.network):
            return
        network = tab.network
        self._workspace.tasks.submit(
            self, "source", _writing(network), self._on_written, self._on_not_written
        )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._later.stop()

    # What is shown

    def _show(self, tab: Tab | None) -> None:
        entry = self._sources.get(tab) if tab else None
        other = tab is not self._tab
        if other and self._tab in self._sources and self._tab is not None:
            self._tops[self._tab] = self.view.top
        # The first text of a document begins at its first line.
        top = self._tops.get(tab, 0) if tab and (other or not self._seen) else None
        self._seen = entry is not None
        self._tab = tab
        self._pages.setCurrentWidget(self.view if entry else self._empty)
        self._empty.setText(_NOT_YET if tab else _NOTHING)
        self._copy.setEnabled(entry is not None)
        self._save.setEnabled(entry is not None)
        self._title.setText(f"class {entry[1].class_name}" if entry else "")
        if entry is None:
            self._above.hide()
            self.view.mark(())
            return
        self.view.show_text(entry[1].text, top)
        self._mark(follow=other)
        if self._find_bar.isVisible():
            self._on_find_text()

    def _say(self, errors: Collection[Diagnostic]) -> None:
        """Say what keeps the source from being written."""
        self.view.set_stale(bool(errors))
        self._above.setVisible(bool(errors))
        if not errors:
            return
        first = next(iter(errors))
        where = f"{first.where.node}: " if first.where.node else ""
        more = f" and {len(errors) - 1:,} more" if len(errors) > 1 else ""
        older = "This is the source from before. " if self.source else ""
        text = f"{older}{counted(len(errors), 'error')} to mend: {where}{first.message}{more}."
        self._sentence.setText(text.replace("..", "."))
        self._sentence.setToolTip("")
        self._banner.setAccessibleName(text)

    def _on_written(self, written: tuple[Network, Source]) -> None:
        network, _ = written
        tab = self._workspace.current
        if tab is None or tab.network is not network:
            return
        self._sources[tab] = written
        self._show(tab)
        self.view.set_stale(False)

    def _on_not_written(self, error: Exception) -> None:
        self.view.set_stale(True)
        self._above.show()
        self._sentence.setText(f"The source cannot be written: {error}")

    def _restyle(self) -> None:
        theme = self._workspace.look.theme
        self.view.restyle()
        self._mark_icon.setPixmap(icon("error", theme.error).pixmap(16, 16))
        for button, name in (
            (self._copy, "copy"),
            (self._save, "save"),
            (self._before, "chevron_up"),
            (self._after, "chevron_down"),
            (self._close, "close"),
        ):
            button.setIcon(icon(name, theme.secondary, theme.tertiary))

    # Selection, both ways

    def _mark(self, *, follow: bool) -> None:
        source, tab = self.source, self._tab
        if source is None or tab is None:
            return
        self.view.mark(lines_of(source.lines, tab.network, tab))
        if follow:
            self.view.show_marked(softly=self._workspace.look.motion)

    def _on_selected(self) -> None:
        if self.isVisible() and self._workspace.current is self._tab:
            self._mark(follow=not self._clicking)

    def _on_line(self, line: int) -> None:
        source, tab = self.source, self._tab
        path = source.lines.get(line, "") if source else ""
        if tab is None or not path:
            return
        self._clicking = True  # what is clicked is in sight already
        try:
            tab.reveal(nearest(path, tab))
        finally:
            self._clicking = False

    # Signals

    def _on_edited(self) -> None:
        if self.isVisible():
            self._later.start()

    def _on_switched(self) -> None:
        self.refresh()

    def _on_closed(self, tab: Tab) -> None:
        self._sources.pop(tab, None)
        self._tops.pop(tab, None)
        if tab is self._tab:
            self._tab = None

    def _on_sized(self, px: int) -> None:
        self._workspace.preferences.remember(_SIZE_KEY, px if px != SIZE else None)

    def _on_problems(self) -> None:
        tab, actions = self._workspace.current, self._workspace.actions
        if actions is not None:
            actions.run("view.problems")
        if tab is None:
            return
        errors = [found for found in tab.report.diagnostics if found.severity == "error"]
        if errors and errors[0].where.node:
            tab.reveal(errors[0].where.node)

    # Copy and save

    def _on_copy(self) -> None:
        source = self.source
        if source is None:
            return
        chosen = self.view.textCursor()
        text = chosen.selection().toPlainText() if chosen.hasSelection() else source.text
        QGuiApplication.clipboard().setText(text)
        lines = counted(len(text.splitlines()), "line")
        self._workspace.said.emit("info", f"{lines} of source copied.")

    def _on_save(self) -> None:
        tab = self._tab
        if self.source is None or tab is None or self._save_dialog is not None:
            return
        folder = self._workspace.preferences.recall(_FOLDER_KEY) or str(tab.session.folder)
        dialog = QFileDialog(self, "Save Source", str(folder), "Python (*.py)")
        dialog.setObjectName("save_source")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("py")
        dialog.selectFile(f"{tab.session.name}.py")
        dialog.fileSelected.connect(self.save_to)
        dialog.finished.connect(self._on_save_closed)
        self._save_dialog = dialog
        dialog.open()

    def save_to(self, path: str) -> None:
        """Write the source into a file."""
        source = self.source
        if source is None:
            return
        try:
            write_atomic(path, source.text.encode())
        except FileError as error:
            self._workspace.said.emit("error", str(error))
            return
        self._workspace.preferences.remember(_FOLDER_KEY, str(Path(path).parent))
        self._workspace.said.emit("info", f"Saved as {path}")

    def _on_save_closed(self) -> None:
        if self._save_dialog is not None:
            self._save_dialog.deleteLater()
            self._save_dialog = None

    # Find

    def open_find(self) -> None:
        """Open the line to find text in the source."""
        chosen = self.view.textCursor().selectedText()
        if chosen and "\u2029" not in chosen:
            self._find.setText(chosen)
        self._find_bar.show()
        self._find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._find.selectAll()
        self._on_find_text()

    def _on_find_text(self) -> None:
        self.view.look_for(self._find.text())
        self._count(self.view.go_to_found(0))

    def _on_next(self) -> None:
        self._count(self.view.go_to_found(1))

    def _on_previous(self) -> None:
        self._count(self.view.go_to_found(-1))

    def _on_find_closed(self) -> None:
        self.view.look_for("")
        self._find_bar.hide()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _count(self, number: int) -> None:
        text = f"{number:,} of {self.view.found:,}" if number else "Not found"
        self._counted.setText(text if self._find.text() else "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Esc closes the line to find text in; Shift+Enter goes back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            if event.key() == Qt.Key.Key_Escape:
                self._on_find_closed()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
                (self._on_previous if back else self._on_next)()
                return True
        return super().eventFilter(watched, event)

    # How it is put together

    def _build(self) -> None:
        introduce(
            self.view,
            "Source",
            "The PyTorch source of the network. Click a line, or press Enter, to select its node.",
            "code_view",
        )
        self.view.setToolTip("")  # a tip at every line would be in the way
        self._pages = QStackedWidget(self)
        self._empty = QLabel(self._pages)
        self._empty.setProperty("role", "secondary")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setObjectName("code_empty")
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_head())
        column.addWidget(self._build_banner())
        column.addWidget(self._pages, 1)
        column.addWidget(self._build_find())

    def _build_head(self) -> QWidget:
        head = QWidget(self)
        head.setObjectName("strip")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(head)
        self._title.setProperty("role", "secondary")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setObjectName("code_title")
        self._copy = self._button(
            head, "Copy", "Copy the selected lines, or the whole source.", "code_copy"
        )
        self._copy.clicked.connect(self._on_copy)
        self._save = self._button(
            head, "Save as…", "Write the source into a file of its own.", "code_save"
        )
        self._save.clicked.connect(self._on_save)
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(self._title, 1)
        row.addWidget(self._copy)
        row.addWidget(self._save)
        return head

    def _build_banner(self) -> QWidget:
        self._banner = QFrame(self)
        self._banner.setObjectName("code_banner")
        self._banner.setProperty("role", "error")
        self._mark_icon = QLabel(self._banner)
        self._sentence = QLabel(self._banner)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setWordWrap(True)
        self._sentence.setObjectName("code_sentence")
        show = QPushButton("Show problem", self._banner)
        introduce(show, "Show problem", "Show the problems and the node of the first.  Ctrl+1")
        show.setProperty("role", "small")
        show.clicked.connect(self._on_problems)
        row = QHBoxLayout(self._banner)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._mark_icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._sentence, 1)
        row.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        self._above = QWidget(self)
        around = QVBoxLayout(self._above)
        around.setContentsMargins(8, 8, 8, 8)
        around.addWidget(self._banner)
        self._above.hide()
        return self._above

    def _build_find(self) -> QWidget:
        self._find_bar = QWidget(self)
        self._find_bar.setObjectName("code_find_bar")
        self._find = QLineEdit(self._find_bar)
        introduce(self._find, "Find in the source", "Find text in the source.  Ctrl+F", "code_find")
        self._find.setPlaceholderText("Find in the source")
        self._find.setMaximumWidth(280)
        self._find.textChanged.connect(self._on_find_text)
        self._find.installEventFilter(self)
        self._counted = QLabel(self._find_bar)
        self._counted.setProperty("role", "secondary")
        self._counted.setObjectName("code_found")
        self._before = self._button(
            self._find_bar, "", "Go to the place before.  Shift+Enter", "code_previous"
        )
        self._before.clicked.connect(self._on_previous)
        self._after = self._button(self._find_bar, "", "Go to the next place.  Enter", "code_next")
        self._after.clicked.connect(self._on_next)
        self._close = self._button(self._find_bar, "", "Close find.  Esc", "code_find_close")
        self._close.clicked.connect(self._on_find_closed)
        row = QHBoxLayout(self._find_bar)
        row.setContentsMargins(12, 4, 8, 4)
        row.setSpacing(4)
        row.addWidget(self._find, 1)
        for part in (self._before, self._after, self._counted):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self._close)
        self._find_bar.hide()
        return self._find_bar

    def _button(self, parent: QWidget, text: str, sentence: str, name: str) -> QToolButton:
        button = QToolButton(parent)
        introduce(button, text or sentence.split(".")[0], sentence, name)
        button.setText(text)
        button.setProperty("role", "quiet")
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(
            style.ToolButtonTextBesideIcon if text else style.ToolButtonIconOnly
        )
        return button


def lines_of(lines: Mapping[int, str], network: Network, tab: Tab) -> frozenset[int]:
    """Return the lines of the selected nodes, counted from 1.

    Instances that share a class share its lines, so a node inside of a group is known by its
    definition, not by the instance that was entered.
    """
    chosen = tab.selection.nodes
    if not chosen:
        return frozenset()
    groups: dict[str, str] = {}
    found = set()
    for line, path in lines.items():
        trail, _, name = path.rpartition("/")
        if name in chosen:
            if trail not in groups:
                groups[trail] = group_at(network, trail)
            if groups[trail] == tab.group:
                found.add(line)
    return frozenset(found)


def nearest(path: str, tab: Tab) -> str:
    """Return the path of a node in the instance that is entered, if it has that node as well."""
    trail, _, name = path.rpartition("/")
    return tab.path + name if group_at(tab.network, trail) == tab.group else path


def group_at(network: Network, trail: str) -> str:
    """Return the definition that a path of instances leads to; empty for the main graph.

    A path that leads nowhere in this network, because the source is older, gives ``?``.
    """
    group = ""
    for name in trail.split("/") if trail else ():
        node = network.graph_at(group).nodes.get(name)
        if node is None or node.group not in network.groups:
            return "?"
        group = node.group
    return group


def _writing(network: Network) -> Callable[[], tuple[Network, Source]]:
    def work() -> tuple[Network, Source]:
        return network, write(network, standard_catalogue())

    return work
