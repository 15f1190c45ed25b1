"""A small picture of how the learning rate changes over a training."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.editor.look import ui_font
from netbuilder.training.phases import borders
from netbuilder.training.recipe import Recipe
from netbuilder.training.schedule import learning_rate

_HEIGHT = 84
_POINTS = 200
_SAMPLES = 1000  # of a training whose data are not looked at; only a warm-up shows the difference


class ScheduleCurve(QWidget):
    """The learning rate from the first step to the last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rates: list[float] = []
        self._epochs = 0
        self._borders: list[float] = []  # between phases, as shares of the training
        self.setObjectName("schedule_curve")
        self.setAccessibleName("Learning rate over the training")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)

    def put(self, recipe: Recipe, sentence: str, samples: int = _SAMPLES) -> None:
        """Show a recipe's schedule."""
        steps = max(1, -(-samples // (recipe.batch_size * recipe.accumulate)))
        total = steps * recipe.epochs
        count = min(_POINTS, total)
        places = [round(i * (total - 1) / max(count - 1, 1)) for i in range(count)]
        self._rates = [learning_rate(recipe, step, steps) for step in places]
        self._epochs = recipe.epochs
        self._borders = [at / recipe.epochs for at in borders(recipe.phases, recipe.epochs)]
        self.setAccessibleDescription(sentence)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(240, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the curve over its axis."""
        if not self._rates:
            return
        palette = QGuiApplication.palette()
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(11))
        top = max(self._rates) or 1.0
        area = QRectF(self.rect()).adjusted(1, 18, -1, -20)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(QPen(quiet, 1, Qt.PenStyle.DashLine))
        for share in self._borders:
            x = round(area.left() + share * area.width()) + 0.5
            painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom()))
        points = self._points(area, top)
        fill = QColor(palette.color(QPalette.ColorRole.Link))
        fill.setAlphaF(0.12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([area.bottomLeft(), *points, area.bottomRight()]))
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Link), 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(quiet)
        painter.drawText(QRectF(0, 0, self.width(), 16), f"{top:.3g}")
        under = QRectF(0, area.bottom() + 3, self.width(), 16)
        painter.drawText(under, "epoch 1")
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(under, int(right), f"{self._epochs:,}")
        painter.end()

    def _points(self, area: QRectF, top: float) -> list[QPointF]:
        wide = max(len(self._rates) - 1, 1)
        points = [
            QPointF(area.left() + i / wide * area.width(), area.bottom() - r / top * area.height())
            for i, r in enumerate(self._rates)
        ]
        return points if len(points) > 1 else [*points, QPointF(area.right(), points[0].y())]
