"""What is asked before a training starts from the weights of a run: which of them would be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from netbuilder.app.custom_nodes import recorded
from netbuilder.app.training import first_weights
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import write
from netbuilder.graph.model import Network
from netbuilder.training.run import RunFolder
from netbuilder.training.weight_fit import NodeFit, WeightFit, fit_of_nodes

MODULE = "netbuilder.training.weight_fit_worker"


@dataclass(frozen=True, slots=True)
class FitQuestion:
    """A network and a run whose weights it may start from.

    Attributes:
        plain: What the process is asked; an ``id`` comes beside it.
        nodes: Paths of the network's nodes.
        earlier: Paths of the run's nodes.
    """

    plain: dict[str, Any]
    nodes: tuple[str, ...]
    earlier: tuple[str, ...]

    def answer(self, fit: WeightFit) -> tuple[NodeFit, ...]:
        """Return what the process said, node by node."""
        return fit_of_nodes(fit, self.nodes, self.earlier)


def fit_question(network: Network, run: RunFolder) -> FitQuestion:
    """Return the question which weights of a run a network takes over.

    Args:
        network: A network that the check finds sound.
        run: The run.

    Raises:
        NotSoundError: The network has errors; it carries the report.
        RunError: There is no run, or it has no weights.
    """
    weights = first_weights(run)
    source = write(recorded(network, standard_catalogue()), standard_catalogue())
    plain = {"text": source.text, "class_name": source.class_name, "weights": str(weights)}
    nodes = tuple(dict.fromkeys(source.lines.values()))
    return FitQuestion(plain, nodes, tuple(dict.fromkeys(run.source().lines.values())))
