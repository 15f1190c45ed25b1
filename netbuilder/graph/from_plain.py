"""Plain JSON data as networks: every value is looked at, and a wrong one is refused with its place.

Nothing here knows a catalogue and nothing is run: a node of an unknown type keeps what it has, and
keys that this version does not know go into ``extra``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from netbuilder.graph.limits import MAX_CODES, MAX_EDGES, MAX_NODES, MAX_PARAMS
from netbuilder.graph.model import (
    EMPTY,
    GROUP_PREFIX,
    Endpoint,
    Frame,
    Graph,
    Group,
    GroupParam,
    Network,
    Node,
    Note,
    is_identifier,
)
from netbuilder.graph.ordering import by_name, by_target
from netbuilder.graph.values import (
    FormatError,
    expected,
    number_value,
    param_value,
    plain_value,
    shown,
    text_value,
)
from netbuilder.node_api.expressions import Expression

T = TypeVar("T")
Reader = Callable[[Any], Any]

_NAME = "an id of letters, digits and _ that starts with a letter and is no reserved word"
_TYPE = re.compile(r"[!-~]{1,200}\Z")
_CODE = re.compile(r"[A-Z]{2}[0-9]{3,6}\Z")
_EDGE = re.compile(
    r"([A-Za-z][A-Za-z0-9_]{0,63})\.([A-Za-z_][A-Za-z0-9_]{0,63})\s*->\s*"
    r"([A-Za-z][A-Za-z0-9_]{0,63})\.([A-Za-z_][A-Za-z0-9_]{0,63})\Z"
)


def network_from_plain(raw: Any) -> Network:
    """Read a whole network.

    Raises:
        FormatError: A value is missing or is not what was expected.
    """
    network = Network(**_read(raw, _NETWORK))
    graphs = [graph for _, graph in network.graphs()]
    for key, count, most in (
        ("nodes", sum(len(graph.nodes) for graph in graphs), MAX_NODES),
        ("edges", sum(len(graph.edges) for graph in graphs), MAX_EDGES),
    ):
        if count > most:
            raise FormatError("", f"has {count:,} {key}, but at most {most:,} are allowed")
    return network


def graph_from_plain(raw: Any) -> Graph:
    """Read a graph; edges lead from nodes to nodes of it, and one at most to an input."""
    values = _read(raw, _GRAPH)
    edges = values.get("edges", EMPTY)
    nodes = values.get("nodes", EMPTY)
    for target, source in edges.items():
        if source.node not in nodes or target.node not in nodes:
            missing = target.node if source.node in nodes else source.node
            raise FormatError(
                "edges", f'has "{source} -> {target}", but there is no node {missing}'
            )
    return Graph(**values)


def node_from_plain(raw: Any) -> Node:
    """Read a node."""
    return Node(**_read(raw, _NODE, required=("id", "type")))


def group_from_plain(raw: Any) -> Group:
    """Read a definition."""
    return Group(**_read(raw, _GROUP, required=("id",)))


def edges_from_plain(raw: Any) -> Mapping[Endpoint, Endpoint]:
    """Read a list of edges; one at most into each input."""
    edges: dict[Endpoint, Endpoint] = {}
    for place, line in enumerate(_list(raw)):
        found = _EDGE.match(line) if isinstance(line, str) else None
        if found is None:
            raise expected(line, '"node.port -> node.port"').inside(f"[{place}]")
        source_node, source_port, target_node, target_port = found.groups()
        target = Endpoint(target_node, target_port)
        if target in edges:
            raise FormatError(f"[{place}]", f"is a second edge into {target}; one was expected")
        edges[target] = Endpoint(source_node, source_port)
    return by_target(edges)


def identifier_value(value: Any) -> str:
    """Return an id.

    Raises:
        FormatError: It cannot be one.
    """
    if not isinstance(value, str) or not is_identifier(value):
        raise expected(value, _NAME)
    return value


def type_value(value: Any) -> str:
    """Return the id of a node type, known or not, or ``group:`` and the id of a definition.

    Raises:
        FormatError: It cannot be one.
    """
    if not isinstance(value, str) or not _TYPE.match(value):
        raise expected(value, "the id of a node type: 1 to 200 ASCII characters without blanks")
    if value.startswith(GROUP_PREFIX):
        identifier_value(value.removeprefix(GROUP_PREFIX))
    return value


def params_value(value: Any) -> Mapping[str, Any]:
    """Return the parameters a node sets, in their normal form.

    Raises:
        FormatError: They are not an object, or a value is not one a parameter may have.
    """
    if not isinstance(value, Mapping):
        raise expected(value, "an object of parameters")
    if len(value) > MAX_PARAMS:
        raise FormatError("", f"sets {len(value)} parameters, but at most {MAX_PARAMS} are allowed")
    params: dict[str, Any] = {}
    for name, item in value.items():
        try:
            params[text_value(name)] = param_value(item)
        except FormatError as error:
            raise error.inside(str(name)) from None
    return MappingProxyType(params)


def settings_value(value: Any) -> Mapping[str, Any]:
    """Return the settings of the data or the recipe: any object of plain values.

    Raises:
        FormatError: It is not an object, or a value is not plain.
    """
    if not isinstance(value, Mapping):
        raise expected(value, "an object")
    return MappingProxyType(plain_value(value))


def pair_value(value: Any) -> tuple[float, float]:
    """Return a position or a size.

    Raises:
        FormatError: It is not two finite numbers.
    """
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise expected(value, "a list of two numbers")
    first, second = value
    return float(number_value(first)), float(number_value(second))


def flag_value(value: Any) -> bool:
    """Return true or false.

    Raises:
        FormatError: It is neither.
    """
    if not isinstance(value, bool):
        raise expected(value, "true or false")
    return value


def repeat_value(value: Any) -> int | Expression:
    """Return how often an instance stands in a row; whether that works is for the check to say.

    Raises:
        FormatError: It is neither a whole number nor an expression.
    """
    repeat = param_value(value)
    if isinstance(repeat, bool) or not isinstance(repeat, int | Expression):
        raise expected(value, "a whole number or an expression")
    return repeat


def shares_value(value: Any) -> str:
    """Return the id of the node whose weights are used; empty for none.

    Raises:
        FormatError: It cannot be one.
    """
    return "" if value == "" else identifier_value(value)


def factor_value(value: Any) -> float:
    """Return what a learning rate is multiplied by, above 0.

    Raises:
        FormatError: It is not such a number.
    """
    number = float(number_value(value))
    if number == 0:
        raise FormatError(
            "",
            "is 0, but a factor of the learning rate is above 0; set frozen to keep weights as they are",
        )
    if number < 0:
        raise expected(value, "a number above 0")
    return number


def codes_value(value: Any) -> tuple[str, ...]:
    """Return codes of findings, each once and in order; those that nobody knows are kept.

    Raises:
        FormatError: It is not a list of codes such as NB331, or a very long one.
    """
    if not isinstance(value, list | tuple):
        raise expected(value, "a list of codes")
    if len(value) > MAX_CODES:
        raise FormatError("", f"has {len(value)} codes, but at most {MAX_CODES} are allowed")
    for place, code in enumerate(value):
        if not isinstance(code, str) or not _CODE.match(code):
            raise expected(code, "a code such as NB331").inside(f"[{place}]")
    return tuple(sorted(set(value)))


def files_value(value: Any) -> Mapping[str, str]:
    """Return the files that node types came from, by the ids of the types, in order.

    Raises:
        FormatError: It is not an object of ids and paths, or a very long one.
    """
    if not isinstance(value, Mapping):
        raise expected(value, "an object of node types and files")
    if len(value) > MAX_PARAMS:
        raise FormatError("", f"names {len(value)} types, but at most {MAX_PARAMS} are allowed")
    files: dict[str, str] = {}
    for name in sorted(value):
        try:
            files[type_value(name)] = text_value(value[name])
        except FormatError as error:
            raise error.inside(str(name)) from None
    return MappingProxyType(files)


def _version(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise expected(value, "a whole number of at least 1")
    return int(number_value(value))


def limit_value(value: Any) -> float | None:
    """Return a number or None.

    Raises:
        FormatError: It is neither.
    """
    return None if value is None else number_value(value)


def _list(raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise expected(raw, "a list")
    return raw


def _each(raw: Any, read: Callable[[Any], T]) -> Iterable[T]:
    for place, item in enumerate(_list(raw)):
        try:
            value = read(item)
        except FormatError as error:
            raise error.inside(f"[{place}]") from None
        yield value


def _by_id(read: Callable[[Any], Any]) -> Reader:
    def collect(raw: Any) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for place, item in enumerate(_each(raw, read)):
            if item.id in found:
                raise FormatError(f"[{place}]", f"has the id {item.id}, which is taken already")
            found[item.id] = item
        return by_name(found)

    return collect


def _group_params(raw: Any) -> tuple[GroupParam, ...]:
    params = tuple(
        _each(
            raw, lambda item: GroupParam(**_read(item, _GROUP_PARAM, required=("name", "default")))
        )
    )
    if len(params) > MAX_PARAMS:
        raise FormatError("", f"has {len(params)} parameters, but at most {MAX_PARAMS} are allowed")
    names = [param.name for param in params]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FormatError("", f"has the parameter {twice} twice")
    return params


def _read(
    raw: Any, readers: Mapping[str, Reader], required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the fields of an object, and what is unknown as ``extra``."""
    if not isinstance(raw, dict):
        raise expected(raw, "an object")
    values: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    key = ""
    try:
        for key, value in raw.items():
            read = readers.get(key)
            if read is not None:
                values[key] = read(value)
            else:
                extra[key] = plain_value(value)
    except FormatError as error:
        raise error.inside(key) from None
    for name in required:
        if name not in values:
            of = f" of {shown(values['id'])}" if "id" in values else ""
            raise FormatError("", f"has no {shown(name)}{of}, which is needed")
    if extra:
        values["extra"] = MappingProxyType(extra)
    return values


