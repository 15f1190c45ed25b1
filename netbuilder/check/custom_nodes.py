"""What is said of nodes whose types are a person's own: not known, not trusted, or failing."""

from __future__ import annotations

from pathlib import Path

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.catalogue.folders import file_of, line_of, resolved
from netbuilder.node_api.axes import Axes
from netbuilder.node_api.calls import Name
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.problems import Problem


def unknown_type(type_id: str, file: str, catalogue: Catalogue) -> Problem:
    """Say why there is no such node type, and the way out.

    Args:
        type_id: The id of the type.
        file: The file it came from, as the document says; empty where it says nothing.
        catalogue: The node types there are.
    """
    message = f"there is no node type {type_id}"
    file = file or str(catalogue.files.get(type_id, ""))
    if not file:
        return Problem("NB501", message, hint="install the pack it comes from, or remove the node")
    path = Path(file)
    if resolved(path.parent) not in catalogue.folders:
        message = f"{type_id} is a custom node of {path}, whose folder is not trusted; its code was not run"
        trust = f"Graph > Trust Custom Nodes in the editor, or --trust-nodes {path.parent}"
        hint = f"look at the file, then trust its folder: {trust}"
        return Problem("NB505", message, hint=hint)
    message = f"{message}; it came from {path}, which does not declare it now"
    return Problem("NB501", message, hint=f"mend {path.name}, or bring it back")


def own_code_failed(node_type: type[NodeType], what: str, error: Exception) -> Problem:
    """Say that a type's own code raised an exception, for a custom node with its line.

    Args:
        node_type: The type.
        what: What failed.
        error: What was raised.
    """
    message = f"{what} failed: {type(error).__name__}: {error}"
    file = file_of(node_type)
    if file is None:
        return Problem("NB503", message, hint="tell the author of the pack")
    found, line = line_of(error, file.parent)
    place = f"{Path(found).name}, line {line}" if line else file.name
    return Problem("NB503", f"{message} ({place})", hint=f"mend {file}")


def try_writing(node: NodeType, axes: Axes) -> None:
    """Ask a node what it would write, so that what fails there is found now and not at a training.

    Raises:
        Exception: Whatever the type's code raises.
    """
    built = node.module(axes)
    module = None if built is None else Name("self.module")
    if module is not None:
        list(node.start(axes, module))
    node.forward(axes, {name: Name(name) for name in axes.inputs}, module)
