"""Exports of runs and of networks that nobody has trained, each verified against the module."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from netbuilder.app.project import open_network, source_of
from netbuilder.exchange.report import ExportError, ExportReport
from netbuilder.graph.model import Network
from netbuilder.training.run import RunFolder

if TYPE_CHECKING:
    from netbuilder.exchange.python import Training
    from netbuilder.exchange.subject import Subject

Format = Literal["python", "onnx", "pt2", "torchscript"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export(what: Path, to: Format, out: Path, *, with_preprocessing: bool = False) -> ExportReport:
    """Export a run's folder with its best weights, or a file with fresh ones.

    Args:
        what: A run's folder or a ``.netgraph`` file.
        to: ``python``, ``onnx``, ``pt2`` or ``torchscript``.
        out: The file; for ``python`` also a folder, which becomes a project.
        with_preprocessing: Let an ONNX file take numbers as the data have them; runs only.

    Raises:
        FileError: The file is not a network.
        NotSoundError: The network has errors; it carries the report.
        RunError: The folder holds no run, or one without weights.
        ExportError: It cannot be exported, or not be written.
        DataError: The project's data cannot be read.
    """
    if what.is_dir():
        return export_run(RunFolder(what), to, out, with_preprocessing=with_preprocessing)
    network = open_network(what)
    return export_network(network, what.parent, to, out, with_preprocessing=with_preprocessing)


def export_run(
    run: RunFolder, to: Format, out: Path, *, with_preprocessing: bool = False
) -> ExportReport:
    """Export a run with its best weights and a model card; arguments and errors as for ``export``."""
    from netbuilder.exchange.card import write_cards
    from netbuilder.exchange.trained import subject_of_run, training_of_run

    subject = subject_of_run(run)
    training = training_of_run(run) if _is_project(to, out) else None
    report = _export(subject, to, out, training, with_preprocessing=with_preprocessing)
    if not report.ok:
        return report
    try:
        cards = write_cards(run, subject, report)
    except OSError as error:
        raise ExportError(f"the model card of {out} cannot be written: {error}") from error
    return replace(report, files=(*report.files, *cards))


def export_network(
    network: Network, folder: Path, to: Format, out: Path, *, with_preprocessing: bool = False
) -> ExportReport:
    """Export a network with fresh weights; errors as for ``export``.

    Args:
        network: The document.
        folder: Its folder, where relative paths of the data start.
        to: ``python``, ``onnx``, ``pt2`` or ``torchscript``.
        out: The file or folder.
        with_preprocessing: As for ``export``.
    """
    from netbuilder.exchange.trained import subject_of_network, training_of_network

    source = source_of(network, folder)
    subject = subject_of_network(network, source)
    wanted = _is_project(to, out) and bool(network.data) and bool(source.losses)
    training = training_of_network(network, folder) if wanted else None
    return _export(subject, to, out, training, with_preprocessing=with_preprocessing)


def _is_project(to: Format, out: Path) -> bool:
    return to == "python" and out.suffix != ".py"


def _export(
    subject: Subject,
    to: Format,
    out: Path,
    training: Training | None,
    *,
    with_preprocessing: bool = False,
) -> ExportReport:
    if with_preprocessing and to != "onnx":
        raise ExportError(
            f"the preprocessing goes into ONNX files alone, not into {to}, where it is a step to take before; "
            "export to onnx, or without it"
        )
    if to == "onnx":
        from netbuilder.exchange.onnx import export_onnx

        return export_onnx(subject, out, with_preprocessing=with_preprocessing)
    if to == "python":
        from netbuilder.exchange.python import export_python

        return export_python(subject, out, training)
    if to in ("pt2", "torchscript"):
        from netbuilder.exchange.programs import export_program

        return export_program(subject, out, to)
    raise ExportError(f"there is no export to {to}; there are: {', '.join(FORMATS)}")
