"""``netbuilder attribute``: one sample explained in lines, JSON or a picture, and what columns are worth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from cli_commands import Command
from PIL import Image
from training_runs import make_run

from netbuilder.data.bundled import Iris
from netbuilder.training.explaining.picture import picture, png
from netbuilder.training.run import RunError
from netbuilder.training.session import train_run


@pytest.fixture(scope="module")
def cnn_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small convolution, trained for a moment."""
    run = make_run(tmp_path_factory.mktemp("cnn") / "run", "cnn", epochs=2)
    with run.hold():
        train_run(run)
    return run.path


def test_a_row_is_told_by_the_names_of_its_columns(run: Command, iris_run: Path):
    done = run("attribute", iris_run, "--sample", 60)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("sample 60 (")
    assert lines[0].endswith(", right is versicolor")
    assert lines[1].endswith("by integrated_gradients")
    assert lines[2].split() == ["value", "counts"]
    assert {line.strip().split("  ")[0] for line in lines[3:7]} == set(Iris.columns)
    assert lines[-1].startswith("    adds up to ")
    found = run("attribute", iris_run, "--sample", 60, "--target", "setosa", "--json").json
    assert (found["target"], found["right"]) == ("setosa", "versicolor")
    assert found["inputs"][0]["values"] == pytest.approx(
        Iris().load(Path()).arrays["features"][60].tolist(), rel=1e-4
    )


def test_columns_are_told_with_what_they_are_worth(run: Command, iris_run: Path):
    done = run("attribute", iris_run, "--importance", "--split", "train", "--repeats", 2)
    assert done.code == 0
    head, metric, *rows = done.out.splitlines()
    assert head == "train split, 90 samples, each column shuffled 2 times"
    assert metric.startswith("accuracy ")
    assert {row.strip().split("  ")[0] for row in rows} == set(Iris.columns)
    assert all("95 % interval" in row for row in rows)
    found = run("attribute", iris_run, "--importance", "--json").json
    (loss,) = found["losses"].values()
    assert loss["value"] == pytest.approx(
        run("evaluate", iris_run, "--json").json["metrics"]["accuracy"]
    )


@pytest.mark.parametrize("method", ["grad_cam", "occlusion", "saliency"])
def test_an_image_is_explained_in_a_picture(run: Command, cnn_run: Path, tmp_path: Path, method):
    out = tmp_path / "why.png"
    done = run("attribute", cnn_run, "--sample", 5, "--method", method, "-o", out)
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == f"    {out}"
    with Image.open(out) as image:
        assert image.size == (256 + 8 + 256, 256)
        assert len(image.getcolors(10_000)) > 10


def test_a_json_file_holds_what_is_printed(run: Command, cnn_run: Path, tmp_path: Path):
    out = tmp_path / "why.json"
    done = run("attribute", cnn_run, "--sample", 5, "--method", "grad_cam", "-o", out, "--json")
    told = done.json
    assert told.pop("run") == str(cnn_run)
    assert json.loads(out.read_text()) == told
    assert told["map"]["node"] == "conv_2"


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["--sample", "5", "-o", "why.txt"], 2, "why.txt is neither .png nor .json"),
        (["--importance", "-o", "why.png"], 2, "--out goes with --sample"),
        (["--importance", "--repeats", "0"], 2, "--repeats is 0"),
        (["--sample", "5", "--window", "-1"], 2, "--window is -1"),
        ([], 2, "one of the arguments --sample --importance is required"),
        (["--sample", "999"], 3, "no split has a sample 999"),
        (["--sample", "5", "--method", "luck"], 3, "there is no method luck"),
        (["--sample", "5", "--method", "grad_cam"], 3, "takes a network with a convolution"),
        (["--sample", "5", "-o", "why.png"], 3, "a picture takes an image, but"),
    ],
)
def test_what_cannot_be_done_is_told(
    run: Command, iris_run: Path, tmp_path: Path, monkeypatch, args, code, sentence
):
    monkeypatch.chdir(tmp_path)
    done = run("attribute", iris_run, *args)
    assert done.code == code
    assert sentence in done.err
    assert not list(tmp_path.iterdir())


def test_red_speaks_for_and_blue_against(tmp_path: Path):
    values = [0.0] * 4 + [1.0] * 4
    given = {"name": "x", "shape": [2, 2, 2], "values": values, "attributions": [1.0, 0, -1, 0] * 2}
    (tmp_path / "a.png").write_bytes(picture({"method": "occlusion", "inputs": [given]}))
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image)
    assert pixels[0, 264].tolist() == [202, 0, 32]
    assert pixels[-1, 264].tolist() == [5, 113, 176]
    assert len(set(pixels[0, -1].tolist())) == 1
    wrong = {"method": "grad_cam", "inputs": [given], "map": {"shape": [3, 3], "values": [0] * 9}}
    with pytest.raises(RunError, match="a picture takes an image"):
        picture(wrong)


def test_the_file_holds_the_pixels(tmp_path: Path):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    (tmp_path / "a.png").write_bytes(png(pixels))
    with Image.open(tmp_path / "a.png") as image:
        assert np.array_equal(np.asarray(image), pixels)
