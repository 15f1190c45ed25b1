"""Parameter values of a node: arithmetic worked out, ranges checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netbuilder.graph.model import Node
from netbuilder.node_api.expressions import Expression, ExpressionError
from netbuilder.node_api.node_type import NodeType
from netbuilder.node_api.params import ParamError
from netbuilder.node_api.problems import Problem

Environment = Mapping[str, int | float]


def worked_out(value: Any, environment: Environment) -> Any:
    """Return a parameter's value with every expression in it replaced by its number.

    Raises:
        ExpressionError: An expression cannot be worked out.
    """
    if isinstance(value, Expression):
        return value.evaluate(environment)
    if isinstance(value, list | tuple):
        return tuple(worked_out(item, environment) for item in value)
    return value


def instantiate(
    node: Node, node_type: type[NodeType], environment: Environment
) -> tuple[NodeType | None, list[Problem]]:
    """Make the node type's instance for a node.

    Args:
        node: The node, its parameters at the present version.
        node_type: Its type.
        environment: The group parameters and the repeat index that expressions may use.

    Returns:
        The instance, or None with the problems, one for every parameter that is wrong.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in node.params.items():
        param = node_type.params.get(name)
        if param is None:
            known = ", ".join(node_type.params) or "none"
            message = f"{node_type.title} has no parameter {name}; there are: {known}"
            problems.append(Problem("NB102", message, param=name))
            continue
        try:
            values[name] = param.accept(worked_out(value, environment))
        except ExpressionError as error:
            problems.append(Problem("NB103", f"{name}: {error}", param=name))
        except ParamError as error:
            problems.append(Problem("NB101", str(error), param=name))
    return (None, problems) if problems else (node_type(values), [])
