"""The training script of an exported project, with marks for the parts that a recipe asks for.

``#: if NAME`` ... ``#: else`` ... ``#: end`` keeps lines where a name holds; ``#: constants`` and
``#: import`` stand for lines that are written for each export.
"""

TEMPLATE = r'''"""Train the network of model.py: the same data, recipe and seed as it was trained with.

On the same machine, with the same version of PyTorch and as many threads, every loss is
the same as then, bit for bit.
"""

import argparse
import csv
#: if cached
import functools
#: end
import math
import os
#: if compile
import warnings
from collections.abc import Callable
#: end
from pathlib import Path
#: if compile
from typing import Any
#: end

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

import metrics
#: if augment
from augmentation import augmentation
#: end
#: import

HERE = Path(__file__).resolve().parent

#: constants
#: if augment

augment = augmentation(AUGMENT, KINDS, CLASSES)
#: end


def main() -> None:
    """Train the network, write its best weights and test them."""
    options = parse_options()
    if options.threads:
        torch.set_num_threads(options.threads)
    device = choose_device(options.device)
    torch.manual_seed(SEED)
    model = Network().to(device)
    #: if initial
    model.load_state_dict(load_file(HERE / "initial.safetensors"), strict=False)
    #: end
    #: if channels_last
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data = lay_out(tensor.data)
    #: end
    data = load_data(device)
    best = train(model, data, options)
    model.load_state_dict(best)
    save_file(best, options.out)
    print(f"the best weights are in {options.out}")
    if data["test"]:
        print(describe("test", evaluate(model, data["test"])))


def parse_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train the network of model.py.")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps")
    parser.add_argument("--threads", type=int, default=THREADS, help="0: up to PyTorch")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default=DEVICE)
    parser.add_argument("--out", type=Path, default=HERE / "trained.safetensors")
    parser.add_argument("--log", type=Path, help="CSV file for the losses of all steps")
    return parser.parse_args()


def choose_device(name: str) -> torch.device:
    """Return the device to compute on; a GPU is told to repeat exactly."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True, warn_only=True)
    return torch.device(name)


def load_data(device: torch.device) -> dict[str, list[Tensor]]:
    """Return the tensors of each split, inputs first; an empty split has none."""
    tensors = load_file(HERE / "data.safetensors")
    return {
        split: [
            tensors[f"{split}.{name}"].to(device, copy=True)
            for name in ARGUMENTS
            if f"{split}.{name}" in tensors
        ]
        for split in ("train", "val", "test")
    }


def train(
    model: Network, data: dict[str, list[Tensor]], options: argparse.Namespace
) -> dict[str, Tensor]:
    """Train a model and return the weights of its best epoch."""
    #: if factors
    parameters = parameter_groups(model)
    #: else
    parameters = [p for p in model.parameters() if p.requires_grad]
    #: end
    #: optimizer
    #: if ema
    average = [p.detach().clone() for p in model.parameters() if p.requires_grad]
    #: end
    #: if swa
    average = EpochAverage(model)
    #: end
    rows: list[list[float]] = []
    best: dict[str, Tensor] = {}
    best_value: float | None = None
    #: if swa
    best_epoch = 0
    #: end
    #: if patience
    stale = 0
    #: end
    #: if reduce_on_plateau
    plateau = Plateau()
    #: end
    for epoch in range(options.epochs):
        #: if reduce_on_plateau
        #: if ema
        done = train_epoch(
            model, optimizer, data["train"], epoch, options, average, plateau.rate
        )
        #: else
        done = train_epoch(
            model, optimizer, data["train"], epoch, options, plateau.rate
        )
        #: end
        #: else
        #: if ema
        done = train_epoch(model, optimizer, data["train"], epoch, options, average)
        #: else
        done = train_epoch(model, optimizer, data["train"], epoch, options)
        #: end
        #: end
        #: if validation
        _, losses = done
        #: else
        samples, losses = done
        #: end
        for step, row in enumerate(losses, len(rows) + 1):
            rows.append([step, epoch + 1, sum(row), *row])
        if not math.isfinite(sum(map(sum, losses))):
            raise SystemExit(f"a loss became NaN or infinite in epoch {epoch + 1}")
        if options.steps and len(rows) >= options.steps:
            break
        #: if swa
        average.take_in(epoch)
        #: end
        #: if interval
        if (epoch + 1) % VALIDATE_EVERY and epoch + 1 < options.epochs:
            continue
        #: end
        #: if ema
        swap(model, average)
        #: end
        #: if swa
        average.place(data["train"], epoch)
        if 0 < best_epoch < SWA_START <= epoch + 1:
            best_value, best_epoch = None, 0
            #: if patience
            stale = 0
            #: end
        #: end
        #: if validation
        figures = evaluate(model, data["val"])
        #: else
        figures = mean_losses(samples, losses)
        #: end
        print(describe(f"epoch {epoch + 1}", figures))
        value = figures.get(METRIC, math.nan)
        if is_better(value, best_value):
            best_value, best = value, copy_weights(model)
            #: if swa
            best_epoch = epoch + 1
            #: end
            #: if patience
            stale = 0
            #: end
        #: if patience
        else:
            stale += 1
            if stale >= PATIENCE:
                print(f"{METRIC} has not improved for {PATIENCE} epochs")
                break
        #: end
        #: if reduce_on_plateau
        plateau.look(value)
        #: end
        #: if ema
        swap(model, average)
        #: end
        #: if swa
        average.remove(epoch)
        #: end
    if options.log:
        with options.log.open("w", newline="") as file:
            csv.writer(file).writerows([("step", "epoch", "loss", *TASKS), *rows])
    return best or copy_weights(model)


#: if muon
def hidden_matrices(model: Network) -> set[str]:
    """Return the names of the weights that Muon changes; AdamW changes all others."""
    mixing = (nn.Linear, nn.MultiheadAttention, nn.RNNBase, nn.RNNCellBase)
    weights = [(name, p) for name, p in model.named_parameters() if p.ndim > 1]
    return {
        name
        for name, p in weights[1:-1]  # the first and the last meet inputs and outputs
        if p.ndim == 2
        and isinstance(model.get_submodule(name.rpartition(".")[0]), mixing)
    }


class MuonAndAdamW:
    """Muon for the groups of hidden matrices, AdamW for all others."""

    def __init__(self, groups: list[dict[str, object]]) -> None:
        self.param_groups = groups
        matrices = [group for group in groups if group["matrices"]]
        others = [group for group in groups if not group["matrices"]]
        self.parts: list[torch.optim.Optimizer] = [
            torch.optim.Muon(
                matrices,
                lr=LEARNING_RATE,
                weight_decay=WEIGHT_DECAY,
                momentum=MUON_MOMENTUM,
                adjust_lr_fn="match_rms_adamw",
            )
        ]
        if others:
            self.parts.append(
                torch.optim.AdamW(
                    others,
                    lr=LEARNING_RATE,
                    betas=BETAS,
                    eps=EPSILON,
                    weight_decay=WEIGHT_DECAY,
                    fused=True,
                )
            )

    def step(self) -> None:
        """Change the weights."""
        for part in self.parts:
            part.step()

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for part in self.parts:
            part.zero_grad()


def parameter_groups(model: Network) -> list[dict[str, object]]:
    """Return what is trained, in groups that learn alike."""
    groups: dict[tuple[float, bool, bool], list[nn.Parameter]] = {}
    hidden = hidden_matrices(model)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            around = [path for path in FACTORS if name.startswith(f"{path}.")]
            factor = FACTORS[max(around, key=len)] if around else 1.0
            #: if spare
            key = (factor, parameter.ndim > 1, name in hidden)
            #: else
            key = (factor, True, name in hidden)
            #: end
            groups.setdefault(key, []).append(parameter)
    return [
        {
            "params": found,
            "lr": LEARNING_RATE * factor,
            "factor": factor,
            "matrices": matrices,
            "weight_decay": WEIGHT_DECAY if decays else 0.0,
        }
        for (factor, decays, matrices), found in groups.items()
    ]


#: else
#: if factors
def parameter_groups(model: Network) -> list[dict[str, object]]:
    #: if spare
    """Return what is trained, in groups that learn as fast and decay alike."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    #: else
    """Return what is trained, in groups that learn as fast."""
    groups: dict[float, list[nn.Parameter]] = {}
    #: end
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            around = [path for path in FACTORS if name.startswith(f"{path}.")]
            factor = FACTORS[max(around, key=len)] if around else 1.0
            #: if spare
            groups.setdefault((factor, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": found,
            "lr": LEARNING_RATE * factor,
            "factor": factor,
            "weight_decay": WEIGHT_DECAY if decays else 0.0,
        }
        for (factor, decays), found in groups.items()
    ]
            #: else
            groups.setdefault(factor, []).append(parameter)
    return [{"params": p, "lr": LEARNING_RATE * f, "factor": f} for f, p in groups.items()]
    #: end


#: end
#: end
def train_epoch(
    model: Network,
    #: if muon
    optimizer: MuonAndAdamW,
    #: else
    optimizer: torch.optim.Optimizer,
    #: end
    data: list[Tensor],
    epoch: int,
    options: argparse.Namespace,
    #: if ema
    average: list[Tensor],
    #: end
    #: if reduce_on_plateau
    top: float,
    #: end
) -> tuple[list[int], list[list[float]]]:
    """Train for an epoch; return the number of samples and the losses of every step."""
    model.train()
    #: if gradients
    #: if factors
    parameters = [p for p in model.parameters() if p.requires_grad]
    #: else
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    #: end
    #: end
    #: if phases
    held = freeze(model, epoch)
    #: end
    #: if fp16
    scaler = loss_scaler(data[0].device)
    #: end
    #: if balanced
    labels = data[ARGUMENTS.index(BALANCED_BY)]
    batches = draw_batches(labels, epoch, data[0].device)
    #: else
    #: if weighted
    batches = draw_batches(sample_weights(), epoch, data[0].device)
    #: else
    batches = draw_batches(len(data[0]), epoch, data[0].device)
    #: end
    #: end
    #: if accumulate
    steps = [batches[i : i + ACCUMULATE] for i in range(0, len(batches), ACCUMULATE)]
    #: else
    steps = batches
    #: end
    per_epoch = len(steps)
    first = epoch * per_epoch
    if options.steps:
        steps = steps[: options.steps - first]
    done = []
    #: if scheduled
    for number, step in enumerate(steps, first):
    #: else
    for step in steps:
    #: end
        #: if lbfgs
        #: else
        done.append(backward(model, data, step))
        #: end
        #: if fp16
        scaler.unscale_(optimizer)
        #: end
        #: if changes
        change_gradients(parameters)
        #: end
        #: if clip
        nn.utils.clip_grad_norm_(parameters, CLIP_NORM, foreach=True)
        #: end
        #: if scheduled
        #: if reduce_on_plateau
        rate = learning_rate(number, top)
        #: else
        rate = learning_rate(number, per_epoch, options.epochs)
        #: end
        #: if paced
        rate *= phase_of(epoch)[2]
        #: end
        for group in optimizer.param_groups:
            #: if factors
            group["lr"] = rate * group["factor"]
            #: else
            group["lr"] = rate
            #: end
        #: end
        #: if lbfgs
        done.append(search(model, optimizer, data, step))
        #: else
        #: if fp16
        scaler.step(optimizer)
        scaler.update()
        #: else
        optimizer.step()
        #: end
        #: end
        #: if ema
        with torch.no_grad():
            torch._foreach_lerp_(average, parameters, 1.0 - EMA_DECAY)
        #: end
        optimizer.zero_grad()
    #: if phases
    for parameter in held:
        parameter.requires_grad_(True)
    #: end
    #: if accumulate
    return [sum(map(len, step)) for step in steps], torch.stack(done).tolist()
    #: else
    return [len(step) for step in steps], torch.stack(done).tolist()
    #: end


#: if phases
def phase_of(epoch: int) -> tuple[int, tuple[str, ...], float]:
    """Return the phase that an epoch lies in: its length, what is frozen, its pace."""
    for phase in PHASES:
        if epoch < phase[0]:
            return phase
        epoch -= phase[0]
    return 0, (), 1.0


def freeze(model: Network, epoch: int) -> list[nn.Parameter]:
    """Freeze what the phase of an epoch names; return the weights that are held."""
    frozen = phase_of(epoch)[1]
    kind = nn.modules.batchnorm._BatchNorm
    for name, module in model.named_modules():
        if name.partition(".")[0] in frozen and isinstance(module, kind):
            module.eval()
    return [
        parameter.requires_grad_(False)
        for name, parameter in model.named_parameters()
        if name.partition(".")[0] in frozen and parameter.requires_grad
    ]


#: end
#: if lbfgs
def search(
    model: Network,
    optimizer: torch.optim.Optimizer,
    data: list[Tensor],
    step: tuple[Tensor, ...] | Tensor,
) -> Tensor:
    """Take a step that looks at its losses several times; return the first ones."""
    device, drawn = data[0].device, torch.get_rng_state()
    there = torch.cuda.get_rng_state(device) if device.type == "cuda" else None
    found: list[Tensor] = []

    def look() -> Tensor:
        if found:  # each time with the same random draws
            torch.set_rng_state(drawn)
            if there is not None:
                torch.cuda.set_rng_state(there, device)
        optimizer.zero_grad()
        found.append(backward(model, data, step))
        return found[-1].sum()

    optimizer.step(look)
    return found[0]


#: end
#: if averages
def swap(model: nn.Module, average: list[Tensor]) -> None:
    """Exchange the weights with their averages."""
    trained = [p for p in model.parameters() if p.requires_grad]
    with torch.no_grad():
        for parameter, other in zip(trained, average, strict=True):
            weight = parameter.detach().clone()
            parameter.copy_(other)
            other.copy_(weight)


#: end
#: if swa
class EpochAverage:
    """The mean of the weights at the ends of epochs, with batch norms of its own."""

    def __init__(self, model: Network) -> None:
        self.model = model
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.means = [p.detach().clone() for p in self.trained]
        self.buffers: list[Tensor] = []

    def take_in(self, epoch: int) -> None:
        """Take in the weights at the end of an epoch."""
        if epoch + 1 >= SWA_START:
            count = epoch + 2 - SWA_START
            with torch.no_grad():
                torch._foreach_lerp_(self.means, self.trained, 1.0 / count)

    def place(self, data: list[Tensor], epoch: int) -> None:
        """Have the means in the network after an epoch, if there are any."""
        if epoch + 1 >= SWA_START:
            swap(self.model, self.means)
            self.buffers = [buffer.clone() for buffer in self.model.buffers()]
            measure_norms(self.model, data, epoch)

    def remove(self, epoch: int) -> None:
        """Put everything back as it was."""
        if epoch + 1 >= SWA_START:
            swap(self.model, self.means)
            for buffer, value in zip(self.model.buffers(), self.buffers, strict=True):
                buffer.copy_(value)


def measure_norms(model: Network, data: list[Tensor], epoch: int) -> None:
    """Measure batch norms anew: the means over the batches of an epoch."""
    kind = nn.modules.batchnorm._BatchNorm
    #: if phases
    model.train()
    held = freeze(model, epoch)
    norms = [m for m in model.modules() if isinstance(m, kind) and m.training]
    #: else
    norms = [module for module in model.modules() if isinstance(module, kind)]
    #: end
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    #: if phases
    #: else
    model.train()
    #: end
    #: if balanced
    labels = data[ARGUMENTS.index(BALANCED_BY)]
    batches = draw_batches(labels, epoch, data[0].device)
    #: else
    #: if weighted
    batches = draw_batches(sample_weights(), epoch, data[0].device)
    #: else
    batches = draw_batches(len(data[0]), epoch, data[0].device)
    #: end
    #: end
    with torch.no_grad():
        for index in batches if norms else ():
            batch = [tensor.index_select(0, index) for tensor in data]
            #: if augment
            batch = augment(batch)
            #: end
            #: if channels_last
            batch = [lay_out(tensor) for tensor in batch]
            #: end
            #: if mixed
            with half(index.device):
                model.losses(*batch)
            #: else
            model.losses(*batch)
            #: end
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    #: if phases
    for parameter in held:
        parameter.requires_grad_(True)
    #: end


#: end
#: if changes
def change_gradients(parameters: list[nn.Parameter]) -> None:
    """Change gradients in place, before they change the weights."""
    for parameter in parameters:
        gradient = parameter.grad
        if gradient is None:
            continue
        #: if l1
        if parameter.ndim > 1:
            gradient.add_(torch.sign(parameter.detach()), alpha=L1)
        #: end
        #: if noise
        gradient.add_(torch.randn_like(gradient), alpha=GRADIENT_NOISE)
        #: end
        #: if clip_value
        gradient.clamp_(-CLIP_VALUE, CLIP_VALUE)
        #: end


#: end
#: if balanced
def draw_batches(
    labels: Tensor, epoch: int, device: torch.device
) -> tuple[Tensor, ...]:
    """Return the samples of every batch of an epoch, of each class about as many."""
    generator = torch.Generator().manual_seed(SEED * 1_000_003 + epoch)
    _, code = labels.reshape(len(labels)).cpu().unique(return_inverse=True)
    weights = 1.0 / torch.bincount(code).double()[code]
    count = len(code)
    order = torch.multinomial(weights, count, replacement=True, generator=generator)
#: else
#: if weighted
@functools.cache
def sample_weights() -> Tensor:
    """Return how likely each training sample is drawn."""
    return load_file(HERE / "data.safetensors")["train.sample_weights"]


def draw_batches(
    weights: Tensor, epoch: int, device: torch.device
) -> tuple[Tensor, ...]:
    """Return the samples of every batch of an epoch, as often as their weights say."""
    generator = torch.Generator().manual_seed(SEED * 1_000_003 + epoch)
    count = len(weights)
    order = torch.multinomial(weights, count, replacement=True, generator=generator)
#: else
def draw_batches(count: int, epoch: int, device: torch.device) -> tuple[Tensor, ...]:
    """Return the samples of every batch of an epoch, as indices."""
    #: if shuffle
    generator = torch.Generator().manual_seed(SEED * 1_000_003 + epoch)
    order = torch.randperm(count, generator=generator)
    #: else
    order = torch.arange(count)
    #: end
#: end
#: end
    size = min(BATCH_SIZE, count)
    #: if drop_last
    order = order[: count - count % size]
    #: end
    return order.to(device).split(size)


#: if mixed
def half(device: torch.device) -> torch.autocast:
    """Return the context of a forward pass in half precision."""
    #: if fp16
    return torch.autocast(device.type, dtype=torch.float16)
    #: else
    return torch.autocast(device.type, dtype=torch.bfloat16)
    #: end


#: end
#: if fp16
@functools.cache
def loss_scaler(device: torch.device) -> torch.amp.GradScaler:
    """Return what scales losses up, and leaves out steps on overflow."""
    return torch.amp.GradScaler(device.type)


#: end
#: if channels_last
def lay_out(tensor: Tensor) -> Tensor:
    """Return a tensor of four axes with its channels last; any other as it is."""
    if tensor.ndim != 4:
        return tensor
    return tensor.contiguous(memory_format=torch.channels_last)


#: end
#: if compile
@functools.cache
def compiled(model: Network) -> Callable[..., Any]:
    """Return what computes the losses of a model, compiled where that is possible."""
    zeros = torch.zeros(8, device=next(model.parameters()).device)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch says of its own parts
            import torch._dynamo.config as dynamo

            # Each size of a batch is compiled for itself, whatever came before.
            dynamo.recompile_limit = 64
            torch.compile(lambda x: x.sin() + 1.0, dynamic=False)(zeros)
    except Exception as error:
        print(f"torch.compile does not work here: {error}")
        return model.losses
    return torch.compile(model.losses, dynamic=False)


#: end
#: if accumulate
def backward(model: Network, data: list[Tensor], batches: tuple[Tensor, ...]) -> Tensor:
    """Add up the gradients of several batches as of a large one; return the losses."""
    samples = sum(map(len, batches))
    total = torch.zeros(len(TASKS), device=data[0].device)
    #: if compile
    losses_of = compiled(model)
    #: else
    losses_of = model.losses
    #: end
    for index in batches:
        batch = [tensor.index_select(0, index) for tensor in data]
        #: if augment
        batch = augment(batch)
        #: end
        #: if channels_last
        batch = [lay_out(tensor) for tensor in batch]
        #: end
        #: if mixed
        with half(index.device):
            losses, _ = losses_of(*batch)
        #: else
        losses, _ = losses_of(*batch)
        #: end
        parts = torch.stack([loss * (len(index) / samples) for loss in losses.values()])
        #: if fp16
        loss_scaler(index.device).scale(parts.sum()).backward()
        #: else
        parts.sum().backward()
        #: end
        total = total + parts.detach()
    return total
#: else
def backward(model: Network, data: list[Tensor], index: Tensor) -> Tensor:
    """Compute the gradients of a batch; return the losses."""
    batch = [tensor.index_select(0, index) for tensor in data]
    #: if augment
    batch = augment(batch)
    #: end
    #: if channels_last
    batch = [lay_out(tensor) for tensor in batch]
    #: end
    #: if compile
    losses_of = compiled(model)
    #: else
    losses_of = model.losses
    #: end
    #: if mixed
    with half(index.device):
        losses, _ = losses_of(*batch)
    #: else
    losses, _ = losses_of(*batch)
    #: end
    values = torch.stack(tuple(losses.values()))
    #: if fp16
    loss_scaler(index.device).scale(values.sum()).backward()
    #: else
    values.sum().backward()
    #: end
    return values.detach()
#: end


#: if reduce_on_plateau
class Plateau:
    """Lowers the learning rate where the metric no longer improves."""

    def __init__(self) -> None:
        self.rate = LEARNING_RATE
        self.best: float | None = None
        self.stale = 0

    def look(self, value: float) -> None:
        """Take in the metric of an epoch."""
        if self.best is None:
            better = math.isfinite(value)
        else:
            #: if smaller
            better = value < self.best * (1 - PLATEAU_THRESHOLD)
            #: else
            better = value > self.best * (1 + PLATEAU_THRESHOLD)
            #: end
        if better:
            self.best, self.stale = value, 0
            return
        self.stale += 1
        if self.stale > PLATEAU_PATIENCE:
            self.rate = max(self.rate * GAMMA, MIN_LEARNING_RATE)
            self.stale = 0


def learning_rate(step: int, top: float) -> float:
    """Return the learning rate of a step, counted from 0."""
    #: if warmup
    if step < WARMUP_STEPS:
        return top * (step + 1) / WARMUP_STEPS
    #: end
    return top


#: end
#: if by_step
#: if anneals
def learning_rate(step: int, steps: int, epochs: int) -> float:
    """Return the learning rate of a step; weights that are averaged have their own."""
    begin = (SWA_START - 1) * steps
    if step < begin:
        return scheduled(step, steps, epochs)
    #: if swa_anneal
    start, done = scheduled(begin, steps, epochs), (step - begin) // steps
    share = 0.5 * (1.0 + math.cos(math.pi * min(1.0, done / SWA_ANNEAL)))
    return SWA_LEARNING_RATE + (start - SWA_LEARNING_RATE) * share
    #: else
    return SWA_LEARNING_RATE
    #: end


def scheduled(step: int, steps: int, epochs: int) -> float:
#: else
def learning_rate(step: int, steps: int, epochs: int) -> float:
#: end
    """Return the learning rate of a step, counted from 0; ``steps`` make an epoch."""
    #: if warmup
    if step < WARMUP_STEPS:
        return LEARNING_RATE * (step + 1) / WARMUP_STEPS
    #: end
    #: if constant
    return LEARNING_RATE
    #: end
    #: if step
    return LEARNING_RATE * GAMMA ** (step // steps // STEP_SIZE)
    #: end
    #: if multi_step
    drops = sum(step // steps >= epoch for epoch in MILESTONES)
    return LEARNING_RATE * GAMMA**drops
    #: end
    #: if exponential
    return LEARNING_RATE * GAMMA ** (step // steps)
    #: end
    #: if falling
    length = max(1, steps * epochs - WARMUP_STEPS)
    done = min(1.0, (step - WARMUP_STEPS) / length)
    height = LEARNING_RATE - MIN_LEARNING_RATE
    #: end
    #: if linear
    return MIN_LEARNING_RATE + height * (1.0 - done)
    #: end
    #: if polynomial
    return MIN_LEARNING_RATE + height * (1.0 - done) ** POWER
    #: end
    #: if cosine
    return MIN_LEARNING_RATE + height * 0.5 * (1.0 + math.cos(math.pi * done))
    #: end
    #: if cosine_restarts
    after, length = step - WARMUP_STEPS, RESTART_EPOCHS * steps
    while after >= length:
        after -= length
        length *= RESTART_FACTOR
    done, height = after / length, LEARNING_RATE - MIN_LEARNING_RATE
    return MIN_LEARNING_RATE + height * 0.5 * (1.0 + math.cos(math.pi * done))
    #: end
    #: if one_cycle
    total, start = max(2, steps * epochs), LEARNING_RATE / 25.0
    peak = RISE * total - 1
    if step <= peak:
        done = step / peak if peak > 0 else 1.0
        low, high = LEARNING_RATE, start
    else:
        peak = max(peak, 0.0)
        done = min(1.0, (step - peak) / max(total - 1 - peak, 1.0))
        low, high = start / 1e4, LEARNING_RATE
    return low + (high - low) * 0.5 * (1.0 + math.cos(math.pi * done))
    #: end


#: end
def evaluate(model: Network, data: list[Tensor]) -> dict[str, float]:
    """Return the losses and metrics of a model on a split."""
    model.eval()
    # Without gradients a pass needs little memory, so it may be of more samples.
    batches = zip(*(t.split(max(BATCH_SIZE, 256)) for t in data), strict=True)
    sums: list[Tensor] = []
    scored: dict[str, list[tuple[Tensor, Tensor]]] = {}
    with torch.inference_mode():
        for batch in batches:
            #: if mixed
            with half(data[0].device):
                losses, pairs = model.losses(*batch)
            #: else
            losses, pairs = model.losses(*batch)
            #: end
            values = torch.stack([loss.double() for loss in losses.values()])
            sums.append(values * len(batch[0]))
            for name, (prediction, target) in pairs.items():
                scored.setdefault(name, []).append((prediction.float(), target))
    means = (torch.stack(sums).sum(0) / len(data[0])).tolist()
    figures = {"loss": sum(means), **dict(zip(TASKS, means, strict=True))}
    for name, parts in scored.items():
        prediction, target = map(torch.cat, zip(*parts, strict=True))
        found = metrics.measure(TASKS[name], prediction, target)
        #: if several
        figures |= {f"{name}.{metric}": value for metric, value in found.items()}
        #: else
        figures |= found
        #: end
    return figures


#: if validation
#: else
def mean_losses(samples: list[int], losses: list[list[float]]) -> dict[str, float]:
    """Return the losses of an epoch, each the mean over the samples."""
    means = []
    for column in zip(*losses, strict=True):
        total = 0.0
        for count, loss in zip(samples, column, strict=True):
            total += loss * count
        means.append(total / sum(samples))
    return {"loss": sum(means), **dict(zip(TASKS, means, strict=True))}


#: end
def is_better(value: float, best: float | None) -> bool:
    """Whether a value of the metric improves on the best one so far; NaN never does."""
    if math.isnan(value):
        return False
    #: if smaller
    return best is None or best - value > MIN_DELTA
    #: else
    return best is None or value - best > MIN_DELTA
    #: end


def copy_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return a copy of the weights, each tensor in memory of its own."""
    #: if channels_last
    weights = model.state_dict().items()
    form = torch.contiguous_format
    return {name: value.detach().clone(memory_format=form) for name, value in weights}
    #: else
    return {name: value.detach().clone() for name, value in model.state_dict().items()}
    #: end


def describe(title: str, figures: dict[str, float]) -> str:
    """Return figures as a line of text."""
    parts = (f"{name} {value:.4g}" for name, value in figures.items())
    return f"{title}: {', '.join(parts)}"


if __name__ == "__main__":
    main()
'''

PREDICT = r'''"""Load the trained weights and test them on data they were not trained on."""

import argparse
from pathlib import Path

import torch
from safetensors.torch import load_file

#: import
from train import HERE, describe, evaluate, load_data


def main() -> None:
    """Print the losses and metrics of a split."""
    parser = argparse.ArgumentParser(description="Test the weights of the network.")
    parser.add_argument("--weights", type=Path, default=HERE / "weights.safetensors")
    parser.add_argument("--split", choices=("train", "val", "test"), default="test")
    options = parser.parse_args()
    model = Network()
    model.load_state_dict(load_file(options.weights))
    data = load_data(torch.device("cpu"))[options.split]
    if not data:
        raise SystemExit(f"the split {options.split} has no samples")
    print(describe(options.split, evaluate(model, data)))


if __name__ == "__main__":
    main()
'''
