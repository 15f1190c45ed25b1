"""A network to plain PyTorch: its source alone, or a project that trains and tests it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.exchange import readme
from netbuilder.exchange.place import put
from netbuilder.exchange.report import Comparison, ExportError, ExportReport, worst
from netbuilder.exchange.sampling import BATCH_SIZES
from netbuilder.exchange.scripts import predict_script, train_script
from netbuilder.exchange.subject import Subject, build
from netbuilder.training import augmenting
from netbuilder.training.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

FACTS = "preprocessing.json"
WEIGHTS = "weights.safetensors"
TIMEOUT = 600  # s for a fresh interpreter to import torch and run the network a few times

# Run by an interpreter that sees nothing of this program: no environment, no user packages, and the
# name of the program stands for nothing.
_RUN = """
import sys
sys.modules["netbuilder"] = None
folder, weights, inputs, outputs, name, threads = sys.argv[1:]
sys.path.insert(0, folder)
import torch
from safetensors.torch import load_file, save_file
import model
torch.set_num_threads(int(threads))
network = getattr(model, name)()
network.load_state_dict(load_file(weights))
network.eval()
given = load_file(inputs)
results = {}
with torch.no_grad():
    for batch in sorted({key.partition(".")[0] for key in given}):
        count = sum(key.startswith(batch + ".") for key in given)
        found = network(*(given[f"{batch}.{i}"] for i in range(count)))
        found = found if isinstance(found, tuple) else (found,)
        results.update({f"{batch}.{i}": x.contiguous().clone() for i, x in enumerate(found)})
