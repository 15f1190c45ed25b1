"""Custom nodes: files of a person's own with node types, made from a template and trusted a folder at a time."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from netbuilder.app.preferences import Preferences
from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.catalogue.folders import file_of, node_files, resolved
from netbuilder.files.errors import FileError
from netbuilder.graph.model import Network, frozen

FOLDER = "nodes"
TRUSTED = "trusted_nodes"  # among what the preferences remember

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

TEMPLATE = '''\
"""A node of your own. Save this file, and NetBuilder reads it again; what is wrong is told at its line.

It works as it is. Only netbuilder.node_api may be imported here, and what is quick to import: NetBuilder
reads this file in a process without torch. The code that needs torch stands in the text of a Definition,
and becomes part of the source of every network that uses the node.
"""

from collections.abc import Mapping

from netbuilder.node_api import Axes, Call, Definition, Float, In, NodeType, Out, Shape, call


class {cls}(NodeType, id="{id}", title="{title}", category="Custom"):
    """Multiply every feature by a factor that is learned.

    Formula: y = x * factor
    """

    # Text, because torch is not imported here. It may use torch, nn, F, Tensor and math.
    definitions = (
        Definition("""
            class {cls}Module(nn.Module):
                # Multiplies every feature by a factor that is learned.
                def __init__(self, features: int, first: float = 1.0):
                    super().__init__()
                    self.factor = nn.Parameter(torch.full((features,), first))

                def forward(self, x: Tensor) -> Tensor:
                    return x * self.factor
        """),
    )

    # Ports. Every axis has a name; *B is any number of axes, and the same name is the same size
    # everywhere. known="C": its size must be a number, because weights are made of it.
    input = In("*B C", known="C", doc="Features, at every position.")
    output = Out("*B C", doc="As many features, at every position.")

    # Parameters: Int, Float, Bool, Choice, Text and more; they become fields of the form.
    first = Float(1.0, min=-100.0, max=100.0, doc="The factor that training starts from.")

    # What comes out. Here the patterns above say it all. An axis that no input has, such as F in
    # Out("*B F"), gets its size from a rule:
    #
    #     def infer(self, a: Axes) -> Mapping[str, int]:
    #         return {{"F": 2 * a.C}}
    #
    # Without a rule the module is run beside NetBuilder, on tensors without numbers, to see what
    # comes out; Out("*Y") leaves all of it to that.

    # The weights, by their names in the module: for the number of parameters that cards show.
    def weights(self, a: Axes) -> Mapping[str, Shape]:
        return {{"factor": (a.C,)}}

    # The call that builds the module: of torch.nn ("nn.Linear"), or of a class defined above.
    def module(self, a: Axes) -> Call:
        return call("{cls}Module", a.C, **self.options("first"))
'''


@dataclass(frozen=True, slots=True)
class Stranger:
    """A folder whose code somebody is asked to trust.

    Attributes:
        folder: The folder, resolved.
        types: The ids of the types that a document has from it.
        files: Its node files.
    """

    folder: Path
    types: tuple[str, ...]
    files: tuple[Path, ...]


def own_folder(preferences: Preferences) -> Path:
    """The person's own folder of node files; a relative one lies where the program keeps its state."""
    said = Path(preferences.settings.nodes or FOLDER).expanduser()
    return resolved(said if said.is_absolute() else preferences.folder / said)


def folder_beside(document: Path) -> Path:
    """The folder of node files beside a document, which goes with it wherever it goes."""
    return resolved(document.parent / FOLDER)


def remembered_trust(preferences: Preferences) -> tuple[Path, ...]:
    """The folders that the person trusts, as the preferences keep them."""
    said = preferences.recall(TRUSTED, [])
    return (
        tuple(Path(text) for text in said if isinstance(text, str))
        if isinstance(said, list)
        else ()
    )


def remember_trust(preferences: Preferences, folders: tuple[Path, ...]) -> None:
    """Keep which folders the person trusts."""
    names = dict.fromkeys(str(resolved(folder)) for folder in folders)
    preferences.remember(TRUSTED, list(names) or None)


def new_node(folder: Path, name: str, catalogue: Catalogue) -> Path:
    """Write the file of a new node type, which works as it is.

    Args:
        folder: Where to; it is made if it is not there.
        name: What people call it: ``Wave`` or ``my wave``.
        catalogue: The node types there are.

    Raises:
        FileError: The name cannot be one, is taken, or the file cannot be written; the text is a sentence.
    """
    type_id = name_problem(name, folder, catalogue)[1]
    path = folder / f"{type_id}.py"
    problem = name_problem(name, folder, catalogue)[0]
    if problem:
        raise FileError(path, problem)
    words = _WORDS.findall(name)
    text = TEMPLATE.format(
        cls="".join(w[:1].upper() + w[1:] for w in words), id=type_id, title=" ".join(name.split())
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise FileError(path, f"could not be written: {error.strerror or error}") from None
    return path


def name_problem(name: str, folder: Path, catalogue: Catalogue) -> tuple[str, str]:
    """Return why a node cannot be called so, empty where it can, and the id it would have."""
    words = _WORDS.findall(name)
    type_id = "_".join(word.lower() for word in words)
    if not words or not _WORD.match(type_id) or not _WORD.match("".join(name.split())):
        return (
            "a name has letters and digits, the first one a letter, such as Wave or Gated mix",
            "",
        )
    if keyword.iskeyword(type_id) or len(type_id) > 40:
        return (
            f"{type_id} cannot be a name in Python of at most 40 letters; choose another",
            type_id,
        )
    known = catalogue.get(type_id)
    if known is not None:
        return (
            f"there is a node {known.title} with the id {type_id} already; choose another",
            type_id,
        )
    if (folder / f"{type_id}.py").exists():
        return f"there is a file {type_id}.py in {folder} already; choose another", type_id
    return "", type_id


def recorded(network: Network, catalogue: Catalogue) -> Network:
    """Return a network that says which files its custom node types come from.

    What it says of types that are not known now is kept as long as it uses them.
    """
    used = {node.type for _, graph in network.graphs() for node in graph.nodes.values()}
    files: dict[str, str] = {}
    for name in sorted(used):
        kind = catalogue.get(name)
        file = file_of(kind) if kind else None
        if file is not None:
            files[name] = str(file)
        elif kind is None and (name in network.custom_nodes or name in catalogue.files):
            files[name] = network.custom_nodes.get(name) or str(catalogue.files[name])
    return (
        network if files == network.custom_nodes else replace(network, custom_nodes=frozen(files))
    )


def strangers(network: Network, catalogue: Catalogue) -> tuple[Stranger, ...]:
    """The folders that a network has node types from, and that are not trusted."""
    return tuple(
        Stranger(folder, tuple(types), tuple(node_files(folder)))
        for folder, types in _by_folder(network.custom_nodes, network, catalogue).items()
    )


def _by_folder(
    files: Mapping[str, str], network: Network, catalogue: Catalogue
) -> dict[Path, list[str]]:
    used = {node.type for _, graph in network.graphs() for node in graph.nodes.values()}
    found: dict[Path, list[str]] = {}
    for name, file in files.items():
        if name in used and catalogue.get(name) is None and Path(file).is_absolute():
            folder = resolved(Path(file).parent)
            if folder not in catalogue.folders:
                found.setdefault(folder, []).append(name)
    return found
