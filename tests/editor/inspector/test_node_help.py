"""The page of the selected node's type."""

import re

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.editor.panels.node_help import NodeHelp
from netbuilder.editor.panels.node_pages import page_of_group, page_of_type
from netbuilder.graph import edits
from netbuilder.graph.model import Group, GroupParam

EVIL = "<img src='file:///etc/passwd'> <script>x</script>"


@pytest.fixture
def help_window(qtbot, workspace):
    made = NodeHelp(workspace)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def text(page):
    document = QTextDocument()
    document.setHtml(page)
    return document.toPlainText()


@pytest.mark.parametrize("type_id", list(standard_catalogue().types))
def test_every_type_has_a_page_with_all_that_is_declared(qapp, type_id):
    node_type = standard_catalogue().types[type_id]
    said = text(page_of_type(node_type, standard_catalogue()))
    assert node_type.title in said
    assert node_type.sentence() in said
    for name, param in node_type.params.items():
        assert name in said
        assert " ".join(param.doc.split()) in " ".join(said.split())
    for port in (*node_type.ins, *node_type.outs):
        assert port.pattern.text in said


def test_the_page_follows_the_selection(qtbot, help_window, open_example):
    assert "Select a node" in help_window.browser.toPlainText()
    tab = open_example("digits_cnn")
    tab.select(nodes=["conv_1"])
    qtbot.waitUntil(lambda: help_window.browser.toPlainText().startswith("Conv2d"))
    assert "input: N × 1 × 8 × 8" in help_window.browser.toPlainText()  # noqa: RUF001
    tab.select(nodes=["relu_1"])
    qtbot.waitUntil(lambda: help_window.browser.toPlainText().startswith("ReLU"))
    help_window.show_type("lstm")
    assert help_window.browser.toPlainText().startswith("LSTM")


def test_a_page_leads_to_those_it_is_compared_with(qtbot, help_window):
    help_window.show_type("drop_path")
    assert "When to use it" in help_window.browser.toPlainText()
    assert "Also called\nstochastic depth" in help_window.browser.toPlainText()
    help_window.browser.anchorClicked.emit(QUrl("type:dropout"))
    assert help_window.browser.toPlainText().startswith("Dropout\n")
    before = help_window.browser.toPlainText()
    help_window.browser.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert help_window.browser.toPlainText() == before


def test_what_a_document_says_is_escaped(qtbot, help_window, tab):
    group = Group("block", EVIL, EVIL, (GroupParam("dim", 3, doc=EVIL),))
    assert page_of_group(group).count("<img") == 1  # its icon
    assert EVIL in text(page_of_group(group))
    tab.do("define", lambda n: edits.add_group(n, "block", title=EVIL, doc=EVIL))
    tab.do("add", lambda n: edits.add_node(n, "group:block", "odd"))
    tab.select(nodes=["odd"])
    qtbot.waitUntil(lambda: help_window.browser.toPlainText().startswith("<img"))
    tab.do("add", lambda n: edits.add_node(n, "strange", "unknown"))
    tab.select(nodes=["unknown"])
    qtbot.waitUntil(lambda: "not installed" in help_window.browser.toPlainText())


def test_both_themes(qtbot, help_window, workspace, open_example):
    open_example("digits_cnn").select(nodes=["conv_1"])
    for theme in ("light", "dark"):
        workspace.preferences.set("theme", theme)
        assert not help_window.grab().isNull()


def test_a_page_shows_the_icon_and_the_curve_with_the_parameters_of_the_node(
    qtbot, help_window, open_example
):
    tab = open_example("digits_cnn")
    tab.select(nodes=["relu_1"])
    qtbot.waitUntil(lambda: help_window.browser.toPlainText().startswith("ReLU"))
    browser = help_window.browser
    pictures = re.findall(r'src="([^"]+)"', browser.toHtml())
    assert [address.split(":")[0] for address in pictures] == ["icon", "curve"]
    kind = QTextDocument.ResourceType.ImageResource.value
    for address, side in zip(pictures, (16, 300), strict=True):
        picture = browser.loadResource(kind, QUrl(address))
        assert picture.width() == side * browser.devicePixelRatioF()
    plain = page_of_type(standard_catalogue().types["leaky_relu"], standard_catalogue())
    assert "curve:leaky_relu" in plain
    assert "negative_slope" in plain
    assert "curve:" not in page_of_type(standard_catalogue().types["conv2d"], standard_catalogue())


def test_a_page_loads_no_other_picture(help_window, tmp_path):
    kind = QTextDocument.ResourceType.ImageResource.value
    for address in ("file:///etc/hostname", "https://example.org/x.png", "logo.png"):
        assert help_window.browser.loadResource(kind, QUrl(address)) is None
