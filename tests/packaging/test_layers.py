"""The engine works without Qt, and the editor starts without torch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "numpy", "sklearn", "onnx", "onnxruntime", "torchmetrics", "PySide6")
QT = ("PySide6", "shiboken6")

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
    done = run(program, *QT)
    assert done.stdout == "fine\n", done.stderr


def test_the_main_job_needs_no_qt(tmp_path: Path) -> None:
    """Training, evaluating and exporting work where PySide6 is not installed, in the worker too."""
    (tmp_path / "sitecustomize.py").write_text(BLOCK.format(blocked=set(QT)), encoding="utf-8")
    command = ["demo", "--epochs", "1", "--out", str(tmp_path / "run")]
    done = subprocess.run(
        [sys.executable, "-m", "netbuilder", *command],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "run").rglob("*.onnx"))


EDITOR = """
import os
os.environ.update(QT_QPA_PLATFORM="offscreen", NETBUILDER_STATE={state!r})
from netbuilder.app.preferences import Preferences
from netbuilder.editor.start import application
preferences = Preferences()
app = application(preferences)
from netbuilder.editor.window import MainWindow
from netbuilder.editor.workspace import Workspace
window = MainWindow(Workspace(preferences))
window.show()
window.files.open_example("digits_cnn")
for name in {docks}:
    window.bring(name)
    assert not window.grab().isNull()
window.close()
print("fine")
"""


def test_the_editor_starts_without_torch(tmp_path: Path) -> None:
    """The window opens an example and shows its panels where nothing heavy is installed."""
    docks = (
        "palette",
        "inspector",
        "problems",
        "runs",
        "evaluation",
        "code",
        "cost",
        "log",
        "history",
    )
    program = EDITOR.format(state=str(tmp_path / "state"), docks=docks)
    done = run(program, *(name for name in HEAVY if name != "PySide6"))
    assert done.stdout == "fine\n", done.stderr
    # A platform without windows says this of every window; anything else would be of this program.
    said = [
        line for line in done.stderr.splitlines() if not line.startswith("This plugin does not")
    ]
    assert said == []


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
