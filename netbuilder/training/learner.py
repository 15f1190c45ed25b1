"""One step of training, and putting a network back to where a checkpoint left it.

The step path reads no value back from the device: losses stay tensors until somebody asks for many of
them at once. All it draws from random generators, it draws in an order that depends on the step alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from netbuilder.graph.model import EMPTY
from netbuilder.training.augmentation import Change
from netbuilder.training.averaging import Average, norms_measured
from netbuilder.training.checkpoints import Checkpoint, random_state, restore_random_state
from netbuilder.training.compiling import compiled
from netbuilder.training.evaluate import in_precision
from netbuilder.training.freezing import Freezer
from netbuilder.training.gradients import gradient_changes
from netbuilder.training.layout import laid_out, lay_out
from netbuilder.training.loss_scaling import LossScaler, require_half
from netbuilder.training.optimizer_choices import spares
from netbuilder.training.optimizers import (
    FACTOR,
    build_optimizer,
    hidden_matrices,
    optimizer_tensors,
    parameter_groups,
    restore_optimizer,
    trainable,
)
from netbuilder.training.phases import frozen_in
from netbuilder.training.recipe import Recipe
from netbuilder.training.sampling import drawn_order
from netbuilder.training.schedule import epoch_seed, is_constant, learning_rate, plan
from netbuilder.training.tensors import look_ahead

# The losses of a step, in their order, and the norm of the gradients where it was measured.
Step = tuple[tuple[Tensor, ...], Tensor | None]
TakeStep = Callable[[int], Step]


class Learner:
    """A network in training, with its optimizer and its training data.

    Args:
        model: The network, on the device.
        tensors: Inputs and targets of the training split, on the device.
        recipe: How it is trained.
        device: Where.
        factors: What the learning rate is multiplied by, as in ``Source.learning_rates``.
        augment: Changes a batch at random before it is trained on; None leaves it as it is.
        labels: The class of each sample where the recipe draws each class as often; None elsewhere.

    Attributes:
        parameters: What is trained, by name.
        average: The average of the weights that is validated, where the recipe wants one.
        plan: How epochs fall into steps.
        top: What the learning rate was lowered to; None while it is the recipe's.
        scaler: Scales the loss of fp16; None for other precisions.
        is_compiled: Whether steps run compiled code, into which nobody can look.
        note: Why they do not, where the recipe asks for it; empty else.

    Raises:
        RunError: There is nothing to train, a phase of the recipe cannot be followed, or torch has no
            fp16 of the network.
    """

    def __init__(
        self,
        model: nn.Module,
        tensors: Sequence[Tensor],
        recipe: Recipe,
        device: torch.device,
        factors: Mapping[str, float] = EMPTY,
        augment: Change | None = None,
        weights: Tensor | None = None,
    ) -> None:
        if recipe.channels_last:
            lay_out(model)
            augment = laid_out(augment)
        self.model = model
        self.tensors = tensors
        self.recipe = recipe
        self.device = device
        self.parameters = trainable(model)
        rate, spare = recipe.learning_rate, spares(recipe)
        matrices = hidden_matrices(model) if recipe.optimizer == "muon" else ()
        self.optimizer = build_optimizer(
            recipe, parameter_groups(self.parameters, factors, rate, spare, matrices)
        )
        self._freezer = Freezer(model, self.parameters, recipe.phases)
        self.average = Average(self.parameters, recipe.ema_decay, recipe.swa_start)
        self.plan = plan(recipe, len(tensors[0]))
        self.top: float | None = None
        self._weights = weights
        self._augment = augment
        self.scaler: LossScaler | None = None
        if recipe.precision == "fp16":
            require_half(model, device)
            self.scaler = LossScaler(device)
        self._losses_of: Any = model.losses
        self.note = ""
        if recipe.compile:
            self._losses_of, self.note = compiled(self._losses_of, device)
        self.is_compiled = recipe.compile and not self.note

    def interpret(self) -> None:
        """Compute step by step from now on, so that every value on the way can be seen."""
        self._losses_of, self.is_compiled = self.model.losses, False

    def batches(self, epoch: int) -> tuple[Tensor, ...]:
        """The samples of every batch of an epoch, as indices on the device; epochs count from 0."""
        count = len(self.tensors[0])
        generator = torch.Generator().manual_seed(epoch_seed(self.recipe.seed, epoch))
        if self._weights is not None:
            order = drawn_order(self._weights, generator)
        elif self.recipe.shuffle:
            order = torch.randperm(count, generator=generator)
        else:
            order = torch.arange(count)
        used = order[: self.plan.samples].to(self.device)
        return torch.split(used, self.plan.batch_size)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        return learning_rate(self.recipe, step, self.plan.steps, self.top)

    def steps(self, epoch: int) -> TakeStep:
        """Return the function that does a step of an epoch, by its position in the epoch.

        Everything a step needs is bound here once: on small networks each lookup shows.
        """
        batches = self.batches(epoch)
        look_ahead(self.tensors, batches)
        recipe, optimizer = self.recipe, self.optimizer
        if recipe.phases:
            self._freezer.freeze(frozen_in(recipe.phases, epoch))
        first = epoch * self.plan.steps
        parameters = list(self.parameters.values())
        scaler = self.scaler
        update = optimizer.step if scaler is None else partial(scaler.step, optimizer)
        averaging, follow = recipe.ema_decay > 0, self.average.follow
        groups = optimizer.param_groups
        constant = is_constant(recipe)
        clip, norm_every = recipe.clip_norm, recipe.gradient_norm_every
        change_gradients = self._changes(parameters)
        backward = self._averaged(batches) if recipe.accumulate > 1 else self._plain(batches)
        if recipe.optimizer == "lbfgs":
            return self._searching(backward, first)

        def take(position: int) -> Step:
            losses = backward(position)
            norm = None
            if change_gradients is not None:
                change_gradients()
            if clip:
                norm = nn.utils.clip_grad_norm_(parameters, clip, foreach=True)
            elif norm_every and (first + position + 1) % norm_every == 0:
                gradients = [p.grad for p in parameters if p.grad is not None]
                norm = nn.utils.get_total_norm(gradients, foreach=True)
            if scaler is not None and norm is not None:
                norm = norm.where(norm.isfinite(), math.nan)  # of a step that is left out
            if not constant:
                rate = self.rate(first + position)
                for group in groups:
                    group["lr"] = rate * group[FACTOR]
            update()
            if averaging:
                follow()
            for parameter in parameters:
                parameter.grad = None
            return losses, norm

        return take

    def _changes(self, parameters: Sequence[nn.Parameter]) -> Callable[[], None] | None:
        """What is done to the gradients of a step; None where they stay as they are."""
        change, scaler = gradient_changes(self.recipe, parameters), self.scaler
        if scaler is None:
            return change

        def unscaled() -> None:
            scaler.unscale(self.optimizer)
            if change is not None:
                change()

        return unscaled

    def _searching(self, backward: Callable[[int], tuple[Tensor, ...]], first: int) -> TakeStep:
        """Steps that look at their losses several times, each time with the same random draws."""
        recipe, optimizer, device = self.recipe, self.optimizer, self.device
        parameters = list(self.parameters.values())
        constant, norm_every = is_constant(recipe), recipe.gradient_norm_every

        def clear() -> None:
            for parameter in parameters:
                parameter.grad = None

        def take(position: int) -> Step:
            drawn = random_state(device)
            found: list[Step] = []
            measured = norm_every and (first + position + 1) % norm_every == 0

            def look() -> Tensor:
                if found:
                    restore_random_state(drawn, device)
                clear()
                losses, norm = backward(position), None
                if measured and not found:
                    gradients = [p.grad for p in parameters if p.grad is not None]
                    norm = nn.utils.get_total_norm(gradients, foreach=True)
                found.append((losses, norm))
                return torch.stack(losses).sum()

            if not constant:
                for group in optimizer.param_groups:
                    group["lr"] = self.rate(first + position) * group[FACTOR]
            optimizer.step(look)  # type: ignore[arg-type]
            clear()
            if recipe.ema_decay > 0:
                self.average.follow()
            return found[0]

        return take

    def _plain(self, batches: Sequence[Tensor]) -> Callable[[int], tuple[Tensor, ...]]:
        """A step of one batch."""
        losses_of = self._losses_of
        tensors = tuple(self.tensors)
        precision = in_precision(self.recipe, self.device)
        mixed = self.recipe.precision != "fp32"
        augment, scaler = self._augment, self.scaler

        def backward(position: int) -> tuple[Tensor, ...]:
            index = batches[position]
            batch = [tensor.index_select(0, index) for tensor in tensors]
            if augment is not None:
                batch = augment(batch)
            if mixed:
                with precision():
                    losses = tuple(losses_of(*batch)[0].values())
            else:
                losses = tuple(losses_of(*batch)[0].values())
            total = losses[0] if len(losses) == 1 else torch.stack(losses).sum()
            if scaler is None:
                total.backward()
            else:
                scaler.backward(total)
            return tuple([loss.detach() for loss in losses])

        return backward

    def _averaged(self, batches: Sequence[Tensor]) -> Callable[[int], tuple[Tensor, ...]]:
        """A step of several batches, each weighted by its samples, as one large batch would be."""
        losses_of = self._losses_of
        precision = in_precision(self.recipe, self.device)
        accumulate = self.plan.accumulate
        augment, scaler = self._augment, self.scaler

        def backward(position: int) -> tuple[Tensor, ...]:
            several = batches[position * accumulate : (position + 1) * accumulate]
            samples = sum(map(len, several))
            means: list[Tensor] = []
            for index in several:
                share = len(index) / samples
                batch = [tensor.index_select(0, index) for tensor in self.tensors]
                if augment is not None:
                    batch = augment(batch)
                with precision():
                    losses = losses_of(*batch)[0]
                parts = [loss * share for loss in losses.values()]
                total = torch.stack(parts).sum()
                if scaler is None:
                    total.backward()  # type: ignore[no-untyped-call]
                else:
                    scaler.backward(total)
                done = [part.detach() for part in parts]
                means = [a + b for a, b in zip(means, done, strict=True)] if means else done
            return tuple(means)

        return backward

    def extent(self, position: int) -> tuple[int, int]:
        """The batches and samples of a step at a position of an epoch."""
        p = self.plan
        first, last = position * p.accumulate, min((position + 1) * p.accumulate, p.batches)
        return last - first, min(last * p.batch_size, p.samples) - first * p.batch_size

    @contextmanager
    def average_in_place(self, epoch: int) -> Iterator[None]:
        """Have the averages of the weights in the network, where there are any after an epoch.

        What the recipe does not average step by step gets batch norms that are measured anew, on the
        batches of the epoch; epochs count from 0.
        """
        if not self.average.is_there(epoch + 1):
            yield
            return
        with self.average.in_place():
            if self.recipe.swa_start:
                with norms_measured(self.model, partial(self._pass, epoch)):
                    yield
            else:
                yield

    @torch.no_grad()
    def _pass(self, epoch: int) -> None:
        """Let the batches of an epoch through the network, as in training, and learn nothing."""
        losses_of: Any = self.model.losses
        precision = in_precision(self.recipe, self.device)
        for index in self.batches(epoch):
            batch = [tensor.index_select(0, index) for tensor in self.tensors]
            if self._augment is not None:
                batch = self._augment(batch)
            with precision():
                losses_of(*batch)

    def weights(self) -> dict[str, Tensor]:
        """The weights and buffers by name; not a copy."""
        return dict(self.model.state_dict())

    def optimizer_state(self) -> dict[str, Tensor]:
        """The optimizer's state by name, with the averages of the weights; not a copy."""
        return {**optimizer_tensors(self.optimizer, self.parameters), **self.average.tensors()}

    @property
    def scale(self) -> float:
        """What losses are multiplied by while gradients are computed."""
        return self.scaler.scale if self.scaler else 1.0

    def scaling(self) -> dict[str, Any]:
        """Where the scaling of the loss stands, as plain data; empty without."""
        return self.scaler.state() if self.scaler else {}

    def random_state(self) -> dict[str, Any]:
        """Where the random generators stand."""
        return random_state(self.device)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go back to exactly where a checkpoint was written."""
        self.model.load_state_dict(checkpoint.model)
        averages = self.average.tensors()
        state = {name: t for name, t in checkpoint.optimizer.items() if name not in averages}
        restore_optimizer(self.optimizer, self.parameters, state)
        self.average.restore(checkpoint.optimizer)
        if self.scaler:
            self.scaler.restore(checkpoint.state["scaling"])
        restore_random_state(checkpoint.state["random"], self.device)
        for parameter in self.parameters.values():
            parameter.grad = None

    def is_finite(self) -> bool:
        """Whether all weights and the optimizer's state are finite numbers."""
        return not first_bad({**self.weights(), **self.optimizer_state()})


def first_bad(tensors: dict[str, Tensor]) -> str:
    """The name of the first tensor that holds NaN or infinity; empty when none does."""
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            return name
    return ""
