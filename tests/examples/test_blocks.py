"""The ready groups: each stands in a network, trains a step, and has the size its paper gives it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from netbuilder.app.library import BLOCKS, Library
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load
from netbuilder.graph import edits
from netbuilder.graph.model import Network

IMAGE, WIDE, SEQUENCE = (64, 8, 8), (256, 8, 8), (10, 256)
# The shape of one sample, the shape that comes out, and the parameters, as counted by hand from
# torchvision's BasicBlock, Bottleneck and InvertedResidual and from the formulas of the papers.
FACTS = {
    "Residual block": (IMAGE, IMAGE, 2 * 64 * 64 * 9 + 2 * 128),
    "Residual block (down)": (IMAGE, (64, 4, 4), 2 * 64 * 64 * 9 + 64 * 64 + 3 * 128),
    "Bottleneck block": (WIDE, WIDE, 70_400),
    "Inverted residual": ((32, 8, 8), (32, 8, 8), 14_848),
    "Squeeze-and-excite": (IMAGE, IMAGE, 64 * 4 + 4 + 4 * 64 + 64),
    "Dense layer": (IMAGE, (96, 8, 8), 2 * 64 + 64 * 128 + 2 * 128 + 128 * 32 * 9),
    "Dense block": (IMAGE, (192, 8, 8), 4 * (128 * 32 * 9 + 256) + (64 + 96 + 128 + 160) * 130),
    "U-Net step down": (IMAGE, (64, 4, 4), 2 * 64 * 64 * 9 + 2 * 128),
    "U-Net step up": ((128, 4, 4), IMAGE, 128 * 64 * 4 + 64 + 128 * 64 * 9 + 64 * 64 * 9 + 256),
    "Transformer block (pre-norm)": (SEQUENCE, SEQUENCE, 789_760),
    "Transformer block (post-norm)": (SEQUENCE, SEQUENCE, 789_760),
    "GPT block": (SEQUENCE, SEQUENCE, 789_760),
    "ViT block": (SEQUENCE, SEQUENCE, 789_760),
    "Inception block": (
        IMAGE,
        (256, 8, 8),
        2 * (64 * 64 + 64) + 64 * 48 + 48 + 32 * 64 * 9 + 64 + 16 * 64 * 25 + 64,
    ),
    "MLP block": ((256,), (256,), 256 * 1024 + 1024 + 1024 * 256 + 256),
    "Depthwise convolution": (IMAGE, IMAGE, 64 * 9 + 64),
    "Separable convolution": (IMAGE, IMAGE, 64 * 9 + 64 * 64 + 128),
}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def network_with(library: Library, name: str) -> Network:
    """A network of an input, an instance of the block, and an output for each of its outputs."""
    network, group = library.add_to(Network("Try"), name)
    network, node = edits.add_node(network, f"group:{group}", "block")
    shape = FACTS[name][0]
    inner = network.groups[group].graph.nodes.values()
    for port in [n.id for n in inner if n.type == "group_input"]:
        sizes = shape if port == "x" else FACTS[name][1]
        network, made = edits.add_node(network, "input", f"in_{port}", params={"shape": sizes})
        network = edits.connect(network, f"{made}.output", f"{node}.{port}")
    for port in [n.id for n in inner if n.type == "group_output"]:
        network, made = edits.add_node(network, "output", f"out_{port}")
        network = edits.connect(network, f"{node}.{port}", f"{made}.input")
    return network


def test_all_of_them_are_known_here(library: Library) -> None:
    rows = [entry for entry in library.entries() if entry.category == BLOCKS]
    assert {entry.id for entry in rows} == FACTS.keys()
    assert all(entry.sentence.endswith(".") for entry in rows)
    assert library.names() == ()


@pytest.mark.parametrize("name", FACTS)
def test_a_block_is_sound_computes_and_learns(library: Library, name: str) -> None:
    torch.manual_seed(0)
    _, handed, parameters = FACTS[name]
    network = network_with(library, name)
    report = check(network, standard_catalogue())
    assert [str(d) for d in report.diagnostics if d.severity != "info"] == []
    source = generate(network, standard_catalogue())
    model = load(source)()
    assert sum(p.numel() for p in model.parameters()) == parameters == report.cost.parameters
    inputs = [torch.randn(2, *(int(size) for size in entry.shape)) for entry in source.inputs]
    result = model(*inputs)
    outputs = result if isinstance(result, tuple) else (result,)
    assert (2, *handed) in [tuple(out.shape) for out in outputs]
    sum(out.square().sum() for out in outputs).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


@pytest.mark.parametrize("name", FACTS)
def test_the_cards_of_a_block_do_not_lie_on_each_other(library: Library, name: str) -> None:
    network, group = library.add_to(Network("Try"), name)
    places = [node.position for node in network.groups[group].graph.nodes.values()]
    assert len(set(places)) == len(places)


def test_a_gpt_block_sees_nothing_that_comes_later(library: Library) -> None:
    torch.manual_seed(0)
    model = load(generate(network_with(library, "GPT block"), standard_catalogue()))().eval()
    text = torch.randn(1, 10, 256)
    other = text.clone()
    other[:, 5:] += 1
    with torch.no_grad():
        assert torch.allclose(model(text)[:, :5], model(other)[:, :5], atol=1e-5)
        assert not torch.allclose(model(text)[:, 5:], model(other)[:, 5:])


def test_a_group_of_one_s_own_takes_the_place_of_a_ready_one(library: Library) -> None:
    network, group = library.add_to(Network("Try"), "MLP block")
    network = edits.set_group_info(network, group, doc="Mine.")
    library.keep(network, group, "MLP block")
    rows = [entry for entry in library.entries() if entry.id == "MLP block"]
    assert [entry.sentence for entry in rows] == ["Mine."]
    assert library.is_own("MLP block")
    library.remove("MLP block")
    assert not library.is_own("MLP block")
    assert "MLP block" in {entry.id for entry in library.entries()}
