"""What holds for the check whatever the network: it never raises, and a kept result is the full one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from diagnostic_cases import CASES, CATALOGUE, DIGITS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import IMAGE, network

from netbuilder.check.checker import Checker, check
from netbuilder.check.codes import CODES
from netbuilder.check.report import Report
from netbuilder.graph.model import Endpoint, Graph, Group, GroupParam, Network, Node
from netbuilder.node_api.expressions import Expression

NAMES = ["a", "b", "c", "d", "e", "f", "g", "x", "y", "train", "1st"]
GROUPS = ["block", "stage", "loop"]
TYPES = [*CATALOGUE.types, *(f"group:{name}" for name in (*GROUPS, "gone")), "acme_attention"]
PORTS = [
    "input",
    "output",
    "x",
    "y",
    "x_1",
    "x_2",
    "y_1",
    "y_2",
    "target",
    "loss",
    "query",
    "key",
    "odd",
]
TEXTS = [
    "width",
    "width * 2",
    "index",
    "index + 1",
    "width // 0",
    "2 ** 40",
    "9 ** 99",
    "gone",
    "1 +",
    "min(width, 3)",
]

STARTS = [case.network for name, case in CASES.items() if "too many" not in name]

numbers = st.one_of(
    st.integers(-3, 12),
    st.sampled_from([0.5, -1.0, float("nan"), float("inf"), 10**6, 10**30]),
)
values: st.SearchStrategy[Any] = st.one_of(
    numbers,
    st.sampled_from(TEXTS).map(Expression),
    st.booleans(),
    st.none(),
    st.sampled_from(["same", "T", "float32", "int64", "sum", ""]),
    st.lists(
        st.one_of(
            st.integers(-2, 9),
            st.sampled_from(["T", "N", 0.5]),
            st.sampled_from(TEXTS).map(Expression),
        ),
        max_size=4,
    ),
)


@st.composite
def nodes(draw: st.DrawFn, name: str) -> Node:
    """A node of any type with any parameters, most of them those of the type."""
    kind = draw(st.sampled_from(TYPES))
    node_type = CATALOGUE.get(kind)
    known = list(node_type.params) if node_type else ["width", "depth"]
    params = draw(st.dictionaries(st.sampled_from([*known, "odd"]), values, max_size=3))
    if kind in ("input", "target") and draw(st.booleans()):
        params["shape"] = draw(
            st.sampled_from([(), (4,), (4, 4), (1, 8, 8), ("T", 4), (8, "T", "T")])
        )
    return Node(
        draw(st.sampled_from([name, name, name, "z"])),
        kind,
        draw(st.sampled_from([1, 1, 1, 0, 7])),
        params,
        bypass=draw(st.sampled_from([False, False, False, True])),
        frozen=draw(st.booleans()),
        repeat=draw(
            st.one_of(st.just(1), st.integers(-1, 4), st.sampled_from(TEXTS).map(Expression))
        ),
        shared=draw(st.booleans()),
    )


@st.composite
def endpoints(draw: st.DrawFn, names: list[str]) -> Endpoint:
    return Endpoint(draw(st.sampled_from([*names, "gone"])), draw(st.sampled_from(PORTS)))


@st.composite
def graphs(draw: st.DrawFn, *, inside: bool) -> Graph:
    names = draw(st.lists(st.sampled_from(NAMES), max_size=7, unique=True))
    made = {name: draw(nodes(name)) for name in names}
    if inside and draw(st.booleans()):
        made["x"], made["y"] = Node("x", "group_input"), Node("y", "group_output")
    names = list(made) or ["a"]
    edges = {}
    for _ in range(draw(st.integers(0, 2 * len(names)))):
        source = draw(endpoints(names))
        target = draw(endpoints(names))
        # Ports that exist are what gets far into the rules.
        if source.node in made and draw(st.booleans()):
            source = Endpoint(source.node, _first(made[source.node], "outs", source.port))
        if target.node in made and draw(st.booleans()):
            target = Endpoint(target.node, _first(made[target.node], "ins", target.port))
        edges[target] = source
    return Graph(made, edges)


def _first(node: Node, ports: str, otherwise: str) -> str:
    node_type = CATALOGUE.get(node.type)
    found = getattr(node_type, ports, ()) if node_type else ()
    return (
        f"{found[0].name}_1" if found and found[0].count else found[0].name if found else otherwise
    )


@st.composite
def networks(draw: st.DrawFn) -> Network:
    groups = {}
    for name in draw(st.lists(st.sampled_from(GROUPS), max_size=3, unique=True)):
        params = draw(
            st.lists(
                st.builds(
                    GroupParam,
                    st.sampled_from(["width", "2x"]),
                    st.sampled_from([2, 4, 0.5]),
                    st.sampled_from([None, 1, 5]),
                    st.sampled_from([None, 8]),
                ),
                max_size=2,
            )
        )
        groups[name] = Group(name, "", "", tuple(params), draw(graphs(inside=True)))
    return Network(graph=draw(graphs(inside=False)), groups=groups)


def everything(report: Report) -> Any:
    """All that a report says, to compare."""
    found = [
        (d.to_plain(), d.where, d.related, [fix.title for fix in d.fixes])
        for d in report.diagnostics
    ]
    return found, dict(report.types), repr(report.cost.to_plain())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_the_check_never_raises(network: Network) -> None:
    report = check(network, CATALOGUE, DIGITS)
    assert {d.code for d in report.diagnostics} <= set(CODES)
    plain = report.to_plain()
    assert set(plain) == {"diagnostics", "shapes", "cost"}
    keys = [(d.code, d.where, d.message) for d in report.diagnostics]
    twice = [key for key in keys if keys.count(key) > 1]
    assert not twice, twice


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_fixes_of_any_network_can_be_applied(network: Network) -> None:
    for found in check(network, CATALOGUE, DIGITS).diagnostics:
        for fix in found.fixes:
            check(fix.edit(network), CATALOGUE, DIGITS)


@st.composite
def edited(draw: st.DrawFn, network: Network) -> Network:
    """The network after one edit anywhere in it."""
    group = draw(st.sampled_from(["", *network.groups]))
    graph = network.graph_at(group)
    what = draw(
        st.sampled_from(
            ["param", "flag", "move", "edge", "cut", "add", "remove", "order", "other graph"]
        )
    )
    changed = dict(graph.nodes)
    edges = dict(graph.edges)
    names = list(changed)
    if what in ("param", "flag", "move", "remove") and names:
        name = draw(st.sampled_from(names))
        node = changed[name]
        if what == "param":
            changed[name] = replace(node, params=draw(nodes(name)).params)
        elif what == "flag":
            changed[name] = replace(node, bypass=not node.bypass, frozen=not node.frozen)
        elif what == "move":
            changed[name] = replace(node, position=(1.0, 2.0))
        else:
            del changed[name]
        graph = replace(graph, nodes=changed)
    elif what == "edge":
        edges[draw(endpoints(names))] = draw(endpoints(names))
        graph = replace(graph, edges=edges)
    elif what == "cut" and edges:
        del edges[draw(st.sampled_from(list(edges)))]
        graph = replace(graph, edges=edges)
    elif what == "add":
        name = draw(st.sampled_from(NAMES))
        changed[name] = draw(nodes(name))
        graph = replace(graph, nodes=changed)
    elif what == "order":
        graph = replace(graph, nodes=dict(reversed(changed.items())))
    elif what == "other graph":
        graph = draw(graphs(inside=bool(group)))
    if not group:
        return replace(network, graph=graph)
    definition = replace(network.groups[group], graph=graph)
    return replace(network, groups={**network.groups, group: definition})


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_kept_result_is_the_full_one(data: st.DataObject) -> None:
    """After any edits, what the checker kept and what it worked out anew make the full report."""
    start = data.draw(st.one_of(networks(), st.sampled_from(STARTS)))
    checker, network = Checker(CATALOGUE, DIGITS), start
    checker.check(network)
    for _ in range(data.draw(st.integers(1, 4))):
        network = data.draw(edited(network))
        assert everything(checker.check(network)) == everything(check(network, CATALOGUE, DIGITS))


def test_an_edge_into_something_without_inputs_is_a_finding_and_no_fault() -> None:
    for kind in ("input", "target"):
        made = network([IMAGE, ("b", kind, {"shape": (4,)})], "image -> b.x")
        assert "NB302" in {one.code for one in check(made, CATALOGUE).diagnostics}


def test_a_node_on_a_cycle_takes_nothing_from_one_that_comes_onto_another() -> None:
    """Also where the first cycle was there before the second."""
    start = STARTS[0]
    names = list(start.graph.nodes)
    first, second = names[0], names[1]
    assert start.graph.edges[Endpoint(second, "input")].node == first

    def circled(network: Network, name: str) -> Network:
        edges = {**network.graph.edges, Endpoint(name, "none"): Endpoint(name, "none")}
        return replace(network, graph=replace(network.graph, edges=edges))

    checker = Checker(CATALOGUE, DIGITS)
    one = circled(start, second)
    both = circled(one, first)
    for version in (start, one, both):
        assert everything(checker.check(version)) == everything(check(version, CATALOGUE, DIGITS))
