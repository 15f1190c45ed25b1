"""The data's window: source, split, scaling and samples, live and undoable."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QTableWidget, QWidget

from netbuilder.editor.dialogs.data import DataDialog
from netbuilder.editor.dialogs.data_edits import balanced, with_param, with_split
from netbuilder.graph import edits
from netbuilder.graph.model import Network

LONG = 60_000  # ms; the first look at the bundled data imports scikit-learn


@pytest.fixture
def dialog(qtbot, workspace, tab):
    made = DataDialog(workspace)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def retype(qtbot, widget, text):
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def line(dialog, name):
    return dialog.findChild(QLineEdit, f"field_{name}")


def take(dialog, tab, data):
    tab.do("take", lambda n: edits.set_data(n, data))
    dialog.refresh()


def test_without_a_source_it_asks_for_one(qtbot, dialog):
    said = dialog.findChild(QLabel, "preview_said")
    qtbot.waitUntil(lambda: said.text().startswith("Choose a source"))
    assert not dialog.isModal()
    assert dialog.box.currentIndex() == -1


def test_a_source_is_chosen_and_its_samples_are_shown(qtbot, dialog, tab):
    dialog.box.setFocus()
    index = dialog.box.findText("Digits")
    dialog.box.setCurrentIndex(index)
    dialog.box.activated.emit(index)
    assert tab.network.data == {"source": "digits"}
    pictures = dialog.findChild(QWidget, "sample_pictures")
    qtbot.waitUntil(pictures.isVisible, timeout=LONG)
    assert dialog.preview.sizes.accessibleDescription() == "train 1,257, val 270, test 270"
    assert pictures.accessibleName() == "15 samples"  # three whole rows of five
    assert pictures.accessibleDescription().count(",") == 14
    assert not dialog.preview.progress.isVisible()
    assert dict(dialog.preview.listed.texts())["image"] == "1 × 8 × 8"  # noqa: RUF001
    for theme in ("light", "dark"):
        dialog.workspace.preferences.set("theme", theme)
        assert not dialog.grab().isNull()
    tab.undo()
    qtbot.waitUntil(lambda: dialog.box.currentIndex() == -1)


def test_rows_of_a_file_are_a_table_of_plain_text(qtbot, dialog, tab, tmp_path):
    file = tmp_path / "t.csv"
    rows = "\n".join(f"{i},{i * 2},{'<b>a</b>' if i % 2 else 'b'}" for i in range(20))
    file.write_text(f"<img src=x>,y,kind\n{rows}\n", encoding="utf-8")
    take(dialog, tab, {"source": "csv"})
    retype(qtbot, line(dialog, "path"), str(file))
    assert tab.network.data["params"] == {"path": str(file)}
    table = dialog.findChild(QTableWidget, "sample_rows")
    qtbot.waitUntil(lambda: table.isVisible() and table.rowCount() > 0, timeout=LONG)
    assert table.horizontalHeaderItem(0).text() == "<img src=x>"
    assert dialog.preview.fields


def test_what_cannot_be_read_is_said_in_place(qtbot, dialog, tab):
    take(dialog, tab, {"source": "csv", "params": {"path": "nowhere.csv"}})
    trouble = dialog.findChild(QLabel, "preview_trouble")
    qtbot.waitUntil(trouble.isVisible, timeout=LONG)
    # Long paths hold places where they may be broken, which nobody sees.
    assert "nowhere.csv" in trouble.text().replace("\u200b", "")
    assert not dialog.preview.progress.isVisible()


def test_the_split_makes_room_and_is_one_step(qtbot, dialog, tab):
    take(dialog, tab, {"source": "xor"})
    steps = len(tab.session.document.undo_labels)
    retype(qtbot, line(dialog, "val"), "0.25")
    assert tab.network.data["split"] == {"train": 0.6, "val": 0.25}
    assert len(tab.session.document.undo_labels) == steps + 1
    qtbot.waitUntil(lambda: line(dialog, "train").text() == "0.6")
    QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "split" not in tab.network.data


def test_parameters_of_the_source_are_set_and_restored(qtbot, dialog, tab):
    take(dialog, tab, {"source": "spirals"})
    retype(qtbot, line(dialog, "noise"), "0.3")
    assert tab.network.data["params"] == {"noise": 0.3}
    dialog.refresh()
    qtbot.mouseClick(dialog.params.rows["noise"].reset, Qt.MouseButton.LeftButton)
    assert "params" not in tab.network.data


def test_what_augmentation_does_is_shown_drawn_again_and_of_another_sample(qtbot, dialog, tab):
    take(dialog, tab, {"source": "digits", "augment": {"rotate": 30}})
    draws = dialog.preview.draws
    qtbot.waitUntil(lambda: draws.pictures.isVisible(), timeout=LONG)
    assert draws.pictures.accessibleName() == "8 samples"
    assert draws.pictures.accessibleDescription() == "as it is"
    shown = [draws.pictures.grab().toImage()]
    for button in (draws.again, draws.other):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: draws.pictures.grab().toImage() != shown[-1], timeout=LONG)
        shown.append(draws.pictures.grab().toImage())
    take(dialog, tab, {"source": "digits"})
    qtbot.waitUntil(lambda: not draws.isVisible(), timeout=LONG)
    take(dialog, tab, {"source": "iris", "augment": {"gaussian_noise": 0.2}})
    qtbot.waitUntil(lambda: draws.table.isVisible(), timeout=LONG)
    assert draws.table.texts()[0][0] == "as it is"
    assert not draws.pictures.isVisible()


def test_changes_of_the_samples_are_set_and_restored(qtbot, dialog, tab):
    take(dialog, tab, {"source": "digits"})
    section = dialog.augment.sections["Augment: move"]
    assert section.is_folded
    section.fold(folded=False)
    retype(qtbot, line(dialog, "rotate"), "15")
    assert tab.network.data["augment"] == {"rotate": 15}
    dialog.refresh()
    qtbot.mouseClick(dialog.augment.rows["rotate"].reset, Qt.MouseButton.LeftButton)
    assert "augment" not in tab.network.data


def test_fields_to_standardize_are_offered_once_they_are_known(qtbot, dialog, tab):
    take(dialog, tab, {"source": "moons"})
    offer = dialog.findChild(QWidget, "offer_standardize")
    qtbot.waitUntil(offer.isVisible, timeout=LONG)
    field = dialog.preview.fields[0]
    retype(qtbot, line(dialog, "standardize"), field)
    assert tab.network.data["standardize"] == [field]


def test_an_unknown_source_is_kept_and_said(qtbot, dialog, tab):
    take(dialog, tab, {"source": "elsewhere", "params": {"a": 1}})
    assert dialog.box.placeholderText() == "elsewhere"
    assert tab.network.data["params"] == {"a": 1}


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("train", 0.8, (0.8, 0.1, 0.1)),
        ("train", 1.0, (1.0, 0.0, 0.0)),
        ("val", 0.3, (0.55, 0.3, 0.15)),
        ("test", 0.95, (0.0, 0.05, 0.95)),
    ],
)
def test_fractions_always_add_up_to_one(name, value, parts):
    found = balanced({"train": 0.7, "val": 0.15, "test": 0.15}, name, value)
    assert tuple(found[part] for part in ("train", "val", "test")) == pytest.approx(parts)
    assert sum(found.values()) == pytest.approx(1)


def test_odd_data_of_a_document_are_mended_by_an_edit():
    network = Network(data={"source": "moons", "split": "odd", "params": 3})
    assert with_split(network, "train", 0.5).data["split"]["train"] == 0.5
    assert with_param(network, "noise", 0.5).data["params"] == {"noise": 0.5}
