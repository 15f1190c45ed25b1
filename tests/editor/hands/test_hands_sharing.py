"""Shared weights on the canvas: the command, the sign on the card, what the pointer shows."""

from __future__ import annotations

import pytest
from hands_stage import Stage
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from netbuilder.editor.canvas.hits import Hit
from netbuilder.editor.canvas.tips import tip_of
from netbuilder.graph import edits


@pytest.fixture
def linears(stage: Stage) -> Stage:
    """Of three maps in a row, the second and the third have weights of the same sizes."""
    stage.chain("input", "linear", "linear", "linear", gap=200.0)
    return stage


def shares(stage: Stage) -> dict[str, str]:
    return {name: node.shares for name, node in stage.graph.nodes.items() if node.shares}


def entry(menu: QMenu, text: str):
    return next(action for action in menu.actions() if action.text().startswith(text))


def choose(stage: Stage, *names: str) -> QMenu:
    stage.tab.select(nodes=names)
    stage.context(stage.middle(names[-1]))
    return stage.menu()


def test_the_menu_of_two_nodes_lets_them_share_and_part_again(linears: Stage) -> None:
    stage = linears
    entry(choose(stage, "linear_3", "linear_2"), "Share Weights").trigger()
    assert shares(stage) == {"linear_3": "linear_2"}
    assert stage.steps[0] == "Share the weights of linear_2 with linear_3"
    stage.tab.undo()
    assert not shares(stage)
    stage.tab.redo()
    entry(choose(stage, "linear_2", "linear_3"), "Share Weights").trigger()
    assert not shares(stage)
    assert stage.steps[0] == "Let linear_3 have its own weights"


def test_what_does_not_fit_is_refused_with_the_reason(linears: Stage) -> None:
    stage = linears
    refused: list[str] = []
    stage.tab.refused.connect(refused.append)
    entry(choose(stage, "linear_1", "linear_2"), "Share Weights").trigger()
    assert not shares(stage)
    assert refused
    assert refused[-1].startswith("These cannot share weights: its weight is ")


def test_one_node_has_nobody_to_share_with(linears: Stage) -> None:
    linears.tab.select(nodes=["linear_2"])
    linears.actions.refresh()
    assert not linears.actions.action("graph.share").isEnabled()


def test_nodes_without_weights_and_of_two_kinds_are_not_asked(stage: Stage) -> None:
    stage.chain("input", "relu", "relu", "linear", "layer_norm", gap=160.0)
    for names in (("relu_1", "relu_2"), ("linear_1", "layer_norm_1")):
        menu = choose(stage, *names)
        assert "Share Weights" not in [action.text() for action in menu.actions()]
        menu.close()


def test_a_card_names_the_node_whose_weights_it_uses(linears: Stage) -> None:
    stage = linears
    before = stage.canvas.card("linear_3")
    assert before.footer == "16,512"
    stage.tab.do("Share", lambda n: edits.share_weights(n, "linear_3", "linear_2"))
    card = stage.canvas.card("linear_3")
    assert (card.shares, card.footer, card.link_text) == ("linear_2", "", "linear_2")
    assert card.height == before.height
    scene = stage.canvas.scene()
    assert "Uses the weights of linear_2." in tip_of(scene, Hit("node", "linear_3"))
    stage.tab.do("Rename", lambda n: edits.rename_node(n, "linear_2", "encoder_of_the_left_side"))
    card = stage.canvas.card("linear_3")
    assert card.shares == "encoder_of_the_left_side"
    assert card.link_text.endswith("\N{HORIZONTAL ELLIPSIS}")


def test_the_sign_is_drawn(linears: Stage) -> None:
    stage = linears

    def footer() -> bytes:
        rect = stage.rect("linear_3")
        low, high = stage.seen(rect.topLeft()), stage.seen(rect.bottomRight())
        part = stage.canvas.viewport().grab().toImage().copy(low.x(), high.y() - 22, 60, 20)
        return bytes(part.constBits())

    stage.tab.do("Quiet", lambda n: edits.set_flags(n, ["linear_3"], frozen=True))
    plain = footer()
    stage.tab.do("Share", lambda n: edits.share_weights(n, "linear_3", "linear_2"))
    assert footer() != plain


def test_the_pointer_on_one_shows_the_others(linears: Stage) -> None:
    stage = linears
    stage.tab.do("Share", lambda n: edits.share_weights(n, "linear_3", "linear_2"))
    moods = stage.canvas.scene().moods
    for over, other in (("linear_3", "linear_2"), ("linear_2", "linear_3")):
        stage.move(stage.middle(over), button=Qt.MouseButton.NoButton)
        assert moods.of(other).linked
        assert not moods.of("linear_1").linked
    stage.move(QPoint(450, 500), button=Qt.MouseButton.NoButton)
    assert not moods.of("linear_2").linked
    assert not moods.of("linear_3").linked


def test_a_tip_tells_the_factor_of_the_learning_rate(linears: Stage) -> None:
    stage = linears
    stage.tab.do("Slow", lambda n: edits.set_flags(n, ["linear_1"], lr_factor=0.1))
    text = tip_of(stage.canvas.scene(), Hit("node", "linear_1"))
    assert "Learning rate \N{MULTIPLICATION SIGN} 0.1." in text
