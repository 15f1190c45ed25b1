"""The training recipe: every setting of a training with its default, range and meaning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from netbuilder.node_api.errors import NetBuilderError
from netbuilder.node_api.params import (
    Bool,
    Choice,
    Declared,
    Float,
    Int,
    Ints,
    ParamError,
    Text,
    plain,
)
from netbuilder.training.phases import Phases, phase_problems

LARGER_IS_BETTER = ("accuracy", "f1", "auroc", "r2")
# Values that change no number, so that a checkpoint is good under others as well.
_ADAMS = ("adam", "adamw", "adamax", "nadam", "radam")
# The settings that only some optimizers have.
OF_OPTIMIZERS: Mapping[str, tuple[str, ...]] = {
    "momentum": ("sgd", "rmsprop"),
    "nesterov": ("sgd",),
    "beta1": (*_ADAMS, "muon"),
    "beta2": (*_ADAMS, "muon"),
    "muon_momentum": ("muon",),
    "history_size": ("lbfgs",),
    "max_iter": ("lbfgs",),
    "line_search": ("lbfgs",),
    "alpha": ("rmsprop",),
    "rho": ("adadelta",),
    "epsilon": (*_ADAMS, "muon", "rmsprop", "adagrad", "adadelta"),
}
# What changes gradients, which lbfgs takes as they are.
NOT_OF_LBFGS = ("weight_decay", "l1", "gradient_noise", "clip_value", "clip_norm")
# The settings that only some schedules have.
OF_SCHEDULES: Mapping[str, tuple[str, ...]] = {
    "step_size": ("step",),
    "milestones": ("multi_step",),
    "gamma": ("step", "multi_step", "exponential", "reduce_on_plateau"),
    "min_learning_rate": (
        *("linear", "polynomial", "cosine", "cosine_restarts"),
        "reduce_on_plateau",
    ),
    "power": ("polynomial",),
    "restart_epochs": ("cosine_restarts",),
    "restart_factor": ("cosine_restarts",),
    "rise": ("one_cycle",),
    "plateau_patience": ("reduce_on_plateau",),
    "plateau_threshold": ("reduce_on_plateau",),
}
FREE = ("checkpoint_every", "checkpoint_seconds", "device", "threads")


class RecipeProblem(str):
    """A sentence about what is wrong with a recipe.

    Attributes:
        mend: The settings that would mend it, by name; empty where no single way is plain.
    """

    mend: Mapping[str, Any]

    def __new__(cls, text: str, **mend: Any) -> Self:
        """Make a problem of its sentence."""
        made = super().__new__(cls, text)
        made.mend = mend
        return made


class RecipeError(NetBuilderError):
    """A recipe that cannot be followed; carries a sentence for each problem.

    Attributes:
        problems: One sentence each.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Recipe(Declared):
    """How a network is trained; flat names, so that ``recipe.epochs=3`` sets one of them."""

    optimizer = Choice(
        "adam",
        (
            *("sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta", "adamax", "nadam", "radam"),
            *("muon", "lbfgs"),
        ),
        group="Optimizer",
        doc="The rule that changes weights, as in torch.optim. muon is for weight matrices of hidden "
        "linear, recurrent and attention layers; adamw then changes all others, with the same learning "
        "rate. lbfgs looks at a batch several times a step, and is for batches of all samples, or many.",
    )
    learning_rate = Float(
        0.001,
        min=0.0,
        max=100.0,
        group="Optimizer",
        doc="Size of a step along the gradient, before the schedule changes it.",
    )
    momentum = Float(
        0.0,
        min=0.0,
        max=0.9999,
        group="Optimizer",
        doc="Share of the last step kept (sgd, rmsprop).",
    )
    nesterov = Bool(
        False, group="Optimizer", doc="Look ahead along the momentum (sgd with momentum)."
    )
    beta1 = Float(
        0.9,
        min=0.0,
        max=0.9999,
        group="Optimizer",
        doc="Memory of the gradient (adam, adamw, adamax, nadam, radam, muon's adamw).",
    )
    beta2 = Float(
        0.999,
        min=0.0,
        max=0.999999,
        group="Optimizer",
        doc="Memory of the squared gradient (adam, adamw, adamax, nadam, radam, muon's adamw).",
    )
    alpha = Float(
        0.99,
        min=0.0,
        max=0.999999,
        group="Optimizer",
        doc="Memory of the squared gradient (rmsprop).",
    )
    rho = Float(
        0.9,
        min=0.0,
        max=0.999999,
        group="Optimizer",
        doc="Memory of the squared gradient and of squared steps (adadelta).",
    )
    epsilon = Float(
        1e-8,
        min=1e-20,
        max=1.0,
        group="Optimizer",
        doc="Keeps the division finite (all but sgd); torch takes 1e-6 for adadelta.",
    )
    muon_momentum = Float(
        0.95,
        min=0.0,
        max=0.9999,
        group="Optimizer",
        doc="Memory of the gradient of hidden matrices, with a look ahead (muon).",
    )
    history_size = Int(
        10,
        min=1,
        max=1000,
        group="Optimizer",
        doc="Changes of weights and gradients that are remembered, each as large as the network (lbfgs); "
        "torch takes 100.",
    )
    max_iter = Int(
        20,
        min=1,
        max=1000,
        group="Optimizer",
        doc="Most moves in a step, each after at least one more look at the batch (lbfgs).",
    )
    line_search = Choice(
        "strong_wolfe",
        ("strong_wolfe", "none"),
        group="Optimizer",
        doc="How far a move goes: as far as the loss falls well, or learning_rate as it is (lbfgs).",
    )
    weight_decay = Float(
        0.0,
        min=0.0,
        max=10.0,
        group="Optimizer",
        doc="Pull of weights towards zero; adamw and muon apply it apart from the gradient.",
    )
    decay_biases = Bool(
        True,
        group="Optimizer",
        doc="Whether weight_decay pulls on weights of a single axis, biases and norms, as well.",
    )
    l1 = Float(
        0.0,
        min=0.0,
        max=10.0,
        group="Optimizer",
        doc="Constant pull of weights towards zero, which makes many of them small; biases and norms "
        "are left alone.",
    )
    gradient_noise = Float(
        0.0,
        min=0.0,
        max=1e3,
        group="Optimizer",
        doc="Standard deviation of noise that is added to every gradient.",
    )
    clip_value = Float(
        0.0,
        min=0.0,
        max=1e6,
        group="Optimizer",
        doc="Largest size of a single number in a gradient, 0 leaves them; before clip_norm.",
    )
    clip_norm = Float(
        0.0,
        min=0.0,
        max=1e6,
        group="Optimizer",
        doc="Largest norm of all gradients together; larger ones are scaled down, 0 leaves them.",
    )

    ema_decay = Float(
        0.0,
        min=0.0,
        max=0.999999,
        group="Optimizer",
        doc="Share that a moving average of the weights keeps in a step, such as 0.999; the averages "
        "are then validated, kept as the best weights and exported. 0 averages nothing.",
    )
    swa_start = Int(
        0,
        min=0,
        max=1_000_000,
        group="Optimizer",
        doc="First epoch at whose end the weights are taken into a plain average (stochastic weight "
        "averaging), which is then validated, kept as the best weights and exported; batch norms are "
        "measured anew for it. 0 averages nothing.",
    )
    swa_learning_rate = Float(
        0.0,
        min=0.0,
        max=100.0,
        group="Optimizer",
        doc="Where the learning rate goes from swa_start on, and stays; 0 leaves it to the schedule.",
    )
    swa_anneal = Int(
        10,
        min=0,
        max=1_000_000,
        group="Optimizer",
        unit="epochs",
        doc="Epochs over which the learning rate goes to swa_learning_rate, along a cosine; 0 jumps.",
    )

    schedule = Choice(
        "constant",
        (
            "constant",
            "step",
            "multi_step",
            "exponential",
            "linear",
            "polynomial",
            "cosine",
            "cosine_restarts",
            "one_cycle",
            "reduce_on_plateau",
        ),
        group="Schedule",
        doc="How the learning rate changes: not at all; by a factor every few epochs, at chosen ones "
        "or at each; down a line, a power or a cosine, once or again and again; up and down; by a factor "
        "whenever the metric no longer improves.",
    )
    warmup_steps = Int(
        0,
        min=0,
        max=10_000_000,
        group="Schedule",
        unit="steps",
        doc="Steps over which the learning rate rises from near zero.",
    )
    step_size = Int(
        10,
        min=1,
        max=1_000_000,
        group="Schedule",
        unit="epochs",
        doc="Epochs between two drops (step).",
    )
    milestones = Ints(
        (),
        min=1,
        max=1_000_000,
        max_length=64,
        group="Schedule",
        unit="epochs",
        doc="Epochs after which the learning rate drops (multi_step).",
    )
    gamma = Float(
        0.1,
        min=0.0,
        max=1.0,
        group="Schedule",
        doc="Factor of the learning rate at a drop (step, multi_step, reduce_on_plateau) or an epoch "
        "(exponential).",
    )
    min_learning_rate = Float(
        0.0,
        min=0.0,
        max=100.0,
        group="Schedule",
        doc="Where the learning rate ends (linear, polynomial, cosine, cosine_restarts), or what it never "
        "falls below (reduce_on_plateau).",
    )
    power = Float(
        2.0,
        min=0.01,
        max=100.0,
        group="Schedule",
        doc="Power of the share that is left to train (polynomial); 1 is a line.",
    )
    restart_epochs = Int(
        10,
        min=1,
        max=1_000_000,
        group="Schedule",
        unit="epochs",
        doc="Length of the first cosine (cosine_restarts).",
    )
    restart_factor = Int(
        1,
        min=1,
        max=100,
        group="Schedule",
        doc="How many times as long each cosine is as the last one (cosine_restarts).",
    )
    rise = Float(
        0.3,
        min=0.0,
        max=0.99,
        group="Schedule",
        doc="Share of the training in which the learning rate rises to learning_rate, from a 25th of "
        "it (one_cycle); then it falls to almost nothing.",
    )

    plateau_patience = Int(
        10,
        min=0,
        max=1_000_000,
        group="Schedule",
        unit="epochs",
        doc="Validated epochs without an improvement that are borne; after one more the learning rate "
        "drops (reduce_on_plateau).",
    )
    plateau_threshold = Float(
        1e-4,
        min=0.0,
        max=1.0,
        group="Schedule",
        doc="Share of the best value by which a better one must differ (reduce_on_plateau).",
    )

    epochs = Int(20, min=1, max=1_000_000, group="Length", doc="Passes over the training data.")
    batch_size = Int(
        32,
        min=1,
        max=1_000_000,
        group="Length",
        unit="samples",
        doc="Samples that go through the network at once.",
    )
    accumulate = Int(
        1,
        min=1,
        max=10_000,
        group="Length",
        unit="batches",
        doc="Batches whose gradients are averaged into one step.",
    )
    shuffle = Bool(True, group="Length", doc="Draw a new order of the samples every epoch.")
    sampling = Choice(
        "shuffled",
        ("shuffled", "balanced", "weighted"),
        group="Length",
        doc="Which samples an epoch sees; shuffled: each once, in the order that shuffle says; balanced: as "
        "many, drawn again and again so that each class is seen as often as another; weighted: as many, drawn "
        "as often as a column of the data says.",
    )
    weight_column = Text(
        "",
        group="Length",
        doc="The column of the table with a number from 0 on for each sample, for weighted sampling: one of "
        "2 is drawn twice as often as one of 1. It need not be a feature.",
    )
    drop_last = Bool(False, group="Length", doc="Leave out an incomplete last batch of an epoch.")

    phases = Phases(
        (),
        group="Phases",
        doc="What is different in the first epochs: nodes that are frozen, and a factor of the learning "
        "rate, phase after phase. All nodes are trained behind the last one.",
    )

    validate_every = Int(
        1,
        min=1,
        max=1_000_000,
        group="Early stopping",
        unit="epochs",
        doc="Epochs from one validation to the next; the last epoch is always validated.",
    )
    patience = Int(
        0,
        min=0,
        max=1_000_000,
        group="Early stopping",
        unit="epochs",
        doc="Validated epochs without an improvement after which training stops; 0 never stops early.",
    )
    min_delta = Float(
        0.0, min=0.0, max=1e6, group="Early stopping", doc="Smallest change that is an improvement."
    )
    metric = Text(
        "loss",
        group="Early stopping",
        doc="The validation figure that names the best epoch: loss, accuracy, f1, auroc, mse, mae, r2; "
        "with several losses also loss_1.accuracy and the like.",
    )
    mode = Choice(
        "auto",
        ("auto", "min", "max"),
        group="Early stopping",
        doc="Whether smaller or larger is better; auto knows it from the metric.",
    )

    checkpoint_every = Int(
        0,
        min=0,
        max=1_000_000_000,
        group="Checkpoints",
        unit="steps",
        doc="Steps between checkpoints; 0 goes by time alone.",
    )
    checkpoint_seconds = Float(
        30.0,
        min=0.0,
        max=1e6,
        group="Checkpoints",
        unit="s",
        doc="Longest time between checkpoints; 0 goes by steps alone.",
    )

    seed = Int(
        0,
        min=0,
        max=2_147_483_647,
        group="Run",
        doc="Start of every random draw: first weights, order of samples, dropout.",
    )
    device = Choice(
        "auto",
        ("auto", "cpu", "cuda"),
        group="Run",
        doc="Where to compute; auto takes the GPU if any.",
    )
    precision = Choice(
        "fp32",
        ("fp32", "bf16", "fp16"),
        group="Run",
        doc="Numbers of the forward pass; bf16 and fp16 are mixed precision with float32 weights. fp16 "
        "scales the loss, and leaves out a step whose gradients are too large for it.",
    )
    channels_last = Bool(
        False,
        group="Run",
        doc="Lay images and the weights of their convolutions out in memory with the channels of a pixel "
        "together, which is faster for many channels.",
    )
    compile = Bool(
        False,
        group="Run",
        doc="Compile the training steps by torch.compile: the first ones take much longer, the others "
        "less. Needs a C++ compiler; layers cannot be watched meanwhile.",
    )
    threads = Int(
        0, min=0, max=1024, group="Run", doc="Threads of one operation; 0 leaves it to torch."
    )
    gradient_norm_every = Int(
        10,
        min=0,
        max=1_000_000,
        group="Run",
        unit="steps",
        doc="Steps between measurements of the gradient's norm; 0 never, and always with clip_norm.",
    )

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Self:
        """Return the recipe that plain data describe.

        Args:
            values: The values that differ from the defaults, by name.

        Raises:
            RecipeError: There are problems; it carries all of them.
        """
        found = recipe_problems(values)
        if found:
            raise RecipeError(found)
        return cls(values)

    def changed(self) -> dict[str, Any]:
        """The values that differ from the defaults, as plain data."""
        return {
            name: value
            for name, value in self.to_plain().items()
            if value != plain(self.params[name].default)
        }

    @property
    def smaller_is_better(self) -> bool:
        """Whether a smaller value of ``metric`` is the better one."""
        if self.mode != "auto":
            return self.mode == "min"
        return self.metric.rpartition(".")[2] not in LARGER_IS_BETTER

    def better(self, value: float, best: float | None) -> bool:
        """Whether ``value`` improves on ``best`` by more than ``min_delta``; only finite ones do."""
        if not math.isfinite(value):
            return False
        if best is None:
            return True
        gain = best - value if self.smaller_is_better else value - best
        return gain > self.min_delta


