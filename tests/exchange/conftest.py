"""One thread for every training and every export of these tests, so that figures repeat."""

from __future__ import annotations

import pytest
import torch

from netbuilder.training.session import train_run


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def train():
    """Train a run in this process, as the worker would."""

    def do(run):
        with run.hold():
            result = train_run(run)
        assert result["why"] != "failed", result["sentence"]
        return result

    return do
