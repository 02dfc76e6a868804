"""From which seat a caller sits at a diagnostic: what she may answer, whose answers she reads.

Decided from facts that come with the diagnostic itself, so that a page and a save cost no query more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .enums import FillingMode


class SeatKind(StrEnum):
    """``WHOLE``: the company's answers, all of them. ``PART``: some sections of them. ``ALONE``: her own
    answers, from her point of view. ``WAITING``: nothing to answer at present."""

    WHOLE = "whole"
    PART = "part"
    ALONE = "alone"
    WAITING = "waiting"


@dataclass(frozen=True)
class Facts:
    """What is known of a caller and a diagnostic. ``view_id`` is her own respondent, ``sections`` those a
    contributor was asked for (None: she is not one)."""

    mode: FillingMode
    main_id: int
    is_staff: bool = False
    is_lead: bool = False
    view_id: int | None = None
    sections: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Seat:
    """``respondent_id`` owns the answers read and written here; ``sections`` limits them (None: all).

    ``leads``: invites others, reconciles, hands in, reads everything.
    """

    kind: SeatKind
    respondent_id: int
    leads: bool
    sections: frozenset[str] | None = None

    @property
    def may_fill(self) -> bool:
        """Whether there is something to answer from here, while the diagnostic is open."""
        return self.kind is not SeatKind.WAITING

    def opens(self, section: str) -> bool:
        """Whether a section is hers to read and answer."""
        return self.may_fill and (self.sections is None or section in self.sections)

    def keep(self, sections: Iterable[str]) -> frozenset[str]:
        """Those of ``sections`` that are hers."""
        return frozenset(each for each in sections if self.opens(each))


def seat_of(facts: Facts) -> Seat | None:
    """The caller's seat; None when nobody asked her anything about this diagnostic."""
    leads = facts.is_staff or facts.is_lead
    if facts.mode is FillingMode.SEPARATE:
        if facts.view_id is not None:
            return Seat(SeatKind.ALONE, facts.view_id, leads)
        asked = leads or facts.sections is not None
        return Seat(SeatKind.WAITING, facts.main_id, leads) if asked else None
    if leads:
        return Seat(SeatKind.WHOLE, facts.main_id, leads)
    if facts.sections is not None:
        return Seat(SeatKind.PART, facts.main_id, leads, frozenset(facts.sections))
    if facts.view_id is not None:
        return Seat(SeatKind.WAITING, facts.view_id, leads)
    return None