save_file(results, outputs)
"""


@dataclass(frozen=True)
class Training:
    """What a project needs to train its network.

    Attributes:
        recipe: How.
        splits: The prepared samples of ``train``, ``val`` and ``test``, by field.
        fingerprint: What names the data.
        threads: How many threads a run used; 0 leaves it to torch.
        augment: What is changed at random in the samples, as in ``Augment.active``.
        initial: The weights that a run took over from another one, by name.
        weights: How likely each training sample is drawn, (samples,); None where the recipe does not say so.
    """

    recipe: Recipe
    splits: Mapping[str, Mapping[str, Any]]
    fingerprint: str = ""
    threads: int = 0
    augment: Mapping[str, Any] = field(default_factory=dict)
    initial: Mapping[str, Tensor] = field(default_factory=dict)
    weights: Any = None


def export_python(subject: Subject, path: Path, training: Training | None = None) -> ExportReport:
    """Write a network as Python: ``model.py`` alone where the path ends in ``.py``, else a project.

    What is written is run by a fresh interpreter that knows nothing of this program, and compared with
    the module first; where it differs, nothing is written.

    Args:
        subject: What to write.
        path: The file, or the folder of the project: one that is empty, not there, or holds an earlier
            export, of which the files are replaced.
        training: Puts scripts to train and test it into the project, with the data.

    Raises:
        ExportError: The folder holds something else, the written text does not run, or a file cannot
            be written.
        DataError: The data do not fit what the network takes.
    """
    single = path.suffix == ".py"
    if not single:
        _refuse_foreign(path)
    elif path.is_dir():
        raise ExportError(f"{path} is a folder, but the name of a .py file was expected")
    target = path.parent if single else path
    try:
        with tempfile.TemporaryDirectory(prefix="netbuilder-") as folder:
            work = Path(folder) / "project"
            work.mkdir()
            (work / "model.py").write_text(subject.source.text, encoding="utf-8", newline="\n")
            if not single:
                _fill(work, subject, training)
            outputs, sizes = _verify(work, subject, Path(folder))
            files: tuple[Path, ...] = ()
            if all(output.ok for output in outputs):
                target.mkdir(parents=True, exist_ok=True)
                if single:
                    (work / "model.py").rename(work / path.name)
                files = put(_in_order(work), target)
    except OSError as error:
        raise ExportError(f"{path}: cannot be written: {error.strerror or error}") from error
    return ExportReport("python", path, files, outputs, BATCH_SIZES, sizes)


def _in_order(folder: Path) -> list[Path]:
    # The facts mark a folder as ours, so they come first: what follows may be replaced next time.
    return sorted(folder.iterdir(), key=lambda file: (file.name != FACTS, file.name))


def _refuse_foreign(path: Path) -> None:
    if path.is_file():
        raise ExportError(f"{path} is a file, but a folder or the name of a .py file was expected")
    if not path.is_dir() or not any(path.iterdir()):
        return
    try:
        ours = '"semantic_hash"' in (path / FACTS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        ours = False
    if not ours:
        raise ExportError(
            f"{path} holds files that no export wrote; give an empty folder or another name"
        )


def _fill(folder: Path, subject: Subject, training: Training | None) -> None:
    """Write everything but the model."""
    texts = {"requirements.txt": readme.requirements()}
    texts[FACTS] = readme.facts(subject, training.fingerprint if training else "")
    if subject.weights is not None:
        (folder / WEIGHTS).write_bytes(_weights(subject))
    if training is not None and subject.source.losses:
        if not training.splits["train"]:
            raise ExportError("the training split of the data is empty; give split.train a share")
        texts["train.py"] = train_script(
            subject.source,
            training.recipe,
            threads=training.threads,
            validation=bool(training.splits["val"]),
            augment=training.augment,
            initial=bool(training.initial),
        )
        texts["metrics.py"] = Path(__file__).with_name("metrics.py").read_text(encoding="utf-8")
        if training.initial:
            (folder / "initial.safetensors").write_bytes(_packed(training.initial))
        if training.augment:
            texts["augmentation.py"] = (
                Path(augmenting.__file__).with_name("augmentation.py").read_text("utf-8")
            )
        if subject.weights is not None:
            texts["predict.py"] = predict_script(subject.source)
        (folder / "data.safetensors").write_bytes(_data(subject, training))
    names = [*texts, *(file.name for file in folder.iterdir())]
    texts["README.md"] = readme.readme(subject, names)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _weights(subject: Subject) -> bytes:
    """Return the weights as they are in the module: a file of a run may hold what it does not need."""
    return _packed(build(subject).state_dict())


def _data(subject: Subject, training: Training) -> bytes:
    """Return the samples as they are fed, each tensor named ``train.image`` and the like."""
    import torch

    from netbuilder.data.feed import feed

    arguments = (*subject.source.inputs, *subject.source.targets)
    tensors = {}
    for split, fields in training.splits.items():
        arrays = feed(fields, arguments)
        for item in arguments if arrays else ():
            values = torch.tensor(arrays[item.name]).to(getattr(torch, item.dtype))
            tensors[f"{split}.{item.name}"] = values
    if training.weights is not None:
        tensors["train.sample_weights"] = torch.as_tensor(training.weights)
    return _packed(tensors)


def _packed(tensors: Mapping[str, Tensor]) -> bytes:
    from safetensors.torch import save

    return save({name: t.detach().contiguous().clone() for name, t in tensors.items()})


def _verify(
    folder: Path, subject: Subject, scratch: Path
) -> tuple[tuple[Comparison, ...], tuple[dict[str, int], ...]]:
    """Run the written text in a fresh interpreter and compare it with the module."""
    import torch
    from safetensors.torch import load_file

    from netbuilder.exchange.compare import max_abs_diff, tolerance
    from netbuilder.exchange.sampling import expected

    module = build(subject)
    drawn = [expected(module, subject.source, batch, i) for i, batch in enumerate(BATCH_SIZES)]
    inputs = {f"{i}.{k}": x for i, (given, _, _) in enumerate(drawn) for k, x in enumerate(given)}
    files = [folder / WEIGHTS, scratch / "inputs", scratch / "outputs"]
    if not files[0].exists():
        files[0] = scratch / WEIGHTS
        files[0].write_bytes(_packed(module.state_dict()))
    files[1].write_bytes(_packed(inputs))
    _run(folder, files, subject.source.class_name)
    results = load_file(files[2])
    found: list[list[Comparison]] = [[] for _ in subject.source.outputs]
    for i, (_, outputs, _) in enumerate(drawn):
        for k, a in enumerate(outputs):
            got = results[f"{i}.{k}"]
            b = (got.float() if got.dtype == torch.bfloat16 else got).numpy()
            name = subject.source.outputs[k].name
            found[k].append(Comparison(name, max_abs_diff(a, b), tolerance(a)))
    return tuple(worst(ones) for ones in found), tuple(sizes for _, _, sizes in drawn)


def _run(folder: Path, files: Sequence[Path], class_name: str) -> None:
    import torch

    arguments = [str(folder), *map(str, files), class_name, str(torch.get_num_threads())]
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _RUN, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
            cwd=folder,
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(
            f"the exported model.py did not finish within {TIMEOUT} s in a fresh interpreter"
        ) from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ExportError(f"the exported model.py fails in a fresh interpreter: {lines[-1]}")
