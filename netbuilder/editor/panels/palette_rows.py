"""What stands in the palette: the rows of its sections, in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from netbuilder.app.library import GROUPS, LIBRARY
from netbuilder.editor.canvas.offers import Offer, search

FAVOURITES = "Favourites"
RECENT = "Recently used"
RECENT_SHOWN = 4


class Row(NamedTuple):  # made anew at every key, for which a dataclass takes thrice as long
    """A line of the palette.

    Attributes:
        key: What the canvas is told: a type's id, ``group:`` and an id, ``library:`` and a name; of a
            heading, its title.
        title: What people see.
        section: The heading it stands under.
        colour: The icon's; empty for a heading.
        sentence: What it does.
        is_heading: Whether it is the heading of a section.
        folded: Whether a heading hides what stands under it.
        starred: Whether it is a favourite.
        places: The letters of the title that were typed.
    """

    key: str
    title: str
    section: str
    colour: str = ""
    sentence: str = ""
    is_heading: bool = False
    folded: bool = False
    starred: bool = False
    places: tuple[int, ...] = ()


def rows_of(
    offers: Iterable[Offer],
    favourites: Sequence[str],
    recent: Sequence[str],
    folded: Collection[str],
) -> list[Row]:
    """Return all rows: favourites and what was used last on top, then section by section.

    Args:
        offers: What there is, in order.
        favourites: Keys, in order.
        recent: Keys, the last one first.
        folded: Headings that hide what stands under them.
    """
    known = {offer.key: offer for offer in offers}
    used = [key for key in recent if key not in favourites]
    parts: dict[str, list[Offer]] = {
        FAVOURITES: _of(known, favourites),
        RECENT: _of(known, used)[:RECENT_SHOWN],
        GROUPS: [],
        LIBRARY: [],
    }
    for offer in known.values():
        parts.setdefault(offer.category, []).append(offer)
    rows: list[Row] = []
    for title, part in parts.items():
        if part:
            hides = title in folded
            rows.append(Row(title, title, title, is_heading=True, folded=hides))
            if not hides:
                rows += [_row(offer, title, favourites) for offer in part]
    return rows


def found_rows(
    offers: Iterable[Offer], typed: str, favourites: Collection[str], recent: Sequence[str]
) -> list[Row]:
    """Return what fits, the best first, without headings."""
    return [
        _row(found.offer, found.offer.category, favourites, found.places)
        for found in search(offers, typed, recent)
    ]


def _of(known: Mapping[str, Offer], keys: Iterable[str]) -> list[Offer]:
    return [known[key] for key in dict.fromkeys(keys) if key in known]


def _row(
    offer: Offer, section: str, favourites: Collection[str], places: tuple[int, ...] = ()
) -> Row:
    key = offer.key
    return Row(
        key,
        offer.title,
        section,
        offer.colour,
        offer.sentence,
        starred=key in favourites,
        places=places,
    )
