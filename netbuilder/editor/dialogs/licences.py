"""The licences of the program and of what it is built on, as the installed packages say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

PROGRAM = "netbuilder"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TESTS_ONLY = re.compile(r"extra\s*==\s*['\"](test|dev|docs?)['\"]")
_FILE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)[^/]*\Z", re.IGNORECASE)
_LONGEST = 60  # letters of a licence's name; some packages write the whole text there


@dataclass(frozen=True, slots=True)
class Licence:
    """A package with its licence.

    Attributes:
        name: The package.
        version: Its version.
        licence: What the licence is called.
    """

    name: str
    version: str
    licence: str


def licences() -> list[Licence]:
    """Return the program and all packages it needs, directly or not, that are installed."""
    found: dict[str, Licence] = {}
    waiting = [PROGRAM]
    while waiting:
        name = waiting.pop(0)
        if _plain(name) in found:
            continue
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # needed on another platform, or only for something that is not installed
        found[_plain(name)] = _licence(package)
        waiting += _needs(package)
    first, *others = found.values() if found else [_bare()]
    return [first, *sorted(others, key=lambda one: one.name.lower())]


def _needs(package: metadata.Distribution) -> Iterator[str]:
    own = _plain(package.metadata["Name"]) == PROGRAM
    for line in package.requires or ():
        name = _NAME.match(line)
        # Extras of other packages are not asked for; of the program's own, those for tests.
        skipped = _TESTS_ONLY.search(line) if own else "extra ==" in line
        if name and not skipped:
            yield name.group()


def text_of(name: str) -> str:
    """Return the licence of a package, or where to find it; large packages take a moment."""
    try:
        package = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return "The text lies in the file LICENSE beside the program."
    said = _name(package)
    written = _field(package, "License")
    text = "\n\n".join(_texts(package)) or (written if written != said else "")
    return text or _elsewhere(package, said)


def _licence(package: metadata.Distribution) -> Licence:
    return Licence(package.metadata["Name"], package.version, _name(package) or "see text")


def _name(package: metadata.Distribution) -> str:
    """What the licence is called; empty where the package does not say it in a few words."""
    said = _field(package, "License-Expression")
    written = _field(package, "License")
    if not said and 0 < len(written) <= _LONGEST and "\n" not in written:
        said = written
    return said or ", ".join(
        line.rpartition(" :: ")[2]
        for line in package.metadata.get_all("Classifier") or ()
        if line.startswith("License ::")
    )


def _texts(package: metadata.Distribution) -> Iterator[str]:
    for file in package.files or ():
        in_facts = any(part.endswith((".dist-info", ".egg-info")) for part in file.parts)
        if _FILE.search(file.name) and (in_facts or len(file.parts) == 2):
            try:
                yield file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError, ValueError):
                continue


def _elsewhere(package: metadata.Distribution, said: str) -> str:
    pages = [_field(package, "Home-page")]
    pages += [line.partition(", ")[2] for line in package.metadata.get_all("Project-URL") or ()]
    where = next((page for page in pages if page.startswith("http")), "")
    name = said or "its licence"
    sentence = f"The package comes without the text of {name}."
    return f"{sentence}\nIts page: {where}" if where else sentence


def _bare() -> Licence:
    """What is said of a checkout that is not installed."""
    return Licence(PROGRAM, "", "MIT")


def _field(package: metadata.Distribution, name: str) -> str:
    return str((package.metadata.get_all(name) or [""])[0])


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
