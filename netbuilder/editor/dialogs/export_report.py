"""How an export went, told readably: what was compared, what was written, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netbuilder.app.figures import bytes_text, counted
from netbuilder.editor.icons import icon
from netbuilder.editor.look import Look
from netbuilder.editor.pictures import Drawn
from netbuilder.editor.widgets.tips import introduce

_MOST_FILES = 12
_TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an export went, in words.

    Attributes:
        level: ``ok`` or ``error``.
        title: One sentence.
        rows: Facts with their names.
        path: What was written: a file or a folder; empty where nothing was.
        node: The path of a node to show, or empty.
        has_problems: Whether the network's problems are in the way.
    """

    level: str
    title: str
    rows: tuple[tuple[str, str], ...] = ()
    path: str = ""
    node: str = ""
    has_problems: bool = False


def outcome_of(plain: Mapping[str, Any], *, trained: bool) -> Outcome:
    """Tell the report of an export.

    Args:
        plain: The report as plain data; see ``ExportReport.to_plain``.
        trained: Whether it is of a run, not of fresh weights.
    """
    compared = _compared(plain)
    if not plain["ok"]:
        return _differing(plain, compared)
    module = "trained network" if trained else "network with its fresh weights"
    title = f"Verified: it computes what the {module} computes."
    rows = [*compared]
    if plain.get("opset"):
        checked = ", accepted by the ONNX checker" if plain.get("checker") else ""
        rows.append(("Opset", f"{plain['opset']}{checked}"))
    if plain.get("prepares"):
        rows.append(("Inputs", "numbers as the data have them; the file prepares them by itself"))
    rows.append(_files([Path(path) for path in plain["files"]]))
    if plain.get("note"):
        rows.append(("Note", _sentence(plain["note"])))
    return Outcome("ok", title, tuple(rows), str(plain["path"]))


def outcome_of_pictures(drawn: Sequence[Drawn], kind: str) -> Outcome:
    """Tell what was drawn."""
    unit = "points" if kind == "pdf" else "px"
    rows = [
        (one.path.name, f"{one.width:,} {_TIMES} {one.height:,} {unit}, {bytes_text(one.bytes)}")
        for one in drawn[:_MOST_FILES]
    ]
    if len(drawn) > _MOST_FILES:
        rows.append(("", f"and {len(drawn) - _MOST_FILES:,} more"))
    title = (
        "The picture is written." if len(drawn) == 1 else f"{len(drawn):,} pictures are written."
    )
    return Outcome("ok", title, tuple(rows), str(drawn[0].path))


def outcome_of_failure(sentence: str, plain: Mapping[str, Any]) -> Outcome:
    """Tell why there is no export, and the way out where one is known."""
    found = [one for one in plain.get("diagnostics", ()) if one.get("severity") == "error"]
    if found:
        first = found[0]
        title = f"The network has {counted(len(found), 'error')}, so it cannot be exported."
        rows = [(first.get("node") or "Problem", _sentence(first["message"]))]
        if first.get("hint"):
            rows.append(("Way out", _sentence(first["hint"])))
        return Outcome("error", title, tuple(rows), node=first.get("node", ""), has_problems=True)
    return Outcome("error", "Nothing was written.", (("Why", _sentence(sentence)),))


def _differing(plain: Mapping[str, Any], compared: Sequence[tuple[str, str]]) -> Outcome:
    rows = [*compared]
    first = plain.get("first_difference")
    node = ""
    if first:
        node = first["node"]
        off = _figure(first["max_abs_diff"])
        inside = f" in {first['module']}" if first["module"] not in ("", node) else ""
        together = f", in one step with {', '.join(first['merged'])}" if first.get("merged") else ""
        rows.append(
            (
                "First at",
                f"{node or first['value']}{inside}: {first['operator']} is off by {off}{together}",
            )
        )
    elif plain.get("checker") is False:
        rows.append(("Checker", "The ONNX checker refused it."))
    title = "Nothing was written: it does not compute what the network computes."
    return Outcome("error", title, tuple(rows), node=node)


def _compared(plain: Mapping[str, Any]) -> list[tuple[str, str]]:
    outputs = plain["outputs"]
    rows = [
        ("Difference" if len(outputs) == 1 else one["name"], _difference(one)) for one in outputs
    ]
    batches = ", ".join(map(str, plain["batch_sizes"]))
    opened = sorted({name for sizes in plain.get("sizes", ()) for name in sizes})
    sizes = "".join(
        f"; {name} {', '.join(str(one[name]) for one in plain['sizes'] if name in one)}"
        for name in opened
    )
    return [*rows, ("Compared at", f"batch sizes {batches}{sizes}")]


