"""Custom nodes in the window: made, read again when saved, trusted by a person, run to see their shapes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from own_nodes import as_at_the_start, line_with, using, wide
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from netbuilder.app.custom_nodes import remembered_trust
from netbuilder.app.preferences import Preferences
from netbuilder.app.session import Session
from netbuilder.catalogue.folders import trusted
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.files.documents import save

LONG = 180_000  # ms; the first probe imports torch
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been opened in the system's editor."""
    opened: list[str] = []
    monkeypatch.setattr(
        "netbuilder.editor.custom_nodes.QDesktopServices.openUrl",
        lambda url: opened.append(url.toLocalFile()),
    )
    return opened


@pytest.fixture
def window(guard: Any, tmp_path: Path, qtbot: Any, urls: list[str]) -> Iterator[Any]:
    """The main window with settings of its own; nothing is trusted at the end."""
    from netbuilder.editor.window import MainWindow
    from netbuilder.editor.workspace import Workspace

    as_at_the_start()
    made = MainWindow(Workspace(Preferences(tmp_path / "state")))
    made.show()
    yield made
    made.windows.sure()
    made.close()
    made.deleteLater()
    as_at_the_start()


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A document beside a folder of nodes that nobody trusts; its code leaves a trace when it runs."""
    folder = tmp_path / "shared" / "nodes"
    folder.mkdir(parents=True)
    trace = f"from pathlib import Path\nPath({str(tmp_path / 'ran')!r}).touch()\n"
    (folder / "wide.py").write_text(trace + wide("x", "*B C"))
    (folder / "other.py").write_text("NOTHING = 0\n")
    path = folder.parent / "net.netgraph"
    save(replace(using("wide"), custom_nodes={"wide": str(folder / "wide.py")}), path)
    return path


def codes(window: Any) -> list[str]:
    return [one.code for one in window.workspace.current.report.diagnostics]


def rows_under(window: Any, heading: str) -> list[str]:
    rows = window.bring("palette").list.rows.rows
    at = next((i for i, row in enumerate(rows) if row.is_heading and row.title == heading), None)
    found: list[str] = []
    for row in rows[at + 1 :] if at is not None else ():
        if row.is_heading:
            break
        found.append(row.title)
    return found


def make(window: Any, qtbot: Any, name: str) -> Any:
    palette = window.bring("palette")
    qtbot.waitUntil(palette.isVisible)
    QTest.mouseClick(palette.findChild(object, "palette_new"), LEFT)
    dialog = window.windows.show("graph.new_node")
    QTest.keyClicks(dialog.name, name)
    return dialog


def test_a_node_is_made_and_stands_in_the_palette(
    window: Any, qtbot: Any, urls: list[str], tmp_path: Path
) -> None:
    window.workspace.open(Session())
    dialog = make(window, qtbot, "Gated mix")
    path = tmp_path / "state" / "nodes" / "gated_mix.py"
    assert str(path) in dialog.file.text().replace("\u200b", "")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert path.is_file()
    assert urls == [str(path)]
    assert rows_under(window, "Custom") == ["Gated mix"]
    assert window.bring("palette").list.current.key == "gated_mix"
    assert remembered_trust(Preferences(tmp_path / "state")) == (path.parent,)
    QTest.keyClick(window.bring("palette").list, Qt.Key.Key_Return)
    assert "gated_mix_1" in window.workspace.current.graph.nodes


def test_the_palette_opens_the_file_of_a_node(
    window: Any, qtbot: Any, urls: list[str], tmp_path: Path
) -> None:
    window.workspace.open(Session())
    QTest.mouseClick(make(window, qtbot, "Gated mix").make, LEFT)
    palette = window.bring("palette")
    row = palette.list.current
    palette._open_menu(row, palette.mapToGlobal(palette.rect().center()))
    (action,) = [one for one in palette._menu.actions() if one.objectName() == "palette_open_file"]
    QTest.mouseClick(palette._menu, LEFT, pos=palette._menu.actionGeometry(action).center())
    assert urls == [str(tmp_path / "state" / "nodes" / "gated_mix.py")] * 2
    other = next(one for one in palette.list.rows.rows if one.key == "linear")
    palette._open_menu(other, palette.mapToGlobal(palette.rect().center()))
    assert "palette_open_file" not in [one.objectName() for one in palette._menu.actions()]
    palette._menu.close()


@pytest.mark.parametrize(
    ("name", "said"), [("Linear", "There is a node Linear"), ("2nd", "A name has letters")]
)
def test_a_name_that_cannot_be_is_told_while_it_is_typed(
    window: Any, qtbot: Any, name: str, said: str
) -> None:
    window.workspace.open(Session())
    dialog = make(window, qtbot, name)
    assert dialog.problem.text().replace("\u200b", "").startswith(said)
    assert not dialog.make.isEnabled()
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    QTest.mouseClick(dialog.findChild(QPushButton, "cancel"), LEFT)
    assert not dialog.isVisible()
    assert trusted() == ()


def test_a_folder_beside_the_document_is_offered_and_its_files_are_told(
    window: Any, qtbot: Any, shared: Path
) -> None:
    window.workspace.open(Session(path=shared.parent / "new.netgraph"))
    dialog = make(window, qtbot, "Mine")
    assert dialog.folder.count() == 2
    assert dialog.make.text() == "Create"
    dialog.folder.setFocus()
    QTest.keyClick(dialog.folder, Qt.Key.Key_Down)
    assert "holds 2 files already" in dialog.problem.text()
    assert dialog.make.text() == "Create and trust the folder"
    QTest.mouseClick(dialog.make, LEFT)
    assert (shared.parent / "nodes" / "mine.py").is_file()
    assert {"mine", "wide"} <= set(standard_catalogue().types)


def test_saving_a_file_reads_it_again(window: Any, qtbot: Any, tmp_path: Path) -> None:
    tab = window.workspace.open(Session(using("gated_mix")))
    assert "NB501" in codes(window)
    dialog = make(window, qtbot, "Gated mix")
    QTest.mouseClick(dialog.make, LEFT)
    assert "NB501" not in codes(window)
    tab.select(nodes=["gated_mix_1"])
    path = tmp_path / "state" / "nodes" / "gated_mix.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('title="Gated mix"', 'title="Gated sum"'), encoding="utf-8")
    qtbot.waitUntil(lambda: rows_under(window, "Custom") == ["Gated sum"])
    assert tab.run.records["gated_mix_1"].kind.title == "Gated sum"
    inspector = window.bring("inspector")
    qtbot.waitUntil(lambda: inspector.page.head.title.text() == "Gated sum")


def test_a_mistake_in_a_file_is_told_with_its_line_and_mended(
    window: Any, qtbot: Any, tmp_path: Path
) -> None:
    window.workspace.open(Session(using("gated_mix")))
    QTest.mouseClick(make(window, qtbot, "Gated mix").make, LEFT)
    path = tmp_path / "state" / "nodes" / "gated_mix.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"import torch\n{text}", encoding="utf-8")
    qtbot.waitUntil(lambda: "NB501" in codes(window))
    assert "NB502" in codes(window)
    assert f"line {line_with(path, 'import torch')}: imports torch" in window.notice.text
    assert "gated_mix_1" in window.workspace.current.graph.nodes
    (found,) = [d for d in window.workspace.current.report.diagnostics if d.code == "NB501"]
    assert str(path) in found.message
    path.write_text(text, encoding="utf-8")
    assert window.actions_.run("graph.reload_nodes")
    assert not {"NB501", "NB502"} & set(codes(window))
    assert "was read again" in window.notice.text


def test_code_runs_only_once_a_person_trusts_its_folder(
    window: Any, qtbot: Any, shared: Path, tmp_path: Path
) -> None:
    window.files.open_text(str(shared))
    qtbot.waitUntil(lambda: "graph.trust_nodes" in window.windows._open)
    dialog = window.windows.show("graph.trust_nodes")
    assert str(shared.parent / "nodes") in dialog.path.text().replace("\u200b", "")
    assert [dialog.files.item(i).text() for i in range(dialog.files.count())] == [
        "other.py",
        "wide.py",
    ]
    assert "class Wide" in dialog.text.toPlainText()
    dialog.files.setFocus()
    QTest.keyClick(dialog.files, Qt.Key.Key_Up)
    assert dialog.text.toPlainText() == "NOTHING = 0\n"
    # Return says no: nobody trusts by accident.
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert codes(window).count("NB505") == 1
    assert not (tmp_path / "ran").exists()
    # It is asked once; then the command does.
    window.workspace.show(None)
    window.workspace.show(window.workspace.tabs[0])
    qtbot.waitUntil(lambda: not window.custom_nodes._ask_soon.isActive())
    assert "graph.trust_nodes" not in window.windows._open
    assert window.actions_.run("graph.trust_nodes")
    dialog = window.windows._open["graph.trust_nodes"]
    QTest.mouseClick(dialog.trust, LEFT)
    assert not dialog.isVisible()
    assert (tmp_path / "ran").exists()
    assert "NB505" not in codes(window)
    assert not window.actions_.can("graph.trust_nodes")
    assert rows_under(window, "Custom") == ["Wide"]
    assert trusted() == (shared.parent / "nodes",)


def test_files_put_into_the_own_folder_by_hand_are_asked_about_once(
    guard: Any, qtbot: Any, urls: list[str], tmp_path: Path
) -> None:
    from netbuilder.editor.custom_nodes import CustomNodes
    from netbuilder.editor.workspace import Workspace

    folder = tmp_path / "state" / "nodes"
    folder.mkdir(parents=True)
    (folder / "wide.py").write_text(wide("x", "*B C"))
    told: list[int] = []
    for asked in (1, 1):  # not again at the next start
        workspace = Workspace(Preferences(tmp_path / "state"))
        nodes = CustomNodes(workspace)
        nodes.trust_wanted.connect(lambda: told.append(1))
        qtbot.waitUntil(lambda n=nodes: not n._ask_soon.isActive())
        assert len(told) == asked
        (stranger,) = nodes.strangers()
        assert (stranger.folder, stranger.types) == (folder, ())
        assert standard_catalogue().get("wide") is None
        nodes.leave(folder)
        nodes.shut()
        workspace.looking.close()
        workspace.tasks.close()
        nodes.deleteLater()
        workspace.deleteLater()


def test_trust_can_be_taken_back(window: Any, qtbot: Any, shared: Path, tmp_path: Path) -> None:
    assert not window.actions_.can("graph.forget_trust")
    window.custom_nodes.trust(shared.parent / "nodes")
    window.workspace.open_path(shared)
    assert "NB505" not in codes(window)
    assert window.actions_.run("graph.forget_trust")
    assert trusted() == ()
    assert remembered_trust(Preferences(tmp_path / "state")) == ()
    assert codes(window).count("NB505") == 1
    qtbot.waitUntil(lambda: "graph.trust_nodes" in window.windows._open)
    window.windows._open["graph.trust_nodes"].reject()


def test_a_helper_that_is_saved_is_read_again_too(window: Any, qtbot: Any, shared: Path) -> None:
    folder = shared.parent / "nodes"
    (folder / "_words.py").write_text('TITLE = "First"\n')
    text = wide("x", "*B C").replace('title="Wide"', "title=TITLE")
    (folder / "wide.py").write_text(f"from ._words import TITLE\n{text}")
    window.custom_nodes.trust(folder)
    assert standard_catalogue().types["wide"].title == "First"
    (folder / "_words.py").write_text('TITLE = "Other"\n')
    qtbot.waitUntil(lambda: standard_catalogue().types["wide"].title == "Other")


def test_a_trusted_folder_that_is_gone_is_no_complaint(window: Any, shared: Path) -> None:
    window.custom_nodes.trust(shared.parent / "nodes")
    shutil.rmtree(shared.parent / "nodes")
    window.workspace.open(Session())
    window.custom_nodes.reload()
    assert "NB502" not in codes(window)
    assert window.workspace.open_path(shared)
    assert codes(window).count("NB505") == 1


def test_trust_is_remembered(qapp: object, guard: Any, shared: Path, tmp_path: Path) -> None:
    from netbuilder.app.custom_nodes import remember_trust
    from netbuilder.editor.custom_nodes import CustomNodes
    from netbuilder.editor.workspace import Workspace

    preferences = Preferences(tmp_path / "state")
    remember_trust(preferences, (shared.parent / "nodes",))
    workspace = Workspace(preferences)
    nodes = CustomNodes(workspace)
    try:
        workspace.open_path(shared)
        assert nodes.strangers() == ()
        assert (tmp_path / "ran").exists()
    finally:
        nodes.shut()
        workspace.looking.close()
        workspace.tasks.close()
        nodes.deleteLater()
        workspace.deleteLater()
        as_at_the_start()


def test_what_comes_out_is_found_beside_the_editor(window: Any, qtbot: Any, shared: Path) -> None:
    file = shared.parent / "nodes" / "wide.py"
    file.write_text(wide())
    window.custom_nodes.trust(file.parent)
    tab = window.workspace.open_path(shared)
    assert "NB506" in codes(window)
    qtbot.waitUntil(lambda: "NB506" not in codes(window), timeout=LONG)
    assert str(tab.run.records["wide_1"].result.types["output"]) == "N x 15"
    assert not {"NB507", "NB505"} & set(codes(window))
    file.write_text(wide("self.nothing(x)"))
    qtbot.waitUntil(lambda: "NB507" in codes(window), timeout=LONG)
    (found,) = [d for d in tab.report.diagnostics if d.code == "NB507"]
    assert found.message.endswith(f"(wide.py, line {line_with(file, 'self.nothing')})")
