"""A small language model from its graph: the check mends it, it trains, and its perplexity is known."""

from __future__ import annotations

import math
from pathlib import Path

import netbuilder as nb
from netbuilder.app.training import create_training
from netbuilder.training.evaluation.assess import evaluate_run
from netbuilder.training.session import train_run

DATA = {"source": "python_stdlib", "params": {"characters": 20_000, "window": 16}}
RECIPE = {"epochs": 2, "learning_rate": 0.02, "batch_size": 64, "threads": 1, "device": "cpu"}


def model() -> nb.Builder:
    b = nb.Builder("Characters", data=DATA, recipe=RECIPE)
    tokens = b.add("input", shape=[16], dtype="int64", id="tokens")
    target = b.add("target", shape=[16], dtype="int64", id="next_tokens")
    vectors = b.add("embedding", tokens, num_embeddings=96, embedding_dim=16)
    head = b.add("linear", b.add("gru", vectors, hidden_size=24), out_features=96, id="head")
    b.add("output", head, id="logits")
    b.add("cross_entropy", head, target, id="loss")
    return b


def test_classes_behind_the_length_are_brought_to_their_place_and_it_learns(tmp_path: Path) -> None:
    [found] = nb.check(model()).diagnostics
    assert found.code == "NB220"
    titles = [fix.title for fix in found.fixes]
    assert titles[0] == "insert Transpose before loss, so that the classes come second"
    network = found.fixes[0].edit(model().network)
    assert nb.check(network).ok
    run = create_training(network, tmp_path, tmp_path / "run")
    with run.hold():
        result = train_run(run)
    assert result["why"] == "finished"
    assert result["test"]["metrics"]["accuracy"] > 0.15  # the most frequent character is a space
    report = evaluate_run(run)
    told = report["details"]["loss"]
    assert told["unit"] == "token"
    assert told["perplexity"] < 40
    assert abs(math.log(told["perplexity"]) - report["loss"]) < 1e-4
    assert report["slices"]["loss"] == []
