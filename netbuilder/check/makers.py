"""Which node gives a value its shape, and how that node can be made to give another size."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.check import fixes
from netbuilder.check.diagnostics import Fix
from netbuilder.check.tracing import Spot, backwards, before
from netbuilder.node_api.expressions import Expression
from netbuilder.node_api.node_type import NodeType

# Parameters that say how wide a node's output is.
_WIDTHS = ("out_features", "out_channels")


def maker_of(spot: Spot | None) -> Spot | None:
    """Return where a value got its shape: the last node that does not just keep it."""
    for step in backwards(spot):
        earlier = before(step)
        if earlier is None or earlier.type != step.type:
            return step
    return None


def acts_on_last_axis(instance: NodeType | None) -> bool:
    """Whether a node maps the last axis of a tensor of any rank, as Linear does."""
    if instance is None or len(instance.in_ports) != 1 or len(instance.out_ports) != 1:
        return False
    patterns = [ports[0].declared.pattern for ports in (instance.in_ports, instance.out_ports)]
    return all(p.star and not p.before and len(p.after) == 1 for p in patterns) and (
        patterns[0].after != patterns[1].after
    )


def width_axis(maker: Spot) -> int | None:
    """Return the axis whose size a parameter of the node gives: channels or features."""
    instance = maker.record.kind.instance
    for name, axis in zip(_WIDTHS, (-1, 1), strict=True):
        if hasattr(instance, name) and maker.type is not None:
            return axis % maker.type.rank
    return None


def set_width(maker: Spot, width: object, wanted: int) -> Iterator[Fix]:
    """Yield the fix that makes a node's output as wide as wanted, where a parameter says so.

    Args:
        maker: An output of the node.
        width: How wide it is.
        wanted: How wide it should be.
    """
    node, instance = maker.record.node, maker.record.kind.instance
    for name in _WIDTHS:
        if getattr(instance, name, None) == width:
            given = node.params.get(name)
            title = f"set {name} of {maker.name} to {wanted}"
            if not isinstance(given, Expression):
                yield fixes.set_params(maker.run.group, node.id, {name: wanted}, title)
            elif maker.outer is not None:
                yield from _set_group_param(maker.outer, given.text.strip(), wanted)
            return


def _set_group_param(instance: Spot, name: str, value: int) -> Iterator[Fix]:
    """The width is a parameter of the group: its instance sets it."""
    record = instance.record
    definition = record.kind.definition
    if definition is None or name not in definition.params or record.kind.repeat > 1:
        return
    given = record.node.params.get(name)
    if isinstance(given, Expression):
        if instance.outer is not None:
            yield from _set_group_param(instance.outer, given.text.strip(), value)
        return
    title = f"set {name} of {instance.name} to {value}"
    yield fixes.set_params(instance.run.group, record.node.id, {name: value}, title)
