"""Figures kept for a moment, but never older than the last move of the person who reads them.

Somebody who has just validated an expense must not read that it still waits. Every write a team member
sends through a page moves her mark; what was kept for her under the former mark is not shown again. What
others do shows after the delay at most. Only a cache shared by every process can tell: without one,
nothing is kept.
"""

import uuid
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache

_MARK_SECONDS = 24 * 3600
Value = TypeVar("Value")


def _mark_key(person: int) -> str:
    return f"core:wrote:{person}"


def wrote(person: int) -> None:
    """Say that a person changed something. Side effect: one write to the shared cache."""
    if settings.CACHE_URL:
        cache.set(_mark_key(person), uuid.uuid4().hex, _MARK_SECONDS)


def kept_for(person: int, name: str, seconds: int, make: Callable[[], Value]) -> Value:
    """What ``make`` gives, read again after ``seconds`` or after the person's next write."""
    if not settings.CACHE_URL:
        return make()
    key, mark_key = f"core:kept:{person}:{name}", _mark_key(person)
    found = cache.get_many([key, mark_key])
    mark, known = found.get(mark_key, ""), found.get(key)
    if known is not None and known[0] == mark:
        value: Value = known[1]
        return value
    value = make()
    cache.set(key, (mark, value), seconds)
    return value
