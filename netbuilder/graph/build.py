"""Writing a network in a few lines of Python.

b = Builder("XOR", ports)
point = b.add("input", id="point", shape=[2])
hidden = b.add("linear", point, out_features=8)
score = b.add("linear", b.add("tanh", hidden), out_features=1)
b.add("output", score, id="answer")
network = b.network
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from netbuilder.graph import edits
from netbuilder.graph.model import (
    GROUP_PREFIX,
    Endpoint,
    GroupParam,
    Network,
)
from netbuilder.graph.ports import group_ports
from netbuilder.graph.working import GROUP_INPUT, GROUP_OUTPUT, INPUT_PORT, EditError, minted
from netbuilder.node_api.expressions import Expression

Ports: TypeAlias = Callable[[str, Mapping[str, Any]], tuple[Sequence[str], Sequence[str]]]

_COLUMN = 240.0
_ROW = 140.0


@dataclass(frozen=True, slots=True)
class Handle:
    """A node that was added; given to ``add``, it stands for its first output.

    Attributes:
        id: The id of the node.
        port: The output it stands for.
        outputs: The names of all its outputs.
        graph: Which graph it lies in: the id of the group, or empty.
    """

    id: str
    port: str
    outputs: tuple[str, ...]
    graph: str = ""

    def __getitem__(self, port: str) -> Handle:
        """Pick an output.

        Raises:
            EditError: The node has no such output.
        """
        if port not in self.outputs:
            raise EditError(
                f"{self.id} has no output {port}; it has: {', '.join(self.outputs) or 'none'}"
            )
        return Handle(self.id, port, self.outputs, self.graph)

    @property
    def endpoint(self) -> Endpoint:
        """The output it stands for.

        Raises:
            EditError: The node has no output.
        """
        if not self.port:
            raise EditError(f"{self.id} has no output, so nothing can be connected to it")
        return Endpoint(self.id, self.port)


class _GraphBuilder:
    """Adds nodes to one graph of a network; what ``Builder`` and ``GroupBuilder`` share."""

    def __init__(self, root: Builder, group: str) -> None:
        self._root = root
        self._group = group
        self._columns: dict[str, int] = {}
        self._rows: dict[int, int] = {}

    def add(
        self,
        type: str | GroupBuilder,
        *sources: Handle | None,
        id: str = "",
        inputs: Mapping[str, Handle] | int | None = None,
        position: tuple[float, float] | None = None,
        repeat: int | Expression = 1,
        shared: bool = False,
        bypass: bool = False,
        frozen: bool = False,
        note: str = "",
        shares: str = "",
        lr_factor: float = 1.0,
        **params: Any,
    ) -> Handle:
        """Add a node.

        Args:
            type: The id of its type, or a group from ``add_group``.
            *sources: What flows into its inputs, in their order; None leaves one open.
            id: Its id; empty for a new one made of the type.
            inputs: What flows into inputs by name. A number is the parameter of that name.
            position: In px; without one it lies right of its sources.
            repeat: How often an instance of a group stands in a row.
            shared: Whether the repeats share their weights.
            bypass: Whether its first input goes straight to its first output.
            frozen: Whether its weights stay as they are in training.
            note: A remark.
            shares: The id of the node whose weights it uses.
            lr_factor: What the learning rate of its weights is multiplied by.
            **params: Its parameters.

        Returns:
            A handle to connect further nodes to.

        Raises:
            EditError: A name is taken, or an input is not there or gets two sources.
        """
        if inputs is not None and not isinstance(inputs, Mapping):
            params["inputs"] = inputs
            inputs = None
        kind = type if isinstance(type, str) else GROUP_PREFIX + type.id
        ins, outs = self._root.ports_of(kind, params)
        wires = self._wires(id or kind, ins, sources, inputs or {})
        network, name = edits.add_node(
            self._root.network,
            kind,
            id,
            params=params,
            position=position or self._place(wires),
            group=self._group,
        )
        flags: dict[str, Any] = {
            "repeat": repeat, "shared": shared, "bypass": bypass, "frozen": frozen, "note": note,
            "shares": shares, "lr_factor": lr_factor,
        }  # fmt: skip
        network = edits.set_flags(network, [name], group=self._group, **flags)
        for port, source in wires.items():
            network = edits.connect(network, source.endpoint, Endpoint(name, port), self._group)
        self._root.network = network
        column = 1 + max((self._columns.get(s.id, 0) for s in wires.values()), default=-1)
        self._columns[name] = column
        self._rows[column] = self._rows.get(column, 0) + 1
        return Handle(name, outs[0] if outs else "", tuple(outs), self._group)

    def connect(self, source: Handle, target: Handle, port: str = INPUT_PORT) -> None:
        """Connect an output to an input of a node that is there already."""
        self._root.network = edits.connect(
            self._root.network, source.endpoint, Endpoint(target.id, port), self._group
        )

    def _wires(
        self,
        name: str,
        ins: Sequence[str],
        sources: Sequence[Handle | None],
        inputs: Mapping[str, Handle],
    ) -> dict[str, Handle]:
        known = ", ".join(ins) or "none"
        if len(sources) > len(ins):
            raise EditError(f"{name} got {len(sources)} sources, but has the inputs: {known}")
        wires = {p: s for p, s in zip(ins, sources, strict=False) if s is not None}
        for port, source in inputs.items():
            if port not in ins:
                raise EditError(f"{name} has no input {port}; it has: {known}")
            if port in wires:
                raise EditError(f"{name} got two sources for its input {port}")
            wires[port] = source
        for port, source in wires.items():
            if not isinstance(source, Handle):
                raise EditError(
                    f"{name} got {source!r} for its input {port}; give what add returned"
                )
            if source.graph != self._group:
                raise EditError(f"{source.id} lies in another graph than {name}")
        return wires

    def _place(self, wires: Mapping[str, Handle]) -> tuple[float, float]:
        column = 1 + max((self._columns.get(s.id, 0) for s in wires.values()), default=-1)
        return column * _COLUMN, self._rows.get(column, 0) * _ROW


class GroupBuilder(_GraphBuilder):
    """Adds nodes to a group definition; made by ``Builder.add_group``."""

    def __init__(self, root: Builder, id: str) -> None:
        super().__init__(root, id)
        self.id = id

    def param(
        self,
        name: str,
        default: int | float,
        *,
        min: float | None = None,
        max: float | None = None,
        doc: str = "",
    ) -> Expression:
        """Declare a parameter that instances can set; return it for use inside."""
        param = GroupParam(name, default, min, max, doc)
        self._root.network = edits.set_group_param(self._root.network, self.id, param)
        return Expression(name)

    def input(self, id: str = "", **params: Any) -> Handle:
        """Add an input of the group; inputs are in the order they are added."""
        return self.add(
            GROUP_INPUT, id=id or self._name("input"), **self._ordered(GROUP_INPUT, params)
        )

    def output(self, source: Handle, id: str = "", **params: Any) -> Handle:
        """Add an output of the group; outputs are in the order they are added."""
        ordered = self._ordered(GROUP_OUTPUT, params)
        return self.add(GROUP_OUTPUT, source, id=id or self._name("output"), **ordered)

    def _name(self, stem: str) -> str:
        taken = self._root.network.groups[self.id].graph.nodes
        return stem if stem not in taken else minted(stem, taken)

    def _ordered(self, kind: str, params: dict[str, Any]) -> dict[str, Any]:
        nodes = self._root.network.groups[self.id].graph.nodes.values()
        count = sum(node.type == kind for node in nodes)
        return {"order": count, **params} if count else params


class Builder(_GraphBuilder):
    """Writes a network.

    Args:
        title: Its title.
        ports: Returns the names of the inputs and of the outputs of a node type with some parameters.
        description: A paragraph.
        data: Where the data come from.
        recipe: How it is trained.

    Attributes:
        network: What was written so far.
    """

    def __init__(
        self,
        title: str,
        ports: Ports,
        *,
        description: str = "",
        data: Mapping[str, Any] | None = None,
        recipe: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(self, "")
        self._ports = ports
        network = edits.set_description(edits.set_title(Network(), title), description)
        self.network = edits.set_recipe(edits.set_data(network, data or {}), recipe or {})

    def add_group(
        self, id: str, *, title: str = "", doc: str = "", **params: int | float
    ) -> GroupBuilder:
        """Add a group definition.

        Args:
            id: Its id.
            title: What people see.
            doc: What it is for.
            **params: Its parameters with their defaults; ``param`` declares one with a range.

        Returns:
            What adds nodes to it; given to ``add``, it makes an instance.
        """
        declared = [GroupParam(name, default) for name, default in params.items()]
        self.network, name = edits.add_group(
            self.network, id, title=title, doc=doc, params=declared
        )
        return GroupBuilder(self, name)

    def ports_of(self, type: str, params: Mapping[str, Any]) -> tuple[Sequence[str], Sequence[str]]:
        """The names of the inputs and outputs of a type; of a group, its port nodes in order."""
        if not type.startswith(GROUP_PREFIX):
            return self._ports(type, params)
        group = self.network.groups.get(type.removeprefix(GROUP_PREFIX))
        if group is None:
            raise EditError(f"there is no group {type.removeprefix(GROUP_PREFIX)}; add it first")
        return group_ports(group.graph)
