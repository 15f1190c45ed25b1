"""PySide6 keeps Python's references to None, True and False over every kind of call.

PySide6 6.12.0 on Python 3.11 gives away a reference to None in each call that returns nothing; after
some thousand of them the process dies. A release that does so must not be used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

CALLS = 3000
# Fewer than this is the noise of caches; a fault would be once a call.
NOISE = 300

PROGRAM = """
import json, sys
from PySide6.QtCore import *
from PySide6.QtGui import *
from PySide6.QtWidgets import *
app = QApplication([])
o, timer, w, label = QObject(), QTimer(), QWidget(), QLabel()
scene, item, group = QGraphicsScene(), QGraphicsRectItem(0, 0, 9, 9), QGraphicsItemGroup()
scene.addItem(item)
view, path, pen, action = QGraphicsView(scene), QPainterPath(), QPen(), QAction()
image, rect, line, edit = QImage(8, 8, QImage.Format.Format_ARGB32), QRectF(), QLineEdit(), QPlainTextEdit()
painter, polygon, transform = QPainter(image), QPolygonF(), QTransform()
layout, box, settings, model = QVBoxLayout(), QComboBox(), QPalette(), QStandardItemModel()
class Emits(QObject):
    plain, value = Signal(), Signal(object)
    def slot(self, *a): pass
class Paints(QWidget):
    def paintEvent(self, event): pass
    def sizeHint(self): return QSize(9, 9)
class Item(QGraphicsItem):
    def boundingRect(self): return QRectF(0, 0, 9, 9)
    def paint(self, painter, option, widget=None): pass
    def itemChange(self, change, value): return value
    def shape(self): return QPainterPath()
emits, paints, own = Emits(), Paints(), Item()
emits.plain.connect(emits.slot); emits.value.connect(emits.slot); scene.addItem(own)
own.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsGeometryChanges)
def connects():
    action.triggered.connect(emits.slot); action.triggered.disconnect(emits.slot)
def shots(): QTimer.singleShot(0, emits, emits.slot)
KINDS = {
    "setObjectName": lambda: o.setObjectName("a"), "setProperty": lambda: o.setProperty("p", None),
    "property": lambda: o.property("nothing"), "parent": lambda: o.parent(),
    "blockSignals": lambda: o.blockSignals(False), "start": lambda: timer.start(100000),
    "stop": lambda: timer.stop(), "isActive": lambda: timer.isActive(),
    "setText": lambda: label.setText("a"), "setEnabled": lambda: w.setEnabled(True),
    "setVisible": lambda: w.setVisible(False), "update": lambda: w.update(), "resize": lambda: w.resize(9, 9),
    "setToolTip": lambda: w.setToolTip("a"), "setSelected": lambda: item.setSelected(False),
    "setPos": lambda: own.setPos(own.x() + 1, 2), "setRect": lambda: item.setRect(0, 0, 9, 9),
    "itemAt": lambda: scene.itemAt(9999, 9999, transform), "setSceneRect": lambda: scene.setSceneRect(0, 0, 9, 9),
    "centerOn": lambda: view.centerOn(1, 1), "focusItem": lambda: scene.focusItem(),
    "moveTo": lambda: path.moveTo(1, 1), "lineTo": lambda: path.lineTo(2, 2), "clear": lambda: path.clear(),
    "setWidthF": lambda: pen.setWidthF(1.5), "setBrush": lambda: painter.setBrush(Qt.BrushStyle.NoBrush),
    "drawLine": lambda: painter.drawLine(0, 0, 5, 5), "drawPath": lambda: painter.drawPath(path),
    "save": lambda: (painter.save(), painter.restore()), "fill": lambda: image.fill(0),
    "insertText": lambda: line.setText("b"), "setPlainText": lambda: edit.setPlainText("c"),
    "addItem": lambda: (box.addItem("a"), box.clear()), "model": lambda: model.setRowCount(1),
    "emit": lambda: emits.plain.emit(), "emit None": lambda: emits.value.emit(None),
    "emit True": lambda: emits.value.emit(True), "connect": connects, "singleShot": shots,
    "setShortcut": lambda: action.setShortcut("Ctrl+A"), "setChecked": lambda: action.setChecked(True),
    "sizeHint": lambda: paints.adjustSize(), "grab": lambda: paints.repaint(),
    "sendEvent": lambda: QCoreApplication.sendEvent(o, QEvent(QEvent.Type.User)),
    "processEvents": lambda: app.processEvents(), "clipboard": lambda: app.clipboard(),
    "focusWidget": lambda: QApplication.focusWidget(), "translated": lambda: rect.translate(1, 1),
}
drift = {}
for name, call in KINDS.items():
    for _ in range(20): call()
    before = [sys.getrefcount(value) for value in (None, True, False)]
    for _ in range(CALLS): call()
    after = [sys.getrefcount(value) for value in (None, True, False)]
    drift[name] = [b - a for a, b in zip(before, after)]
painter.end()
print(json.dumps(drift))
"""


def test_no_kind_of_call_gives_references_away() -> None:
    """Below noise over many calls, for every kind the editor makes; in a process that may die of it."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    program = f"CALLS = {CALLS}\n{PROGRAM}"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    drift = json.loads(done.stdout)
    assert len(drift) >= 40
    assert {kind: by for kind, by in drift.items() if min(by) < -NOISE} == {}
