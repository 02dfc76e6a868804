"""Who has a place and who waits. Pure: first come, first served, capacity never exceeded."""

from collections.abc import Sequence


def has_room(*, capacity: int, enrolled: int, waiting: int) -> bool:
    """Whether a newcomer gets a place at once: a free one, and nobody waiting before her."""
    return enrolled < capacity and waiting == 0


def to_promote(*, capacity: int, enrolled: int, waiting: Sequence[int]) -> tuple[int, ...]:
    """Those of ``waiting`` (in their order of arrival) who now get a place."""
    free = max(capacity - enrolled, 0)
    return tuple(waiting[:free])


def rank(waiting: Sequence[int], enrolment: int) -> int | None:
    """Place in the waiting list, from 1; nothing for who does not wait."""
    return waiting.index(enrolment) + 1 if enrolment in waiting else None
