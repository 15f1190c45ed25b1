"""A training from the run folder to its result: what the worker does once torch is there."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import os
import platform
import random
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from netbuilder.codegen.load import load_text
from netbuilder.codegen.source import Source
from netbuilder.data.prepare import Prepared, prepare
from netbuilder.data.settings import DataSettings
from netbuilder.files.errors import FileError
from netbuilder.node_api.axes import counted
from netbuilder.training.augmentation import Change, augmentation
from netbuilder.training.augmenting import changes_of
from netbuilder.training.evaluate import choose_device, evaluate, figures, in_precision
from netbuilder.training.failures import Failure, failure_of
from netbuilder.training.learner import Learner
from netbuilder.training.loop import Identity, NotFinite, Trainer, Why, write_quietly
from netbuilder.training.recipe import FREE, Recipe
from netbuilder.training.run import RunError, RunFolder, append_event, read_json, write_json
from netbuilder.training.sampling import weights_of
from netbuilder.training.surface import Samples, Surface, can_draw
from netbuilder.training.tensors import to_tensors
from netbuilder.training.trace import find_origin
from netbuilder.training.transplant import take_over
from netbuilder.training.watching import Watching

PACKAGES = ("netbuilder", "torch", "numpy", "safetensors", "torchmetrics", "scikit-learn")
RESERVE_BYTES = 64 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything a training starts from.

    Attributes:
        run: The run.
        recipe: How.
        source: What.
        prepared: On what data.
        device: Where.
    """

    run: RunFolder
    recipe: Recipe
    source: Source
    prepared: Prepared
    device: torch.device


def train_run(run: RunFolder) -> dict[str, Any]:
    """Train a run from where it stands to its end and return its result; failures are results too.

    Args:
        run: The run; the caller holds its lock.
    """
    filename, lines, recipe = str(run.model), dict[int, str](), Recipe()
    trainer: Trainer | None = None
    setting: Setting | None = None
    try:
        _reserve(run)
        setting = _set_up(run)
        recipe, lines = setting.recipe, dict(setting.source.lines)
        model = _build(setting)
        filename = type(model).forward.__code__.co_filename
        trainer = _trainer(setting, model)
        why = trainer.train()
        result = _success(setting, trainer, why)
        _end(run, trainer, result)
    except NotFinite as error:
        assert trainer is not None
        assert setting is not None
        result = _failed(run, trainer, _origin(trainer, error, setting))
    except Exception as error:  # noqa: BLE001 - whatever it is, the run has to say so
        _log.error("training failed", exc_info=error)
        step = trainer.progress.step + trainer.waiting + 1 if trainer else 0
        failure = failure_of(error, step, filename, lines, recipe.batch_size)
        result = _failed(run, trainer, failure)
    finally:
        if trainer is not None:
            trainer.close()
    return result


def _set_up(run: RunFolder) -> Setting:
    recipe, source = run.recipe(), run.source()
    data = run.data()
    prepared = prepare(data["settings"], Path(data["folder"]))
    if data.get("fingerprint", prepared.fingerprint) != prepared.fingerprint:
        raise RunError(
            "the data have changed since this run began, so it cannot go on; start a new run"
        )
    if "fingerprint" not in data:
        told = {"fingerprint": prepared.fingerprint, "preprocessing": dict(prepared.preprocessing)}
        write_json(run.data_file, {**data, **told, "sizes": prepared.sizes})
    device = choose_device(recipe)
    _fix_environment(run, recipe, device)
    return Setting(run, recipe, source, prepared, device)


def _fix_environment(run: RunFolder, recipe: Recipe, device: torch.device) -> None:
    """Set threads and determinism, and write down what computes; a resumed run uses the same threads."""
    threads = recipe.threads
    if not threads and run.environment.exists():
        threads = int(read_json(run.environment).get("threads", 0))
    if threads:
        torch.set_num_threads(threads)
    if device.type == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)
    versions = {}
    for package in PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor()
    facts = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": device.type,
        "device_name": name,
        "threads": torch.get_num_threads(),
        "processors": os.cpu_count(),
        "packages": versions,
    }
    write_json(run.environment, facts)


