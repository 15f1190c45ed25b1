"""Turning what was found into diagnostics: each once, each at its place, with the fixes there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check.diagnostics import Diagnostic, Where
from netbuilder.check.findings import Finding
from netbuilder.check.losses import SHAPE_CODES
from netbuilder.check.mending import fixes_for
from netbuilder.check.runs import GraphRun, Record
from netbuilder.node_api.problems import Problem


@dataclass
class Places:
    """Collects diagnostics over graphs and the groups inside of them.

    Attributes:
        catalogue: The node types.
        found: The diagnostics so far.
    """

    catalogue: Catalogue
    found: list[Diagnostic] = field(default_factory=list)
    _seen: set[tuple[str, ...]] = field(default_factory=set)
    _visited: set[int] = field(default_factory=set)

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
        findings = [*run.structure.findings, *more]
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
            self.found.append(
                Diagnostic(
                    finding.code,
                    finding.severity,
                    message,
                    where,
                    related,
                    finding.hint,
                    finding.fixes,
                )
            )


def _told_here(run: GraphRun, record: Record) -> tuple[Problem, ...]:
    """A loss of the main graph has a sentence of its own for shapes that do not go together."""
    if record.kind.role == "loss" and not run.group:
        return tuple(p for p in record.problems if p.code not in SHAPE_CODES)
    return record.problems