def _difference(one: Mapping[str, Any]) -> str:
    too_much = "" if one["ok"] else "too much: "
    return f"{_figure(one['max_abs_diff'])} ({too_much}at most {_figure(one['tolerance'])} is let pass)"


def _files(paths: Sequence[Path]) -> tuple[str, str]:
    sizes = [(path.name, _size(path)) for path in paths]
    shown = [f"{name} ({bytes_text(size)})" for name, size in sizes[:_MOST_FILES]]
    if len(sizes) == 1:
        return "File", f"{sizes[0][0]}, {bytes_text(sizes[0][1])}"
    more = f" and {len(sizes) - _MOST_FILES:,} more" if len(sizes) > _MOST_FILES else ""
    whole = bytes_text(sum(size for _, size in sizes))
    return counted(len(sizes), "file").capitalize(), f"{', '.join(shown)}{more}; {whole} in all"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _figure(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.3g}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


class OutcomeCard(QFrame):
    """Shows an outcome, with buttons for what to do next.

    Attributes:
        folder_wanted: The folder of what was written is to be opened.
        copy_wanted: Its path is to be copied.
        node_wanted: The node is to be shown.
        problems_wanted: The problems are to be shown.
    """

    folder_wanted = Signal()
    copy_wanted = Signal()
    node_wanted = Signal(str)
    problems_wanted = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_outcome")
        self._look = look
        self.outcome = Outcome("ok", "")
        self._mark = QLabel(self)
        self._title = _text(self, "title")
        self._title.setObjectName("export_outcome_title")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._cells: list[QLabel] = []
        self._buttons = self._make_buttons()
        self._lay_out()
        look.changed.connect(self._tint)
        self.hide()

    @property
    def text(self) -> str:
        """All that can be read, a line a row."""
        cells = [cell.text() for cell in self._cells]
        rows = zip(cells[::2], cells[1::2], strict=True)
        return "\n".join([self._title.text(), *(f"{name}: {said}" for name, said in rows)])

    def tell(self, outcome: Outcome) -> None:
        """Show an outcome."""
        self.outcome = outcome
        self._title.setText(outcome.title)
        for cell in self._cells:
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells = []
        top = Qt.AlignmentFlag.AlignTop
        for row, (name, said) in enumerate(outcome.rows):
            label, value = _text(self, "secondary"), _text(self, "")
            label.setText(name)
            label.setWordWrap(False)
            value.setText(said)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label, row, 0, top)
            self._grid.addWidget(value, row, 1, top)
            self._cells += [label, value]
        shown = {
            "folder": bool(outcome.path),
            "copy": bool(outcome.path),
            "node": bool(outcome.node),
            "problems": outcome.has_problems,
        }
        for name, button in self._buttons.items():
            button.setVisible(shown[name])
        self._row_holder.setVisible(any(shown.values()))
        self.setProperty("role", "card" if outcome.level == "ok" else "error")
        self.style().polish(self)
        self.setAccessibleName(outcome.title)
        self._tint()
        self.show()

    def _make_buttons(self) -> dict[str, QPushButton]:
        said = {
            "folder": ("Open folder", "Show what was written in the file manager."),
            "copy": ("Copy path", "Copy the path of what was written."),
            "node": ("Show node", "Show the node in the graph."),
            "problems": ("Show problems", "Show what is wrong with the network.  Ctrl+1"),
        }
        made = {}
        for name, (text, sentence) in said.items():
            made[name] = QPushButton(text, self)
            made[name].setProperty("role", "small")
            made[name].setAutoDefault(False)
            introduce(made[name], text, sentence, f"export_{name}")
        made["folder"].clicked.connect(self.folder_wanted)
        made["copy"].clicked.connect(self.copy_wanted)
        made["node"].clicked.connect(self._on_node)
        made["problems"].clicked.connect(self.problems_wanted)
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        self._row_holder = QWidget(self)
        row = QHBoxLayout(self._row_holder)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        for button in self._buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(self._grid)
        column.addWidget(self._row_holder)

    def _tint(self) -> None:
        theme = self._look.theme
        fine = self.outcome.level == "ok"
        mark = icon("check", theme.ok) if fine else icon("error", theme.error)
        self._mark.setPixmap(mark.pixmap(16, 16))

    def _on_node(self) -> None:
        self.node_wanted.emit(self.outcome.node)


def _text(parent: QWidget, role: str) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
