import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory import engine
from observatory.aggregates import TOTAL, WHOLE, Cell, Table, TableSpec, flat, partition
from observatory.disclosure import (
    FormerRelease,
    ProtectedCell,
    Protection,
    attack_release,
    last_published,
    protect_release,
)
from observatory.policy import AuditOutcome, CellStatus
from tests.observatory.populations import draw_companies, tables_of


def counts_of(tables: list[Table]) -> dict[Cell, int]:
    return {cell: count for table in tables for cell, count in table.counts().items()}


def assert_safe(tables: list[Table], protection: Protection) -> None:
    """What every protected release must be, whatever the data."""
    assert protection.audit.outcome is AuditOutcome.PASSED, protection.audit.findings
    counts = counts_of(tables)
    for cell, one in protection.cells.items():
        if one.shown is None:
            assert one.status is not CellStatus.PUBLISHED
            continue
        assert one.status is CellStatus.PUBLISHED
        assert one.shown >= 5
        assert abs(one.shown - counts[cell]) <= 4
        assert one.repeated or one.shown == counts[cell]


def two_way(rows: list[list[int]]) -> Table:
    first, second = (
        flat("row", [f"r{n}" for n in range(len(rows))]),
        flat("col", [f"c{n}" for n in range(len(rows[0]))]),
    )
    cells = {(f"r{i}", f"c{j}"): value for i, row in enumerate(rows) for j, value in enumerate(row)}
    for i, row in enumerate(rows):
        cells[(f"r{i}", TOTAL)] = sum(row)
    for j in range(len(rows[0])):
        cells[(TOTAL, f"c{j}")] = sum(row[j] for row in rows)
    cells[(TOTAL, TOTAL)] = sum(map(sum, rows))
    return Table(TableSpec("table", (first, second)), cells)


def hidden_in(protection: Protection, *codes: tuple[str, str]) -> int:
    return sum(1 for cell, one in protection.cells.items() if one.shown is None and set(codes) <= set(cell))


def test_a_lone_small_cell_gets_a_companion_in_row_and_column() -> None:
    table = two_way([[3, 20, 30], [10, 25, 35], [15, 40, 50]])
    protection = protect_release([table])
    assert_safe([table], protection)
    assert protection.cells[(("col", "c0"), ("row", "r0"))].status is CellStatus.PRIMARY
    assert hidden_in(protection, ("row", "r0")) >= 2
    assert hidden_in(protection, ("col", "c0")) >= 2
    assert protection.cells[WHOLE].shown == 228


def test_complement_of_a_question_is_protected() -> None:
    """« 48 entreprises sur 50 » would say that two did not."""
    table = partition("question", {"yes": 48, "no": 2})
    protection = protect_release([table])
    assert_safe([table], protection)
    assert protection.cells[(("question", "yes"),)].status is CellStatus.SECONDARY


def test_an_engine_out_of_time_leaves_the_protection_to_the_attack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_START_SECONDS", 0)
    monkeypatch.setattr(engine, "MINUTES_PER_TABLE", 0)
    table = two_way([[3, 20, 30], [10, 25, 35], [15, 40, 50]])
    protection = protect_release([table])
    assert_safe([table], protection)
    assert protection.audit.hidden_by_engine == 0
    assert protection.audit.hidden_by_attack > 0


def test_nothing_is_shown_of_four_companies() -> None:
    table = two_way([[1, 1], [1, 1]])
    protection = protect_release([table])
    assert_safe([table], protection)
    assert all(one.shown is None for one in protection.cells.values())


def test_an_empty_release_is_protected_without_the_engine() -> None:
    table = two_way([[0, 0], [0, 0]])
    protection = protect_release([table])
    assert {one.status for one in protection.cells.values()} == {CellStatus.EMPTY}
    assert protection.audit.outcome is AuditOutcome.PASSED


def test_two_linked_tables_are_protected_together() -> None:
    """Each table alone would hide enough; put together they would give the small cell back."""
    coarse = partition("sector", {"BE": 12, "GI": 9, "MN": 4})
    crossed = two_way([[3, 9], [5, 4], [0, 4]])
    cells = {
        (row.replace("r0", "BE").replace("r1", "GI").replace("r2", "MN"), column): count
        for (row, column), count in crossed.cells.items()
    }
    first = flat("sector", ["BE", "GI", "MN"])
    linked = Table(TableSpec("linked", (first, flat("size", ["c0", "c1"]))), cells)
    tables = [coarse, linked]
    protection = protect_release(tables)
    assert_safe(tables, protection)
    shared = [cell for cell in protection.cells if len(cell) == 1 and cell[0][0] == "sector"]
    assert len(shared) == 3


def test_tables_that_disagree_are_refused() -> None:
    with pytest.raises(ValueError, match="disagree"):
        protect_release([partition("question", {"yes": 6, "no": 7}), partition("other", {"yes": 6, "no": 8})])


def test_the_attack_finds_a_leaky_suppression() -> None:
    """A release whose lone suppression is found by subtraction must not pass."""
    table = two_way([[3, 20], [10, 25]])
    counts = counts_of([table])
    leaky = {cell: ProtectedCell(CellStatus.PUBLISHED, count) for cell, count in counts.items()}
    small = (("col", "c0"), ("row", "r0"))
    leaky[small] = ProtectedCell(CellStatus.PRIMARY, None)
    audit = attack_release([table.spec], counts, leaky)
    assert audit.outcome is AuditOutcome.FAILED
    (finding,) = audit.findings
    assert (finding.cell, finding.lower, finding.upper) == (small, 3, 3)
    assert finding.through


