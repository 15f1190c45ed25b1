"""``netbuilder nodes``: every node type, with its ports and parameters."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from netbuilder.cli.codes import FINE
from netbuilder.cli.errors import UsageError

if TYPE_CHECKING:
    from netbuilder.catalogue.catalogue import Catalogue
    from netbuilder.node_api import NodeType


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "nodes",
        help="list the node types, or describe one",
        description="List the node types, or describe one: its ports with their axis patterns, its "
        "parameters with kind, default, range and meaning.",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="an id or a title, such as conv2d")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List or describe, and return the exit code."""
    from netbuilder.catalogue.packs import standard_catalogue
    from netbuilder.cli.output import print_json

    catalogue = standard_catalogue()
    if args.name:
        node_type = _found(catalogue, args.name)
        if args.json:
            print_json(node_type.facts())
        else:
            _print_type(node_type)
        return FINE
    if args.json:
        types = [node_type.facts() for node_type in catalogue.types.values()]
        problems = [{"pack": p.pack, "message": p.message} for p in catalogue.problems]
        print_json({"nodes": types, "problems": problems})
    else:
        _print_list(catalogue)
    return FINE


def _found(catalogue: Catalogue, name: str) -> type[NodeType]:
    found = catalogue.get(name)
    if found is not None:
        return found
    same = [t for t in catalogue.types.values() if t.title.lower() == name.lower()]
    if same:
        return same[0]
    close = ", ".join(t.id for t in catalogue.search(name)[:5])
    more = f"similar are: {close}" if close else "`netbuilder nodes` lists them"
    raise UsageError(f"there is no node type {name}; {more}")


def _print_list(catalogue: Catalogue) -> None:
    from netbuilder.cli.output import print_rows

    for category, types in catalogue.categories().items():
        print(f"{category}")
        print_rows([(t.id, t.title, t.sentence()) for t in types], indent="  ")
        print()
    for problem in catalogue.problems:
        print(f"{problem.pack}: {problem.message}")


def _print_type(node_type: type[NodeType]) -> None:
    from netbuilder.cli.output import print_rows

    facts = node_type.facts()
    print(f"{facts['title']} ({facts['id']}), {facts['category']}")
    print(facts["doc"])
    for name in ("when", "formula", "source"):
        if facts[name]:
            print(f"{name.capitalize()}: {facts[name]}")
    if facts["see"]:
        print(f"See also: {', '.join(facts['see'])}")
    for title in ("inputs", "outputs"):
        if facts[title]:
            print(f"\n{title}")
            print_rows([_port_row(port) for port in facts[title]], indent="  ")
    if facts["params"]:
        print("\nparameters")
        rows = [
            (name, _text(param["default"]), param["doc"], node_type.params[name].takes())
            for name, param in facts["params"].items()
        ]
        print_rows(
            [(name, default, f"{doc} Takes {takes}.") for name, default, doc, takes in rows],
            indent="  ",
        )


def _port_row(port: dict[str, Any]) -> tuple[str, str, str, str]:
    name = f"{port['name']}_1, {port['name']}_2, ..." if port.get("count") else port["name"]
    optional = " Optional." if port.get("optional") else ""
    return name, port["pattern"] or "scalar", port["dtype"] or "as input", port["doc"] + optional


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return " x ".join(map(str, value)) or "[]"
    return str(value) or "-"
