"""Lines of generated source before they are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from netbuilder.codegen.literals import WIDTH


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: its lines, the shape it leaves behind, and the node it belongs to.

    Attributes:
        lines: The code, without a comment.
        comment: A comment without the ``#``; empty for none.
        path: The path of the node; empty for none.
    """

    lines: tuple[str, ...]
    comment: str = ""
    path: str = ""

    def rendered(self) -> list[str]:
        """The lines with the comment: behind a short statement, above a long one."""
        if not self.comment:
            return list(self.lines)
        behind = f"{self.lines[0]}  # {self.comment}"
        if len(self.lines) == 1 and len(behind) <= WIDTH:
            return [behind]
        indent = len(self.lines[0]) - len(self.lines[0].lstrip())
        return [f"{' ' * indent}# {self.comment}", *self.lines]


def code_of(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return the code alone, to tell whether two classes read the same."""
    return tuple("\n".join(statement.lines) for statement in statements)


def merged_comments(
    kept: tuple[Statement, ...], other: tuple[Statement, ...]
) -> tuple[Statement, ...]:
    """Return ``kept`` without those comments that are not true of ``other`` as well."""
    return tuple(
        a if a.comment == b.comment else replace(a, comment="")
        for a, b in zip(kept, other, strict=True)
    )
