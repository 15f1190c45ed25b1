"""The wheel carries everything and works outside of the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = (
    "netbuilder",
    "nodes",
    "blocks",
    "resources",
    "examples",
    "pyproject.toml",
    "README.md",
    "LICENSE",
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the files that are shipped."""
    folder = tmp_path_factory.mktemp("build")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next((folder / "dist").glob("*.whl"))


def test_the_wheel_has_everything_and_nothing_else(wheel: Path) -> None:
    """Nodes, resources, examples and texts travel; tests do not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    packs = {f"netbuilder_{name}" for name in ("blocks", "examples", "nodes", "resources")}
    assert tops == {"netbuilder", *packs}
    assert {f"netbuilder_blocks/{p.name}" for p in (ROOT / "blocks").glob("*.netgraph")} <= names
    assert {f"netbuilder_nodes/{p.name}" for p in (ROOT / "nodes").glob("*.py")} <= names
    assert {
        f"netbuilder_examples/{p.name}" for p in (ROOT / "examples").glob("*.netgraph")
    } <= names
    resources = (
        p.relative_to(ROOT / "resources") for p in (ROOT / "resources").rglob("*") if p.is_file()
    )
    wanted = {
        f"netbuilder_resources/{p.as_posix()}" for p in resources if "__pycache__" not in p.parts
    }
    assert wanted <= names
    code = {p.relative_to(ROOT).as_posix() for p in (ROOT / "netbuilder").rglob("*.py")}
    assert code <= names
    assert {"netbuilder/py.typed", "netbuilder/README.md", "netbuilder_nodes/README.md"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_demo_runs_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    """Installed in a clean environment outside of the checkout, the main job works."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    folder = "Scripts" if os.name == "nt" else "bin"
    python = home / folder / ("python.exe" if os.name == "nt" else "python")
    paths = {"base": str(home), "platbase": str(home)}
    site = Path(sysconfig.get_path("purelib", "venv", vars=paths))
    # The heavy libraries come from the environment that runs the tests. A path added like this does not
    # bring along that environment's own links, so its NetBuilder stays out of sight.
    heavy = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (site / "heavy.pth").write_text("\n".join(heavy), encoding="utf-8")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, cwd=tmp_path)
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    where = [str(python), "-c", "import netbuilder; print(netbuilder.__file__)"]
    found = subprocess.run(
        where, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    assert Path(found.stdout.strip()).is_relative_to(site)
    demo = [
        str(home / folder / "netbuilder"),
        "demo",
        "--epochs",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(
        demo, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = {p.name for p in (tmp_path / "out").rglob("*")}
    assert {"model.py", "train.py"} <= made
    assert any(name.endswith(".onnx") for name in made)