def recipe_problems(values: Mapping[str, Any]) -> list[RecipeProblem]:
    """Return a sentence for everything that is wrong with a recipe in plain data; empty if fine."""
    problems: list[RecipeProblem] = []
    accepted: dict[str, Any] = {}
    for name, value in values.items():
        try:
            accepted.update(Recipe({name: value}).__dict__)
        except ParamError as error:
            problems.append(_problem(str(error)))
    recipe = Recipe(accepted)
    for found in (
        _momentum_problems(recipe),
        _schedule_problems(recipe),
        _average_problems(recipe),
        map(_problem, phase_problems(recipe.phases, recipe.epochs)),
        _search_problems(recipe),
        _other_problems(recipe),
    ):
        problems += found
    return problems


def _problem(text: str, **mend: Any) -> RecipeProblem:
    return RecipeProblem(f"recipe: {text}", **mend)


def _momentum_problems(recipe: Recipe) -> Iterator[RecipeProblem]:
    if recipe.nesterov and not (recipe.optimizer == "sgd" and recipe.momentum > 0):
        yield _problem(
            f"nesterov needs sgd with momentum, but the optimizer is {recipe.optimizer} "
            f"with momentum {recipe.momentum:g}; set momentum or turn nesterov off",
            nesterov=False,
        )
    if recipe.momentum > 0 and recipe.optimizer not in OF_OPTIMIZERS["momentum"]:
        instead = "has beta1 instead" if recipe.optimizer in _ADAMS else "has none"
        instead = "has muon_momentum instead" if recipe.optimizer == "muon" else instead
        yield _problem(
            f"momentum is {recipe.momentum:g}, but {recipe.optimizer} {instead}; "
            "set momentum to 0 or choose sgd",
            momentum=0.0,
        )


