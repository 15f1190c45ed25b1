"""Options and fixtures that several test packages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from netbuilder.check import bounds


def pytest_configure(config: pytest.Config) -> None:
    """Draw the same examples each time, so that a change is not told of another's luck."""
    settings.register_profile("the same", derandomize=True, database=None)
    if config.getoption("--draws") is None:
        settings.load_profile("the same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--draws",
        type=int,
        default=None,
        help="random draws a node type in the contract test; without it, the same 200 each time",
    )
    parser.addoption(
        "--networks", type=int, default=60, help="grown networks, and as many broken, against torch"
    )
    parser.addoption(
        "--networks-from", type=int, default=0, help="the seed of the first grown network"
    )
    parser.addoption(
        "--update-golden", action="store_true", help="write golden files anew; read the difference"
    )
    parser.addoption(
        "--monkey-events", type=int, default=2000, help="random events on the editor's window"
    )
    parser.addoption(
        "--monkey-seed", type=int, default=None, help="the seed of a monkey test that failed"
    )


@pytest.fixture(scope="session", autouse=True)
def any_memory() -> Iterator[None]:
    """Let no test depend on how much memory this machine has; those about it say how much."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "whole_memory", lambda: 2**200)
        yield


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written anew."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture
def draws(request: pytest.FixtureRequest) -> int:
    """How many draws a node type gets."""
    return request.config.getoption("--draws") or 200


@pytest.fixture
def random_draws(request: pytest.FixtureRequest) -> bool:
    """Whether other draws are taken each time."""
    return request.config.getoption("--draws") is not None
