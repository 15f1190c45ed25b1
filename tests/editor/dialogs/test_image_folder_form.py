"""A folder of images in the data's window: a folder is asked for, and what was left out is said."""

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QWidget

from netbuilder.editor.dialogs.data import DataDialog
from netbuilder.graph import edits

LONG = 60_000  # ms


def test_a_folder_is_chosen_and_its_images_are_shown(qtbot, workspace, tab, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(10):
            pixels = np.full((8, 8, 3), number * 20, np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{number}.png")
    (tmp_path / "pets" / "cat" / "odd.png").write_bytes(b"")
    params = {"height": 8, "width": 8}
    tab.do("take", lambda n: edits.set_data(n, {"source": "image_folder", "params": params}))
    dialog = DataDialog(workspace)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    browse = dialog.findChild(QAbstractButton, "browse_path")
    assert "Choose a folder." in browse.toolTip()
    qtbot.mouseClick(browse, Qt.MouseButton.LeftButton)
    chooser = dialog.findChild(QFileDialog, "file_dialog")
    assert chooser.fileMode() == QFileDialog.FileMode.Directory
    chooser.fileSelected.emit(str(tmp_path / "pets"))
    chooser.close()
    assert tab.network.data["params"]["path"].endswith("pets")
    pictures = dialog.findChild(QWidget, "sample_pictures")
    qtbot.waitUntil(pictures.isVisible, timeout=LONG)
    assert dialog.preview.sizes.accessibleDescription() == "train 14, val 3, test 3"
    assert dict(dialog.preview.listed.texts())["image"] == "3 × 8 × 8"  # noqa: RUF001
