"""A built module against the same network written by hand: forward, and forward with backward.

Run it with ``python tests/benchmarks/module_speed.py``; it prints one ratio a line.
"""

from __future__ import annotations

from collections.abc import Callable

import architectures as nets
import torch
from paired import compare
from torch import Tensor, nn

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.codegen.load import load
from netbuilder.graph.model import Network


def pair(network: Network, hand: nn.Module) -> tuple[nn.Module, nn.Module]:
    """Return the built module and the hand-written one with the same weights."""
    built = load(generate(network, standard_catalogue()))()
    hand.load_state_dict(built.state_dict())
    return built.train(), hand.train()


def steps(
    model: nn.Module, inputs: tuple[Tensor, ...]
) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return a forward, and a forward with backward."""

    def forward() -> None:
        with torch.no_grad():
            model(*inputs)

    def both() -> None:
        model(*inputs).sum().backward()

    return forward, both


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    cases = [
        ("MLP, batch 32", nets.mlp_network(), nets.HandMLP(), (torch.randn(32, 784),)),
        (
            "ResNet-18 shape, batch 2",
            nets.resnet_network(),
            nets.HandResNet(),
            (torch.randn(2, 3, 64, 64),),
        ),
        ("small GPT, batch 4", nets.gpt_network(), nets.HandGPT(), nets.gpt_inputs(4)),
    ]
    print("built module against the same network by hand (goal: at most 1.02x)")
    for name, network, hand, inputs in cases:
        built, theirs = pair(network, hand)
        built.eval(), theirs.eval()
        assert torch.equal(built(*inputs), theirs(*inputs)), f"{name}: the two differ"
        built.train(), theirs.train()
        ours, others = steps(built, inputs), steps(theirs, inputs)
        for label, a, b in zip(("forward", "forward+backward"), ours, others, strict=True):
            print(f"  {name:26} {label:17} {compare(a, b)}")


if __name__ == "__main__":
    main()
