"""The main job on a bundled example: open, check, train, evaluate, export, verify."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netbuilder.app.exporting import export_run
from netbuilder.app.picture import picture
from netbuilder.app.project import require_sound
from netbuilder.app.training import evaluate
from netbuilder.check.report import Report
from netbuilder.exchange.report import ExportReport
from netbuilder.files.atomic import write_atomic
from netbuilder.graph import edits
from netbuilder.graph.model import Network
from netbuilder.training.run import RunFolder

EXAMPLE = "digits_cnn"
FOLD = 1000.0  # px; the example is a long chain


@dataclass(frozen=True, slots=True)
class Finished:
    """What came out of a trained run.

    Attributes:
        test: The figures of the best weights on held-out data.
        onnx: The ONNX file, compared with the network.
        python: The Python project, compared with the network.
        picture: The picture of the graph.
    """

    test: dict[str, Any]
    onnx: ExportReport
    python: ExportReport
    picture: Path

    @property
    def ok(self) -> bool:
        """Whether both exports do what the network does."""
        return self.onnx.ok and self.python.ok


def checked(network: Network, epochs: int | None = None) -> tuple[Network, Report]:
    """Return an example, trained for other than its own number of epochs if wanted, with its report.

    Raises:
        NotSoundError: It has errors; it carries the report.
    """
    if epochs is not None:
        network = edits.set_recipe(network, {**network.recipe, "epochs": epochs})
    return network, require_sound(network, Path())


def finish(run: RunFolder, report: Report, name: str, say: Callable[[str], None]) -> Finished:
    """Evaluate a trained run and export it into the folder ``exports`` of the run.

    Args:
        run: The run.
        report: What the check said of its network.
        name: What the files are called.
        say: Gets a line before each thing that takes a while.

    Raises:
        NetBuilderError: Something failed; the sentence says what.
    """
    exports = run.path / "exports"
    say("evaluating on held-out data")
    test = evaluate(run)
    say("exporting ONNX and comparing it with the trained network")
    onnx = export_run(run, "onnx", exports / f"{name}.onnx")
    say("exporting a Python project and comparing it with the trained network")
    python = export_run(run, "python", exports / name)
    drawn = exports / f"{name}.svg"
    write_atomic(drawn, picture(report, fold=FOLD).encode("utf-8"))
    return Finished(test, onnx, python, drawn)
