"""The palette: every layer and group that can be put on the canvas."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.library import Library
from netbuilder.catalogue.folders import file_of
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.canvas.asking import RECENT as RECENT_KEY
from netbuilder.editor.canvas.offers import Offer, everything
from netbuilder.editor.dialogs.key_table import native
from netbuilder.editor.icons import icon
from netbuilder.editor.panels.palette_list import PaletteList
from netbuilder.editor.panels.palette_preview import OWN, Preview, card_for, card_picture
from netbuilder.editor.panels.palette_rows import Row, found_rows, rows_of
from netbuilder.editor.tab import Tab
from netbuilder.editor.widgets.labels import Wrapped
from netbuilder.editor.widgets.search_field import SearchField
from netbuilder.editor.widgets.tips import introduce
from netbuilder.editor.workspace import Workspace
from netbuilder.files.errors import FileError
from netbuilder.graph.delta import Delta

FAVOURITES_KEY = "palette_favourites"
FOLDED_KEY = "palette_folded"
_HOVER = 350  # ms the pointer rests before the preview comes
_NEXT = 60  # the same while a preview is shown


class Palette(QWidget):
    """The list of layers, with a field to search in.

    Args:
        workspace: What is open.
        parent: The dock.

    Attributes:
        chosen: Told with what should be added in the middle of the canvas: a type's id,
            ``group:`` and an id, or ``library:`` and a name.
    """

    chosen = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._offers: list[Offer] = []
        self._pointed: Row | None = None
        self._asked: Row | None = None
        self._preview: Preview | None = None
        self.setObjectName("palette")
        self.setAccessibleName("Layers")
        self.setMinimumWidth(160)
        self._build()
        self._connect()

    @property
    def library(self) -> Library:
        """The person's own groups."""
        return Library(self._workspace.preferences.folder / "library")

    @property
    def favourites(self) -> list[str]:
        """The keys of the favourites, in order."""
        return _texts(self._workspace.preferences.recall(FAVOURITES_KEY, []))

    def refresh(self) -> None:
        """Ask anew what there is."""
        tab = self._workspace.current
        self._offers = everything(self._workspace, tab) if tab is not None else []
        actions = self._workspace.actions
        if actions is not None:  # the key that opens the same list on the canvas
            self.field.set_hint(native(next(iter(actions.keys("graph.add")), "")))
        self._fill()

    def point_out(self, key: str) -> None:
        """Choose a row and bring it into view, with its section unfolded."""
        self.field.clear()
        offer = next((one for one in self._offers if one.key == key), None)
        if offer is None:
            return
        kept = [title for title in self._folded() if title != offer.category]
        self._workspace.preferences.remember(FOLDED_KEY, kept)
        self._fill()
        row = next(one for one in self.list.rows.rows if one.key == key)
        self.list.setCurrentIndex(self.list.rows.find(row))
        self.list.scrollTo(self.list.currentIndex(), QListView.ScrollHint.PositionAtCenter)

    def _build(self) -> None:
        look = self._workspace.look
        self.field = SearchField(look, "Find a layer", self, hint="Tab")
        self.field.setObjectName("palette_search")
        self.list = PaletteList(look, self)
        self._nothing = Wrapped("", "secondary", self)
        self._nothing.setContentsMargins(14, 4, 12, 12)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._new = QToolButton(self)
        introduce(self._new, "New custom node", "Write a node type of your own.", "palette_new")
        self._new.clicked.connect(self._on_new)
        top = QHBoxLayout()
        top.setContentsMargins(10, 10, 10, 4)
        top.setSpacing(4)
        top.addWidget(self.field, 1)
        top.addWidget(self._new)
        column.addLayout(top)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
        self._menu = QMenu(self)
        self._menu.setObjectName("palette_menu")
        self._menu.triggered.connect(self._on_menu_chosen)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._on_rest)

    def _connect(self) -> None:
        workspace = self._workspace
        workspace.switched.connect(self._on_graph)
        workspace.entered.connect(self._on_graph)
        workspace.changed.connect(self._on_changed)
        workspace.look.changed.connect(self._on_look)
        workspace.retyped.connect(self._on_graph)
        workspace.made.connect(self._on_made)
        self._on_look()
        self.field.textChanged.connect(self._on_typed)
        self.field.stepped.connect(self._on_stepped)
        self.field.taken.connect(self._on_taken)
        self.list.wanted.connect(self._on_wanted)
        self.list.fold_wanted.connect(self._fold)
        self.list.star_wanted.connect(self._star)
        self.list.menu_wanted.connect(self._open_menu)
        self.list.typed.connect(self._on_letters)
        self.list.pointed.connect(self._on_pointed)
        self.list.pressed.connect(self._on_pressed)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show what there is now."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Take the preview away."""
        super().hideEvent(event)
        self._on_pointed(None)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Bring up what was used last, now that nothing moves under the pointer."""
        super().leaveEvent(event)
        self._fill()

    def _fill(self) -> None:
        preferences = self._workspace.preferences
        typed = self.field.text()
        recent = _texts(preferences.recall(RECENT_KEY, []))
        if typed.strip():
            rows = found_rows(self._offers, typed, self.favourites, recent)
        else:
            rows = rows_of(self._offers, self.favourites, recent, self._folded())
        before, scrolled = self.list.current, self.list.verticalScrollBar().value()
        self._nothing.setText(f"No layer is called “{typed.strip()}”. Try fewer letters.")
        self._nothing.setVisible(bool(typed.strip()) and not rows)
        # Without headings all rows are of one height, which Qt then asks for once.
        self.list.setUniformItemSizes(bool(typed.strip()))
        if not self.list.rows.show(rows):
            return
        if typed.strip():
            self.list.choose(0)
            self.list.scrollToTop()
            return
        if before is not None:
            index = self.list.rows.find(before)
            if index.isValid():
                self.list.setCurrentIndex(index)
        self.list.verticalScrollBar().setValue(scrolled)

    def _folded(self) -> list[str]:
        return _texts(self._workspace.preferences.recall(FOLDED_KEY, []))

    # What the document does.

    def _on_graph(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_made(self, key: str) -> None:
        if self.isVisible():
            self.point_out(key)

    def _on_changed(self, _tab: Tab, _change: object, different: Delta) -> None:
        if not self.isVisible():
            return
        if different.added_groups or different.removed_groups or different.changed_groups:
            self.refresh()
        elif not self.underMouse():
            # Rows would move under the pointer: what was used last comes up when it is elsewhere.
            self._fill()

    def _on_look(self) -> None:
        self._new.setIcon(icon("plus", self._workspace.look.theme.secondary))
        self.list.viewport().update()

    # What hands do.

    def _on_new(self) -> None:
        if self._workspace.actions is not None:
            self._workspace.actions.run("graph.new_node")

    def _on_typed(self) -> None:
        self._on_pointed(None)
        self._fill()

    def _on_letters(self, letters: str) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        if letters:
            self.field.insert(letters)
        else:
            self.field.clear()

    def _on_stepped(self, by: int) -> None:
        self.list.step(by)

    def _on_taken(self) -> None:
        row = self.list.current
        if row is not None and not row.is_heading:
            self._on_wanted(row)

    def _on_wanted(self, row: Row) -> None:
        self._on_pointed(None)
        self.chosen.emit(row.key)

    def _on_pressed(self) -> None:
        """Have the picture ready before the pointer moves far enough to drag."""
        row, tab = self.list.current, self._workspace.current
        if row is None or row.is_heading or tab is None:
            return
        card = card_for(row.key, tab.network, self.library)
        if card is not None:
            self.list.set_drag_picture(
                *card_picture(card, self._workspace.look, self.devicePixelRatioF())
            )

    def _fold(self, row: Row, fold: bool) -> None:
        kept = [title for title in self._folded() if title != row.key]
        self._workspace.preferences.remember(FOLDED_KEY, [*kept, row.key] if fold else kept)
        self._fill()

    def _star(self, row: Row) -> None:
        kept = [key for key in self.favourites if key != row.key]
        self._workspace.preferences.remember(
            FAVOURITES_KEY, kept if row.starred else [*kept, row.key]
        )
        self._fill()

    def _open_menu(self, row: Row, at: QPoint) -> None:
        self._on_pointed(None)
        self._asked = row
        self._menu.clear()
        theme = self._workspace.look.theme
        if row.is_heading:
            self._add("unfold" if row.folded else "fold", "Unfold" if row.folded else "Fold")
            self._add("fold_all", "Fold all")
            self._add("unfold_all", "Unfold all")
        else:
            self._add("add", "Add to the graph").setIcon(icon("plus", theme.secondary))
            words = "Remove from favourites" if row.starred else "Add to favourites"
            name = "star_filled" if row.starred else "star"
            self._add("star", words).setIcon(icon(name, theme.secondary))
            if _file(row) is not None:
                self._add("open_file", "Open its file").setIcon(icon("open", theme.secondary))
            if row.key.startswith(OWN) and self.library.is_own(row.key.removeprefix(OWN)):
                self._add("remove", "Remove from my groups").setIcon(
                    icon("delete", theme.secondary)
                )
        self._menu.popup(at)

    def _add(self, name: str, words: str) -> QAction:
        action = self._menu.addAction(words)
        action.setObjectName(f"palette_{name}")
        action.setData(name)
        return action

    def _on_menu_chosen(self, action: QAction) -> None:
        row, name = self._asked, action.data()
        if row is None:
            return
        if name == "add":
            self._on_wanted(row)
        elif name == "star":
            self._star(row)
        elif name == "remove":
            self._remove(row)
        elif name == "open_file":
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(_file(row))))
        elif name in ("fold", "unfold"):
            self._fold(row, name == "fold")
        else:
            titles = [one.key for one in self.list.rows.rows if one.is_heading]
            kept = titles if name == "fold_all" else []
            self._workspace.preferences.remember(FOLDED_KEY, kept)
            self._fill()

    def _remove(self, row: Row) -> None:
        """Forget an own group; documents that have it keep it."""
        try:
            self.library.remove(row.key.removeprefix(OWN))
        except FileError as error:
            self._workspace.said.emit("error", str(error))
            return
        self._workspace.said.emit("info", f"{row.title} is no longer among your groups.")
        self.refresh()

    # The preview.

    def _on_pointed(self, row: Row | None) -> None:
        self._pointed = row
        if row is None:
            self._rest.stop()
            if self._preview is not None:
                self._preview.hide()
        else:
            shown = self._preview is not None and self._preview.isVisible()
            self._rest.start(_NEXT if shown else _HOVER)

    def _on_rest(self) -> None:
        row, tab = self._pointed, self._workspace.current
        if row is None or tab is None or not self.isVisible():
            return
        if self._preview is None:
            self._preview = Preview(self._workspace.look, self)
        card = card_for(row.key, tab.network, self.library)
        self._preview.tell(row, card, self.list.place_of(row).toPoint())


def _file(row: Row) -> Path | None:
    """The file of a custom node type; None for anything else."""
    kind = standard_catalogue().get(row.key)
    return file_of(kind) if kind is not None else None


def _texts(kept: object) -> list[str]:
    return [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []
