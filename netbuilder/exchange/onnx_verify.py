"""An ONNX model run by onnxruntime against the module, and where the two first part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netbuilder.codegen.source import Source
from netbuilder.exchange import onnx_graph
from netbuilder.exchange.compare import max_abs_diff, same_numbers, tolerance
from netbuilder.exchange.onnx_prepare import draw
from netbuilder.exchange.onnx_trace import Traced
from netbuilder.exchange.places import module_of
from netbuilder.exchange.report import Comparison, Difference, worst
from netbuilder.exchange.sampling import BATCH_SIZES, outputs_of
from netbuilder.exchange.sampling import expected as expected_outputs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto
    from torch import Tensor, nn


@dataclass
class Verification:
    """What running both gave.

    Attributes:
        outputs: The worst comparison of each output.
        sizes: The sizes of open axes at each batch size.
        failed: What was given at which an output differed; None if there is nothing.
    """

    outputs: tuple[Comparison, ...]
    sizes: tuple[dict[str, int], ...]
    failed: Given | None = None


@dataclass(frozen=True)
class Given:
    """The same samples for both.

    Attributes:
        feed: What the file takes, by the name of the input.
        inputs: What the module takes.
    """

    feed: Mapping[str, NDArray[Any]]
    inputs: list[Tensor]


@dataclass
class _Recorded:
    """What the recorded program computed.

    Attributes:
        values: The values by name.
        several: The values of operations that give several, by the path of their node.
        nodes: The program's nodes by name.
    """

    values: dict[str, NDArray[Any]] = field(default_factory=dict)
    of_path: dict[str, list[NDArray[Any]]] = field(default_factory=dict)
    nodes: dict[str, Any] = field(default_factory=dict)


def verify(
    model: Path | bytes,
    module: nn.Module,
    source: Source,
    batch_sizes: Sequence[int] = BATCH_SIZES,
    preprocessing: Mapping[str, Any] | None = None,
) -> Verification:
    """Compare an ONNX model with the module at several batch sizes.

    Args:
        model: The file, or what it holds.
        module: The module, in evaluation mode.
        source: What the module was built from.
        batch_sizes: The batch sizes.
        preprocessing: What the file does to its inputs by itself; None for nothing. The module then gets
            what ``data.applying`` makes of the same samples.
    """
    session = _session(model)
    found: list[list[Comparison]] = [[] for _ in source.outputs]
    sizes: list[dict[str, int]] = []
    failed = None
    for index, batch in enumerate(batch_sizes):
        inputs, expected, used = expected_outputs(module, source, batch, index)
        sizes.append(used)
        given = Given(
            {item.name: x.numpy() for item, x in zip(source.inputs, inputs, strict=True)}, inputs
        )
        if preprocessing is not None:
            given = Given(*draw(source, preprocessing, inputs, seed=index))
            expected = outputs_of(module, given.inputs)
        actual = session.run([item.name for item in source.outputs], given.feed)
        for place, (item, a, b) in enumerate(zip(source.outputs, expected, actual, strict=True)):
            found[place].append(Comparison(item.name, max_abs_diff(a, b), tolerance(a)))
        if failed is None and not all(ones[-1].ok for ones in found):
            failed = given
    return Verification(tuple(worst(ones) for ones in found), tuple(sizes), failed)


def _session(model: Path | bytes, optimize: bool = True) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if not optimize:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    what = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(what, options, providers=["CPUExecutionProvider"])


def first_difference(
    exposed: Path | bytes, traced: Traced, source: Source, given: Given
) -> Difference | None:
    """Find the first value of an ONNX model that is not what the module computes.

    Args:
        exposed: The model, with all its values as outputs.
        traced: The model as it is, and the program it was translated from.
        source: What the module was built from.
        given: Samples at which an output differs.

    Returns:
        The place, or None if every value that both sides name agrees.
    """
    model = traced.model
    session = _session(exposed, optimize=False)
    wanted = [value.name for value in session.get_outputs()]
    actual = dict(zip(wanted, session.run(wanted, given.feed), strict=True))
    recorded = _record(traced, given.inputs)
    both = ((traced.names.get(name, name), name) for name in recorded.values)
    named = {value: name for value, name in both if value in actual}
    for node in model.graph.node:
        for value in node.output:
            if value not in named:
                continue
            expected = recorded.values[named[value]]
            difference = max_abs_diff(expected, actual[value])
            if difference > tolerance(expected):
                good = {*named, *(item.name for item in source.inputs), *traced.prepared}
                since = _nodes_since(traced, recorded, good, named[value])
                places = [traced.places.of_node(n) for n in since]
                paths = [path for path in dict.fromkeys(places) if path]
                blamed, merged = _blame(paths, _leaving(model, good, value), recorded, actual)
                scopes = [
                    module_of(n.meta)
                    for n, path in zip(since, places, strict=True)
                    if path == blamed
                ]
                return Difference(
                    node=blamed,
                    merged=merged,
                    module=scopes[-1] if scopes else "",
                    value=value,
                    operator=node.op_type,
                    max_abs_diff=difference,
                    tolerance=tolerance(expected),
                )
    return None


def _record(traced: Traced, inputs: Sequence[Tensor]) -> _Recorded:
    """Run the recorded program and keep everything it computes."""
    import torch

    recorded = _Recorded()

    class Recorder(torch.fx.Interpreter):
        def run_node(self, n: torch.fx.Node) -> Any:
            result = super().run_node(n)
            recorded.nodes[n.name] = n
            if n.op != "call_function":
                return result
            if isinstance(result, torch.Tensor):
                recorded.values[n.name] = result.detach().numpy().copy()
            several = result if isinstance(result, tuple | list) else (result,)
            path = traced.places.of_node(n)
            for one in several:
                if isinstance(one, torch.Tensor) and one.is_floating_point():
                    recorded.of_path.setdefault(path, []).append(one.detach().numpy().copy())
            return result

    with torch.no_grad():
        Recorder(traced.program.module()).run(*inputs)
    return recorded


def _blame(
    since: Sequence[str],
    leaving: Mapping[str, Sequence[str]],
    recorded: _Recorded,
    actual: Mapping[str, NDArray[Any]],
) -> tuple[str, tuple[str, ...]]:
    """Return the node to blame for a wrong value, and those it cannot be told apart from.

    Between the values that both sides name, the file may compute several nodes in one operator (a
    convolution with its normalization), and operators with several results (LSTM) name none of
    them. Such a node is cleared where the numbers that leave it are numbers that it computes in
    torch too, in whatever layout.

    Args:
        since: The paths of the nodes behind the value, in order.
        leaving: The values of the file that each of them hands to others.
        recorded: What torch computed.
        actual: What the file computed.
    """
    doubted: list[str] = []
    for path in since:
        leaves = [actual[v] for v in leaving.get(path, ()) if _is_float(actual.get(v))]
        known = recorded.of_path.get(path, [])
        wrong = [a for a in leaves if not any(same_numbers(b, a) for b in known)]
        if not leaves or wrong:
            doubted.append(path)
        if wrong:
            break
    doubted = doubted or list(since[-1:])
    return (doubted[-1], tuple(doubted[:-1])) if doubted else ("", ())


def _nodes_since(traced: Traced, recorded: _Recorded, good: set[str], name: str) -> list[Any]:
    """Return the recorded nodes behind a value, back to the last values both sides name, in order."""
    pending = [recorded.nodes[name]]
    seen = set()
    while pending:
        node = pending.pop()
        if node.op != "call_function" or node in seen:
            continue
        seen.add(node)
        inputs = node.all_input_nodes
        pending += [n for n in inputs if traced.names.get(n.name, n.name) not in good]
    return [node for node in recorded.nodes.values() if node in seen]


def _leaving(model: ModelProto, good: set[str], value: str) -> dict[str, list[str]]:
    """Return the values on the way to ``value`` that one node of the graph hands to another."""
    makers: dict[str, NodeProto] = {v: node for node in model.graph.node for v in node.output}
    leaving: dict[str, list[str]] = {onnx_graph.node_path(makers[value]): [value]}
    open_values = [value]
    seen: set[str] = set()
    while open_values:
        taker = makers[open_values.pop()]
        for one in taker.input:
            if one not in makers or one in good or one in seen:
                continue
            seen.add(one)
            open_values.append(one)
            path = onnx_graph.node_path(makers[one])
            if path != onnx_graph.node_path(taker):
                leaving.setdefault(path, []).append(one)
    return leaving


def _is_float(array: NDArray[Any] | None) -> bool:
    return array is not None and np.issubdtype(array.dtype, np.floating)
