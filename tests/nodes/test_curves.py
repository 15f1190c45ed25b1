"""The pictures of functions of one number are of what torch makes of these numbers."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from node_draws import params
from node_torch import carried_out

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.node_api import Name, NodeType, TensorType
from netbuilder.node_api.node_type import evaluate

TYPES = standard_catalogue().types
DRAWN = [t for t in TYPES.values() if t.curve is not NodeType.curve]
NUMBERS = [step / 4 for step in range(-20, 21)]


def torch_says(node: NodeType) -> list[float] | None:
    """What torch makes of the numbers; None where the node cannot be."""
    outcome = evaluate(node, {"input": TensorType((len(NUMBERS),), "float64")})
    if outcome.failed:
        return None
    names = {"torch": torch, "nn": torch.nn, "x": torch.tensor(NUMBERS, dtype=torch.float64)}
    construction = node.module(outcome.axes)
    module = None
    if construction is not None:
        names["module"], module = carried_out(construction, names), Name("module")
    made = carried_out(node.forward(outcome.axes, {"input": Name("x")}, module), names)
    return list(made.tolist())


@pytest.mark.parametrize("node_type", DRAWN, ids=lambda t: t.id)
def test_a_curve_is_what_torch_computes(node_type: type[NodeType]) -> None:
    compared = 0

    @settings(max_examples=5, deadline=None, derandomize=True, database=None)
    @given(params(node_type))
    def test(values: dict[str, object]) -> None:
        nonlocal compared
        for node in (node_type(), node_type(values)):
            for x, said in zip(NUMBERS, torch_says(node) or (), strict=False):
                curve = node.curve(x)
                if curve is None:
                    assert not math.isfinite(said), x
                elif math.isfinite(said):
                    assert math.isclose(curve, said, rel_tol=1e-6, abs_tol=1e-9), x
                    compared += 1

    test()
    assert compared > 100


def test_activations_of_one_number_have_a_curve() -> None:
    without = {t.id for t in TYPES.values() if t.category == "Activation"} - {t.id for t in DRAWN}
    # These look at several numbers, or learn their slope.
    assert without == {"softmax", "log_softmax", "softmin", "glu", "swiglu", "prelu"}


def test_other_types_have_none() -> None:
    assert TYPES["conv2d"]().curve(1.0) is None
