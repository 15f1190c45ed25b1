"""What a training holds in memory does not grow with the images that stay on disk."""

from __future__ import annotations

import tracemalloc

from PIL import Image
from training_runs import make_run

from netbuilder.codegen.source import Argument, Loss, Result, Source
from netbuilder.training.session import train_run

SIDE = 96  # pixels: 110,592 bytes an image
MIB = 2**20
NET = Source(
    """import torch
from torch import nn
from torch.nn import functional as F


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3, 2)

    def forward(self, image):
        return self.head(image.mean((2, 3)))

    def losses(self, image, label):
        said = self.forward(image)
        return {"loss_1": F.cross_entropy(said, label)}, {"loss_1": (said, label)}
""",
    "Net",
    (Argument("image", "image", (3, SIDE, SIDE), "float32"),),
    (Argument("label", "label", (), "int64"),),
    (Result("said", ("N", 2), "float32", "label"),),
    (Loss("loss_1", "cross_entropy", "classification", 1.0, ("N", 2), "said", "label"),),
    {},
)


def trained(folder, samples, stream):
    """The result of a training on so many images."""
    images = folder / f"{samples}"
    for name, grey in (("dark", 60), ("light", 160)):
        (images / name).mkdir(parents=True, exist_ok=True)
        for number in range(samples // 2):
            Image.new("RGB", (8, 8), (grey, grey, number % 256)).save(
                images / name / f"{number}.png"
            )
    params = {"path": str(images), "height": SIDE, "width": SIDE, "stream": stream}
    data = {"source": "image_folder", "params": params}
    run = make_run(folder / f"run-{samples}-{stream}", data=data, made=NET, epochs=1, batch_size=4)
    with run.hold():
        result = train_run(run)
    assert result["why"] == "finished", result["sentence"]
    return result


def peak(folder, samples, stream):
    """The most bytes that a training held at once, arrays of numpy among them, and its result."""
    tracemalloc.start()
    try:
        result = trained(folder, samples, stream)
        return tracemalloc.get_traced_memory()[1], result
    finally:
        tracemalloc.stop()


def test_a_training_holds_as_much_of_many_images_as_of_few(tmp_path):
    trained(tmp_path, 20, True)  # imports what a training needs
    few, _ = peak(tmp_path, 120, True)
    many, streamed = peak(tmp_path, 480, True)
    held, in_memory = peak(tmp_path, 480, False)
    assert held > 50 * MIB  # the images as they are in memory: the measure sees them
    grown = many - few  # by what a linear model sees: 1,024 values of 10,000 samples at most
    assert grown < 14 * MIB, f"{few / MIB:.1f} MiB of 120 images, {many / MIB:.1f} MiB of 480"
    assert streamed["baseline"] == in_memory["baseline"] != {}
    assert streamed["test"] == in_memory["test"]
