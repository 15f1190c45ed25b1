"""Rules about group definitions as such: names, parameters, and groups that hold themselves."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.check.definitions import Definitions
from netbuilder.check.findings import Finding
from netbuilder.check.kinds import fits, takes
from netbuilder.graph.model import Group, Network, is_identifier
from netbuilder.node_api.params import describe


def group_findings(network: Network, definitions: Definitions) -> Iterator[tuple[str, Finding]]:
    """Yield what is wrong with definitions, whatever their instances say, with the group's id."""
    for path in definitions.recursions:
        holder, held = path[-2], path[-1]
        graph = network.groups[holder].graph
        node = next(name for name, node in graph.nodes.items() if node.group == held)
        message = f"the group {path[0]} holds itself: {' > '.join(path)}"
        hint = f"remove {node} from the group {holder}"
        yield holder, Finding("NB314", message, node=node, hint=hint)
    for name, group in network.groups.items():
        if not is_identifier(name):
            message = f"{name!r} cannot be a group's id: it is made of letters, digits and _, and is no word of Python or torch"
            yield name, Finding("NB321", message, hint="rename the group")
        yield from ((name, finding) for finding in _params(group))


def _params(group: Group) -> Iterator[Finding]:
    seen: set[str] = set()
    for param in group.params:
        name = param.name
        if not is_identifier(name):
            message = f"{name!r} cannot be the name of a parameter of the group {group.id}: it is made of letters, digits and _, and is no word of Python or torch"
            yield Finding("NB321", message, param=name, hint="rename the parameter")
        elif name in seen:
            message = f"the group {group.id} has two parameters called {name}"
            yield Finding("NB321", message, param=name, hint="rename one of them")
        seen.add(name)
        if param.min is not None and param.max is not None and param.min > param.max:
            message = f"the parameter {name} of the group {group.id} has a range from {param.min:g} to {param.max:g}, which holds no number"
            yield Finding("NB325", message, param=name, hint="swap the ends of the range")
        elif not fits(param, param.default):
            message = f"the default of {name} in the group {group.id} is {describe(param.default)}, but it takes {takes(param)}"
            yield Finding("NB325", message, param=name, hint="change the default or the range")
