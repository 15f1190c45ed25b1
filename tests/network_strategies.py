"""Random networks for hypothesis: every field of the model, groups and unknown keys included."""

import random
from dataclasses import replace

from hypothesis import strategies as st

from netbuilder.graph.model import (
    GROUP_PREFIX,
    Endpoint,
    Frame,
    Graph,
    Group,
    GroupParam,
    Network,
    Node,
    Note,
    frozen,
    is_identifier,
)
from netbuilder.graph.ordering import by_name, by_target
from netbuilder.node_api.expressions import Expression

NAMES = ("a", "b", "conv_1", "conv_2", "conv_10", "hidden", "x9", "Z", "q_007")
PORTS = ("input", "output", "x_1", "x_2", "query")
TYPES = ("linear", "conv2d", "input", "target", "my_pack_thing", "group:block", "group:part")
GROUPS = ("block", "part", "other")
TEXTS = ("", "x", "Größe", "\n\t\x01", '"}]\\', "\u2028\ufeff", "\U0001f600e\u0301", "{'='}", " ")
NUMBERS = (0, 1, -1, 8, 2**63 - 1, -(2**63) + 1, 2**53 + 1, 0.5, 1.0, 1e-300, -1.7e308, 5e-324)
SIDES = (0.0, 1.0, -240.0, 120.5, 1e300, 0.1, 2.0**53, 2.0**70)
EXPRESSIONS = ("dim * 4", "dim", "index + 1", "min(dim, 8) // 2", "2 **")

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


def networks():
    """Networks; drawn from a seed, because drawing every field takes hypothesis a hundred times as long."""
    return st.integers(0, 2**48).map(lambda seed: random_network(random.Random(seed)))


def random_network(rng):
    used = rng.sample(GROUPS, rng.randrange(3))
    return Network(
        rng.choice(TEXTS),
        rng.choice(TEXTS),
        random_graph(rng),
        by_name({name: random_group(rng, name) for name in used}),
        frozen(random_object(rng)),
        frozen(random_object(rng)),
        random_codes(rng),
        random_files(rng),
        random_extra(rng),
    )


def random_files(rng):
    names = sorted(rng.sample(("wave", "acme_attention", "old_type"), rng.randrange(3)))
    return frozen({name: rng.choice(TEXTS) for name in names})


def random_plain(rng, depth=0):
    kind = rng.randrange(6 if depth < 3 else 4)
    if kind == 0:
        return rng.choice((None, True, False))
    if kind == 1:
        return rng.choice(NUMBERS)
    if kind < 4:
        return rng.choice(TEXTS)
    if kind == 4:
        return [random_plain(rng, depth + 1) for _ in range(rng.randrange(4))]
    return random_object(rng, depth + 1)


def random_object(rng, depth=0):
    return {key: random_plain(rng, depth) for key in rng.sample(TEXTS, rng.randrange(3))}


def random_value(rng):
    kind = rng.randrange(4)
    if kind == 0:
        return Expression(rng.choice(EXPRESSIONS))
    if kind == 1:
        return [
            rng.choice((3, Expression(rng.choice(EXPRESSIONS)))) for _ in range(rng.randrange(3))
        ]
    return random_plain(rng)


def random_codes(rng):
    return tuple(sorted(rng.sample(("NB331", "NB332", "NB340"), rng.choice((0, 0, 1, 2)))))


def random_extra(rng):
    # Never a name that a version knows.
    return frozen(
        {f"x-{key}": value for key, value in random_object(rng).items()}
        if rng.random() < 0.3
        else {}
    )


def random_pair(rng):
    return rng.choice(SIDES), rng.choice(SIDES)


def random_cards(rng, kind, label):
    return by_name(
        {
            name: kind(
                name,
                **{label: rng.choice(TEXTS)},
                position=random_pair(rng),
                size=random_pair(rng),
                colour=rng.choice(("", "red")),
                extra=random_extra(rng),
            )
            for name in rng.sample(NAMES, rng.randrange(3))
        }
    )


def random_node(rng, name):
    return Node(
        name,
        rng.choice(TYPES),
        rng.randint(1, 3),
        frozen({key: random_value(rng) for key in rng.sample(TEXTS, rng.randrange(4))}),
        random_pair(rng),
        rng.random() < 0.2,
        rng.random() < 0.2,
        rng.choice(TEXTS),
        rng.choice((1, 1, 1, 0, 3, Expression("dim"))),
        rng.random() < 0.2,
        random_codes(rng),
        random_extra(rng),
        "",
        rng.choice((1.0, 1.0, 0.1, 2.0)),
    )


def random_graph(rng, ports=()):
    found = {name: random_node(rng, name) for name in rng.sample(NAMES, rng.randrange(7))}
    for kind, name in ports:
        found[name] = Node(name, kind, position=random_pair(rng))
    for name in list(found):
        if rng.random() < 0.1:
            found[name] = replace(found[name], shares=rng.choice(list(found)))
    edges = {}
    for _ in range(rng.randrange(8) if found else 0):
        ends = [Endpoint(rng.choice(list(found)), rng.choice(PORTS)) for _ in range(2)]
        edges[ends[0]] = ends[1]
    return Graph(
        by_name(found),
        by_target(edges),
        random_cards(rng, Frame, "title"),
        random_cards(rng, Note, "text"),
        random_extra(rng),
    )


def random_group(rng, name):
    params = tuple(
        GroupParam(
            param,
            rng.choice(NUMBERS),
            rng.choice((None, *NUMBERS)),
            rng.choice((None, *NUMBERS)),
            rng.choice(TEXTS),
            random_extra(rng),
        )
        for param in rng.sample(("dim", "heads", "p"), rng.randrange(3))
    )
    graph = random_graph(rng, (("group_input", "gx"), ("group_output", "gy")))
    return Group(name, rng.choice(TEXTS), rng.choice(TEXTS), params, graph, random_extra(rng))


def broken_invariants(network):
    """What is wrong in a network although edits should never let it be; empty if nothing is."""
    found = []
    for name, graph in network.graphs():
        for target, source in graph.edges.items():
            found += [
                f"{name}: {source} -> {target} leads to a node that is not there"
                for end in (target, source)
                if end.node not in graph.nodes
            ]
        for key, node in graph.nodes.items():
            if key != node.id or not is_identifier(key):
                found.append(f"{name}: {key} holds {node.id}")
        if list(graph.nodes) != list(by_name(dict(graph.nodes))):
            found.append(f"{name}: nodes out of order")
        if list(graph.edges) != list(by_target(dict(graph.edges))):
            found.append(f"{name}: edges out of order")
    for key, group in network.groups.items():
        if key != group.id or not is_identifier(key):
            found.append(f"group {key} holds {group.id}")
    return found


def instances_of(network, group):
    return [
        (name, node.id)
        for name, graph in network.graphs()
        for node in graph.nodes.values()
        if node.type == GROUP_PREFIX + group
    ]
