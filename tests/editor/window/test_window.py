"""Documents, their files, the panels and the end, in a whole window."""

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from netbuilder.app import recovery
from netbuilder.app.recovery import Recovery
from netbuilder.app.session import Session
from netbuilder.editor.window import MainWindow
from netbuilder.files.documents import load
from netbuilder.graph.edits import add_node, set_title


def _add(window, node="relu"):
    return window.workspace.current.do("Add", lambda n: add_node(n, node))


def _press(window, dialog, text):
    button = next(b for b in dialog.buttons() if b.text().replace("&", "") == text)
    button.click()


def test_the_start_page_is_shown_until_something_is_open(window, qtbot):
    assert window.start_page.isVisible()
    assert window.dock("palette").isHidden()
    window.actions_.run("file.new")
    assert window.canvas.isVisible()
    assert window.dock("palette").isVisible()
    assert window.workspace.current.session.name == "untitled"
    window.actions_.run("file.new")
    assert window.workspace.current.session.name == "untitled-2"
    window.actions_.run("file.start_page")
    assert window.start_page.isVisible()


def test_a_document_is_saved_and_opened_again(window, qtbot, tmp_path):
    window.files.new()
    _add(window)
    assert window.workspace.current.session.document.is_clean is False
    window.actions_.run("file.save")
    dialog = window.findChild(QFileDialog)
    assert dialog.selectedFiles()[0].endswith("untitled.netgraph")
    dialog.setDirectory(str(tmp_path))
    dialog.selectFile("mine.netgraph")
    dialog.accept()
    path = tmp_path / "mine.netgraph"
    qtbot.waitUntil(path.exists)
    assert window.workspace.current.session.document.is_clean
    assert set(load(path).graph.nodes) == {"relu_1"}
    assert window.files.recent() == [str(path)]
    window.files.close()
    assert window.workspace.current is None
    window.files.open_text(str(path))
    assert window.workspace.current.network == load(path)
    window.files.open_text(str(path))
    assert len(window.workspace.tabs) == 1


def test_a_file_that_cannot_be_opened_is_said(window, tmp_path):
    (tmp_path / "bad.netgraph").write_text("{")
    window.files.open_text(str(tmp_path / "bad.netgraph"))
    assert window.workspace.current is None
    assert "bad.netgraph" in window.notice.text


def test_closing_asks_about_changes(window, qtbot):
    window.files.new()
    _add(window)
    window.actions_.run("file.close")
    _press(window, window.findChild(QMessageBox, "close_question"), "Cancel")
    assert len(window.workspace.tabs) == 1
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "close_question") is None)
    window.actions_.run("file.close")
    _press(window, window.findChild(QMessageBox, "close_question"), "Discard")
    assert window.workspace.tabs == []


def test_quitting_asks_about_changes_once(window, qtbot):
    window.files.new()
    _add(window)
    window.close()
    window.close()
    assert window.isVisible()
    boxes = window.findChildren(QMessageBox, "quit_question")
    assert len(boxes) == 1
    _press(window, boxes[0], "Cancel")
    assert window.isVisible()
    window.close()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "quit_question") is not None)
    box = window.findChildren(QMessageBox, "quit_question")[-1]
    _press(window, box, "Discard and close")
    assert not window.isVisible()


def test_what_others_write_is_not_written_over(window, qtbot, tmp_path):
    path = tmp_path / "a.netgraph"
    Session().save(path)
    window.files.open_text(str(path))
    _add(window)
    other = Session.open(path)
    other.document.do("t", lambda n: set_title(n, "theirs"))
    other.save()
    window.actions_.run("file.save")
    assert load(path).title == "theirs"
    _press(window, window.findChild(QMessageBox, "disk_question"), "Keep mine")
    window.actions_.run("file.save")
    assert set(load(path).graph.nodes) == {"relu_1"}


