"""Switching nodes: bypass, mute, freeze, shared weights."""

from __future__ import annotations

from collections.abc import Collection

from netbuilder.app.branches import branch, bypassable
from netbuilder.app.sharing import can_share, in_order
from netbuilder.editor.tab import Tab
from netbuilder.graph import edits
from netbuilder.graph.model import Network


def bypass(tab: Tab) -> None:
    """Bypass the selected nodes, or end that where all of them are; what does not fit is refused."""
    nodes = tab.selection.nodes
    if _all(tab, nodes):
        _set_bypass(tab, nodes, "Use", on=False)
        return
    run = tab.run
    able = bypassable(run, nodes) if run else frozenset(nodes)
    if not able:
        tab.refused.emit(_why_not(tab, min(nodes)))
        return
    _set_bypass(tab, able, "Bypass", on=True)


def mute(tab: Tab) -> None:
    """Bypass the branches that the selected nodes are on, or end that."""
    nodes = frozenset(n for name in tab.selection.nodes for n in branch(tab.graph, name))
    if not nodes:
        tab.refused.emit("Inputs, targets and outputs are on no branch. Select what lies between.")
        return
    _set_bypass(tab, nodes, "Unmute" if _all(tab, nodes) else "Mute", on=not _all(tab, nodes))


def freeze(tab: Tab) -> None:
    """Keep the weights of the selected nodes, or train them again where all are kept."""
    nodes, group = tab.selection.nodes, tab.group
    on = not all(tab.graph.nodes[name].frozen for name in nodes)
    label = f"{'Freeze' if on else 'Unfreeze'} {_named(nodes)}"
    tab.do(label, lambda network: edits.set_flags(network, nodes, frozen=on, group=group))


def share(tab: Tab) -> None:
    """Let the selected nodes use the weights of the first, or their own where they share already."""
    run, nodes, group = tab.run, tab.selection.nodes, tab.group
    if run is None or not nodes <= run.records.keys():
        return
    source, *others = in_order(run, nodes)
    if all(tab.graph.nodes[name].shares == source for name in others):
        label = f"Let {_named(others)} have {'its' if len(others) == 1 else 'their'} own weights"
        tab.do(label, lambda network: _sharing(network, others, "", group))
        return
    reason = can_share(run, nodes)
    if reason:
        tab.refused.emit(f"These cannot share weights: {reason}.")
        return
    label = f"Share the weights of {source} with {_named(others)}"
    tab.do(label, lambda network: _sharing(network, others, source, group))


def _sharing(network: Network, nodes: Collection[str], source: str, group: str) -> Network:
    for name in nodes:
        network = edits.share_weights(network, name, source, group)
    return network


def _why_not(tab: Tab, name: str) -> str:
    """Why a node cannot be bypassed, and what to do instead."""
    record = tab.run.records.get(name) if tab.run else None
    if record is None or record.kind.role or not (record.kind.inputs and record.kind.outputs):
        return (
            f"{name} cannot be bypassed: nothing goes through it. "
            "Select a node that takes something and gives something on."
        )
    return (
        f"{name} cannot be bypassed: what comes out of it has another shape than what goes in. "
        "Delete it, or change its parameters."
    )


def _set_bypass(tab: Tab, nodes: Collection[str], word: str, *, on: bool) -> None:
    group = tab.group
    tab.do(
        f"{word} {_named(nodes)}",
        lambda network: edits.set_flags(network, nodes, bypass=on, group=group),
    )


def _all(tab: Tab, nodes: Collection[str]) -> bool:
    return all(tab.graph.nodes[name].bypass for name in nodes)


def _named(nodes: Collection[str]) -> str:
    return next(iter(nodes)) if len(nodes) == 1 else f"{len(nodes)} nodes"
