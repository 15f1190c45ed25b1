"""Renaming nodes, titling frames and writing notes, in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QRect, QRectF

from netbuilder.app.picture_cards import HEAD
from netbuilder.editor.canvas.inline import InlineLine, InlineText
from netbuilder.editor.canvas.standing import card_rect, rect_of_card
from netbuilder.editor.look import ui_font
from netbuilder.graph import edits
from netbuilder.graph.model import Graph, Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas

What = Literal["node", "frame", "note"]
_TITLE = 30.0  # px of a frame's title


class Naming(QObject):
    """Opens the field over what is named, and does the edit.

    Args:
        canvas: Where; it owns this.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._field: InlineLine | InlineText | None = None
        self._what: What = "node"
        self._name = ""
        self._merge = ""
        self._group = ""

    @property
    def field(self) -> InlineLine | InlineText | None:
        """The field that is open."""
        return self._field

    def start(self, what: What, name: str, merge: str = "") -> None:
        """Open the field.

        Args:
            what: What is named.
            name: Its id.
            merge: The key of the step that made it, which the text then belongs to.
        """
        self.finish()
        self._what, self._name, self._merge = what, name, merge
        self._group = self._canvas.tab.group
        if not self._is_there():
            return  # an empty note, which went when its field closed
        field = self._make()
        self._field = field
        field.decided.connect(self._on_decided)
        field.dropped.connect(self._on_dropped)
        field.lay(self._rect())
        field.show()
        field.setFocus()

    def finish(self) -> None:
        """Keep what was typed and close."""
        if self._field is not None:
            text = self._field
            self._on_decided(
                text.text() if isinstance(text, InlineLine) else text.toPlainText(), True
            )

    def _graph(self) -> Graph:
        """The graph that what is named lies in, which may not be the shown one any more."""
        network, group = self._canvas.tab.network, self._group
        return network.graph_at(group) if not group or group in network.groups else Graph()

    def _is_there(self) -> bool:
        graph = self._graph()
        cards = {"node": graph.nodes, "frame": graph.frames, "note": graph.notes}
        return self._name in cards[self._what]

    def _make(self) -> InlineLine | InlineText:
        graph, view = self._canvas.tab.graph, self._canvas.viewport()
        size = round(min(max(13 * self._canvas.zoom, 11), 20))
        field: InlineLine | InlineText
        if self._what == "note":
            field = InlineText(graph.notes[self._name].text, "Note", view)
        elif self._what == "frame":
            field = InlineLine(graph.frames[self._name].title, "Title of the frame", view)
        else:
            field = InlineLine(self._name, "Name of the node", view)
        field.setFont(ui_font(size))
        if isinstance(field, InlineText):
            field.wear(self._canvas.workspace.look.theme)
        return field

    def _rect(self) -> QRect:
        graph, canvas = self._canvas.tab.graph, self._canvas
        if self._what == "note":
            rect = rect_of_card(graph.notes[self._name])
        elif self._what == "frame":
            whole = rect_of_card(graph.frames[self._name])
            rect = QRectF(whole.x() + 4, whole.y() + 2, min(whole.width() - 8, 240), _TITLE - 4)
        else:
            whole = card_rect(canvas, self._name)
            # Over the title; what stands below it is still read.
            rect = QRectF(whole.x() + 4, whole.y() + 4, whole.width() - 8, HEAD / 2)
        return canvas.mapFromScene(rect).boundingRect()

    def _on_decided(self, text: str, away: bool) -> None:
        field = self._field
        if field is None:
            return
        if not self._is_there():  # an undo took it away meanwhile
            self._close()
            return
        why = self._refusal(text)
        if why and not away:
            field.refuse(why)
            return
        self._close()
        if why:
            self._canvas.tab.refused.emit(why)
        else:
            self._canvas.tab.do(self._label(text), lambda n: self._edit(n, text), merge=self._merge)
            if self._what == "node" and not away:
                self._canvas.tab.select(nodes=[text.strip()])
        self._end()

    def _on_dropped(self) -> None:
        self._close()
        self._end()

    def _end(self) -> None:
        """A note that nothing was written on goes again; one that is named is selected."""
        tab = self._canvas.tab
        group, name = self._group, self._name
        made = self._what == "note" and self._merge and self._is_there()
        if made and not self._graph().notes[name].text.strip():
            tab.do("Add a note", lambda n: edits.remove_note(n, name, group), merge=self._merge)
        if self._merge:
            tab.seal()

    def _close(self) -> None:
        field, self._field = self._field, None
        if field is not None:
            had_focus = field.hasFocus()
            field.hide()
            field.deleteLater()
            if had_focus:
                self._canvas.setFocus()

    def _refusal(self, text: str) -> str:
        """Why the text cannot be taken; empty where it can."""
        try:
            self._edit(self._canvas.tab.network, text)
        except edits.EditError as error:
            return str(error)
        return ""

    def _label(self, text: str) -> str:
        if self._what == "node":
            return f"Rename {self._name} to {text}"
        if self._merge:
            return f"Add a {self._what}"
        return "Title a frame" if self._what == "frame" else "Write a note"

    def _edit(self, network: Network, text: str) -> Network:
        group, name = self._group, self._name
        if self._what == "node":
            return edits.rename_node(network, name, text.strip(), group)
        if self._what == "frame":
            return edits.set_frame(network, name, group, title=text.strip())
        return edits.set_note(network, name, group, text=text)
