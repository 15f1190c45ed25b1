"""The palette: what it lists, how it is searched, and what hands and keys do on it."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from netbuilder.app.library import GROUPS, LIBRARY, Library
from netbuilder.app.theme import CATEGORY_COLOURS
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.canvas.asking import RECENT as RECENT_KEY
from netbuilder.editor.canvas.dropping import MIME
from netbuilder.editor.canvas.offers import Offer
from netbuilder.editor.panels.palette import FAVOURITES_KEY, FOLDED_KEY, Palette
from netbuilder.editor.panels.palette_list import PaletteList, star_place
from netbuilder.editor.panels.palette_preview import card_for, card_picture
from netbuilder.editor.panels.palette_rows import FAVOURITES, RECENT, found_rows, rows_of
from netbuilder.graph import edits


@pytest.fixture
def palette(workspace, open_example, qtbot):
    open_example("digits_residual")
    made = Palette(workspace)
    qtbot.addWidget(made)
    made.resize(206, 1700)
    made.show()
    qtbot.waitExposed(made)
    return made


def _titles(palette):
    return [row.title for row in palette.list.rows.rows]


def _rect(palette, key, section=""):
    row = next(
        row for row in palette.list.rows.rows if row.key == key and section in ("", row.section)
    )
    return palette.list.visualRect(palette.list.rows.find(row))


def _press(palette, at, *, twice=False):
    send = QTest.mouseDClick if twice else QTest.mouseClick
    send(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_every_type_stands_in_its_category_with_its_colour(palette):
    rows = {row.key: row for row in palette.list.rows.rows if not row.is_heading}
    for name, kind in standard_catalogue().types.items():
        if kind.role in ("group_input", "group_output"):
            assert name not in rows  # they belong inside of groups
            continue
        assert rows[name].section == kind.category
        assert rows[name].colour == CATEGORY_COLOURS[kind.category]
        assert rows[name].sentence == kind.sentence()
    assert GROUPS in _titles(palette)
    assert "Residual block" in _titles(palette)


def test_inside_of_a_group_its_ports_are_offered(palette, workspace):
    tab = workspace.current
    instance = next(name for name, node in tab.graph.nodes.items() if node.group)
    assert tab.enter(instance)
    keys = [row.key for row in palette.list.rows.rows]
    assert "group_input" in keys
    assert "input" not in keys
    assert "group:residual_block" not in keys  # a group cannot hold itself


def test_typing_filters_the_best_first_and_escape_brings_all_back(palette, qtbot):
    before = _titles(palette)
    qtbot.keyClicks(palette.field, "norm")
    rows = palette.list.rows.rows
    assert not any(row.is_heading for row in rows)
    assert "Norm" in rows[0].title
    assert palette.list.currentIndex().row() == 0
    assert rows[0].places
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.field.text() == ""
    assert _titles(palette) == before


def test_what_does_not_exist_is_said_in_place(palette, qtbot):
    qtbot.keyClicks(palette.field, "qqqq")
    assert palette.list.rows.rowCount() == 0
    assert not palette._nothing.isHidden()
    assert "qqqq" in palette._nothing.text()
    palette.field.clear()
    assert palette._nothing.isHidden()


def test_enter_in_the_field_adds_the_best_match(palette, qtbot):
    qtbot.keyClicks(palette.field, "relu")
    with qtbot.waitSignal(palette.chosen) as told:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert told.args == ["relu"]


def test_arrows_in_the_field_move_in_the_list(palette, qtbot):
    qtbot.keyClicks(palette.field, "conv")
    first = palette.list.current
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.current != first
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.current == first
    qtbot.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.current == first


def test_enter_in_an_untouched_field_adds_nothing(palette, qtbot):
    with qtbot.assertNotEmitted(palette.chosen):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)


def test_a_double_click_and_enter_add_what_is_under_them(palette, qtbot):
    with qtbot.waitSignal(palette.chosen) as told:
        _press(palette, _rect(palette, "dropout").center(), twice=True)
    assert told.args == ["dropout"]
    palette.list.setFocus()
    with qtbot.waitSignal(palette.chosen) as told:
        qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert told.args == ["dropout"]


def test_letters_in_the_list_go_to_the_field(palette, qtbot):
    palette.list.setFocus()
    qtbot.keyClicks(palette.list, "g")
    assert palette.field.text() == "g"
    assert palette.field.hasFocus()


def test_a_heading_folds_by_click_and_by_keys_and_stays_so(palette, qtbot, workspace):
    _press(palette, _rect(palette, "Pooling").center())
    assert "MaxPool2d" not in _titles(palette)
    assert workspace.preferences.recall(FOLDED_KEY) == ["Pooling"]
    palette.list.setFocus()
    qtbot.keyClick(palette.list, Qt.Key.Key_Right)
    assert "MaxPool2d" in _titles(palette)
    qtbot.keyClick(palette.list, Qt.Key.Key_Down)
    assert palette.list.current.title == "MaxPool1d"
    qtbot.keyClick(palette.list, Qt.Key.Key_Left)
    assert palette.list.current.title == "Pooling"
    qtbot.keyClick(palette.list, Qt.Key.Key_Left)
    assert "MaxPool2d" not in _titles(palette)
    qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert "MaxPool2d" in _titles(palette)


def test_a_folded_section_is_searched_all_the_same(palette, qtbot):
    _press(palette, _rect(palette, "Pooling").center())
    qtbot.keyClicks(palette.field, "maxpool")
    assert palette.list.rows.rows[0].key == "max_pool2d"


def test_a_star_makes_a_favourite_that_stands_on_top(palette, workspace):
    rect = _rect(palette, "gelu")
    _press(palette, star_place(rect).center())
    assert workspace.preferences.recall(FAVOURITES_KEY) == ["gelu"]
    assert _titles(palette)[:2] == [FAVOURITES, "GELU"]
    _press(palette, star_place(_rect(palette, "gelu", FAVOURITES)).center())
    assert workspace.preferences.recall(FAVOURITES_KEY) == []
    assert FAVOURITES not in _titles(palette)


def test_a_double_click_on_a_star_adds_nothing(palette, qtbot):
    with qtbot.assertNotEmitted(palette.chosen):
        _press(palette, star_place(_rect(palette, "gelu")).center(), twice=True)


def _open_menu(palette, key):
    at = _rect(palette, key).center()
    viewport = palette.list.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    QApplication.sendEvent(viewport, event)
    return {action.objectName(): action for action in palette._menu.actions()}


def test_the_menu_of_a_row_adds_and_makes_a_favourite(palette, qtbot, workspace):
    with qtbot.waitSignal(palette.chosen) as told:
        _open_menu(palette, "linear")["palette_add"].trigger()
    assert told.args == ["linear"]
    _open_menu(palette, "linear")["palette_star"].trigger()
    assert workspace.preferences.recall(FAVOURITES_KEY) == ["linear"]
    palette._menu.close()


def test_the_menu_of_a_heading_folds_everything(palette):
    _open_menu(palette, "Pooling")["palette_fold_all"].trigger()
    assert all(row.is_heading for row in palette.list.rows.rows)
    _open_menu(palette, "Pooling")["palette_unfold_all"].trigger()
    assert "MaxPool2d" in _titles(palette)
    palette._menu.close()


def test_what_was_used_last_stands_on_top_when_the_pointer_is_elsewhere(palette, workspace):
    workspace.preferences.remember(RECENT_KEY, ["dropout", "gone", "linear"])
    palette.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)
    workspace.current.do("Add", lambda n: edits.add_node(n, "linear"))
    assert RECENT not in _titles(palette)  # a second double-click meets the row of the first
    palette.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QApplication.sendEvent(palette, QEvent(QEvent.Type.Leave))
    assert _titles(palette)[:3] == [RECENT, "Dropout", "Linear"]
    workspace.preferences.remember(RECENT_KEY, ["relu"])
    workspace.current.do("Add", lambda n: edits.add_node(n, "relu"))
    assert _titles(palette)[:2] == [RECENT, "ReLU"]


def test_groups_come_and_go_with_the_document(palette, workspace):
    tab = workspace.current
    tab.do("Make a group", lambda n: edits.make_group(n, ["stem"])[:2])
    assert len([row for row in palette.list.rows.rows if row.section == GROUPS]) == 3
    tab.undo()
    assert len([row for row in palette.list.rows.rows if row.section == GROUPS]) == 2


def test_own_groups_have_a_section_and_can_be_removed(palette, workspace):
    tab = workspace.current
    Library(workspace.preferences.folder / "library").keep(tab.network, "residual_block")
    palette.refresh()
    row = next(row for row in palette.list.rows.rows if row.key.startswith("library:"))
    assert row.section == LIBRARY
    assert card_for(row.key, tab.network, palette.library).kind == "group"
    _open_menu(palette, row.key)["palette_remove"].trigger()
    assert LIBRARY not in _titles(palette)
    palette._menu.close()


def test_a_drag_carries_the_key_and_looks_like_the_card(palette, workspace):
    row = next(row for row in palette.list.rows.rows if row.key == "conv2d")
    data = palette.list.rows.mimeData([palette.list.rows.find(row)])
    assert data.data(MIME).data() == b"conv2d"
    card = card_for("conv2d", workspace.current.network, palette.library)
    picture, grip = card_picture(card, workspace.look, 2.0)
    assert picture.devicePixelRatio() == 2.0
    assert picture.width() >= 2 * card.width
    image = picture.toImage()
    assert image.pixelColor(grip * 2).alpha() > 200
    assert image.pixelColor(QPoint(1, 1)).alpha() < 60
    heading = palette.list.rows.index(0)
    assert not palette.list.rows.flags(heading) & Qt.ItemFlag.ItemIsDragEnabled


def test_dragging_begins_with_the_picture_of_the_pressed_row(palette, monkeypatch):
    dragged = []
    monkeypatch.setattr(
        PaletteList, "startDrag", lambda self, _: dragged.append((self.current, self._picture))
    )
    viewport, at = palette.list.viewport(), _rect(palette, "conv2d").center()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
    for step in (4, 12, 40):
        to = QPointF(at + QPoint(step, 0))
        QApplication.sendEvent(
            viewport,
            QMouseEvent(
                QEvent.Type.MouseMove,
                to,
                QPointF(viewport.mapToGlobal(to)),
                Qt.MouseButton.NoButton,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            ),
        )
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert dragged[0][0].key == "conv2d"
    assert not dragged[0][1].isNull()


def _hover(palette, at):
    viewport = palette.list.viewport()
    point = QPointF(at)
    QApplication.sendEvent(viewport, QEnterEvent(point, point, QPointF(viewport.mapToGlobal(at))))
    QTest.mouseMove(viewport, at + QPoint(0, 60))
    QTest.mouseMove(viewport, at)


def test_resting_on_a_row_shows_its_card_sentence_and_formula(palette, qtbot):
    kind = standard_catalogue().get("gelu")
    _hover(palette, _rect(palette, "gelu").center())
    qtbot.waitUntil(lambda: palette._preview is not None and palette._preview.isVisible())
    preview = palette._preview
    assert preview.title.text() == "GELU"
    assert preview.sentence.text() == kind.sentence()
    assert preview.formula.text() == kind.section("Formula")
    assert not preview.grab().isNull()
    assert preview.mapToGlobal(QPoint(0, 0)).x() >= palette.mapToGlobal(QPoint(206, 0)).x()
    QApplication.sendEvent(palette.list.viewport(), QEvent(QEvent.Type.Leave))
    assert not preview.isVisible()


def test_the_preview_goes_when_the_palette_does(palette, qtbot):
    _hover(palette, _rect(palette, "gelu").center())
    qtbot.waitUntil(lambda: palette._preview is not None and palette._preview.isVisible())
    palette.hide()
    assert not palette._preview.isVisible()


@pytest.mark.parametrize("name", sorted(standard_catalogue().types))
def test_every_type_has_a_card(name, qapp, tmp_path):
    from netbuilder.graph.model import Network

    card = card_for(name, Network(), Library(tmp_path))
    assert card.title
    assert card.severity in ("", "error", "warning")


def test_without_a_document_nothing_is_offered(workspace, qtbot):
    palette = Palette(workspace)
    qtbot.addWidget(palette)
    palette.show()
    assert palette.list.rows.rowCount() == 0
    qtbot.keyClicks(palette.field, "conv")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)


def test_both_themes_are_drawn(palette, workspace):
    pictures = []
    for theme in ("dark", "light"):
        workspace.preferences.set("theme", theme)
        pictures.append(palette.list.viewport().grab().toImage())
    assert pictures[0] != pictures[1]


def test_point_out_unfolds_and_chooses(palette, workspace):
    workspace.preferences.remember(FOLDED_KEY, ["Regularization"])
    palette.refresh()
    palette.point_out("dropout")
    assert palette.list.current.key == "dropout"
    palette.point_out("nothing_of_that_name")


def test_a_key_the_list_does_not_know_is_left_to_others(palette):
    palette.list.setFocus()
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(palette.list, event)
    assert not event.isAccepted()


def _many(count):
    return [
        Offer("node", f"type_{i}", f"Layer{i}", f"Category {i % 12}", "Does it.", "#4c8dff")
        for i in range(count)
    ]


def test_rows_of_many_offers_keep_their_order():
    rows = rows_of(_many(500), ["type_3"], ["type_7", "type_3"], ["Category 5"])
    keys = [row.key for row in rows if not row.is_heading]
    assert keys[:2] == ["type_3", "type_7"]
    assert not any(row.section == "Category 5" and not row.is_heading for row in rows)
    assert len(set(keys)) == 500 - sum(i % 12 == 5 for i in range(500))
    found = found_rows(_many(500), "layer42", ["type_42"], ["type_421"])
    assert found[0].key == "type_42"
    assert found[0].starred


def test_the_hint_is_the_key_that_opens_the_search_on_the_canvas(palette, workspace, qtbot):
    class Actions:
        def keys(self, name):
            return {"graph.add": ("Ctrl+J", "Tab")}[name]

    workspace.actions = Actions()
    palette.refresh()
    assert palette.field._hint.text() == "Ctrl+J"
    assert not palette.field._hint.isHidden()
    qtbot.keyClicks(palette.field, "a")
    assert palette.field._hint.isHidden()
    workspace.actions = None


def test_a_long_title_has_the_room_of_a_star_that_is_not_shown(palette):
    palette.resize(206, 600)
    palette.field.setText("transformerdecoder")
    (row,) = palette.list.rows.rows[:1]
    assert row.title == "TransformerDecoderLayer"
    palette.list.setCurrentIndex(palette.list.rows.index(-1, 0))
    picture = palette.list.viewport().grab().toImage()
    ground = picture.pixelColor(picture.width() - 3, 2).name()
    tail = [
        picture.pixelColor(x, y).name()
        for x in range(picture.width() - 27, picture.width() - 9)
        for y in range(4, 22)
    ]
    assert set(tail) - {ground}
