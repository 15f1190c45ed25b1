"""What a good engineer notices: an evaluation is followed once more, with what each value went through.

A node's ``Flow`` says what the value went through since something that matters; a ``Hit`` is a
thing worth a sentence. Both depend on the node and the flow before it alone, so that an edit is
followed only as far as flows change. The sentences are made in ``advice_told``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

from netbuilder.check.manners import Manner
from netbuilder.graph.model import Endpoint

if TYPE_CHECKING:
    from netbuilder.check.runs import GraphRun, Record

MOST_SATURATING = 10
FEW_TANHS = 3
MOST_STEPS = 1000
MANY_WEIGHTS = 100_000

Reach = tuple[tuple[int, int], ...]


class LastMap(NamedTuple):
    """A linear map that nothing nonlinear follows yet.

    Attributes:
        node: Its id.
        kind: The id of its type.
        width: Features or channels that come in; 0 where it is not known.
        plain: Whether nothing tells that it is one half of a larger map on purpose.
    """

    node: str
    kind: str
    width: int
    plain: bool


class Flow(NamedTuple):
    """What a value went through; names are of nodes, empty where there is none.

    Attributes:
        map: The last linear map, with nothing nonlinear since.
        biased: The map with an offset that gave exactly this value.
        squash: A sigmoid since the last map, or the like of it if there were some before.
        softmax: A softmax since the last map.
        dropped: A dropout since the last map.
        depth: How many sigmoids and the like it went through since a normalization or a sum.
        whole: Whether ``depth`` reaches back to where the graph begins.
        reach: How far it sees along every axis of an image, and the step from one to the next.
    """

    map: LastMap | None = None
    biased: str = ""
    squash: str = ""
    softmax: str = ""
    dropped: str = ""
    depth: int = 0
    whole: bool = False
    reach: Reach = ()


NOTHING = Flow()
_BEGINNING = Flow(whole=True)


class Hit(NamedTuple):
    """A thing that is worth a sentence.

    Attributes:
        code: Its number in the table of codes.
        node: The node it is about.
        facts: What the sentence needs beyond that.
    """

    code: str
    node: str
    facts: tuple[Any, ...] = ()


Hits = tuple[Hit, ...]


@dataclass(eq=False, slots=True)
class Advice:
    """What was noticed in a graph.

    Attributes:
        flows: By node: what its outputs went through.
        hits: By the node at which it was noticed.
    """

    flows: dict[str, Flow] = field(default_factory=dict)
    hits: dict[str, Hits] = field(default_factory=dict)


NO_ADVICE = Advice()


def advise(run: GraphRun) -> Advice:
    """Look at every node of a graph."""
    advice = Advice()
    flows = advice.flows
    for name in run.layout.order:
        flows[name], hits = _looked_at(run, flows, name)
        if hits:
            advice.hits[name] = hits
    return advice


def advise_again(run: GraphRun, before: Advice, touched: Iterable[str]) -> Advice:
    """Look again at the nodes that were evaluated anew, and at what lies behind them."""
    position, follows = run.layout.position, run.layout.follows
    advice = Advice(dict(before.flows), dict(before.hits))
    if len(advice.flows) != len(position) or advice.flows.keys() != position.keys():
        for name in before.flows.keys() - position.keys():
            del advice.flows[name]
            advice.hits.pop(name, None)
    heap = [position[name] for name in touched]
    heapify(heap)
    while heap:
        place = heappop(heap)
        while heap and heap[0] == place:
            heappop(heap)
        name = run.layout.order[place]
        flow, hits = _looked_at(run, advice.flows, name)
        if hits:
            advice.hits[name] = hits
        else:
            advice.hits.pop(name, None)
        if advice.flows.get(name) != flow:
            advice.flows[name] = flow
            for follower in follows.get(name, ()):
                if follower in position and position[follower] > place:
                    heappush(heap, position[follower])
    return advice


def _looked_at(run: GraphRun, flows: dict[str, Flow], name: str) -> tuple[Flow, Hits]:
    record = run.records[name]
    wires, manner = run.layout.wires.get(name), record.kind.manner
    if not record.result.types:
        return NOTHING, ()
    if not wires:
        return _begun(record), ()
    if manner is None or len(wires) > 1 or record.node.bypass:
        return _unusual(record, flows, wires), ()
    for source in wires.values():  # the only one; this is the quickest way to it
        flow = flows.get(source.node, NOTHING)
    rule = _RULES.get(manner.sort)
    hits = _window_hits(record, manner) if manner.window else ()
    if rule is None:
        return NOTHING, hits + _other_hits(record)
    after, found = rule(record, manner, flow)
    if flow.reach:
        if manner.gathers:
            found += _unseen(record, flow.reach)
        if manner.window or manner.gathers or not manner.keeps_places:
            after = after._replace(reach=_widened(flow.reach, manner.window))
        elif after.reach is not flow.reach:
            after = after._replace(reach=flow.reach)
    return after, (hits + found if hits else found)


def _unusual(record: Record, flows: dict[str, Flow], wires: Mapping[str, Endpoint]) -> Flow:
    """What flows on from bypassed nodes, instances of groups, and where several values meet."""
    source = wires.get(record.kind.inputs[0]) if record.kind.inputs else None
    flow = flows.get(source.node, NOTHING) if source else NOTHING
    if record.node.bypass:
        return flow
    if record.kind.manner is None:
        return _through_group(record, flow if len(wires) == 1 else NOTHING)
    reaches = [flows.get(value.node, NOTHING).reach for value in wires.values()]
    return Flow(reach=_joined(reaches)) if any(reaches) else NOTHING


def _begun(record: Record) -> Flow:
    """What nothing comes before: an Input knows its positions, a group's input nothing."""
    if record.kind.role != "input":
        return _BEGINNING if record.kind.role == "group_input" else NOTHING
    [tensor] = record.result.types.values()
    return Flow(whole=True, reach=((1, 1),) * (tensor.rank - 2)) if tensor.rank > 2 else _BEGINNING


