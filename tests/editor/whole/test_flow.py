"""The whole way of a first network, once with the mouse and once with the keys alone.

Start, new document, a CNN for handwritten digits with a mistake in it, its fix, the training with its
curves, both exports, save, quit, and the same document at the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import qt_person as person
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QTabBar,
    QWidget,
)

from netbuilder.app.preferences import Preferences
from netbuilder.editor.dialogs.export_formats import FORMATS
from netbuilder.editor.start import Opening
from netbuilder.editor.window import MainWindow
from netbuilder.files.documents import load
from netbuilder.files.format import dumps

pytestmark = pytest.mark.slow

LONG = 120_000  # ms; starting a worker takes most of it on a loaded machine
# The flattening between pooling and the linear layer is left out on purpose.
CHAIN = ("input", "conv2d", "relu", "max_pool2d", "linear", "cross_entropy")
WIRES = (
    ("input_1.output", "conv2d_1.input"),
    ("conv2d_1.output", "relu_1.input"),
    ("relu_1.output", "max_pool2d_1.input"),
    ("max_pool2d_1.output", "linear_1.input"),
    ("linear_1.output", "cross_entropy_1.input"),
    ("target_1.output", "cross_entropy_1.target"),
    ("linear_1.output", "output_1.input"),
)
SUFFIXES = {"file": ".py", "onnx": ".onnx"}
VALUES: Mapping[str, Mapping[str, str]] = {
    "input_1": {"field": "image", "shape": "1, 8, 8"},
    "conv2d_1": {"out_channels": "8"},
    "linear_1": {"out_features": "10"},
    "target_1": {"field": "label", "shape": "", "dtype": "int64"},
}


class Flow:
    """A window and what is waited for; subclasses say how a hand does each thing."""

    def __init__(self, qtbot, folder: Path) -> None:
        self.qtbot, self.folder = qtbot, folder
        self.window = self.start()

    def start(self) -> MainWindow:
        """Open the window as the program does."""
        window, preferences = MainWindow(), Preferences(self.folder / "state")
        opening = Opening(window, preferences, (), None)
        window.resize(1720, 1000)
        window.show()
        window.activateWindow()
        opening.begin()
        self.wait(lambda: window.is_furnished and window.windowHandle().isExposed(), LONG)
        return window

    def wait(self, condition: Callable[[], object], timeout: int = 10_000) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=timeout)

    @property
    def tab(self):
        return self.window.workspace.current

    def child(self, kind: type, name: str, parent: QWidget | None = None):
        """Wait for a widget that is shown, by its name."""

        def shown() -> list[QWidget]:
            found = (parent or self.window).findChildren(kind, name)
            return [widget for widget in found if widget.isVisible()]

        self.wait(shown)
        return shown()[0]

    def panel(self, name: str) -> QWidget:
        return self.window.dock(name).require()

    def codes(self) -> set[str]:
        return {d.code for d in self.tab.report.diagnostics if d.severity == "error"}

    def has_wires(self) -> None:
        edges = {(str(s), str(t)) for t, s in self.tab.graph.edges.items()}
        assert edges == set(WIRES)

    def is_mended(self) -> None:
        assert "flatten" in {node.type for node in self.tab.graph.nodes.values()}
        assert self.tab.report.ok, self.codes()

    def trains(self) -> None:
        """The curves appear and move on."""
        runs = self.window.runs
        self.wait(lambda: runs.active is not None, LONG)
        seen = []

        def moves() -> bool:
            lengths = [
                len(line.series)
                for chart in self.panel("training").charts
                for line in _lines(chart)
            ]
            if sum(lengths) and sum(lengths) not in seen:
                seen.append(sum(lengths))
            return len(seen) >= 3

        self.wait(moves, LONG)

    def has_stopped(self) -> None:
        runs = self.window.runs
        self.wait(lambda: runs.active is None, LONG)
        self.wait(lambda: runs.shown is not None and runs.shown.result is not None, LONG)

    def exported(self, dialog: QWidget) -> None:
        self.wait(lambda: dialog.card.isVisible(), LONG)
        assert dialog.card.outcome.level == "ok", dialog.card.outcome
        self.wait(lambda: not dialog.busy)

    def quits_and_comes_back(self, before: str, path: Path) -> None:
        window = self.window
        self.wait(lambda: not window.isVisible())
        window.deleteLater()
        self.window = self.start()
        self.wait(lambda: self.tab is not None)
        assert self.tab.session.path == path
        assert dumps(self.tab.network) == before == dumps(load(path))
        assert self.tab.session.document.is_clean

    def end(self) -> None:
        self.window.runs.stop_all()
        self.window.windows.sure()
        self.window.close()
        self.window.deleteLater()


class Mouse(Flow):
    """Everything by pointing; keys only where a text is typed."""

    def seen(self, end: str) -> QPoint:
        """Where a port is on the canvas."""
        canvas = self.window.canvas
        node, _, port = end.partition(".")
        card = canvas.card(node)
        dot = {**card.ins, **card.outs}[port]
        return canvas.mapFromScene(QPointF(dot.x, dot.y))

    def drag_in(self, kind: str, to: QPoint) -> None:
        """Drag a row of the palette onto the canvas."""
        rows = self.panel("palette").list
        at = next(i for i, row in enumerate(rows.rows.rows) if row.key == kind and not row.folded)
        index = rows.rows.index(at)
        rows.scrollTo(index)
        count = len(self.tab.graph.nodes)
        place = rows.visualRect(index).center()
        person.carry(rows.viewport(), QPoint(60, place.y()), self.window.canvas.viewport(), to)
        self.wait(lambda: len(self.tab.graph.nodes) == count + 1)

    def wire(self, source: str, target: str) -> None:
        view = self.window.canvas.viewport()
        count = len(self.tab.graph.edges)
        person.drag(view, [self.seen(source), self.seen(target)])
        self.wait(lambda: len(self.tab.graph.edges) == count + 1)

    def choose_node(self, node: str) -> None:
        canvas = self.window.canvas
        rect = canvas.rect_of([node])
        person.click(canvas.viewport(), canvas.mapFromScene(rect.center()))
        self.wait(lambda: self.tab.selection.nodes == {node})
        self.wait(lambda: self.child(QLineEdit, "field_name").text() == node)

    def fill(self, name: str, text: str) -> None:
        if name == "dtype":
            self.choose(self.child(QComboBox, "field_dtype"), text)
            return
        field = self.child(QLineEdit, f"field_{name}")
        person.click(field)
        person.keys("Ctrl+A")
        if text:
            person.write(text)
        else:
            person.keys("Delete")
        person.keys("Return")

    def choose(self, box: QComboBox, words: str) -> None:
        """Open a list and click a row."""
        person.click(box)
        self.wait(lambda: box.view().isVisible())
        view = box.view()
        at = next(i for i in range(box.count()) if words in (box.itemText(i), box.itemData(i)))
        index = view.model().index(at, 0)
        view.scrollTo(index)
        person.click(view.viewport(), view.visualRect(index).center())
        self.wait(lambda: box.currentIndex() == at)

    def press(self, name: str, parent: QWidget | None = None) -> None:
        person.click(self.child(QPushButton, name, parent))


class Keys(Flow):
    """Everything without the mouse."""

    @property
    def box(self):
        return self.window.canvas.hands.asking.box

    def search(self, key: str, words: str) -> None:
        """Open the search box by a key, type, and take the first row."""
        person.keys(key)
        self.wait(lambda: self.box is not None and self.box.is_open)
        person.write(words)
        person.keys("Return")
        self.wait(lambda: not self.box.is_open)
        assert self.window.canvas.hasFocus(), QApplication.focusWidget()

    def walk_to(self, kind: type, name: str, parent: QWidget | None = None) -> QWidget:
        """Press Tab until a widget has the focus."""
        wanted = self.child(kind, name, parent)
        for _ in range(80):
            if wanted.hasFocus():
                return wanted
            person.keys("Tab")
        raise AssertionError(f"Tab does not lead to {name}, but to {QApplication.focusWidget()}")

    def go_to(self, node: str) -> None:
        """Find a node by its name."""
        person.keys("Ctrl+F")
        finder = self.child(QWidget, "find")
        self.wait(finder.isVisible)
        person.write(node)
        person.keys("Return")
        self.wait(lambda: self.tab.selection.nodes == {node})
        self.wait(self.window.canvas.hasFocus)

    def set_values(self, node: str) -> None:
        """Write a node's parameters into its form."""
        self.go_to(node)
        person.keys("Return")
        assert self.panel("inspector").isAncestorOf(QApplication.focusWidget())
        for name, text in VALUES[node].items():
            self.fill(name, text)
        person.keys("Esc")
        assert self.window.canvas.hasFocus(), QApplication.focusWidget()

    def choose(self, box: QComboBox, words: str) -> None:
        """Step through a list."""
        for _ in range(box.count()):
            if words in (box.currentText(), box.currentData()):
                return
            person.keys("Down")
        raise AssertionError(f"{words} is not in the list")

    def fill(self, name: str, text: str) -> None:
        if name == "dtype":
            self.choose(self.walk_to(QComboBox, "field_dtype"), text)
        else:
            self.fill_line(f"field_{name}", text)

    def fill_line(self, name: str, text: str, parent: QWidget | None = None) -> None:
        self.walk_to(QLineEdit, name, parent)
        person.keys("Ctrl+A")
        if text:
            person.write(text)
        else:
            person.keys("Delete")
        person.keys("Return")

    def step_to(self, wanted: str, dialog: QWidget) -> None:
        """Choose a format of the export by the arrow keys."""
        for _ in FORMATS:
            if dialog.format.id == wanted:
                return
            person.keys("Right")
        raise AssertionError(f"the arrows do not lead to {wanted}, but to {dialog.format.id}")

    def press(self, name: str, parent: QWidget | None = None) -> None:
        self.walk_to(QPushButton, name, parent)
        person.keys("Space")


