"""Small runs for the tests of training: hand-written modules of the shape that codegen writes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from netbuilder.codegen.source import Argument, Loss, Result, Source
from netbuilder.graph.model import Network
from netbuilder.training.client import create_run
from netbuilder.training.recipe import Recipe
from netbuilder.training.run import RunFolder

HEAD = """import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
"""
LOSSES = """
    def losses(self, point, label):
        logits = self.forward(point)
        loss_1 = F.cross_entropy(logits, label)
        return {"loss_1": loss_1}, {"loss_1": (logits, label)}
"""
MLP = """        self.linear_1 = nn.Linear(64, 32)
        self.dropout_1 = nn.Dropout(0.3)
        self.linear_2 = nn.Linear(32, 3)

    def forward(self, point):
        x = F.relu(self.linear_1(point))
        x = self.dropout_1(x)
        return self.linear_2(x)
"""
CNN = """        self.conv_1 = nn.Conv2d(1, 8, 3, padding=1)
        self.norm_1 = nn.BatchNorm2d(8)
        self.conv_2 = nn.Conv2d(8, 8, 3, padding=1)
        self.head = nn.Linear(8 * 16, 3)

    def forward(self, point):
        x = F.relu(self.norm_1(self.conv_1(point)))
        x = F.max_pool2d(F.relu(self.conv_2(x)), 2)
        return self.head(x.flatten(1))
"""
LSTM = """        self.lstm_1 = nn.LSTM(8, 16, batch_first=True)
        self.head = nn.Linear(16, 3)

    def forward(self, point):
        x, _ = self.lstm_1(point)
        return self.head(x[:, -1])
"""
NORMED = """        self.linear_1 = nn.Linear(64, 32)
        nn.utils.parametrizations.spectral_norm(self.linear_1)
        self.head = nn.Linear(32, 3)
        nn.utils.parametrizations.weight_norm(self.head)

    def forward(self, point):
        return self.head(F.relu(self.linear_1(point)))
"""
TIED = """        self.linear_1 = nn.Linear(64, 64)
        self.linear_2 = nn.Linear(64, 64)
        self.linear_2.weight = self.linear_1.weight
        self.head = nn.Linear(64, 3)
        self.linear_3 = nn.Linear(3, 3).requires_grad_(False)

    def forward(self, point):
        x = F.relu(self.linear_1(point))
        return self.linear_3(self.head(F.relu(self.linear_2(x))))
"""
BODIES = {
    "mlp": (MLP, (64,)),
    "cnn": (CNN, (1, 8, 8)),
    "lstm": (LSTM, (8, 8)),
    "normed": (NORMED, (64,)),
}
DATA = {
    "source": "blobs",
    "params": {"samples": 300, "features": 64, "centres": 3, "noise": 4.0},
    "split": {"train": 0.6, "val": 0.2, "test": 0.2},
}


def source(body: str, shape: tuple[int, ...] = (64,), task: str = "classification") -> Source:
    """Return a source around the body of a class; each line with ``self.x`` belongs to node x."""
    text = HEAD + body + ("" if "def losses" in body else LOSSES)
    lines = {}
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(r"self\.([a-z]+_\d+|head)\b", line) or re.search(r"(loss_1) =", line)
        if found:
            lines[number] = found[1]
    return Source(
        text=text,
        class_name="Net",
        inputs=(Argument("point", "point", shape, "float32"),),
        targets=(Argument("label", "label", (), "int64"),),
        outputs=(Result("logits", ("N", 3), "float32", "label"),),
        losses=(Loss("loss_1", "cross_entropy", task, 1.0, ("N", 3), "logits", "label"),),
        lines=lines,
    )


def tied() -> Source:
    """Two layers with one weight, a frozen one, and two factors of the learning rate."""
    return replace(source(TIED), learning_rates={"linear_1": 0.1, "head": 2.0, "linear_3": 3.0})


def line_of(made: Source, text: str) -> int:
    """The number of the line of a source that holds a text."""
    return next(n for n, line in enumerate(made.text.splitlines(), 1) if text in line)


def make_run(
    path: Path,
    body: str = "mlp",
    data: dict[str, Any] | None = None,
    made: Source | None = None,
    **recipe: Any,
) -> RunFolder:
    """Make a run on 300 random points of 64 numbers; ``body`` is a name or the text of a class."""
    if made is None:
        made = source(*BODIES[body]) if body in BODIES else source(body)
    values = {"epochs": 4, "batch_size": 16, "device": "cpu", "threads": 1, **recipe}
    network = Network(title="Net", data=data or DATA)
    return create_run(path, network, made, Recipe.from_plain(values), folder=path.parent)
