"""Random releases for the tests: the four axes of the real ones, in small."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from observatory.aggregates import Fact, Table, TableSpec, build_tables, cut, flat, hierarchy, partition

SECTORS = {"A": "AZ", "C": "BE", "D": "BE", "G": "GI", "H": "GI", "I": "GI", "M": "MN", "N": "MN"}
PLACES = [
    ("e1", "a1", "d1"),
    ("e2", "a1", "d1"),
    ("e3", "a2", "d1"),
    ("e4@a2", "a2", "d1"),
    ("e4@a3", "a3", "d2"),
    ("e5", "a3", "d2"),
    ("e6", "a4", "d2"),
    ("e7", "a4", "d2"),
    ("e8", "a5", "d3"),
]
TERRITORY = hierarchy("territory", PLACES, unions={"e4": ("e4@a2", "e4@a3")})
DEPARTMENT = cut(TERRITORY, ["d1", "d2", "d3"])
SECTION = hierarchy("sector", list(SECTORS.items()))
SECTOR = cut(SECTION, sorted(set(SECTORS.values())))
SIZE = flat("size", ["0-9", "10-49", "50+"])
LEVEL = flat("level", ["1", "2", "3", "4"])
SPECS = [
    TableSpec("sector-size", (SECTOR, SIZE)),
    TableSpec("department-size", (DEPARTMENT, SIZE)),
    TableSpec("territory", (TERRITORY,)),
    TableSpec("section", (SECTION,)),
    TableSpec("level-sector", (SECTOR, LEVEL)),
    TableSpec("level-size", (SIZE, LEVEL)),
]
Company = Mapping[str, str]


def draw_companies(number: int, rng: random.Random) -> list[dict[str, str]]:
    """Companies unevenly spread over every axis."""
    return [
        {
            "sector": rng.choices(list(SECTORS), [1, 6, 1, 5, 3, 2, 4, 2])[0],
            "territory": rng.choices([p[0] for p in PLACES], [9, 3, 2, 1, 1, 3, 2, 1, 3])[0],
            "size": rng.choices(["0-9", "10-49", "50+"], [5, 4, 2])[0],
            "level": rng.choices(["1", "2", "3", "4"], [3, 4, 2, 1])[0],
            "answer": rng.choices(["yes", "no", "none"], [6, 3, 1])[0],
        }
        for _ in range(number)
    ]


def tables_of(companies: Sequence[Company]) -> list[Table]:
    """The tables of a release, one question included."""
    axes = ("sector", "territory", "size", "level")
    grouped = Counter(tuple(company[axis] for axis in axes) for company in companies)
    facts = [Fact(dict(zip(axes, codes, strict=True)), count) for codes, count in grouped.items()]
    answers = Counter(company["answer"] for company in companies)
    return [
        *build_tables(SPECS, facts),
        partition("question", {code: answers[code] for code in ("yes", "no", "none")}),
    ]
