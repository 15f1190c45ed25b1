"""Samples as small pictures with their labels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import (
    QFontMetrics,
    QGuiApplication,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from netbuilder.app.samples import Picture
from netbuilder.editor.look import ui_font

_SIDE = 64
_GAP = 10
_LABEL = 18


class SamplePictures(QWidget):
    """Pictures side by side, in whole rows; pixels are drawn as squares.

    Args:
        side: How large a picture is, in pixels.
        whole_rows: Whether pictures that do not fill the last row are left out.
    """

    def __init__(
        self, parent: QWidget | None = None, *, side: int = _SIDE, whole_rows: bool = True
    ) -> None:
        super().__init__(parent)
        self._side, self._whole_rows = side, whole_rows
        self._pictures: tuple[Picture, ...] = ()
        self._images: list[QImage] = []
        self.setObjectName("sample_pictures")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def put(self, pictures: Sequence[Picture]) -> None:
        """Show these pictures."""
        self._pictures = tuple(pictures)
        self._images = [image_of(one) for one in pictures]
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Be higher where fewer stand side by side."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Four pictures side by side."""
        return QSize(4 * (self._side + _GAP), self.minimumHeight())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the pictures and their labels."""
        painter = QPainter(self)
        painter.setFont(ui_font(12))
        painter.setPen(QGuiApplication.palette().color(QPalette.ColorRole.PlaceholderText))
        metrics = QFontMetrics(painter.font())
        across, side = self._across(), self._side
        for index, image in enumerate(self._images[: self._whole()]):
            x = index % across * (side + _GAP)
            y = index // across * (side + _LABEL + _GAP)
            painter.drawImage(fitted(image, QRect(x, y, side, side)), image)
            end = Qt.TextElideMode.ElideRight
            label = metrics.elidedText(self._pictures[index].label, end, side + _GAP - 2)
            under = QRect(x - _GAP // 2, y + side + 2, side + _GAP, _LABEL)
            painter.drawText(under, int(Qt.AlignmentFlag.AlignCenter), label)
        painter.end()

    def _across(self) -> int:
        return max((self.width() + _GAP) // (self._side + _GAP), 1)

    def _whole(self) -> int:
        """How many are drawn: whole rows, where there is more than one and they are wanted."""
        count, across = len(self._pictures), self._across()
        return count - count % across if self._whole_rows and count > across else count

    def _fit(self) -> None:
        rows = -(-self._whole() // self._across())
        self.setFixedHeight(max(rows * (self._side + _LABEL + _GAP) - _GAP, 0))
        drawn = self._pictures[: self._whole()]
        self.setAccessibleName(f"{len(drawn)} samples")
        self.setAccessibleDescription(", ".join(one.label for one in drawn if one.label))


def image_of(picture: Picture) -> QImage:
    """Return a sample as an image that owns its pixels."""
    formats = QImage.Format
    across = len(picture.values) // picture.height  # bytes of a row
    kind = formats.Format_RGB888 if across > picture.width else formats.Format_Grayscale8
    made = QImage(picture.values, picture.width, picture.height, across, kind)
    return made.copy()  # a QImage does not keep the bytes alive


def fitted(image: QImage, place: QRect) -> QRect:
    """Return where an image is drawn within a place, as large as it can be and in the middle."""
    size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    fitted = QRect(place.topLeft(), size)
    fitted.moveCenter(place.center())
    return fitted
