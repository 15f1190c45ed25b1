"""Networks with shared weights go out as ONNX and as Python, and say the same there."""

import subprocess
import sys

import pytest
import torch
from networks import network
from safetensors.torch import load_file
from sharing_cases import language_model, towers, twins
from training_runs import DATA

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.exchange.onnx import export_onnx
from netbuilder.exchange.python import export_python
from netbuilder.exchange.subject import Subject
from netbuilder.exchange.trained import subject_of_run, training_of_run
from netbuilder.graph import edits
from netbuilder.training.client import create_run
from netbuilder.training.recipe import Recipe

FC = ("linear", {"out_features": 5})
NETWORKS = {
    "twins": twins(FC, (*FC, {"shares": "fc_1"})),
    "words": language_model(("linear", {"out_features": 20}, {"shares": "table"})),
    "towers": edits.set_flags(towers(sizes=(4, 4)), ["fc_1", "fc_2"], repeat=2),
}


@pytest.fixture(params=NETWORKS)
def subject(request):
    return Subject(generate(NETWORKS[request.param], standard_catalogue()), seed=1)


def test_onnx(subject, tmp_path):
    report = export_onnx(subject, tmp_path / "net.onnx")
    assert report.ok, report.problem()


def test_python(subject, tmp_path):
    report = export_python(subject, tmp_path / "project")
    assert report.ok


def test_a_drawn_network_trains_and_its_project_repeats_it(tmp_path, train):
    """From the document to the script: one layer used twice, factors, a schedule."""
    made = network(
        [
            ("point", "input", {"shape": (64,)}),
            ("label", "target", {"shape": (), "dtype": "int64"}),
            ("fc_1", "linear", {"out_features": 64}, {"lr_factor": 0.1}),
            ("act_1", "relu"),
            ("fc_2", "linear", {"out_features": 64}, {"shares": "fc_1"}),
            ("act_2", "relu"),
            ("head", "linear", {"out_features": 3}, {"lr_factor": 2.0}),
            ("logits", "output"),
            ("loss", "cross_entropy"),
        ],
        "point -> fc_1, fc_1 -> act_1, act_1 -> fc_2, fc_2 -> act_2, act_2 -> head, "
        "head -> logits, head -> loss, label -> loss.target",
        data=DATA,
    )
    recipe = {"schedule": "cosine", "epochs": 2, "batch_size": 32, "device": "cpu", "threads": 1}
    source = generate(made, standard_catalogue())
    assert source.learning_rates == {"fc_1": 0.1, "head": 2.0}
    run = create_run(tmp_path / "run", made, source, Recipe.from_plain(recipe), folder=tmp_path)
    train(run)
    folder = tmp_path / "project"
    assert export_python(subject_of_run(run), folder, training_of_run(run)).ok
    script = (folder / "train.py").read_text(encoding="utf-8")
    assert 'FACTORS = {"fc_1": 0.1, "head": 2.0}' in script
    command = [sys.executable, "-B", "train.py", "--out", "again.safetensors"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    again, best = load_file(folder / "again.safetensors"), load_file(run.best_weights())
    assert again.keys() == best.keys()
    assert all(torch.equal(again[name], best[name]) for name in best)
