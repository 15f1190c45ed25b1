"""A network as a program that torch runs without its source: a ``.pt2`` of torch.export, or TorchScript."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from netbuilder.exchange.onnx_trace import TRACED_BATCH, open_shapes, quiet, sentence
from netbuilder.exchange.place import put
from netbuilder.exchange.places import Places
from netbuilder.exchange.readme import facts
from netbuilder.exchange.report import Comparison, ExportError, ExportReport, worst
from netbuilder.exchange.sampling import (
    BATCH_SIZES,
    OPEN_SIZES,
    draw_inputs,
    expected,
    open_sizes,
    outputs_of,
)
from netbuilder.exchange.subject import Subject, build

if TYPE_CHECKING:
    from torch import Tensor, nn

ProgramFormat = Literal["pt2", "torchscript"]
# The facts that a project keeps in a file of this name lie within the program as well.
FACTS = "preprocessing.json"


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of program is written and read.

    Attributes:
        words: What it is called.
        write: Records a module at inputs and writes the file, with the facts in it.
        read: Gives back something that is called like the module.
    """

    words: str
    write: Callable[[nn.Module, Subject, list[Tensor], Path], None]
    read: Callable[[Path], nn.Module]


def export_program(subject: Subject, path: Path, to: ProgramFormat) -> ExportReport:
    """Write a network as a program that needs torch alone to run.

    The written file is read again and compared with the module; where it differs, nothing is put in
    place, and an older file stays as it was. ``preprocessing.json`` lies in the file.

    Args:
        subject: What to write.
        path: The file.
        to: ``pt2`` is what torch.export writes; ``torchscript`` is deprecated by torch.

    Raises:
        ExportError: An operation cannot be recorded, or a file cannot be written.
    """
    if path.is_dir():
        raise ExportError(f"{path} is a folder, but the name of a file was expected")
    kind, source = _KINDS[to], subject.source
    module = build(subject)
    places = Places(source, sys.modules[type(module).__module__].__file__ or "")
    sizes = {name: OPEN_SIZES[0] + 8 * i for i, name in enumerate(open_sizes(source))}
    inputs = draw_inputs(module, source.inputs, TRACED_BATCH, sizes, seed=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
            work = Path(folder) / path.name
            with quiet():
                try:
                    kind.write(module, subject, inputs, work)
                    outputs, used = _compare(kind.read(work), subject)
                except Exception as error:
                    if isinstance(error, OSError):
                        raise
                    raise ExportError(sentence(error, source, places, kind.words)) from error
            report = ExportReport(to, path, (), outputs, BATCH_SIZES, used)
            return replace(report, files=put([work], path.parent)) if report.ok else report
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error


def _compare(
    program: nn.Module, subject: Subject
) -> tuple[tuple[Comparison, ...], tuple[dict[str, int], ...]]:
    """Compare a program that was read with a module of the same weights."""
    from netbuilder.exchange.compare import max_abs_diff, tolerance

    module, source = build(subject), subject.source
    found: list[list[Comparison]] = [[] for _ in source.outputs]
    sizes = []
    for index, batch in enumerate(BATCH_SIZES):
        inputs, wanted, used = expected(module, source, batch, index)
        sizes.append(used)
        actual = outputs_of(program, inputs)
        for ones, item, a, b in zip(found, source.outputs, wanted, actual, strict=True):
            ones.append(Comparison(item.name, max_abs_diff(a, b), tolerance(a)))
    return tuple(worst(ones) for ones in found), tuple(sizes)


def _write_pt2(module: nn.Module, subject: Subject, inputs: list[Tensor], path: Path) -> None:
    import torch

    from netbuilder.exchange.onnx_recurrent import torch_operation, whole_recurrent_layers

    shapes = open_shapes(subject.source)
    with whole_recurrent_layers():
        program = torch.export.export(module, tuple(inputs), dynamic_shapes=shapes)
    for node in program.graph.nodes:
        node.target = torch_operation(node.target)
    torch.export.save(program, path, extra_files={FACTS: facts(subject, "")})


def _read_pt2(path: Path) -> nn.Module:
    import torch

    program: nn.Module = torch.export.load(path).module()
    return program


def _write_torchscript(
    module: nn.Module, subject: Subject, inputs: list[Tensor], path: Path
) -> None:
    import torch

    with torch.no_grad():
        trace: Any = torch.jit.trace
        traced = trace(module, tuple(inputs))
    torch.jit.save(traced, str(path), _extra_files={FACTS: facts(subject, "").encode("utf-8")})


def _read_torchscript(path: Path) -> nn.Module:
    import torch

    load: Any = torch.jit.load
    program: nn.Module = load(str(path))
    return program


_KINDS: Final[dict[str, _Kind]] = {
    "pt2": _Kind("a .pt2 program", _write_pt2, _read_pt2),
    "torchscript": _Kind("TorchScript", _write_torchscript, _read_torchscript),
}
