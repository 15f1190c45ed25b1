"""The start page: recent files and examples with their pictures, and how to begin."""

import time

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from netbuilder.app.examples import SUFFIX, example, example_names
from netbuilder.editor.panels.start_page import RECENT_KEY, TOUR_KEY, StartPage
from netbuilder.editor.panels.start_thumbnails import EXAMPLE, drawn, first_sentence
from netbuilder.editor.panels.start_tiles import age, lines_of
from netbuilder.files.documents import save


@pytest.fixture
def files(tmp_path):
    paths = []
    for name in ("digits_cnn", "iris_mlp"):
        path = tmp_path / f"my_{name}{SUFFIX}"
        save(example(name), path)
        paths.append(str(path))
    return paths


@pytest.fixture
def page(workspace, qtbot):
    made = StartPage(workspace)
    qtbot.addWidget(made)
    made.resize(1200, 900)
    return made


def _show(page, qtbot):
    page.show()
    qtbot.waitExposed(page)


def _known(page, tiles):
    return all(page._thumbnails.about(tile.source) is not None for tile in tiles)


def test_every_example_has_a_tile_with_title_and_sentence(page, qtbot):
    page.resize(1200, 2400)
    _show(page, qtbot)
    tiles = page._example_grid.tiles
    assert {tile.source for tile in tiles} == {EXAMPLE + name for name in example_names()}
    qtbot.waitUntil(lambda: _known(page, tiles))
    for tile in tiles:
        network = example(tile.source.removeprefix(EXAMPLE))
        assert tile.text() == network.title
        assert tile.accessibleDescription() == first_sentence(network.description)


def test_the_first_picture_waits_for_no_file(page, qtbot, files, workspace):
    workspace.preferences.remember(RECENT_KEY, files)
    _show(page, qtbot)
    page.grab()
    assert not page._thumbnails._pixmaps  # the names alone are there


def test_only_what_is_seen_is_drawn(page, qtbot):
    page.resize(1200, 380)
    _show(page, qtbot)
    page.grab()
    asked = {source for source, _ in page._thumbnails._asked}
    below = page._example_grid.tiles[-1]
    assert below.visibleRegion().isEmpty()
    assert below.source not in asked


def test_recent_files_open(page, qtbot, files, workspace):
    workspace.preferences.remember(RECENT_KEY, files)
    _show(page, qtbot)
    tile = page._recent_grid.tiles[0]
    assert tile.text() == "my_digits_cnn"
    with qtbot.waitSignal(page.opened) as told:
        QTest.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert told.args == [files[0]]
    qtbot.waitUntil(lambda: _known(page, page._recent_grid.tiles))
    assert "18 nodes" in tile.accessibleDescription()


def test_an_example_opens_by_click_and_by_keys(page, qtbot):
    _show(page, qtbot)
    tile = page._example_grid.tiles[0]
    name = tile.source.removeprefix(EXAMPLE)
    for act in (
        lambda: QTest.mouseClick(tile, Qt.MouseButton.LeftButton),
        lambda: QTest.keyClick(tile, Qt.Key.Key_Return),
        lambda: QTest.keyClick(tile, Qt.Key.Key_Space),
    ):
        with qtbot.waitSignal(page.example) as told:
            act()
        assert told.args == [name]


def test_arrows_walk_from_tile_to_tile(page, qtbot):
    _show(page, qtbot)
    grid = page._example_grid
    tiles = grid.tiles
    tiles[0].setFocus()
    for key, at in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, 1 + grid.columns),
        (Qt.Key.Key_Left, grid.columns),
        (Qt.Key.Key_Up, 0),
    ):
        QTest.keyClick(page.focusWidget(), key)
        assert page.focusWidget() is tiles[at]
    QTest.keyClick(tiles[0], Qt.Key.Key_Up)
    assert page.focusWidget() is not tiles[0]


def test_a_recent_file_leaves_the_list_by_key_and_by_menu(page, qtbot, files, workspace):
    workspace.preferences.remember(RECENT_KEY, files)
    _show(page, qtbot)
    QTest.keyClick(page._recent_grid.tiles[0], Qt.Key.Key_Delete)
    assert workspace.preferences.recall(RECENT_KEY) == files[1:]
    tile = page._recent_grid.tiles[0]
    at = QPoint(20, 20)
    QApplication.sendEvent(
        tile, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, tile.mapToGlobal(at))
    )
    action = next(a for a in page._menu.actions() if a.objectName() == "start_remove")
    action.trigger()
    page._menu.close()
    assert workspace.preferences.recall(RECENT_KEY) == []
    assert page._recent_grid.isHidden()


def test_a_file_that_is_gone_or_broken_says_so(tmp_path):
    assert "not there" in drawn(str(tmp_path / "gone.netgraph"), "dark").trouble
    broken = tmp_path / "broken.netgraph"
    broken.write_text("{")
    found = drawn(str(broken), "dark")
    assert found.trouble
    assert not found.svg


def test_the_picture_is_drawn_for_the_screen_and_both_themes(page, qtbot, workspace):
    _show(page, qtbot)
    source = EXAMPLE + "iris_mlp"
    pictures = []
    for theme in ("dark", "light"):
        workspace.preferences.set("theme", theme)
        qtbot.waitUntil(
            lambda theme=theme: getattr(page._thumbnails.about(source), "theme", "") == theme
        )
        pictures.append(page._thumbnails.picture(source, QSize(200, 100), 2.0))
    assert pictures[0].size() == QSize(400, 200)
    assert pictures[0].toImage() != pictures[1].toImage()
    assert page._thumbnails.picture(source, QSize(200, 100), 2.0) is pictures[1]


def test_buttons_begin(page, qtbot, workspace):
    class Actions:
        def __init__(self):
            self.given = []

        def run(self, name):
            self.given.append(name)

    workspace.actions = Actions()
    _show(page, qtbot)
    with qtbot.waitSignal(page.new):
        qtbot.mouseClick(page.findChild(QPushButton, "new_network"), Qt.MouseButton.LeftButton)
    for name in ("open_file", "take_tour", "begin_tour"):
        qtbot.mouseClick(page.findChild(QPushButton, name), Qt.MouseButton.LeftButton)
    assert workspace.actions.given == ["file.open", "help.tour", "help.tour"]


def test_the_welcome_is_for_those_who_are_new(page, qtbot, workspace, files):
    _show(page, qtbot)
    assert not page._welcome.isHidden()
    page.hide()
    workspace.preferences.remember(TOUR_KEY, {"done": True})
    page.show()
    assert page._welcome.isHidden()


def test_ages_are_said_in_words():
    now = time.time()
    assert age(now - 5) == "just now"
    assert age(now - 130) == "2 minutes ago"
    assert age(now - 3700) == "1 hour ago"
    assert age(now - 3 * 86400) == "3 days ago"
    assert age(0.0).endswith("1970")


def test_lines_fit_and_end_with_an_ellipsis(qapp):
    from netbuilder.editor.look import ui_font

    text = "Handwritten digits of eight by eight pixels read by two fully connected layers."
    lines = lines_of(text, ui_font(12), 120, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert lines_of("one\ntwo", ui_font(12), 120, 2) == ["one", "two"]
    assert lines_of("", ui_font(12), 120, 2) == []
