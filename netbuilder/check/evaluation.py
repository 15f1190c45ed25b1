"""What flows where: the type at every port of a graph, through groups and their repeats.

What is worked out for one node holds for every other of the same kind with the same inputs, and a
graph that was evaluated before is evaluated again only where something can have changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import Any

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.catalogue.folders import file_of
from netbuilder.check.advice import advise, advise_again
from netbuilder.check.bounds import size_problems
from netbuilder.check.cost import (
    FREE,
    NodeCost,
    frozen_cost,
    node_cost,
    sharing_weights,
    sum_of,
    times,
)
from netbuilder.check.custom_nodes import own_code_failed, try_writing
from netbuilder.check.definitions import NO_DEFINITIONS, Definition
from netbuilder.check.gradients import lets_no_gradient_through
from netbuilder.check.kinds import MAIN, Kind, Kinds, Scope, scope_of
from netbuilder.check.layout import NO_WIRES, Layout
from netbuilder.check.runs import UNKNOWN, GraphRun, Record, Result
from netbuilder.check.sharing import sharing_of
from netbuilder.check.structure import structure_of
from netbuilder.check.wiring import wire_problems
from netbuilder.graph.limits import MAX_NODES
from netbuilder.graph.model import EMPTY, GROUP_PREFIX, REPEAT_INDEX, Graph, Node
from netbuilder.node_api.dims import Shape, Sym
from netbuilder.node_api.node_type import evaluate
from netbuilder.node_api.ports import TensorType
from netbuilder.node_api.problems import Problem

MAX_SIZE = 2**53
MAX_FACTORS = 32
MAX_TERMS = 64

# Results and graphs that are remembered; when there are more, all are forgotten.
_KEPT = 50_000
_GRAPHS_KEPT = 5_000

_MISNAMED = Problem(
    "NB321", "the node has another id than the one the graph knows it by", hint="rename the node"
)


class Evaluator:
    """Evaluates graphs, and remembers.

    Args:
        catalogue: The node types.
        custom: The files that custom node types came from; see ``Network.custom_nodes``.
    """

    def __init__(self, catalogue: Catalogue, custom: Mapping[str, str] = EMPTY) -> None:
        self.catalogue = catalogue
        self.kinds = Kinds(catalogue, custom)
        self.definitions = NO_DEFINITIONS
        self._results: dict[tuple[Any, ...], Result] = {}
        self._inside: dict[tuple[Any, ...], GraphRun] = {}
        self._latest: dict[tuple[Any, ...], GraphRun] = {}
        self._layouts: dict[str, Layout] = {}

    def run(
        self,
        graph: Graph,
        group: str = "",
        scope: Scope = MAIN,
        incoming: Mapping[str, TensorType | None] | None = None,
    ) -> GraphRun:
        """Evaluate a graph.

        Args:
            graph: The graph.
            group: The id of its group; empty for the main graph.
            scope: What expressions may use.
            incoming: The type at every group input, None where it is not known.
        """
        incoming = incoming or {}
        layout = self._layout(graph, group)
        slot = (group, scope.key, tuple(incoming.items()))
        run = GraphRun(graph, group, layout, scope, incoming, self.definitions)
        before = self._latest.get(slot)
        if before is None:
            for name in layout.order:
                record = run.records[name] = self._record(run, name)
                if record.problems or (record.result.runs and record.troubled):
                    run.troubled.add(name)
            run.structure = structure_of(run)
            run.advice = advise(run)
        else:
            self._update(run, before)
        run.sharing = sharing_of(run)
        if len(self._latest) >= _GRAPHS_KEPT:
            self._latest.clear()
        self._latest[slot] = run
        return run

    def kind(self, node: Node, scope: Scope) -> Kind:
        """Return what a node is."""
        if not node.type.startswith(GROUP_PREFIX):
            return self.kinds.plain(node, scope)
        definitions = self.definitions
        recursive = node.group in definitions.recursive
        definition = definitions.by_id.get(node.group)
        return self.kinds.group(node, scope, definition, recursive=recursive)

    def _layout(self, graph: Graph, group: str) -> Layout:
        layout = self._layouts.get(group)
        if layout is None or not layout.fits(graph):
            layout = self._layouts[group] = Layout(graph, layout)
        return layout

    def _update(self, run: GraphRun, before: GraphRun) -> None:
        """Fill a run from an earlier one of the same slot, evaluating what can have changed."""
        layout, position = run.layout, run.layout.position
        records = run.records = dict(before.records)
        run.troubled = set(before.troubled)
        changed = _changed(run, before)
        same_structure = layout is before.layout
        same_definitions = run.definitions is before.definitions
        heap = [position[name] for name in changed]
        heapify(heap)
        touched: list[str] = []
        while heap:
            place = heappop(heap)
            while heap and heap[0] == place:
                heappop(heap)
            name = layout.order[place]
            touched.append(name)
            old = records.get(name)
            kind = old.kind if old and (same_definitions or not old.node.group) else None
            record = self._record(run, name, old.node if old else None, kind)
            if old is None or _flows_differently(old, record):
                for follower in layout.follows.get(name, ()):
                    heappush(heap, position[follower])
            if same_structure and (old is None or old.traits != record.traits):
                same_structure = False
            records[name] = record
            if record.problems or (record.result.runs and record.troubled):
                run.troubled.add(name)
            else:
                run.troubled.discard(name)
        if same_structure:
            run.structure = before.structure
        else:
            run.structure = structure_of(run)
        run.advice = advise_again(run, before.advice, touched)

    def _record(
        self,
        run: GraphRun,
        name: str,
        known_node: Node | None = None,
        known_kind: Kind | None = None,
    ) -> Record:
        """Look at one node; what a known node is need not be looked up again."""
        node = run.graph.nodes[name]
        misnamed = node.id != name
        if misnamed:
            node = replace(node, id=name)
        kind = known_kind if node is known_node else None
        if kind is None:
            kind = self.kind(node, run.scope)
        wires = run.layout.wires.get(name, NO_WIRES)
        records, stuck = run.records, run.layout.stuck
        waits = name in stuck
        types: list[TensorType | None] = []
        # Looking closer costs more than all the rest, and most nodes need no closer look.
        complete, connected, look = True, 0, bool(kind.role) or node.bypass
        for port in kind.inputs:
            flow = None
            source = wires.get(port)
            if source is not None:
                connected += 1
                # A node on a cycle, or behind one, takes nothing from others like it.
                record = None
                if not (waits and source.node in stuck):
                    record = records.get(source.node)
                    if record is not None:
                        flow = record.result.types.get(source.port)
                if flow is None:
                    complete = False
                    look = look or record is None or source.port not in record.kind.outputs
            elif port in kind.required:
                complete, look = False, True
            types.append(flow)
        inputs = tuple(types)
        problems = kind.problems
        if look or connected < len(wires):
            problems = (*problems, *wire_problems(self, run, node, kind, wires, inputs))
        if misnamed:
            problems = (*problems, _MISNAMED)
        result = self._result(run, node, kind, inputs, complete)
        if result.problems:
            problems = (*problems, *result.problems)
        return Record(node, kind, inputs, result, problems)

    def _result(
        self,
        run: GraphRun,
        node: Node,
        kind: Kind,
        inputs: tuple[TensorType | None, ...],
        complete: bool,
    ) -> Result:
        if node.bypass:
            return _bypassed(kind, inputs)
        if kind.role == "group_input":
            incoming = run.incoming.get(node.id)
            return Result({kind.outputs[0]: incoming}) if incoming is not None else UNKNOWN
        if kind.instance is not None:
            if not complete:
                return UNKNOWN
        elif kind.definition is None:
            return UNKNOWN
        key = (kind, node.frozen, *inputs)
        result = self._results.get(key)
        if result is None:
            if len(self._results) >= _KEPT:
                self._results.clear()
            result = _evaluated(kind, inputs) if kind.instance else self._opened(kind, inputs)
            if node.frozen and result.cost is not FREE:
                result.cost = frozen_cost(result.cost)
            self._results[key] = result
        return result

    def _opened(self, kind: Kind, inputs: tuple[TensorType | None, ...]) -> Result:
        """Evaluate an instance of a group, repeat after repeat."""
        definition = kind.definition
        assert definition is not None
        incoming = dict(zip(kind.inputs, inputs, strict=True))
        runs: list[tuple[int, GraphRun]] = []
        costs: list[NodeCost] = []
        outputs: list[TensorType | None] = []
        for index in range(kind.repeat):
            run = self._inside_of(definition, kind.scope, index, incoming)
            if not runs or runs[-1][1] is not run:
                runs.append((index, run))
            outputs = [_handed_out(run, name) for name in definition.outputs]
            cost = run.cost
            following = {**incoming, **dict(zip(kind.inputs, outputs, strict=False))}
            if following == incoming and not definition.uses_index:
                costs.append(times(cost, kind.repeat - index))
                break
            costs.append(cost)
            incoming = following
            if None in outputs:
                break
        first = runs[0][1]
        total = costs[0] if len(costs) == 1 else sum_of(costs)
        if kind.shared and kind.repeat > 1:
            total = sharing_weights(first.cost, total)
        opened = 1 + sum(record.result.opened for record in first.records.values())
        problems = _sharing_problems(kind, runs)
        if opened > MAX_NODES:
            message = f"the group {kind.title} opens to {opened} nodes, but at most {MAX_NODES} are allowed"
            return Result(problems=(Problem("NB320", message),))
        known = {n: t for n, t in zip(kind.outputs, outputs, strict=True) if t is not None}
        return Result(known, problems, total, {}, tuple(runs), opened)

    def _inside_of(
        self,
        definition: Definition,
        scope: Scope,
        index: int,
        incoming: Mapping[str, TensorType | None],
    ) -> GraphRun:
        number = index if definition.uses_index else 0
        key = (definition, scope.key, number, *incoming.values())
        run = self._inside.get(key)
        if run is None:
            if len(self._inside) >= _GRAPHS_KEPT:
                self._inside.clear()
            group = definition.group
            inner = scope_of({**scope.values, REPEAT_INDEX: number})
            run = self._inside[key] = self.run(group.graph, group.id, inner, incoming)
        return run


def _changed(run: GraphRun, before: GraphRun) -> set[str]:
    """Return the nodes that are not what they were, or are not connected as they were."""
    nodes, old_nodes = run.graph.nodes, before.graph.nodes
    changed = {name for name, node in nodes.items() if old_nodes.get(name) is not node}
    if run.definitions is not before.definitions:
        changed.update(name for name, node in nodes.items() if node.group)
    layout, old = run.layout, before.layout
    if layout is not old:
        for name in old_nodes.keys() - nodes.keys():
            del run.records[name]
            run.troubled.discard(name)
            changed.update(layout.follows.get(name, ()))
        wires, old_wires = layout.wires, old.wires
        for name in nodes:
            now, then = wires.get(name), old_wires.get(name)
            if now is not then and now != then:
                changed.add(name)
        for name in layout.stuck ^ old.stuck:
            if name in nodes:
                # What was on a cycle already took from a node that was not, and may not any more.
                changed.update((name, *(n for n in layout.follows.get(name, ()) if n in nodes)))
    return changed


def _flows_differently(old: Record, new: Record) -> bool:
    """Whether the nodes behind a node can notice the difference."""
    return (
        old.result.types != new.result.types
        or old.kind.outputs != new.kind.outputs
        or old.kind.ports_known != new.kind.ports_known
    )


def _bypassed(kind: Kind, inputs: tuple[TensorType | None, ...]) -> Result:
    if kind.role or not inputs or not kind.outputs or inputs[0] is None:
        return UNKNOWN
    return Result({kind.outputs[0]: inputs[0]})


def _handed_out(run: GraphRun, name: str) -> TensorType | None:
    """The type at a group's output."""
    record = run.records[name]
    return record.inputs[0] if record.inputs and not record.problems else None