def _lines(chart) -> Iterator:
    yield from chart.plot.lines


def _build_by_mouse(flow: Mouse) -> None:
    flow.press("new_network")
    flow.wait(lambda: flow.window.canvas is not None and flow.window.canvas.isVisible())
    columns = [QPoint(100 + 210 * i, 130) for i in range(6)]
    for kind, place in zip(CHAIN, columns, strict=True):
        flow.drag_in(kind, place)
    flow.drag_in("target", QPoint(940, 320))
    flow.drag_in("output", QPoint(1150, 430))
    for source, target in WIRES:
        flow.wire(source, target)
    flow.press("run.data")
    dialog = flow.child(QWidget, "data_dialog")
    flow.choose(flow.child(QComboBox, "data_source"), "digits")
    flow.press("close", dialog)
    for node, values in VALUES.items():
        flow.choose_node(node)
        for name, text in values.items():
            flow.fill(name, text)


def test_by_mouse(guard, qtbot, tmp_path, monkeypatch) -> None:
    """With the mouse, from the start page to the same document again."""
    monkeypatch.chdir(tmp_path)
    flow = Mouse(qtbot, tmp_path)
    try:
        _build_by_mouse(flow)
        flow.has_wires()
        assert flow.codes() == {"NB220"}, flow.tab.report.diagnostics
        flow.choose_node("linear_1")
        flow.press("fix_0", flow.panel("inspector"))
        flow.is_mended()
        flow.press("run.train")
        flow.trains()
        flow.press("run.stop")
        flow.has_stopped()
        flow.press("file.export")
        dialog = flow.child(QWidget, "export_dialog")
        for wanted in SUFFIXES:
            _choose_format(dialog, wanted)
            line = flow.child(QLineEdit, "export_target", dialog)
            person.click(line)
            person.keys("Ctrl+A")
            person.write(str(tmp_path / f"out{SUFFIXES[wanted]}"))
            flow.press("export_start", dialog)
            flow.exported(dialog)
        flow.press("export_close", dialog)
        path = tmp_path / "mine.netgraph"
        person.keys("Ctrl+S")
        _save_as(flow, path)
        before = dumps(flow.tab.network)
        person.keys("Ctrl+Q")
        flow.quits_and_comes_back(before, path)
    finally:
        flow.end()


