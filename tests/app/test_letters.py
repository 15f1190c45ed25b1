"""Which letters of a title are shown as typed."""

from __future__ import annotations

import pytest

from netbuilder.app.letters import letters, runs


@pytest.mark.parametrize(
    ("typed", "title", "shown"),
    [
        ("conv", "Conv2d", "Conv"),
        ("bn2", "BatchNorm2d", "BN2"),
        ("norm", "LayerNorm", "Norm"),
        ("mha", "Multi-head attention", "Mha"),
        ("pool max", "MaxPool2d", "MaxPool"),
        ("rl", "ReLU", "RL"),
        ("image", "Conv2d", ""),
        ("", "Conv2d", ""),
    ],
)
def test_letters(typed: str, title: str, shown: str) -> None:
    assert "".join(title[place] for place in letters(title, typed)) == shown


def test_a_title_falls_into_what_was_typed_and_what_was_not():
    title = "BatchNorm2d"
    pieces = runs(title, letters(title, "bn2"))
    assert pieces == [
        ("B", True),
        ("atch", False),
        ("N", True),
        ("orm", False),
        ("2", True),
        ("d", False),
    ]
    assert runs(title, ()) == [(title, False)]
    assert runs("", ()) == []
