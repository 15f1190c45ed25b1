"""Checkpoints: safetensors and plain JSON in a folder each, whole and verified or not used at all.

``checkpoints/step-N`` holds ``model.safetensors``, ``optimizer.safetensors`` and ``state.json`` with
the hashes of both; ``checkpoints/best-N`` holds the weights of the best epoch so far; ``LATEST`` names
the newest. A folder is filled under another name and renamed when all of it is on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from netbuilder.files.atomic import write_atomic
from netbuilder.files.errors import FileError

MODEL, OPTIMIZER, STATE, LATEST = (
    "model.safetensors",
    "optimizer.safetensors",
    "state.json",
    "LATEST",
)
KEEP = 2


class Damaged(Exception):  # noqa: N818 - a finding that is dealt with here, not a fault
    """A checkpoint that is not what was written; the text says how."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint holds.

    Attributes:
        name: ``step-N``.
        model: The weights and buffers by name.
        optimizer: The optimizer's state by name.
        best: The weights of the best epoch so far; None before the first.
        state: Everything else, as plain data.
    """

    name: str
    model: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    best: dict[str, Tensor] | None
    state: dict[str, Any]


class Checkpoints:
    """The checkpoints of a run.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(
        self,
        step: int,
        model: Mapping[str, Tensor],
        optimizer: Mapping[str, Tensor],
        best: Mapping[str, Tensor] | None,
        state: Mapping[str, Any],
    ) -> str:
        """Write a checkpoint, make it the newest, drop old ones and return its name.

        Args:
            step: Steps done.
            model: The weights and buffers.
            optimizer: The optimizer's state.
            best: The weights of the best epoch, or None.
            state: Plain data; ``best_step`` names the best weights.

        Raises:
            OSError, FileError: It cannot be written; the ones before are as they were.
        """
        self.folder.mkdir(exist_ok=True)
        best_name = ""
        if best is not None:
            best_name = f"best-{state['best_step']}"
            if self._best(best_name) is None:
                self._fill(best_name, {MODEL: packed(best)}, {})
        name = f"step-{step}"
        files = {MODEL: packed(model), OPTIMIZER: packed(optimizer)}
        self._fill(name, files, {**state, "best": best_name})
        write_atomic(self.folder / LATEST, f"{name}\n".encode("ascii"))
        self._drop_old(name)
        return name

    def load(self, usable: Any = None) -> tuple[Checkpoint | None, list[str]]:
        """Return the newest checkpoint that is whole, and a sentence for each that was passed over.

        Args:
            usable: Called with the state of a whole checkpoint; returns why it is of no use, or "".
        """
        notes = []
        for name in self.names():
            try:
                checkpoint = self._read(name)
                reason = usable(checkpoint.state) if usable else ""
                if reason:
                    raise Damaged(reason)
            except Damaged as error:
                notes.append(f"checkpoint {name} is not used: {error}")
                self._set_aside(name)
                continue
            return checkpoint, notes
        return None, notes

    def names(self) -> list[str]:
        """The checkpoints, the one to use first at the front."""
        found = [path.name for path in self.folder.glob("step-*") if path.name[5:].isdigit()]
        found.sort(key=lambda name: int(name[5:]), reverse=True)
        try:
            latest = (self.folder / LATEST).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return found
        return sorted(found, key=lambda name: name != latest)

    def _read(self, name: str) -> Checkpoint:
        state = read_state(self.folder / name)
        model = self._tensors(name, MODEL, state)
        optimizer = self._tensors(name, OPTIMIZER, state)
        best = self._best(state["best"]) if state["best"] else None
        if state["best"] and best is None:
            raise Damaged(f"the best weights it refers to, {state['best']}, are missing or damaged")
        return Checkpoint(name, model, optimizer, best, state)

    def _best(self, name: str) -> dict[str, Tensor] | None:
        try:
            return self._tensors(name, MODEL, read_state(self.folder / name))
        except Damaged:
            return None

    def _tensors(self, name: str, file: str, state: Mapping[str, Any]) -> dict[str, Tensor]:
        try:
            data = (self.folder / name / file).read_bytes()
        except OSError as error:
            raise Damaged(f"{file} cannot be read: {error.strerror or error}") from error
        if hashlib.sha256(data).hexdigest() != state["hashes"].get(file):
            raise Damaged(f"{file} is not what was written (its hash differs)")
        return load_tensors(data)

    def _fill(self, name: str, files: Mapping[str, bytes], state: Mapping[str, Any]) -> None:
        """Write a folder under a working name, then put it in its place."""
        work = self.folder / f".{name}.tmp"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            hashes = {}
            for file, data in files.items():
                write_atomic(work / file, data)
                hashes[file] = hashlib.sha256(data).hexdigest()
            write_atomic(work / STATE, sealed({**state, "hashes": hashes}))
            # One of the same step is there when a run went on from an older one; it is worth less.
            shutil.rmtree(self.folder / name, ignore_errors=True)
            work.replace(self.folder / name)
            _sync_folder(self.folder)
        except (OSError, FileError):
            shutil.rmtree(work, ignore_errors=True)
            raise

    def _drop_old(self, newest: str) -> None:
        """Keep the newest checkpoints and the best weights that they need."""
        step = int(newest[5:])
        older = [name for name in self.names() if int(name[5:]) < step]
        older.sort(key=lambda name: int(name[5:]), reverse=True)
        kept = [newest, *older[: KEEP - 1]]
        needed = set()
        for name in kept:
            try:
                needed.add(read_state(self.folder / name)["best"])
            except Damaged:
                continue
        for path in self.folder.iterdir():
            stale = path.name.startswith("step-") and path.name not in kept
            unneeded = path.name.startswith("best-") and path.name not in needed
            if stale or unneeded or path.name.endswith(".tmp"):
                shutil.rmtree(path, ignore_errors=True)

    def _set_aside(self, name: str) -> None:
        """Keep a damaged checkpoint out of the way without destroying what may be of use."""
        aside = self.folder / f"damaged-{name}"
        shutil.rmtree(aside, ignore_errors=True)
        (self.folder / name).replace(aside)


