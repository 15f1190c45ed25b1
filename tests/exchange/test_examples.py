"""Every example as ONNX and as Python, with the source that the program writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import onnxruntime
import pytest

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.codegen.emit import generate
from netbuilder.exchange.onnx import export_onnx
from netbuilder.exchange.python import export_python
from netbuilder.exchange.trained import subject_of_network, training_of_network
from netbuilder.files.documents import load

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.netgraph"))


def subject(path):
    network = load(path)
    return network, subject_of_network(network, generate(network, standard_catalogue()))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_becomes_onnx(path, tmp_path):
    _, made = subject(path)
    report = export_onnx(made, tmp_path / "net.onnx")
    assert report.ok
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx")
    assert [item.name for item in session.get_inputs()] == [i.name for i in made.source.inputs]
    assert [item.name for item in session.get_outputs()] == [o.name for o in made.source.outputs]
    assert session.get_modelmeta().custom_metadata_map["title"] == made.title


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits_residual", "digits_rows_lstm", "two_inputs_two_losses"])
def test_an_example_becomes_a_project_that_trains(name, tmp_path):
    path = next(path for path in EXAMPLES if path.stem == name)
    network, made = subject(path)
    folder = tmp_path / "project"
    training = training_of_network(network, path.parent)
    report = export_python(made, folder, training)
    assert report.ok
    assert report.max_abs_diff == 0
    done = subprocess.run(
        [sys.executable, "train.py", "--steps", "3", "--log", "losses.csv"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len((folder / "losses.csv").read_text().splitlines()) == 4
    for arguments in (["format", "--check"], ["check", "--select", "E,F,I,UP,B,SIM"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "."],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
