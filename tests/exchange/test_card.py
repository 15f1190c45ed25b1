"""Model cards: what a run knows, told the same in Markdown and HTML."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exchange.handwritten import simple

from netbuilder.exchange.card import card_of, to_html, to_markdown, write_cards
from netbuilder.exchange.report import Comparison, ExportReport
from netbuilder.exchange.subject import Subject
from netbuilder.training.evaluation.report import write_report
from netbuilder.training.run import RunFolder

GOLDEN = Path(__file__).parents[1] / "golden" / "cards"
RESULT = {
    "why": "finished",
    "sentence": "finished after 4 epochs (160 steps)",
    "step": 160,
    "epoch": 4,
    "best": {"metric": "accuracy", "value": 0.9926, "step": 120, "epoch": 3, "on": "val"},
    "test": {"loss": 0.0327, "metrics": {"accuracy": 0.98889, "confusion": [[1, 0], [0, 1]]}},
    "baseline": {"loss_1": {"model": "logistic regression", "accuracy": 0.9778}},
    "time": 1090.0,
}
DATA = {
    "settings": {
        "source": "csv",
        "params": {"path": "a<b>.csv"},
        "split": {"train": 0.7, "seed": 1},
    },
    "fingerprint": "ab" * 16,
    "sizes": {"train": 70, "val": 15, "test": 15},
    "preprocessing": {"notes": ["3 rows were left out."]},
}


@pytest.fixture
def run(tmp_path):
    folder = RunFolder(tmp_path / "run")
    weights = folder.checkpoints / "step-160" / "model.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"0" * 1234)
    (folder.checkpoints / "LATEST").write_text("step-160")
    (weights.parent / "state.json").write_text("{}")
    folder.events.write_text(json.dumps({"event": "start", "time": 1000.0}) + "\n")
    environment = {"device": "cpu", "threads": 2, "packages": {"torch": "2.13.0"}}
    files = {"recipe": {"epochs": 4}, "data": DATA, "result": RESULT, "environment": environment}
    for name, value in files.items():
        (folder.path / f"{name}.json").write_text(json.dumps(value))
    return folder


@pytest.fixture
def subject():
    preprocessing = {"standardize": {"x": {"mean": [0.5], "std": [2.0]}}, "impute": {}}
    source = simple("return self.linear_1(x)")
    return Subject(source, "A *bold* <b>net</b>", "Tells flowers apart.", "cd" * 16, preprocessing)


def report(path):
    return ExportReport("pt2", path, (path,), (Comparison("y", 1e-7, 1e-5),), (1, 4, 7))


def test_a_card_says_what_the_run_knows(run, subject, update_golden, monkeypatch):
    monkeypatch.setattr("netbuilder.exchange.card.program_version", lambda: "1")
    monkeypatch.setattr("netbuilder.training.recipe.Recipe.to_plain", lambda self: {"epochs": 4})
    card = card_of(run, subject, report(Path("net.pt2")))
    for name, text in (("card.md", to_markdown(card)), ("card.html", to_html(card))):
        if update_golden:
            GOLDEN.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, encoding="utf-8")
        assert text == (GOLDEN / name).read_text(encoding="utf-8")


def test_free_text_is_never_markup(run, subject):
    card = card_of(run, subject, report(Path("net.pt2")))
    assert "<b>net" not in to_html(card)
    assert "a<b>.csv" not in to_html(card)
    assert r"\*bold\*" in to_markdown(card)


def test_cards_lie_beside_a_file_and_within_a_project(run, subject, tmp_path):
    beside = write_cards(run, subject, report(tmp_path / "net.pt2"))
    assert [file.name for file in beside] == ["net.pt2.card.md", "net.pt2.card.html"]
    (tmp_path / "project").mkdir()
    within = write_cards(run, subject, report(tmp_path / "project"))
    assert within == (
        tmp_path / "project" / "MODEL_CARD.md",
        tmp_path / "project" / "MODEL_CARD.html",
    )


def test_a_run_that_has_not_ended_says_so(run, subject):
    run.result_file.unlink()
    text = to_markdown(card_of(run, subject, report(Path("net.pt2"))))
    assert "still goes on" in text
    assert "nothing is known of unseen samples" in text


def test_an_evaluation_of_these_weights_is_part_of_the_card(run, subject, tmp_path):
    span = {"value": 0.9, "low": 0.85, "high": 0.95}
    one = {"name": "a", "support": 60, "precision": 0.9, "recall": 0.8, "f1": 0.85, "iou": 0.7}
    gap = {
        "column": "age",
        "metric": "accuracy",
        "worst": "old",
        "best": "young",
        "apart": True,
        "groups": [
            {"name": "old", "samples": 30, **span},
            {"name": "young", "samples": 50, **span},
        ],
    }
    found = {
        "kind": "classification",
        "unit": "sample",
        "elements": 80,
        "accuracy": span,
        "balanced_accuracy": 0.88,
        "averages": {"macro": {"f1": 0.87}},
        "calibration": {"error": 0.03},
        "per_class": [one, {**one, "name": "b", "recall": None}],
    }
    model = {"model": "logistic regression", "metrics": {"accuracy": 0.8}}
    measured = {
        "format": 1,
        "split": "test",
        "weights": "checkpoints/step-160/model.safetensors",
        "details": {"loss_1": found},
        "slices": {"loss_1": [gap, {**gap, "column": "sex", "apart": False}]},
        "baselines": {
            "loss_1": {"models": [model], "verdict": {"sentence": "The network beats it."}}
        },
    }
    write_report(run, measured)
    card = card_of(run, subject, report(tmp_path / "net.pt2"))
    parts = {section.title: section for section in card.sections}
    rows = dict(parts["Evaluation on the test split"].rows)
    assert rows["accuracy over 80"] == "0.9 (95 % interval 0.85 to 0.95)"
    assert rows["class b"] == "precision 0.9, recall -, f1 0.85 (60)"
    assert [name for name, _ in parts["Groups of samples"].rows] == ["by age"]
    assert "grouped by 2 columns" in parts["Groups of samples"].text
    assert parts["Simpler models"].text == "The network beats it."
    assert "Groups that no column tells apart" in parts["Limits"].text
    assert "by age" in to_html(card)
    write_report(run, {**measured, "weights": "checkpoints/step-80/model.safetensors"})
    later = card_of(run, subject, report(tmp_path / "net.pt2"))
    assert "Groups of samples" not in [section.title for section in later.sections]
