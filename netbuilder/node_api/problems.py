"""What a node's own rule says of a node that cannot work, or should not be used like this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding at one node; the checker adds where the node is.

    Attributes:
        code: The code in the table of diagnostics, such as ``NB203``.
        message: One sentence: what is, then what was expected, with numbers.
        port: The port it is about, if any.
        param: The parameter it is about, if any.
        hint: The way out as an imperative, if it is not obvious.
        severity: ``error`` stops the build; ``warning`` and ``info`` do not.
        settings: Values of this node's own parameters that would mend it.
    """

    code: str
    message: str
    port: str = ""
    param: str = ""
    hint: str = ""
    severity: Literal["error", "warning", "info"] = "error"
    settings: Mapping[str, Any] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - it carries a finding, it is not a fault
    """Raised by a rule that cannot go on; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
