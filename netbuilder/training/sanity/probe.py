"""What a training will take: a few steps are timed, and what they keep is counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor

from netbuilder.check.machine import free_memory
from netbuilder.training.evaluate import LEAST_BATCH, evaluate, in_precision
from netbuilder.training.learner import Learner
from netbuilder.training.memory import peak_memory
from netbuilder.training.sanity.bench import Bench
from netbuilder.training.sanity.finding import PROBE, Finding, Status, numbers

_WARM = 3  # steps that are not timed: memory is asked for and kernels are chosen
_STEPS = 30
_SECONDS = 1.0  # of timing are enough
# Gradients on their way back and results in between, beside what the backward pass waits for.
_BESIDE = 1.5


def probe(bench: Bench) -> Finding:
    """Time a few steps and a validation; say what the training takes and the largest batch that fits.

    Seconds are the mean over the timed steps, validation included, times what the recipe asks for. What
    a sample needs is what autograd keeps for it (``saved_tensors_hooks``), counted at two sizes of
    batch, times one and a half.
    """
    learner = bench.learner()
    plan = learner.plan
    step = _step_seconds(bench, learner)
    epoch = step * plan.batches + _validation_seconds(bench, learner)
    whole = epoch * bench.recipe.epochs
    fixed = _fixed(learner)
    sample = _per_sample(bench, learner)
    free = _free(bench)
    largest = int(max(free - fixed, 0) / (sample * _BESIDE)) if sample else plan.samples
    measured = numbers(
        step_seconds=step,
        epoch_seconds=epoch,
        training_seconds=whole,
        peak_memory=_peak(bench),
        sample_memory=sample,
        batch_size=plan.batch_size,
        largest_batch=min(largest, plan.samples),
    )
    status: Status = "ok"
    hint = ""
    sentence = f"an epoch takes about {_seconds(epoch)}, the whole training {_seconds(whole)}"
    sentence += f"; peak memory {_bytes(_peak(bench))}"
    if largest < plan.batch_size:
        status = "warning"
        sentence += f"; a batch of {plan.batch_size} does not fit"
        hint = f"set batch_size to {max(largest, 1)} or less, and accumulate to make up for it"
    elif largest >= plan.samples:
        sentence += "; all training samples would fit into one batch"
    else:
        sentence += f"; batches of up to about {largest:,} fit"
    return Finding(PROBE.name, status, sentence, hint, (), measured)


def _step_seconds(bench: Bench, learner: Learner) -> float:
    """Mean seconds of a step, without the first ones."""
    begin, done, end = 0.0, 0, 0.0
    for number, step in enumerate(bench.steps(learner, _WARM + _STEPS)):
        if number == _WARM:
            _settle(bench)
            begin = time.perf_counter()
        step()
        if number >= _WARM:
            done += 1
            _settle(bench)
            end = time.perf_counter()
            if end - begin > _SECONDS:
                break
    return (end - begin) / done if done else 0.0


def _validation_seconds(bench: Bench, learner: Learner) -> float:
    """Seconds of a validation, by a part of it."""
    tensors = bench.tensors("val")
    if not tensors:
        return 0.0
    size = max(bench.recipe.batch_size, LEAST_BATCH)
    part = [tensor[: 2 * size] for tensor in tensors]
    _settle(bench)
    begin = time.perf_counter()
    evaluate(learner.model, part, bench.recipe.batch_size, in_precision(bench.recipe, bench.device))
    _settle(bench)
    return (time.perf_counter() - begin) * len(tensors[0]) / len(part[0])


def _fixed(learner: Learner) -> int:
    """Bytes of weights, gradients and what the optimizer keeps, for any batch."""
    weights = sum(t.nbytes for t in learner.weights().values())
    gradients = sum(p.nbytes for p in learner.parameters.values())
    return weights + gradients + sum(t.nbytes for t in learner.optimizer_state().values())


def _per_sample(bench: Bench, learner: Learner) -> float:
    """Bytes that autograd keeps for a sample, from two batches of different size."""
    samples = len(learner.tensors[0])
    large = min(learner.plan.batch_size, samples)
    small = max(large // 2, 1)
    if large == small:
        return _kept(bench, learner, large) / large
    return (_kept(bench, learner, large) - _kept(bench, learner, small)) / (large - small)


def _kept(bench: Bench, learner: Learner, samples: int) -> int:
    """Bytes that the forward pass of a batch keeps for the backward pass."""
    own = {p.untyped_storage().data_ptr() for p in learner.model.parameters()}
    seen: dict[int, int] = {}
    # What is held cannot give its place to another, which would then be counted once for both.
    held: list[Tensor] = []

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            seen[storage.data_ptr()] = storage.nbytes()
            held.append(tensor)
        return tensor

    losses_of: Any = learner.model.losses
    batch = [tensor[:samples] for tensor in learner.tensors]
    # The samples themselves lie in memory anyway.
    own |= {tensor.untyped_storage().data_ptr() for tensor in batch}
    precision: Callable[[], AbstractContextManager[Any]] = in_precision(bench.recipe, bench.device)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), precision():
        losses_of(*batch)
    return sum(seen.values())


def _free(bench: Bench) -> int:
    if bench.device.type == "cuda":
        free: int = torch.cuda.mem_get_info(bench.device)[0]
        return free
    return free_memory()


def _peak(bench: Bench) -> int:
    if bench.device.type == "cuda":
        return torch.cuda.max_memory_allocated(bench.device)
    return peak_memory()


def _settle(bench: Bench) -> None:
    if bench.device.type == "cuda":
        torch.cuda.synchronize(bench.device)


def _seconds(value: float) -> str:
    """``0.12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if value < 10:
        return f"{value:.2g} s"
    if value < 90:
        return f"{value:.0f} s"
    minutes, seconds = divmod(round(value), 60)
    if minutes < 90:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min"


def _bytes(value: float) -> str:
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value:.0f} bytes"
