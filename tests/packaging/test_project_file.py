"""What pyproject.toml promises is true of the folders and of the pinned set."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAPPED = {
    "netbuilder_nodes": "nodes",
    "netbuilder_blocks": "blocks",
    "netbuilder_examples": "examples",
    "netbuilder_resources": "resources",
}


def requirements() -> list[Requirement]:
    texts = list(PROJECT["project"]["dependencies"])
    for extra in PROJECT["project"]["optional-dependencies"].values():
        texts += extra
    return [Requirement(text) for text in texts]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {canonical(name): version for name, _, version in found}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_package_is_listed() -> None:
    """A folder with code that the list forgets would be missing from the wheel."""
    listed = set(PROJECT["tool"]["setuptools"]["packages"])
    folders = {
        p.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for p in (ROOT / "netbuilder").rglob("__init__.py")
    }
    assert listed == folders | set(MAPPED)
    assert PROJECT["tool"]["setuptools"]["package-dir"] == MAPPED


def test_every_dependency_is_pinned_within_its_bounds() -> None:
    """The tested set satisfies what the project asks for."""
    pinned = pins()
    for requirement in requirements():
        version = pinned[canonical(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} does not take {version}"


def test_the_fences_stand() -> None:
    """Lower bounds for security fixes, no upper bounds, and no PySide6 6.12.0."""
    asked = {canonical(r.name): r.specifier for r in requirements()}
    assert not asked["torch"].contains("2.9.1")
    assert not asked["onnx"].contains("1.20.0")
    assert not asked["pyside6-essentials"].contains("6.12.0")
    assert asked["pyside6-essentials"].contains("6.12.1")
    assert pins()["torch"] == "2.13.0"
    assert pins()["pyside6-essentials"] == "6.9.3"
    for name, specifier in asked.items():
        assert not any(s.operator in ("<", "<=", "==", "~=") for s in specifier), name
