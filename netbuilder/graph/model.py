"""The values a document is made of; all immutable, so an old version costs what differs from the new.

A ``Network`` is the whole: the main ``Graph``, the ``Group`` definitions, the training recipe and the
data source. A graph names node types by id and holds plain parameter values; it knows no catalogue,
so a network with unknown node types is a network like any other.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from netbuilder.node_api.expressions import Expression

GROUP_PREFIX = "group:"
REPEAT_INDEX = "index"

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
# Names that the generated module, or nn.Module itself, needs for something else.
RESERVED_NAMES = frozenset(
    """F Tensor dict float forward half int losses
    max min nn range self super torch tuple type add_module apply
    bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
    extra_repr get_buffer get_extra_state get_parameter get_submodule ipu load_state_dict modules mtia
    named_buffers named_children named_modules named_parameters parameters register_buffer
    register_backward_hook register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
    register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict
    to to_empty train training xpu zero_grad None True False index""".split()  # noqa: SIM905 - a list of words reads better so
)

EMPTY: Mapping[Any, Any] = MappingProxyType({})


def _empty() -> Mapping[Any, Any]:
    return EMPTY


def is_identifier(name: str) -> bool:
    """Whether ``name`` can be the id of a node, a group or a parameter.

    Ids become names in generated source: ASCII letters, digits and ``_``, starting with a letter,
    at most 64 of them, and neither a keyword nor a name that a torch module needs itself.
    """
    return (
        bool(_IDENTIFIER.match(name))
        and not keyword.iskeyword(name)
        and not keyword.issoftkeyword(name)
        and name not in RESERVED_NAMES
    )


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a graph.

    Attributes:
        id: Its name in the graph, and the attribute of the generated module.
        type: The id of its node type, or ``group:`` and the id of a group definition.
        version: The version of the node type that ``params`` were written for.
        params: The values that differ from the defaults, by name; plain JSON values, where a number
            may be an ``Expression``. For an instance of a group, the group's parameters.
        position: Where its card lies on the canvas, in px at 100%.
        bypass: Whether the first input goes straight to the first output.
        frozen: Whether its weights stay as they are in training.
        note: A remark for people.
        repeat: How often an instance of a group stands in a row; a number or an ``Expression``.
        shared: Whether the repeats use the same weights.
        ignore: Codes of warnings and hints that are not told of it.
        extra: What a newer version of the program wrote, kept as it is.
        shares: The id of the node of the same graph whose weights it uses; empty for its own. Inside of
            a group that holds for every instance.
        lr_factor: What the learning rate of its weights is multiplied by; above 0. That of an instance
            of a group multiplies those inside.
    """

    id: str
    type: str
    version: int = 1
    params: Mapping[str, Any] = field(default_factory=_empty)
    position: tuple[float, float] = (0.0, 0.0)
    bypass: bool = False
    frozen: bool = False
    note: str = ""
    repeat: int | Expression = 1
    shared: bool = False
    ignore: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_empty)
    shares: str = ""
    lr_factor: float = 1.0

    @property
    def group(self) -> str:
        """The id of the group definition this is an instance of; empty for a plain node."""
        return self.type.removeprefix(GROUP_PREFIX) if self.type.startswith(GROUP_PREFIX) else ""


class Endpoint(NamedTuple):
    """A port of a node; a named tuple, because graphs hash tens of thousands of them."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


@dataclass(frozen=True, slots=True)
class Frame:
    """A coloured rectangle with a title, behind the nodes it holds."""

    id: str
    title: str = ""
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (240.0, 160.0)
    colour: str = ""
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Note:
    """A piece of text on the canvas."""

    id: str
    text: str = ""
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (200.0, 80.0)
    colour: str = ""
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and the edges between them, with frames and notes.

    Attributes:
        nodes: By id.
        edges: By input: each input has at most one source.
        frames: By id.
        notes: By id.
        extra: What a newer version of the program wrote, kept as it is.
    """

    nodes: Mapping[str, Node] = field(default_factory=_empty)
    edges: Mapping[Endpoint, Endpoint] = field(default_factory=_empty)
    frames: Mapping[str, Frame] = field(default_factory=_empty)
    notes: Mapping[str, Note] = field(default_factory=_empty)
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class GroupParam:
    """A number that instances of a group can set.

    Attributes:
        name: An identifier; inner parameters use it in expressions.
        default: The value where an instance says nothing; an ``int`` makes it a whole number.
        min: The smallest value, or None.
        max: The largest value, or None.
        doc: One sentence.
        extra: What a newer version of the program wrote, kept as it is.
    """

    name: str
    default: int | float
    min: float | None = None
    max: float | None = None
    doc: str = ""
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Group:
    """A definition that any number of nodes are instances of.

    Its ports are the nodes of type ``group_input`` and ``group_output`` in its graph.

    Attributes:
        id: An identifier; generated source makes a class name of it.
        title: What people see.
        doc: What it is for.
        params: The parameters instances can set, in order.
        graph: What is inside.
        extra: What a newer version of the program wrote, kept as it is.
    """

    id: str
    title: str = ""
    doc: str = ""
    params: tuple[GroupParam, ...] = ()
    graph: Graph = field(default_factory=Graph)
    extra: Mapping[str, Any] = field(default_factory=_empty)


@dataclass(frozen=True, slots=True)
class Network:
    """A whole document.

    Attributes:
        title: The name of the network; a class name is made of it.
        description: A paragraph; becomes the docstring.
        graph: The main graph.
        groups: Definitions by id.
        data: The data source as plain data: ``{"source": "digits", "params": {...}, ...}``.
        recipe: The training recipe as plain data: values that differ from the defaults.
        ignore: Codes of warnings and hints that are told of no node.
        custom_nodes: The file that each node type of a person's own came from, by the type's id: a full
            path, or one that starts at the document's folder. It is told to people; nothing is run for it.
        extra: What a newer version of the program wrote, kept as it is.
    """

    title: str = ""
    description: str = ""
    graph: Graph = field(default_factory=Graph)
    groups: Mapping[str, Group] = field(default_factory=_empty)
    data: Mapping[str, Any] = field(default_factory=_empty)
    recipe: Mapping[str, Any] = field(default_factory=_empty)
    ignore: tuple[str, ...] = ()
    custom_nodes: Mapping[str, str] = field(default_factory=_empty)
    extra: Mapping[str, Any] = field(default_factory=_empty)

    def graph_at(self, group: str = "") -> Graph:
        """The graph of a group definition, or the main graph for an empty name.

        Raises:
            KeyError: There is no such definition.
        """
        return self.groups[group].graph if group else self.graph

    def graphs(self) -> Iterator[tuple[str, Graph]]:
        """Every graph with the id of its group; the main graph first, with an empty id."""
        yield "", self.graph
        for name, group in self.groups.items():
            yield name, group.graph


def frozen(values: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return a read-only copy."""
    return MappingProxyType(dict(values))
