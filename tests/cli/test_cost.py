"""``netbuilder cost``: the table, the sentence and the data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netbuilder.app.costs import COLUMNS as DECLARED
from netbuilder.check.fits import OPTIMIZERS, PRECISIONS
from netbuilder.cli import cost
from netbuilder.cli.main import main
from netbuilder.training.recipe import Recipe

EXAMPLES = Path(__file__).parents[2] / "examples"
CNN = str(EXAMPLES / "digits_cnn.netgraph")


def told(capsys: pytest.CaptureFixture[str], *args: str) -> list[str]:
    assert main(["cost", *args]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_parser_names_what_there_is() -> None:
    assert tuple(column.id for column in DECLARED) == cost.COLUMNS
    assert cost.PRECISIONS == PRECISIONS == Recipe.params["precision"].choices
    assert tuple(OPTIMIZERS) == cost.OPTIMIZERS


def test_the_table_has_a_row_a_node_a_total_and_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = told(capsys, CNN, "--batch", "16", "--device-memory", "1G")
    assert lines[0].split()[:3] == ["Node", "Type", "Output"]
    assert any(line.startswith("conv_2 ") and "Conv2d" in line for line in lines)
    assert lines[-2].startswith("Total ")
    assert lines[-1].startswith("Fits into the 1 GB of the device at batch 16 (fp32, adamw) with ")
    assert "largest batch that fits: " in lines[-1]
    # Each line is as wide as its column above: the second column starts at one place.
    assert len({line.find(kind) for line in lines for kind in ("Conv2d",) if kind in line}) == 1


def test_sorting_brings_the_largest_up(capsys: pytest.CaptureFixture[str]) -> None:
    plain = json.loads(told(capsys, CNN, "--json")[0])
    most = max(plain["rows"], key=lambda row: row["parameters"])
    lines = told(capsys, CNN, "--sort", "parameters")
    assert lines[1].startswith(f"{most['node']} ")


def test_the_data_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    plain = json.loads(
        told(capsys, CNN, "--json", "--precision", "bf16", "--optimizer", "sgd", "--batch", "8")[0]
    )
    assert (plain["batch"], plain["precision"], plain["optimizer"]) == (8, "bf16", "sgd")
    assert plain["training"]["optimizer"] == 0
    for name in ("parameters", "flops", "backward", "macs"):
        assert sum(row[name] for row in plain["rows"]) == plain["total"][name]
    parts = plain["training"]
    assert parts["total"] == sum(size for name, size in parts.items() if name != "total")
    assert plain["fits"] is True
    assert plain["largest_batch"] >= 8


def test_too_little_memory_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    last = told(capsys, CNN, "--device-memory", "1000")[-1]
    assert last.startswith("Does not fit into the 1 kB of the device at batch ")
    assert last.endswith("; not even one sample does")


@pytest.mark.parametrize(
    ("text", "size"),
    [("8G", 8 * 10**9), ("512MB", 512 * 10**6), ("1.5GiB", 3 * 2**29), ("70000", 70000)],
)
def test_sizes(text: str, size: int) -> None:
    assert cost.bytes_of(text) == size


@pytest.mark.parametrize("wrong", [["--device-memory", "much"], ["--batch", "0"]])
def test_what_is_meant_wrongly_is_told(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cost", CNN, *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err
