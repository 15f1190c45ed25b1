"""What the checker says: a code, a place, a sentence and, where possible, fixes that are edits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from netbuilder.graph.model import Network

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a network.

    Attributes:
        node: The path of the node: ``conv_1``, or ``block_1/conv_1`` inside an instance of a group.
        port: The port, if it is about one.
        param: The parameter, if it is about one.
        group: The id of the definition the node lies in; empty for the main graph.
    """

    node: str = ""
    port: str = ""
    param: str = ""
    group: str = ""

    def __str__(self) -> str:
        return ".".join(part for part in (self.node, self.port or self.param) if part)


@dataclass(frozen=True, slots=True)
class Fix:
    """A mend that a person can take with one click; it is an edit and can be undone.

    Attributes:
        title: What it does.
        edit: The edit.
        safe: Whether it may be taken without a person's look: it removes nothing that was made and
            guesses no edge.
        group: The id of the definition that it changes, with all its instances; empty for the main
            graph.
    """

    title: str
    edit: Callable[[Network], Network]
    safe: bool = True
    group: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Attributes:
        code: Its number in the table of codes.
        severity: ``error`` cannot run, ``warning`` runs and is probably wrong, ``info`` is advice.
        message: One sentence: what is, then what was expected.
        where: Where it is.
        related: Other places that have part in it.
        hint: The way out, as an imperative.
        fixes: Edits that mend it.
        gathered: Whether the same holds for the related nodes, so that one sentence tells it of all.
    """

    code: str
    severity: Severity
    message: str
    where: Where = Where()
    related: tuple[Where, ...] = ()
    hint: str = ""
    fixes: tuple[Fix, ...] = ()
    gathered: bool = False

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that it is told of, by their ids in the graph they lie in."""
        places = (self.where, *(self.related if self.gathered else ()))
        return tuple(place.node.rpartition("/")[2] for place in places if place.node)

    def to_plain(self) -> dict[str, Any]:
        """The finding as JSON data; of fixes, the titles."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "node": self.where.node,
            "port": self.where.port,
            "param": self.where.param,
            "hint": self.hint,
            "fixes": [fix.title for fix in self.fixes],
        }
