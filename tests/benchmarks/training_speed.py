"""Epochs of the worker's training, records and metrics on, against other loops on the same work.

Run it with ``python tests/benchmarks/training_speed.py``; it prints samples a second as ratios. The best
loop by hand indexes tensors in memory and uses a fused optimizer. Where Lightning or Keras are installed,
they are timed as well.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "torch")
sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from paired import compare
from torch import Tensor, nn
from torch.nn import functional as F
from training_runs import make_run, source

from netbuilder.training.session import _build, _set_up, _trainer
from netbuilder.training.tensors import to_tensors

MLP = """        self.linear_1 = nn.Linear(64, 128)
        self.linear_2 = nn.Linear(128, 10)

    def forward(self, point):
        x = F.relu(self.linear_1(point))
        return self.linear_2(x)
"""
CNN = """        self.conv_1 = nn.Conv2d(1, 16, 3, padding=1)
        self.conv_2 = nn.Conv2d(16, 32, 3, padding=1)
        self.conv_3 = nn.Conv2d(32, 32, 3, padding=1)
        self.head = nn.Linear(32 * 4, 10)

    def forward(self, point):
        x = F.max_pool2d(F.relu(self.conv_1(point)), 2)
        x = F.max_pool2d(F.relu(self.conv_2(x)), 2)
        x = F.relu(self.conv_3(x))
        return self.head(x.flatten(1))
"""
CASES = {"digits MLP": (MLP, (64,)), "digits CNN": (CNN, (1, 8, 8))}
BATCH = 32
Epoch = Callable[[], object]


def by_hand(model: nn.Module, train: list[Tensor], val: list[Tensor]) -> Epoch:
    """The loop a careful person writes; the loss is read and the validation done once an epoch."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    x, y = train

    def epoch() -> tuple[float, float, float]:
        model.train()
        total = torch.zeros(())
        for index in torch.randperm(len(x)).split(BATCH):
            loss = F.cross_entropy(model(x[index]), y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        model.eval()
        with torch.no_grad():
            said = model(val[0])
            accuracy = (said.argmax(1) == val[1]).float().mean()
            return total.item(), F.cross_entropy(said, val[1]).item(), accuracy.item()

    return epoch


def by_loader(model: nn.Module, train: list[Tensor]) -> Epoch:
    """A DataLoader in place of the index; no validation."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    data = torch.utils.data.TensorDataset(*train)
    loader = torch.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True)

    def epoch() -> None:
        for x, y in loader:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch


def by_lightning(model: nn.Module, train: list[Tensor]) -> Epoch:
    """Lightning's Trainer with everything off that can be off."""
    import lightning

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def training_step(self, batch: list[Tensor], number: int) -> Tensor:
            return F.cross_entropy(self.model(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.Adam(self.parameters(), lr=0.001, fused=True)

    data = torch.utils.data.TensorDataset(*train)
    loader = torch.utils.data.DataLoader(data, batch_size=BATCH, shuffle=True)
    module = Module()
    off: dict[str, Any] = dict.fromkeys(
        ("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False
    )

    def epoch() -> None:
        # Ten at a time, so that setting it up is not what is timed.
        lightning.Trainer(max_epochs=10, accelerator="cpu", **off).fit(module, loader)

    return epoch


def by_keras(shape: tuple[int, ...], train: list[Tensor]) -> Epoch:
    """Keras 3 on torch: the same layers."""
    import keras

    layers: list[Any] = [keras.layers.Input(shape if len(shape) == 1 else (8, 8, 1))]
    if len(shape) == 1:
        layers += [keras.layers.Dense(128, activation="relu")]
    else:
        for channels, pool in ((16, True), (32, True), (32, False)):
            layers.append(keras.layers.Conv2D(channels, 3, padding="same", activation="relu"))
            layers += [keras.layers.MaxPooling2D(2)] if pool else []
        layers.append(keras.layers.Flatten())
    model = keras.Sequential([*layers, keras.layers.Dense(10)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(0.001), loss=loss)
    x, y = train[0].reshape(-1, *model.input_shape[1:]).numpy(), train[1].numpy()
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=10, verbose=0)


def ours(folder: Path, body: str, shape: tuple[int, ...]) -> tuple[Epoch, Any]:
    """An epoch as the worker does it, with records, validation and metrics."""
    data = {"source": "digits"}
    made = source(body, shape)
    renamed = type(made)(
        **{
            **{name: getattr(made, name) for name in type(made).__dataclass_fields__},
            "inputs": tuple(type(a)(a.name, "image", a.shape, a.dtype) for a in made.inputs),
            "targets": tuple(type(a)(a.name, "label", a.shape, a.dtype) for a in made.targets),
        }
    )
    run = make_run(folder, made=renamed, data=data, batch_size=BATCH, epochs=1_000_000)
    setting = _set_up(run)
    trainer = _trainer(setting, _build(setting))
    trainer.learner.model.train()

    def epoch() -> None:
        trainer._train_epoch()
        trainer._end_epoch()
        trainer._attend()

    return epoch, setting


def main() -> None:
    """Print the ratios."""
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    print("the worker's samples/s against other loops (goal: at least 0.97x of the one by hand)")
    with tempfile.TemporaryDirectory() as temporary:
        for number, (name, (body, shape)) in enumerate(CASES.items()):
            mine, setting = ours(Path(temporary) / str(number), body, shape)
            arguments = (*setting.source.inputs, *setting.source.targets)
            train, val = (
                to_tensors(setting.prepared.splits[split], arguments, setting.device)
                for split in ("train", "val")
            )
            others = {
                "hand, fused, with validation": by_hand(_build(setting), train, val),
                "DataLoader, no validation": by_loader(_build(setting), train),
            }
            for label, theirs in others.items():
                show(name, label, compare(theirs, mine, round_s=0.5))
            ten = [lambda mine=mine: [mine() for _ in range(10)]]
            if importlib.util.find_spec("lightning"):
                theirs = by_lightning(_build(setting), train)
                show(name, "Lightning Trainer", compare(theirs, ten[0], rounds=5))
            if importlib.util.find_spec("keras"):
                theirs = by_keras(shape, train)
                show(name, "Keras 3 on torch", compare(theirs, ten[0], rounds=5))


def show(name: str, label: str, ratio: object) -> None:
    """Print one line."""
    print(f"  {name:12} against {label:30} {ratio}", flush=True)


if __name__ == "__main__":
    main()
