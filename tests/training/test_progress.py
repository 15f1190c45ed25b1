"""Which epoch is the best, and when patience has run out."""

from __future__ import annotations

import math

from netbuilder.training.progress import Progress
from netbuilder.training.recipe import Recipe


def test_patience_starts_anew_with_every_improvement() -> None:
    recipe = Recipe({"patience": 2, "metric": "accuracy"})
    progress = Progress(sums=[0.0])
    seen = []
    for value in (0.5, 0.4, 0.6, 0.6, math.nan):
        assert not progress.exhausted(recipe)
        seen.append(progress.judge(recipe, value, [1 - value], {"accuracy": value}))
        progress.epoch += 1
    assert seen == [True, False, True, False, False]
    assert progress.exhausted(recipe)
    assert (progress.best, progress.best_epoch) == (0.6, 3)
    assert progress.best_metrics == {"accuracy": 0.6}


def test_progress_survives_plain_data() -> None:
    progress = Progress(step=3, sums=[0.1, 0.2], best=0.1 + 0.2)
    assert Progress.from_plain({**progress.to_plain(), "more": 1}) == progress


def test_no_patience_means_no_early_stop() -> None:
    progress = Progress(stale=1_000_000)
    assert not progress.exhausted(Recipe())
