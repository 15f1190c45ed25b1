"""Tells what the linter found in the data at the Input and Target nodes, beside what the check finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from PySide6.QtCore import QObject

from netbuilder.check.diagnostics import Diagnostic, Fix, Severity, Where
from netbuilder.editor.looking import Document
from netbuilder.editor.tab import Tab
from netbuilder.editor.workspace import Workspace
from netbuilder.graph import edits
from netbuilder.graph.model import Network

_WHOSE = "data"


class DataAdvising(QObject):
    """Keeps the findings at the document whose data were inspected, for as long as they hold."""

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._told: dict[Tab, tuple[Network, tuple[Diagnostic, ...]]] = {}
        workspace.looking.inspected.connect(self._on_inspected)
        workspace.changed.connect(self._on_changed)
        workspace.closed.connect(self._on_closed)

    def _on_inspected(self, document: Document, found: Mapping[str, Any]) -> None:
        tab = self._workspace.current
        if tab is None or Document.of(tab.network, tab.session.folder) != document:
            return
        mine = self._told[tab][1] if tab in self._told else ()
        known = {one.code for one in tab.report.diagnostics if one not in mine}
        told = tuple(_diagnostics(found["findings"], known))
        if told or mine:
            self._told[tab] = (tab.network, told)
            tab.set_advice(told, _WHOSE)

    def _on_changed(self) -> None:
        """Take back what was found in other data, or of a node that is gone."""
        tab = self._workspace.current
        if tab is None or tab not in self._told:
            return
        before, now = self._told[tab][0], tab.network
        if now.data != before.data or now.graph.nodes.keys() != before.graph.nodes.keys():
            del self._told[tab]
            tab.set_advice((), _WHOSE)

    def _on_closed(self, tab: Tab) -> None:
        self._told.pop(tab, None)


def _diagnostics(findings: list[dict[str, Any]], known: set[str]) -> Iterator[Diagnostic]:
    """Findings as the check tells them; what it says itself is left out."""
    for one in findings:
        if one["code"] in known or not one["node"]:
            continue
        # An error would keep the network from being trained, which is for the check to say.
        severity: Severity = "info" if one["severity"] == "info" else "warning"
        fixes = tuple(_fix(title, data) for title, data in one["offers"])
        yield Diagnostic(
            one["code"], severity, one["message"], Where(one["node"]), hint=one["hint"], fixes=fixes
        )


def _fix(title: str, data: Mapping[str, Any]) -> Fix:
    return Fix(title, lambda network: edits.set_data(network, data), safe=False)
