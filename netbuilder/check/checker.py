"""Is this network sound? Everything that can be said of it without running it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netbuilder.catalogue.catalogue import Catalogue, PackProblem
from netbuilder.check.definitions import Definition, Definitions, definitions_of
from netbuilder.check.evaluation import Evaluator
from netbuilder.check.fields import Fields
from netbuilder.check.findings import Finding
from netbuilder.check.group_rules import group_findings
from netbuilder.check.kinds import scope_of
from netbuilder.check.meaning import meaning_findings
from netbuilder.check.placing import Places
from netbuilder.check.report import Report
from netbuilder.check.runs import GraphRun
from netbuilder.graph.collection import without_collection
from netbuilder.graph.model import REPEAT_INDEX, Network


class Checker:
    """Checks one version of a network after the other; what an edit cannot reach is kept.

    Args:
        catalogue: The node types.
        fields: The fields of the data, or None where they are not known.
    """

    def __init__(self, catalogue: Catalogue, fields: Fields | None = None) -> None:
        self._catalogue = catalogue
        self._fields = fields
        self._evaluator = Evaluator(catalogue)
        self._custom: Mapping[str, str] = {}
        self._report: Report | None = None

    def set_fields(self, fields: Fields | None) -> None:
        """Say what the data hold from now on."""
        self._fields = fields
        self._report = None

    def check(self, network: Network) -> Report:
        """Check a network; it never raises, whatever the network."""
        if self._report is not None and self._report.network is network:
            return self._report
        with without_collection():
            self._report = self._checked(network)
        return self._report

    def _checked(self, network: Network) -> Report:
        if network.custom_nodes != self._custom:
            self._custom = network.custom_nodes
            self._evaluator = Evaluator(self._catalogue, self._custom)
        evaluator = self._evaluator
        evaluator.definitions = definitions_of(network, evaluator.definitions)
        run = evaluator.run(network.graph)
        places = Places(self._catalogue, network)
        for problem in self._catalogue.problems:
            places.add_definition("", _pack_finding(problem))
        for group, finding in group_findings(network, evaluator.definitions):
            places.add_definition(group, finding)
        places.add_graph(
            run, more=tuple(meaning_findings(self._catalogue, run, self._fields, network.recipe))
        )
        for unused in _unused(network, evaluator.definitions):
            places.add_graph(self._by_itself(unused))
        return Report(network, tuple(places.found), run, tuple(places.ignored))

    def _by_itself(self, definition: Definition) -> GraphRun:
        """Evaluate a group that no instance shows, with its defaults and unknown inputs."""
        values = {param.name: param.default for param in definition.params.values()}
        scope = scope_of({**values, REPEAT_INDEX: 0})
        group = definition.group
        return self._evaluator.run(group.graph, group.id, scope, dict.fromkeys(definition.inputs))


def check(network: Network, catalogue: Catalogue, fields: Fields | None = None) -> Report:
    """Check a network.

    Args:
        network: The network; whatever is in it, the check does not raise.
        catalogue: The node types.
        fields: The fields of the data, or None where they are not known; Inputs and Targets are
            then not compared with data.
    """
    return Checker(catalogue, fields).check(network)


def _unused(network: Network, definitions: Definitions) -> Iterator[Definition]:
    """Yield the groups that no sound instance opens, so that what is wrong with them is told too."""
    if not definitions.by_id:
        return
    used: set[str] = set()
    waiting = [node.group for node in network.graph.nodes.values() if node.group]
    while waiting:
        name = waiting.pop()
        if name in used or name in definitions.recursive or name not in definitions.by_id:
            continue
        used.add(name)
        waiting += definitions.by_id[name].inside
    for name, definition in definitions.by_id.items():
        if name not in used:
            yield definition


def _pack_finding(problem: PackProblem) -> Finding:
    if problem.file is not None:
        message = f"a file of custom nodes could not be used: {problem.message}"
        hint = f"mend {problem.file}; it is read again once it is saved"
        return Finding("NB502", message, severity="warning", hint=hint)
    message = f"the node pack {problem.pack} could not be used: {problem.message}"
    return Finding("NB502", message, severity="warning", hint="mend or remove the pack")
