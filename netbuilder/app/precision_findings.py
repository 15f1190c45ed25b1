"""What is wrong with a recipe's precision, given the network: nodes that torch does not compute in it."""

from __future__ import annotations

from collections.abc import Iterator

from netbuilder.app.phase_findings import NO_RECIPE
from netbuilder.check.diagnostics import Diagnostic, Fix
from netbuilder.check.findings import listed
from netbuilder.check.report import Report, opened
from netbuilder.graph import edits

_NOT_ON_CPU = ("lstm",)


def precision_findings(report: Report) -> Iterator[Diagnostic]:
    """Yield which nodes cannot be trained in fp16 on the CPU; elsewhere torch computes all.

    Args:
        report: What the check says of the network.
    """
    recipe = report.network.recipe
    if recipe.get("precision") != "fp16" or recipe.get("device") != "cpu":
        return
    names = [path for path, record in opened(report.run) if record.node.type in _NOT_ON_CPU]
    if names:
        fixes = tuple(
            Fix(
                f"set {key} to {value}",
                lambda n, key=key, value=value: edits.set_recipe(n, {**n.recipe, key: value}),  # type: ignore[misc]
                safe=False,
            )
            for key, value in (("precision", "bf16"), ("device", "cuda"))
        )
        yield Diagnostic(
            NO_RECIPE,
            "error",
            f"precision is fp16, but on the CPU torch computes {listed(names)} in fp32 and bf16 only",
            hint="set precision to bf16, or device to cuda",
            fixes=fixes,
        )