def _through_group(record: Record, flow: Flow) -> Flow:
    """What an instance of a group adds: how deep its sigmoids stand."""
    if not record.result.runs:
        return NOTHING
    inside = record.result.runs[-1][1]
    port = next(iter(record.result.types))
    source = inside.source(port, "input")
    inner = inside.advice.flows.get(source.node, NOTHING) if source else NOTHING
    if not inner.whole:
        return Flow(depth=inner.depth)
    depth = min(flow.depth + inner.depth * record.kind.repeat, MOST_SATURATING + 1)
    return Flow(depth=depth, whole=flow.whole)


def _joined(reaches: list[Reach]) -> Reach:
    """How far a sum of several values sees: as far as the farthest of them."""
    first = reaches[0]
    if not all(len(reach) == len(first) for reach in reaches):
        return ()
    return tuple(max(sides) for sides in zip(*reaches, strict=True))


def _widened(reach: Reach, window: tuple[tuple[int, int], ...]) -> Reach:
    if not window or len(window) != len(reach):
        return ()
    sides = zip(reach, window, strict=True)
    return tuple((seen + (size - 1) * jump, jump * step) for (seen, jump), (size, step) in sides)


# One rule a sort of node: what flows on, and what is worth a sentence.


def _map(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    name, width = record.node.id, _width(record, manner)
    last = flow.map
    found: list[Hit] = []
    if last is not None and last.plain and manner.plain and not _narrow(record, last, width):
        found.append(Hit("NB331", name, (last.node,)))
    if flow.softmax:
        found.append(Hit("NB335", flow.softmax, (name,)))
    if flow.squash:
        found.append(Hit("NB334", flow.squash, (name,)))
    weights = record.result.cost.parameters
    if record.node.type == "linear" and isinstance(weights, int) and weights >= MANY_WEIGHTS:
        found.append(Hit("NB226", name, (int(weights),)))
    mine = LastMap(name, record.node.type, width, manner.plain)
    biased = name if manner.biased else ""
    return Flow(mine, biased, "", "", "", flow.depth, flow.whole), tuple(found)


def _narrow(record: Record, last: LastMap, width: int) -> bool:
    """Whether two maps go through a waist, which is how a map of low rank is written."""
    instance = record.kind.instance
    out: int = getattr(instance, "out_features", 0) or getattr(instance, "out_channels", 0)
    return last.kind == record.node.type and 0 < width < min(last.width, out)


def _width(record: Record, manner: Manner) -> int:
    """How many features or channels come in."""
    tensor = record.inputs[0]
    if tensor is None or tensor.rank < 2:
        return 0
    size = tensor.shape[manner.width_axis]
    return size if isinstance(size, int) else 0


def _squash(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    depth = min(flow.depth + 1, MOST_SATURATING + 1)
    hits = (Hit("NB336", record.node.id),) if depth == MOST_SATURATING else ()
    # A tanh or two train well; a sigmoid is steep nowhere, its slope being 1/4 at most.
    told = depth >= FEW_TANHS or record.node.type in ("sigmoid", "hardsigmoid")
    squash = record.node.id if told else ""
    return Flow(None, "", squash, "", flow.dropped, depth, flow.whole, flow.reach), hits


def _softmax(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    return Flow(None, "", "", record.node.id, flow.dropped, flow.depth, flow.whole, flow.reach), ()


def _batch_norm(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    hits: list[Hit] = []
    if flow.biased:
        hits.append(Hit("NB332", flow.biased, (record.node.id,)))
    if flow.dropped:
        hits.append(Hit("NB333", flow.dropped, (record.node.id,)))
    return Flow(flow.map, "", flow.squash, flow.softmax, reach=flow.reach), tuple(hits)


def _norm(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    return NOTHING, ()


def _dropout(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    return flow._replace(biased="", dropped=record.node.id), ()


def _same(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    return (flow._replace(biased="") if flow.biased else flow), ()


def _pick(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    """The largest of some numbers: no linear map, but what was flat before is flat behind it."""
    if flow.map is None and not flow.biased:
        return flow, ()
    return flow._replace(map=None, biased=""), ()


def _bend(record: Record, manner: Manner, flow: Flow) -> tuple[Flow, Hits]:
    if flow.map is None and not flow.squash and not flow.softmax:
        return flow, ()
    return Flow(None, "", "", "", flow.dropped, flow.depth, flow.whole, flow.reach), ()


_RULES: dict[str, Callable[[Record, Manner, Flow], tuple[Flow, Hits]]] = {
    "map": _map,
    "squash": _squash,
    "softmax": _softmax,
    "batch_norm": _batch_norm,
    "norm": _norm,
    "dropout": _dropout,
    "view": _same,
    "average": _same,
    "pick": _pick,
    "bend": _bend,
}


# What one node tells by itself.


def _window_hits(record: Record, manner: Manner) -> Hits:
    tensor = record.inputs[0]
    if tensor is None or tensor.rank != len(manner.window) + 2:
        return ()
    hits: list[Hit] = []
    for size, (reach, _) in zip(tensor.shape[2:], manner.window, strict=True):
        # A kernel of 3 on a padded map of 1 or 2 is how deep networks end.
        if isinstance(size, int) and reach > max(size, 3):
            hits.append(Hit("NB223", record.node.id, (reach, size)))
            break
    for reach, step in manner.window:
        if step > reach > 1:
            hits.append(Hit("NB224", record.node.id, (reach, step)))
            break
    return tuple(hits)


def _unseen(record: Record, reach: Reach) -> Hits:
    tensor = record.inputs[0]
    if tensor is None or tensor.rank != len(reach) + 2:
        return ()
    whole = [
        size * jump if isinstance(size, int) else 0
        for size, (_, jump) in zip(tensor.shape[2:], reach, strict=True)
    ]
    seen = [side for side, _ in reach]
    if all(whole) and any(2 * s < w for s, w in zip(seen, whole, strict=True)):
        return (Hit("NB225", record.node.id, (tuple(seen), tuple(whole))),)
    return ()


def _other_hits(record: Record) -> Hits:
    instance, tensor = record.kind.instance, next(iter(record.inputs), None)
    if instance is None or instance.category != "Recurrent" or tensor is None or tensor.rank != 3:
        return ()
    steps = tensor.shape[1]
    if isinstance(steps, int) and steps > MOST_STEPS:
        return (Hit("NB227", record.node.id, (int(steps),)),)
    return ()