def test_by_keys(guard, qtbot, tmp_path, monkeypatch) -> None:
    """With the keys alone, from the start page to the same document again."""
    monkeypatch.chdir(tmp_path)
    flow = Keys(qtbot, tmp_path)
    try:
        _build_by_keys(flow)
        flow.has_wires()
        assert flow.codes() == {"NB220"}, flow.tab.report.diagnostics
        flow.go_to("linear_1")
        person.keys("Return")
        flow.press("fix_0", flow.panel("inspector"))
        flow.is_mended()
        person.keys("F5")
        flow.trains()
        person.keys("Shift+F5")
        flow.has_stopped()
        person.keys("Ctrl+E")
        dialog = flow.child(QWidget, "export_dialog")
        for wanted in SUFFIXES:
            flow.walk_to(QTabBar, "export_formats", dialog)
            flow.step_to(wanted, dialog)
            flow.fill_line("export_target", str(tmp_path / f"out{SUFFIXES[wanted]}"), dialog)
            # Return in the line has begun it.
            flow.exported(dialog)
        person.keys("Esc")
        path = tmp_path / "mine.netgraph"
        person.keys("Ctrl+S")
        _save_as(flow, path)
        before = dumps(flow.tab.network)
        person.keys("Ctrl+Q")
        flow.quits_and_comes_back(before, path)
    finally:
        flow.end()


