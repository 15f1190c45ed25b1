"""The sentences for what advice noticed, with the fixes there are; one for all nodes where many say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from netbuilder.catalogue.catalogue import Catalogue
from netbuilder.check import fixes
from netbuilder.check.advice import MOST_SATURATING, Hit
from netbuilder.check.crowding import crowded
from netbuilder.check.diagnostics import Fix
from netbuilder.check.findings import Finding, listed
from netbuilder.check.kernels import kernel_fixes, stride_fixes
from netbuilder.check.layout import NO_WIRES
from netbuilder.check.runs import GraphRun
from netbuilder.graph import edits
from netbuilder.graph.model import Endpoint, Network
from netbuilder.node_api.expressions import Expression

Teller = Callable[[Catalogue, GraphRun, Hit], Finding | None]
Gatherer = Callable[[Catalogue, GraphRun, Sequence[Hit]], Finding]


def advice_findings(catalogue: Catalogue, run: GraphRun) -> Iterator[Finding]:
    """Yield what was noticed in a graph; what a document asks not to be told is gathered apart.

    Args:
        catalogue: The node types, for nodes that fixes add.
        run: The evaluation of the graph.
    """
    large: list[Hit] = []
    together: dict[tuple[str, bool], list[Hit]] = {}
    for hits in run.advice.hits.values():
        for hit in hits:
            if hit.code == "NB226":
                large.append(hit)
            elif hit.code not in _TOGETHER:
                found = _TELLERS[hit.code](catalogue, run, hit)
                if found is not None:
                    yield found
            elif hit.code != "NB332" or _goes_only_to(run, hit.node, hit.facts[0]):
                ignored = hit.code in run.graph.nodes[hit.node].ignore
                together.setdefault((hit.code, ignored), []).append(hit)
    yield from crowded(catalogue, run, large)
    for (code, _), alike in together.items():
        yield replace(_TOGETHER[code](catalogue, run, alike), gathered=len(alike) > 1)


def _goes_only_to(run: GraphRun, name: str, follower: str) -> bool:
    return set(run.layout.follows.get(name, ())) == {follower}


# One sentence a node.


def _no_bend(catalogue: Catalogue, run: GraphRun, hit: Hit) -> Finding | None:
    (first,) = hit.facts
    if len(run.layout.follows.get(first, ())) != 1:
        return None  # Somebody else takes the first map as it is, so that it says something.
    found: tuple[Fix, ...] = ()
    kind = catalogue.get("relu")
    if kind is not None:
        target = Endpoint(hit.node, run.records[hit.node].kind.inputs[0])
        title = f"insert {kind.title} before {hit.node}"
        found = (fixes.insert_before(run.group, target, kind.id, kind.version, title, safe=False),)
    return Finding(
        "NB331",
        f"{first} and {hit.node} are linear maps with nothing nonlinear between them, "
        "so together they can do no more than one map",
        hit.node,
        severity="warning",
        hint=f"put an activation such as ReLU between {first} and {hit.node}",
        related=(first,),
        fixes=found,
    )


def _hidden_softmax(catalogue: Catalogue, run: GraphRun, hit: Hit) -> Finding:
    (following,) = hit.facts
    return Finding(
        "NB335",
        f"{hit.node} is a {_title(run, hit)} between layers: its numbers add up to 1, "
        f"so {following} gets small ones that push each other down",
        hit.node,
        severity="warning",
        hint="use ReLU or GELU between layers, and keep Softmax for probabilities and attention",
        fixes=_as_relu(catalogue, run, [hit.node]),
    )


def _deep(catalogue: Catalogue, run: GraphRun, hit: Hit) -> Finding:
    return Finding(
        "NB336",
        f"{hit.node} is the {MOST_SATURATING}th layer of sigmoids or the like in a row, with no "
        "normalization and no skip between; next to nothing of the gradient gets back to the first",
        hit.node,
        severity="warning",
        hint="use ReLU, add a normalization every layer or two, or lead a skip around some of them",
    )


def _large_kernel(catalogue: Catalogue, run: GraphRun, hit: Hit) -> Finding:
    reach, size = hit.facts
    return Finding(
        "NB223",
        f"the kernel of {hit.node} reaches over {reach}, but its input has {size} there; "
        "the rest of its weights meet nothing but padding",
        hit.node,
        param="kernel_size",
        severity="warning",
        hint=f"use a kernel of at most {size}, or pool less before",
        fixes=tuple(kernel_fixes(run, run.records[hit.node])),
    )


def _skipping(catalogue: Catalogue, run: GraphRun, hit: Hit) -> Finding:
    reach, step = hit.facts
    return Finding(
        "NB224",
        f"{hit.node} takes steps of {step} with a kernel that reaches over {reach}, "
        f"so {step - reach} of every {step} positions {'is' if step - reach == 1 else 'are'} never looked at",
        hit.node,
        param="stride",
        severity="warning",
        hint=f"use a stride of at most {reach}, or a kernel of at least {step}",
        fixes=tuple(stride_fixes(run, run.records[hit.node])),
    )


def _unseen(catalogue: Catalogue, run: GraphRun, hit: Hit) -> Finding | None:
    if not _decides(run, hit.node):
        return None
    seen, whole = (" x ".join(map(str, sides)) for sides in hit.facts)
    return Finding(
        "NB225",
        f"every position that {hit.node} averages has seen {seen} of the {whole} of the input, "
        "less than half of it",
        hit.node,
        severity="info",
        hint="add convolutions or pools before it, or dilation, where what is looked for is larger",
    )


def _decides(run: GraphRun, name: str) -> bool:
    """Whether what a pool gives goes on alone, and not as the scale of what was there before it."""
    waiting, seen = [name], {name}
    while waiting:
        for follower in run.layout.follows.get(waiting.pop(), ()):
            record = run.records.get(follower)
            if record is None or record.kind.role == "loss" or follower in seen:
                continue
            if len(run.layout.wires.get(follower, NO_WIRES)) > 1:
                return False
            seen.add(follower)
            waiting.append(follower)
    return True


def _long(catalogue: Catalogue, run: GraphRun, hit: Hit) -> Finding:
    (steps,) = hit.facts
    return Finding(
        "NB227",
        f"{hit.node} goes through {steps:,} steps one after the other; "
        "what it reads first hardly reaches the end, and training is slow",
        hit.node,
        severity="info",
        hint="shorten the sequence with a strided Conv1d or a pool, or use attention",
    )


# One sentence for all nodes of a graph.


def _useless_bias(catalogue: Catalogue, run: GraphRun, hits: Sequence[Hit]) -> Finding:
    names = [hit.node for hit in hits]
    free = [n for n in names if not isinstance(run.graph.nodes[n].params.get("bias"), Expression)]
    those = "it takes" if len(names) == 1 else "they take"
    return Finding(
        "NB332",
        f"the bias of {listed(names)} has no effect: the normalization behind {'it' if len(names) == 1 else 'them'} "
        "takes the mean away, and the bias with it",
        names[0],
        param="bias",
        severity="info",
        hint=f"set bias to false; {those} that much less memory and time",
        related=tuple(names[1:]),
        fixes=(_without_bias(run.group, free),) if free else (),
    )


def _dropped_before(catalogue: Catalogue, run: GraphRun, hits: Sequence[Hit]) -> Finding:
    names = [hit.node for hit in hits]
    norms = [hit.facts[0] for hit in hits]
    return Finding(
        "NB333",
        f"{listed(names)} {'drops' if len(names) == 1 else 'drop'} numbers before {listed(norms)}, which then "
        "learns a variance that holds in training only",
        names[0],
        severity="info",
        hint="put dropout behind the last normalization",
        related=tuple(names[1:]),
        fixes=tuple(_behind_norm(run, hits[0])) if len(hits) == 1 else (),
    )


def _hidden_squash(catalogue: Catalogue, run: GraphRun, hits: Sequence[Hit]) -> Finding:
    names = [hit.node for hit in hits]
    return Finding(
        "NB334",
        f"{listed(names)} {'stands' if len(names) == 1 else 'stand'} between layers and "
        f"{'goes' if len(names) == 1 else 'go'} flat for large numbers, which holds up the gradient",
        names[0],
        severity="info",
        hint="use ReLU, GELU or SiLU between layers, and keep Sigmoid for gates and the end",
        related=tuple(names[1:]),
        fixes=_as_relu(catalogue, run, names),
    )


_TELLERS: dict[str, Teller] = {
    "NB223": _large_kernel,
    "NB224": _skipping,
    "NB225": _unseen,
    "NB227": _long,
    "NB331": _no_bend,
    "NB335": _hidden_softmax,
    "NB336": _deep,
}
_TOGETHER: dict[str, Gatherer] = {
    "NB332": _useless_bias,
    "NB333": _dropped_before,
    "NB334": _hidden_squash,
}


def _title(run: GraphRun, hit: Hit) -> str:
    return run.records[hit.node].kind.title


def _all(names: Sequence[str]) -> str:
    """Which nodes a fix changes: by name as long as they are few."""
    return listed(names) if len(names) < 3 else f"all {len(names)}"


def _as_relu(catalogue: Catalogue, run: GraphRun, names: Sequence[str]) -> tuple[Fix, ...]:
    kind = catalogue.get("relu")
    if kind is None:
        return ()
    group, version = run.group, kind.version

    def edit(network: Network) -> Network:
        for name in names:
            network = edits.set_type(network, name, "relu", {}, version, group)
        return network

    what = f"{_all(names)} a {kind.title}"
    return (Fix(f"make {what}", edit, safe=False, group=group),)


def _without_bias(group: str, names: Sequence[str]) -> Fix:
    def edit(network: Network) -> Network:
        for name in names:
            network = edits.set_param(network, name, "bias", False, group)
        return network

    return Fix(f"set bias of {_all(names)} to false", edit, group=group)


def _behind_norm(run: GraphRun, hit: Hit) -> Iterator[Fix]:
    """Swap the two, where nobody else takes what lies between."""
    (norm,) = hit.facts
    if _goes_only_to(run, hit.node, norm):
        ends = Endpoint(hit.node, "input"), Endpoint(hit.node, "output")
        title = f"move {hit.node} behind {norm}"
        yield fixes.move_behind(run.group, ends, Endpoint(norm, "output"), title)
