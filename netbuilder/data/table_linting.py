"""Rules that look at the texts of a table, before they become numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from netbuilder.data.column_kinds import DATES, FREE_TEXT, MANY, kind_of
from netbuilder.data.csv_table import Table
from netbuilder.data.giveaway import words_give_away
from netbuilder.data.linting import (
    DATE_CLASSES,
    GIVEAWAY,
    MANY_CLASSES,
    PERSONAL,
    SILENT,
    TEXT_CLASSES,
    Fault,
)
from netbuilder.data.personal import personal_columns
from netbuilder.data.table_columns import is_missing, number, shown
from netbuilder.data.table_source import TableSource

_SAID: Mapping[str, tuple[str, Callable[[str, Sequence[str]], str]]] = {
    DATES: (
        DATE_CLASSES,
        lambda name, texts: (
            f"{name} holds dates such as {shown(texts[0])}, and each becomes a category"
        ),
    ),
    FREE_TEXT: (
        TEXT_CLASSES,
        lambda name, texts: (
            f"{name} holds free text such as {shown(texts[0])}, and each becomes a category"
        ),
    ),
    MANY: (
        MANY_CLASSES,
        lambda name, texts: (
            f"{name} has {len(set(texts)):,} different values in {len(texts):,} rows, and each "
            "becomes a category"
        ),
    ),
}


def lint_table(source: TableSource, table: Table) -> Iterator[Fault]:
    """Yield what is wrong with the columns of a table.

    Args:
        source: The source that it is of; its settings say what becomes of the columns.
        table: Its texts.
    """
    target = source.target or list(table.columns)[-1]
    used = {
        name: [text for text in texts if not is_missing(text)]
        for name, texts in table.columns.items()
        if name != target and name not in source.leave_out
    }
    open_ones = [name for name in used if name not in source.hashed]
    empty = tuple(name for name, known in used.items() if not known)
    if empty:
        verb = "is" if len(empty) == 1 else "are"
        yield Fault(SILENT, "", f"{', '.join(empty)} {verb} empty in every row", empty)
    words = [name for name, known in used.items() if not _numeric(source, known)]
    for name in words:
        if words_give_away(table.columns[name], table.columns[target]):
            message = f"{target} follows without a mistake from {name} alone"
            yield Fault(GIVEAWAY, "", message, (name,))
    personal = personal_columns({name: table.columns[name] for name in open_ones})
    for name, kind in personal.items():
        yield Fault(PERSONAL, "", f"{name} looks like it holds {kind}", (name,))
    for name in (*words, *source.categorical):
        if name in open_ones and name not in personal:
            yield from _poor_categories(source, name, used[name])


def _poor_categories(source: TableSource, name: str, known: Sequence[str]) -> Iterator[Fault]:
    """A column whose values make poor categories, where the settings do nothing about it."""
    kind = kind_of(known)
    mended = {
        DATES: source.dates != "classes",
        MANY: bool(source.most_frequent) or source.categories == "codes",
    }
    if kind and not mended.get(kind):
        code, said = _SAID[kind]
        yield Fault(code, "", said(name, known), (name,))


def _numeric(source: TableSource, known: Sequence[str]) -> bool:
    """Whether these are numbers, which the rules on samples look at."""
    return all(number(text, source.comma) is not None for text in known)
