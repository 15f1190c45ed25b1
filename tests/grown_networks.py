"""Networks grown at random from the whole catalogue, and ways to break them.

Growth goes by our own rules: a node is tried where values fit, and stays where nothing is said against
it. Whether the rules are right is for torch to say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

from node_draws import random_inputs, random_params

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.check.layout import Layout
from netbuilder.graph.edits import dissolve, remove_nodes
from netbuilder.graph.group_edits import make_group
from netbuilder.graph.model import GROUP_PREFIX, Endpoint, Graph, Network, Node
from netbuilder.graph.working import EditError
from netbuilder.node_api import NodeType, Sym, TensorType, symbol
from netbuilder.node_api.dims import product, size_at
from netbuilder.node_api.node_type import LossType, evaluate
from netbuilder.node_api.ports import KINDS, PortInfo

CATALOGUE = standard_catalogue()
COMPUTING = sorted(t.id for t in CATALOGUE.types.values() if not t.role)
LOSSES = sorted(t.id for t in CATALOGUE.types.values() if t.role == "loss")
SIZES: Mapping[str, int] = {"N": 3, "T": 24}
LARGEST = 40_000
FEWEST, MOST = 5, 60
POOL = 40
# Errors that torch may not see; most of the networks are broken otherwise.
STRICTER = frozenset({"NB201", "NB204", "NB205", "NB213", "NB301", "NB302", "NB303", "NB324"})

Draw = tuple[dict[str, Any], dict[str, TensorType]]

_FIRST = (
    (("N", 3, 8, 8), "float32"),
    (("N", 4, 12, 12), "float32"),
    (("N", 6, 16), "float32"),
    (("N", "T", 8), "float32"),
    (("N", 10, 8), "float32"),
    (("N", 12), "float32"),
    (("N", 2, 4, 6, 6), "float32"),
    (("N", 8), "float64"),
    (("N", 9), "int64"),
    (("N", "T"), "int64"),
)
_DTYPES = ("float32", "float64", "float16", "int64", "int32", "bool")


@cache
def draws_of(kind: str) -> tuple[Draw, ...]:
    """Parameters and inputs that a node type takes, the first axis of every input being the batch."""
    node_type = CATALOGUE.types[kind]
    rng = random.Random(kind)
    found: list[Draw] = []
    for _ in range(2000):
        plain = random_params(rng, node_type)
        _keep(found, node_type, plain, random_inputs(rng, node_type(plain)))
        if len(found) == POOL:
            break
    return tuple(found)


def _keep(
    found: list[Draw],
    node_type: type[NodeType],
    plain: dict[str, Any],
    inputs: Mapping[str, TensorType],
) -> None:
    if all(tensor.shape for tensor in inputs.values()):
        inputs = {
            port: TensorType((symbol("N"), *tensor.shape[1:]), tensor.dtype)
            for port, tensor in inputs.items()
        }
        if not evaluate(node_type(plain), inputs).failed:
            found.append((plain, inputs))


def grown(seed: int, wanted: tuple[str, ...] = ()) -> Network:
    """A sound network of 5 to 60 nodes; the types that are wanted are among them."""
    return _Grower(random.Random(seed)).grow(wanted)


class _Grower:
    """A network on its way.

    Args:
        rng: What it is drawn from.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.network = Network(title="Grown net")
        self.values: dict[Endpoint, TensorType] = {}
        self.numbers = count(1)

    def grow(self, wanted: tuple[str, ...]) -> Network:
        rng = self.rng
        size = rng.randint(FEWEST, MOST - 20)
        for shape, dtype in rng.sample(_FIRST, rng.randint(1, 3)):
            sizes = tuple(symbol(d) if isinstance(d, str) else d for d in shape)
            self.bring(TensorType(sizes, dtype))
        for kind in wanted:
            self.plant(kind) if kind in LOSSES else self.put(kind, fresh=True)
        grouped_at = rng.sample(range(size), rng.randint(0, 2))
        while self.size < size:
            self.put(rng.choice(COMPUTING), fresh=rng.random() < 0.1)
            if grouped_at and self.size > min(grouped_at):
                grouped_at.remove(min(grouped_at))
                self.group()
        if rng.random() < 0.3:
            self.plant(rng.choice(LOSSES))
        self.finish()
        return self.network

    @property
    def size(self) -> int:
        return len(self.network.graph.nodes)

    def add(self, node: Node, wires: Mapping[str, Endpoint]) -> None:
        graph = self.network.graph
        edges = {Endpoint(node.id, port): source for port, source in wires.items()}
        nodes = {**graph.nodes, node.id: node}
        graph = replace(graph, nodes=nodes, edges={**graph.edges, **edges})
        self.network = replace(self.network, graph=graph)

    def bring(self, tensor: TensorType, kind: str = "input") -> Endpoint:
        """An Input or a Target of a type."""
        shape = [str(d) if isinstance(d, Sym) else d for d in tensor.shape[1:]]
        node = Node(
            f"{kind}_{next(self.numbers)}", kind, params={"shape": shape, "dtype": tensor.dtype}
        )
        self.add(node, {})
        end = Endpoint(node.id, "output")
        if kind == "input":
            self.values[end] = tensor
        return end

    def put(self, kind: str, *, fresh: bool = False) -> None:
        """A node of a type where it fits; with Inputs of its own if it must be there."""
        for _ in range(3):
            plain, given = self.rng.choice(draws_of(kind))
            node = CATALOGUE.types[kind](plain)
            wires = self.wires_for(node, given)
            if wires is not None and self.settle(node, plain, wires):
                return
        if fresh:
            plain, given = self.rng.choice(draws_of(kind))
            wires = {port: self.bring(tensor) for port, tensor in given.items()}
            self.settle(CATALOGUE.types[kind](plain), plain, wires)

    def wires_for(
        self, node: NodeType, given: Mapping[str, TensorType]
    ) -> dict[str, Endpoint] | None:
        """Values of the kind and rank that the ports take; None where there are none."""
        wires: dict[str, Endpoint] = {}
        for port in node.in_ports:
            if port.name in given:
                fitting = [end for end, t in self.values.items() if _may_take(port, t)]
                if not fitting:
                    return None
                # What was made last comes more often, and joins want what is like the first.
                alike = [e for e in fitting if wires and self.values[e] == self._first(wires)]
                late = fitting[-6:] if self.rng.random() < 0.6 else fitting
                wires[port.name] = self.rng.choice(
                    alike if alike and self.rng.random() < 0.6 else late
                )
        return wires

    def _first(self, wires: Mapping[str, Endpoint]) -> TensorType:
        return self.values[next(iter(wires.values()))]

    def settle(self, node: NodeType, plain: dict[str, Any], wires: Mapping[str, Endpoint]) -> bool:
        """Add a node if it takes what flows in and makes nothing large."""
        outcome = evaluate(node, {port: self.values[end] for port, end in wires.items()})
        if outcome.failed or any(_amount(t.shape) > LARGEST for t in outcome.types.values()):
            return False
        if any(_amount(shape) > LARGEST for shape in node.weights(outcome.axes).values()):
            return False
        name = f"{node.id}_{next(self.numbers)}"
        self.add(Node(name, node.id, params=plain), wires)
        self.values.update({Endpoint(name, port): t for port, t in outcome.types.items()})
        return True

    def plant(self, kind: str) -> None:
        """A loss, of a value and Targets that fit it; of its own Inputs where none does."""
        node_type = CATALOGUE.types[kind]
        assert issubclass(node_type, LossType)
        for attempt in range(12):
            plain, given = self.rng.choice(draws_of(kind))
            node = node_type(plain)
            types: dict[str, TensorType] = {}
            wires: dict[str, Endpoint] = {}
            for port, drawn in given.items():
                fitting = [
                    e
                    for e, t in self.values.items()
                    if (t.rank, t.dtype) == (drawn.rank, drawn.dtype)
                ]
                if attempt == 11 or (not fitting and not node_type.is_given(port)):
                    types[port] = drawn
                elif node_type.is_given(port):
                    types[port] = self.answer(drawn, next(iter(types.values())))
                else:
                    wires[port] = self.rng.choice(fitting)
                    types[port] = self.values[wires[port]]
            brought = [tensor for port, tensor in types.items() if port not in wires]
            if evaluate(node, types).failed or not all(map(_may_be_brought, brought)):
                continue
            for port, tensor in types.items():
                if port not in wires:
                    role = "target" if port == node_type.target_port else "input"
                    wires[port] = self.bring(tensor, role)
            self.add(Node(f"{kind}_{next(self.numbers)}", kind, params=plain), wires)
            return

    def answer(self, drawn: TensorType, prediction: TensorType) -> TensorType:
        """What may be right for a prediction: a class a position, or as many numbers."""
        shape = prediction.shape
        shapes = [shape, (shape[0], *shape[2:]), shape[:1]]
        fitting = [found for found in shapes if len(found) == drawn.rank]
        return replace(drawn, shape=fitting[0]) if fitting else drawn

    def group(self) -> None:
        """Some connected nodes become a group; it may be repeated, and used a second time."""
        rng, graph = self.rng, self.network.graph
        inner = [
            n.id
            for n in graph.nodes.values()
            if n.type in CATALOGUE.types and not CATALOGUE.types[n.type].role
        ]
        if not inner:
            return
        chosen = {rng.choice(inner)}
        for _ in range(rng.randint(0, 4)):
            near = {t.node for t, s in graph.edges.items() if s.node in chosen}
            near |= {s.node for t, s in graph.edges.items() if t.node in chosen}
            chosen |= set(rng.sample(sorted(near & set(inner)), min(1, len(near & set(inner)))))
        dangling = [
            end for end in self.values if end.node in chosen and end not in graph.edges.values()
        ]
        for end in dangling:  # What nobody uses would not come out of the group.
            self.show(end)
        try:
            made, name, instance = make_group(self.network, chosen)
        except EditError:
            return
        if self.take(made):
            self.vary(name, instance)

    def vary(self, name: str, instance: str) -> None:
        """Repeat an instance, and put another one of the same group."""
        rng, graph = self.rng, self.network.graph
        node = graph.nodes[instance]
        if rng.random() < 0.6:
            shared = rng.random() < 0.5
            repeated = replace(node, repeat=rng.randint(2, 3), shared=shared)
            self.take(_with_node(self.network, repeated))
        if rng.random() < 0.7:
            wires = {t.port: s for t, s in graph.edges.items() if t.node == instance}
            for port, source in wires.items():
                wanted = self.values.get(source)
                like = [end for end, tensor in self.values.items() if tensor == wanted]
                wires[port] = rng.choice(like or [source])
            before = self.network
            again = Node(f"{name}_again_{next(self.numbers)}", GROUP_PREFIX + name)
            self.add(again, wires)
            after, self.network = self.network, before
            self.take(after)

    def take(self, network: Network) -> bool:
        """Go on with a changed network if it is sound so far."""
        report = check(network, CATALOGUE)
        if any(d.severity == "error" and d.code != "NB307" for d in report.diagnostics):
            return False
        self.network = network
        self.values = {
            Endpoint(name, port): tensor
            for name, record in report.run.records.items()
            if record.kind.role not in ("target", "loss")
            for port, tensor in record.result.types.items()
        }
        return True

    def show(self, end: Endpoint) -> None:
        number = next(self.numbers)
        self.add(Node(f"out_{number}", "output", params={"order": number}), {"input": end})

    def finish(self) -> None:
        """Show what nobody uses; bypass a node now and then."""
        rng = self.rng
        if rng.random() < 0.3:
            name = rng.choice(sorted(self.network.graph.nodes))
            self.take(
                _with_node(self.network, replace(self.network.graph.nodes[name], bypass=True))
            )
        loose = [end for end in self.values if end not in self.network.graph.edges.values()]
        for end in loose or list(self.values)[-1:]:
            self.show(end)


