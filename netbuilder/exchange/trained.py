"""What a run's folder gives to export: its network with the best weights, its recipe, its data."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netbuilder.codegen.source import Source
from netbuilder.data.prepare import Prepared, prepare
from netbuilder.data.settings import DataSettings
from netbuilder.exchange.python import Training
from netbuilder.exchange.report import ExportError
from netbuilder.exchange.subject import Subject
from netbuilder.files.documents import load
from netbuilder.graph.model import Network
from netbuilder.graph.semantics import semantic_hash
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunError, RunFolder, read_json

if TYPE_CHECKING:
    from torch import Tensor


def subject_of_run(run: RunFolder) -> Subject:
    """Return the network of a run with its best weights.

    Raises:
        RunError: The folder holds no run, or one without weights.
        FileError: Its graph cannot be read.
    """
    run.require()
    weights = run.best_weights()
    if weights is None:
        raise RunError(f"{run.path} has no checkpoint yet, so there are no weights to export")
    network = load(run.graph)
    preprocessing = run.data().get("preprocessing", {})
    subject = subject_of_network(network, run.source(), preprocessing)
    return replace(subject, weights=weights, seed=run.recipe().seed)


def subject_of_network(
    network: Network, source: Source, preprocessing: Mapping[str, Any] | None = None
) -> Subject:
    """Return a network that nobody has trained yet; its weights are fresh.

    Args:
        network: The document.
        source: What was generated from it.
        preprocessing: How its data are prepared, where that is known.
    """
    seed = network.recipe.get("seed", 0)
    return Subject(
        source=source,
        title=network.title,
        description=network.description,
        semantic_hash=semantic_hash(network),
        preprocessing=preprocessing or {},
        seed=seed if isinstance(seed, int) else 0,
    )


def training_of_run(run: RunFolder) -> Training:
    """Return how and on what a run was trained.

    Raises:
        ExportError: The data are not what they were.
        DataError: They cannot be read.
        RunError: The folder cannot be read.
    """
    data = run.data()
    prepared = prepare(data["settings"], Path(data["folder"]))
    if data.get("fingerprint", prepared.fingerprint) != prepared.fingerprint:
        raise ExportError(
            f"the data of {run.path} have changed since it was trained, so a project could not train "
            "on the same; export model.py alone or ONNX, or put the data back"
        )
    threads = 0
    with suppress(RunError):
        threads = int(read_json(run.environment).get("threads", 0))
    recipe = run.recipe()
    augment = DataSettings.from_plain(data["settings"]).augment.active()
    return Training(
        recipe,
        prepared.splits,
        prepared.fingerprint,
        recipe.threads or threads,
        augment,
        _taken_over(run),
        _drawn_by(recipe, data["settings"], Path(data["folder"]), prepared),
    )


def _taken_over(run: RunFolder) -> Mapping[str, Tensor]:
    """The weights that a run took over from another one, by name."""
    if not run.transplant.exists():
        return {}
    from safetensors.torch import load_file

    given = load_file(run.initial_weights)
    return {name: given[name] for name in read_json(run.transplant)["kept"]}


def training_of_network(network: Network, folder: Path) -> Training:
    """Return how and on what a network would be trained.

    Args:
        network: The document.
        folder: Its folder, where relative paths of the data start.

    Raises:
        DataError: The data cannot be read.
        RecipeError: The recipe has problems.
    """
    recipe = Recipe.from_plain(network.recipe)
    prepared = prepare(network.data, folder)
    augment = DataSettings.from_plain(network.data).augment.active()
    weights = _drawn_by(recipe, network.data, folder, prepared)
    return Training(
        recipe, prepared.splits, prepared.fingerprint, recipe.threads, augment, weights=weights
    )


def _drawn_by(recipe: Recipe, data: Mapping[str, Any], folder: Path, prepared: Prepared) -> Any:
    """How likely each training sample is drawn, where a column says so."""
    if recipe.sampling != "weighted":
        return None
    from netbuilder.data.sample_weights import sample_weights

    return sample_weights(data, folder, recipe.weight_column, prepared.indices["train"])
