"""Downloading the public set that a document's data name; nothing else ever asks the network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netbuilder.data.download import Remote, Told, fetch
from netbuilder.data.public_sets import PublicSet
from netbuilder.data.settings import DataSettings
from netbuilder.data.source import DataError


def missing_files(data: Mapping[str, Any], folder: Path) -> tuple[Remote, ...]:
    """Return what would be downloaded for a document's data; empty where nothing is missing.

    Nothing can be downloaded into a folder that the document names.

    Args:
        data: The document's ``data``.
        folder: The document's folder, where relative paths start.

    Raises:
        DataError: Something in there is not a setting.
    """
    source = DataSettings.from_plain(data).source
    if not isinstance(source, PublicSet) or source.path:
        return ()
    return source.missing(folder)


def place_of(data: Mapping[str, Any], folder: Path) -> Path:
    """Return the folder of the files of the public set that a document's data name.

    Args:
        data: The document's ``data``, which name a public set.
        folder: The document's folder, where relative paths start.

    Raises:
        DataError: Something in there is not a setting, or the source is no public set.
    """
    source = DataSettings.from_plain(data).source
    if not isinstance(source, PublicSet):
        raise DataError(
            f"the data source {source.id} is no public set, so it has no files to download"
        )
    return source.place(folder)


def fetch_missing(data: Mapping[str, Any], folder: Path, told: Told) -> None:
    """Download what is missing for a document's data into the cache.

    Args:
        data: The document's ``data``.
        folder: The document's folder, where relative paths start.
        told: Called after every piece.

    Raises:
        StoppedError: ``told`` returned False.
        DataError: Something is not a setting, or could not be downloaded.
    """
    for remote in missing_files(data, folder):
        fetch(remote, place_of(data, folder), told)
