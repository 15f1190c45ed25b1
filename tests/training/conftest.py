"""A place for runs, and trainings within this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from netbuilder.training.run import RunFolder
from netbuilder.training.session import train_run


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def train() -> Callable[[RunFolder], dict[str, Any]]:
    """Train a run in this process, as the worker would."""

    def do(run: RunFolder) -> dict[str, Any]:
        with run.hold():
            return train_run(run)

    return do