def _may_take(port: PortInfo, tensor: TensorType) -> bool:
    declared = port.declared
    return tensor.dtype in KINDS[declared.dtype] and declared.pattern.accepts(tensor.rank)


def _may_be_brought(tensor: TensorType) -> bool:
    """Whether an Input or a Target can be of a type: samples first, then plain sizes."""
    return tensor.shape[0] == symbol("N") and all(
        not isinstance(d, Sym) or str(d) == "T" for d in tensor.shape[1:]
    )


def _amount(shape: Any) -> int:
    return int(size_at(product(shape), SIZES))


def _with_node(network: Network, node: Node, group: str = "") -> Network:
    graph = network.graph_at(group)
    return _with_graph(network, replace(graph, nodes={**graph.nodes, node.id: node}), group)


def _with_graph(network: Network, graph: Graph, group: str) -> Network:
    if not group:
        return replace(network, graph=graph)
    definition = replace(network.groups[group], graph=graph)
    return replace(network, groups={**network.groups, group: definition})


def all_shown(network: Network) -> Network:
    """The network with an Output at every port of its main graph that has none."""
    report = check(network, CATALOGUE)
    grower = _Grower(random.Random(0))
    grower.network = network
    grower.numbers = count(500)
    shown = {
        s for t, s in network.graph.edges.items() if network.graph.nodes[t.node].type == "output"
    }
    for name, record in report.run.records.items():
        if record.kind.role in ("", "input"):
            for port in record.result.types:
                if Endpoint(name, port) not in shown:
                    grower.show(Endpoint(name, port))
    return grower.network


