"""Fetching a known file over HTTP: what broke off goes on later, and only what was expected is kept."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from netbuilder.data.source import DataError

_PIECE = 2**16
_PATIENCE = 20  # s without a byte

Told = Callable[[str, int], bool]
"""Called with the name of a file and how many of its bytes are there; False stops the download."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file that is downloaded.

    Attributes:
        name: What it is called, there and here.
        size: Bytes.
        digest: The name of a hash, a colon, and the hash in hexadecimal digits: ``sha256:...``.
        homes: Addresses of folders that have it, each with a slash at its end; the first is tried first.
    """

    name: str
    size: int
    digest: str
    homes: tuple[str, ...]


class StoppedError(DataError):
    """A download that was stopped by whoever wanted it; a later one goes on where it was."""


def cache_folder() -> Path:
    """Return where downloads are kept, by the custom of the platform."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData/Local")) / "netbuilder/cache"
    if sys.platform == "darwin":
        return home / "Library/Caches/netbuilder"
    return Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache") / "netbuilder"


def fetch(remote: Remote, folder: Path, told: Told) -> Path:
    """Download a file, unless it is there already, and return its path.

    Args:
        remote: Which one.
        folder: Where it is put; made if it is not there.
        told: Called after every piece.

    Raises:
        StoppedError: ``told`` returned False.
        DataError: No address has the file, or none as it was expected.
    """
    from http.client import HTTPException  # whoever downloads nothing need not wait for it

    target, part = folder / remote.name, folder / f"{remote.name}.part"
    if target.is_file():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {error.strerror or error}") from error
    reasons = []
    for home in remote.homes:
        try:
            if _filled(remote, home + remote.name, part, told):
                part.replace(target)
                return target
            reasons.append(f"{_host(home)} has another file of that name (its checksum differs)")
        except (OSError, HTTPException) as error:
            reasons.append(f"{_host(home)}: {_reason(error)}")
    raise DataError(f"{remote.name} could not be downloaded: {'; '.join(reasons)}")


def _filled(remote: Remote, address: str, part: Path, told: Told) -> bool:
    """Bring the part to its full length; whether it is what was expected. Else it is deleted."""
    for again in (False, True):
        begun = part.stat().st_size if part.exists() else 0
        if begun < remote.size:
            _read(remote, address, part, begun, told)
        if part.stat().st_size == remote.size and _hashed(part, remote.digest) == remote.digest:
            return True
        part.unlink()
        if again or not begun:
            break  # else the damage may be in what was there before
    return False


def _read(remote: Remote, address: str, part: Path, begun: int, told: Told) -> None:
    from urllib.request import Request, urlopen

    headers = {"User-Agent": "netbuilder"} | ({"Range": f"bytes={begun}-"} if begun else {})
    with urlopen(Request(address, headers=headers), timeout=_PATIENCE) as answer:
        goes_on = answer.status == 206
        if goes_on and not str(answer.headers["Content-Range"]).startswith(f"bytes {begun}-"):
            raise OSError("it sends another part of the file than was asked for")
        have = begun if goes_on else 0
        with part.open("ab" if goes_on else "wb") as file:
            while have <= remote.size and (piece := answer.read1(_PIECE)):
                file.write(piece)
                have += len(piece)
                if not told(remote.name, min(have, remote.size)):
                    raise StoppedError(
                        f"the download of {remote.name} was stopped at {have:,} of {remote.size:,} bytes"
                    )
    if have < remote.size:
        raise OSError(f"it broke off after {have:,} of {remote.size:,} bytes; try again to go on")


def _hashed(path: Path, like: str) -> str:
    name = like.partition(":")[0]
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.new(name, usedforsecurity=False))
    return f"{name}:{digest.hexdigest()}"


def _host(home: str) -> str:
    return home.split("/")[2]


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error)
