"""Takes the pictures of the editor in ``docs/screenshots``: every scene in both themes.

Usage: screenshots.py [--scale 100 --scale 200] [--size 1440x900] [--out FOLDER] [SCENE ...]

Scenes: start, editing, error, groups, training, evaluation, export. The window is drawn in memory, so no display is
needed; a display's scale is set by Qt before it starts, so each scale is a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from netbuilder.editor.window import MainWindow

ROOT = Path(__file__).resolve().parents[1]
THEMES = ("dark", "light")


def main() -> int:
    """Take the pictures that the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=", ".join(SCENES))
    parser.add_argument("--scale", action="append", type=int, help="percent; may be repeated")
    parser.add_argument("--size", default="1440x900", help="of the window, in px at 100%%")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--theme", choices=THEMES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    unknown = [scene for scene in args.scenes if scene not in SCENES]
    if unknown:
        parser.error(f"there is no scene {unknown[0]}; there are: {', '.join(SCENES)}")
    scenes = args.scenes or list(SCENES)
    if args.theme:
        return _take(args.theme, scenes, args.size, args.out.resolve(), args.scale[0])
    args.out.mkdir(parents=True, exist_ok=True)
    for scale in args.scale or [100]:
        for theme in THEMES:
            command = [sys.executable, __file__, *scenes, "--theme", theme, "--scale", str(scale)]
            command += ["--size", args.size, "--out", str(args.out)]
            surroundings = {
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": str(scale / 100),
            }
            if code := subprocess.run(command, check=False, env=surroundings).returncode:
                return code
    return 0


def _take(theme: str, scenes: list[str], size: str, out: Path, scale: int) -> int:
    """Take the pictures of one theme at the scale this process has."""
    from netbuilder.app.preferences import Preferences
    from netbuilder.editor.start import application
    from netbuilder.editor.window import MainWindow
    from netbuilder.editor.workspace import Workspace

    for scene in scenes:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)  # runs and snapshots go where they vanish
            preferences = Preferences(Path(folder) / "state")
            preferences.set("theme", theme)
            preferences.set("motion", "off")
            application(preferences)
            window = MainWindow(Workspace(preferences))
            width, height = (int(side) for side in size.split("x"))
            window.resize(width, height)
            window.show()
            _wait(300)
            shown = SCENES[scene](window)
            _wait(600)
            window.setFocus()
            path = out / f"{scene}_{theme}_{scale}.png"
            _picture(window, shown).save(str(path))
            sys.stdout.write(f"{path.name}\n")
            if shown is not None:
                shown.close()
            window.runs.stop_all()
            _until(lambda window=window: not window.runs.active_runs(), 30)
            window.windows.sure()
            window.close()
            window.deleteLater()
            _wait(50)
            os.chdir(ROOT)
    return 0


def _picture(window: MainWindow, shown: QWidget | None):  # noqa: ANN202 - Qt's pixmap
    """The window with a dialog in front of it, as a desktop would show them."""
    from PySide6.QtCore import QPoint, QRectF, Qt
    from PySide6.QtGui import QColor, QPainter, QPen

    picture = window.grab()
    if shown is not None:
        place = shown.rect().translated(window.rect().center() - shown.rect().center())
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 5))
        for spread in range(24, 0, -2):
            around = QRectF(place).adjusted(-spread, 6 - spread, spread, 6 + spread)
            painter.drawRoundedRect(around, spread, spread)
        painter.drawPixmap(QPoint(place.topLeft()), shown.grab())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(window.workspace.look.theme.line), 1))
        painter.drawRect(QRectF(place).adjusted(-0.5, -0.5, 0.5, 0.5))
        painter.end()
    return picture


def _start(window: MainWindow) -> None:
    _wait(2500)  # the examples' pictures are drawn in the background


def _editing(window: MainWindow) -> None:
    from netbuilder.graph.card_edits import add_frame, add_note

    _open(window, "two_inputs_two_losses")
    tab = _tab(window)
    _settle(window)
    nodes = [name for name, node in tab.graph.nodes.items() if node.type == "conv2d"]
    box = window.canvas_of(tab).rect_of(nodes)
    tab.do(
        "Frame",
        lambda network: add_frame(
            network,
            "two halves of a picture",
            position=(box.x() - 24, box.y() - 44),
            size=(box.width() + 48, box.height() + 68),
            colour="#8a5cf6",
        ),
    )
    tab.do(
        "Note",
        lambda network: add_note(
            network,
            "Both branches learn the same kind of features, so they have the same size.",
            position=(box.x() - 24, box.bottom() + 48),
            size=(250, 72),
        ),
    )
    _settle(window)
    if nodes:
        tab.select(nodes=[nodes[0]])
    window.bring("code")


