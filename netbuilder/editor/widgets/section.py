"""A part of a panel with a quiet heading; some can be folded."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QVBoxLayout, QWidget

from netbuilder.editor.look import ui_font
from netbuilder.editor.widgets.chevron import draw_chevron
from netbuilder.editor.widgets.tips import introduce

_HEIGHT = 22


class Heading(QAbstractButton):
    """The heading of a section: small and quiet, with a chevron where it can be folded."""

    def __init__(self, title: str, parent: QWidget | None = None, *, folds: bool = False) -> None:
        super().__init__(parent)
        self._folds = folds
        self._remark = ""
        self.setText(title)
        self.setCheckable(folds)
        self.setChecked(folds)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if folds else Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(_HEIGHT)
        # The style sheet's size holds for a widget's own font, so the heading keeps another one.
        self._font = ui_font(11, weight=QFont.Weight.DemiBold)
        sentence = f"Show or hide {title}." if folds else ""
        introduce(self, title, sentence, f"heading_{title.lower().replace(' ', '_')}")
        if folds:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_remark(self, text: str) -> None:
        """Say something behind the title, such as how many values are changed."""
        if text != self._remark:
            self._remark = text
            self.setAccessibleName(f"{self.text()} {text}".strip())
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as a heading is."""
        return QSize(QFontMetrics(self._font).horizontalAdvance(self.text()) + 24, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chevron, the title and the remark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        palette = QGuiApplication.palette()
        role = QPalette.ColorRole.PlaceholderText
        strong = self._folds and (self.underMouse() or self.hasFocus())
        painter.setPen(palette.color(QPalette.ColorRole.Text if strong else role))
        left = 0
        if self._folds:
            draw_chevron(painter, QPointF(4, self.height() / 2), down=self.isChecked())
            left = 14
        area = self.rect().adjusted(left, 0, 0, 0)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(area, middle, self.text())
        if self._remark:
            painter.setPen(palette.color(QPalette.ColorRole.Link))
            after = QFontMetrics(self._font).horizontalAdvance(self.text()) + 8
            painter.drawText(area.adjusted(after, 0, 0, 0), middle, self._remark)
        if self.hasFocus() and self._folds:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Link), 1))
            painter.drawRoundedRect(self.rect().adjusted(-1, 1, -1, -2), 4, 4)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Take the colours of the theme."""
        super().changeEvent(event)
        self.update()


class Section(QWidget):
    """A heading with what belongs under it.

    Attributes:
        heading: The heading.
        body: The layout to put things into.
        folded: Told with whether it is folded now, when a person did it.
    """

    folded = Signal(bool)

    def __init__(
        self, title: str, parent: QWidget | None = None, *, folds: bool = False, line: bool = True
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8 if line else 0, 0, 0)
        column.setSpacing(4)
        if line:
            rule = QFrame(self)
            rule.setProperty("role", "line")
            rule.setFixedHeight(1)
            column.addWidget(rule)
            column.addSpacing(2)
        self.title = title
        self.heading = Heading(title, self, folds=folds)
        self.holder = QWidget(self)
        self.body = QVBoxLayout(self.holder)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(4)
        column.addWidget(self.heading)
        column.addWidget(self.holder)
        self.heading.clicked.connect(self._on_clicked)

    def fold(self, *, folded: bool) -> None:
        """Hide or show what is under the heading."""
        self.heading.setChecked(not folded)
        self.holder.setVisible(not folded)

    @property
    def is_folded(self) -> bool:
        """Whether what is under the heading is hidden."""
        return not self.heading.isChecked()

    def _on_clicked(self) -> None:
        if self.heading.isCheckable():
            self.fold(folded=self.is_folded)
            self.folded.emit(self.is_folded)
