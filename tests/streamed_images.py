"""Images in a folder, and a small network for them: what trainings on streamed data are tried on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from netbuilder.codegen.source import Argument, Loss, Result, Source

SIDE, SIZE = 96, 64  # px of a file, and of what is trained on
TEXT = """import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = nn.Conv2d(3, 16, 3, stride=2, padding=1)
        self.conv_2 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.head = nn.Linear(32, 2)

    def forward(self, image):
        x = torch.relu(self.conv_2(torch.relu(self.conv_1(image))))
        return self.head(x.mean((2, 3)))

    def losses(self, image, label):
        said = self.forward(image)
        return {"loss_1": F.cross_entropy(said, label)}, {"loss_1": (said, label)}
"""
NET = Source(
    TEXT,
    "Net",
    (Argument("image", "image", (3, SIZE, SIZE), "float32"),),
    (Argument("label", "label", (), "int64"),),
    (Result("said", ("N", 2), "float32", "label"),),
    (Loss("loss_1", "cross_entropy", "classification", 1.0, ("N", 2), "said", "label"),),
    {},
)


def make_images(folder: Path, count: int) -> None:
    """Write JPEGs with something to decode in two folders."""
    draw = np.random.RandomState(0)
    for number in range(count):
        name = ("dark", "light")[number % 2]
        (folder / name).mkdir(parents=True, exist_ok=True)
        coarse = draw.randint(0, 120, (12, 12, 3)) + 60 * (number % 2)
        pixels = np.kron(coarse, np.ones((SIDE // 12, SIDE // 12, 1))) + draw.randint(
            0, 20, (SIDE, SIDE, 3)
        )
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / name / f"{number}.jpg")
