"""A module as torch.export records it, and the ONNX model made of that."""

from __future__ import annotations

import io
import logging
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netbuilder.codegen.source import Argument, Result, Source
from netbuilder.exchange import onnx_graph
from netbuilder.exchange.places import Places
from netbuilder.exchange.report import ExportError
from netbuilder.exchange.sampling import OPEN_SIZES, draw_inputs, open_sizes

if TYPE_CHECKING:
    from onnx import ModelProto
    from torch import nn
    from torch.export import ExportedProgram

# The oldest opset that the exporter writes by itself, so that most runtimes can read the file.
OPSET = 18
BATCH = "N"
TRACED_BATCH = 3


@dataclass(frozen=True)
class Traced:
    """An ONNX model, and the recorded program that it was translated from.

    Attributes:
        model: The ONNX model.
        program: The program.
        names: The names of the values in the model, by name in the program, where they differ.
        places: Where the program's lines come from.
        prepared: Values of the model that stand in for inputs which it prepares by itself.
    """

    model: ModelProto
    program: ExportedProgram
    names: dict[str, str]
    places: Places
    prepared: tuple[str, ...] = ()


def trace(module: nn.Module, source: Source) -> Traced:
    """Record a module with open batch and sequence axes and translate it to ONNX.

    Args:
        module: The module, in evaluation mode. Recording may leave traces in it: use another one of
            the same weights to compare with.
        source: What it was built from.

    Raises:
        ExportError: An operation cannot be recorded or translated, or fixes an axis.
    """
    import torch

    from netbuilder.exchange.onnx_recurrent import whole_recurrent_layers

    _refuse_dtypes(source)
    places = Places(source, sys.modules[type(module).__module__].__file__ or "")
    sizes = {name: OPEN_SIZES[0] + 8 * i for i, name in enumerate(open_sizes(source))}
    inputs = draw_inputs(module, source.inputs, TRACED_BATCH, sizes, seed=0)
    with quiet(), whole_recurrent_layers() as translations:
        try:
            result = torch.onnx.export(
                module,
                tuple(inputs),
                dynamo=True,
                dynamic_shapes=open_shapes(source),
                custom_translation_table=translations,
                opset_version=OPSET,
                verbose=False,
                **_slots(source),
            )
        except Exception as error:
            raise ExportError(sentence(error, source, places, "ONNX")) from error
        assert result is not None
        assert result.exported_program is not None
        model = result.model_proto
    return _named(model, result.exported_program, source, places)


def open_shapes(source: Source) -> tuple[dict[int, Any], ...]:
    """Return which axes of each input are left open, as torch.export wants it told; the batch is one."""
    import torch

    return tuple(
        {0: torch.export.Dim.DYNAMIC}
        | {i: torch.export.Dim.DYNAMIC for i, s in enumerate(item.shape, 1) if isinstance(s, str)}
        for item in source.inputs
    )


def _slots(source: Source) -> dict[str, Any]:
    # No name of the recorded program has a colon, so these cannot meet one; they are replaced below.
    return {
        "input_names": [f"input:{i}" for i in range(len(source.inputs))],
        "output_names": [f"output:{i}" for i in range(len(source.outputs))],
    }


def _named(model: ModelProto, program: ExportedProgram, source: Source, places: Places) -> Traced:
    graph = model.graph
    wanted = {f"input:{i}": item.name for i, item in enumerate(source.inputs)}
    wanted |= {f"output:{i}": item.name for i, item in enumerate(source.outputs)}
    mapping = onnx_graph.rename(graph, wanted)
    symbols = {}
    for value, item in zip(graph.input, source.inputs, strict=True):
        sizes = (BATCH, *item.shape)
        for dim, size in zip(value.type.tensor_type.shape.dim, sizes, strict=True):
            if dim.dim_param:
                symbols[dim.dim_param] = str(size)
    onnx_graph.name_axes(graph, symbols)
    onnx_graph.annotate(graph, places.of_trace)
    inputs = [node.name for node in program.graph.nodes if node.op == "placeholder"]
    inputs = inputs[len(inputs) - len(source.inputs) :]
    mapping |= dict(zip(inputs, (item.name for item in source.inputs), strict=True))
    # An output's own name is told by its place; the values of its name within are others.
    outputs = program.graph_signature.user_outputs
    mapping |= {
        str(value): item.name
        for value, item in zip(outputs, source.outputs, strict=True)
        if str(value) not in inputs
    }
    return Traced(model, program, mapping, places)


def _refuse_dtypes(source: Source) -> None:
    items: list[Argument | Result] = [*source.inputs, *source.outputs]
    for item in items:
        if item.dtype == "bfloat16":
            raise ExportError(
                f"{item.name} is bfloat16, which onnxruntime cannot take or give from Python, so the "
                "file could not be verified; make it float32"
            )


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the exporter's warnings, log lines and prints from the user; errors still come through."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "torch.export", "onnxscript")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            for logger in loggers:
                logger.setLevel(logging.CRITICAL)
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def sentence(error: BaseException, source: Source, places: Places, words: str) -> str:
    """Say at which node an exporter failed, and why, in one sentence.

    Args:
        error: What it raised.
        source: What is exported.
        places: Where the lines of its module come from.
        words: What the format is called.
    """
    chain = [error]
    while following := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(following)
    found = (_failed_node(link, places) for link in reversed(chain))
    node = next((path for path in found if path), "")
    text = str(chain[-1])
    fixed = re.search(r"static shape of (\d+) for dimension (\S+)", text)
    if fixed:
        return (
            f"{_where(node, source)} cannot be written as {words}: the network fixes an axis that is left "
            f"open ({fixed[2].rstrip('.')} became {fixed[1]}); give that axis a size in the Input, or change "
            "the node that reshapes it"
        )
    lines = [line.strip(" -") for line in text.splitlines() if line.strip()]
    return f"{_where(node, source)} cannot be written as {words}: {lines[0] if lines else type(chain[-1]).__name__}"


def _where(node: str, source: Source) -> str:
    return f"node {node}" if node else f"the network {source.class_name}"


def _failed_node(error: BaseException, places: Places) -> str:
    """Return the node whose code ran, or whose record was translated, when an error was raised."""
    from torch.fx import Node

    frames = list(traceback.walk_tb(error.__traceback__))
    path = places.of_frames((frame.f_code.co_filename, line) for frame, line in frames)
    for frame, _ in reversed(frames):
        recorded = frame.f_locals.get("node")
        if not path and isinstance(recorded, Node):
            path = places.of_node(recorded)
    return path or places.of_trace(str(error))
