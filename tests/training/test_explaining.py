"""Attributions: they add up, agree with what is known of simple networks, and are told in plain data."""

from __future__ import annotations

import base64
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from training_runs import make_run, source

from netbuilder.codegen.source import Argument
from netbuilder.training.answers import Reading
from netbuilder.training.evaluation.assess import subject_of
from netbuilder.training.explaining import worker
from netbuilder.training.explaining.aim import aim_of
from netbuilder.training.explaining.attribute import attribute
from netbuilder.training.explaining.attributions import (
    gradients,
    integrated_gradients,
    occlusion,
    windows_of,
)
from netbuilder.training.explaining.grad_cam import grad_cam
from netbuilder.training.explaining.importance import importance
from netbuilder.training.explaining.methods import METHODS, Asked
from netbuilder.training.explaining.way_in import fed_by, ways_in
from netbuilder.training.explaining.way_in import run as outputs_of
from netbuilder.training.run import RunError

CLASSES = ["blob 1", "blob 2", "blob 3"]


def nobody(share: float) -> None:
    """Nobody listens."""


class Net(nn.Module):
    """Two inputs, bends, and a product of them."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(5, 16)
        self.second = nn.Linear(3, 16)
        self.head = nn.Linear(16, 1)

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return self.head(F.gelu(self.first(a)) * F.relu(self.second(b)))


@pytest.mark.parametrize("seed", range(5))
def test_integrated_gradients_add_up_to_the_difference(seed):
    net = Net().eval()
    torch.manual_seed(seed)
    sample, nothing = ([torch.randn(1, 5), torch.randn(1, 3)] for _ in "12")

    def score(x):
        return net(*x)[:, 0]

    found = integrated_gradients(score, sample, nothing, nobody)
    assert found.difference == pytest.approx((score(sample) - score(nothing)).item())
    assert found.total == pytest.approx(found.difference, rel=0.011, abs=1e-5)
    assert [value.shape for value in found.values] == [x.shape for x in sample]


def test_more_points_are_taken_where_fewer_do_not_add_up():
    def kinked(x):
        return (12 * (x[0] - 0.37)).clamp(0, 1).sum(1)

    sample, nothing = [torch.ones(1, 3)], [torch.zeros(1, 3)]
    found = integrated_gradients(kinked, sample, nothing, nobody)
    assert found.steps > 64
    assert found.total == pytest.approx(3, rel=0.02)


def test_on_a_linear_network_every_method_tells_weight_times_change():
    torch.manual_seed(0)
    weights, sample, nothing = torch.randn(4), torch.randn(1, 4), torch.randn(1, 4)

    def score(x):
        return x[0] @ weights

    wanted = weights * (sample - nothing)
    integrated = integrated_gradients(score, [sample], [nothing], nobody)
    torch.testing.assert_close(integrated.values[0], wanted)
    covered = occlusion(score, [sample], [nothing], [windows_of((4,))], nobody)
    torch.testing.assert_close(covered[0], wanted)
    torch.testing.assert_close(gradients(score, [sample])[0][0], weights)


def test_squares_cover_every_pixel_and_the_covered_part_counts():
    windows = windows_of((1, 9, 7), 4)
    covered = torch.zeros(1, 9, 7)
    for window in windows:
        covered[window] += 1
    assert covered.min() >= 1

    def corner(x):
        return x[0][:, 0, :2, :2].sum((1, 2))

    (found,) = occlusion(
        corner,
        [torch.ones(1, 1, 8, 8)],
        [torch.zeros(1, 1, 8, 8)],
        [windows_of((1, 8, 8), 2)],
        nobody,
    )
    assert found[0, 0, 0, 0] == 4
    assert (found[0, 0, 3:, 3:] == 0).all()
    assert len(windows_of((3, 512, 512))) <= 4096
    assert windows_of((6, 3)) == [(slice(n, n + 1),) for n in range(6)]
    assert windows_of(()) == [()]


class Pictures(nn.Module):
    """Sees bright spots of one channel, after a layer that everything goes through."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 2, 1)
        self.last = nn.Conv2d(2, 2, 1, stride=2)
        for conv in (self.first, self.last):
            nn.init.ones_(conv.weight)
            nn.init.zeros_(conv.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.first(x)).mean((2, 3))


