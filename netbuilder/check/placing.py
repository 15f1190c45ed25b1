"""Turning what was found into diagnostics: each once, each at its place, with the fixes there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.advice_told import advice_findings
from netbuilder.check.diagnostics import Diagnostic, Fix, Where
from netbuilder.check.findings import Finding
from netbuilder.check.losses import told_as_mismatch
from netbuilder.check.mending import fixes_for
from netbuilder.check.runs import GraphRun, Record
from netbuilder.graph.model import Network
from netbuilder.graph.wires import instances
from netbuilder.node_api.problems import Problem


@dataclass
class Places:
    """Collects diagnostics over graphs and the groups inside of them.

    Attributes:
        catalogue: The node types.
        network: The network.
        found: The diagnostics so far.
        ignored: Those that the document asks not to be told.
    """

    catalogue: Catalogue
    network: Network
    found: list[Diagnostic] = field(default_factory=list)
    ignored: list[Diagnostic] = field(default_factory=list)
    _seen: set[tuple[str, ...]] = field(default_factory=set)
    _visited: set[int] = field(default_factory=set)
    _instances: dict[str, int] = field(default_factory=dict)

    def add_graph(
        self, run: GraphRun, path: str = "", remark: str = "", more: Sequence[Finding] = ()
    ) -> None:
        """Add what was found in a graph, in the order of its nodes.

        Args:
            run: Its evaluation.
            path: The path of the instance with a slash behind; empty for the main graph.
            remark: What is added to every sentence.
            more: Further findings in this graph.
        """
        findings = [
            *run.structure.findings,
            *run.sharing.findings,
            *advice_findings(self.catalogue, run),
            *more,
        ]
        by_node: dict[str, list[Finding]] = {}
        for finding in findings:
            by_node.setdefault(finding.node, []).append(finding)
        for finding in by_node.pop("", ()):
            self._add(run, path, remark, finding)
        places = run.layout.position
        for name in sorted({*run.troubled, *by_node}, key=lambda n: places.get(n, -1)):
            record = run.records.get(name)
            if record is not None:
                for problem in _told_here(run, record):
                    self._add(run, path, remark, self._finding(run, record, problem))
            for finding in by_node.get(name, ()):
                self._add(run, path, remark, finding)
            if record is not None and record.result.runs:
                self._add_inside(record, f"{path}{name}")

    def add_definition(self, group: str, finding: Finding) -> None:
        """Add a finding about a definition as such, or about none with an empty id."""
        where = Where(finding.node, finding.port, finding.param, group)
        self._put(where, finding, finding.message, ())

    def _add_inside(self, record: Record, path: str) -> None:
        for index, run in record.result.runs:
            if id(run) in self._visited or not run.is_troubled:
                continue
            self._visited.add(id(run))
            remark = f" (in repeat {index + 1} of {path})" if index else ""
            self.add_graph(run, f"{path}/", remark)

    def _finding(self, run: GraphRun, record: Record, problem: Problem) -> Finding:
        return Finding(
            problem.code,
            problem.message,
            record.node.id,
            problem.port,
            problem.param,
            problem.severity,
            problem.hint,
            (),
            fixes_for(self.catalogue, run, record, problem),
        )

    def _add(self, run: GraphRun, path: str, remark: str, finding: Finding) -> None:
        node = f"{path}{finding.node}" if finding.node else path.rstrip("/")
        related = tuple(Where(f"{path}{name}", group=run.group) for name in finding.related)
        where = Where(node, finding.port, finding.param, run.group)
        self._put(where, finding, finding.message + remark, related)

    def _put(
        self, where: Where, finding: Finding, message: str, related: tuple[Where, ...]
    ) -> None:
        # A definition is one place, however many instances show what is wrong with it.
        place = (where.group, finding.node, finding.code, finding.port, finding.param)
        key = (*place, finding.message)
        if key not in self._seen:
            self._seen.add(key)
            told = self.ignored if self._is_ignored(where.group, finding) else self.found
            told.append(
                Diagnostic(
                    finding.code,
                    finding.severity,
                    message,
                    where,
                    related,
                    finding.hint,
                    tuple(map(self._titled, finding.fixes)),
                    finding.gathered,
                )
            )

    def _is_ignored(self, group: str, finding: Finding) -> bool:
        """Whether the document asks not to be told; errors are always told."""
        if finding.severity == "error":
            return False
        if finding.code in self.network.ignore:
            return True
        definition = self.network.groups.get(group)
        graph = definition.graph if definition else self.network.graph
        node = graph.nodes.get(finding.node)
        return node is not None and finding.code in node.ignore

    def _titled(self, fix: Fix) -> Fix:
        """Let a fix inside of a group say how many instances it changes."""
        if not fix.group:
            return fix
        count = self._instances.get(fix.group)
        if count is None:
            graphs = [graph for _, graph in self.network.graphs()]
            count = sum(len(instances(graph, fix.group)) for graph in graphs)
            self._instances[fix.group] = count
        if count < 2:
            return fix
        return replace(fix, title=f"{fix.title}, in all {count} instances of {fix.group}")


def _told_here(run: GraphRun, record: Record) -> tuple[Problem, ...]:
    """A loss of the main graph has a sentence of its own for shapes that do not go together."""
    if run.group:
        return record.problems
    return tuple(p for p in record.problems if not told_as_mismatch(record, p))
