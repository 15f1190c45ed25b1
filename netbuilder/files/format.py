"""The ``.netgraph`` format: JSON text in one canonical form, with the version of its schema.

Version 1.0. A higher minor version adds keys, which this program keeps and writes back; it keeps the
version too. A higher major version changes what keys mean: such a file opens where it can be read,
and is never saved over.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from netbuilder.files.errors import FileError
from netbuilder.files.layout import laid_out
from netbuilder.graph.collection import without_collection
from netbuilder.graph.from_plain import network_from_plain
from netbuilder.graph.model import Network, frozen
from netbuilder.graph.strict_json import parse
from netbuilder.graph.to_plain import network_to_plain
from netbuilder.graph.values import FormatError, expected, shown

VERSION = (1, 0)
VERSION_KEY = "netgraph"

_VERSION = re.compile(r"(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\Z")
_HEAD = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"netgraph"\s*:\s*"([0-9]{1,4})\.')

# What is broken over lines even where it would fit: one thing a line makes a diff say what changed.
_THINGS: Mapping[str, Any] = {"*": {}}
_GRAPH: dict[str, Any] = {"nodes": _THINGS, "edges": {}, "frames": _THINGS, "notes": _THINGS}
_GROUP: dict[str, Any] = {"params": {}, "graph": _GRAPH}
_BROKEN: dict[str, Any] = {"graph": _GRAPH, "groups": {"*": _GROUP}}


def dumps(network: Network) -> str:
    """Return the canonical text of a network: equal networks give equal texts.

    Raises:
        FileError: The network holds a value that no file can hold.
    """
    version = network.extra.get(VERSION_KEY, _version_text(VERSION))
    plain = {VERSION_KEY: version, **network_to_plain(network)}
    try:
        text = laid_out(plain, broken=_BROKEN) + "\n"
        text.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise FileError("", f"the network holds a value that no file can hold: {error}") from None
    return text


def loads(text: str | bytes, path: str | os.PathLike[str] = "") -> Network:
    """Read a network; nothing in the text is ever run.

    Args:
        text: The text of a ``.netgraph`` file, canonical or not; UTF-8 where it is bytes.
        path: What messages call it.

    Raises:
        FileError: The text is not a network; the sentence says where and what was expected.
    """
    try:
        with without_collection():
            return _network(parse(text))
    except FormatError as error:
        raise FileError(path, str(error)) from None


def is_read_only(network: Network) -> bool:
    """Whether the network comes from a file of a newer major version, which must not be saved over."""
    return VERSION_KEY in network.extra and _version_of(network.extra)[0] > VERSION[0]


def as_current(network: Network) -> Network:
    """Return a copy that counts as this version's, to be saved under another name.

    Of a newer major version's file it has what this program understood, and no more can be promised.
    """
    extra = {key: value for key, value in network.extra.items() if key != VERSION_KEY}
    return replace(network, extra=frozen(extra))


def is_newer_file(head: bytes) -> bool:
    """Whether a file that starts with these bytes was written by a newer major version."""
    found = _HEAD.match(head)
    return found is not None and int(found[1]) > VERSION[0]


def _network(raw: Any) -> Network:
    if not isinstance(raw, dict):
        raise expected(raw, "an object with a network")
    major, minor = _version_of(raw)
    if major < 1:
        raise FormatError(VERSION_KEY, f"is {shown(raw[VERSION_KEY])}, but versions start at 1.0")
    if (major, minor) <= VERSION:
        return network_from_plain({k: v for k, v in raw.items() if k != VERSION_KEY})
    try:
        # The version stays among the unknown keys, so that it is written back.
        return network_from_plain(raw)
    except FormatError as error:
        raise FormatError(
            "",
            f"was written by a newer version of the program (format {major}.{minor}, known is "
            f"{_version_text(VERSION)}) and cannot be read: {error}",
        ) from None


def _version_of(raw: Mapping[str, Any]) -> tuple[int, int]:
    if VERSION_KEY not in raw:
        raise FormatError(
            "", f'is not a network: the key "{VERSION_KEY}" with the version is missing'
        )
    value = raw[VERSION_KEY]
    found = _VERSION.match(value) if isinstance(value, str) else None
    if found is None:
        raise expected(value, 'a version such as "1.0"').inside(VERSION_KEY)
    return int(found[1]), int(found[2])


def _version_text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
