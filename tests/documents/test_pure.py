"""Snapshots: what is frozen comes back the same."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.selectors import normalise_code, sha256_of
from documents.snapshots import freeze, revive


class Colour(StrEnum):
    TEAL = "teal"
    NAVY = "navy"


@dataclass(frozen=True)
class Point:
    name: str
    cents: int
    ratio: Decimal


@dataclass(frozen=True)
class Whole:
    day: date
    moment: datetime
    colour: Colour
    points: tuple[Point, ...]
    by_code: dict[str, Point]
    pair: tuple[int, str]
    nothing: Point | None = None
    flag: bool = False


points = st.builds(
    Point,
    name=st.text(max_size=12),
    cents=st.integers(min_value=-(2**60), max_value=2**60),
    ratio=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-1000, max_value=1000),
)
wholes = st.builds(
    Whole,
    day=st.dates(),
    moment=st.datetimes(timezones=st.just(UTC)),
    colour=st.sampled_from(Colour),
    points=st.lists(points, max_size=4).map(tuple),
    by_code=st.dictionaries(st.text(max_size=5), points, max_size=3),
    pair=st.tuples(st.integers(min_value=-5, max_value=5), st.text(max_size=4)),
    nothing=st.none() | points,
    flag=st.booleans(),
)


@given(wholes)
def test_a_frozen_context_comes_back_the_same(whole: Whole) -> None:
    stored = json.loads(json.dumps(freeze(whole)))
    assert revive(Whole, stored) == whole


def test_what_json_could_not_give_back_is_refused() -> None:
    with pytest.raises(TypeError, match="a snapshot cannot hold object"):
        freeze({"thing": object()})


def test_a_snapshot_of_another_schema_is_refused() -> None:
    with pytest.raises(TypeError, match="cents"):
        revive(Point, {"name": "a", "ratio": "1"})


def test_codes_are_read_as_people_type_them() -> None:
    assert normalise_code(" k7qm-2rtx 4p ") == "K7QM2RTX4P"


def test_hash_of_pieces_is_the_hash_of_the_whole() -> None:
    assert sha256_of([b"ab", b"", b"c"]) == sha256_of([b"abc"])