def test_the_attack_finds_a_count_bounded_too_tightly() -> None:
    """Two hidden cells of 1 and 1 under a total of 2: neither is found, both are bounded."""
    table = partition("question", {"yes": 1, "no": 1, "more": 20})
    cells = {
        (("question", "yes"),): ProtectedCell(CellStatus.PRIMARY, None),
        (("question", "no"),): ProtectedCell(CellStatus.PRIMARY, None),
        (("question", "more"),): ProtectedCell(CellStatus.PUBLISHED, 20),
        WHOLE: ProtectedCell(CellStatus.PUBLISHED, 22),
    }
    counts = counts_of([table])
    assert attack_release([table.spec], counts, cells).outcome is AuditOutcome.PASSED
    counts[(("question", "yes"),)], counts[(("question", "no"),)] = 2, 0
    audit = attack_release([table.spec], counts, cells)
    assert [finding.cell for finding in audit.findings] == [(("question", "yes"),)]
    assert (audit.findings[0].lower, audit.findings[0].upper) == (0, 2)


def test_the_attack_joins_tables_that_are_each_safe() -> None:
    """Three two-way tables, each protected, still bound a cell through their common population."""
    rng = random.Random(11)
    tables = tables_of(draw_companies(60, rng))
    protection = protect_release(tables)
    counts = counts_of(tables)
    specs = [table.spec for table in tables]
    undone = dict(protection.cells)
    for cell, one in protection.cells.items():
        if one.status is CellStatus.SECONDARY:
            undone[cell] = ProtectedCell(CellStatus.PUBLISHED, counts[cell])
    assert any(one.status is CellStatus.SECONDARY for one in protection.cells.values())
    assert attack_release(specs, counts, undone).outcome is AuditOutcome.FAILED


@settings(max_examples=8)
@given(st.integers(0, 10_000), st.integers(0, 90))
def test_random_releases_resist(seed: int, number: int) -> None:
    tables = tables_of(draw_companies(number, random.Random(seed)))
    assert_safe(tables, protect_release(tables))


@pytest.mark.parametrize("seed", range(8))
def test_a_seeded_batch_of_tables_resists(seed: int) -> None:
    rng = random.Random(seed)
    rows = [
        [rng.choice([0, 0, 1, 2, 3, 4, 5, 6, 8, 12, 30]) for _ in range(rng.randint(2, 6))] for _ in range(1)
    ]
    width = len(rows[0])
    rows += [[rng.choice([0, 1, 2, 4, 6, 9, 15]) for _ in range(width)] for _ in range(rng.randint(1, 6))]
    table = two_way(rows)
    assert_safe([table], protect_release([table]))


@pytest.mark.parametrize("seed", range(2))
def test_successive_releases_resist_together(seed: int) -> None:
    rng = random.Random(seed)
    companies = draw_companies(50, rng)
    history: list[FormerRelease] = []
    for number in range(3):
        tables = tables_of(companies)
        former = last_published(history)
        protection = protect_release(tables, history)
        assert_safe(tables, protection)
        for cell, one in protection.cells.items():
            if one.shown is not None and cell in former:
                assert one.shown == former[cell] or abs(one.shown - former[cell]) >= 5
        history.append(FormerRelease(f"release {number}", protection.cells))
        leaving = set(rng.sample(range(len(companies)), 3))
        companies = [one for place, one in enumerate(companies) if place not in leaving]
        companies += draw_companies(rng.choice([4, 12]), rng)


def test_a_lone_newcomer_is_not_shown_by_two_releases() -> None:
    first = partition("question", {"yes": 20, "no": 30})
    before = protect_release([first])
    history = [FormerRelease("first", before.cells)]
    after = protect_release([partition("question", {"yes": 21, "no": 30})], history)
    assert [one.shown for one in after.cells.values()] == [one.shown for one in before.cells.values()]
    assert all(one.repeated for one in after.cells.values())


def test_a_repeated_count_is_not_given_away_by_the_others() -> None:
    """One joins « yes », five join « no »: the total and « no » move, « yes » must not be found at 21."""
    first = partition("question", {"yes": 20, "no": 30})
    history = [FormerRelease("first", protect_release([first]).cells)]
    second = partition("question", {"yes": 21, "no": 35})
    protection = protect_release([second], history)
    assert_safe([second], protection)
    shown = {cell: one.shown for cell, one in protection.cells.items()}
    assert list(shown.values()).count(None) >= 1
    leaky = {
        (("question", "yes"),): ProtectedCell(CellStatus.PUBLISHED, 20, repeated=True),
        (("question", "no"),): ProtectedCell(CellStatus.PUBLISHED, 35),
        WHOLE: ProtectedCell(CellStatus.PUBLISHED, 56),
    }
    audit = attack_release([second.spec], counts_of([second]), leaky, history)
    assert audit.outcome is AuditOutcome.FAILED


def test_former_releases_are_attacked_through_the_new_one() -> None:
    """What the first release hid must not come out of the second, growth being supposed."""
    first = partition("question", {"yes": 3, "no": 6, "none": 20})
    hidden = protect_release([first]).cells
    history = [FormerRelease("first", hidden)]
    second = partition("question", {"yes": 8, "no": 11, "none": 25})
    counts = counts_of([second])
    every = {cell: ProtectedCell(CellStatus.PUBLISHED, count) for cell, count in counts.items()}
    assert attack_release([second.spec], counts, every, history).outcome is AuditOutcome.PASSED
    tight = {**history[0].cells, (("question", "none"),): ProtectedCell(CellStatus.PUBLISHED, 20)}
    tight[(("question", "no"),)] = ProtectedCell(CellStatus.PUBLISHED, 6)
    audit = attack_release([second.spec], counts, every, [replace(history[0], cells=tight)])
    assert {finding.release for finding in audit.findings} == {0}
