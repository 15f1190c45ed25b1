"""Whole networks against torch: grown from the whole catalogue, and the same ones broken at random.

``pytest tests/check/test_random_networks.py --networks 1000`` takes more of them; ``--networks-from``
others.
"""

from __future__ import annotations

import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
import torch
from grown_networks import CATALOGUE, COMPUTING, FEWEST, LOSSES, MOST, all_shown, broken, grown
from torch_walk import Walk, with_numbers

from netbuilder.check.checker import check
from netbuilder.check.report import Report
from netbuilder.check.runs import GraphRun
from netbuilder.codegen.emit import write
from netbuilder.codegen.load import load
from netbuilder.codegen.source import Argument, Source
from netbuilder.graph.model import Network
from netbuilder.node_api.node_type import evaluate

# Two batches, of sizes that nothing else is drawn to have, and two lengths for what is left open.
SIZES = ({"N": 7, "T": 24}, {"N": 11, "T": 36})
# Shares that keep the test from proving little: of broken networks that are unsound, and of refused
# nodes that only a stricter rule of ours refuses.
FEWEST_UNSOUND = 0.6
MOST_OWN = 0.3


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> range:
    """The seeds of the networks."""
    first = request.config.getoption("--networks-from")
    return range(first, first + request.config.getoption("--networks"))


def wanted(seed: int) -> tuple[str, ...]:
    """Four types that a network must hold; sixty networks hold all."""
    types = [*COMPUTING, *LOSSES]
    random.Random(0).shuffle(types)
    return tuple(types[(4 * seed + i) % len(types)] for i in range(4))


def test_torch_does_with_grown_networks_what_we_say(seeds: range) -> None:
    used: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in seeds:
        network = grown(seed, wanted(seed))
        report = check(network, CATALOGUE)
        assert report.ok, f"{seed}: {report.diagnostics}"
        count = sum(len(graph.nodes) for _, graph in network.graphs())
        assert FEWEST <= count <= 2 * MOST
        used.update(node.type for _, graph in network.graphs() for node in graph.nodes.values())
        used.update("repeated" for node in network.graph.nodes.values() if node.repeat != 1)
        used.update("linked" for node in network.graph.nodes.values() if "_again_" in node.id)
        wrong += [f"{seed}: {text}" for text in differences(network, report, Counter())]
    assert not wrong, "\n".join(wrong)
    if len(seeds) >= 60:
        assert {*COMPUTING, *LOSSES, "input", "target", "output"} <= set(used)
        assert used["repeated"] > len(seeds) / 20
        assert used["linked"] > len(seeds) / 20


def test_torch_refuses_broken_networks_where_we_do(
    seeds: range, record_property: Callable[[str, object], None]
) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for seed in seeds:
        rng = random.Random(f"broken {seed}")
        network = broken(grown(seed, wanted(seed)), rng)
        report = check(network, CATALOGUE)
        counts["unsound" if not report.ok else "sound"] += 1
        wrong += [f"{seed}: {text}" for text in differences(network, report, counts)]
    record_property("counts", dict(counts))
    assert not wrong, "\n".join(wrong)
    if len(seeds) >= 60:
        assert counts["unsound"] >= len(seeds) * FEWEST_UNSOUND
        assert counts["own"] <= MOST_OWN * (counts["own"] + counts["refused"])


def differences(network: Network, report: Report, counts: Counter[str]) -> list[str]:
    """Where torch does something else than a report says; node by node, and the source as a whole."""
    walk = Walk(report.run, SIZES[0])
    counts.update(walk.counts)
    found = walk.wrong
    if not report.ok and not walk.told:
        codes = {d.code for d in report.diagnostics if d.severity == "error"}
        counts["document"] += 1
        found += [f"torch has nothing against {code}" for code in codes if code[:3] != "NB3"]
    if report.ok and not found:
        for sizes, changed in ((SIZES[0], network), (SIZES[1], all_shown(network))):
            # A size left open may turn out too small or too large; then the numbers say so.
            if numbers_fit(report.run, sizes):
                found += source_differences(changed, sizes)
    return found


def numbers_fit(run: GraphRun, sizes: Mapping[str, int]) -> bool:
    """Whether every node takes what flows in with numbers for the sizes that are left open."""
    for record in run.records.values():
        if record.kind.instance is not None and not record.node.bypass:
            ports = zip(record.kind.inputs, record.inputs, strict=True)
            inputs = {port: with_numbers(t, sizes) for port, t in ports if t is not None}
            if record.kind.role in ("", "loss") and evaluate(record.kind.instance, inputs).failed:
                return False
        if not all(numbers_fit(inner, sizes) for _, inner in record.result.runs):
            return False
    return True


def source_differences(network: Network, sizes: Mapping[str, int]) -> list[str]:
    """What the generated module gives, where it is something else than the report says."""
    report = check(network, CATALOGUE)
    source = write(network, CATALOGUE)
    expected = {}
    for node in network.graph.nodes.values():
        if node.type == "output":
            record = report.run.records[node.id]
            assert record.inputs[0] is not None
            tensor = with_numbers(record.inputs[0], sizes)
            expected[node.id] = (tensor.shape, f"torch.{tensor.dtype}")
        elif node.type in LOSSES:
            expected[node.id] = ((), "")
    try:
        values = results(source, sizes)
    except (IndexError, NotImplementedError):
        return []  # A computed index lies outside, or this processor lacks a kernel: no matter of shapes.
    except (RuntimeError, ValueError, TypeError, AssertionError) as error:
        if re.search("Class values must be smaller|out of bounds", str(error)):
            return []  # A computed number lies outside: numbers again.
        return [f"the source raises {type(error).__name__}: {error}"]
    found = {
        name: (tuple(value.shape), str(value.dtype) if expected[name][1] else "")
        for name, value in values.items()
    }
    return [
        f"{name}: the source makes {found.get(name)}, we say {said}"
        for name, said in expected.items()
        if found.get(name) != said
    ]


def results(source: Source, sizes: Mapping[str, int]) -> dict[str, torch.Tensor]:
    """What outputs and losses of a source give; on real tensors where torch wants to read one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return results_on(source, sizes, "meta")
        except RuntimeError as error:
            if not re.search("meta (tensors|kernel)", str(error), re.IGNORECASE):
                raise
        return results_on(source, sizes, "cpu")


def results_on(source: Source, sizes: Mapping[str, int], device: str) -> dict[str, torch.Tensor]:
    def zeros(argument: Argument) -> torch.Tensor:
        shape = (sizes["N"], *(sizes.get(d, d) for d in argument.shape))
        return torch.zeros(shape, dtype=getattr(torch, argument.dtype))

    with torch.device(device):
        model = load(source)()
        inputs = [zeros(argument) for argument in source.inputs]
        found = model(*inputs)
        outputs = found if len(source.outputs) > 1 else (found,)
        values = dict(zip((output.name for output in source.outputs), outputs, strict=True))
        if source.losses:
            losses, _ = model.losses(*inputs, *(zeros(argument) for argument in source.targets))
            values.update(losses)
    return values
