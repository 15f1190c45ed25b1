"""Documents that do not say where their nodes lie, as other programs write them: laid out on opening."""

from __future__ import annotations

from netbuilder.app.layout import arranged, is_heap
from netbuilder.app.picture import run_of
from netbuilder.app.picture_cards import sizes_of
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.graph.edits import move_nodes
from netbuilder.graph.model import Network


def placed(network: Network, direction: str = "right") -> Network:
    """Return a network with every graph laid out whose nodes all lie on one spot.

    One whose nodes lie somewhere already comes back as it is.

    Args:
        network: The network.
        direction: Where data flow: ``right`` or ``down``.
    """
    heaps = [group for group in ("", *network.groups) if is_heap(network.graph_at(group))]
    if not heaps:
        return network
    report = check(network, standard_catalogue())
    for group in heaps:
        run = run_of(report, group)
        network = move_nodes(network, arranged(run.graph, sizes_of(run), direction), group)
    return network
