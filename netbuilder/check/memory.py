"""Which values a training step keeps for its backward pass, node by node.

torch saves for the backward pass what the derivative of each operation needs: for a convolution what
came in, for a ReLU what came out, for an addition nothing. A value that several nodes ask for is kept
once, and one that nobody asks for is freed on the way. Node types declare what they need (``keeps`` and
``extra_memory``); here that is put together over edges, groups and repeats.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from netbuilder.check.runs import GraphRun, Record
from netbuilder.node_api.dims import Dim, size_at
from netbuilder.node_api.dtypes import bytes_of
from netbuilder.node_api.ports import TensorType


@dataclass(eq=False, slots=True)
class _Value:
    """A tensor; views of it are the same value.

    Attributes:
        type: What it is.
        maker: The path of the node that makes it; empty for data, which are there anyway.
        has_gradient: Whether the backward pass comes by.
        kept: Whether somebody needs it there.
    """

    type: TensorType
    maker: str
    has_gradient: bool
    kept: bool = False


@dataclass
class Kept:
    """What is kept for the backward pass, in bytes for a batch of N.

    Attributes:
        total: In the whole network, every repeat counted.
        nodes: By the path of the node that makes it, or of the instance it is made in; inside of
            groups for the first repeat.
        backward: Floating-point operations of the backward pass, by path as well.
        total_backward: Those of the whole network.
        largest: The largest value that any node hands out.
    """

    total: Dim = 0
    nodes: dict[str, Dim] = field(default_factory=dict)
    largest: Dim = 0
    backward: dict[str, Dim] = field(default_factory=dict)
    total_backward: Dim = 0


def kept_by(run: GraphRun) -> Kept:
    """Return what a training step on a network keeps for its backward pass.

    Args:
        run: The evaluation of the main graph.
    """
    walk = _Walk()
    walk.visit(run, _Turn(), {})
    return walk.result()


@dataclass(frozen=True, slots=True)
class _Turn:
    """One evaluation of a graph among the repeats of all instances around it.

    Attributes:
        prefix: The path of the instance with a slash behind.
        count: How often the graph runs like this in one step.
        outer: The turn that the instance stands in.
        is_first: Whether it is the first repeat, all around.
    """

    prefix: str = ""
    count: int = 1
    outer: _Turn | None = None
    is_first: bool = True


class _Walk:
    """A walk over all graphs in order of evaluation."""

    def __init__(self) -> None:
        self._values: list[tuple[_Value, _Turn]] = []
        self._extra: list[tuple[str, Dim, _Turn]] = []
        self._backward: list[tuple[str, Dim, _Turn]] = []

    def visit(
        self, run: GraphRun, turn: _Turn, incoming: Mapping[str, _Value]
    ) -> dict[str, _Value]:
        """Walk over a graph and return the values it hands out.

        Args:
            run: Its evaluation.
            turn: Where it stands.
            incoming: What comes in by the group's inputs.
        """
        values: dict[tuple[str, str], _Value] = {}
        results: dict[str, _Value] = {}
        for name in run.layout.order:
            record = run.records[name]
            wires = run.layout.wires.get(name, {})
            given = {
                port: found
                for port, source in wires.items()
                if (found := values.get((source.node, source.port))) is not None
            }
            if record.kind.role in ("output", "group_output"):
                results.update(dict.fromkeys((name,), next(iter(given.values()))) if given else {})
                continue
            if record.kind.role == "group_input" and name in incoming:
                values[name, "output"] = incoming[name]
                continue
            for port, value in self._made(record, turn.prefix + name, turn, given).items():
                values[name, port] = value
        return results

    def _made(
        self, record: Record, path: str, turn: _Turn, given: Mapping[str, _Value]
    ) -> dict[str, _Value]:
        """The values at the outputs of a node."""
        first = next(iter(given.values()), None)
        if first is not None and (record.node.bypass or _is_view(record)):
            return dict.fromkeys(record.kind.outputs, first)
        if record.result.runs:
            return self._opened(record, path, turn, given)
        is_data = record.kind.role in ("input", "target", "group_input")
        learns = record.result.cost.trainable != 0
        has_gradient = learns or any(value.has_gradient for value in given.values())
        made = {
            port: _Value(flows, "" if is_data else path, has_gradient)
            for port, flows in record.result.types.items()
        }
        self._values += [(value, turn) for value in made.values()]
        if has_gradient:
            self._keep(record, path, turn, given, made)
        return made

    def _keep(
        self,
        record: Record,
        path: str,
        turn: _Turn,
        given: Mapping[str, _Value],
        made: Mapping[str, _Value],
    ) -> None:
        instance = record.kind.instance
        if instance is None:
            return
        for side, values in (("inputs", given), ("outputs", made)):
            if side in instance.keeps:
                for value in values.values():
                    value.kept = True
        forward = record.result.cost.flops
        if forward != 0:
            asked = [port for port, value in given.items() if value.has_gradient]
            learns = record.result.cost.trainable != 0
            backward = instance.backward_flops(forward, learns=learns, inputs=asked)
            self._backward.append((path, backward, turn))
        inputs = {port: value.type for port, value in given.items()}
        extra = instance.extra_memory(inputs, record.result.types)
        if extra != 0:
            self._extra.append((path, extra, turn))

    def _opened(
        self, record: Record, path: str, turn: _Turn, given: Mapping[str, _Value]
    ) -> dict[str, _Value]:
        """The values that come out of an instance of a group, repeat after repeat."""
        incoming = dict(given)
        results: dict[str, _Value] = {}
        for place, (count, run) in enumerate(_repeats(record, given)):
            inner = _Turn(f"{path}/", count, turn, turn.is_first and not place)
            results = self.visit(run, inner, incoming)
            following = zip(record.kind.inputs, record.kind.outputs, strict=False)
            handed = {port: results[out] for port, out in following if out in results}
            if count > 1:
                # What one repeat hands to the next is kept if the next one needs what comes in.
                for port, value in handed.items():
                    value.kept |= port in incoming and incoming[port].kept
            incoming.update(handed)
        return results

    def result(self) -> Kept:
        """Add everything up; types are counted first, for there are few of them."""
        kept = Kept()
        made = {value.type for value, _ in self._values if value.maker}
        sizes = {flows: bytes_of(flows) for flows in made}
        counts: Counter[tuple[str, TensorType]] = Counter()
        for value, turn in self._values:
            if value.kept and value.maker:
                for path, count in _counted(value.maker, turn):
                    counts[path, value.type] += count
        totals: dict[str, Dim] = {}
        for (path, flows), count in counts.items():
            totals[path] = totals.get(path, 0) + sizes[flows] * count
        _add(totals, self._extra)
        _add(kept.backward, self._backward)
        kept.total_backward = kept.backward.pop("", 0)
        kept.total = totals.pop("", 0)
        kept.nodes = totals
        kept.largest = max(sizes.values(), key=_at_one, default=0)
        return kept


def _add(totals: dict[str, Dim], amounts: list[tuple[str, Dim, _Turn]]) -> None:
    for maker, amount, turn in amounts:
        for path, count in _counted(maker, turn):
            totals[path] = totals.get(path, 0) + amount * count


def _repeats(record: Record, given: Mapping[str, _Value]) -> Iterator[tuple[int, GraphRun]]:
    """How often an instance of a group runs like what; the first repeat may be asked for less."""
    runs = record.result.runs
    for place, (index, run) in enumerate(runs):
        end = runs[place + 1][0] if place + 1 < len(runs) else record.kind.repeat
        count = end - index
        if not place and count > 1 and not all(value.has_gradient for value in given.values()):
            yield 1, run
            count -= 1
        yield count, run


def _counted(maker: str, turn: _Turn) -> Iterator[tuple[str, int]]:
    """Where a value counts how often: at its node, at the instances around it, and in all."""
    if turn.is_first:
        yield maker, 1
    count, inside = 1, turn
    while inside.outer is not None:
        count *= inside.count
        if inside.outer.is_first:
            yield inside.prefix[:-1], count
        inside = inside.outer
    yield "", count


def _is_view(record: Record) -> bool:
    return record.kind.instance is not None and record.kind.instance.view


def _at_one(size: Dim) -> int:
    found = size_at(size, {"N": 1})
    return found if isinstance(found, int) else 0
