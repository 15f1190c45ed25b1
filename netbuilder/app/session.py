"""An open document with its file: checked after every edit, saved on demand, never over another's work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from netbuilder.app.custom_nodes import recorded
from netbuilder.app.project import data_findings, recipe_findings
from netbuilder.app.unplaced import placed
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import Checker
from netbuilder.check.diagnostics import Diagnostic
from netbuilder.check.fields import Fields
from netbuilder.check.report import Report
from netbuilder.files.documents import load, save
from netbuilder.graph.document import Document
from netbuilder.graph.model import Network

UNTITLED = "untitled"


class Session:
    """A document that is open, with its file and what the check says of it.

    Args:
        network: What is open; by default an empty network.
        path: Its file; None for one that was never saved.
        name: What an unsaved document is called.

    Attributes:
        document: The document with its history.
        path: Its file, or None.
    """

    def __init__(
        self, network: Network | None = None, path: Path | None = None, name: str = UNTITLED
    ) -> None:
        self.document = Document(network)
        self.path = path
        self._name = name
        self._checker = Checker(standard_catalogue())
        self._fields: Fields | None = None
        self._trouble = ""
        self._advice: dict[str, tuple[Diagnostic, ...]] = {}
        self._report: Report | None = None
        self._stamp = _stamp(path)

    @classmethod
    def open(cls, path: Path, direction: str = "right") -> Session:
        """Open a file.

        Where the file does not say where the nodes lie, they are laid out, which is no edit: the
        document is as saved until somebody changes it.

        Args:
            path: The file.
            direction: Where data flow in such a layout: ``right`` or ``down``.

        Raises:
            FileError: It cannot be read or is not a network.
        """
        return cls(placed(load(path), direction), path)

    @property
    def network(self) -> Network:
        """The present value."""
        return self.document.network

    @property
    def name(self) -> str:
        """What people call it: the stem of its file."""
        return self.path.stem if self.path else self._name

    @property
    def folder(self) -> Path:
        """Where relative paths of the data start."""
        return self.path.parent if self.path else Path.cwd()

    @property
    def report(self) -> Report:
        """What the check says of the present value, its data and its recipe, and a training of it."""
        network = self.document.network
        if self._report is None or self._report.network is not network:
            report = self._checker.check(network)
            advice = (one for told in self._advice.values() for one in told)
            more = (*data_findings(self._trouble), *recipe_findings(report), *advice)
            if more:
                report = replace(report, diagnostics=(*report.diagnostics, *more))
            self._report = report
        return self._report

    def set_fields(self, fields: Fields | None, trouble: str = "") -> None:
        """Say what the data hold, or why they cannot be read; see ``project.known_fields``."""
        self._fields = fields
        self._checker.set_fields(fields)
        self._trouble = trouble
        self._report = None

    def check_again(self) -> None:
        """Check the present value anew: node types were read again, or something was found out of them."""
        self._checker = Checker(standard_catalogue(), self._fields)
        self._report = None

    def set_advice(self, advice: tuple[Diagnostic, ...], whose: str = "training") -> None:
        """Say what a running training of this network tells, or an inspection of its ``data``.

        See ``training_advice`` and ``data_linting``; what is told anew takes the place of what the same
        one told before.
        """
        self._advice[whose] = advice
        self._report = None

    @property
    def changed_on_disk(self) -> bool:
        """Whether somebody else wrote or removed the file since it was opened or saved."""
        return self.path is not None and _stamp(self.path) != self._stamp

    def save(self, path: Path | None = None) -> None:
        """Write the document to its file, or to another one, which is its file from then on.

        Raises:
            FileError: It cannot be written; the document is then still not saved.
        """
        target = path or self.path
        assert target is not None, "a document without a file needs a path"
        save(recorded(self.network, standard_catalogue()), target)
        self.path = target
        self._stamp = _stamp(target)
        self.document.mark_saved()

    def keep_mine(self) -> None:
        """Take the file on the disk as seen; the next save goes over it."""
        self._stamp = _stamp(self.path)


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    if path is None:
        return None
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_mtime_ns, facts.st_size, facts.st_ino
