"""The contract every node type keeps: what its rules say is what torch does.

There is no line for any one type here. ``pytest tests/nodes --draws 5000`` draws more.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from node_draws import params, tensors
from node_torch import Run, is_own_rule, run, run_as_meta, trial

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.node_api import FLOATS, NodeType, Sym, TensorType, symbol
from netbuilder.node_api.dims import size_at
from netbuilder.node_api.node_type import Outcome, evaluate
from netbuilder.node_api.ports import Pattern

CATALOGUE = standard_catalogue()
TYPES = list(CATALOGUE.types.values())
# Types that compute; the others are the places where a graph begins and ends.
COMPUTING = [t for t in TYPES if t.role in ("", "loss")]
PLACES = [t for t in TYPES if t.role not in ("", "loss")]

every_type = pytest.mark.parametrize("node_type", TYPES, ids=lambda t: t.id)
every_computing_type = pytest.mark.parametrize("node_type", COMPUTING, ids=lambda t: t.id)


def drawing(draws: int, test: Callable[[st.DataObject], None], *, random: bool = False) -> None:
    """Run ``test`` on many draws; the same ones each time unless ``random``."""
    slow = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    phases = [Phase.generate, Phase.shrink]
    options = settings(
        max_examples=draws,
        deadline=None,
        derandomize=not random,
        database=None,
        phases=phases,
        suppress_health_check=slow,
    )
    options(given(st.data())(test))()


def drawn_node(data: st.DataObject, node_type: type[NodeType]) -> NodeType:
    """A node with drawn parameters."""
    return node_type(data.draw(params(node_type), label="params"))


@every_type
def test_it_is_documented(node_type: type[NodeType]) -> None:
    assert inspect.getdoc(node_type) == inspect.cleandoc(node_type.__doc__ or "")
    sentence = node_type.sentence()
    assert sentence.endswith("."), sentence
    assert len(sentence) <= 110, sentence
    for section in ("Formula", "Source"):
        assert node_type.section(section), section
    assert node_type.section("When").endswith(".")
    see = node_type.listed("See")
    assert see, "See: compares it with nothing"
    assert len(set(see)) == len(see)
    assert set(see) <= set(CATALOGUE.types) - {node_type.id}
    for port in (*node_type.ins, *node_type.outs):
        assert port.doc.endswith("."), port.name
    for name, param in node_type.params.items():
        assert param.doc.endswith("."), name
        assert param.doc[0].isupper(), name
    assert node_type.title
    assert node_type.category
    json.dumps(node_type.facts(), allow_nan=False)


@every_type
def test_names_of_ports_and_parameters_can_stand_in_source(node_type: type[NodeType]) -> None:
    names = [p.name for p in (*node_type.ins, *node_type.outs)]
    assert all(name.isidentifier() for name in names)
    assert len(names) == len(set(names))
    counts = {port.count for port in (*node_type.ins, *node_type.outs)} - {""}
    assert counts <= set(node_type.params)


@every_type
def test_defaults_are_taken(node_type: type[NodeType]) -> None:
    defaults = {name: param.default for name, param in node_type.params.items()}
    assert node_type(defaults).values() == node_type().values() == defaults


@every_type
def test_values_survive_json(node_type: type[NodeType], draws: int) -> None:
    def test(data: st.DataObject) -> None:
        node = drawn_node(data, node_type)
        plain = json.loads(json.dumps(node.to_plain(), allow_nan=False))
        assert node_type(plain).values() == node.values()

    drawing(min(draws, 50), test)


@every_computing_type
def test_rules_say_what_torch_does(
    node_type: type[NodeType], draws: int, random_draws: bool
) -> None:
    counts = {"accepted": 0, "refused": 0}

    def test(data: st.DataObject) -> None:
        node = drawn_node(data, node_type)
        inputs = data.draw(tensors(node), label="inputs")
        outcome = evaluate(node, inputs)
        counts["refused" if outcome.failed else "accepted"] += 1
        compare(node, inputs, outcome)

    drawing(draws, test, random=random_draws)
    # Draws that are nearly always refused would prove little.
    assert counts["accepted"] >= draws / 40


def compare(node: NodeType, inputs: dict[str, TensorType], outcome: Outcome) -> None:
    """Hold an outcome against torch: refusal, shapes, dtypes, weights and operations."""
    if outcome.failed:
        codes = {p.code for p in outcome.problems if p.severity == "error"}
        assert all(p.message and "\n" not in p.message for p in outcome.problems)
        if not is_own_rule(node, inputs, codes):
            done = trial(node, inputs, outcome)
            assert done, f"refused with {[p.message for p in outcome.problems]}, but torch takes it"
        return
    result = run_as_meta(node, outcome.axes, inputs)
    assert not result.raised, f"taken, but torch refuses: {result.refusal}"
    found = {
        port: TensorType(tuple(value.shape), str(value.dtype).removeprefix("torch."))
        for port, value in (result.outputs or {}).items()
    }
    assert found == dict(outcome.types)
    weights = {} if result.module is None else dict(result.module.named_parameters())
    shapes = {name: tuple(weight.shape) for name, weight in weights.items()}
    assert shapes == dict(node.weights(outcome.axes))
    assert result.flops == node.flops(outcome.axes, outcome.types)


@every_computing_type
def test_settings_mend_what_they_are_offered_for(node_type: type[NodeType], draws: int) -> None:
    def test(data: st.DataObject) -> None:
        node = drawn_node(data, node_type)
        inputs = data.draw(tensors(node), label="inputs")
        for problem in evaluate(node, inputs).problems:
            if problem.settings:
                # The offer is plain JSON, is taken, and the finding is gone.
                offered = json.loads(json.dumps(dict(problem.settings)))
                changed = node_type({**node.to_plain(), **offered})
                names = [p.name for p in changed.in_ports]
                if [p for p in names if p in inputs or not is_optional(node, p)] == list(inputs):
                    again = [(p.code, p.param) for p in evaluate(changed, inputs).problems]
                    assert (problem.code, problem.param) not in again

    drawing(draws, test)


def is_optional(node: NodeType, port: str) -> bool:
    """Whether an input of a node may stay unconnected."""
    declared = {p.name: p.declared for p in node.in_ports}
    return bool(getattr(declared.get(port), "optional", False))


@every_computing_type
def test_open_sizes_agree_with_numbers(
    node_type: type[NodeType], draws: int, random_draws: bool
) -> None:
    """What is inferred for N and T is, with numbers put in, what is inferred for the numbers."""

    def test(data: st.DataObject) -> None:
        node = drawn_node(data, node_type)
        inputs = data.draw(tensors(node), label="inputs")
        kinds = opened(data, node, inputs)
        names = sorted({str(d) for t in kinds.values() for d in t.shape if isinstance(d, Sym)})
        outcome = evaluate(node, kinds)
        if outcome.failed:
            return
        for _ in range(2):
            sizes = {name: data.draw(st.integers(1, 12), label=name) for name in names}
            numbers = {port: with_numbers(t, sizes) for port, t in kinds.items()}
            concrete = evaluate(node, numbers)
            if concrete.failed:
                continue  # A size left open may turn out too small; then the numbers say so.
            for port, found in outcome.types.items():
                assert with_numbers(found, sizes) == concrete.types[port]
            if (
                1 not in sizes.values()
            ):  # A sum over a single product is none; torch counts nothing.
                flops = node.flops(outcome.axes, outcome.types)
                assert size_at(flops, sizes) == node.flops(concrete.axes, concrete.types)

    drawing(draws, test, random=random_draws)


def opened(
    data: st.DataObject, node: NodeType, inputs: dict[str, TensorType]
) -> dict[str, TensorType]:
    """Leave axes open: always the batch, others as drawn; the same axis by the same name."""
    chosen: dict[str, bool] = {}
    found: dict[str, TensorType] = {}
    for port in node.in_ports:
        if port.name not in inputs:
            continue
        names = axis_names(port.declared.pattern, inputs[port.name].rank)
        shape = list(inputs[port.name].shape)
        for place, name in enumerate(names):
            if name not in chosen:
                chosen[name] = name == "N" or data.draw(st.booleans(), label=f"open {name}")
            if chosen[name]:
                shape[place] = symbol(name)
        found[port.name] = TensorType(tuple(shape), inputs[port.name].dtype)
    return found


def axis_names(pattern: Pattern, rank: int) -> list[str]:
    """A name for every axis of a tensor; axes under a star are numbered."""
    middle = [f"{pattern.star}{place}" for place in range(rank - pattern.rank)]
    return [*pattern.before, *middle, *pattern.after][:rank]


def with_numbers(tensor: TensorType, sizes: dict[str, int]) -> TensorType:
    return TensorType(tuple(size_at(size, sizes) for size in tensor.shape), tensor.dtype)


@every_computing_type
def test_forward_and_backward_give_numbers(node_type: type[NodeType], draws: int) -> None:
    """Both run on real tensors; with the defaults, outputs and all gradients are finite.

    Drawn parameters may ask for what is no number, such as a loss that ignores every class. Logarithms
    and quotients are no numbers for some inputs, but they are for all above zero.
    """
    done = {"default": 0, "drawn": 0}

    def test(data: st.DataObject) -> None:
        drawn = data.draw(params(node_type), label="params")
        for which, values in (("default", {}), ("drawn", drawn)):
            node = node_type(values)
            inputs = {
                port: TensorType(t.shape, "float32" if t.dtype in FLOATS else t.dtype)
                for port, t in data.draw(tensors(node), label="inputs").items()
            }
            outcome = evaluate(node, inputs)
            if not outcome.failed:
                result = run(node, outcome.axes, inputs, "cpu")
                if result.raised or not (backward(result) or which == "drawn"):
                    result = run(node, outcome.axes, inputs, "cpu", positive=True)
                    assert not result.raised, result.refusal
                    assert backward(result) or which == "drawn"
                done[which] += 1

    drawing(max(draws // 4, 50), test)
    assert all(done.values())


def backward(result: Run) -> bool:
    """Run backward; whether the outputs and the gradients of all weights are finite."""
    assert result.outputs is not None
    weights = [] if result.module is None else list(result.module.parameters())
    trained = [value for value in result.outputs.values() if value.requires_grad]
    assert trained or not weights
    if trained:
        sum(value.double().sum() for value in trained).backward()
    found = [*result.outputs.values(), *(w.grad for w in weights if w.grad is not None)]
    return all(bool(value.isfinite().all()) for value in found)


@pytest.mark.parametrize("node_type", PLACES, ids=lambda t: t.id)
def test_places_where_a_graph_begins_and_ends(node_type: type[NodeType], draws: int) -> None:
    def test(data: st.DataObject) -> None:
        node = drawn_node(data, node_type)
        outcome = evaluate(node, data.draw(tensors(node), label="inputs"))
        if "shape" in node.params:
            (found,) = outcome.types.values()
            assert [str(size) for size in found.shape] == ["N", *map(str, node.shape)]
            assert found.dtype == node.dtype
        elif node.out_ports:
            assert outcome.failed  # Only an instance of the group knows.
        else:
            assert not outcome.failed
            assert not outcome.types

    drawing(min(draws, 50), test)
