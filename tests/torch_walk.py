"""What torch makes of a network, node by node: also of one that the check refuses.

Every node is built and run on tensors of the types that torch itself made of the nodes before it. So the
first node that torch refuses is known by name, and what we said of each one is held against that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from node_torch import is_own_rule, run_as_meta, trial

from netbuilder.check.layout import NO_WIRES
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Endpoint
from netbuilder.node_api import NodeType, TensorType
from netbuilder.node_api.dims import size_at
from netbuilder.node_api.node_type import evaluate

# Rules about the document, where torch has nothing to say.
DOCUMENT = frozenset({"NB311", "NB315", "NB316", "NB317", "NB320"})
# Torch knows numbers only: it has nothing against sizes that are left open.
OPEN = "NB205"

Types = dict[Endpoint, TensorType]


class Walk:
    """A walk through the evaluation of a network.

    Attributes:
        wrong: Where torch does not do what we say; empty if it always does.
        counts: By what became of a node: ``same``, ``refused`` by both, ``own`` rule of ours, ``loose``
            wires, ``numbers`` that do not suit though other lengths do.

    Args:
        run: Our evaluation.
        sizes: Numbers for sizes that are left open.
    """

    def __init__(self, run: GraphRun, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self._graph(run, "", {})

    @property
    def told(self) -> bool:
        """Whether a node was met that has an error."""
        return any(self.counts[what] for what in ("refused", "own", "loose"))

    def _graph(self, run: GraphRun, path: str, given: Mapping[str, TensorType]) -> Types:
        values: Types = {}
        for name in run.layout.order:
            record = run.records[name]
            if record.kind.role == "group_input":
                found = {"output": given[name]} if name in given else {}
            else:
                found = self._node(run, record, path + name, values)
            values.update({Endpoint(name, port): tensor for port, tensor in found.items()})
        return values

    def _node(
        self, run: GraphRun, record: Record, place: str, values: Types
    ) -> Mapping[str, TensorType]:
        kind = record.kind
        codes = {p.code for p in record.problems if p.severity == "error"}
        if kind.role in ("input", "target"):
            return self._expected(record)
        wires = run.layout.wires.get(record.node.id, NO_WIRES)
        if record.node.bypass and (not codes or not wires.keys() & set(kind.inputs[:1])):
            # Only the first input counts: what has none, such as a Constant, passes nothing on.
            passed = [
                values.get(source) for port, source in wires.items() if port == kind.inputs[0]
            ]
            if not passed:
                self._count(
                    "loose" if codes else "", place, "passes nothing on, and nothing is said"
                )
            return dict(zip(kind.outputs[:1], filter(None, passed), strict=False))
        if _loose(run, record, wires):
            self._count("loose" if codes else "", place, "has a loose wire, and nothing is said")
            return {}
        if any(source not in values for source in wires.values()):
            return {}
        inputs = {port: values[wires[port]] for port in kind.inputs if port in wires}
        if codes & DOCUMENT:
            self._count("own")
            return {}
        if kind.role not in ("", "loss"):
            return {}
        if kind.instance is None:
            return self._group(record, place, inputs)
        if codes:
            self._refused(kind.instance, inputs, codes, record, place)
            return {}
        return self._taken(kind.instance, inputs, self._expected(record), place)

    def _group(
        self, record: Record, place: str, inputs: dict[str, TensorType]
    ) -> Mapping[str, TensorType]:
        """Walk through an instance of a group, repeat after repeat."""
        kind = record.kind
        outputs: dict[str, TensorType] = {}
        for _, inner in record.result.runs:
            values = self._graph(inner, f"{place}/", inputs)
            ends = {port: inner.layout.wires.get(port, NO_WIRES) for port in kind.outputs}
            sources = {port: next(iter(wires.values()), None) for port, wires in ends.items()}
            outputs = {p: values[s] for p, s in sources.items() if s is not None and s in values}
            if len(outputs) < len(kind.outputs):
                return {}
            inputs = {**inputs, **dict(zip(kind.inputs, outputs.values(), strict=False))}
        return outputs

    def _refused(
        self,
        node: NodeType,
        inputs: Mapping[str, TensorType],
        codes: set[str],
        record: Record,
        place: str,
    ) -> None:
        try:
            said = trial(node, dict(inputs), evaluate(node, inputs))
        except AttributeError:
            said = ""  # Where no axis is known, there is no call that could be made.
        if not said and (OPEN in codes or is_own_rule(node, inputs, codes)):
            self._count("own")
            return
        messages = [problem.message for problem in record.problems]
        self._count("refused" if said else "", place, f"refused with {messages}, torch takes it")

    def _taken(
        self,
        node: NodeType,
        inputs: Mapping[str, TensorType],
        expected: Mapping[str, TensorType],
        place: str,
    ) -> Mapping[str, TensorType]:
        outcome = evaluate(node, inputs)
        if outcome.failed:
            self._count("numbers")
            return {}
        result = run_as_meta(node, outcome.axes, inputs)
        if result.raised:
            self._count("", place, f"taken, torch refuses {dict(inputs)}: {result.refusal}")
            return {}
        found = {
            port: TensorType(tuple(value.shape), str(value.dtype).removeprefix("torch."))
            for port, value in (result.outputs or {}).items()
        }
        same = found == dict(expected)
        self._count("same" if same else "", place, f"torch makes {found}, we say {expected}")
        return found

    def _expected(self, record: Record) -> dict[str, TensorType]:
        return {
            port: with_numbers(tensor, self.sizes) for port, tensor in record.result.types.items()
        }

    def _count(self, what: str, place: str = "", message: str = "") -> None:
        if what:
            self.counts[what] += 1
        else:
            self.wrong.append(f"{place}: {message}")


def with_numbers(tensor: TensorType, sizes: Mapping[str, int]) -> TensorType:
    """A type with numbers for the sizes that are left open."""
    return TensorType(tuple(size_at(size, sizes) for size in tensor.shape), tensor.dtype)


def _loose(run: GraphRun, record: Record, wires: Mapping[str, Endpoint]) -> bool:
    """Whether an input lacks its value, or an edge begins or ends at no port."""
    ends = (run.records.get(source.node) for source in wires.values())
    outputs = [record.kind.outputs if record else () for record in ends]
    kind = record.kind
    return (
        not set(wires) <= set(kind.inputs)
        or not kind.required <= set(wires)
        or any(s.port not in ports for s, ports in zip(wires.values(), outputs, strict=True))
    )