def test_grad_cam_finds_the_last_convolution_and_the_bright_spot():
    net, sample = Pictures().eval(), torch.zeros(1, 1, 8, 8)
    sample[0, 0, :3, :3] = 1
    seen = grad_cam(net, lambda: net(sample)[:, 0], [sample])
    assert seen.node == "last"
    assert seen.values.shape == (8, 8)
    assert seen.values[0, 0] > 0
    assert seen.values[-1, -1] == 0
    # The map by hand: the gradient of the mean is 1/16 everywhere, for one of the two channels.
    small = F.conv2d(F.conv2d(sample, net.first.weight), net.last.weight, stride=2)[:, :1] / 16
    wanted = F.interpolate(small, (8, 8), mode="bilinear")[0, 0]
    torch.testing.assert_close(seen.values, wanted)


def test_another_convolution_can_be_looked_at():
    net, sample = Pictures().eval(), torch.ones(1, 1, 8, 8)
    seen = grad_cam(net, lambda: net(sample)[:, 0], [sample], str.upper, "FIRST")
    assert (seen.node, seen.values.shape) == ("FIRST", (8, 8))
    with pytest.raises(RunError, match=r"no convolution THIRD .* there are: FIRST, LAST"):
        grad_cam(net, lambda: net(sample)[:, 0], [sample], str.upper, "THIRD")


def test_grad_cam_without_convolution_is_told():
    net = Net()
    with pytest.raises(RunError, match="takes a network with a convolution"):
        grad_cam(net, lambda: net(torch.ones(1, 5), torch.ones(1, 3))[:, 0], [])


