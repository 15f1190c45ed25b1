"""Groups, frames and notes made of what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netbuilder.app.library import Library
from netbuilder.editor.canvas.gestures.gesture import next_merge
from netbuilder.editor.canvas.snapping import GRID, on_grid
from netbuilder.editor.canvas.standing import bounds, chosen_positions
from netbuilder.files.errors import FileError
from netbuilder.graph import edits
from netbuilder.graph.model import Network

if TYPE_CHECKING:
    from netbuilder.editor.canvas.view import Canvas
    from netbuilder.editor.tab import Tab
    from netbuilder.editor.workspace import Workspace

_AROUND = 3 * GRID  # px between a frame and what it holds
_TITLE = 4 * GRID  # px more above, for the title


def make_group(canvas: Canvas) -> None:
    """Make a linked group of the selected nodes, and select its instance."""
    tab = canvas.tab
    nodes, group = tab.selection.nodes, tab.group

    def edit(network: Network) -> tuple[Network, str]:
        network, _, instance = edits.make_group(network, nodes, group=group)
        return network, instance

    instance = tab.do(f"Group {len(nodes)} nodes", edit)
    if instance is not None:
        tab.select(nodes=[instance])


def expand(tab: Tab) -> None:
    """Put the nodes of the selected instances in their places, and select them."""
    instances, group = instances_of(tab), tab.group

    def edit(network: Network) -> tuple[Network, list[str]]:
        names: list[str] = []
        for instance in instances:
            network, inner = edits.expand_group(network, instance, group)
            names += inner
        return network, names

    word = instances[0] if len(instances) == 1 else f"{len(instances)} groups"
    names = tab.do(f"Expand {word}", edit)
    if names is not None:
        tab.select(nodes=names)


def instances_of(tab: Tab) -> list[str]:
    """The selected nodes that are instances of a group that is there."""
    nodes, groups = tab.graph.nodes, tab.network.groups
    # While an edit is being told, the selection may still name a node that is gone.
    chosen = sorted(tab.selection.nodes & nodes.keys())
    return [name for name in chosen if nodes[name].group in groups]


def keep_group(workspace: Workspace, tab: Tab) -> None:
    """Keep the definition of the selected instance for other documents."""
    instances = instances_of(tab)
    if not instances:
        return
    group = tab.graph.nodes[instances[0]].group
    try:
        kept = Library(workspace.preferences.folder / "library").keep(tab.network, group)
    except FileError as error:
        workspace.said.emit("error", f"{group} cannot be kept: {error}")
        return
    workspace.said.emit("info", f"{kept} is in your library now, for every document.")


def make_frame(canvas: Canvas) -> tuple[str, str] | None:
    """Draw a frame around what is selected; return its id and the key of the step that made it."""
    tab = canvas.tab
    rect = bounds(canvas, chosen_positions(canvas))
    if not rect.isValid():
        return None
    group, merge = tab.group, next_merge()
    x, y = on_grid(canvas, rect.x() - _AROUND, rect.y() - _AROUND - _TITLE)
    size = rect.right() + _AROUND - x, rect.bottom() + _AROUND - y

    def edit(network: Network) -> tuple[Network, str]:
        return edits.add_frame(network, "Frame", position=(x, y), size=size, group=group)

    name = tab.do("Add a frame", edit, merge=merge)
    if name is None:
        return None
    tab.select(frames=[name])
    return str(name), merge


def make_note(canvas: Canvas) -> tuple[str, str] | None:
    """Put a note at the cursor; return its id and the key of the step that made it."""
    tab = canvas.tab
    at, group, merge = canvas.cursor(), tab.group, next_merge()
    position = on_grid(canvas, at.x(), at.y())
    name = tab.do(
        "Add a note",
        lambda network: edits.add_note(network, position=position, group=group),
        merge=merge,
    )
    if name is None:
        return None
    tab.select(notes=[name])
    return str(name), merge
