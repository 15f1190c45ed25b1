"""Epochs on images that stay on disk, as the worker trains them, against a DataLoader tuned by hand.

Run it with ``python tests/benchmarks/streaming_speed.py``; it prints samples a second as a ratio. The DataLoader
reads the same files to the same numbers; of several numbers of workers the fastest is taken. Memory is
compared as well: what training on more images takes on top of what few take.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import torch
from paired import compare
from PIL import Image
from streamed_images import NET, SIDE, SIZE, make_images
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from training_runs import make_run

from netbuilder.data.images import read_images
from netbuilder.training.session import _build, _set_up, _trainer

IMAGES, BATCH = 1_500, 32
WORKERS = (0, 1, 2)
Epoch = Callable[[], object]


class Files(Dataset[tuple[Tensor, int]]):
    """The same files, read one by one as a person would."""

    def __init__(self, files: list[Path]) -> None:
        self.files = files

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, place: int) -> tuple[Tensor, int]:
        path = self.files[place]
        with Image.open(path) as image:
            small = image.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        pixels = torch.from_numpy(np.asarray(small).transpose(2, 0, 1).copy())
        return pixels.float() / 255, int(path.parent.name == "light")


def by_loader(model: nn.Module, files: list[Path], workers: int) -> Epoch:
    """A DataLoader with workers that stay, pinned to the same order of work."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    loader = DataLoader(
        Files(files),
        batch_size=BATCH,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
        prefetch_factor=4 if workers else None,
    )

    def epoch() -> float:
        total = torch.zeros(())
        for x, y in loader:
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return total.item()

    return epoch


def settings(folder: Path, *, stream: bool) -> dict[str, object]:
    """The data of a run on these images."""
    params = {
        "path": str(folder),
        "height": SIZE,
        "width": SIZE,
        "fit": "stretch",
        "stream": stream,
    }
    return {
        "source": "image_folder",
        "params": params,
        "split": {"train": 1.0, "val": 0.0, "test": 0.0},
    }


def ours(folder: Path, images: Path, *, stream: bool) -> tuple[Epoch, nn.Module]:
    """An epoch as the worker does it, with records."""
    run = make_run(
        folder, made=NET, data=settings(images, stream=stream), batch_size=BATCH, epochs=1_000_000
    )
    setting = _set_up(run)
    trainer = _trainer(setting, _build(setting))
    trainer.learner.model.train()

    def epoch() -> None:
        trainer._train_epoch()
        trainer._end_epoch()
        trainer._attend()

    return epoch, _build(setting)


def memory(images: Path, *, stream: bool) -> int:
    """Bytes at most that a process of its own takes to train an epoch."""
    mode = "--streamed" if stream else "--held"
    done = subprocess.run(
        [sys.executable, __file__, mode, str(images)], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1]) * 1024


def train_once(images: Path, *, stream: bool) -> None:
    """Train an epoch and print the peak of the memory, in KiB."""
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        ours(Path(temporary) / "run", images, stream=stream)[0]()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def main() -> None:
    """Print the ratios."""
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        images = Path(temporary) / "images"
        make_images(images, IMAGES)
        files = sorted(images.glob("*/*.jpg"))
        read = read_images(files[:4], (SIZE, SIZE), "rgb", "stretch").pixels
        same = all(np.array_equal(Files(files)[n][0] * 255, read[n]) for n in range(4))
        print(f"{IMAGES:,} JPEGs of {SIDE} x {SIDE}, to {SIZE} x {SIZE}; the same numbers: {same}")
        mine, model = ours(Path(temporary) / "run", images, stream=True)
        loaders = {workers: by_loader(model, files, workers) for workers in WORKERS}
        took = {}
        for workers, epoch in loaders.items():
            epoch()
            begin = time.perf_counter()
            epoch()
            took[workers] = time.perf_counter() - begin
        best = min(took, key=took.__getitem__)
        print("DataLoader, images/s by workers:", {n: round(IMAGES / s) for n, s in took.items()})
        ratio = compare(loaders[best], mine, rounds=7, round_s=0.1)
        print(f"streamed against the DataLoader with {best} workers (goal: at least 0.9x): {ratio}")
        few = Path(temporary) / "few"
        make_images(few, IMAGES // 5)
        for stream in (True, False):
            grown = memory(images, stream=stream) - memory(few, stream=stream)
            held = (IMAGES - IMAGES // 5) * 3 * SIZE * SIZE * 4
            word = "streamed" if stream else "in memory"
            print(f"{word}: five times the images take {grown / held:.2f}x their size on top")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        train_once(Path(sys.argv[2]), stream=sys.argv[1] == "--streamed")
    else:
        main()
