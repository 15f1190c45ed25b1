"""A network to an ONNX file: recorded, translated, checked, compared and only then put in place."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from netbuilder.exchange.place import program_version, put
from netbuilder.exchange.report import Difference, ExportError, ExportReport
from netbuilder.exchange.sampling import BATCH_SIZES
from netbuilder.exchange.subject import Subject, build

if TYPE_CHECKING:
    from onnx import ModelProto

    from netbuilder.exchange.onnx_trace import Traced
    from netbuilder.exchange.onnx_verify import Verification

# Protocol buffers end at 2 GB; weights beyond that go into a file of their own. Some room is for the rest.
LARGE = 2_000_000_000


def export_onnx(
    subject: Subject,
    path: Path,
    *,
    batch_sizes: Sequence[int] = BATCH_SIZES,
    large: int = LARGE,
    with_preprocessing: bool = False,
) -> ExportReport:
    """Write a network as an ONNX file.

    The file takes any batch size, and any size of the axes that inputs leave open. It is compared
    with the module first; one that differs is not written, and an older file stays as it was.

    Args:
        subject: What to write.
        path: The file. Weights of 2 GB and more lie beside it, in a file named ``.data`` behind.
        batch_sizes: The batch sizes to compare at.
        large: Bytes of weights from which on they get a file of their own.
        with_preprocessing: Let the file take numbers as the data have them, and prepare them by itself.

    Raises:
        ExportError: An operation cannot be written as ONNX, or a file cannot be written.
    """
    from netbuilder.exchange.onnx_trace import trace

    if path.is_dir():
        raise ExportError(f"{path} is a folder, but the name of an .onnx file was expected")
    traced = trace(build(subject), subject.source)
    if with_preprocessing:
        traced = _preparing(traced, subject)
    describe(traced.model, subject, prepares=with_preprocessing)
    return finish(traced, subject, path, batch_sizes=batch_sizes, large=large)


def _preparing(traced: Traced, subject: Subject) -> Traced:
    """Put what was done to the data into the file."""
    from netbuilder.exchange.onnx_prepare import is_prepared, put_before

    known = subject.preprocessing
    if not known:
        raise ExportError(
            "nobody has prepared data for this network yet, so there is no preprocessing to put in; export "
            "a run"
        )
    if "fields" not in known and any(is_prepared(one, known) for one in subject.source.inputs):
        raise ExportError(
            "this run does not say what shape its data had before they were prepared, as runs do by now; "
            "train it again, or export without the preprocessing"
        )
    return replace(traced, prepared=tuple(put_before(traced.model, subject.source, known)))


def finish(
    traced: Traced, subject: Subject, path: Path, *, batch_sizes: Sequence[int], large: int
) -> ExportReport:
    """Verify a translated network and put its files in place.

    Raises:
        ExportError: A file cannot be written.
    """
    from netbuilder.exchange.onnx_verify import verify

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=path.parent) as folder:
            work = Path(folder) / path.name
            files = _write(traced.model, work, large)
            _check(work)
            known = subject.preprocessing if traced.prepared else None
            found = verify(work, build(subject), subject.source, batch_sizes, known)
            report = ExportReport(
                format="onnx",
                path=path,
                files=(),
                outputs=found.outputs,
                batch_sizes=tuple(batch_sizes),
                sizes=found.sizes,
                checker=True,
                opset=_opset(traced.model),
                prepares=bool(traced.prepared),
            )
            if report.ok:
                return replace(report, files=put(files, path.parent))
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    return replace(report, first_difference=_where(traced, subject, found, large))


def describe(model: ModelProto, subject: Subject, *, prepares: bool = False) -> None:
    """Write down in a model what it is: title, classes, preprocessing, where it comes from."""
    import onnx

    model.producer_name = "netbuilder"
    model.producer_version = program_version()
    model.graph.name = subject.source.class_name
    model.doc_string = subject.description
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, metadata(subject, prepares=prepares))


def metadata(subject: Subject, *, prepares: bool = False) -> dict[str, str]:
    """Return what the file says of itself; values that are not text are JSON.

    ``classes`` holds the names of the classes that an output scores, by output; ``preprocessing`` what
    was done to the fields of the data, ``prepares`` whether the file does it by itself, ``inputs`` which
    field each input takes.
    """
    known = subject.preprocessing.get("classes", {})
    outputs = subject.source.outputs
    classes = {o.name: known[o.classes_from] for o in outputs if o.classes_from in known}
    kept = (
        "standardize",
        "impute",
        "steps",
        "fields",
        "columns",
        "classes",
        "vocabulary",
        "tokenizer",
    )
    preprocessing = {k: subject.preprocessing[k] for k in kept if k in subject.preprocessing}
    return {
        "title": subject.name,
        "description": subject.description,
        "classes": json.dumps(classes),
        "inputs": json.dumps({item.name: item.field for item in subject.source.inputs}),
        "preprocessing": json.dumps(preprocessing),
        "prepares": json.dumps(prepares),
        "semantic_hash": subject.semantic_hash,
        "trained": json.dumps(subject.weights is not None),
        "netbuilder_version": program_version(),
    }


def _write(model: ModelProto, path: Path, large: int) -> list[Path]:
    """Write the model, with its weights beside it where they are large; return the files."""
    import onnx

    if sum(len(tensor.raw_data) for tensor in model.graph.initializer) < large:
        path.write_bytes(model.SerializeToString(deterministic=True))
        return [path]
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    data = path.with_name(path.name + ".data")
    onnx.save_model(whole, path, save_as_external_data=True, location=data.name)
    return [data, path]


def _opset(model: ModelProto) -> int:
    return next(int(one.version) for one in model.opset_import if one.domain in ("", "ai.onnx"))


def _check(path: Path) -> None:
    import onnx

    try:
        onnx.checker.check_model(path, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        first = str(error).strip().splitlines()[0]
        raise ExportError(f"{path.name}: the ONNX checker refuses it: {first}") from error


def _where(traced: Traced, subject: Subject, found: Verification, large: int) -> Difference | None:
    from netbuilder.exchange.onnx_graph import expose
    from netbuilder.exchange.onnx_verify import first_difference

    if found.failed is None:
        return None
    with tempfile.TemporaryDirectory(prefix="netbuilder-") as folder:
        path = Path(folder) / "exposed.onnx"
        _write(expose(traced.model), path, large)
        return first_difference(path, traced, subject.source, found.failed)
