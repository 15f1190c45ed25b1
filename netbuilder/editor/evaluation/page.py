"""What the pages of the evaluation panel have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from netbuilder.editor.evaluation.sample_strip import MOST
from netbuilder.editor.looking import Places
from netbuilder.editor.workspace import Workspace


@dataclass(frozen=True)
class Shown:
    """What the pages show.

    Attributes:
        run: The run's folder.
        report: The evaluation of the run on a split.
        loss: The loss whose figures are shown.
        data: The ``data`` of the run as JSON, for its samples.
        folder: Where relative paths of the data start.
        is_current: Whether the run still has the weights that were measured.
    """

    run: str
    report: Mapping[str, Any]
    loss: str
    data: str
    folder: str
    is_current: bool

    @property
    def found(self) -> Mapping[str, Any]:
        """The figures of the loss."""
        return self.report["details"][self.loss]  # type: ignore[no-any-return]

    @property
    def slices(self) -> Sequence[Mapping[str, Any]]:
        """The figures by group of samples."""
        return self.report["slices"].get(self.loss, ())  # type: ignore[no-any-return]

    def places(self, numbers: Sequence[int]) -> Places:
        """Some of the split's samples, as many as are shown at once."""
        split = str(self.report["split"])
        return Places(self.data, self.folder, split, tuple(numbers[:MOST]))


class Page(QWidget):
    """One side of a report."""

    title = ""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setObjectName(f"evaluation_{self.title.lower().replace(' ', '_')}")
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(12, 4, 12, 8)
        self.line.setSpacing(16)

    @staticmethod
    def suits(shown: Shown) -> bool:
        """Whether there is something to show."""
        return True

    def put(self, shown: Shown) -> None:
        """Show a report."""
        raise NotImplementedError
