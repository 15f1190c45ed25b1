"""archive and reproduce: one file, trained again, compared; hostile archives are refused."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest
from cli_commands import Command

from netbuilder.app import archive as archives
from netbuilder.training.run import RunError, RunFolder


@pytest.fixture
def packed(run: Command, iris_run: Path, tmp_path: Path) -> Path:
    done = run("archive", iris_run, "-o", tmp_path / "iris.zip", "--json")
    assert done.code == 0, done.err
    assert done.json["has_data"] is True
    return tmp_path / "iris.zip"


def test_a_run_is_trained_again_bit_by_bit(run: Command, packed: Path, tmp_path: Path) -> None:
    done = run("reproduce", packed, "-o", tmp_path / "again", "--json")
    assert done.code == 0, done.err
    assert done.json["verdict"] == "equal"
    assert done.json["reasons"] == []
    assert all(one == other for one, other in done.json["figures"].values())
    assert run("reproduce", packed, "-o", tmp_path / "again").code == 2  # not empty any more


def test_what_differs_is_told(run: Command, packed: Path, tmp_path: Path) -> None:
    archives.unpack(packed, tmp_path / "x")
    fresh = RunFolder(tmp_path / "x")
    fresh.environment.write_text(json.dumps({"threads": 3, "packages": {"torch": "9"}}))
    fresh.data_file.write_text(json.dumps({"fingerprint": "other"}))
    manifest = {
        "fingerprint": "one",
        "environment": {"threads": 1, "packages": {"torch": "8"}},
        "figures": {"test loss": 0.5},
    }
    found = archives._compared(manifest, fresh, {"test": {"loss": 0.505, "metrics": {}}})
    assert found.verdict == "close"
    assert found.reasons == (
        "the data are others: their fingerprints differ",
        "threads was 1, is 3",
        "torch was 8, is 9",
    )
    found = archives._compared(manifest, fresh, {"test": {"loss": 0.6, "metrics": {}}})
    assert found.verdict == "different"


def hostile(path: Path, name: str, mode: int = 0) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(archives.MANIFEST, '{"format": 1}')
        archive.writestr(archives.GRAPH, "{}")
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, "x" * 100)
    return path


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out", "c:\\out", "a\\..\\out"])
def test_nothing_is_written_outside(name: str, tmp_path: Path) -> None:
    path = hostile(tmp_path / "bad.zip", name)
    with pytest.raises(RunError, match="leads out of the archive"):
        archives.unpack(path, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_links_and_bombs_and_strangers_are_refused(tmp_path: Path) -> None:
    link = hostile(tmp_path / "link.zip", "link", stat.S_IFLNK | 0o777)
    with pytest.raises(RunError, match="leads out of the archive"):
        archives.unpack(link, tmp_path / "x")
    bomb = hostile(tmp_path / "bomb.zip", "big")
    with pytest.raises(RunError, match="so it is refused"):
        archives.unpack(bomb, tmp_path / "x", largest=50)
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(RunError, match="cannot be unpacked"):
        archives.unpack(tmp_path / "text.zip", tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(RunError, match="no archive of a run"):
        archives.unpack(tmp_path / "empty.zip", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_files_of_data_come_along_or_stay(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    data = {
        "settings": {"source": "csv", "params": {"path": "table.csv"}},
        "folder": str(tmp_path),
    }
    settings, files = archives._gathered(data, 1000)
    assert settings["params"]["path"] == "data/path/table.csv"
    assert files == {"data/path/table.csv": tmp_path / "table.csv"}
    assert archives._gathered(data, 3) == (data["settings"], None)
