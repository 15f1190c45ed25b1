"""The scripts of an exported project: the template with what a recipe asks for, and constants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from netbuilder.codegen.literals import WIDTH
from netbuilder.codegen.printer import Printer
from netbuilder.codegen.source import Source
from netbuilder.exchange.train_template import PREDICT, TEMPLATE
from netbuilder.graph.model import EMPTY
from netbuilder.training.augmenting import suited
from netbuilder.training.optimizer_choices import CLASSES, form_of, optimizer_options, spares
from netbuilder.training.recipe import OF_SCHEDULES, Recipe
from netbuilder.training.sampling import balanced_by
from netbuilder.training.schedule import anneals, is_constant, paces

_MARK = "#: "
SCHEDULES = Recipe.params["schedule"].facts()["choices"]
_FALLING = ("linear", "polynomial", "cosine")
# The constants that the optimizer's arguments are given by.
_OPTIONS = {
    "momentum": "MOMENTUM",
    "alpha": "ALPHA",
    "rho": "RHO",
    "betas": "BETAS",
    "eps": "EPSILON",
}
_ALIAS = "Network"


def train_script(
    source: Source,
    recipe: Recipe,
    *,
    threads: int,
    validation: bool,
    augment: Mapping[str, Any] = EMPTY,
    initial: bool = False,
) -> str:
    """Return a script that trains a network as the worker does, with torch alone.

    Args:
        source: The network.
        recipe: How it is trained.
        threads: How many threads a run used; 0 leaves it to torch.
        validation: Whether there is a validation split.
        augment: What is changed at random in the samples, as in ``Augment.active``.
        initial: Whether training starts from the weights in ``initial.safetensors``.
    """
    flags = _flags(source, recipe, validation)
    flags |= {"augment": bool(augment), "initial": initial}
    values = {**_constants(source, recipe, threads), **_augment_constants(source, augment)}
    blocks = {
        "import": _import(source),
        "constants": list(_constant_lines(values)),
        "optimizer": list(_optimizer_lines(recipe)),
    }
    return fill(TEMPLATE, flags, blocks)


def predict_script(source: Source) -> str:
    """Return a script that tests the weights of an exported project."""
    return fill(PREDICT, {}, {"import": _import(source)})


def fill(template: str, flags: Mapping[str, bool], blocks: Mapping[str, list[str]]) -> str:
    """Return a template with its marks worked out.

    Args:
        template: The text; a mark is a line of its own.
        flags: Which names hold.
        blocks: The lines that stand for a mark.
    """
    lines: list[str] = []
    open_ifs: list[bool] = []
    for line in template.splitlines():
        mark = line.strip().removeprefix(_MARK) if line.strip().startswith(_MARK) else ""
        word, _, name = mark.partition(" ")
        if word == "if":
            open_ifs.append(flags[name])
        elif word == "else":
            open_ifs[-1] = not open_ifs[-1]
        elif word == "end":
            open_ifs.pop()
        elif all(open_ifs):
            lines += blocks[word] if word else [line]
    return "\n".join(lines) + "\n"


def _flags(source: Source, recipe: Recipe, validation: bool) -> dict[str, bool]:
    warmup = recipe.warmup_steps > 0
    changes = recipe.l1 > 0 or recipe.gradient_noise > 0 or recipe.clip_value > 0
    spare = spares(recipe)
    return {
        "patience": recipe.patience > 0,
        "validation": validation,
        "clip": recipe.clip_norm > 0,
        "gradients": changes or recipe.clip_norm > 0 or recipe.ema_decay > 0,
        "ema": recipe.ema_decay > 0,
        "swa": recipe.swa_start > 0,
        "swa_anneal": recipe.swa_anneal > 0,
        "anneals": anneals(recipe),
        "averages": recipe.ema_decay > 0 or recipe.swa_start > 0,
        "channels_last": recipe.channels_last,
        "compile": recipe.compile,
        "phases": bool(recipe.phases),
        "paced": paces(recipe),
        "interval": recipe.validate_every > 1 and validation,
        "changes": changes,
        "l1": recipe.l1 > 0,
        "noise": recipe.gradient_noise > 0,
        "clip_value": recipe.clip_value > 0,
        "accumulate": recipe.accumulate > 1,
        "scheduled": not is_constant(recipe),
        "by_step": not is_constant(recipe) and recipe.schedule != "reduce_on_plateau",
        "warmup": warmup,
        **{name: recipe.schedule == name for name in SCHEDULES},
        "falling": recipe.schedule in _FALLING,
        "shuffle": recipe.shuffle,
        "balanced": recipe.sampling == "balanced",
        "drop_last": recipe.drop_last,
        "mixed": recipe.precision != "fp32",
        "fp16": recipe.precision == "fp16",
        "weighted": recipe.sampling == "weighted",
        "cached": recipe.compile or recipe.precision == "fp16" or recipe.sampling == "weighted",
        "several": len(source.losses) > 1,
        "smaller": recipe.smaller_is_better,
        "factors": bool(source.learning_rates) or spare or recipe.optimizer == "muon",
        "muon": recipe.optimizer == "muon",
        "lbfgs": recipe.optimizer == "lbfgs",
        "spare": spare,
    }


def _constants(source: Source, recipe: Recipe, threads: int) -> dict[str, Any]:
    """Return the constants of the script by name; None for those it does not need."""
    flags = _flags(source, recipe, validation=True)
    options = optimizer_options(recipe)
    schedule = {name for name, kinds in OF_SCHEDULES.items() if recipe.schedule in kinds}
    since_warmup = flags["falling"] or flags["cosine_restarts"] or flags["warmup"]
    return {
        "ARGUMENTS": tuple(item.name for item in (*source.inputs, *source.targets)),
        "TASKS": {loss.name: loss.task for loss in source.losses},
        "SEED": recipe.seed,
        "EPOCHS": recipe.epochs,
        "BATCH_SIZE": recipe.batch_size,
        "BALANCED_BY": _balanced_by(source, recipe),
        "ACCUMULATE": recipe.accumulate if flags["accumulate"] else None,
        "LEARNING_RATE": recipe.learning_rate,
        "FACTORS": dict(source.learning_rates) if flags["factors"] else None,
        "MOMENTUM": options.get("momentum") or None,
        "ALPHA": options.get("alpha"),
        "RHO": options.get("rho"),
        "BETAS": options.get("betas"),
        "EPSILON": options.get("eps"),
        "MAX_ITER": options.get("max_iter"),
        "HISTORY_SIZE": options.get("history_size"),
        "MUON_MOMENTUM": recipe.muon_momentum if flags["muon"] else None,
        "WEIGHT_DECAY": None if flags["lbfgs"] else recipe.weight_decay,
        "EMA_DECAY": recipe.ema_decay or None,
        "SWA_START": recipe.swa_start or None,
        "SWA_LEARNING_RATE": recipe.swa_learning_rate if flags["anneals"] else None,
        "SWA_ANNEAL": (recipe.swa_anneal or None) if flags["anneals"] else None,
        "PHASES": tuple((p.epochs, p.frozen, p.learning_rate) for p in recipe.phases) or None,
        "L1": recipe.l1 or None,
        "GRADIENT_NOISE": recipe.gradient_noise or None,
        "CLIP_VALUE": recipe.clip_value or None,
        "CLIP_NORM": recipe.clip_norm if flags["clip"] else None,
        "WARMUP_STEPS": recipe.warmup_steps if since_warmup else None,
        **{name.upper(): getattr(recipe, name) for name in OF_SCHEDULES if name in schedule},
        "METRIC": recipe.metric,
        "MIN_DELTA": recipe.min_delta,
        "VALIDATE_EVERY": recipe.validate_every if recipe.validate_every > 1 else None,
        "PATIENCE": recipe.patience if flags["patience"] else None,
        "THREADS": threads,
        "DEVICE": recipe.device,
    }


def _balanced_by(source: Source, recipe: Recipe) -> str | None:
    place = balanced_by(source, recipe)
    return None if place is None else (*source.inputs, *source.targets)[place].name


def _optimizer_lines(recipe: Recipe) -> Iterator[str]:
    """The call that makes the optimizer; what is off is left out."""
    options = optimizer_options(recipe)
    if recipe.optimizer == "muon":
        yield "    optimizer = MuonAndAdamW(parameters)"
        return
    if recipe.optimizer == "lbfgs":
        yield "    optimizer = torch.optim.LBFGS("
        yield "        parameters,"
        yield "        lr=LEARNING_RATE,"
        yield "        max_iter=MAX_ITER,"
        yield "        history_size=HISTORY_SIZE,"
        yield from (['        line_search_fn="strong_wolfe",'] if options["line_search_fn"] else [])
        yield "    )"
        return
    kind = CLASSES[recipe.optimizer]
    arguments = {
        name: _OPTIONS.get(name, "True") for name, value in options.items() if value is not False
    }
    if not options.get("momentum"):
        arguments.pop("momentum", None)
    yield f"    optimizer = torch.optim.{kind}("
    yield "        parameters,"
    yield "        lr=LEARNING_RATE,"
    for name, value in arguments.items():
        yield f"        {name}={value},"
    yield "        weight_decay=WEIGHT_DECAY,"
    yield f"        {form_of(recipe)}=True,"
    yield "    )"


def _augment_constants(source: Source, augment: Mapping[str, Any]) -> dict[str, Any]:
    if not augment:
        return {}
    found = suited(source, augment)
    return {"AUGMENT": dict(augment), "KINDS": found.kinds, "CLASSES": found.classes}


_COMMENTS = {
    "ARGUMENTS": "What the network takes: its inputs, then what its losses compare with.",
    "TASKS": "What each of its losses is about.",
    "SEED": "The recipe.",
    "METRIC": "The figure that names the best epoch.",
    "AUGMENT": "What is changed at random in the samples of ARGUMENTS, and what each of them is.",
    "THREADS": "Where it was trained; other threads or devices round differently.",
}


def _constant_lines(constants: Mapping[str, Any]) -> Iterator[str]:
    printer = Printer()
    for name, value in constants.items():
        if name in _COMMENTS:
            if name != "ARGUMENTS":
                yield ""
            yield f"# {_COMMENTS[name]}"
        if value is not None:
            yield from printer.lines(f"{name} = ", value, 0)


def _import(source: Source) -> list[str]:
    name = source.class_name if source.class_name == _ALIAS else f"{source.class_name} as {_ALIAS}"
    line = f"from model import {name}"
    return [line] if len(line) <= WIDTH else ["from model import (", f"    {name},", ")"]