class Tokens(nn.Module):
    """The sum of what each token's vector says."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(9, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, tokens: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return self.head(self.table(tokens).sum(1) + self.table(other).sum(1))


def test_tokens_are_explained_through_their_vectors():
    net = Tokens().eval()
    arguments = [Argument(name, name, (3,), "int64") for name in ("tokens", "other")]
    sample = [torch.tensor([[1, 2, 3]]), torch.tensor([[4, 4, 8]])]
    ways = ways_in(net, arguments, sample)
    with fed_by(ways) as fed, torch.no_grad():
        values = [way.values for way in ways]
        assert torch.equal(fed(net, values)[0], net(*sample))
        zeros = [torch.zeros_like(value) for value in values]
        torch.testing.assert_close(fed(net, zeros)[0], net.head.bias[None])
    with fed_by(ways) as fed:
        found = integrated_gradients(lambda x: fed(net, x)[0][:, 1], values, zeros, nobody)
    told = [way.per_number(one) for way, one in zip(ways, found.values, strict=True)]
    wanted = [net.table(raw) @ net.head.weight[1] for raw in sample]
    torch.testing.assert_close(told, wanted)
    assert torch.equal(outputs_of(net, sample)[0], net(*sample))


def test_a_network_that_changes_its_input_in_place_has_gradients_too():
    (found,) = gradients(lambda x: x[0].relu_().sum(1), [torch.tensor([[-1.0, 2.0]])])
    assert found.tolist() == [[0, 1]]


def test_of_many_places_the_mean_is_explained():
    values = torch.arange(16.0).reshape(2, 2, 2, 2)
    marked = aim_of([Reading("mask", "binary", ("no", "yes"), "m")], [values[:1, :1]])
    assert marked.name == "yes"
    assert marked.score([values[:, :1]]).tolist() == [1.5, 9.5]
    assert marked.probability([values[:1, :1]]) is None
    classes = [Reading("mask", "classes", ("sky", "tree"), "m", (), "cross_entropy")]
    tree = aim_of(classes, [values[:1]])
    assert (tree.name, tree.score([values]).tolist()) == ("tree", [5.5, 13.5])
    assert aim_of(classes, [values[:1]], target="sky").score([values]).tolist() == [1.5, 9.5]


def test_no_is_explained_as_well_as_yes():
    one = Reading("said", "binary", ("odd", "even"), "e", (), "bce_with_logits")
    scores = torch.tensor([[-2.0]])
    odd = aim_of([one], [scores])
    assert (odd.name, odd.score([scores]).item()) == ("odd", 2.0)
    assert odd.probability([scores]) == pytest.approx(torch.tensor(2.0).sigmoid().item())
    assert aim_of([one], [scores], target="even").score([scores]).item() == -2.0


def test_whole_numbers_without_a_table_are_told():
    with pytest.raises(RunError, match="x takes whole numbers"):
        ways_in(nn.Identity(), [Argument("x", "x", (2,), "int64")], [torch.ones(1, 2).long()])


@pytest.fixture(scope="module")
def subjects(tmp_path_factory):
    """Trained runs: a small table net and a convolution, on the same points."""
    from netbuilder.training.session import train_run

    folder = tmp_path_factory.mktemp("runs")
    found = {}
    for body in ("mlp", "cnn"):
        made = make_run(folder / body, body, epochs=8, learning_rate=0.01)
        with made.hold():
            train_run(made)
        found[body] = subject_of(made)
    return found


def test_a_sample_of_a_run_is_explained_by_every_method(subjects):
    subject = subjects["cnn"]
    sample = int(subject.prepared.indices["test"][3])
    for method in METHODS:
        told = attribute(subject, Asked(sample, method), nobody)
        json.dumps(told, allow_nan=False)
        assert (told["sample"], told["split"], told["output"]) == (sample, "test", "logits")
        assert told["target"] in CLASSES
        assert told["right"] in CLASSES
        assert told["said"] == told["target"]
        assert told["probability"] >= 1 / 3
        (given,) = told["inputs"]
        assert (given["name"], given["field"]) == ("point", "point")
        if method == "grad_cam":
            assert told["map"]["node"] == "conv_2"
            assert told["map"]["shape"] == [8, 8]
            assert len(told["map"]["values"]) == 64
            assert given["attributions"] == []
            continue
        assert given["shape"] == [1, 8, 8]
        assert len(given["attributions"]) == len(given["values"]) == 64
        assert np.abs(given["attributions"]).max() > 0
        own = subject.prepared.splits["test"]["point"][3]
        assert given["values"] == pytest.approx(own.tolist(), rel=1e-5)
        if method == "integrated_gradients":
            adds_up = told["adds_up"]
            assert adds_up["total"] == pytest.approx(adds_up["difference"], rel=0.02, abs=1e-3)
            assert sum(given["attributions"]) == pytest.approx(adds_up["total"], rel=1e-3, abs=1e-3)


def test_the_class_and_the_output_can_be_chosen(subjects):
    subject = subjects["mlp"]
    sample = int(subject.prepared.indices["val"][0])
    told = [attribute(subject, Asked(sample, "saliency", "logits", n), nobody) for n in "012"]
    assert [one["target"] for one in told] == CLASSES
    assert sum(one["probability"] for one in told) == pytest.approx(1)
    best = max(told, key=lambda one: one["score"])
    assert attribute(subject, Asked(sample, "saliency"), nobody)["target"] == best["target"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (Asked(999, "saliency"), "no split has a sample 999; samples go from 0 to 299"),
        (Asked(0, "guess"), "there is no method guess; there are: integrated_gradients, gradient"),
        (Asked(0, "saliency", "other"), "the network has no output other; it has: logits"),
        (
            Asked(0, "saliency", "", "cat"),
            "there is no 'cat' among what the output says; there are: blob 1, blob 2, blob 3",
        ),
        (Asked(0, "grad_cam"), "takes a network with a convolution"),
    ],
)
def test_what_cannot_be_explained_is_told(subjects, asked, sentence):
    with pytest.raises(RunError) as told:
        attribute(subjects["mlp"], asked, nobody)
    assert sentence in str(told.value)


def test_a_sample_between_the_splits_is_told(subjects):
    subject = subjects["mlp"]
    indices = {**subject.prepared.indices, "val": np.zeros(0, np.int64)}
    gone = int(subject.prepared.indices["val"][0])
    bare = replace(subject, prepared=replace(subject.prepared, indices=indices))
    with pytest.raises(RunError, match="to 299, of which some are in no split"):
        attribute(bare, Asked(gone, "saliency"), nobody)


FEW = """        self.linear_1 = nn.Linear(4, 3)

    def forward(self, point):
        return self.linear_1(point)

    def losses(self, point, label):
        logits = self.forward(point)
        return {"loss_1": F.cross_entropy(logits, label)}, {"loss_1": (logits, label)}
