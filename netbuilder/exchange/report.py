"""What an export wrote, and how its result compares with the module it came from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from netbuilder.node_api.errors import NetBuilderError


class ExportError(NetBuilderError):
    """A network or run that cannot be exported."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One output of the exported network against the same output of the module.

    Attributes:
        name: The id of the output node.
        max_abs_diff: The largest absolute difference over all batch sizes; NaN counts as infinite
            where only one side has it.
        tolerance: The largest difference that is let pass.
    """

    name: str
    max_abs_diff: float
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether the outputs agree."""
        return self.max_abs_diff <= self.tolerance


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the exported network first computes something else than the module.

    Attributes:
        node: The path of the node (``block_1/conv_1``); empty where none could be told.
        merged: Nodes that the exported file computes in one step with it, so that the difference
            may be theirs as well.
        module: The module it runs in, with the number of the repeat (``block_1.2.conv_1``).
        value: The name of the value in the exported file.
        operator: The operator that computes it there.
        max_abs_diff: The largest absolute difference.
        tolerance: The largest difference that is let pass.
    """

    node: str
    merged: tuple[str, ...]
    module: str
    value: str
    operator: str
    max_abs_diff: float
    tolerance: float

    def sentence(self) -> str:
        """The same for people."""
        where = self.node or f"value {self.value}"
        if self.merged:
            where += f" (computed in one step with {', '.join(self.merged)})"
        scope = self.module.replace(".", "/")
        inside = f" in {self.module}" if scope not in ("", self.node) else ""
        if self.operator.startswith("Random"):
            return (
                f"{where}{inside} draws random numbers, so the two cannot be compared; let it draw in "
                "training only (switch always off)"
            )
        return (
            f"the first difference is at {where}{inside}: {self.value} ({self.operator}) is off by "
            f"{self.max_abs_diff:.3g}, but at most {self.tolerance:.3g} was expected"
        )


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written and how it was verified.

    Attributes:
        format: ``onnx``, ``python``, ``pt2`` or ``torchscript``.
        path: What was asked for: a file or a folder.
        files: The files written; none when the verification failed.
        outputs: The comparison of each output.
        batch_sizes: The batch sizes compared at.
        sizes: The sizes of open axes at each batch size, by name.
        checker: Whether the format's own checker passed; None where there is none.
        opset: The version of ONNX's operators the file asks for; None for other formats.
        first_difference: Where an export that failed its verification first differs.
        prepares: Whether the file prepares its inputs by itself, so that it takes numbers as the data have them.
    """

    format: str
    path: Path
    files: tuple[Path, ...]
    outputs: tuple[Comparison, ...]
    batch_sizes: tuple[int, ...] = ()
    sizes: tuple[dict[str, int], ...] = ()
    checker: bool | None = None
    opset: int | None = None
    first_difference: Difference | None = None
    prepares: bool = False

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return self.checker is not False and all(output.ok for output in self.outputs)

    @property
    def note(self) -> str:
        """What to know of the format; mostly nothing."""
        if self.format != "torchscript":
            return ""
        return "torch deprecates TorchScript; pt2 is what it recommends instead"

    @property
    def max_abs_diff(self) -> float:
        """The largest difference of all outputs."""
        return max((output.max_abs_diff for output in self.outputs), default=0.0)

    def problem(self) -> str:
        """A sentence that says what did not agree; empty if everything did."""
        if self.ok:
            return ""
        failed = next((output for output in self.outputs if not output.ok), None)
        if failed is None:
            return f"{self.path}: not written: the checker refused it"
        text = (
            f"{self.path}: not written: output {failed.name} differs from the module's by "
            f"{failed.max_abs_diff:.3g}, but at most {failed.tolerance:.3g} was expected"
        )
        return f"{text}; {self.first_difference.sentence()}" if self.first_difference else text

    def to_plain(self) -> dict[str, Any]:
        """The report as JSON data; numbers that are not finite become None."""
        difference = self.first_difference
        return {
            "format": self.format,
            "path": str(self.path),
            "files": [str(path) for path in self.files],
            "ok": self.ok,
            "outputs": [finite({**asdict(output), "ok": output.ok}) for output in self.outputs],
            "max_abs_diff": self.max_abs_diff if math.isfinite(self.max_abs_diff) else None,
            "batch_sizes": list(self.batch_sizes),
            "sizes": [dict(sizes) for sizes in self.sizes],
            "checker": self.checker,
            "opset": self.opset,
            "prepares": self.prepares,
            "first_difference": finite(asdict(difference)) if difference else None,
            "problem": self.problem(),
        }


def finite(values: dict[str, Any]) -> dict[str, Any]:
    """Return values fit for JSON: numbers that are not finite become None, tuples lists."""
    plain: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, float) and not math.isfinite(value):
            plain[name] = None
        else:
            plain[name] = list(value) if isinstance(value, tuple) else value
    return plain


def worst(reports: Sequence[Comparison]) -> Comparison:
    """Return of several comparisons of one output the one that is furthest beyond its tolerance."""
    return max(reports, key=lambda one: _excess(one.max_abs_diff, one.tolerance))


def _excess(difference: float, tolerance: float) -> float:
    if tolerance > 0:
        return difference / tolerance
    return math.inf if difference else 0.0