_NODE: Mapping[str, Reader] = {
    "id": identifier_value,
    "type": type_value,
    "version": _version,
    "position": pair_value,
    "params": params_value,
    "repeat": repeat_value,
    "shared": flag_value,
    "bypass": flag_value,
    "frozen": flag_value,
    "note": text_value,
    "ignore": codes_value,
    "shares": shares_value,
    "lr_factor": factor_value,
}
_FRAME: Mapping[str, Reader] = {
    "id": identifier_value,
    "title": text_value,
    "position": pair_value,
    "size": pair_value,
    "colour": text_value,
}
_NOTE: Mapping[str, Reader] = {
    "id": identifier_value,
    "text": text_value,
    "position": pair_value,
    "size": pair_value,
    "colour": text_value,
}
_GRAPH: Mapping[str, Reader] = {
    "nodes": _by_id(node_from_plain),
    "edges": edges_from_plain,
    "frames": _by_id(lambda raw: Frame(**_read(raw, _FRAME, required=("id",)))),
    "notes": _by_id(lambda raw: Note(**_read(raw, _NOTE, required=("id",)))),
}
_GROUP_PARAM: Mapping[str, Reader] = {
    "name": identifier_value,
    "default": number_value,
    "min": limit_value,
    "max": limit_value,
    "doc": text_value,
}
_GROUP: Mapping[str, Reader] = {
    "id": identifier_value,
    "title": text_value,
    "doc": text_value,
    "params": _group_params,
    "graph": graph_from_plain,
}
_NETWORK: Mapping[str, Reader] = {
    "title": text_value,
    "description": text_value,
    "data": settings_value,
    "recipe": settings_value,
    "graph": graph_from_plain,
    "groups": _by_id(group_from_plain),
    "ignore": codes_value,
    "custom_nodes": files_value,
}
