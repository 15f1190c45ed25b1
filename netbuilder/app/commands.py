"""The table of commands: menus, shortcuts, tool tips, the command palette and their list come from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Place = Literal["window", "canvas"]
MENUS = ("File", "Edit", "View", "Graph", "Run", "Help")
SEPARATOR = "-"


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can tell the editor to do.

    Attributes:
        id: ``menu.name``; settings and handlers name it by this.
        title: What menus show.
        sentence: What it does, for the tool tip and the list.
        keys: Shortcuts in Qt's portable text; the first one is shown.
        place: Where the shortcut works: in the whole ``window``, or with the ``canvas`` focused, which
            leaves plain letters to text fields.
        icon: The name of an icon in the resources; empty for none.
        checkable: Whether it is on or off.
        listed: Whether it stands in its menu; otherwise only in the command palette.
    """

    id: str
    title: str
    sentence: str
    keys: tuple[str, ...] = ()
    place: Place = "window"
    icon: str = ""
    checkable: bool = False
    listed: bool = True

    @property
    def menu(self) -> str:
        """The menu it belongs to."""
        return self.id.split(".")[0].capitalize()


def _c(id: str, title: str, sentence: str, *keys: str, **more: object) -> Command:
    return Command(id, title, sentence, keys, **more)  # type: ignore[arg-type]


def _on_canvas(id: str, title: str, sentence: str, *keys: str, **more: object) -> Command:
    return Command(id, title, sentence, keys, place="canvas", **more)  # type: ignore[arg-type]