def _build(setting: Setting) -> nn.Module:
    """The network with its first weights, which the seed decides."""
    seed = setting.recipe.seed
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    source = setting.source
    model = load_text(source.text, source.class_name, str(setting.run.model))()
    take_over(setting.run, model)
    return model.to(setting.device)


def _trainer(setting: Setting, model: nn.Module) -> Trainer:
    recipe, source = setting.recipe, setting.source
    train = _tensors(setting, "train")
    if not train:
        raise RunError("the training split of the data is empty; give split.train a share")
    data = setting.run.data()
    augment = DataSettings.from_plain(data["settings"]).augment.active()
    learner = Learner(
        model,
        train,
        recipe,
        setting.device,
        source.learning_rates,
        _augmentation(source, augment),
        weights_of(source, recipe, train, data["settings"], setting.prepared, Path(data["folder"])),
    )
    deciding = {key: value for key, value in recipe.changed().items() if key not in FREE}
    if augment:
        deciding["augment"] = augment
    identity = Identity(
        _hash_of(source),
        deciding,
        setting.prepared.fingerprint,
    )
    val = _tensors(setting, "val")
    surface = _surface(setting, model, {"train": train, "val": val})
    watching = Watching(setting.run, model, source, surface)
    return Trainer(setting.run, learner, source.losses, val, identity, watching)


def _surface(setting: Setting, model: nn.Module, splits: Samples) -> Surface | None:
    """What draws the decision surface; None for a network that has none, which most have not."""
    known = setting.prepared.preprocessing
    if not can_draw(setting.source, known):
        return None
    precision = in_precision(setting.recipe, setting.device)
    return Surface(model, setting.source, known, splits, precision)


def _augmentation(source: Source, settings: Mapping[str, Any]) -> Change | None:
    """The function that changes batches; None where samples are trained on as they are."""
    if not settings:
        return None
    found = changes_of(source, settings)
    return augmentation(settings, found.kinds, found.classes)


def _hash_of(source: Source) -> str:
    """The hash of what is trained; factors of the learning rate count where there are any."""
    rates = json.dumps(dict(source.learning_rates), sort_keys=True) if source.learning_rates else ""
    return hashlib.sha256((source.text + rates).encode("utf-8")).hexdigest()


def _tensors(setting: Setting, split: str) -> Sequence[torch.Tensor]:
    arguments = (*setting.source.inputs, *setting.source.targets)
    return to_tensors(setting.prepared.splits[split], arguments, setting.device)


def _success(setting: Setting, trainer: Trainer, why: Why) -> dict[str, Any]:
    """The result of a training that ended as it should, the best weights tested."""
    recipe, progress, learner = setting.recipe, trainer.progress, trainer.learner
    test = None
    tensors = _tensors(setting, "test")
    if tensors:
        if trainer.best is not None:
            learner.model.load_state_dict(trainer.best)
        precision = in_precision(recipe, setting.device)
        found = evaluate(learner.model, tensors, recipe.batch_size, precision)
        test = figures(found, setting.source.losses)
    return {
        "why": why,
        "sentence": _sentence(why, trainer),
        "step": progress.step,
        "skipped": learner.scaler.skipped if learner.scaler else 0,
        "epoch": progress.epoch,
        "best": _best(trainer),
        "test": test,
        "baseline": _baselines(setting),
        "weights": _weights(setting.run),
        "failure": None,
        "time": time.time(),
    }


def _sentence(why: Why, trainer: Trainer) -> str:
    progress, recipe = trainer.progress, trainer.recipe
    if why == "finished":
        epochs, steps = counted(progress.epoch, "epoch"), counted(progress.step, "step")
        return f"finished after {epochs} ({steps}{_left_out(trainer)})"
    if why == "early_stop":
        return (
            f"stopped early after epoch {progress.epoch} ({progress.step} steps): {recipe.metric} has "
            f"not improved for {recipe.patience} epochs since epoch {progress.best_epoch}"
        )
    return f"stopped on demand at step {progress.step} of {trainer.learner.plan.total}"


