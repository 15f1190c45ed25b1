"""What is wrong with the data of a document, and figures of their columns, in the data window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netbuilder.editor.icons import pixmap
from netbuilder.editor.look import Look
from netbuilder.editor.widgets.choices import Combo
from netbuilder.editor.widgets.flow import Flow
from netbuilder.editor.widgets.histogram import Histogram
from netbuilder.editor.widgets.labels import Plain, Wrapped
from netbuilder.editor.widgets.section import Section
from netbuilder.editor.widgets.tips import introduce

MOST_ROWS = 24
_ROW = 26
_ICON = QSize(16, 16)
_ICONS = {"error": "error", "warning": "warning", "info": "info"}
_HEADS = ("Column", "Histogram", "Missing", "Distinct", "Mean", "Std", "Min", "Median", "Max")
_BARS = 1  # the place of the histograms
_FIGURES = ("mean", "deviation", "low", "median", "high")


class DataFindings(QWidget):
    """The findings of the data linter, the worst first.

    Attributes:
        node_wanted: The path of a node that is to be shown.
        offer_wanted: The title of an offer that mends something, and the data settings that do.
    """

    node_wanted = Signal(str)
    offer_wanted = Signal(str, object)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._icons: list[tuple[QLabel, str]] = []
        self._offers: dict[QPushButton, tuple[str, Any]] = {}
        self.setObjectName("data_findings")
        self.setAccessibleName("Findings")
        self.said = Plain("", "secondary")
        self.said.setObjectName("findings_said")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self.said)
        look.changed.connect(self._draw_icons)

    def wait(self) -> None:
        """Say that the data are being inspected."""
        self._clear()
        self.said.setText("Inspecting the data\N{HORIZONTAL ELLIPSIS}")

    def put(self, findings: Sequence[Mapping[str, Any]]) -> None:
        """Show findings, as plain data with their offers."""
        self._clear()
        self.said.setText("" if findings else "Nothing is wrong as far as the linter can see.")
        self.said.setVisible(not findings)
        for one in sorted(findings, key=lambda found: list(_ICONS).index(found["severity"])):
            self._column.addWidget(self._card(one))
        self._draw_icons()

    def _card(self, found: Mapping[str, Any]) -> QFrame:
        card = QFrame(self)
        card.setProperty("role", "card")
        card.setObjectName("finding")
        card.setAccessibleName(f"{found['severity']} {found['code']}: {found['message']}")
        icon = QLabel()
        icon.setFixedSize(_ICON)
        self._icons.append((icon, found["severity"]))
        message = found["message"]
        text = Wrapped(f"{message}.")
        code = Plain(found["code"], "secondary")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(text, 1)
        head.addWidget(code, 0, Qt.AlignmentFlag.AlignTop)
        hint = found["hint"]
        below = QWidget()
        buttons = Flow(below)
        for title, data in found["offers"]:
            button = self._button(below, f"{title[:1].upper()}{title[1:]}")
            introduce(button, title, "Change the data settings so; it can be undone.", "take_offer")
            self._offers[button] = (title, data)
            button.clicked.connect(self._on_offer)
            buttons.addWidget(button)
        if found["node"]:
            button = self._button(below, found["node"])
            about = f"Show the node {found['node']} on the canvas."
            introduce(button, f"Show {found['node']}", about, "show_node")
            button.setProperty("path", found["node"])
            button.clicked.connect(self._on_node)
            buttons.addWidget(button)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(10, 8, 10, 10)
        inside.setSpacing(6)
        inside.addLayout(head)
        inside.addWidget(Wrapped(f"Way out: {hint}.", "secondary"))
        inside.addWidget(below)
        below.setVisible(bool(found["offers"] or found["node"]))
        return card

    def _button(self, parent: QWidget, text: str) -> QPushButton:
        button = QPushButton(text, parent)
        button.setProperty("role", "small")
        button.setAutoDefault(False)
        return button

    def _clear(self) -> None:
        self._icons.clear()
        self._offers.clear()
        while self._column.count() > 1:
            item = self._column.takeAt(1)
            there = item.widget() if item is not None else None
            if there is not None:
                there.hide()
                there.deleteLater()
        self.said.show()

    def _draw_icons(self) -> None:
        theme = self._look.theme
        colours = {"error": theme.error, "warning": theme.warning, "info": theme.accent}
        ratio = self.devicePixelRatioF()
        for label, severity in self._icons:
            picture = pixmap(_ICONS[severity], colours[severity], _ICON.width(), ratio)
            label.setPixmap(picture)

    def _on_node(self) -> None:
        pressed = self.sender()
        if pressed is not None:
            self.node_wanted.emit(str(pressed.property("path")))

    def _on_offer(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, QPushButton) and pressed in self._offers:
            self.offer_wanted.emit(*self._offers[pressed])


class DataFigures(QWidget):
    """Figures of the columns with their histograms, and how many samples each class has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.columns = _table("data_columns", "Columns")
        self.classes = _table("data_classes", "Classes")
        self._more = Plain("", "secondary")
        self._of_columns, self._of_classes = Section("Columns"), Section("Classes")
        self._inspection: Mapping[str, Any] = {}
        self.given = Combo()
        introduce(
            self.given, "Figures of", "The columns before or after the preprocessing.", "figures_of"
        )
        self.given.addItem("As the data have them", "columns")
        self.given.addItem("As the network gets them", "fed")
        self.given.setFixedWidth(200)
        self.given.activated.connect(self._put_columns)
        self._of_columns.body.addWidget(self.given)
        self._of_columns.body.addWidget(self.columns)
        self._of_columns.body.addWidget(self._more)
        self._of_classes.body.addWidget(self.classes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._of_columns)
        column.addWidget(self._of_classes)

    def put(self, inspection: Mapping[str, Any]) -> None:
        """Show the figures of an inspection, as plain data."""
        self._inspection = inspection
        self.given.setVisible(bool(inspection.get("fed")))
        self._put_columns()
        self._put_classes(inspection["balance"], tuple(inspection["sizes"]))

    def _put_columns(self) -> None:
        fed = self._inspection.get("fed", ())
        columns = fed if fed and self.given.currentData() == "fed" else self._inspection["columns"]
        shown = columns[:MOST_ROWS]
        rows = [
            [
                c["name"],
                "",
                f"{c['missing']:,}",
                f"{c['distinct']:,}",
                *(_number(c[k]) for k in _FIGURES),
            ]
            for c in shown
        ]
        _fill(self.columns, _HEADS, rows)
        for y, c in enumerate(shown):
            bars = Histogram()
            bars.put(c["histogram"])
            bars.setFixedHeight(_ROW - 8)
            bars.setAccessibleName(f"Histogram of {c['name']}")
            self.columns.setCellWidget(y, _BARS, bars)
        self.columns.horizontalHeader().setSectionResizeMode(_BARS, QHeaderView.ResizeMode.Fixed)
        self.columns.setColumnWidth(_BARS, 96)
        more = len(columns) - len(shown)
        self._more.setText(f"and {more:,} more" if more > 0 else "")
        self._more.setVisible(more > 0)
        self._of_columns.setVisible(bool(columns))

    def _put_classes(
        self, balance: Mapping[str, Mapping[str, Mapping[str, int]]], splits: Sequence[str]
    ) -> None:
        rows = [
            [f"{field}: {name}", *(f"{counts[split]:,}" for split in splits)]
            for field, classes in balance.items()
            for name, counts in classes.items()
        ]
        _fill(self.classes, ("Class", *splits), rows[:MOST_ROWS])
        self._of_classes.setVisible(bool(rows))


def _number(value: float) -> str:
    return f"{value:,.0f}" if 10_000 <= abs(value) < 1e9 else f"{value:.4g}"


def _fill(table: QTableWidget, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table.clearContents()
    table.setColumnCount(len(heads))
    table.setRowCount(len(rows))
    table.setHorizontalHeaderLabels(list(heads))
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    for y, row in enumerate(rows):
        table.setRowHeight(y, _ROW)
        for x, cell in enumerate(row):
            item = QTableWidgetItem(cell)
            item.setTextAlignment(right if x else left)
            table.setItem(y, x, item)
    head = table.horizontalHeaderItem(0)
    if head is not None:
        head.setTextAlignment(left)
    table.setFixedHeight(_ROW * (len(rows) + 1) + 18)


def _table(name: str, title: str) -> QTableWidget:
    table = QTableWidget()
    table.setObjectName(name)
    table.setAccessibleName(title)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return table