def _other_problems(recipe: Recipe) -> Iterator[RecipeProblem]:
    if recipe.sampling != "shuffled" and not recipe.shuffle:
        yield _problem(
            f"sampling is {recipe.sampling}, which draws samples at random, but shuffle is off; turn it on",
            shuffle=True,
        )
    if recipe.sampling == "weighted" and not recipe.weight_column:
        yield _problem(
            "sampling is weighted, but weight_column names no column of the data; name one, or set sampling "
            "to balanced or shuffled",
        )
    if recipe.checkpoint_every == 0 and recipe.checkpoint_seconds == 0:
        yield _problem(
            "checkpoint_every and checkpoint_seconds are both 0, so a run that dies is lost; "
            "set one of them",
            checkpoint_seconds=30.0,
        )


def _schedule_problems(recipe: Recipe) -> Iterator[RecipeProblem]:
    name, top, low = recipe.schedule, recipe.learning_rate, recipe.min_learning_rate
    if name in OF_SCHEDULES["min_learning_rate"] and low > top:
        what = "cosine" if name.startswith("cosine") else "learning rate"
        yield _problem(
            f"the {what} would rise from {top:g} to min_learning_rate {low:g}; "
            "lower min_learning_rate",
            min_learning_rate=0.0,
        )
    if name == "multi_step" and not recipe.milestones:
        yield _problem(
            "milestones are empty, so multi_step never changes the learning rate; name the "
            "epochs after which it drops"
        )
    if name == "one_cycle" and recipe.warmup_steps:
        yield _problem(
            f"warmup_steps is {recipe.warmup_steps}, but one_cycle rises by itself; set "
            "warmup_steps to 0 and rise to the share that it takes",
            warmup_steps=0,
        )


