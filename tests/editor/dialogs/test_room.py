"""A window opens no larger than the one it belongs to."""

import pytest
from PySide6.QtWidgets import QWidget

from netbuilder.editor.dialogs.about import AboutDialog
from netbuilder.editor.dialogs.data import DataDialog
from netbuilder.editor.dialogs.recipe import RecipeDialog
from netbuilder.editor.dialogs.settings import SettingsDialog
from netbuilder.editor.dialogs.shortcuts import ShortcutsDialog
from netbuilder.editor.widgets.room import open_at


@pytest.mark.parametrize(
    ("width", "height", "got"),
    [(1400, 900, (800, 640)), (700, 600, (628, 528)), (400, 300, (560, 400))],
)
def test_it_takes_what_there_is(qtbot, width, height, got):
    outer = QWidget()
    qtbot.addWidget(outer)
    outer.resize(width, height)
    inner = QWidget(outer)
    open_at(inner, 800, 640)
    assert (inner.width(), inner.height()) == got


def test_one_alone_is_as_large_as_it_likes(qtbot):
    alone = QWidget()
    qtbot.addWidget(alone)
    open_at(alone, 600, 640)
    assert alone.height() == 640


@pytest.mark.parametrize(
    "kind", [AboutDialog, DataDialog, RecipeDialog, SettingsDialog, ShortcutsDialog]
)
def test_no_dialog_stands_out_of_a_small_window(qtbot, workspace, host, kind):
    host.resize(900, 560)
    made = kind(workspace, host)
    made.show()
    qtbot.waitExposed(made)
    assert made.height() <= 560 - 72
    assert made.width() <= 900 - 72
    made.close()
