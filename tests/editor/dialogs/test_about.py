"""Version and licences, as the installed packages say them."""

from importlib import metadata

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from netbuilder.editor.dialogs import licences as module
from netbuilder.editor.dialogs.about import AboutDialog
from netbuilder.editor.dialogs.licences import licences, text_of


def test_every_needed_package_is_there_with_a_licence():
    found = licences()
    assert found[0].name == "netbuilder"
    assert found[0].licence == "MIT"
    assert "Permission is hereby granted" in text_of("netbuilder")
    names = {one.name.lower().replace("_", "-") for one in found}
    assert {"torch", "numpy", "pyside6-essentials", "shiboken6", "onnx", "networkx"} <= names
    assert not {"pytest", "ruff", "mypy"} & names
    for one in found:
        assert one.licence, one.name
        assert text_of(one.name), one.name
        assert one.version == metadata.version(one.name)


def test_a_checkout_that_is_not_installed_still_says_its_licence(monkeypatch):
    def nothing(_):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(module.metadata, "distribution", nothing)
    assert [one.licence for one in licences()] == ["MIT"]


def test_the_dialog_lists_them_and_shows_the_text(workspace, host, qtbot):
    dialog = AboutDialog(workspace, host)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.list.count() > 10)
    assert dialog.version.text().startswith("Version ")
    qtbot.waitUntil(lambda: "MIT" in dialog.text.toPlainText())
    row = next(
        at for at in range(dialog.list.count()) if dialog.list.item(at).text().startswith("numpy ")
    )
    dialog.list.setFocus()
    for _ in range(row):
        QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert "BSD" in dialog.kind.text()
    qtbot.waitUntil(lambda: "NumPy" in dialog.text.toPlainText())
    said = []
    workspace.said.connect(lambda level, text: said.append(level))
    QTest.mouseClick(dialog.findChild(QPushButton, "copy"), Qt.MouseButton.LeftButton)
    assert "torch " in QApplication.clipboard().text()
    assert said == ["info"]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closing_before_the_licences_are_read_is_fine(workspace, host, qtbot):
    dialog = AboutDialog(workspace, host)
    dialog.show()
    dialog.close()
    dialog.deleteLater()
    workspace.tasks.close()