def broken(network: Network, rng: random.Random) -> Network:
    """The network with things changed at random, until it is unsound; at times it never is."""
    for _ in range(rng.randint(1, 40)):
        group = rng.choice([name for name, _ in network.graphs()])
        changed = rng.choice(_BREAKS)(network, group, rng)
        if changed is None:
            continue
        errors = {d.code for d in check(changed, CATALOGUE).diagnostics if d.severity == "error"}
        if not errors & STRICTER or rng.random() < 0.15:
            network = changed
            if errors:
                break
    return network


def _plain_nodes(graph: Graph, *roles: str) -> list[Node]:
    kinds = CATALOGUE.types
    return [n for n in graph.nodes.values() if n.type in kinds and kinds[n.type].role in roles]


def _set_otherwise(network: Network, group: str, rng: random.Random) -> Network | None:
    """Another value of a parameter."""
    nodes = [
        n
        for n in _plain_nodes(network.graph_at(group), "", "loss")
        if CATALOGUE.types[n.type].params
    ]
    if not nodes:
        return None
    node = rng.choice(nodes)
    other = rng.choice(draws_of(node.type))[0]
    param = rng.choice(sorted({*node.params, *other}) or [""])
    values = {name: value for name, value in node.params.items() if name != param}
    if param in other:
        values[param] = other[param]
    return _with_node(network, replace(node, params=values), group)