_TABLE: tuple[Command | str, ...] = (
    _c("file.new", "New", "Open an empty document.", "Ctrl+N", icon="new"),
    _c(
        "file.new_from",
        "New from Template…",
        "Begin with an example network.",
        "Ctrl+Shift+N",
        icon="template",
    ),
    _c("file.open", "Open…", "Open a network file.", "Ctrl+O", icon="open"),
    _c("file.start_page", "Start Page", "Show recent files and the examples."),
    SEPARATOR,
    _c("file.save", "Save", "Save the document.", "Ctrl+S", icon="save"),
    _c("file.save_as", "Save As…", "Save the document to another file.", "Ctrl+Shift+S"),
    _c(
        "file.export",
        "Export…",
        "Write Python, a project, ONNX or a picture.",
        "Ctrl+E",
        icon="export",
    ),
    SEPARATOR,
    _c("file.close", "Close Tab", "Close the shown document.", "Ctrl+W"),
    _c(
        "file.next_tab",
        "Next Tab",
        "Show the next document.",
        "Ctrl+PgDown",
        "Ctrl+Tab",
        listed=False,
    ),
    _c(
        "file.previous_tab",
        "Previous Tab",
        "Show the document before.",
        "Ctrl+PgUp",
        "Ctrl+Shift+Tab",
        listed=False,
    ),
    _c(
        "file.settings",
        "Settings…",
        "Change theme, scale, grid, shortcuts and more.",
        "Ctrl+,",
        icon="settings",
    ),
    _c("file.quit", "Quit", "Close the window.", "Ctrl+Q"),
    _c("edit.undo", "Undo", "Take back the last change.", "Ctrl+Z", icon="undo"),
    _c("edit.redo", "Redo", "Do again what was taken back.", "Ctrl+Shift+Z", "Ctrl+Y", icon="redo"),
    SEPARATOR,
    _on_canvas("edit.cut", "Cut", "Move the selection to the clipboard.", "Ctrl+X", icon="cut"),
    _on_canvas(
        "edit.copy", "Copy", "Copy the selection to the clipboard, as text.", "Ctrl+C", icon="copy"
    ),
    _on_canvas("edit.paste", "Paste", "Paste at the cursor.", "Ctrl+V", icon="paste"),
    _on_canvas(
        "edit.paste_wired", "Paste with Wires", "Paste and keep the incoming wires.", "Ctrl+Shift+V"
    ),
    _on_canvas(
        "edit.duplicate",
        "Duplicate",
        "Copy the selection beside itself.",
        "Ctrl+D",
        icon="duplicate",
    ),
    _on_canvas(
        "edit.delete", "Delete", "Remove the selection.", "Delete", "Backspace", icon="delete"
    ),
    _on_canvas(
        "edit.delete_healing",
        "Delete and Heal",
        "Remove the selected nodes and join their wires.",
        "X",
        "Ctrl+Delete",
    ),
    SEPARATOR,
    _on_canvas("edit.select_all", "Select All", "Select everything in this graph.", "Ctrl+A"),
    _on_canvas(
        "edit.select_linked", "Select Linked", "Select everything upstream and downstream.", "L"
    ),
    _on_canvas(
        "edit.rename",
        "Rename",
        "Give the selected node, frame or note another name.",
        "F2",
        icon="rename",
    ),
    _c(
        "edit.find",
        "Find Node…",
        "Find a node by name, type or parameter.",
        "Ctrl+F",
        icon="search",
    ),
    _c("view.zoom_in", "Zoom In", "Show less, larger.", "Ctrl++", "Ctrl+=", icon="zoom_in"),
    _c("view.zoom_out", "Zoom Out", "Show more, smaller.", "Ctrl+-", icon="zoom_out"),
    _c("view.zoom_reset", "Zoom to 100%", "Show cards at their own size.", "Ctrl+0"),
    _on_canvas(
        "view.frame_selection", "Frame Selection", "Fit the selection into the window.", "F", "."
    ),
    _on_canvas(
        "view.frame_all",
        "Frame All",
        "Fit the whole graph into the window.",
        "Home",
        icon="frame_all",
    ),
    SEPARATOR,
    _c("view.minimap", "Minimap", "Show the small map of the graph.", checkable=True),
    _c("view.grid", "Grid", "Show the grid.", checkable=True),
    _c(
        "view.snap", "Snap", "Snap moved cards to the grid and to their neighbours.", checkable=True
    ),
    _c("view.edge_labels", "Shape Labels", "Write shapes at the wires.", checkable=True),
    SEPARATOR,
    _c("view.problems", "Problems", "Show what is wrong.", "Ctrl+1"),
    _c("view.training", "Training", "Show the curves of the training.", "Ctrl+2"),
    _c("view.runs", "Runs", "Show earlier trainings.", "Ctrl+3"),
    _c("view.code", "Code", "Show the PyTorch source of the graph.", "Ctrl+4", icon="code"),
    _c("view.log", "Log", "Show what the program and the worker say.", "Ctrl+5"),
    _c("view.history", "History", "Show the steps that can be undone.", "Ctrl+6"),
    _c(
        "view.cost",
        "Cost",
        "Show what every node costs, and the largest batch that fits.",
        "Ctrl+7",
    ),
    _c(
        "view.evaluation",
        "Evaluation",
        "Show how good the trained network is, where it is wrong, and what simpler models reach.",
        "Ctrl+8",
    ),
    _c("view.palette", "Palette", "Show or hide the list of layers.", "Ctrl+B", checkable=True),
    _c(
        "view.inspector",
        "Inspector",
        "Show or hide the form of the selected node.",
        "Ctrl+I",
        checkable=True,
    ),
    _c(
        "view.dock",
        "Bottom Panel",
        "Show or hide problems, training, runs, evaluation, code, cost and log.",
        "Ctrl+T",
        checkable=True,
    ),
    SEPARATOR,
    _c(
        "view.theme",
        "Switch Light and Dark",
        "Change between the light and the dark theme.",
        "Ctrl+Shift+T",
    ),
    _c("view.full_screen", "Full Screen", "Fill the screen.", "F11", checkable=True),
    _c("view.reset_layout", "Reset Layout", "Put all panels back in their places."),
    _on_canvas(
        "graph.add", "Add Node…", "Search a layer and put it at the cursor.", "Tab", icon="add"
    ),
    _on_canvas(
        "graph.connect",
        "Connect…",
        "Start a wire at the selected node and choose what fits.",
        "C",
        icon="connect",
    ),
    _on_canvas(
        "graph.insert", "Insert into Wire…", "Search a layer and put it into the selected wire."
    ),
    _on_canvas("graph.reroute", "Add Reroute Dot", "Put a dot into the selected wire.", "R"),
    SEPARATOR,
    _on_canvas("graph.bypass", "Bypass", "Let what comes in go straight out.", "B", icon="bypass"),
    _on_canvas(
        "graph.mute", "Mute Branch", "Bypass the selected node and all that only it feeds.", "M"
    ),
    _on_canvas(
        "graph.freeze", "Freeze Weights", "Keep the weights as they are in training.", "Shift+F"
    ),
    _on_canvas(
        "graph.share",
        "Share Weights",
        "Let the selected nodes use the weights of the first, or their own again.",
    ),
    SEPARATOR,
    _on_canvas(
        "graph.group", "Make Group", "Make a linked group of the selection.", "Ctrl+G", icon="group"
    ),
    _on_canvas(
        "graph.expand", "Expand Group", "Put the group's nodes in its place.", "Ctrl+Shift+G"
    ),
    _on_canvas(
        "graph.enter", "Enter Group", "Show what is inside of the group.", "Ctrl+Return", "Return"
    ),
    _on_canvas("graph.leave", "Leave Group", "Show the graph around.", "Esc"),
    _on_canvas(
        "graph.keep_group", "Add Group to Library", "Keep the selected group for other documents."
    ),
    SEPARATOR,
    _c("graph.new_node", "New Custom Node…", "Write a node type of your own, from a template."),
    _c("graph.reload_nodes", "Reload Custom Nodes", "Read the files of custom nodes again."),
    _c(
        "graph.trust_nodes",
        "Trust Custom Nodes…",
        "Look at the custom nodes that this document needs, and let their code run.",
    ),
    _c(
        "graph.forget_trust",
        "Forget Trusted Folders",
        "Trust no custom nodes any more; each folder is asked about again.",
        listed=False,
    ),
    SEPARATOR,
    _on_canvas(
        "graph.frame",
        "Frame Selection with Title",
        "Draw a titled frame around the selection.",
        "Ctrl+J",
        icon="frame",
    ),
    _on_canvas("graph.note", "Add Note", "Write a note on the canvas.", "N", icon="note"),
    SEPARATOR,
    _on_canvas(
        "graph.layout", "Lay Out", "Arrange the selection, or everything.", "Ctrl+L", icon="layout"
    ),
    _on_canvas("graph.align_left", "Align Left", "Line up left edges."),
    _on_canvas("graph.align_centre", "Align Centres", "Line up on a vertical axis."),
    _on_canvas("graph.align_right", "Align Right", "Line up right edges."),
    _on_canvas("graph.align_top", "Align Top", "Line up upper edges."),
    _on_canvas("graph.align_middle", "Align Middles", "Line up on a horizontal axis."),
    _on_canvas("graph.align_bottom", "Align Bottom", "Line up lower edges."),
    _on_canvas(
        "graph.distribute_across", "Distribute Across", "Even out the gaps from left to right."
    ),
    _on_canvas("graph.distribute_down", "Distribute Down", "Even out the gaps from top to bottom."),
    _c("run.train", "Train", "Train the shown network.", "F5", icon="play"),
    _c(
        "run.train_from",
        "Start from Weights of…",
        "Choose a run whose weights are kept where they fit, then train.",
    ),
    _c("run.pause", "Pause", "Pause the training, or go on.", "F6", icon="pause"),
    _c("run.stop", "Stop", "Stop the training and keep the best weights.", "Shift+F5", icon="stop"),
    _c("run.stop_after_epoch", "Stop after This Epoch", "Finish the epoch, then stop."),
    _c("run.resume", "Resume", "Go on from the last checkpoint of the shown run."),
    SEPARATOR,
    _c("run.data", "Data…", "Choose where the samples come from.", "Ctrl+Shift+D", icon="data"),
    _c(
        "run.recipe",
        "Recipe…",
        "Choose optimizer, schedule and all other settings of training.",
        "Ctrl+Shift+R",
        icon="recipe",
    ),
    _c(
        "run.diagnose",
        "Diagnose…",
        "Test before training whether the network can learn, and find a learning rate.",
        "Ctrl+F5",
    ),
    _c("run.open_folder", "Open Run's Folder", "Show the files of the shown run."),
    _c("help.node", "Help on Selection", "Show the page of the selected node.", "F1", icon="help"),
    _c("help.tour", "Tour", "Build, train and export a first network in three minutes."),
    _c(
        "help.commands",
        "All Commands…",
        "Find and run any command.",
        "Ctrl+Shift+P",
        icon="command",
    ),
    _c("help.shortcuts", "Shortcuts", "List all shortcuts.", "Ctrl+/"),
    SEPARATOR,
    _c("help.about", "About NetBuilder", "Version and licences."),
)


def _menus() -> dict[str, tuple[Command | str, ...]]:
    menus: dict[str, list[Command | str]] = {menu: [] for menu in MENUS}
    menu = MENUS[0]
    for row in _TABLE:
        if isinstance(row, Command):
            menu = row.menu
        menus[menu].append(row)
    return {menu: tuple(rows) for menu, rows in menus.items()}


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {row.id: row for row in _TABLE if isinstance(row, Command)}
)
MENU_ROWS: Mapping[str, tuple[Command | str, ...]] = MappingProxyType(_menus())
