"""The engine works without Qt, and what an editor needs of it works without torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "sklearn", "onnx", "onnxruntime", "torchmetrics", "PySide6")

# Imports of the named packages fail as they would where they are not installed.
BLOCK = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Block())
"""


def run(program: str, *blocked: str) -> subprocess.CompletedProcess[str]:
    text = BLOCK.format(blocked=set(blocked)) + program
    return subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False, cwd=ROOT
    )


LIGHT = """
from pathlib import Path
from netbuilder.catalogue.packs import standard_catalogue
from netbuilder.check.checker import check
from netbuilder.codegen.emit import generate
from netbuilder.data.prepare import fields
from netbuilder.files.documents import load, save
from netbuilder.graph.document import Document
from netbuilder.training import client
import netbuilder.app, netbuilder.cli.main
for path in sorted(Path("examples").glob("*.netgraph")):
    network = load(path)
    report = check(network, standard_catalogue(), fields(network.data, path.parent))
    assert report.ok and generate(network, standard_catalogue()).text
print("fine")
"""


def test_opening_checking_and_writing_source_need_no_torch() -> None:
    """Everything an editor does itself works where torch and numpy are not installed."""
    done = run(LIGHT, *HEAVY)
    assert done.stdout == "fine\n", done.stderr


def test_the_block_blocks() -> None:
    """The guard of the test above sees an import."""
    assert run("import torch", "torch").returncode != 0


def test_training_needs_no_qt() -> None:
    """The whole engine imports where PySide6 is not installed."""
    program = "import netbuilder.training.worker, netbuilder.exchange.onnx, netbuilder.exchange.python; print('fine')"
    done = run(program, "PySide6", "pyqtgraph", "shiboken6")
    assert done.stdout == "fine\n", done.stderr


@pytest.mark.parametrize(
    "module", ["netbuilder", "netbuilder.cli.main", "netbuilder.training.client"]
)
def test_importing_a_light_module_loads_nothing_heavy(module: str) -> None:
    """The command line answers before torch would have been imported."""
    program = f"import sys, {module}; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