def _left_out(trainer: Trainer) -> str:
    """How many steps changed nothing, because fp16 was too small for their gradients."""
    scaler = trainer.learner.scaler
    skipped = scaler.skipped if scaler else 0
    return f", {skipped} of them left out: gradients too large for fp16" if skipped else ""


def _best(trainer: Trainer) -> dict[str, Any] | None:
    progress = trainer.progress
    if progress.best is None:
        return None
    names = [loss.name for loss in trainer.losses]
    return {
        "metric": trainer.recipe.metric,
        "value": progress.best,
        "step": progress.best_step,
        "epoch": progress.best_epoch,
        "losses": dict(zip(names, progress.best_losses, strict=True)),
        "metrics": progress.best_metrics,
        "on": "val" if trainer.validation else "train",
    }


def _baselines(setting: Setting) -> dict[str, Any]:
    """What a linear model reaches on the same split, by loss; where that makes sense."""
    from netbuilder.data.baseline import baseline  # scikit-learn takes a second to import

    found = {}
    inputs = [argument.field for argument in setting.source.inputs]
    for loss in setting.source.losses:
        if not loss.task or not loss.target or loss.target in inputs:
            continue
        try:
            figures_of = baseline(setting.prepared, inputs, loss.target, loss.task)
        except Exception as error:  # noqa: BLE001 - a figure beside the result must not undo the run
            _log.warning("no linear model for %s", loss.name, exc_info=error)
            continue
        if figures_of:
            found[loss.name] = figures_of
    return found


def _weights(run: RunFolder) -> str:
    path = run.best_weights()
    return str(path.relative_to(run.path)) if path else ""


def _origin(trainer: Trainer, error: NotFinite, setting: Setting) -> Failure:
    """Find where the bad value came up, from the last good checkpoint on."""
    trainer.event("nan", step=error.step)
    checkpoint, _ = trainer.checkpoints.load()
    if checkpoint is None:
        sentence = f"a value became NaN or infinite by step {error.step}, before any checkpoint"
        return Failure("not_finite", sentence, error.step)
    return find_origin(trainer.learner, checkpoint, error.step, setting.source)


def _failed(run: RunFolder, trainer: Trainer | None, failure: Failure) -> dict[str, Any]:
    run.reserve.unlink(missing_ok=True)
    result = {
        "why": "failed",
        "sentence": failure.sentence,
        "step": failure.step,
        "epoch": trainer.progress.epoch if trainer else 0,
        "best": _best(trainer) if trainer else None,
        "test": None,
        "baseline": {},
        "weights": _weights(run),
        "failure": failure.to_plain(),
        "time": time.time(),
    }
    _log.error("%s", failure.sentence)
    _end(run, trainer, result)
    return result


def _end(run: RunFolder, trainer: Trainer | None, result: Mapping[str, Any]) -> None:
    """Write down the result, then the status that says there is one."""
    why = result["why"]
    kind: Literal["failed", "stopped", "finished"] = (
        why if why in ("failed", "stopped") else "finished"
    )
    try:
        write_json(run.result_file, result)
        append_event(run.events, kind, {"step": result["step"], "text": result["sentence"]})
    except (OSError, FileError) as error:
        _log.error("the result cannot be written: %s", error)
    status = trainer.status if trainer else run.status()
    step = trainer.progress.step if trainer else status.step
    write_quietly(
        run,
        replace(
            status,
            state="done" if kind == "finished" else kind,
            cause=result["sentence"],
            step=step,
            pid=0,
            time=time.time(),
        ),
    )
    run.reserve.unlink(missing_ok=True)


def _reserve(run: RunFolder) -> None:
    run.result_file.unlink(missing_ok=True)
    run.reserve.write_bytes(random.Random(0).randbytes(RESERVE_BYTES))


def prepare_process() -> None:
    """Make this process a good worker: crashes are logged, and it is the first to go without memory."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        force=True,
    )
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
