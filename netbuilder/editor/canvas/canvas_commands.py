"""The commands that work on the shown canvas: what they do, and when they can be given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from netbuilder.app.branches import healed, linked, ways_through
from netbuilder.app.sharing import may_share
from netbuilder.editor.canvas import arranging, clipboard, flagging, grouping
from netbuilder.editor.canvas.hands import Hands
from netbuilder.editor.canvas.placing import put_reroute
from netbuilder.editor.canvas.walking import middle_of
from netbuilder.editor.tab import Selection, Tab
from netbuilder.editor.workspace import Workspace

if TYPE_CHECKING:
    from netbuilder.app.arrange import How, Way
    from netbuilder.editor.canvas.view import Canvas

_STEP = 1.25  # of a zoom
_HOWS: tuple[How, ...] = ("left", "centre", "right", "top", "middle", "bottom")
_WAYS: tuple[Way, ...] = ("across", "down")

Handler = Callable[[], object]
Asks = Callable[[], bool]


class CanvasCommands(QObject):
    """Binds commands to the canvas that is shown.

    Args:
        workspace: What is open.
        canvas_of: The canvas of a tab.

    Attributes:
        details_wanted: Told when a person wants to see and set a plain node's parameters.
    """

    details_wanted = Signal()

    def __init__(self, workspace: Workspace, canvas_of: Callable[[Tab], Canvas]) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._canvas_of = canvas_of

    def handlers(self) -> dict[str, Handler]:
        """What the commands do, by id."""
        found: dict[str, Handler] = {
            "edit.cut": lambda: clipboard.cut(self._tab),
            "edit.copy": lambda: clipboard.copy(self._tab),
            "edit.paste": lambda: clipboard.paste(self._canvas),
            "edit.paste_wired": lambda: clipboard.paste(self._canvas, wires=True),
            "edit.duplicate": lambda: clipboard.duplicate(self._tab),
            "edit.delete": lambda: clipboard.delete(self._tab),
            "edit.delete_healing": self._delete_healing,
            "edit.select_all": self._select_all,
            "edit.select_linked": self._select_linked,
            "edit.rename": self._rename,
            "view.zoom_in": lambda: self._canvas.zoom_by(_STEP),
            "view.zoom_out": lambda: self._canvas.zoom_by(1 / _STEP),
            "view.zoom_reset": lambda: self._canvas.set_zoom(1.0),
            "view.frame_selection": self._frame_selection,
            "view.frame_all": lambda: self._canvas.frame_all(),
        }
        return found | self._graph_handlers() | self._arranging()

    def enabled(self) -> dict[str, Asks]:
        """When they can be given, by id."""
        asks: dict[Asks, tuple[str, ...]] = {
            self._is_open: (
                "edit.paste",
                "edit.paste_wired",
                "view.zoom_in",
                "view.zoom_out",
                "view.zoom_reset",
                "graph.add",
                "graph.note",
            ),
            self._is_filled: (
                "edit.select_all",
                "view.frame_all",
                "view.frame_selection",
                "graph.layout",
            ),
            self._has_cards: ("edit.cut", "edit.copy", "edit.duplicate", "graph.frame"),
            self._has_any: ("edit.delete",),
            self._has_nodes: (
                "edit.delete_healing",
                "edit.select_linked",
                "graph.bypass",
                "graph.mute",
                "graph.freeze",
                "graph.group",
            ),
            self._has_one: ("edit.rename",),
            self._has_one_node: ("graph.connect", "graph.enter"),
            self._has_wire: ("graph.insert", "graph.reroute"),
            self._has_instance: ("graph.expand", "graph.keep_group"),
            self._can_leave: ("graph.leave",),
            self._may_share: ("graph.share",),
            self._has_two: tuple(f"graph.align_{how}" for how in _HOWS),
            self._has_three: tuple(f"graph.distribute_{way}" for way in _WAYS),
        }
        return {name: ask for ask, names in asks.items() for name in names}

    def checked(self) -> dict[str, Asks]:
        """Which are on; none of these is a switch."""
        return {}

    # What is shown.

    @property
    def _tab(self) -> Tab:
        tab = self._workspace.current
        assert tab is not None, "commands of the canvas need one"
        return tab

    @property
    def _canvas(self) -> Canvas:
        return self._canvas_of(self._tab)

    @property
    def _hands(self) -> Hands:
        hands = self._canvas.hands
        assert isinstance(hands, Hands)
        return hands

    @property
    def _chosen(self) -> Selection:
        tab = self._workspace.current
        return tab.selection if tab else Selection()

    # When.

    def _is_open(self) -> bool:
        return self._workspace.current is not None

    def _is_filled(self) -> bool:
        tab = self._workspace.current
        return tab is not None and bool(tab.graph.nodes or tab.graph.frames or tab.graph.notes)

    def _has_any(self) -> bool:
        return bool(self._chosen)

    def _has_cards(self) -> bool:
        chosen = self._chosen
        return bool(chosen.nodes or chosen.frames or chosen.notes)

    def _has_nodes(self) -> bool:
        return bool(self._chosen.nodes)

    def _has_one_node(self) -> bool:
        return len(self._chosen.nodes) == 1

    def _has_one(self) -> bool:
        chosen = self._chosen
        return len(chosen.nodes) + len(chosen.frames) + len(chosen.notes) == 1

    def _has_two(self) -> bool:
        return len(self._chosen.nodes) > 1

    def _may_share(self) -> bool:
        run = self._tab.run if self._has_two() else None
        return run is not None and may_share(run, self._chosen.nodes)

    def _has_three(self) -> bool:
        return len(self._chosen.nodes) > 2

    def _has_wire(self) -> bool:
        return len(self._chosen.edges) == 1

    def _has_instance(self) -> bool:
        return self._is_open() and bool(grouping.instances_of(self._tab))

    def _can_leave(self) -> bool:
        return self._is_open() and bool(self._tab.trail or self._chosen or self._hands.busy)

    # What.

    def _graph_handlers(self) -> dict[str, Handler]:
        return {
            "graph.add": lambda: self._hands.asking.add(self._canvas.cursor()),
            "graph.connect": lambda: self._hands.asking.wire_from(self._one_node()),
            "graph.insert": self._insert,
            "graph.reroute": self._reroute,
            "graph.bypass": lambda: flagging.bypass(self._tab),
            "graph.mute": lambda: flagging.mute(self._tab),
            "graph.freeze": lambda: flagging.freeze(self._tab),
            "graph.share": lambda: flagging.share(self._tab),
            "graph.group": lambda: grouping.make_group(self._canvas),
            "graph.expand": lambda: grouping.expand(self._tab),
            "graph.enter": self._enter,
            "graph.leave": self._leave,
            "graph.keep_group": lambda: grouping.keep_group(self._workspace, self._tab),
            "graph.frame": self._frame,
            "graph.note": self._note,
            "graph.layout": lambda: self._hands.laying_out.start(),
        }

    def _arranging(self) -> dict[str, Handler]:
        def align(how: How) -> Handler:
            return lambda: arranging.align(self._canvas, how)

        def distribute(way: Way) -> Handler:
            return lambda: arranging.distribute(self._canvas, way)

        found = {f"graph.align_{how}": align(how) for how in _HOWS}
        return found | {f"graph.distribute_{way}": distribute(way) for way in _WAYS}

    def _one_node(self) -> str:
        return next(iter(self._chosen.nodes))

    def _delete_healing(self) -> None:
        tab = self._tab
        chosen, group, run = tab.selection, tab.group, tab.run
        ways = ways_through(run, chosen.nodes) if run else {}
        tab.do(
            f"Delete {clipboard.counted(Selection(nodes=chosen.nodes))} and heal",
            lambda network: healed(network, chosen.nodes, ways, group),
        )

    def _select_all(self) -> None:
        graph = self._tab.graph
        self._tab.select(graph.nodes, graph.edges, graph.frames, graph.notes)

    def _select_linked(self) -> None:
        self._tab.select(nodes=linked(self._tab.graph, self._chosen.nodes))

    def _rename(self) -> None:
        chosen = self._chosen
        if chosen.nodes:
            self._hands.naming.start("node", next(iter(chosen.nodes)))
        elif chosen.frames:
            self._hands.naming.start("frame", next(iter(chosen.frames)))
        else:
            self._hands.naming.start("note", next(iter(chosen.notes)))

    def _frame_selection(self) -> None:
        nodes = self._chosen.nodes
        if nodes:
            self._canvas.frame_nodes(nodes)
        else:
            self._canvas.frame_all()

    def _insert(self) -> None:
        edge = next(iter(self._chosen.edges))
        self._hands.asking.insert(edge, middle_of(self._canvas, edge))

    def _reroute(self) -> None:
        edge = next(iter(self._chosen.edges))
        put_reroute(self._canvas, edge, middle_of(self._canvas, edge))

    def _enter(self) -> None:
        node = self._one_node()
        if not self._tab.enter(node):
            self.details_wanted.emit()

    def _leave(self) -> None:
        """Esc: the nearest thing that can be left."""
        if self._hands.cancel():
            return
        if self._tab.trail:
            self._tab.leave()
        else:
            self._tab.select()

    def _frame(self) -> None:
        made = grouping.make_frame(self._canvas)
        if made is not None:
            self._hands.naming.start("frame", *made)

    def _note(self) -> None:
        made = grouping.make_note(self._canvas)
        if made is not None:
            self._hands.naming.start("note", *made)
