"""Checkpoints: whole or not used, two kept and the best, whatever fails on the way."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from netbuilder.files.errors import FileError
from netbuilder.training import checkpoints as module
from netbuilder.training.checkpoints import (
    Checkpoints,
    random_state,
    restore_random_state,
)
from netbuilder.training.optimizer_choices import CLASSES
from netbuilder.training.optimizers import build_optimizer, optimizer_tensors, restore_optimizer
from netbuilder.training.recipe import Recipe

CPU = torch.device("cpu")


def tensors(value: float) -> dict[str, Tensor]:
    return {"linear.weight": torch.full((3, 2), value), "count": torch.tensor(int(value))}


def write(store: Checkpoints, step: int, best_step: int | None = None) -> str:
    best = None if best_step is None else tensors(best_step + 0.5)
    state = {"best_step": best_step or 0, "progress": step}
    return store.write(step, tensors(step), tensors(-step), best, state)


def names(store: Checkpoints) -> set[str]:
    return {path.name for path in store.folder.iterdir()}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path / "checkpoints")
    assert store.load() == (None, [])
    assert write(store, 10, 5) == "step-10"
    found, notes = store.load()
    assert not notes
    assert found is not None
    assert found.state["progress"] == 10
    assert torch.equal(found.model["linear.weight"], tensors(10)["linear.weight"])
    assert torch.equal(found.optimizer["count"], torch.tensor(-10))
    assert found.best is not None
    assert torch.equal(found.best["linear.weight"], tensors(5.5)["linear.weight"])


def test_two_are_kept_and_the_best_they_need(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    for step, best in ((0, None), (10, 10), (20, 10), (30, 10)):
        write(store, step, best)
    assert names(store) == {"step-20", "step-30", "best-10", "LATEST"}
    write(store, 40, 40)
    assert names(store) == {"step-30", "step-40", "best-10", "best-40", "LATEST"}
    write(store, 50, 40)
    assert names(store) == {"step-40", "step-50", "best-40", "LATEST"}


def test_one_that_went_back_counts_as_the_newest(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    for step in (10, 20, 30):
        write(store, step)
    (tmp_path / "step-30" / "state.json").write_text("{}")
    found, notes = store.load()
    assert found is not None
    assert found.name == "step-20"
    assert notes == ["checkpoint step-30 is not used: state.json is not what was written ('state')"]
    assert "damaged-step-30" in names(store)
    write(store, 25)
    found, notes = store.load()
    assert found is not None
    assert (found.name, notes) == ("step-25", [])


@pytest.mark.parametrize("file", ["model.safetensors", "optimizer.safetensors", "state.json"])
def test_every_damage_is_seen(tmp_path: Path, file: str) -> None:
    draw = random.Random(file)
    store = Checkpoints(tmp_path)
    write(store, 10)
    for _ in range(20):
        write(store, 20)
        path = tmp_path / "step-20" / file
        data = bytearray(path.read_bytes())
        kind = draw.randrange(4)
        if kind == 0:
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        elif kind == 1:
            data = data[: draw.randrange(len(data))]
        elif kind == 2:
            data = bytearray(len(data))
        path.write_bytes(data)
        if kind == 3:
            path.unlink()
        found, notes = store.load()
        assert found is not None
        assert found.name == "step-10"
        assert len(notes) == 1


def test_damaged_best_weights_are_seen(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    write(store, 10)
    write(store, 20, 15)
    (tmp_path / "best-15" / "model.safetensors").write_bytes(b"")
    found, notes = store.load()
    assert found is not None
    assert found.name == "step-10"
    assert "best-15, are missing or damaged" in notes[0]


def test_whichever_write_fails_the_one_before_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module.write_atomic
    calls = 0
    fail_at = 0

    def failing(path: Path, data: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == fail_at:
            raise FileError(path, "could not be saved: No space left on device")
        real(path, data)

    monkeypatch.setattr(module, "write_atomic", failing)
    told = 0
    for number in range(1, 10):
        store = Checkpoints(tmp_path / str(number))
        fail_at = 0
        write(store, 10, 10)
        calls, fail_at = 0, number
        try:
            write(store, 20, 20)
        except FileError:
            told += 1
        found, notes = store.load()
        assert found is not None
        assert notes == []
        # Once the folder has its name, only the pointer to it can fail; both are good then.
        assert found.name == ("step-10" if calls == number else "step-20")
        assert not list(store.folder.glob(".*"))
    assert told == 6


def test_what_a_killed_writer_left_is_cleared(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    write(store, 10)
    (tmp_path / ".step-20.tmp").mkdir()
    (tmp_path / ".step-20.tmp" / "model.safetensors").write_bytes(b"half")
    found, _ = store.load()
    assert found is not None
    assert found.name == "step-10"
    write(store, 20)
    assert names(store) == {"step-10", "step-20", "LATEST"}


def test_weights_used_twice_are_saved_and_loaded(tmp_path: Path) -> None:
    model = nn.ModuleDict({"a": nn.Linear(2, 2)})
    model["b"] = model["a"]
    store = Checkpoints(tmp_path)
    store.write(1, model.state_dict(), {}, None, {"best_step": 0})
    found, _ = store.load()
    assert found is not None
    model.load_state_dict(found.model)


def test_random_generators_go_back_to_where_they_were() -> None:
    def draw() -> tuple[Any, ...]:
        return torch.rand(4).tolist(), np.random.randn(3).tolist(), random.random()

    np.random.randn(1)  # leaves a second normal number behind, which is part of the state
    state = random_state(CPU)
    first = draw()
    assert draw() != first
    restore_random_state(state, CPU)
    assert draw() == first


@pytest.mark.parametrize(
    "recipe",
    [{"optimizer": "sgd", "momentum": 0.9}, *({"optimizer": name} for name in CLASSES)],
    ids=str,
)
def test_an_optimizer_goes_on_bit_equal(recipe: dict[str, Any]) -> None:
    torch.manual_seed(0)
    models = [nn.Linear(5, 3), nn.Linear(5, 3)]
    x = torch.randn(8, 5)

    def train(model: nn.Module, optimizer: Any, steps: int) -> None:
        for _ in range(steps):
            optimizer.zero_grad()
            model(x).square().sum().backward()
            optimizer.step()

    made = Recipe.from_plain(recipe)
    first = build_optimizer(made, models[0].parameters())
    train(models[0], first, 5)
    second = build_optimizer(made, models[1].parameters())
    models[1].load_state_dict(models[0].state_dict())
    kept = optimizer_tensors(first, dict(models[0].named_parameters()))
    restore_optimizer(second, dict(models[1].named_parameters()), kept)
    train(models[0], first, 5)
    train(models[1], second, 5)
    assert torch.equal(models[0].weight, models[1].weight)
    assert bool(kept) == (recipe != {"optimizer": "sgd"})
