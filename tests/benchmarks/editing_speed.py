"""What a person waits for while editing: check, re-check, source, open; beside torch on the same network.

Run it with ``python tests/benchmarks/editing_speed.py``. Milliseconds are the median of several rounds;
the ratio is against a forward of the same network on torch's meta device in the same run.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from networks import NodeText, network

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import Checker, check
from netbuilder.codegen.emit import generate, write
from netbuilder.codegen.load import load as load_module
from netbuilder.files.documents import load, save
from netbuilder.graph.edits import move_nodes, set_param
from netbuilder.graph.model import Network


def deep_network(count: int) -> Network:
    """A network of ``count`` nodes: blocks of normalization, two maps, a nonlinearity, a skip.

    Every block has a width of its own, so nothing is the same twice in a row.
    """
    nodes: list[NodeText] = [
        ("features", "input", {"shape": (64,)}),
        ("stem", "linear", {"out_features": 64}),
    ]
    edges = ["features -> stem"]
    last = "stem"
    block = 0
    while len(nodes) < count - 6:
        norm, up, act, drop, down, plus = (
            f"{n}_{block}" for n in ("norm", "up", "act", "drop", "down", "plus")
        )
        nodes += [
            (norm, "layer_norm"),
            (up, "linear", {"out_features": 65 + block % 500}),
            (act, ("relu", "gelu", "silu")[block % 3]),
            (drop, "dropout", {"p": 0.1}),
            (down, "linear", {"out_features": 64}),
            (plus, "add"),
        ]
        edges += [
            f"{last} -> {norm}",
            f"{norm} -> {up}",
            f"{up} -> {act}",
            f"{act} -> {drop}",
            f"{drop} -> {down}",
        ]
        edges += [f"{down} -> {plus}.x_1", f"{last} -> {plus}.x_2"]
        last = plus
        block += 1
    nodes += [
        ("logits", "output"),
        ("label", "target", {"shape": (), "dtype": "int64"}),
        ("loss", "cross_entropy"),
    ]
    edges += [f"{last} -> logits", f"{last} -> loss", "label -> loss.target"]
    return network(nodes, ",".join(edges), title="Deep")


def milliseconds(work: Callable[[], object], rounds: int = 5) -> float:
    """Return the median over rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def recheck_ms(value: Network, rounds: int = 50) -> dict[str, float]:
    """Return the median time to check again after one edit, by kind of edit."""
    catalogue = standard_catalogue()
    names = [n for n in value.graph.nodes if n.startswith("up_")]
    kinds: dict[str, Callable[[Network, int], Network]] = {
        "a parameter": lambda v, i: set_param(v, names[i % len(names)], "out_features", 700 + i),
        "a move": lambda v, i: move_nodes(v, {names[i % len(names)]: (float(i), 1.0)}),
    }
    found = {}
    for kind, edit in kinds.items():
        checker = Checker(catalogue)
        current = value
        checker.check(current)
        times = []
        for i in range(rounds):
            current = edit(current, i)
            start = time.perf_counter()
            checker.check(current)
            times.append(time.perf_counter() - start)
        found[kind] = 1000 * statistics.median(times)
    return found


def main() -> None:
    torch.set_num_threads(1)
    catalogue = standard_catalogue()
    large, middle = deep_network(10_000), deep_network(1_000)
    generate(middle, catalogue)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.netgraph"
        save(large, path)
        opened = milliseconds(lambda: load(path))
        size = path.stat().st_size / 2**20
    checked = milliseconds(lambda: check(large, catalogue))
    source = write(large, catalogue)
    with torch.device("meta"):
        module = load_module(source)().eval()
        features = torch.empty(2, 64)
        meta = milliseconds(lambda: module(features), rounds=3)
    print(f"check of {len(large.graph.nodes):,} nodes       {checked:8.1f} ms (goal 100)")
    print(
        f"  of a forward on meta tensors {checked / meta:8.4f}x (goal 0.02; the forward takes {meta:.0f} ms)"
    )
    for kind, found in recheck_ms(middle).items():
        print(
            f"re-check after {kind:14} {found:8.2f} ms (goal 2; {len(middle.graph.nodes):,} nodes)"
        )
    print(
        f"source for {len(middle.graph.nodes):,} nodes        {milliseconds(lambda: write(middle, catalogue)):8.1f} ms (goal 50)"
    )
    print(
        f"open {len(large.graph.nodes):,} nodes           {opened:8.1f} ms (goal 300; {size:.1f} MiB)"
    )


if __name__ == "__main__":
    main()
