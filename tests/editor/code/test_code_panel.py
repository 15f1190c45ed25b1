"""The source follows the document, and the selection goes both ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from netbuilder.app.project import source_of
from netbuilder.app.theme import THEMES
from netbuilder.editor.panels.code import CodePanel
from netbuilder.editor.panels.code_colours import (
    contrast,
    formats,
    marked_line,
    tokens,
)
from netbuilder.editor.panels.code_view import LARGEST, SIZE, SMALLEST, CodeView
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.graph.edits import add_node, insert_on_edge, remove_nodes, set_params, set_title


@pytest.fixture
def panel(qtbot: Any, workspace: Workspace) -> CodePanel:
    workspace.preferences.set("motion", "off")
    made = CodePanel(workspace)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    return made


def shown(panel: CodePanel) -> str:
    return panel.view.toPlainText()


def current(tab: Tab) -> str:
    return source_of(tab.network, Path()).text


def wait_for(qtbot: Any, panel: CodePanel, tab: Tab) -> None:
    text = current(tab)
    qtbot.waitUntil(lambda: shown(panel) == text)


def click_line(qtbot: Any, view: CodeView, line: int) -> None:
    block = view.document().findBlockByNumber(line - 1)
    view.setTextCursor(QTextCursor(block))
    view.ensureCursorVisible()
    place = view.cursorRect(QTextCursor(block)).center() + QPoint(30, 0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def line_with(panel: CodePanel, text: str) -> int:
    return next(i for i, line in enumerate(shown(panel).split("\n"), 1) if text in line)


def marked(panel: CodePanel) -> list[str]:
    lines = shown(panel).split("\n")
    return [lines[number - 1].strip() for number in panel.view.marked]


def test_nothing_open(panel: CodePanel) -> None:
    empty = panel.findChild(QLabel, "code_empty")
    assert empty.isVisible()
    assert "Open a network" in empty.text()
    assert not panel.findChild(QToolButton, "code_copy").isEnabled()


def test_it_follows_edits_and_tabs(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab], workspace: Workspace
) -> None:
    first = open_example("iris_mlp")
    wait_for(qtbot, panel, first)
    first.do("Title", lambda n: set_title(n, "Flowers"))
    wait_for(qtbot, panel, first)
    assert "class Flowers" in shown(panel)
    second = open_example("digits_cnn")
    wait_for(qtbot, panel, second)
    workspace.show(first)
    assert shown(panel) == current(first)  # kept, so it is there at once
    workspace.close(second)
    workspace.close(first)
    assert panel.findChild(QLabel, "code_empty").isVisible()


def test_it_writes_only_while_it_is_seen(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("iris_mlp")
    wait_for(qtbot, panel, tab)
    before = shown(panel)
    panel.hide()
    tab.do("Title", lambda n: set_title(n, "Flowers"))
    assert not panel._later.isActive()
    assert shown(panel) == before
    panel.show()
    wait_for(qtbot, panel, tab)


def test_errors_keep_the_old_source_and_say_so(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("digits_cnn")
    wait_for(qtbot, panel, tab)
    before = shown(panel)
    sentence = panel.findChild(QLabel, "code_sentence")
    name = next(n for n, node in tab.graph.nodes.items() if node.type == "conv2d")
    tab.do("Break", lambda n: set_params(n, name, {"out_channels": 0}))
    qtbot.waitUntil(sentence.isVisible)
    assert shown(panel) == before
    assert sentence.text().startswith("This is the source from before. ")
    assert f"{name}: out_channels is 0" in sentence.text()
    tab.select()
    qtbot.mouseClick(panel.findChild(QPushButton, "show_problem"), Qt.MouseButton.LeftButton)
    assert tab.selection.nodes == {name}
    tab.undo()
    qtbot.waitUntil(lambda: not sentence.isVisible())
    assert shown(panel) == before


def test_a_network_that_was_never_sound(qtbot: Any, panel: CodePanel, tab: Tab) -> None:
    tab.do("Add", lambda n: add_node(n, "relu"))
    empty = panel.findChild(QLabel, "code_empty")
    qtbot.waitUntil(lambda: panel.findChild(QLabel, "code_sentence").isVisible())
    assert empty.isVisible()
    assert "no errors" in empty.text()


def test_what_is_selected_is_marked(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("digits_residual")
    wait_for(qtbot, panel, tab)
    tab.select(["stem"])
    assert marked(panel) == [
        'self.stem = nn.Conv2d(1, 32, 3, padding="same")',
        "x = self.stem(image)  # N x 32 x 8 x 8",
    ]
    tab.select()
    assert marked(panel) == []


def test_what_is_selected_inside_of_a_group_is_marked(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("digits_residual")
    wait_for(qtbot, panel, tab)
    tab.reveal("blocks/conv_2")
    assert all("conv_2" in line for line in marked(panel))
    assert len(marked(panel)) == 2


def test_every_instance_of_a_group_leads_to_the_lines_they_share(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("digits_residual")
    group = tab.graph.nodes["blocks"].group
    inner = tab.network.groups[group].graph
    ports = {
        role: next(n for n, node in inner.nodes.items() if node.type == role)
        for role in ("group_input", "group_output")
    }
    tab.do(
        "Again",
        lambda n: insert_on_edge(
            n,
            "pool.input",
            f"group:{group}",
            id="more",
            in_port=ports["group_input"],
            out_port=ports["group_output"],
        ),
    )
    wait_for(qtbot, panel, tab)
    assert tab.enter("more")
    tab.select(["norm_1"])
    assert len(marked(panel)) == 2
    click_line(qtbot, panel.view, line_with(panel, "self.norm_2 = "))
    assert tab.trail == ("more",)  # not the instance that the line is written down for
    assert tab.selection.nodes == {"norm_2"}


def test_a_click_selects_without_scrolling(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("digits_residual")
    wait_for(qtbot, panel, tab)
    pointed: list[str] = []
    tab.pointed.connect(pointed.append)
    line = line_with(panel, "self.conv_1 = ")
    click_line(qtbot, panel.view, line)
    place = panel.view.verticalScrollBar().value()
    assert tab.trail == ("blocks",)
    assert tab.selection.nodes == {"conv_1"}
    assert pointed == ["conv_1"]
    assert line in panel.view.marked
    assert panel.view.verticalScrollBar().value() == place
    click_line(qtbot, panel.view, line_with(panel, "self.head = "))
    assert tab.trail == ()
    assert tab.selection.nodes == {"head"}
    click_line(qtbot, panel.view, 1)  # an import belongs to no node
    assert tab.selection.nodes == {"head"}


def test_enter_selects_the_line_of_the_caret(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("iris_mlp")
    wait_for(qtbot, panel, tab)
    line = line_with(panel, "nn.Linear(")
    panel.view.setTextCursor(QTextCursor(panel.view.document().findBlockByNumber(line - 1)))
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert panel.source is not None
    assert tab.selection.nodes == {panel.source.lines[line]}


def test_a_drag_over_text_selects_text_only(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("iris_mlp")
    wait_for(qtbot, panel, tab)
    view = panel.view
    start = view.cursorRect(QTextCursor(view.document().findBlockByNumber(0))).center()
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    end = start + QPoint(120, 0)
    qtbot.mouseMove(view.viewport(), end)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert not tab.selection


def test_the_place_is_kept(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("digits_residual")
    wait_for(qtbot, panel, tab)
    view = panel.view
    view.verticalScrollBar().setValue(line_with(panel, "class DigitsResidualCNN") - 1)
    top = view.firstVisibleBlock().text()
    group = next(iter(tab.network.groups))
    edge = next(iter(tab.network.groups[group].graph.edges))
    tab.do("Longer", lambda n: insert_on_edge(n, edge, "tanh", group=group))
    tab.do("Head", lambda n: set_params(n, "head", {"out_features": 11}))
    wait_for(qtbot, panel, tab)
    assert view.firstVisibleBlock().text() == top


def test_selecting_scrolls_there(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab], workspace: Workspace
) -> None:
    tab = open_example("digits_residual")
    wait_for(qtbot, panel, tab)
    view = panel.view
    assert view.verticalScrollBar().value() == 0
    tab.select(["head"])
    assert view._sees_marked()
    workspace.preferences.set("motion", "on")
    tab.reveal("blocks/norm_1")
    qtbot.waitUntil(lambda: view._sees_marked())
    qtbot.waitUntil(lambda: view._glide.state() == view._glide.State.Stopped)


def test_the_text_after_any_edit_is_the_source(qtbot: Any, workspace: Workspace) -> None:
    """Only the lines that differ are written; the result is always the whole."""
    view = CodeView(workspace.look)
    qtbot.addWidget(view)
    texts = [
        "",
        "a\n",
        "a\nb\n",
        "b\n",
        "x\nb\ny\n",
        "x\nb",
        "x\nq\nb",
        "",
        "\n\n\n",
        "a",
        "a\nb\nc",
    ]
    for text in [*texts, *reversed(texts), *texts[::2], *texts[1::2]]:
        view.show_text(text)
        assert view.toPlainText() == text


def test_find(qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]) -> None:
    tab = open_example("digits_cnn")
    wait_for(qtbot, panel, tab)
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    field = panel.findChild(QLineEdit, "code_find")
    counted = panel.findChild(QLabel, "code_found")
    assert field.isVisible()
    qtbot.keyClicks(field, "relu")
    times = shown(panel).lower().count("relu")
    assert times > 2
    assert counted.text() == f"1 of {times}"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert counted.text() == f"2 of {times}"
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert counted.text() == f"{times} of {times}"
    assert panel.view.textCursor().selectedText().lower() == "relu"
    field.setText("nowhere at all")
    assert counted.text() == "Not found"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert panel.view.found == 0


def test_zoom_is_kept(qtbot: Any, panel: CodePanel, workspace: Workspace, tab: Tab) -> None:
    view = panel.view

    def turn(by: int) -> None:
        event = QWheelEvent(
            QPointF(50, 50),
            QPointF(view.viewport().mapToGlobal(QPoint(50, 50))),
            QPoint(),
            QPoint(0, by),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), event)

    turn(120)
    assert view.size == SIZE + 1
    turn(60)
    turn(60)
    assert view.size == SIZE + 2
    other = CodePanel(workspace)
    qtbot.addWidget(other)
    assert other.view.size == SIZE + 2
    turn(-120 * 100)
    assert view.size == SMALLEST
    turn(120 * 100)
    assert view.size == LARGEST
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(view, Qt.Key.Key_0, control)
    assert view.size == SIZE
    qtbot.keyClick(view, Qt.Key.Key_Minus, control)
    assert view.size == SIZE - 1
    assert view.fontInfo().pixelSize() == SIZE - 1


def test_copy_and_save(
    qtbot: Any,
    panel: CodePanel,
    open_example: Callable[[str], Tab],
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    tab = open_example("iris_mlp")
    wait_for(qtbot, panel, tab)
    said: list[tuple[str, str]] = []
    workspace.said.connect(lambda level, text: said.append((level, text)))
    qtbot.mouseClick(panel.findChild(QToolButton, "code_copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == current(tab)
    cursor = QTextCursor(panel.view.document().findBlockByNumber(0))
    cursor.select(QTextCursor.SelectionType.LineUnderCursor)
    panel.view.setTextCursor(cursor)
    qtbot.mouseClick(panel.findChild(QToolButton, "code_copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == current(tab).split("\n")[0]
    qtbot.mouseClick(panel.findChild(QToolButton, "code_save"), Qt.MouseButton.LeftButton)
    dialog = panel.findChild(QFileDialog, "save_source")
    assert dialog.isVisible()
    path = tmp_path / "iris.py"
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    assert path.read_text() == current(tab)
    panel.save_to(str(tmp_path / "none" / "iris.py"))
    assert [level for level, _ in said] == ["info", "info", "info", "error"]


def test_no_key_changes_the_text(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    tab = open_example("iris_mlp")
    wait_for(qtbot, panel, tab)
    for key in (Qt.Key.Key_A, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Space):
        qtbot.keyClick(panel.view, key)
    assert shown(panel) == current(tab)


def test_removing_nodes_never_marks_wrong_lines(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab]
) -> None:
    """The source may be older than the network: its paths may lead nowhere."""
    tab = open_example("digits_residual")
    wait_for(qtbot, panel, tab)
    tab.do("Remove", lambda n: remove_nodes(n, ["blocks"]))
    tab.select(["head"])
    assert all("head" in line for line in marked(panel))
    click_line(qtbot, panel.view, line_with(panel, "self.conv_1 = "))
    qtbot.waitUntil(lambda: panel.findChild(QLabel, "code_sentence").isVisible())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_can_be_read(theme: str) -> None:
    colours = THEMES[theme]
    for kind, one in formats(colours).items():
        colour = one.foreground().color().name()
        for ground in (colours.panel, marked_line(colours)):
            assert contrast(colour, ground) >= 4.5, (kind, ground)


def test_words_of_python() -> None:
    def kinds(text: str, *, inside: bool = False) -> list[tuple[str, str]]:
        return [(text[s : s + n], kind) for s, n, kind in tokens(text, inside=inside)]

    assert kinds('class A(nn.Module):  # "x"') == [
        ("class", "keyword"),
        ("A", "defined"),
        ("nn.Module", "module"),
        ('# "x"', "comment"),
        ("", "open"),
    ]
    assert kinds('x = self.a("b # c", 1e-5, None)')[1:4] == [
        ('"b # c"', "string"),
        ("1e-5", "number"),
        ("None", "constant"),
    ]
    assert kinds('    """Open.')[-1][0] != ""
    assert kinds("still", inside=True)[0] == ("still", "string")
    assert kinds('end.""" + y', inside=True) == [('end."""', "string"), ("", "open")]
    assert kinds('"""One line."""')[-1] == ("", "open")


def test_both_themes_and_widths_draw(
    qtbot: Any, panel: CodePanel, open_example: Callable[[str], Tab], workspace: Workspace
) -> None:
    tab = open_example("digits_residual")
    wait_for(qtbot, panel, tab)
    tab.select(["stem"])
    for theme in ("light", "dark"):
        workspace.preferences.set("theme", theme)
        picture = panel.grab().toImage()
        bar = panel.findChild(QWidget, "line_numbers")
        assert bar.width() == panel.view.numbers_width()
        assert not picture.isNull()
