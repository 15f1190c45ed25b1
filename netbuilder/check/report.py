"""The result of a check: what was found, what flows where and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from netbuilder.check.cost import Cost, NodeCost, batch_of, optimizer_slots_of, precision_of
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.memory import kept_by
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Network
from netbuilder.node_api.dims import Sym
from netbuilder.node_api.ports import TensorType


@dataclass(frozen=True)
class Report:
    """What the check found out about a network.

    Types and cost are put together when somebody asks for them.

    Attributes:
        network: The network that was checked.
        diagnostics: Everything that is wrong or worth a remark, in the order of the graph.
        run: The evaluation of the main graph.
        ignored: Warnings and hints that the document asks not to be told.
    """

    network: Network
    diagnostics: tuple[Diagnostic, ...]
    run: GraphRun
    ignored: tuple[Diagnostic, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the network can be built: warnings are allowed, errors are not."""
        return not any(found.severity == "error" for found in self.diagnostics)

    def without(self, codes: Iterable[str]) -> Report:
        """Return the report with warnings and hints of these codes moved to what is ignored."""
        wanted = {code.strip().upper() for code in codes}
        quiet = tuple(d for d in self.diagnostics if d.code in wanted and d.severity != "error")
        told = tuple(d for d in self.diagnostics if d not in quiet)
        return replace(self, diagnostics=told, ignored=(*self.ignored, *quiet)) if quiet else self

    @cached_property
    def types(self) -> Mapping[str, TensorType]:
        """The type at every output port that is known, by ``node.port``.

        Inside of an instance of a group it stands for the first repeat: ``block_1/conv_1.output``.
        """
        return {
            f"{path}.{port}": tensor
            for path, record in opened(self.run)
            for port, tensor in record.result.types.items()
        }

    @cached_property
    def cost(self) -> Cost:
        """What the network costs; nodes that could not be evaluated count nothing."""
        recipe = self.network.recipe
        kept = kept_by(self.run)
        nodes = dict(_costs(self.run))
        for path, activations in kept.nodes.items():
            nodes[path] = replace(nodes[path], activations=activations)
        for path, backward in kept.backward.items():
            nodes[path] = replace(nodes[path], backward=backward)
        total = replace(self.run.cost, activations=kept.total, backward=kept.total_backward)
        slots, precision = optimizer_slots_of(recipe), precision_of(recipe)
        return Cost(total, nodes, kept.largest, batch_of(recipe), slots, precision)

    def to_plain(self) -> dict[str, Any]:
        """The report as JSON data; sizes that are left open are text."""
        return {
            "diagnostics": [found.to_plain() for found in self.diagnostics],
            "shapes": {
                name: {
                    "shape": [str(d) if isinstance(d, Sym) else int(d) for d in tensor.shape],
                    "dtype": tensor.dtype,
                }
                for name, tensor in self.types.items()
            },
            "cost": self.cost.to_plain(),
        }


def _costs(run: GraphRun, path: str = "") -> Iterator[tuple[str, NodeCost]]:
    """Yield what every node costs by path, in the order of ``opened``."""
    for name in run.layout.order:
        record = run.records[name]
        yield path + name, run.cost_of(record)
        if record.result.runs:
            yield from _costs(record.result.runs[0][1], f"{path}{name}/")


def opened(run: GraphRun, path: str = "") -> Iterator[tuple[str, Record]]:
    """Yield every node by path, those inside of groups too, each in order of evaluation."""
    records = run.records
    for name in run.layout.order:
        record = records[name]
        yield path + name, record
        if record.result.runs:
            yield from opened(record.result.runs[0][1], f"{path}{name}/")
