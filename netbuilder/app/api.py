"""What ``import netbuilder`` offers: the whole path from a graph to a trained, exported network."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from netbuilder.app import exporting, project, training
from netbuilder.app.compose import Builder
from netbuilder.app.custom_nodes import recorded
from netbuilder.app.exporting import Format
from netbuilder.app.training import OnRecord, Trained, new_run_path
from netbuilder.catalogue.folders import set_trusted, trusted
from netbuilder.catalogue.packs import reread, standard_catalogue
from netbuilder.check.report import Report
from netbuilder.codegen.source import Source
from netbuilder.exchange.report import ExportReport
from netbuilder.files import documents
from netbuilder.graph.model import Network
from netbuilder.training.run import RunFolder

if TYPE_CHECKING:
    from torch import nn

__all__ = [
    "Builder",
    "build",
    "check",
    "evaluate",
    "export",
    "load",
    "save",
    "source",
    "train",
    "trust_nodes",
]

PathLike: TypeAlias = str | os.PathLike[str]
Document: TypeAlias = Network | Builder | PathLike


def load(path: PathLike) -> Network:
    """Open a ``.netgraph`` file; nothing in it is ever run.

    Raises:
        FileError: The file cannot be read or is not a network.
    """
    return project.open_network(path)


def save(document: Network | Builder, path: PathLike) -> None:
    """Save a network, atomically and durably.

    Raises:
        FileError: It was not saved.
    """
    documents.save(recorded(_network(document), standard_catalogue()), path)


def trust_nodes(*folders: PathLike) -> None:
    """Let the code of custom nodes in these folders run in this program; files of before are read again."""
    set_trusted((*trusted(), *map(Path, folders)))
    reread()


def check(document: Document, folder: PathLike | None = None) -> Report:
    """Check a network with its data and its recipe.

    Args:
        document: The network, what builds it, or its file.
        folder: Where relative paths of the data start; by default the file's folder, or the current one.
    """
    return project.check_network(_network(document), _folder(document, folder))


def source(document: Document, folder: PathLike | None = None) -> Source:
    """Write the PyTorch source of a network; its ``text`` is the Python.

    Raises:
        NotSoundError: The network has errors; it carries the report.
    """
    return project.source_of(_network(document), _folder(document, folder))


def build(document: Document, folder: PathLike | None = None) -> nn.Module:
    """Return a network as a ``torch.nn.Module`` with fresh weights.

    Raises:
        NotSoundError: The network has errors; it carries the report.
    """
    return project.build(_network(document), _folder(document, folder))


def train(
    document: Document,
    run: PathLike | None = None,
    *,
    folder: PathLike | None = None,
    on_record: OnRecord | None = None,
) -> Trained:
    """Train a network in a process of its own and wait for the end.

    Args:
        document: The network, what builds it, or its file.
        run: The run's folder; by default a new one in ``runs``.
        folder: Where relative paths of the data start; by default the file's folder, or the current one.
        on_record: Gets every record and event as it comes.

    Raises:
        NotSoundError: The network, its data or its recipe have errors; it carries the report.
        RunError: The run cannot be made or started.
    """
    stem = "network" if isinstance(document, Network | Builder) else Path(document).stem
    where = Path(run) if run is not None else new_run_path(stem)
    return training.train(_network(document), _folder(document, folder), where, on_record)


def evaluate(run: RunFolder | Trained | PathLike, split: str = "test") -> Mapping[str, Any]:
    """Return the figures of a run's best weights on a split: ``samples``, ``loss``, ``metrics``.

    Raises:
        RunError: There is no run, no such split, no data in it, or there are no weights.
    """
    return training.evaluate(_run(run), split)


def export(
    what: Document | RunFolder | Trained,
    path: PathLike,
    to: Format | None = None,
    *,
    folder: PathLike | None = None,
    with_preprocessing: bool = False,
) -> ExportReport:
    """Export a run with its best weights, or a network with fresh ones; verified before it is written.

    Args:
        what: A run or its folder; a network, what builds it, or its file.
        path: Where to: an ``.onnx`` or ``.pt2`` file, a ``.py`` file, or a folder for a Python project.
        to: ``onnx``, ``pt2``, ``torchscript`` or ``python``; by default as the path ends.
        folder: Where relative paths of the data start; by default the file's folder, or the current one.
        with_preprocessing: Let an ONNX file of a run take numbers as the data have them.

    Raises:
        ExportError: It cannot be exported.
    """
    target = Path(path)
    endings: dict[str, Format] = {".onnx": "onnx", ".pt2": "pt2"}
    kind: Format = to or endings.get(target.suffix, "python")
    inside = with_preprocessing
    if not isinstance(what, Network | Builder) and (
        isinstance(what, RunFolder | Trained) or Path(what).is_dir()
    ):
        return exporting.export_run(_run(what), kind, target, with_preprocessing=inside)
    network, base = _network(what), _folder(what, folder)
    return exporting.export_network(network, base, kind, target, with_preprocessing=inside)


def _network(document: Document) -> Network:
    if isinstance(document, Builder):
        return document.network
    return document if isinstance(document, Network) else load(document)


def _folder(document: Document, folder: PathLike | None) -> Path:
    if folder is not None:
        return Path(folder)
    return Path() if isinstance(document, Network | Builder) else Path(document).parent


def _run(what: RunFolder | Trained | PathLike) -> RunFolder:
    if isinstance(what, Trained):
        return what.run
    return what if isinstance(what, RunFolder) else RunFolder(Path(what))
