"""A sheet of attendance that several people fill at once. Pure: no database, no clock.

A mark is ``True`` (present), ``False`` (absent) or ``None`` (not noted yet).
"""

from collections.abc import Collection, Mapping

Cell = tuple[int, int]
"""An enrolment and a half-day."""
Marks = Mapping[Cell, bool | None]


def merge(*, seen: Marks, ticked: Collection[Cell], known: Marks) -> frozenset[Cell]:
    """Boxes that are ticked once both hands are kept: what the person changed, and what others wrote.

    ``seen`` is the sheet as the person read it, ``ticked`` what she sent, ``known`` what is written now. A
    box that she left as she read it is no decision of hers.
    """
    mine = {cell for cell in {*seen, *ticked} if (cell in ticked) != bool(seen.get(cell))}
    others = {cell for cell, mark in known.items() if mark and cell not in mine}
    return frozenset(others | (mine & set(ticked)))


def moved(*, seen: Marks, known: Marks) -> tuple[Cell, ...]:
    """Boxes that somebody wrote since the person read them, in the order of ``seen``."""
    return tuple(cell for cell, mark in seen.items() if known.get(cell) != mark)
