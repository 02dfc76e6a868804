import pytest
from hypothesis import given
from hypothesis import strategies as st

from observatory.aggregates import (
    TOTAL,
    WHOLE,
    Fact,
    Sum,
    TableSpec,
    build_table,
    cut,
    dominated,
    flat,
    hierarchy,
    mean_tenths,
    partition,
)
from observatory.policy import POLICY, shown_count

PATHS = [
    ("epci-1", "arr-1", "dep-1"),
    ("epci-2@1", "arr-1", "dep-1"),
    ("epci-2@2", "arr-2", "dep-1"),
    ("epci-3", "arr-2", "dep-1"),
    ("epci-4", "arr-3", "dep-2"),
]
TERRITORY = hierarchy("territory", PATHS, unions={"epci-2": ("epci-2@1", "epci-2@2")})
SIZE = flat("size", ["small", "large"])


def test_branch_with_one_child_is_one_cell() -> None:
    assert dict(TERRITORY.parents) == {
        "dep-1": TOTAL,
        "arr-1": "dep-1",
        "epci-1": "arr-1",
        "epci-2@1": "arr-1",
        "arr-2": "dep-1",
        "epci-2@2": "arr-2",
        "epci-3": "arr-2",
        "dep-2": TOTAL,
    }
    assert TERRITORY.path("epci-4") == ("dep-2",)
    assert TERRITORY.path("epci-1") == ("epci-1", "arr-1", "dep-1")


def test_a_code_with_two_parents_is_refused() -> None:
    with pytest.raises(ValueError, match="two parents"):
        hierarchy("territory", [("a", "x"), ("a", "y")])


def test_unions_add_their_pieces_up() -> None:
    facts = [Fact({"territory": "epci-2@1"}, 3), Fact({"territory": "epci-2@2"}, 4)]
    table = build_table(TableSpec("territory", (TERRITORY,)), facts)
    assert table.cells[("epci-2",)] == 7
    assert table.cells[("arr-1",)] == 3
    assert table.cells[("dep-1",)] == table.cells[(TOTAL,)] == 7


@given(
    st.lists(
        st.tuples(
            st.sampled_from([p[0] for p in PATHS]), st.sampled_from(["small", "large"]), st.integers(0, 9)
        )
    )
)
def test_every_table_adds_up(rows: list[tuple[str, str, int]]) -> None:
    facts = [Fact({"territory": place, "size": size}, count) for place, size, count in rows]
    departments = cut(TERRITORY, ["dep-1", "dep-2"])
    table = build_table(TableSpec("department_size", (departments, SIZE)), facts)
    total = sum(count for _place, _size, count in rows)
    assert table.cells[(TOTAL, TOTAL)] == total
    assert set(table.cells) == {(d, s) for d in ("dep-1", "dep-2", TOTAL) for s in ("small", "large", TOTAL)}
    for department in ("dep-1", "dep-2"):
        parts = sum(table.cells[(department, size)] for size in ("small", "large"))
        assert table.cells[(department, TOTAL)] == parts
    fine = build_table(TableSpec("territory", (TERRITORY,)), facts)
    shared = table.counts().keys() & fine.counts().keys()
    assert WHOLE in shared
    assert {cell: table.counts()[cell] for cell in shared} == {cell: fine.counts()[cell] for cell in shared}


def test_partition_keeps_the_complement() -> None:
    table = partition("question", {"yes": 7, "no": 2, "none": 1})
    assert table.counts() == {
        (("question", "yes"),): 7,
        (("question", "no"),): 2,
        (("question", "none"),): 1,
        WHOLE: 10,
    }


@pytest.mark.parametrize(
    ("value", "mean", "is_dominated"),
    [
        (Sum(0, 0, 0), None, False),
        (Sum(2, 101, 60), 51, False),
        (Sum(5, 1000, 850), 200, False),
        (Sum(5, 1000, 851), 200, True),
    ],
)
def test_means_and_dominance(value: Sum, mean: int | None, is_dominated: bool) -> None:
    assert mean_tenths(value) == mean
    assert dominated(value, percent=85) is is_dominated


@given(st.integers(0, 60), st.lists(st.integers(0, 60), max_size=12))
def test_a_published_count_never_moves_by_one_to_four(first: int, later: list[int]) -> None:
    shown, _repeated = shown_count(first, None)
    for count in later:
        after, repeated = shown_count(count, shown)
        assert abs(after - shown) == 0 or abs(after - shown) >= 5
        assert repeated == (abs(count - shown) < 5)
        assert abs(after - count) <= 4
        shown = after


@given(st.integers(1, 4))
def test_the_protection_interval_surrounds_the_count(count: int) -> None:
    low, high = POLICY.protection(count)
    assert low < count < high
