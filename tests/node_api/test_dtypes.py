import itertools

import pytest
import torch

from netbuilder.node_api import TensorType, promoted
from netbuilder.node_api.ports import DTYPES

PAIRS = list(itertools.product(sorted(DTYPES), repeat=2))


@pytest.mark.parametrize("ranks", [(1, 1), (0, 0), (1, 0), (0, 2)])
def test_it_promotes_every_pair_as_torch_does(ranks: tuple[int, int]) -> None:
    for pair in PAIRS:
        ours = promoted(TensorType((2,) * r, d) for r, d in zip(ranks, pair, strict=True))
        tensors = [
            torch.zeros((2,) * r, dtype=getattr(torch, d)) for r, d in zip(ranks, pair, strict=True)
        ]
        assert f"torch.{ours}" == str(torch.result_type(*tensors)), (pair, ranks)


def test_it_promotes_several_as_concatenating_does() -> None:
    for triple in itertools.product(sorted(DTYPES), repeat=3):
        ours = promoted(TensorType((2,), dtype) for dtype in triple)
        joined = torch.cat([torch.zeros(2, dtype=getattr(torch, dtype)) for dtype in triple])
        assert f"torch.{ours}" == str(joined.dtype), triple
