"""Model cards: what a run knows, told the same in Markdown and HTML."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exchange.handwritten import simple

from netbuilder.exchange.card import card_of, to_html, to_markdown, write_cards
from netbuilder.exchange.report import Comparison, ExportReport
from netbuilder.exchange.subject import Subject
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