def _error(window: MainWindow) -> None:
    from netbuilder.graph.edits import set_param

    _open(window, "digits_residual")
    tab = _tab(window)
    head = [name for name, node in tab.graph.nodes.items() if node.type == "linear"][-1]
    tab.do("Set", lambda network: set_param(network, head, "out_features", 12))
    _settle(window)
    losses = [name for name, node in tab.graph.nodes.items() if node.type == "cross_entropy"]
    tab.select(nodes=losses)
    window.bring("problems")


def _groups(window: MainWindow) -> None:
    _open(window, "digits_residual")
    tab = _tab(window)
    tab.enter(next(name for name, node in tab.graph.nodes.items() if node.group))
    _settle(window)
    window.bring("code")


def _training(window: MainWindow) -> None:
    from netbuilder.graph.edits import set_recipe

    _open(window, "digits_cnn")
    tab = _tab(window)
    tab.do("Train", lambda network: set_recipe(network, {**network.recipe, "epochs": 12}))
    _settle(window)
    window.bring("training")
    window.actions_.run("run.train")
    _until(lambda: window.runs.shown is not None and window.runs.shown.state.status.epoch >= 5, 240)
    convolutions = [name for name, node in tab.graph.nodes.items() if node.type == "conv2d"]
    window.canvas_of(tab).set_zoom(1.0)
    window.canvas_of(tab).centre_on(convolutions[1])
    tab.select(nodes=[convolutions[1]])


def _data(window: MainWindow) -> QWidget:
    from netbuilder.graph import edits

    _open(window, "digits_cnn")
    _settle(window)
    augment = {"rotate": 20.0, "translate": 0.1, "erase": 0.3}
    steps = [{"step": "min_max", "field": "image"}]
    tab = _tab(window)
    wanted = {"augment": augment, "preprocess": steps}
    tab.do("Change the data", lambda n: edits.set_data(n, {**n.data, **wanted}))
    dialog = window.windows.show("run.data")
    dialog.resize(920, 800)
    _until(lambda: dialog.preview.draws.pictures.isVisible(), 120)
    _until(lambda: dialog.preview.figures.isVisible(), 120)
    dialog.steps.rows[0].fold(folded=False)
    dialog.augment.fold(())
    _wait(500)
    return dialog


def _evaluation(window: MainWindow) -> None:
    from PySide6.QtCore import Qt

    _open(window, "digits_mlp")
    _settle(window)
    window.actions_.run("run.train")
    _until(lambda: window.runs.shown is not None and window.runs.shown.state.state == "done", 240)
    panel = window.bring("evaluation")
    window.resizeDocks([window.dock("evaluation")], [330], Qt.Orientation.Vertical)
    _wait(500)
    panel.models.click()
    _until(lambda: not panel.evaluating.running and panel.list.isVisible(), 240)
    page = panel.page("Confusion")
    matrix = page.grid.counts
    wrong = [(n, r, c) for r, row in enumerate(matrix) for c, n in enumerate(row) if r != c]
    page.grid.choose(*max(wrong)[1:])
    _wait(3000)


def _export(window: MainWindow) -> QWidget:
    from PySide6.QtWidgets import QPushButton

    from netbuilder.editor.dialogs.export_formats import FORMATS

    os.environ["HOME"] = str(Path.cwd())  # what is written vanishes with the folder
    _open(window, "digits_cnn")
    _settle(window)
    dialog = window.windows.show("file.export")
    dialog.formats.setCurrentIndex([one.id for one in FORMATS].index("onnx"))
    dialog.form.target.setText("~/networks/digits_cnn.onnx")
    dialog.findChild(QPushButton, "export_start").click()
    _until(lambda: not dialog.busy, 240)
    return dialog


SCENES: dict[str, Callable[[MainWindow], QWidget | None]] = {
    "start": _start,
    "editing": _editing,
    "error": _error,
    "groups": _groups,
    "training": _training,
    "data": _data,
    "evaluation": _evaluation,
    "export": _export,
}


def _open(window: MainWindow, name: str) -> None:
    window.files.open_example(name)
    _wait(400)


def _tab(window: MainWindow):  # noqa: ANN202 - the tab that was just opened
    tab = window.workspace.current
    assert tab is not None
    return tab


def _settle(window: MainWindow) -> None:
    canvas = window.canvas
    assert canvas is not None
    _wait(200)
    canvas.frame_all()
    _wait(200)


def _wait(ms: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer

    # QTest.qWait keeps Python's lock, so that no thread gets a turn.
    loop = QEventLoop()
    QTimer.singleShot(ms, loop, loop.quit)
    loop.exec()


def _until(holds: Callable[[], bool], seconds: float) -> None:
    for _ in range(int(seconds * 10)):
        if holds():
            return
        _wait(100)


if __name__ == "__main__":
    sys.exit(main())