def _wired_otherwise(network: Network, group: str, rng: random.Random) -> Network | None:
    """Another source of an edge, from further up."""
    graph = network.graph_at(group)
    place = Layout(graph).position
    target = rng.choice(list(graph.edges) or [None])
    if target is None:
        return None
    ends = {
        Endpoint(name, port)
        for name, node in graph.nodes.items()
        if place[name] < place[target.node]
        for port in _outputs(network, node)
    }
    source = rng.choice(sorted(ends))
    return _with_graph(network, replace(graph, edges={**graph.edges, target: source}), group)


def _outputs(network: Network, node: Node) -> Iterator[str]:
    if node.group:
        inside = network.groups[node.group].graph.nodes.values()
        yield from (n.id for n in inside if n.type == "group_output")
    else:
        yield from (port.name for port in CATALOGUE.types[node.type](node.params).out_ports)


def _brought_otherwise(network: Network, group: str, rng: random.Random) -> Network | None:
    """An Input or Target of another shape or dtype."""
    node = rng.choice(_plain_nodes(network.graph, "input", "target"))
    shape = list(node.params["shape"])
    place = rng.randrange(len(shape) + 1)
    dtype = node.params["dtype"]
    match rng.randrange(8):
        case 0:
            dtype = rng.choice(_DTYPES)
        case 1:
            shape.insert(place, rng.choice((1, 2, 5)))
        case 2:
            del shape[place : place + 1]
        case _ if shape:
            place = rng.randrange(len(shape))
            shape[place : place + 1] = [rng.choice((1, 2, 3, 5, 7, 16))]
    return _with_node(network, replace(node, params={"shape": shape, "dtype": dtype}))


def _left_out(network: Network, group: str, rng: random.Random) -> Network | None:
    """A node gone; mostly what came in goes where its result went."""
    nodes = _plain_nodes(network.graph_at(group), "")
    if not nodes:
        return None
    name = rng.choice(nodes).id
    if rng.random() < 0.1:
        return remove_nodes(network, [name], group)
    node = CATALOGUE.types[network.graph_at(group).nodes[name].type]
    ports = _port_names(node(network.graph_at(group).nodes[name].params))
    return dissolve(network, name, (ports[0] or [""])[0], ports[1][0], group)


def _of_another_type(network: Network, group: str, rng: random.Random) -> Network | None:
    """Another node type with the same ports."""
    nodes = _plain_nodes(network.graph_at(group), "")
    if not nodes:
        return None
    node = rng.choice(nodes)
    ports = _port_names(CATALOGUE.types[node.type](node.params))
    kinds = [kind for kind in COMPUTING if kind != node.type]
    for kind in rng.sample(kinds, len(kinds)):
        plain = rng.choice(draws_of(kind))[0]
        if _port_names(CATALOGUE.types[kind](plain)) == ports:
            return _with_node(network, replace(node, type=kind, params=plain), group)
    return None


def _port_names(node: NodeType) -> tuple[list[str], list[str]]:
    return [p.name for p in node.in_ports], [p.name for p in node.out_ports]


def _repeated(network: Network, group: str, rng: random.Random) -> Network | None:
    """A group that stands in a row otherwise."""
    nodes = [n for n in network.graph_at(group).nodes.values() if n.group]
    if not nodes:
        return None
    return _with_node(network, replace(rng.choice(nodes), repeat=rng.randint(1, 4)), group)


def _bypassed(network: Network, group: str, rng: random.Random) -> Network | None:
    """A node that is passed by."""
    nodes = _plain_nodes(network.graph_at(group), "")
    if not nodes:
        return None
    node = rng.choice(nodes)
    return _with_node(network, replace(node, bypass=not node.bypass), group)


_BREAKS = (
    *(_set_otherwise,) * 6,
    _wired_otherwise,
    _wired_otherwise,
    *(_brought_otherwise,) * 4,
    _left_out,
    _of_another_type,
    _of_another_type,
    _repeated,
    _bypassed,
)
