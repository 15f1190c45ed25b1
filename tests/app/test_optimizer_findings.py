"""Optimizers that do not go with a network or a recipe are told, with a mend that helps."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from app.test_phase_findings import EDGES, NODES
from networks import network

from netbuilder.app.project import check_network
from netbuilder.graph import edits
from netbuilder.training.recipe import Recipe, recipe_problems

DEEP = [*NODES[:5], ("more", "linear", {"out_features": 64}), *NODES[5:]]


def test_muon_needs_a_matrix_between_the_first_and_the_last(tmp_path: Path) -> None:
    recipe = {"optimizer": "muon"}
    document = network(NODES, EDGES, recipe=recipe)
    (found,) = check_network(document, tmp_path).diagnostics
    assert (found.code, found.severity) == ("NB701", "error")
    assert "between the first and the last layer, and there are none" in found.message
    (fix,) = found.fixes
    assert check_network(fix.edit(document), tmp_path).ok
    deep = network(DEEP, EDGES.replace("act -> head", "act -> more, more -> head"), recipe=recipe)
    assert check_network(deep, tmp_path).ok


def test_lbfgs_has_one_rate_for_all_nodes(tmp_path: Path) -> None:
    recipe = {"optimizer": "lbfgs", "learning_rate": 1.0}
    document = network(NODES, EDGES, recipe=recipe)
    assert check_network(document, tmp_path).diagnostics == ()
    document = edits.set_flags(document, ["body"], lr_factor=0.5)
    (found,) = check_network(document, tmp_path).diagnostics
    assert (found.code, found.severity) == ("NB701", "error")
    assert "body learns at a rate of its own" in found.message
    (fix,) = found.fixes
    assert check_network(fix.edit(document), tmp_path).diagnostics == ()
    adam = edits.set_recipe(document, {})
    assert check_network(adam, tmp_path).ok


@pytest.mark.parametrize(
    ("recipe", "title"),
    [
        ({"optimizer": "lbfgs", "clip_norm": 1.0}, "set clip_norm to 0"),
        ({"optimizer": "lbfgs", "precision": "bf16"}, "set precision to fp32"),
        ({"swa_start": 2, "ema_decay": 0.9}, "set ema_decay to 0"),
        ({"swa_start": 99}, "set swa_start to 0"),
        ({"nesterov": True}, "set nesterov to false"),
        ({"momentum": 0.9}, "set momentum to 0"),
        ({"schedule": "one_cycle", "warmup_steps": 3}, "set warmup_steps to 0"),
        ({"schedule": "linear", "min_learning_rate": 9.0}, "set min_learning_rate to 0"),
        ({"sampling": "balanced", "shuffle": False}, "set shuffle to true"),
        ({"checkpoint_seconds": 0.0}, "set checkpoint_seconds to 30"),
    ],
)
def test_what_does_not_go_together_has_a_mend(
    tmp_path: Path, recipe: dict[str, Any], title: str
) -> None:
    document = network(NODES, EDGES, recipe=recipe)
    report = check_network(document, tmp_path)
    (found,) = (d for d in report.diagnostics if d.code == "NB701")
    (fix,) = found.fixes
    assert fix.title == title
    mended = fix.edit(document)
    assert recipe_problems(mended.recipe) == []
    assert Recipe.from_plain(mended.recipe)


def test_a_problem_survives_being_copied() -> None:
    (problem,) = recipe_problems({"momentum": 0.9})
    copied = copy.deepcopy(problem)
    assert copied == problem
    assert copied.mend == {"momentum": 0.0}
    (unknown,) = recipe_problems({"epochs": 0})
    assert unknown.mend == {}
