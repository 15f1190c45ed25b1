"""Tables with dates, and images with masks, in the data's window: told, mended by a click, shown."""

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import parquet
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from netbuilder.editor.dialogs.data import DataDialog
from netbuilder.graph import edits

LONG = 60_000  # ms


def opened(qtbot, workspace, tab, data):
    tab.do("take", lambda n: edits.set_data(n, data))
    dialog = DataDialog(workspace)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_dates_of_a_table_become_numbers_by_a_click(qtbot, workspace, tab, tmp_path):
    sold = [f"{2019 + n % 3}-{1 + n % 12:02}-{1 + n % 28:02}" for n in range(40)]
    table = {"sold": sold, "price": [n + 0.5 for n in range(40)]}
    parquet.write_table(pa.table(table), tmp_path / "t.parquet")
    data = {"source": "parquet", "params": {"path": str(tmp_path / "t.parquet")}}
    dialog = opened(qtbot, workspace, tab, data)

    def offers():
        cards = [one for one in dialog.findChildren(QFrame, "finding") if one.isVisible()]
        named = [one for one in cards if "NB419" in one.accessibleName()]
        return [one for card in named for one in card.findChildren(QPushButton, "take_offer")]

    qtbot.waitUntil(lambda: bool(offers()), timeout=LONG)
    assert [one.text() for one in offers()] == ["Turn dates into numbers", "Leave out sold"]
    qtbot.mouseClick(offers()[0], Qt.MouseButton.LeftButton)
    assert tab.network.data["params"]["dates"] == "all"
    shown = dialog.preview.listed
    qtbot.waitUntil(lambda: dict(shown.texts()).get("features") == "5", timeout=LONG)
    tab.undo()
    assert "dates" not in tab.network.data["params"]


def test_images_with_masks_are_shown_with_their_classes(qtbot, workspace, tab, tmp_path):
    mask = np.zeros((8, 8), np.uint8)
    mask[2:6, 2:6] = 255
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
        for number in range(10):
            Image.fromarray(mask).save(tmp_path / name / f"{number}.png")
    params = {
        "images": str(tmp_path / "images"),
        "masks": str(tmp_path / "masks"),
        "height": 8,
        "width": 8,
        "class_names": ["ground", "square"],
    }
    dialog = opened(qtbot, workspace, tab, {"source": "image_masks", "params": params})
    pictures = dialog.findChild(QWidget, "sample_pictures")
    qtbot.waitUntil(pictures.isVisible, timeout=LONG)
    assert pictures.accessibleDescription().startswith("ground, square")
    assert dict(dialog.preview.listed.texts())["mask"] == "8 × 8, 2 classes"  # noqa: RUF001
