"""A run as one file that another machine trains again: graph, recipe, data and what came out."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from netbuilder.app.training import create_training, train_run_folder
from netbuilder.data.settings import DataSettings
from netbuilder.files.documents import load
from netbuilder.files.format import dumps
from netbuilder.graph.edits import set_data, set_recipe
from netbuilder.node_api.params import Path as PathParam
from netbuilder.training.run import RunError, RunFolder, read_json

VERSION = 1
MANIFEST = "manifest.json"
GRAPH = "graph.netgraph"
WEIGHTS = "initial.safetensors"
# Data beyond this are told by their fingerprint alone.
LARGEST_DATA = 256 << 20
# What an archive may unpack to, so that a small file cannot fill a disk.
LARGEST_ARCHIVE = 4 << 30
MOST_FILES = 200_000
_CHUNK = 1 << 20
CLOSE = (
    0.02  # relative; other processors and versions add up in another order, and steps multiply it
)


@dataclass(frozen=True, slots=True)
class Reproduction:
    """How a training that was repeated compares with the first.

    Attributes:
        verdict: ``equal`` (weights bit by bit), ``close`` (every figure within 2 per cent) or ``different``.
        figures: Each figure that came out, before and now.
        reasons: What differs between the machines, as sentences.
        run: The folder of the new run.
    """

    verdict: str
    figures: dict[str, tuple[float | None, float | None]]
    reasons: tuple[str, ...]
    run: Path

    def to_plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "verdict": self.verdict,
            "figures": {name: list(pair) for name, pair in self.figures.items()},
            "reasons": list(self.reasons),
            "run": str(self.run),
        }


def archive_run(run: RunFolder, out: Path, *, largest: int = LARGEST_DATA) -> bool:
    """Write a finished run as an archive; return whether the files of its data are in it.

    Args:
        run: The run.
        out: The zip file.
        largest: The most bytes of data that are taken in.

    Raises:
        RunError: It has not finished, or the file cannot be written.
    """
    run.require()
    result, weights = run.result(), run.best_weights()
    if result is None or weights is None or result.get("why") not in ("finished", "early_stop"):
        raise RunError(f"{run.path} has not been trained to its end, so nothing can be compared")
    data = run.data()
    settings, files = _gathered(data, largest)
    network = set_data(load(run.graph), settings)
    network = set_recipe(network, run.recipe().changed())
    manifest = {
        "format": VERSION,
        "name": run.name,
        "fingerprint": data.get("fingerprint", ""),
        "has_data": files is not None,
        "environment": read_json(run.environment),
        "weights": _hash(weights),
        "figures": _figures(result),
    }
    partial = out.with_name(f"{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            archive.writestr(GRAPH, dumps(network))
            if run.initial_weights.exists():
                archive.write(run.initial_weights, WEIGHTS)
            for name, path in (files or {}).items():
                archive.write(path, name)
        partial.replace(out)
    except OSError as error:
        raise RunError(f"{out}: cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return files is not None


def reproduce(archive: Path, out: Path, folder: Path | None = None) -> Reproduction:
    """Train the run in an archive again and compare.

    Args:
        archive: What ``archive_run`` wrote.
        out: The new folder for what is unpacked, and the run in ``run`` within it.
        folder: Where relative paths of the data start, for archives without their files.

    Raises:
        RunError: It is no archive of a run, or unpacks to too much or out of its folder.
        NotSoundError: This version refuses the network.
    """
    manifest = unpack(archive, out)
    environment = manifest.get("environment") or {}
    network = load(out / GRAPH)
    threads = environment.get("threads", 0)
    if isinstance(threads, int) and threads and not network.recipe.get("threads"):
        network = set_recipe(network, {**network.recipe, "threads": threads})
    run = create_training(network, folder or out, out / "run")
    if (out / WEIGHTS).exists():
        run.initial_weights.write_bytes((out / WEIGHTS).read_bytes())
    trained = train_run_folder(run)
    if not trained.ok or trained.result is None:
        raise RunError(
            f"{run.path}: the training did not end as it should: {trained.state.sentence}"
        )
    return _compared(manifest, run, trained.result)


def unpack(archive: Path, out: Path, *, largest: int = LARGEST_ARCHIVE) -> dict[str, Any]:
    """Unpack an archive into a new folder and return its manifest; nothing is written outside of it.

    Raises:
        RunError: It is no archive of a run, or unpacks to too much or out of its folder.
    """
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [one for one in packed.infolist() if not one.is_dir()]
            _refuse(archive, entries, largest)
            out.mkdir(parents=True, exist_ok=True)
            if any(out.iterdir()):
                raise RunError(f"{out} is not empty; give the archive a folder of its own")
            for entry in entries:
                target = out / entry.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(entry) as source, target.open("xb") as file:
                    _copy(source, file, entry, archive)
    except (OSError, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise RunError(f"{archive}: cannot be unpacked: {error}") from error
    manifest = read_json(out / MANIFEST)
    if manifest.get("format") != VERSION:
        raise RunError(
            f"{archive}: its format is {manifest.get('format')!r}, but {VERSION} is known"
        )
    return manifest


def _refuse(archive: Path, entries: list[zipfile.ZipInfo], largest: int) -> None:
    names = [entry.filename for entry in entries]
    if not {MANIFEST, GRAPH} <= set(names):
        raise RunError(f"{archive} is no archive of a run: it has no {MANIFEST} and {GRAPH}")
    if len(names) > MOST_FILES or sum(entry.file_size for entry in entries) > largest:
        raise RunError(
            f"{archive} unpacks to more than {MOST_FILES:,} files or {largest:,} bytes, so it is refused"
        )
    for entry in entries:
        parts = PurePosixPath(entry.filename).parts
        mode = entry.external_attr >> 16
        bad = entry.filename.startswith("/") or any(c in entry.filename for c in "\\:\0")
        if bad or ".." in parts or stat.S_ISLNK(mode):
            raise RunError(
                f"{archive}: {entry.filename!r} leads out of the archive, so it is refused"
            )


def _copy(source: Any, file: Any, entry: zipfile.ZipInfo, archive: Path) -> None:
    """Copy an entry; one that holds more than it says is refused."""
    left = entry.file_size
    while chunk := source.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise RunError(f"{archive}: {entry.filename} holds more than it says")
        file.write(chunk)


def _gathered(data: dict[str, Any], largest: int) -> tuple[dict[str, Any], dict[str, Path] | None]:
    """Settings of the data with the paths they have in an archive, and its files; None if too large."""
    settings = dict(data["settings"])
    source = DataSettings.from_plain(settings).source
    params, files = dict(settings.get("params", {})), dict[str, Path]()
    for name, param in source.params.items():
        text = getattr(source, name)
        if not isinstance(param, PathParam) or not text:
            continue
        root = Path(data["folder"]) / Path(text).expanduser()
        params[name] = f"data/{name}/{root.name}"
        files |= {f"{params[name]}{rest}": path for rest, path in _files(root)}
    if sum(path.stat().st_size for path in files.values()) > largest:
        return settings, None
    return {**settings, **({"params": params} if params else {})}, files


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    if not root.is_dir():
        yield "", root
        return
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield f"/{path.relative_to(root).as_posix()}", path


def _compared(manifest: dict[str, Any], run: RunFolder, result: dict[str, Any]) -> Reproduction:
    weights = run.best_weights()
    before, now = manifest.get("figures") or {}, _figures(result)
    figures = {name: (before.get(name), now.get(name)) for name in {**before, **now}}
    reasons = tuple(_reasons(manifest, run))
    if weights is not None and _hash(weights) == manifest.get("weights"):
        return Reproduction("equal", figures, reasons, run.path)
    close = all(_is_close(*pair) for pair in figures.values())
    return Reproduction("close" if close else "different", figures, reasons, run.path)


def _reasons(manifest: dict[str, Any], run: RunFolder) -> Iterator[str]:
    if run.data().get("fingerprint") != manifest.get("fingerprint"):
        yield "the data are others: their fingerprints differ"
    before, now = manifest.get("environment") or {}, read_json(run.environment)
    for name in ("python", "platform", "device", "device_name", "threads"):
        if before.get(name) != now.get(name):
            yield f"{name.replace('_', ' ')} was {before.get(name)}, is {now.get(name)}"
    old, new = before.get("packages") or {}, now.get("packages") or {}
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield f"{name} was {old.get(name)}, is {new.get(name)}"


def _is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= CLOSE * max(abs(one), abs(other), 1e-3)


def _figures(result: dict[str, Any]) -> dict[str, float]:
    best, test = result.get("best") or {}, result.get("test") or {}
    found = {"best": best.get("value"), "test loss": test.get("loss")}
    found |= {f"test {name}": value for name, value in (test.get("metrics") or {}).items()}
    return {name: value for name, value in found.items() if isinstance(value, int | float)}


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