def _build_by_keys(flow: Keys) -> None:
    person.keys("Ctrl+N")
    flow.wait(lambda: flow.window.canvas is not None and flow.window.canvas.hasFocus())
    person.keys("Ctrl+Shift+D")
    dialog = flow.child(QWidget, "data_dialog")
    flow.choose(flow.walk_to(QComboBox, "data_source", dialog), "digits")
    person.keys("Esc")
    flow.search("Tab", "input")
    flow.set_values("input_1")
    for words in ("conv2d", "relu", "max_pool2d", "flatten", "linear", "cross_entropy"):
        # The box offers what fits the chosen node; what it places is wired and chosen.
        flow.search("C", words)
    flow.search("Tab", "target")
    flow.set_values("target_1")
    flow.go_to("target_1")
    flow.search("C", "cross_entropy_1.target")
    flow.go_to("linear_1")
    flow.search("C", "output")
    for node in ("conv2d_1", "linear_1"):
        flow.set_values(node)
    # What does not fit is not offered, so the mistake is made afterwards: the layer between goes.
    flow.go_to("flatten_1")
    person.keys("X")


def _choose_format(dialog: QWidget, wanted: str) -> None:
    at = next(i for i, one in enumerate(FORMATS) if one.id == wanted)
    person.click(dialog.formats, dialog.formats.tabRect(at).center())
    assert dialog.format.id == wanted


def _save_as(flow: Flow, path: Path) -> None:
    flow.wait(lambda: flow.window.findChild(QFileDialog) is not None)
    dialog = flow.window.findChild(QFileDialog)
    flow.wait(dialog.isVisible)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    assert name.hasFocus()
    person.keys("Ctrl+A")
    person.write(str(path))
    person.keys("Return")
    flow.wait(lambda: path.exists() and flow.tab.session.document.is_clean)
