"""Which module each node uses, where nodes share weights, and how fast the weights of modules learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from netbuilder.codegen.plan import ClassUse, GroupCall, Plan, PlanError, Step
from netbuilder.graph.model import Graph
from netbuilder.node_api.problems import Problem

Rates = Mapping[str, float]


def with_shared(plan: Plan, graph: Graph) -> Plan:
    """Return a plan in which each step names the module it uses.

    Nodes of one type use one module under the name of the node whose weights they are; where that
    one is bypassed, the first of the others builds it. Nodes of two types are built both, and one
    takes the ``weight`` of the other.

    Args:
        plan: The plan of a graph.
        graph: The graph.

    Raises:
        PlanError: Instances that share would be built differently.
    """
    there = {step.node.id: step for step in plan.steps}
    builders: dict[str, Step] = {}
    found: list[Step] = []
    for step in plan.steps:
        node, source = step.node, graph.nodes.get(step.node.shares)
        if source is None:
            found.append(step)
        elif source.type != graph.nodes[node.id].type:
            found.append(replace(step, tied=source.id if source.id in there else ""))
        elif source.id in there:
            found.append(_using(step, there[source.id]))
        elif source.id in builders:
            found.append(_using(step, builders[source.id]))
        else:
            node = replace(node, frozen=source.frozen, lr_factor=source.lr_factor)
            builders[source.id] = replace(step, node=node, module_name=source.id)
            found.append(builders[source.id])
    return replace(plan, steps=found)


def building_order(steps: Sequence[Step]) -> Iterator[Step]:
    """Yield the steps that build a module so that a taken weight is there before it is taken."""
    built: set[str] = set()
    waiting: dict[str, list[Step]] = {}
    for step in steps:
        if not step.builds:
            continue
        if step.tied and step.tied not in built:
            waiting.setdefault(step.tied, []).append(step)
            continue
        yield step
        built.add(step.node.id)
        yield from waiting.pop(step.node.id, ())


def rates_of(steps: Sequence[Step], inside: Mapping[str, Rates]) -> dict[str, float]:
    """Return the factors of the learning rate by the dotted path of a module; the longest path holds.

    Args:
        steps: The nodes of a class.
        inside: The same for the classes of groups.
    """
    rates: dict[str, float] = {}
    for step in steps:
        if not step.builds:
            continue
        factor = step.node.lr_factor
        if factor != 1 and (step.module is not None or isinstance(step.kind, GroupCall)):
            rates[step.attribute] = factor
        if isinstance(step.kind, GroupCall):
            for path, use in _places(step.attribute, step.kind):
                for name, rate in inside[use.class_name].items():
                    rates[f"{path}.{name}"] = rate * factor
    return rates


def _places(name: str, group: GroupCall) -> Iterator[tuple[str, ClassUse]]:
    """Where each repeat of a group lies in the module."""
    if group.is_one_module:
        yield name, group.uses[0]
        return
    for index, use in enumerate(group.uses):
        yield f"{name}.{index}", use


def _using(step: Step, builder: Step) -> Step:
    if isinstance(step.kind, GroupCall) and isinstance(builder.kind, GroupCall):
        pairs = zip(step.kind.uses, builder.kind.uses, strict=True)
        if any(one.differs_from(other) for one, other in pairs):
            message = (
                f"{step.node.id} uses the weights of {step.node.shares}, "
                "but what flows in differs in its sizes"
            )
            raise PlanError(step.path, Problem("NB602", message))
    return replace(step, module_name=builder.attribute, builds=False)
