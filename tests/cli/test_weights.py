"""train --weights: what of a run's weights fits is taken over, and told."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from cli_commands import Command, iris_file
from safetensors.torch import load_file, save_file

from netbuilder.files.documents import load, save
from netbuilder.graph.edits import set_params
from netbuilder.training.run import RunError, RunFolder, read_json
from netbuilder.training.transplant import take_over
from netbuilder.training.weight_fit import WeightFit

SETTINGS = ("recipe.epochs=1", "recipe.learning_rate=1e-12")


def test_weights_that_fit_are_taken_over(run: Command, iris_run: Path, tmp_path: Path) -> None:
    """With a learning rate of nearly nothing, what was kept is what comes out."""
    file = iris_file(tmp_path)
    network = load(file)
    linears = [name for name, node in network.graph.nodes.items() if node.type == "linear"]
    first = linears[0]
    save(set_params(network, first, {"out_features": 9}), file)
    options = [part for one in SETTINGS for part in ("--set", one)]
    out = tmp_path / "new"
    done = run("train", file, "--run", out, "--weights", iris_run, *options)
    assert done.code == 0, done.err
    assert "weights to start from:" in done.out
    assert "other shape, so new" in done.out
    given = load_file(RunFolder(iris_run).best_weights() or Path())
    weights = RunFolder(out).best_weights()
    assert weights is not None
    got = load_file(weights)
    same = [name for name in got if got[name].shape == given[name].shape]
    assert same
    for name in same:
        torch.testing.assert_close(got[name], given[name], atol=1e-6, rtol=0)
    assert f"{first}.weight" not in same


def test_a_network_without_any_of_them_says_so(
    run: Command, iris_run: Path, tmp_path: Path
) -> None:
    folder = RunFolder(tmp_path)
    model = torch.nn.Linear(2, 3)
    assert take_over(folder, model) is None
    before = model.weight.detach().clone()
    save_file({"weight": torch.ones(3, 2), "other": torch.ones(1)}, folder.initial_weights)
    assert take_over(folder, model) == WeightFit(("weight",), ("bias",), ("other",), {})
    assert WeightFit.from_plain(read_json(folder.transplant)) == take_over(folder, model)
    assert not torch.equal(model.weight, before)
    save_file({"weight": torch.ones(9, 9)}, folder.initial_weights)
    with pytest.raises(RunError, match="none of the 1 weights"):
        take_over(folder, model)
    done = run("train", iris_file(tmp_path), "--weights", tmp_path / "none")
    assert done.code == 2
    done = run("train", "--resume", iris_run, "--weights", iris_run)
    assert "--weights has no place beside --resume" in done.err