def read_state(folder: Path) -> dict[str, Any]:
    """Return the plain data of a checkpoint.

    Raises:
        Damaged: They are not what was written.
    """
    try:
        sealed_state = json.loads((folder / STATE).read_bytes())
        state = sealed_state["state"]
        seal = sealed_state["sha256"]
    except OSError as error:
        raise Damaged(f"{STATE} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{STATE} is not what was written ({error})") from error
    if seal != _seal(state):
        raise Damaged(f"{STATE} is not what was written (its hash differs)")
    return state  # type: ignore[no-any-return]


def sealed(state: Mapping[str, Any]) -> bytes:
    """Return plain data as JSON with a hash over them."""
    return json.dumps({"sha256": _seal(state), "state": state}).encode("ascii")


def packed(tensors: Mapping[str, Tensor]) -> bytes:
    """Return tensors as safetensors; weights that share memory are written each for itself."""
    return save_tensors({k: t.detach().cpu().contiguous().clone() for k, t in tensors.items()})


def random_state(device: torch.device) -> dict[str, Any]:
    """Return where every random generator stands, as plain data."""
    numpy = np.random.get_state(legacy=False)
    version, words, next_gauss = random.getstate()
    state = {
        "torch": torch.get_rng_state().numpy().tobytes().hex(),
        "numpy": {**numpy, "state": {**numpy["state"], "key": numpy["state"]["key"].tolist()}},
        "python": [version, list(words), next_gauss],
    }
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device).numpy().tobytes().hex()
    return state


def restore_random_state(state: Mapping[str, Any], device: torch.device) -> None:
    """Put every random generator where ``random_state`` found it."""
    torch.set_rng_state(_generator_state(state["torch"]))
    words = np.array(state["numpy"]["state"]["key"], dtype=np.uint32)
    np.random.set_state({**state["numpy"], "state": {**state["numpy"]["state"], "key": words}})
    version, numbers, next_gauss = state["python"]
    random.setstate((version, tuple(numbers), next_gauss))
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(_generator_state(state["cuda"]), device)


def _generator_state(text: str) -> Tensor:
    return torch.tensor(list(bytes.fromhex(text)), dtype=torch.uint8)


def _seal(state: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode("ascii")).hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder survive a power cut; systems that cannot do it do without."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
