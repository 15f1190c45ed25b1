"""Context menus: what can be done with what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu

from netbuilder.app.theme import CATEGORY_COLOURS, GROUP_COLOUR
from netbuilder.editor.canvas.grouping import instances_of
from netbuilder.editor.canvas.standing import bounds, chosen_positions
from netbuilder.graph import edits
from netbuilder.graph.model import Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

_SEPARATOR = ""
_CLIPBOARD = ("edit.cut", "edit.copy", "edit.duplicate", "edit.delete")
_NODE = (
    "graph.enter",
    "edit.rename",
    "graph.connect",
    _SEPARATOR,
    "graph.bypass",
    "graph.mute",
    "graph.freeze",
    _SEPARATOR,
    "graph.group",
    "graph.expand",
    "graph.keep_group",
    "graph.frame",
    _SEPARATOR,
    *_CLIPBOARD,
    "edit.delete_healing",
    _SEPARATOR,
    "help.node",
)
_NODES = (
    "graph.group",
    "graph.frame",
    "graph.layout",
    "align",
    _SEPARATOR,
    "graph.bypass",
    "graph.mute",
    "graph.freeze",
    "graph.share",
    _SEPARATOR,
    *_CLIPBOARD,
    "edit.delete_healing",
    _SEPARATOR,
    "view.frame_selection",
)
_WIRE = ("graph.insert", "graph.reroute", _SEPARATOR, "edit.delete")
_FRAME = ("edit.rename", "colour", _SEPARATOR, *_CLIPBOARD, _SEPARATOR, "view.frame_selection")
_NOTE = ("edit.rename", "colour", _SEPARATOR, *_CLIPBOARD)
_NOTHING = (
    "graph.add",
    "graph.note",
    "edit.paste",
    "edit.paste_wired",
    _SEPARATOR,
    "edit.select_all",
    "graph.layout",
    "view.frame_all",
    _SEPARATOR,
    "graph.leave",
)
_ALIGN = (
    "graph.align_left",
    "graph.align_centre",
    "graph.align_right",
    _SEPARATOR,
    "graph.align_top",
    "graph.align_middle",
    "graph.align_bottom",
    _SEPARATOR,
    "graph.distribute_across",
    "graph.distribute_down",
)
# Where a menu says nothing of something, it cannot be done anyway.
_ONLY_IF_POSSIBLE = frozenset(
    {
        "graph.enter",
        "graph.expand",
        "graph.keep_group",
        "graph.leave",
        "graph.share",
        "edit.delete_healing",
    }
)
_COLOURS = {
    "Default": "",
    "Violet": GROUP_COLOUR,
    "Blue": CATEGORY_COLOURS["Convolution"],
    "Teal": CATEGORY_COLOURS["Input and output"],
    "Green": CATEGORY_COLOURS["Normalization"],
    "Amber": CATEGORY_COLOURS["Activation"],
    "Red": CATEGORY_COLOURS["Loss"],
    "Pink": CATEGORY_COLOURS["Attention"],
}


class Menus(QObject):
    """Builds the menu for the selection and shows it.

    Args:
        canvas: Where; it owns this.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas

    def show_selection(self) -> None:
        """Show the menu beside what is selected, as the keyboard asks for it."""
        canvas = self._canvas
        rect = bounds(canvas, chosen_positions(canvas))
        point = canvas.viewport().rect().center()
        if rect.isValid():
            point = canvas.mapFromScene(rect.bottomLeft())
        self.show_at(canvas.viewport().mapToGlobal(point))

    def show_at(self, point: QPoint) -> None:
        """Show the menu at a point of the screen."""
        actions = self._canvas.workspace.actions
        if actions is None:
            return
        actions.refresh()
        menu = self._menu(self._rows())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(point)

    def _rows(self) -> tuple[str, ...]:
        chosen = self._canvas.tab.selection
        if chosen.nodes:
            several = len(chosen.nodes) + len(chosen.frames) + len(chosen.notes) > 1
            return _NODES if several else _NODE
        if chosen.frames:
            return _FRAME
        if chosen.notes:
            return _NOTE
        return _WIRE if chosen.edges else _NOTHING

    def _menu(self, rows: tuple[str, ...], title: str = "", parent: QMenu | None = None) -> QMenu:
        actions = self._canvas.workspace.actions
        assert actions is not None
        menu = QMenu(title, parent or self._canvas)
        menu.setObjectName("context_menu" if parent is None else f"context_{title.lower()}")
        menu.setToolTipsVisible(True)
        for row in rows:
            if row == _SEPARATOR:
                menu.addSeparator()
            elif row == "align":
                menu.addMenu(self._menu(_ALIGN, "Align", menu))
            elif row == "colour":
                menu.addMenu(self._colours(menu))
            elif row not in _ONLY_IF_POSSIBLE or self._makes_sense(row):
                menu.addAction(actions.action(row))
        return menu

    def _makes_sense(self, row: str) -> bool:
        actions = self._canvas.workspace.actions
        if row == "graph.enter":  # of a plain node it shows the form, which needs no menu
            return bool(instances_of(self._canvas.tab))
        return (
            bool(self._canvas.tab.trail)
            if row == "graph.leave"
            else bool(actions and actions.can(row))
        )

    def _colours(self, parent: QMenu) -> QMenu:
        menu = QMenu("Colour", parent)
        menu.setObjectName("context_colour")
        group = QActionGroup(menu)
        now = self._colour_now()
        for title, colour in _COLOURS.items():
            action = QAction(title, menu)
            action.setData(colour)
            action.setCheckable(True)
            action.setChecked(colour == now)
            if colour:
                action.setIcon(self._swatch(colour))
            group.addAction(action)
            menu.addAction(action)
        menu.triggered.connect(self._on_colour)
        return menu

    def _swatch(self, colour: str) -> QIcon:
        ratio = self._canvas.devicePixelRatioF()
        picture = QPixmap(QSize(12, 12) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(1, 1, 10, 10, 3, 3)
        painter.end()
        return QIcon(picture)

    def _colour_now(self) -> str:
        graph, chosen = self._canvas.tab.graph, self._canvas.tab.selection
        colours = {graph.frames[name].colour for name in chosen.frames}
        colours |= {graph.notes[name].colour for name in chosen.notes}
        return colours.pop() if len(colours) == 1 else ""

    def _on_colour(self, action: QAction) -> None:
        tab, colour = self._canvas.tab, str(action.data())
        chosen, group = tab.selection, tab.group

        def edit(network: Network) -> Network:
            for name in chosen.frames:
                network = edits.set_frame(network, name, group, colour=colour)
            for name in chosen.notes:
                network = edits.set_note(network, name, group, colour=colour)
            return network

        tab.do("Colour a frame" if chosen.frames else "Colour a note", edit)
