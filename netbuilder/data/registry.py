"""The data sources there are, by id."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from netbuilder.data import (
    array_files,
    bundled,
    csv_file,
    idx_files,
    image_folder,
    image_masks,
    parquet_file,
    public_sets,
    text,
    time_series,
    toy,
)
from netbuilder.data.source import DataSource


@cache
def sources() -> Mapping[str, type[DataSource]]:
    """Return every data source by its id, in the order in which people see them."""
    listed = (
        *bundled.SOURCES,
        *toy.SOURCES,
        *public_sets.SOURCES,
        *csv_file.SOURCES,
        *parquet_file.SOURCES,
        *image_folder.SOURCES,
        *image_masks.SOURCES,
        *idx_files.SOURCES,
        *array_files.SOURCES,
        *text.SOURCES,
        *time_series.SOURCES,
    )
    return MappingProxyType({source.id: source for source in listed})