def _evaluated(kind: Kind, inputs: tuple[TensorType | None, ...]) -> Result:
    instance = kind.instance
    assert instance is not None
    given = {n: t for n, t in zip(kind.inputs, inputs, strict=True) if t is not None}
    try:
        outcome = evaluate(instance, given)
        if outcome.failed:
            return Result(problems=outcome.problems)
        too_large = [p for p, t in outcome.types.items() if not _is_bounded(t.shape)]
        if too_large:
            return Result(problems=tuple(map(_size_problem, too_large)))
        cost = node_cost(instance, outcome.axes, outcome.types)
        weights = instance.weights(outcome.axes)
        too_large_for_memory = tuple(size_problems(outcome.types, weights))
        if too_large_for_memory:
            return Result(problems=too_large_for_memory)
        if file_of(type(instance)) is not None:
            try_writing(instance, outcome.axes)
    except Exception as error:  # noqa: BLE001 - a pack's code may raise anything
        return Result(
            problems=(own_code_failed(type(instance), f"the rule of {kind.title}", error),)
        )
    given_dtypes = [t.dtype for t in given.values()]
    made_dtypes = [t.dtype for t in outcome.types.values()]
    stops = lets_no_gradient_through(instance.id, given_dtypes, made_dtypes)
    return Result(outcome.types, outcome.problems, cost, weights, stops=stops)


