"""Checking large networks, and checking them again after an edit.

    python tests/benchmarks/check_speed.py

A check of 10,000 nodes shall take at most 100 ms and 1/50 of a meta-tensor pass; checking 1,000 nodes
again after one edit at most 2 ms. The pass runs the same chain of modules on torch's meta device.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import LABEL, network

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import Checker, check
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.graph.ordering import by_name, by_target

CHECK_MS, AGAIN_MS, META_SHARE = 100.0, 2.0, 1 / 50


def large(nodes: int) -> Network:
    """A chain of Linear and ReLU with a loss, in the order a file has it."""
    rows = [
        ("image", "input", {"shape": (64,)}),
        LABEL,
        ("out", "output"),
        ("loss_1", "cross_entropy"),
    ]
    edges, last = [], "image"
    for number in range((nodes - len(rows)) // 2):
        rows += [(f"linear_{number}", "linear", {"out_features": 64}), (f"relu_{number}", "relu")]
        edges += [f"{last} -> linear_{number}", f"linear_{number} -> relu_{number}"]
        last = f"relu_{number}"
    edges += [f"{last} -> out", f"{last} -> loss_1", "label -> loss_1.target"]
    made = network(rows, ", ".join(edges))
    graph = replace(made.graph, nodes=by_name(made.graph.nodes), edges=by_target(made.graph.edges))
    return replace(made, graph=graph)


def best(work: Callable[[], object], rounds: int = 9) -> float:
    """The least time of some rounds, in milliseconds: the one that was disturbed the least."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def meta_pass(nodes: int) -> Callable[[], object]:
    """The same chain on meta tensors, at two batch sizes as a check by trial needs them."""
    import torch
    from torch import nn

    pairs = (nodes - 4) // 2
    with torch.device("meta"):
        layers = [layer for _ in range(pairs) for layer in (nn.Linear(64, 64), nn.ReLU())]

    def work() -> None:
        for batch in (2, 3):
            x = torch.empty(batch, 64, device="meta")
            for layer in layers:
                x = layer(x)

    return work


def again(start: Network, versions: list[Network], rounds: int = 20) -> float:
    """The least time of a check after one edit, going to and fro between versions."""
    checker = Checker(standard_catalogue())
    checker.check(start)
    times = []
    for number in range(rounds):
        changed = versions[number % len(versions)]
        for version in (changed, start):
            begin = time.perf_counter()
            checker.check(version)
            times.append(time.perf_counter() - begin)
    return min(times) * 1e3


def main() -> int:
    """Print every figure; return 1 if one misses its mark."""
    catalogue = standard_catalogue()
    network_10k, network_1k = large(10_000), large(1_000)
    full = best(lambda: check(network_10k, catalogue))
    meta = best(meta_pass(10_000), 1)
    middle = f"linear_{len(network_1k.graph.nodes) // 4}"
    edited = {
        "a parameter that changes no type": [edits.set_param(network_1k, middle, "bias", False)],
        "a node moved": [edits.move_nodes(network_1k, {middle: (5.0, 5.0)})],
        "a parameter that changes types": [
            edits.set_param(network_1k, middle, "out_features", 30 + n) for n in range(20)
        ],
        "an edge near the end": [edits.disconnect(network_1k, "out.input")],
        "an edge in the middle, 500 nodes behind it": [
            edits.disconnect(network_1k, f"{middle}.input")
        ],
    }
    print(
        f"check of 10,000 nodes {full:8.1f} ms, {full / meta:.4f} of a meta-tensor pass ({meta:.0f} ms)"
    )
    figures = {name: again(network_1k, versions) for name, versions in edited.items()}
    for name, figure in figures.items():
        print(
            f"  1,000 nodes after {name:<44}{figure:8.2f} ms  {figure / full * 10:6.3f} of a full check"
        )
    ok = full <= CHECK_MS and full <= meta * META_SHARE and max(figures.values()) <= AGAIN_MS
    print("all marks met" if ok else "a mark is missed")
    return 0 if ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
