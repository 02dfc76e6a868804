"""The catalogue of courses written in YAML, read into frozen values. Pure.

A catalogue is refused whole, with the place of what is wrong: a course half read would be published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

STAKES = ("technical", "legal", "economic", "ethical")
LEVELS = ("awareness", "practice", "advanced")
DELIVERIES = ("in_person", "remote", "mixed")


class CatalogueError(ValueError):
    """The document is not a catalogue; the message names the course and the key."""


@dataclass(frozen=True)
class CatalogueCourse:
    """A course as its author wrote it; ``minutes`` is the whole course."""

    code: str
    title: str
    stake: str
    level: str
    delivery: str
    half_days: int
    minutes: int
    audience: str
    objectives: tuple[str, ...]
    programme: tuple[str, ...]


def parse_catalogue(document: object) -> tuple[CatalogueCourse, ...]:
    """The courses of a loaded document. Raises ``CatalogueError`` at the first defect."""
    listed = document.get("courses") if isinstance(document, Mapping) else None
    if not isinstance(listed, list) or not listed:
        raise CatalogueError("courses: a list of courses is expected")
    courses = tuple(_course(entry, rank) for rank, entry in enumerate(listed, start=1))
    codes = [course.code for course in courses]
    double = next((code for code in codes if codes.count(code) > 1), None)
    if double is not None:
        raise CatalogueError(f"courses[{double}].code: used twice")
    return courses


def _course(entry: object, rank: int) -> CatalogueCourse:
    if not isinstance(entry, Mapping):
        raise CatalogueError(f"courses[{rank}]: a block of keys is expected")
    where = f"courses[{entry.get('code', rank)}]"
    unknown = set(entry) - {
        "code",
        "title",
        "stake",
        "level",
        "delivery",
        "half_days",
        "hours",
        "audience",
        "objectives",
        "programme",
    }
    if unknown:
        raise CatalogueError(f"{where}: unknown key {min(unknown)}")
    return CatalogueCourse(
        code=_text(entry, "code", where),
        title=_text(entry, "title", where),
        stake=_word(entry, "stake", STAKES, where),
        level=_word(entry, "level", LEVELS, where),
        delivery=_word(entry, "delivery", DELIVERIES, where),
        half_days=_half_days(entry, where),
        minutes=_minutes(entry, where),
        audience=_text(entry, "audience", where),
        objectives=_texts(entry, "objectives", where),
        programme=_texts(entry, "programme", where),
    )


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        raise CatalogueError(f"{where}.{key}: a text is expected")
    return value.strip()


def _word(entry: Mapping[str, Any], key: str, words: tuple[str, ...], where: str) -> str:
    value = entry.get(key)
    if value not in words:
        raise CatalogueError(f"{where}.{key}: one of {', '.join(words)} is expected")
    return str(value)


def _texts(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = entry.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise CatalogueError(f"{where}.{key}: a list of texts is expected")
    return tuple(each.strip() for each in value)


def _half_days(entry: Mapping[str, Any], where: str) -> int:
    value = entry.get("half_days")
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 60:
        raise CatalogueError(f"{where}.half_days: a whole number from 1 to 60 is expected")
    return value


def _minutes(entry: Mapping[str, Any], where: str) -> int:
    value = entry.get("hours")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 400:
        raise CatalogueError(f"{where}.hours: a number of hours up to 400 is expected")
    return int(Decimal(str(value)) * 60)
