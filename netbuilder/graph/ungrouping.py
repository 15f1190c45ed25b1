"""An instance that becomes the nodes of its definition: numbers put in, wires joined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from netbuilder.graph.model import REPEAT_INDEX, Endpoint, Frame, Graph, Group, Node, Note, frozen
from netbuilder.graph.ordering import by_name, by_target
from netbuilder.graph.sharing import users_of
from netbuilder.graph.values import shown
from netbuilder.graph.wires import named_as, without_nodes
from netbuilder.graph.working import (
    GROUP_INPUT,
    GROUP_OUTPUT,
    INPUT_PORT,
    OUTPUT_PORT,
    EditError,
    free,
    put_names,
    shifted,
)
from netbuilder.node_api.expressions import Expression, ExpressionError

_EXACT = 2**53
_PORTS = (GROUP_INPUT, GROUP_OUTPUT)


class Expansion:
    """An instance that is to become the nodes of its definition.

    Args:
        graph: Where the instance lies.
        instance: The instance.
        group: Its definition.

    Raises:
        EditError: It cannot be expanded.
    """

    def __init__(self, graph: Graph, instance: Node, group: Group) -> None:
        if instance.repeat != 1:
            times = (
                instance.repeat.text if isinstance(instance.repeat, Expression) else instance.repeat
            )
            raise EditError(f"{instance.id} repeats {times} times; set repeat to 1 to expand it")
        if instance.bypass:
            raise EditError(f"{instance.id} is bypassed; switch bypass off to expand it")
        others = (instance.shares, *users_of(graph, instance.id))
        if any(others):
            other = next(filter(None, others))
            raise EditError(
                f"{instance.id} and {other} share their weights; let them have their own to expand it"
            )
        self._graph = graph
        self._instance = instance
        self._group = group
        self._inner = {n: v for n, v in group.graph.nodes.items() if v.type not in _PORTS}
        taken = {name for name in graph.nodes if name != instance.id}
        self._names: dict[str, str] = {}
        for name in self._inner:
            self._names[name] = free(name, taken)
            taken.add(self._names[name])
        self._given = self._values()
        self._texts = {name: _text(value) for name, value in self._given.items()}

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the nodes in the graph outside."""
        return tuple(self._names.values())

    def graph(self) -> Graph:
        """The graph with the nodes in the place of the instance."""
        rest = without_nodes(self._graph, {self._instance.id})
        shift = self._shift()
        nodes = dict(rest.nodes)
        for name, node in self._inner.items():
            nodes[self._names[name]] = self._placed(node, self._names[name], shift)
        edges = dict(rest.edges)
        edges.update(self._inner_edges())
        edges.update(self._outer_edges())
        frames, notes = dict(rest.frames), dict(rest.notes)
        _add_cards(frames, self._group.graph.frames, shift)
        _add_cards(notes, self._group.graph.notes, shift)
        return replace(
            rest,
            nodes=by_name(nodes),
            edges=by_target(edges),
            frames=by_name(frames),
            notes=by_name(notes),
        )

    def _values(self) -> dict[str, int | float | Expression]:
        """The value of each name that expressions inside may use."""
        values: dict[str, int | float | Expression] = {REPEAT_INDEX: 0}
        for param in self._group.params:
            value = self._instance.params.get(param.name, param.default)
            if isinstance(value, bool) or not isinstance(value, int | float | Expression):
                raise EditError(
                    f"{self._instance.id} sets {param.name} to {shown(value)}, but a number is needed to expand it"
                )
            if isinstance(param.default, float) and not isinstance(value, Expression):
                value = float(value)
            values[param.name] = value
        return values

    def _shift(self) -> tuple[float, float]:
        """From the nodes' places in the definition to those around the instance."""
        places = [node.position for node in self._inner.values()]
        if not places:
            return 0.0, 0.0
        x, y = self._instance.position
        return x - min(x for x, _ in places), y - min(y for _, y in places)

    def _placed(self, node: Node, name: str, shift: tuple[float, float]) -> Node:
        params = {key: self._worked_out(value) for key, value in node.params.items()}
        repeat = self._worked_out(node.repeat)
        if isinstance(repeat, float):
            # A number of repeats is whole; one that is not stays a formula, for the check to name.
            repeat = (
                int(repeat)
                if repeat.is_integer() and abs(repeat) < _EXACT
                else Expression(repr(repeat))
            )
        return named_as(
            replace(
                node,
                params=frozen(params),
                repeat=repeat,
                position=shifted(node.position, shift),
                frozen=node.frozen or (self._instance.frozen and not node.shares),
                shares=self._names.get(node.shares, node.shares),
                lr_factor=node.lr_factor * (1.0 if node.shares else self._instance.lr_factor),
            ),
            name,
        )

    def _worked_out(self, value: Any) -> Any:
        """A value without the group's names; a number where no name is left."""
        if isinstance(value, list | tuple):
            return [self._worked_out(item) for item in value]
        if not isinstance(value, Expression):
            return value
        alone = self._given.get(value.text.strip())
        if alone is not None:
            return alone
        replaced: Expression = put_names(value, self._texts)
        try:
            return replaced.evaluate({})
        except ExpressionError:
            return replaced

    def _inner_edges(self) -> dict[Endpoint, Endpoint]:
        """The edges among the nodes, and from outside to them."""
        edges: dict[Endpoint, Endpoint] = {}
        for target, source in self._group.graph.edges.items():
            if target.node in self._names:
                found = self._outer_source(source)
                if found is not None:
                    edges[Endpoint(self._names[target.node], target.port)] = found
        return edges

    def _outer_edges(self) -> dict[Endpoint, Endpoint]:
        """The edges outside that began at the instance."""
        edges: dict[Endpoint, Endpoint] = {}
        for target, source in self._graph.edges.items():
            if source.node != self._instance.id or target.node == self._instance.id:
                continue
            inner = self._group.graph.edges.get(Endpoint(source.port, INPUT_PORT))
            port = self._group.graph.nodes.get(source.port)
            if inner is not None and port is not None and port.type == GROUP_OUTPUT:
                found = self._outer_source(inner)
                if found is not None:
                    edges[target] = found
        return edges

    def _outer_source(self, source: Endpoint) -> Endpoint | None:
        """Where a source in the definition lies outside: a node, or what feeds the instance's port."""
        if source.node in self._names:
            return Endpoint(self._names[source.node], source.port)
        if self._group.graph.nodes[source.node].type != GROUP_INPUT or source.port != OUTPUT_PORT:
            return None
        outside = self._graph.edges.get(Endpoint(self._instance.id, source.node))
        return None if outside is None or outside.node == self._instance.id else outside


def _text(value: int | float | Expression) -> str:
    """What stands in an expression in the place of a name."""
    if isinstance(value, Expression):
        return f"({value.text})"
    return f"({value!r})" if value < 0 else repr(value)


def _add_cards(
    into: dict[str, Any], cards: Mapping[str, Frame | Note], shift: tuple[float, float]
) -> None:
    for name, card in cards.items():
        new = free(name, into)
        into[new] = replace(card, id=new, position=shifted(card.position, shift))
