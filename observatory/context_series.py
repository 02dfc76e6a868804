"""National and European figures shown beside the programme's own, with their source and method.

They are content of the product (``content/contexte_ia.yaml``), not data of a programme.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "content" / "contexte_ia.yaml"


@dataclass(frozen=True)
class ContextLine:
    """One line of a series: percentages by year, and the year its method changed, if any."""

    label: str
    values: tuple[Decimal, ...]
    break_at: str


@dataclass(frozen=True)
class ContextSeries:
    """A series of official statistics."""

    code: str
    title: str
    unit: str
    source: str
    source_url: str
    updated_on: date
    note: str
    years: tuple[str, ...]
    lines: tuple[ContextLine, ...]


@lru_cache(maxsize=1)
def context_series() -> tuple[ContextSeries, ...]:
    """The series that ship. Raises ``ValueError`` when a line has not one value per year."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple(_series(entry) for entry in document["series"])


def _series(entry: dict[str, Any]) -> ContextSeries:
    years = tuple(entry["years"])
    lines = tuple(
        ContextLine(
            line["label"], tuple(Decimal(value) for value in line["values"]), line.get("break_at", "")
        )
        for line in entry["lines"]
    )
    if any(len(line.values) != len(years) for line in lines):
        raise ValueError(f"the series {entry['code']!r} needs one value per year")
    plain = ("code", "title", "unit", "source", "source_url", "updated_on", "note")
    return ContextSeries(**{name: entry[name] for name in plain}, years=years, lines=lines)