def _is_bounded(shape: Shape) -> bool:
    """Whether sizes are such that sums and products of a few of them stay quick to work out."""
    for size in shape:
        if isinstance(size, Sym):
            if len(size.terms) > MAX_TERMS:
                return False
            for factors, number in size.terms:
                if len(factors) > MAX_FACTORS or abs(number) > MAX_SIZE:
                    return False
        elif size > MAX_SIZE:
            return False
    return True


def _size_problem(port: str) -> Problem:
    message = f"{port} would have an axis whose size is above 2**53, or a formula of too many parts"
    return Problem("NB221", message, port=port)


def _sharing_problems(kind: Kind, runs: list[tuple[int, GraphRun]]) -> tuple[Problem, ...]:
    if not kind.shared or kind.repeat == 1:
        return ()
    definition = kind.definition
    assert definition is not None
    if definition.uses_index:
        message = (
            f"the {kind.repeat} repeats share their weights, but the group {kind.title} "
            "uses the repeat index, which makes every repeat different"
        )
        return (Problem("NB317", message, hint="let every repeat have its own weights"),)
    first = runs[0][1]
    for index, run in runs[1:]:
        name = _different_weights(first, run)
        if name:
            message = (
                f"the {kind.repeat} repeats share their weights, but those of {name} "
                f"have other sizes in repeat {index + 1} than in the first"
            )
            hint = "let every repeat have its own weights, or keep sizes as they come in"
            return (Problem("NB317", message, hint=hint),)
    return ()


def _different_weights(first: GraphRun, other: GraphRun) -> str:
    for name, record in first.records.items():
        result, otherwise = record.result, other.records[name].result
        if result.weights != otherwise.weights:
            return name
        for (_, run), (_, other_run) in zip(result.runs, otherwise.runs, strict=False):
            inner = _different_weights(run, other_run)
            if inner:
                return f"{name}/{inner}"
    return ""