"""


@pytest.fixture(scope="module")
def iris(tmp_path_factory):
    from netbuilder.training.session import train_run

    made = source(FEW, (4,))
    made = replace(
        made,
        inputs=(Argument("point", "features", (4,), "float32"),),
        outputs=(replace(made.outputs[0], classes_from="label"),),
    )
    data = {"source": "iris", "standardize": ["features"]}
    run = make_run(
        tmp_path_factory.mktemp("iris") / "run", data=data, made=made, epochs=40, learning_rate=0.02
    )
    with run.hold():
        train_run(run)
    return subject_of(run)


def test_shuffled_columns_agree_with_scikit_learn(iris):
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.inspection import permutation_importance

    class Wrapped(ClassifierMixin, BaseEstimator):
        classes_ = np.arange(3)

        def fit(self, x, y):
            return self

        def __sklearn_is_fitted__(self):
            return True

        def predict(self, x):
            with torch.no_grad():
                return iris.model(torch.tensor(x)).argmax(1).numpy()

    told = importance(iris, "train", nobody, repeats=40)
    train = iris.prepared.splits["train"]
    oracle = permutation_importance(
        Wrapped(), train["features"], train["label"], n_repeats=40, random_state=0
    )
    found = told["losses"]["loss_1"]
    assert (told["samples"], told["repeats"], found["metric"]) == (104, 40, "accuracy")
    names = iris.prepared.preprocessing["columns"]["features"]
    by_name = {one["name"]: one for one in found["columns"]}
    assert set(by_name) == set(names)
    for name, value in zip(names, oracle.importances_mean, strict=True):
        assert by_name[name]["importance"] == pytest.approx(value, abs=0.03)
        assert by_name[name]["low"] <= by_name[name]["importance"] <= by_name[name]["high"]
    worth = [one["importance"] for one in found["columns"]]
    assert worth == sorted(worth, reverse=True)
    assert found["columns"][0]["name"].startswith("petal")


def test_importance_is_the_same_each_time_and_leaves_the_weights_alone(iris):
    before = {name: value.clone() for name, value in iris.model.state_dict().items()}
    first, second = (importance(iris, "test", nobody, repeats=2) for _ in "12")
    assert first == second
    assert all(torch.equal(before[name], v) for name, v in iris.model.state_dict().items())


def test_a_field_without_columns_is_shuffled_as_one(subjects):
    told = importance(subjects["cnn"], "test", nobody, repeats=2)["losses"]["loss_1"]
    (one,) = told["columns"]
    assert (one["name"], one["field"]) == ("point", "point")
    assert one["importance"] > 0.2


def test_a_category_or_date_is_shuffled_as_one():
    from netbuilder.training.explaining.importance import _category

    names = ["size", "colour = red", "colour = blue", "kind = a", "born: year", "born: month"]
    wanted = ["size", "colour", "colour", "kind = a", "born", "born"]
    assert [_category(name, names) for name in names] == wanted


def asked_of_worker(monkeypatch, capsys, *questions):
    lines = "".join(json.dumps(one) + "\n" for one in questions)
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    monkeypatch.setattr(worker.os, "nice", nobody)
    assert worker.main() == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_worker_answers_question_after_question(iris, monkeypatch, capsys):
    made = []
    load = worker.subject_of
    monkeypatch.setattr(worker, "subject_of", lambda run: made.append(run) or load(run))
    run = {"run": str(iris.run.path)}
    said = asked_of_worker(
        monkeypatch,
        capsys,
        {"id": 1, **run, "sample": 7, "method": "gradient_input"},
        {"id": 2, **run, "importance": "test", "repeats": 1},
        {"id": 3, **run, "sample": 7, "method": "luck"},
    )
    assert all(0 <= one["share"] <= 1 for one in said if "share" in one)
    first, second, third = (one for one in said if "share" not in one)
    assert (first["id"], first["found"]["method"]) == (1, "gradient_input")
    assert (second["id"], second["found"]["repeats"]) == (2, 1)
    assert (third["id"], third["error"][:23]) == (3, "there is no method luck")
    assert len(made) == 1


def test_an_image_comes_as_pictures_where_these_are_asked_for(subjects, monkeypatch, capsys):
    run = {"run": str(subjects["cnn"].run.path), "pictures": True}
    [said] = asked_of_worker(
        monkeypatch, capsys, {"id": 1, **run, "sample": 7, "method": "saliency"}
    )
    drawn = said["found"]["pictures"]
    assert (drawn["width"], drawn["height"], drawn["step"]) == (8, 8, 1)
    assert len(base64.b64decode(drawn["sample"])) == len(base64.b64decode(drawn["heat"])) == 192
    assert len(drawn["counts"]) == 64
    assert said["found"]["inputs"][0]["attributions"] == []


def test_the_worker_tells_errors_in_sentences(tmp_path: Path):
    said: list[dict] = []
    question = {"id": 4, "run": str(tmp_path), "sample": 0, "method": "saliency"}
    worker.answer(question, said.append, worker.Loaded())
    assert said[0]["id"] == 4
    assert "holds no training run" in said[0]["error"]


def test_each_place_of_a_text_is_told_with_its_token(tmp_path: Path):
    from netbuilder.training.session import train_run

    (tmp_path / "text.txt").write_text("the cat sat on the mat\n" * 40)
    body = """        self.table = nn.Embedding(11, 8)
        self.head = nn.Linear(8, 11)

    def forward(self, tokens):
        return self.head(self.table(tokens)).transpose(1, 2)

    def losses(self, tokens, label):
        said = self.forward(tokens)
        return {"loss_1": F.cross_entropy(said, label)}, {"loss_1": (said, label)}
