"""What is shown while no document is: recent files, the examples, and how to begin."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QFont, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.examples import example_names
from netbuilder.editor.icons import icon
from netbuilder.editor.look import ui_font
from netbuilder.editor.panels.start_thumbnails import EXAMPLE, Thumbnails
from netbuilder.editor.panels.start_tiles import Tile, TileGrid
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.tips import introduce, tip
from netbuilder.editor.workspace import Workspace

RECENT_KEY = "recent"
TOUR_KEY = "tour"
_WIDEST = 1120
_LOGO = 48
# From one neuron to several heads; what is not named here comes behind.
_ORDER = (
    "perceptron_and",
    "perceptron_xor",
    "mlp_xor",
    "iris_mlp",
    "wine_mlp",
    "breast_cancer_mlp",
    "diabetes_mlp",
    "digits_mlp",
    "digits_cnn",
    "digits_residual",
    "digits_rows_lstm",
    "two_inputs_two_losses",
)


class StartPage(QWidget):
    """The first thing one sees.

    Args:
        workspace: What is open.
        parent: The window's centre.

    Attributes:
        opened: Told with the path of a file that should be opened.
        example: Told with the name of an example that should be opened.
        new: An empty document is wanted.
    """

    opened = Signal(str)
    example = Signal(str)
    new = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._thumbnails = Thumbnails(workspace, self)
        self._shown: list[str] | None = None
        self._asked: Tile | None = None
        self.setObjectName("start_page")
        self.setAccessibleName("Start page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._build()
        self._thumbnails.ready.connect(self._on_ready)
        workspace.look.changed.connect(self._tint)
        self._tint()

    def recent(self) -> list[str]:
        """The files opened or saved last, newest first."""
        kept = self._workspace.preferences.recall(RECENT_KEY, [])
        return [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []

    def refresh(self) -> None:
        """Show the recent files as they are now."""
        self._thumbnails.forget()
        paths = self.recent()
        if paths != self._shown:
            self._shown = paths
            self._recent_grid.show_tiles([self._recent_tile(path) for path in paths])
        for tile in self._recent_grid.tiles:
            tile.update()
        for part in (self._recent_heading, self._recent_grid):
            part.setVisible(bool(paths))
        tour = self._workspace.preferences.recall(TOUR_KEY, {})
        done = isinstance(tour, dict) and bool(tour.get("done"))
        self._welcome.setVisible(not paths and not done)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Show the recent files as they are now."""
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the page in the middle of a wide window."""
        super().resizeEvent(event)
        side = max(32, (self.width() - _WIDEST) // 2)
        self._column.setContentsMargins(side, 40, side, 40)

    # How it is put together.

    def _build(self) -> None:
        area = QScrollArea(self)
        area.setObjectName("start_scroll")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        page = QWidget(area)
        page.setObjectName("scrolled")
        self._column = QVBoxLayout(page)
        self._column.setSpacing(0)
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self._add_head(page)
        self._add_welcome(page)
        self._recent_heading = self._heading("Recent", page)
        self._recent_grid = self._grid("recent_files", page)
        self._column.addSpacing(12)
        self._heading("Examples", page)
        self._example_grid = self._grid("examples", page)
        self._example_grid.show_tiles([self._example_tile(name) for name in _examples()])
        self._column.addStretch(1)
        self._menu = QMenu(self)
        self._menu.setObjectName("start_menu")
        self._menu.triggered.connect(self._on_menu_chosen)

    def _add_head(self, page: QWidget) -> None:
        self._logo = QLabel(page)
        self._logo.setFixedSize(_LOGO, _LOGO)
        name = Plain("NetBuilder", "heading", page)
        name.setFont(ui_font(24, weight=QFont.Weight.DemiBold))
        name.setStyleSheet("font-size: 24px; font-weight: 600;")
        line = Plain("Draw a network, see what it does, train it, take the code.", "", page)
        line.setProperty("role", "secondary")
        line.setStyleSheet("font-size: 13px;")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(name)
        words.addWidget(line)
        self._new = self._button("New network", "new_network", "Open an empty document.", page)
        self._new.setProperty("role", "primary")
        self._open = self._button("Open…", "open_file", "Open a network file.", page)
        self._tour = self._button(
            "Take the tour",
            "take_tour",
            "Build, train and export a first network in three minutes.",
            page,
        )
        self._new.clicked.connect(self.new)
        self._open.clicked.connect(self._on_open)
        self._tour.clicked.connect(self._on_tour)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._logo)
        row.addSpacing(8)
        row.addLayout(words)
        row.addStretch(1)
        for button in (self._new, self._open, self._tour):
            row.addWidget(button)
        self._column.addLayout(row)
        self._column.addSpacing(28)

    def _add_welcome(self, page: QWidget) -> None:
        self._welcome = QFrame(page)
        self._welcome.setProperty("role", "info")
        self._welcome.setObjectName("welcome")
        words = Wrapped(
            "New here? The tour adds a layer, mends an error, trains on handwritten digits and "
            "exports the code. It takes three minutes and can be left at any time.",
            "",
            self._welcome,
        )
        begin = self._button("Begin", "begin_tour", "Begin the tour.", self._welcome)
        begin.clicked.connect(self._on_tour)
        row = QHBoxLayout(self._welcome)
        row.setContentsMargins(16, 12, 12, 12)
        row.setSpacing(16)
        row.addWidget(words, 1)
        row.addWidget(begin)
        self._column.addWidget(self._welcome)
        self._column.addSpacing(20)

    def _button(self, words: str, name: str, sentence: str, parent: QWidget) -> QPushButton:
        button = QPushButton(words, parent)
        introduce(button, words.removesuffix("…"), sentence, name)
        return button

    def _heading(self, words: str, page: QWidget) -> Plain:
        label = Plain(words, "title", page)
        label.setContentsMargins(0, 8, 0, 12)
        self._column.addWidget(label)
        return label

    def _grid(self, name: str, page: QWidget) -> TileGrid:
        grid = TileGrid(page)
        grid.setObjectName(name)
        self._column.addWidget(grid)
        return grid

    def _example_tile(self, name: str) -> Tile:
        look = self._workspace.look
        tile = Tile(EXAMPLE + name, name.replace("_", " "), self._thumbnails, look, self)
        tile.clicked.connect(self._on_example)
        return tile

    def _recent_tile(self, path: str) -> Tile:
        file = Path(path)
        tile = Tile(
            path, file.stem, self._thumbnails, self._workspace.look, self, _short(file.parent)
        )
        tile.clicked.connect(self._on_recent)
        tile.removal_wanted.connect(self._on_removal)
        tile.menu_wanted.connect(self._on_menu)
        return tile

    # What happens.

    def _on_ready(self, source: str) -> None:
        for tile in (*self._recent_grid.tiles, *self._example_grid.tiles):
            if tile.source == source:
                tile.learn()

    def _on_example(self) -> None:
        tile = self.sender()
        if isinstance(tile, Tile):
            self.example.emit(tile.source.removeprefix(EXAMPLE))

    def _on_recent(self) -> None:
        tile = self.sender()
        if isinstance(tile, Tile):
            self.opened.emit(tile.source)
            if self.isVisible():  # it could not be opened and is off the list now
                self.refresh()

    def _on_removal(self) -> None:
        tile = self.sender()
        if isinstance(tile, Tile):
            self._forget(tile)

    def _on_menu(self, at: QPoint) -> None:
        tile = self.sender()
        if isinstance(tile, Tile):
            self._asked = tile
            self._menu.clear()
            self._menu.addAction("Open").setObjectName("start_open")
            self._menu.addAction("Remove from this list").setObjectName("start_remove")
            self._menu.popup(at)

    def _on_menu_chosen(self, action: QAction) -> None:
        tile, self._asked = self._asked, None
        if tile is not None and tile in self._recent_grid.tiles:
            if action.objectName() == "start_remove":
                self._forget(tile)
            else:
                tile.click()

    def _forget(self, tile: Tile) -> None:
        kept = [path for path in self.recent() if path != tile.source]
        self._workspace.preferences.remember(RECENT_KEY, kept)
        self.refresh()

    def _on_open(self) -> None:
        self._run("file.open")

    def _on_tour(self) -> None:
        self._run("help.tour")

    def _run(self, command: str) -> None:
        if self._workspace.actions is not None:
            self._workspace.actions.run(command)

    def _tint(self) -> None:
        theme = self._workspace.look.theme
        ratio = self.devicePixelRatioF()
        # Behind the tiles, which are panels; the window's centre has the panels' colour.
        self.setStyleSheet(f"QWidget#start_page {{ background: {theme.window}; }}")
        self._logo.setPixmap(icon("logo", theme.accent).pixmap(self._logo.size(), ratio))
        self._new.setIcon(icon("plus", "#ffffff"))
        self._open.setIcon(icon("folder", theme.secondary))
        self._tour.setIcon(icon("wand", theme.secondary))
        for button, command in ((self._new, "file.new"), (self._open, "file.open")):
            if self._workspace.actions is not None:
                button.setToolTip(tip(self._workspace.actions.tip(command)))
        for tile in (*self._recent_grid.tiles, *self._example_grid.tiles):
            tile.update()


def _examples() -> list[str]:
    names = example_names()
    known = [name for name in _ORDER if name in names]
    return [*known, *(name for name in names if name not in known)]


def _short(folder: Path) -> str:
    """Return a folder as people write it."""
    try:
        return f"~/{folder.relative_to(Path.home())}".removesuffix("/.")
    except (ValueError, RuntimeError):
        return str(folder)
