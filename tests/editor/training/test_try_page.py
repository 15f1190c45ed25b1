"""The page to try a network by mouse and keys: a sample, a stroke of the pen, a number, a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from netbuilder.app.examples import example
from netbuilder.app.settings import with_settings
from netbuilder.app.training import create_training
from netbuilder.editor.evaluation.pad import Pad
from netbuilder.editor.evaluation.page import Shown
from netbuilder.editor.evaluation.try_inputs import RowInput, TextInput
from netbuilder.editor.evaluation.try_page import TryPage
from netbuilder.editor.workspace import Workspace

WAIT = 90_000


def trained(folder: Path, name: str) -> Path:
    from netbuilder.training.session import train_run

    changed = ["recipe.epochs=2", "recipe.threads=1", "recipe.device=cpu"]
    run = create_training(with_settings(example(name), changed), folder, folder / name)
    with run.hold():
        assert train_run(run)["why"] == "finished"
    return run.path


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("digits"), "digits_mlp")


@pytest.fixture(scope="module")
def iris(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("iris"), "iris_mlp")


@pytest.fixture
def page(workspace: Workspace, qtbot: Any) -> Iterator[TryPage]:
    made = TryPage(workspace)
    made.resize(900, 300)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.trying.stop()
    qtbot.waitUntil(lambda: not made.trying.running, timeout=WAIT)
    made.close()
    made.deleteLater()


def put(page: TryPage, run: Path) -> None:
    report = {"split": "test", "samples": 20, "details": {"loss": {}}, "slices": {}}
    page.put(Shown(str(run), report, "loss", "{}", str(run.parent), True))


@pytest.fixture
def answered(page: TryPage, qtbot: Any) -> Callable[..., list[str]]:
    """Wait for other answers than those before."""

    def wait(before: list[str]) -> list[str]:
        qtbot.waitUntil(lambda: page.answers.texts() not in ([], before), timeout=WAIT)
        return page.answers.texts()

    return wait


def test_a_digit_is_drawn_wiped_and_dropped(
    page: TryPage, digits: Path, answered: Callable[..., list[str]], tmp_path: Path, qtbot: Any
) -> None:
    put(page, digits)
    assert "being loaded" in page.said.text()
    first = answered([])
    assert len(first) == 10
    assert not page.said.isVisible()
    [pad] = page.inputs.values()
    assert isinstance(pad, Pad)
    assert any(value for row in pad.values()[0] for value in row)
    QTest.keyClick(page.number, Qt.Key.Key_Up)
    second = answered(first)
    assert page.number.value() == 1
    QTest.mouseClick(page.clear, Qt.MouseButton.LeftButton)
    assert not any(value for row in pad.values()[0] for value in row)
    blank = answered(second)
    side = int(pad._room().width())
    top, end = QPoint(side // 2, side // 8), QPoint(side // 2, side - side // 8)
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=top)
    QTest.mouseMove(pad, end)
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=end)
    answered(blank)
    column = [row[4] for row in pad.values()[0]]
    assert sum(value > 0.5 for value in column) >= 5
    assert pad.values()[0][0][0] == 0
    QTest.mousePress(pad, Qt.MouseButton.RightButton, pos=top)
    QTest.mouseRelease(pad, Qt.MouseButton.RightButton, pos=top)
    assert pad.values()[0][1][4] < 0.5
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    picture.save(str(tmp_path / "white.png"))
    drop(pad, tmp_path / "white.png")
    assert all(value > 0.99 for row in pad.values()[0] for value in row)
    (tmp_path / "no.png").write_bytes(b"no image")
    drop(pad, tmp_path / "no.png")
    assert "no image that can be read" in page.said.text()
    before = page.answers.texts()
    pad.setFocus()
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    answered(before)
    assert page.nodes.count() > 2
    assert "hidden" in page.nodes.item(0).text() or page.nodes.item(0).text()
    page.grab()


def drop(pad: Pad, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    pad.dropEvent(event)


def test_a_number_is_typed_and_a_click_on_a_node_leads_there(
    page: TryPage,
    iris: Path,
    answered: Callable[..., list[str]],
    open_example: Callable[[str], Any],
    qtbot: Any,
) -> None:
    tab = open_example("iris_mlp")
    put(page, iris)
    first = answered([])
    assert len(first) == 3
    [row] = page.inputs.values()
    assert isinstance(row, RowInput)
    assert row.item(0, 0).text().startswith("sepal")
    assert "✓" not in "".join(first)
    cell = row.visualItemRect(row.item(2, 1)).center()
    QTest.mouseClick(row.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    QTest.mouseDClick(row.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    editor = row.viewport().findChild(QLineEdit)
    assert editor is not None
    QTest.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(editor, "60")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: row.values()[2] == 60)
    answered(first)
    item = page.nodes.item(0)
    path = str(item.data(Qt.ItemDataRole.UserRole))
    at = page.nodes.visualItemRect(item).center()
    QTest.mouseClick(page.nodes.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert tab.selection.nodes == {path}


def test_a_run_that_is_gone_is_told(page: TryPage, tmp_path: Path, qtbot: Any) -> None:
    put(page, tmp_path / "gone")
    qtbot.waitUntil(lambda: "holds no training run" in page.said.text(), timeout=WAIT)


def test_a_text_field_gives_what_is_written(qtbot: Any) -> None:
    about = {"field": "tokens", "shape": [8], "vocabulary": ["\n", " ", "a", "b"]}
    field = TextInput(about)
    qtbot.addWidget(field)
    field.put([2, 3, 1, 2])
    assert field.values() == "ab a"
    with qtbot.waitSignal(field.changed):
        QTest.keyClicks(field, "b")
    assert field.values() == "bab a"