def test_what_others_wrote_can_be_taken(window, qtbot, tmp_path):
    path = tmp_path / "a.netgraph"
    Session().save(path)
    window.files.open_text(str(path))
    other = Session.open(path)
    other.document.do("t", lambda n: set_title(n, "theirs"))
    other.save()
    window.files.look_at_disk()
    _press(window, window.findChild(QMessageBox, "disk_question"), "Reload")
    assert window.workspace.current.network.title == "theirs"
    assert len(window.workspace.tabs) == 1


def test_a_file_dropped_on_the_window_opens(window, tmp_path):
    path = tmp_path / "a.netgraph"
    Session().save(path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)), QUrl.fromLocalFile(str(tmp_path / "x.txt"))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(500, 400).toPoint(), copy, data, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(500, 400), copy, data, left, none))
    assert [tab.session.path for tab in window.workspace.tabs] == [path]


def test_panels_are_made_when_they_are_seen_and_come_back_as_they_were(window, qtbot, tmp_path):
    window.files.new()
    for name in ("problems", "training", "runs", "evaluation", "code", "cost", "log", "history"):
        assert window.actions_.run(f"view.{name}")
        assert window.dock(name).panel is not None
        qtbot.waitUntil(window.dock(name).panel.isVisible)
    window.actions_.run("view.palette")
    window.actions_.run("view.minimap")
    assert window.dock("palette").isHidden()
    window.windows.sure()
    window.close()
    from netbuilder.app.preferences import Preferences
    from netbuilder.editor.workspace import Workspace

    again = MainWindow(Workspace(Preferences(tmp_path / "state")))
    again.show()
    again.files.new()
    assert again.dock("palette").isHidden()
    assert not again.workspace.preferences.settings.minimap
    again.actions_.run("view.reset_layout")
    assert again.dock("palette").isVisible()
    again.windows.sure()
    again.close()
    again.deleteLater()


def test_the_files_of_last_time_are_open_at_the_next_start(window, qtbot, tmp_path):
    for name in ("a", "b"):
        Session().save(tmp_path / f"{name}.netgraph")
        window.files.open_text(str(tmp_path / f"{name}.netgraph"))
    window.files.previous_tab()
    window.close()
    from netbuilder.app.preferences import Preferences
    from netbuilder.editor.workspace import Workspace

    again = MainWindow(Workspace(Preferences(tmp_path / "state")))
    again.files.reopen()
    assert [tab.session.name for tab in again.workspace.tabs] == ["a", "b"]
    assert again.workspace.current.session.name == "a"
    again.close()
    again.deleteLater()


def test_a_command_refused_by_an_edit_is_said_in_the_window(window):
    window.files.new()
    window.workspace.current.refused.emit("there is no such node")
    assert window.notice.isVisible()
    assert window.notice.text == "there is no such node"
    window.resize(900, 700)
    assert window.notice.geometry().right() < window.notice.parentWidget().width()


def test_the_theme_is_switched_for_everything(window, qapp):
    before = qapp.styleSheet()
    window.actions_.run("view.theme")
    assert qapp.styleSheet() != before
    window.actions_.run("view.theme")
    assert qapp.styleSheet() == before


def test_an_example_opens_as_a_copy(window):
    window.files.open_example("digits_cnn")
    tab = window.workspace.current
    assert tab.session.path is None
    assert tab.session.document.is_clean
    assert tab.report.ok


def test_what_a_crash_left_is_open_beside_the_file_itself(window, tmp_path, monkeypatch):
    path = tmp_path / "a.netgraph"
    Session().save(path)
    crashed = Session.open(path)
    watcher = Recovery(tmp_path / "state" / "recovery").watch(crashed)
    crashed.document.do("add", lambda n: add_node(n, "relu"))
    watcher.flush()
    monkeypatch.setattr(recovery, "is_running", lambda owner, age: False)
    window.files.open_text(str(path))
    window.files.recover()
    assert [set(tab.graph.nodes) for tab in window.workspace.tabs] == [set(), {"relu_1"}]
    found = window.workspace.current
    assert found.session.path is None
    assert not found.session.document.is_clean
    assert "last edits" in window.notice.text
    assert load(path).graph.nodes == {}