def _search_problems(recipe: Recipe) -> Iterator[RecipeProblem]:
    if recipe.optimizer != "lbfgs":
        return
    for name in NOT_OF_LBFGS:
        if getattr(recipe, name) > 0:
            yield _problem(
                f"{name} is {getattr(recipe, name):g}, but lbfgs needs the gradients of the loss as "
                f"they are; set {name} to 0 or choose another optimizer",
                **{name: 0.0},
            )
    if recipe.precision != "fp32":
        yield _problem(
            f"precision is {recipe.precision}, but lbfgs compares losses and gradients closely; set "
            "precision to fp32 or choose another optimizer",
            precision="fp32",
        )
    if any(phase.frozen for phase in recipe.phases):
        yield _problem(
            "phases freeze nodes, but lbfgs moves all weights along one line; take their nodes out or "
            "choose another optimizer"
        )


def _average_problems(recipe: Recipe) -> Iterator[RecipeProblem]:
    start, rate = recipe.swa_start, recipe.swa_learning_rate
    if not start:
        return
    if recipe.ema_decay > 0:
        yield _problem(
            f"swa_start is {start} and ema_decay is {recipe.ema_decay:g}, but weights are averaged "
            "in one way alone; set one of them to 0",
            ema_decay=0.0,
        )
    if start > recipe.epochs:
        yield _problem(
            f"swa_start is {start}, but epochs is {recipe.epochs}, so nothing would be averaged; "
            "lower swa_start, or set it to 0",
            swa_start=0,
        )
    if rate and recipe.schedule == "reduce_on_plateau":
        yield _problem(
            f"swa_learning_rate is {rate:g}, but reduce_on_plateau sets the learning rate to the "
            "end; set swa_learning_rate to 0 or choose another schedule",
            swa_learning_rate=0.0,
        )