"""
    made = source(body)
    made = replace(
        made,
        inputs=(Argument("tokens", "tokens", (8,), "int64"),),
        targets=(Argument("label", "next_tokens", (8,), "int64"),),
        outputs=(replace(made.outputs[0], shape=("N", 11, 8), classes_from="next_tokens"),),
        losses=(replace(made.losses[0], prediction=("N", 11, 8), target="next_tokens"),),
    )
    data = {"source": "text", "params": {"path": "text.txt", "window": 8}}
    run = make_run(tmp_path / "run", data=data, made=made, epochs=2)
    with run.hold():
        assert train_run(run)["why"] == "finished"
    subject = subject_of(run)
    sample = int(subject.prepared.indices["test"][0])
    told = attribute(subject, Asked(sample, "integrated_gradients", target="t"), nobody)
    [given] = told["inputs"]
    text = [one.split(": ")[1] for one in given["columns"]]
    assert len(text) == len(given["attributions"]) == 8
    assert [one.split(": ")[0] for one in given["columns"]] == [str(place) for place in range(8)]
    codes = subject.prepared.splits["test"]["tokens"][0]
    assert text == [subject.prepared.fields["tokens"].classes[code] for code in codes]
    assert told["adds_up"]["total"] == pytest.approx(told["adds_up"]["difference"], abs=0.01)
    assert told["target"] == "t"
