"""Networks with each of the losses are checked, written and trained, whatever ports these have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from networks import network

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.codegen.emit import generate
from netbuilder.node_api import LossType
from netbuilder.training.client import create_run
from netbuilder.training.recipe import Recipe
from netbuilder.training.records import read_records
from netbuilder.training.run import RunFolder

Train = Callable[[RunFolder], dict[str, Any]]

CATALOGUE = standard_catalogue()
LOSSES = [t.id for t in CATALOGUE.types.values() if t.role == "loss"]
# What goes to the ports of a loss, where it is not an answer for every number that comes in.
DATA = {
    "source": "blobs",
    "params": {"samples": 300, "features": 64, "centres": 2, "noise": 4.0},
    "split": {"train": 0.6, "val": 0.2, "test": 0.2},
}
CLASS = {"input": "scores", "target": "label"}
BINARY = {"input": "score", "target": "answer"}
PAIR = {"input1": "one", "input2": "other", "target": "alike"}
FEEDS = {
    "cross_entropy": CLASS,
    "nll_loss": {"input": "logs", "target": "label"},
    "focal_loss": CLASS,
    "multi_margin_loss": CLASS,
    "multi_label_margin_loss": {"input": "scores", "target": "labels"},
    "bce_with_logits": BINARY,
    "bce_loss": {"input": "share", "target": "answer"},
    "sigmoid_focal_loss": BINARY,
    "dice_loss": BINARY,
    "soft_margin_loss": BINARY,
    "multi_label_soft_margin_loss": BINARY,
    "gaussian_nll_loss": {"input": "said", "target": "point", "var": "shares"},
    "kl_div_loss": {"input": "said", "target": "halves"},
    "ctc_loss": {"log_probs": "steps", "targets": "labels"},
    "cosine_embedding_loss": PAIR,
    "margin_ranking_loss": {"input1": "said", "input2": "shares", "target": "point"},
    "triplet_margin_loss": {"anchor": "one", "positive": "other", "negative": "third"},
    "info_nce": {"query": "one", "key": "other"},
}
NODES = [
    ("point", "input", {"shape": (64,)}),
    ("label", "target", {"shape": (), "dtype": "int64"}),
    ("answer", "target", {"shape": (1,), "field": "label", "dtype": "float32"}),
    ("alike", "target", {"shape": (), "field": "label", "dtype": "float32"}),
    ("labels", "stack", {"inputs": 3, "dim": 1}),
    ("said", "linear", {"out_features": 64}),
    ("shares", "sigmoid"),
    ("halves", "sigmoid"),
    ("score", "linear", {"out_features": 1}),
    ("share", "sigmoid"),
    ("scores", "linear", {"out_features": 3}),
    ("logs", "log_softmax", {"dim": 1}),
    ("one", "linear", {"out_features": 8}),
    ("other", "linear", {"out_features": 8}),
    ("third", "linear", {"out_features": 8}),
    ("rows", "reshape", {"shape": (8, 8)}),
    ("steps", "log_softmax", {"dim": 2}),
    ("out", "output"),
]

EDGES = """
    point -> said, said -> shares, point -> score, score -> share, point -> halves, point -> scores, scores -> logs, point -> one,
    point -> other, point -> third, said -> rows, rows -> steps,
    label -> labels.x_1, label -> labels.x_2, label -> labels.x_3
"""


def trained_on(loss: str) -> Any:
    """The smallest network that a loss can train, with an Output of what it scores."""
    kind = CATALOGUE.types[loss]
    feeds = FEEDS.get(loss, {"input": "said", "target": "point"})
    assert issubclass(kind, LossType)
    waiting, edges = [*feeds.values(), "out"], [f"{feeds[kind.prediction_port]} -> out"]
    edges += [f"{source} -> loss.{port}" for port, source in feeds.items()]
    found: list[str] = []
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.append(name)
        for edge in EDGES.replace("\n", " ").split(","):
            source, target = (end.strip() for end in edge.split("->"))
            if target.split(".")[0] == name:
                waiting.append(source)
                if edge.strip() not in edges:
                    edges.append(edge.strip())
    nodes = [node for node in NODES if node[0] in found]
    return network([*nodes, ("loss", loss)], ", ".join(edges), data=DATA)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_network_trains_with_it(tmp_path: Path, train: Train, loss: str) -> None:
    made = trained_on(loss)
    errors = [d for d in check(made, CATALOGUE).diagnostics if d.severity == "error"]
    assert not errors
    source = generate(made, CATALOGUE)
    values = {"epochs": 2, "batch_size": 32, "device": "cpu", "threads": 1}
    run = create_run(tmp_path / "run", made, source, Recipe.from_plain(values), folder=tmp_path)
    result = train(run)
    assert result["why"] == "finished"
    task = source.losses[0].task
    assert bool(result["test"]["metrics"]) == bool(task)
    validations = [r for r in read_records(run.records) if r.kind == "validation"]
    assert len(validations) == 2
    assert all(bool(r.metrics) == bool(task) for r in validations)
