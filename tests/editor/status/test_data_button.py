"""The button at the top says what is trained on and how large its parts are."""

import pytest
from PySide6.QtWidgets import QMainWindow

from netbuilder.editor.actions import Actions
from netbuilder.editor.data_button import DataButton
from netbuilder.graph.edits import set_data

LONG = 60_000  # ms; the first look at the bundled data imports scikit-learn


@pytest.fixture
def window(qtbot):
    made = QMainWindow()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def button(window, workspace):
    made = DataButton(workspace, Actions(workspace, window).action("run.data"), window)
    workspace.switched.connect(made.refresh)
    workspace.changed.connect(made.refresh)
    window.setCentralWidget(made)
    window.show()
    return made


def take(tab, source, **more):
    tab.do("take", lambda n: set_data(n, {"source": source, **more}))


def test_without_data_it_asks_for_some(button, tab):
    assert button.text() == "Data: choose…"
    assert not button.accessibleDescription()


def test_sizes_come_when_somebody_has_looked(qtbot, button, tab):
    take(tab, "digits")
    assert button.text() == "Data: Digits"
    qtbot.waitUntil(lambda: button.text() != "Data: Digits", timeout=LONG)
    assert button.text() == "Data: Digits  1,257 / 270 / 270"
    spoken = "1,257 to train on, 270 to validate, 270 to test"
    assert button.accessibleDescription() == spoken
    assert button.toolTip().endswith(f"Digits: {spoken}.")
    for theme in ("light", "dark"):
        button._workspace.preferences.set("theme", theme)
        assert not button.grab().isNull()
    # What was seen once is shown at once, and not asked for again.
    take(tab, "xor")
    assert button.text() == "Data: XOR"
    tab.undo()
    assert button.text() == "Data: Digits  1,257 / 270 / 270"


def test_large_parts_are_said_in_thousands(qtbot, button, tab):
    take(tab, "moons", params={"samples": 80_000}, split={"train": 0.8, "val": 0.1, "test": 0.1})
    qtbot.waitUntil(lambda: button.text().endswith("64k / 8,000 / 8,000"), timeout=LONG)


def test_of_data_that_cannot_be_read_no_sizes_are_said(qtbot, button, tab):
    take(tab, "csv", params={"path": "nowhere.csv"})
    with qtbot.waitSignal(button._workspace.looking.failed, timeout=LONG):
        pass
    assert button.text() == "Data: CSV file"


def test_a_file_that_changed_is_looked_at_when_it_is_opened_again(
    qtbot, button, workspace, tmp_path
):
    from netbuilder.app.session import Session
    from netbuilder.graph.model import Network

    file = tmp_path / "t.csv"
    network = Network(data={"source": "csv", "params": {"path": str(file)}})
    for rows, train in ((20, 14), (40, 28)):
        file.write_text("a,b\n" + "".join(f"{i},{i * 0.5}\n" for i in range(rows)))
        tab = workspace.open(Session(network))
        qtbot.waitUntil(lambda said=f"  {train} / ": said in button.text(), timeout=LONG)
        workspace.close(tab)


def test_rows_of_edits_are_looked_at_once(qtbot, button, tab, workspace):
    seen = []
    workspace.looking.seen.connect(lambda data, found: seen.append(sum(found.sizes.values())))
    for samples in (100, 200, 300):
        take(tab, "moons", params={"samples": samples})
    qtbot.waitUntil(lambda: bool(seen), timeout=LONG)
    qtbot.waitUntil(lambda: "210 / " in button.text())
    assert seen == [300]
