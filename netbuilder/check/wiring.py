"""What is wrong with the wires at one node: missing, or from or to what does not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from netbuilder.check.kinds import Kind
from netbuilder.graph.model import Endpoint, Node
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

if TYPE_CHECKING:
    from netbuilder.check.evaluation import Evaluator
    from netbuilder.check.runs import GraphRun

_MAIN_ROLES = ("input", "target", "output", "loss")
_GROUP_ROLES = ("group_input", "group_output")


def wire_problems(
    evaluator: Evaluator,
    run: GraphRun,
    node: Node,
    kind: Kind,
    wires: Mapping[str, Endpoint],
    inputs: tuple[TensorType | None, ...],
) -> Iterator[Problem]:
    """Yield what is wrong around a node, apart from its parameters and types.

    Args:
        evaluator: Tells what other nodes are.
        run: The evaluation the node is part of.
        node: The node.
        kind: What it is.
        wires: What is connected to its inputs.
        inputs: The type at every input port.
    """
    yield from _place(run, kind)
    needed = set(kind.required)
    if node.bypass:
        yield from _bypass(run, node, kind)
        needed = set(kind.inputs[:1])
    for port, flow in zip(kind.inputs, inputs, strict=True):
        source = wires.get(port)
        if source is None:
            if port in needed:
                yield Problem(
                    "NB301", f"{port} is not connected", port=port, hint=f"connect {port}"
                )
        elif flow is None:
            yield from _source(evaluator, run, port, source)
    if kind.ports_known:
        for port, source in wires.items():
            if port not in kind.inputs:
                ports = ", ".join(kind.inputs)
                known = f"its inputs are {ports}" if ports else f"{kind.title} has no inputs"
                message = f"an edge from {source} goes to {port}, which does not exist; {known}"
                yield Problem("NB302", message, port=port, hint="remove the edge")


def _source(evaluator: Evaluator, run: GraphRun, port: str, source: Endpoint) -> Iterator[Problem]:
    """Say whether the source of a wire does not exist; else its type is not known, which is told there."""
    other = run.graph.nodes.get(source.node)
    if other is None:
        message = f"{port} takes {source}, but there is no node {source.node}"
        yield Problem("NB304", message, port=port, hint="remove the edge")
        return
    kind = evaluator.kind(other, run.scope)
    if kind.ports_known and source.port not in kind.outputs:
        ports = ", ".join(kind.outputs)
        known = f"its outputs are {ports}" if ports else f"{kind.title} has no outputs"
        message = f"{port} takes {source}, but {source.node} has no output {source.port}; {known}"
        yield Problem("NB303", message, port=port, hint="remove the edge")


def _place(run: GraphRun, kind: Kind) -> Iterator[Problem]:
    if run.group and kind.role in _MAIN_ROLES:
        message = f"{kind.title} stands in the group {run.group}, but belongs in the main graph"
        yield Problem("NB312", message, hint="move it out of the group")
    elif not run.group and kind.role in _GROUP_ROLES:
        message = f"{kind.title} stands in the main graph, but belongs in a group"
        yield Problem("NB312", message, hint="remove it")


def _bypass(run: GraphRun, node: Node, kind: Kind) -> Iterator[Problem]:
    """A bypassed node needs a first input and a first output, and nobody may use another output."""
    if not kind.ports_known:
        return
    if kind.role or not kind.inputs or not kind.outputs:
        missing = "input" if not kind.inputs else "output"
        why = "it is a loss" if kind.role == "loss" else f"it has no {missing}"
        message = f"{kind.title} is bypassed, but {why} that could be passed over"
        if kind.role == "loss":
            message = f"{kind.title} is bypassed, but nothing could stand in for a loss"
        yield Problem("NB311", message, hint="switch the bypass off, or remove the node")
        return
    first, *others = kind.outputs
    used = {
        source.port
        for follower in run.layout.follows.get(node.id, ())
        for source in run.layout.wires[follower].values()
        if source.node == node.id
    }
    lost = [port for port in others if port in used]
    if lost:
        message = (
            f"{kind.title} is bypassed, which passes {kind.inputs[0]} on to {first}, "
            f"but {', '.join(lost)} is used too"
        )
        yield Problem("NB311", message, hint="switch the bypass off")
