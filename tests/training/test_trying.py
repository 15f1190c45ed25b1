"""One sample through a run's network: the answer is the module's own, in the unit of the data."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.data import bpe
from netbuilder.data.source import DataError
from netbuilder.training.run import RunError, RunFolder
from netbuilder.training.session import train_run
from netbuilder.training.trying.bench import Bench, encoded
from netbuilder.training.trying.maps import picture_of
from netbuilder.training.trying.worker import answer


def bench(folder: Path, name: str) -> Bench:
    changed = ["recipe.epochs=2", "recipe.threads=1", "recipe.device=cpu"]
    run = create_training(with_settings(example(name), changed), folder, folder / "run")
    with run.hold():
        assert train_run(run)["why"] == "finished"
    return Bench.of(run)


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory):
    return bench(tmp_path_factory.mktemp("diabetes"), "diabetes_mlp")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    return bench(tmp_path_factory.mktemp("digits"), "digits_cnn")


def test_what_the_network_takes_is_described(diabetes, digits):
    [row] = diabetes.inputs()
    assert (row["field"], row["kind"], row["shape"]) == ("features", "row", [10])
    assert row["columns"][:3] == ["age", "sex", "bmi"]
    [image] = digits.inputs()
    assert (image["kind"], image["low"], image["high"]) == ("image", 0.0, 1.0)


def test_a_sample_is_answered_as_the_module_does(digits):
    subject = digits.subject
    images = subject.tensors("test")[0]
    with torch.no_grad():
        chances = subject.model.eval()(images[7:8]).softmax(1)[0]
    given = digits.sample("test", 7)
    [told] = digits.tried(given["inputs"])["outputs"]
    best = int(chances.argmax())
    assert told["said"][0] == [str(best), pytest.approx(float(chances[best]), rel=1e-5)]
    assert sum(share for _, share in told["said"]) == pytest.approx(1, abs=1e-5)
    right = subject.prepared.splits["test"]["label"][7]
    assert given["right"] == {"label": str(right)}


def test_numbers_come_out_in_the_unit_of_the_data(diabetes):
    given = diabetes.sample("val", 0)
    [told] = diabetes.tried(given["inputs"])["outputs"]
    [[name, value]] = told["said"]
    assert name == "progression"
    assert 25 < value < 350  # the target is standardized, and shown as it was measured
    features = diabetes.subject.tensors("val")[0]
    with torch.no_grad():
        raw = float(diabetes.subject.model.eval()(features[:1]))
    learnt = diabetes.known["standardize"]["target"]
    assert value == pytest.approx(raw * learnt["std"][0] + learnt["mean"][0], rel=1e-4)


def test_every_node_shows_what_it_gives(digits):
    found = digits.tried(digits.sample("test", 0)["inputs"])["nodes"]
    assert next(iter(found)) == "conv_1"
    assert found["conv_1"]["shape"] == [32, 8, 8]
    picture = found["conv_1"]["picture"]
    pixels = base64.b64decode(picture["values"])
    assert len(pixels) == picture["width"] * picture["height"]
    assert (min(pixels), max(pixels)) == (0, 255)
    assert picture["shown"] == [16, 32]
    assert found["relu_1"]["low"] == 0
    assert not digits.subject.model.training


def test_a_missing_number_is_told_where_nothing_stands_in(diabetes):
    given = diabetes.sample("val", 0)["inputs"]["features"]
    with pytest.raises(DataError, match="a number of features is missing in sample 1"):
        diabetes.tried({"features": [None, *given[1:]]})
    with pytest.raises(DataError, match="features should be 10 numbers"):
        diabetes.tried({"features": given[:4]})
    with pytest.raises(DataError, match="the field features is missing"):
        diabetes.tried({})
    with pytest.raises(RunError, match="the val split has 66 samples, so there is no sample 66"):
        diabetes.sample("val", 66)


def test_the_worker_answers_a_line_each(diabetes):
    told = []
    questions = [
        {"id": 1, "split": "test", "sample": 0},
        {"id": 2, "inputs": {"features": [0.0] * 10}},
        {"id": 3, "inputs": {}},
    ]
    answer(str(diabetes.subject.run.path), map(json.dumps, questions), told.append)
    assert list(told[0]) == ["ready"]
    assert [one.get("id") for one in told[1:]] == [1, 2, 3]
    assert len(told[1]["inputs"]["features"]) == 10
    assert told[2]["outputs"]
    assert "is missing" in told[3]["error"]
    gone: list = []
    answer(str(Path("nowhere")), [], gone.append)
    assert "holds no training run" in gone[0]["error"]
    assert Bench.of(RunFolder(diabetes.subject.run.path)).inputs() == told[0]["ready"]


def test_a_text_is_taken_from_its_end_and_filled_up_in_front():
    vocabulary = ("\n", " ", "a", "b")
    assert encoded("abab", vocabulary, 3) == [3, 2, 3]
    assert encoded("b", vocabulary, 3) == [0, 0, 3]
    assert encoded("aZ", vocabulary, 2) == [2, 1]
    names = tuple(chr(n) if n < 128 else f"0x{n:02x}" for n in range(256))
    assert encoded("é", names, 3) == [10, 0xC3, 0xA9]
    tokenizer = bpe.learn("the cat and the hat " * 50, 270)
    names = bpe.vocabulary(tokenizer)
    assert [names[n] for n in encoded("the hat", names, 4, tokenizer)][-2:] == ["the", " hat"]
    with pytest.raises(DataError, match="a text was given"):
        encoded("a", (), 3)


@pytest.mark.parametrize(
    ("shape", "size"),
    [((1, 5), (5, 1)), ((1, 100), (15, 7)), ((1, 6, 9), (9, 6)), ((1, 3, 8, 8), (26, 8)),
     ((1, 64, 100, 200), None), ((1, 16, 4, 4), (39, 9)), ((1, 2, 3, 4, 5), (11, 12)),
     ((1, 500, 300), (58, 96))],
)  # fmt: skip
def test_outputs_of_any_shape_become_pictures(shape, size):
    found = picture_of(torch.randn(shape))
    assert found is not None
    assert len(base64.b64decode(found["values"])) == found["width"] * found["height"]
    if size is not None:
        assert (found["width"], found["height"]) == size


def test_what_has_no_picture_is_left_out():
    assert picture_of(torch.ones(1, 1)) is None
    assert picture_of(torch.tensor([[1.0, np.nan]])) is None
    flat = picture_of(torch.ones(1, 4))
    assert flat is not None
    assert set(base64.b64decode(flat["values"])) == {0}
