"""What the rules about a whole graph find, before it is put at its place in the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netbuilder.check.diagnostics import Fix, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding in a graph.

    Attributes:
        code: Its number in the table of codes.
        message: One sentence.
        node: The node it is about; empty for the graph as a whole.
        port: The port, if it is about one.
        param: The parameter, if it is about one.
        severity: As in ``Diagnostic``.
        hint: The way out, as an imperative.
        related: Other nodes of the same graph that have part in it.
        fixes: Edits that mend it.
        gathered: Whether the same holds for the related nodes, so that one sentence tells it of all.
    """

    code: str
    message: str
    node: str = ""
    port: str = ""
    param: str = ""
    severity: Severity = "error"
    hint: str = ""
    related: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    gathered: bool = False


def listed(names: Sequence[str], most: int = 4, word: str = "and") -> str:
    """Return names as a sentence has them: ``a, b and c``; long lists end in ``and 14 more``."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def arrows(names: Iterable[str], most: int = 8) -> str:
    """Return a path as a sentence has it: ``a -> b -> c``; long ones leave out the middle."""
    names = list(names)
    if len(names) > most:
        left_out = len(names) - most + 1
        names = [*names[: most - 2], f"({left_out} more)", names[-1]]
    return " -> ".join(names)
