"""The bar at the top says what holds, and less where there is less room."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton, QToolButton

from netbuilder.app.samples import Preview
from netbuilder.app.summaries import data_title, recipe_line
from netbuilder.editor.actions import Actions
from netbuilder.editor.looking import Data
from netbuilder.editor.top_bar import TopBar
from netbuilder.graph.edits import set_recipe


@pytest.fixture
def window(qtbot, workspace):
    made = QMainWindow()
    qtbot.addWidget(made)
    workspace.actions = Actions(workspace, made)
    yield made
    workspace.actions = None


@pytest.fixture
def bar(window, workspace, open_example):
    tab = open_example("two_inputs_two_losses")
    found = Preview({"train": 1257, "val": 270, "test": 270}, {}, (), (), (), ())
    workspace.looking._known[Data.of(tab.network.data, tab.session.folder)] = found
    made = TopBar(workspace, workspace.actions, window)
    window.setMenuWidget(made)
    window.show()
    return made


def said(bar, name):
    return bar.findChild(QPushButton, name).text()


def fits(bar):
    """Whether nothing of what is seen is narrower than it needs."""
    parts = [*bar.findChildren(QPushButton), *bar.findChildren(QLabel), bar.menus]
    return all(part.width() >= part.sizeHint().width() for part in parts if part.isVisible())


def test_less_is_said_where_there_is_less_room(qtbot, window, bar):
    seen = {}
    for width in range(1200, 840, -4):
        window.resize(width, 300)
        qtbot.waitUntil(lambda width=width: bar.width() == width)
        qtbot.waitUntil(lambda: fits(bar))
        now = said(bar, "run.data"), said(bar, "run.recipe")
        seen.setdefault(now, width)
        if now == ("Data", "Recipe"):
            break  # how much narrower the bar can be is a matter of the font
    assert list(seen) == [
        ("Data: Digits  1,257 / 270 / 270", "Adam, 0.002"),
        ("Data: Digits", "Adam, 0.002"),
        ("Data: Digits", "Recipe"),
        ("Data", "Recipe"),
    ]
    window.resize(1500, 300)
    qtbot.waitUntil(lambda: said(bar, "run.data").endswith("270"))


def test_a_longer_recipe_makes_room_for_itself(qtbot, window, bar, workspace):
    window.resize(1010, 300)
    qtbot.waitUntil(lambda: bar.width() == 1010)
    workspace.current.do(
        "longer",
        lambda n: set_recipe(n, {"schedule": "reduce_on_plateau", "learning_rate": 0.00125}),
    )
    qtbot.waitUntil(lambda: fits(bar))


def test_beside_train_there_are_other_ways_to_begin(qtbot, window, bar, workspace):
    given = []
    ways = ("run.train_from", "run.diagnose")
    workspace.actions.bind({name: (lambda name=name: given.append(name)) for name in ways}, {})
    button = bar.findChild(QToolButton, "ways_to_train")
    menu = button.menu()
    assert [action.text() for action in menu.actions()] == ["Start from Weights of…", "Diagnose…"]
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    spot = menu.actionGeometry(menu.actions()[0]).center()
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=spot)
    assert given == ["run.train_from"]


def test_words_for_data_and_recipe():
    assert data_title({}) == ""
    assert data_title({"source": "breast_cancer"}) == "Breast cancer"
    assert data_title({"source": "elsewhere"}) == "elsewhere"
    assert recipe_line({}) == "Adam, 0.001"
    recipe = {"optimizer": "adamw", "schedule": "cosine", "learning_rate": 0.003}
    assert recipe_line(recipe) == "AdamW, cosine, 0.003"
    assert recipe_line({"optimizer": "lion", "learning_rate": "high"}) == "lion, high"
