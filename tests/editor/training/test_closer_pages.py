"""Masks over samples, and the table of a sample's tokens, in the evaluation panel."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from netbuilder.app.samples import Picture, Samples
from netbuilder.editor.evaluation.closer_pages import MasksPage, TokensPage, token_rows
from netbuilder.editor.evaluation.page import Shown
from netbuilder.editor.training.surface_view import class_colour
from netbuilder.editor.workspace import Workspace


def coded(*values: int) -> str:
    return base64.b64encode(bytes(values)).decode("ascii")


MASKS = {
    "kind": "classification",
    "unit": "pixel",
    "classes": ["ground", "ball", "box"],
    "worst": [{"place": 4, "right": 0.5}, {"place": 1, "right": 0.75}],
    "masks": [
        {
            "place": 4,
            "width": 2,
            "height": 2,
            "said": coded(0, 1, 2, 0),
            "truth": coded(0, 1, 1, 255),
        },
        {
            "place": 1,
            "width": 2,
            "height": 2,
            "said": coded(0, 0, 0, 0),
            "truth": coded(0, 0, 0, 1),
        },
    ],
}
TOKENS = {
    "kind": "classification",
    "unit": "token",
    "classes": ["a", "b", "\n"],
    "worst": [{"place": 7, "right": 0.5}, {"place": 2, "right": 0.5}],
    "tokens": [
        {
            "place": 7,
            "truth": [1, -1, 2],
            "given": [0, 1, 2],
            "right": [0.5, 0.1, 0.2],
            "rank": [0, 1, 2],
            "said": [[1, 0], [0, 2], [0, 1]],
            "chances": [[0.5, 0.25], [0.6, 0.2], [0.5, 0.3]],
        },
        {"place": 2, "truth": [0], "right": [1.0], "rank": [0], "said": [[0]], "chances": [[1.0]]},
    ],
}


def shown(found: dict[str, Any]) -> Shown:
    report = {"split": "test", "details": {"loss": found}, "slices": {}}
    return Shown("run", report, "loss", '{"source": "digits"}', "/", is_current=True)


@pytest.fixture
def masks(qtbot: Any, workspace: Workspace) -> MasksPage:
    page = MasksPage(workspace)
    qtbot.addWidget(page)
    page.resize(700, 300)
    page.put(shown(MASKS))
    page.show()
    return page


def alphas(page: MasksPage, number: int) -> list[int]:
    image = page.pictures.overlay(number)
    return [image.pixelColor(x, y).alpha() for y in range(2) for x in range(2)]


def test_what_is_said_right_and_wrong_is_laid_over_the_samples(
    masks: MasksPage, workspace: Workspace
) -> None:
    assert masks.suits(shown(MASKS))
    assert not masks.suits(shown(TOKENS))
    assert masks.pictures.accessibleDescription() == "50.0 % right, 75.0 % right"
    assert [bool(alpha) for alpha in alphas(masks, 0)] == [False, True, True, False]
    ball = QColor(class_colour(workspace.look.theme, 1))
    assert masks.pictures.overlay(0).pixelColor(1, 0).hue() == pytest.approx(ball.hue(), abs=2)
    assert masks.keys.accessibleDescription() == "ball, box"
    masks.choice.setFocus()
    QTest.keyClick(masks.choice, Qt.Key.Key_Down)
    assert masks.choice.currentData() == "wrong"
    # The pixel without a class is neither right nor wrong.
    assert [bool(alpha) for alpha in alphas(masks, 0)] == [False, False, True, False]
    assert [bool(alpha) for alpha in alphas(masks, 1)] == [False, False, False, True]
    assert masks.keys.accessibleDescription() == "another class is right"
    QTest.keyClick(masks.choice, Qt.Key.Key_Down)
    assert [bool(alpha) for alpha in alphas(masks, 0)] == [False, True, True, False]
    for theme in ("light", "dark"):
        workspace.preferences.set("theme", theme)
        assert not masks.grab().isNull()


def test_samples_come_below_their_masks(masks: MasksPage, workspace: Workspace) -> None:
    before = masks.pictures.grab().toImage()
    pictures = tuple(Picture(2, 2, bytes([255, 0, 255, 0]), "") for _ in range(2))
    workspace.looking.fetched.emit(shown(MASKS).places([4, 1]), Samples(pictures, (), ()))
    assert masks.pictures.grab().toImage() != before


def test_each_token_has_a_row_with_its_guesses(qtbot: Any, workspace: Workspace) -> None:
    page = TokensPage(workspace)
    qtbot.addWidget(page)
    page.put(shown(TOKENS))
    page.show()
    assert page.list.item(0).text() == "sample 7, 50.0 % right"
    rows = page.table.texts()
    assert rows[0] == ["1", "a", "b", "✓", "50.0 %", "1", "b  50.0 %", "a  25.0 %"]
    assert rows[1][2:6] == ["—", "", "", ""]
    assert rows[2][1:4] == ["↵", "↵", ""]
    item = page.list.visualItemRect(page.list.item(1))
    qtbot.mouseClick(page.list.viewport(), Qt.MouseButton.LeftButton, pos=item.center())
    assert len(page.table.texts()) == 1
    heads, _ = token_rows(TOKENS["tokens"][1], TOKENS["classes"])  # type: ignore[index, arg-type]
    assert "Given" not in heads
