"""Tables of peers, attacked: whatever a reader adds or subtracts, she never finds a few companies."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.enums import PeerScope
from diagnostics.peers import (
    MIN_OTHERS,
    MIN_UNITS,
    OVERALL,
    Element,
    Figure,
    Group,
    GroupKey,
    closest,
    keys_of,
    mean_points,
    publish,
)

ALL = GroupKey(PeerScope.ALL)


def element(key: int, *, unit: str = "", section: str = "C", size: str = "0-9", **scores: int) -> Element:
    return Element(key, unit or f"u{key}", section, size, {OVERALL: 400 + key, **scores})


def everyone(numbers: range, **place: str) -> list[Element]:
    return [element(number, **place) for number in numbers]


def known(*lists: Sequence[Element]) -> dict[int, Element]:
    return {each.key: each for elements in lists for each in elements}


def by_key(groups: Sequence[Group]) -> dict[GroupKey, Group]:
    return {group.key: group for group in groups}


class TestOneTable:
    def test_five_companies_are_not_published_six_are(self):
        assert publish(everyone(range(5)), (), {}) == ()
        groups = by_key(publish(everyone(range(6)), (), {}))
        assert groups[ALL].figures[OVERALL] == Figure(6, 2415)

    def test_a_sector_is_not_the_sum_of_its_cells_and_a_few(self):
        cell, few = everyone(range(8)), everyone(range(8, 11), size="10-49")
        groups = by_key(publish([*cell, *few], (), {}))
        assert len(groups[GroupKey(PeerScope.SECTOR_AND_SIZE, "C", "0-9")].members) == 8
        assert len(groups[GroupKey(PeerScope.SECTOR, "C")].members) == 8  # not 11: 11 − 8 would tell of 3
        assert GroupKey(PeerScope.SECTOR_AND_SIZE, "C", "10-49") not in groups

    def test_leftovers_join_the_whole_once_they_are_enough(self):
        cell = everyone(range(6))
        few = [element(10 + rank, section=section) for rank, section in enumerate("FGHIJK")]
        groups = by_key(publish([*cell, *few], (), {}))
        assert len(groups[ALL].members) == 12

    def test_a_company_that_makes_most_of_a_total_hides_it(self):
        small = [Element(n, f"u{n}", "C", "0-9", {OVERALL: 400, "donnees": 10}) for n in range(6)]
        giant = Element(9, "u9", "C", "0-9", {OVERALL: 400, "donnees": 1000})
        groups = by_key(publish([*small, giant], (), {}))
        assert set(groups[ALL].figures) == {OVERALL}

    def test_a_dimension_few_answered_is_left_out(self):
        some = [element(n, donnees=500) for n in range(5)]
        groups = by_key(publish([*some, *everyone(range(5, 9))], (), {}))
        assert set(groups[ALL].figures) == {OVERALL}


class TestInTime:
    def test_a_group_waits_until_six_companies_moved(self):
        first = everyone(range(6))
        history = publish(first, (), {})
        for more in range(1, 6):
            assert publish([*first, *everyone(range(6, 6 + more))], history, known(first)) == ()
        again = by_key(publish([*first, *everyone(range(6, 12))], history, known(first)))
        assert again[ALL].figures[OVERALL].count == 12

    def test_withdrawals_wait_too(self):
        first = everyone(range(14))
        history = publish(first, (), {})
        assert publish(first[:9], history, known(first)) == ()
        assert len(by_key(publish(first[:8], history, known(first)))[ALL].members) == 8

    def test_a_company_assessed_again_keeps_its_former_value_until_six_did(self):
        first = everyone(range(12))
        history = publish(first, (), {})

        def again(moved: int) -> list[Element]:
            newer = [element(100 + n, unit=f"u{n}") for n in range(moved)]
            return [*newer, *first[moved:]]

        assert publish(again(5), history, known(first)) == ()
        groups = by_key(publish(again(6), history, known(first)))
        assert groups[ALL].members == {100, 101, 102, 103, 104, 105, *range(6, 12)}

    def test_nothing_moved_nothing_published(self):
        first = everyone(range(20))
        history = publish(first, (), {})
        assert publish(first, history, known(first)) == ()


class TestReading:
    def test_the_group_widens_until_five_others_remain(self):
        cell, others = everyone(range(6)), everyone(range(10, 20), size="50-249")
        groups = by_key(publish([*cell, *others], (), {}))
        group, figures = closest(groups, "C", "0-9", {0: cell[0]}) or (None, {})
        assert group is not None
        assert group.key == GroupKey(PeerScope.SECTOR_AND_SIZE, "C", "0-9")
        assert figures[OVERALL] == Figure(5, 2415 - 400)  # herself left out
        group, _figures = closest(groups, "C", "250+", {}) or (None, {})
        assert group is not None
        assert group.key == GroupKey(PeerScope.SECTOR, "C")
        assert closest({}, "C", "0-9", {}) is None

    def test_linked_companies_are_left_out_with_the_reader(self):
        table = everyone(range(6))
        groups = by_key(publish(table, (), {}))
        sister = element(3)  # the representative of the reader's group
        _group, figures = closest(groups, "C", "0-9", {sister.key: sister}) or (None, {})
        assert figures[OVERALL].count == MIN_OTHERS

    def test_means_are_whole_points_rounded_half_up(self):
        assert [mean_points(Figure(2, total)) for total in (809, 810, 829, 830)] == [40, 41, 41, 42]


@st.composite
def histories(draw: st.DrawFn) -> list[list[Element]]:
    """A small region over a few dates: companies come, go, are assessed again, answer some themes."""
    keys = iter(range(1_000_000))
    alive: dict[str, Element] = {}
    units = iter(range(1_000_000))
    rounds = []
    for _date in range(draw(st.integers(1, 4))):
        for section, size in draw(
            st.lists(
                st.tuples(st.sampled_from("CG"), st.sampled_from(["0-9", "250+"])), min_size=4, max_size=16
            )
        ):
            unit = f"u{next(units)}"
            themes = {"donnees": draw(st.integers(0, 1000))} if draw(st.booleans()) else {}
            alive[unit] = Element(
                next(keys), unit, section, size, {OVERALL: draw(st.integers(0, 1000)), **themes}
            )
        for unit in draw(st.lists(st.sampled_from(sorted(alive) or ["-"]), max_size=8, unique=True)):
            if unit in alive and draw(st.booleans()):
                old = alive[unit]
                alive[unit] = Element(next(keys), unit, old.section, old.size, {OVERALL: 500})
            else:
                alive.pop(unit, None)
        rounds.append(list(alive.values()))
    return rounds


def run(rounds: list[list[Element]]) -> tuple[list[Group], dict[int, Element]]:
    history: list[Group] = []
    former: dict[int, Element] = {}
    for current in rounds:
        published = publish(current, history, former)
        former.update({each.key: each for each in current})
        history.extend(published)
    return history, former


def is_determined(target: set[int], sets: Sequence[set[int]]) -> bool:
    """Whether the total over ``target`` is a linear combination of the totals over ``sets`` (exact)."""
    columns = sorted({key for each in sets for key in each} | target)
    rows = [[Fraction(int(key in each)) for key in columns] for each in sets]
    goal = [Fraction(int(key in target)) for key in columns]
    for place in range(len(columns)):
        pivot = next((row for row in rows if row[place]), None)
        if pivot is None:
            if goal[place]:
                return False
            continue
        rows.remove(pivot)
        for row in [*rows, goal]:
            if row[place]:
                factor = row[place] / pivot[place]
                row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
    return not any(goal)


@settings(max_examples=60)
@given(histories())
def test_no_reader_finds_one_company_by_solving_the_whole(rounds: list[list[Element]]):
    history, former = run(rounds)
    for figure in (OVERALL, "donnees"):
        sets = [
            {key for key in group.members if figure in former[key].scores}
            for group in history
            if figure in group.figures
        ]
        for reader in {*({key for each in sets for key in each}), -1}:
            # She knows her own score: what is left of each total once she takes herself away.
            left = [each - {reader} for each in sets]
            for one in sorted({key for each in left for key in each})[:4]:
                assert not is_determined({one}, left)


@settings(max_examples=60)
@given(histories())
def test_no_sum_or_difference_of_tables_rests_on_a_few_companies(rounds: list[list[Element]]):
    history, former = run(rounds)
    sets = [group.members for group in history]
    for few in combinations(sets, min(3, len(sets))):
        for signs in product((-1, 0, 1), repeat=len(few)):
            weight: dict[int, int] = {}
            for sign, each in zip(signs, few, strict=True):
                for key in each:
                    weight[key] = weight.get(key, 0) + sign
            assert sum(map(bool, weight.values())) not in range(1, MIN_UNITS)
    for group in history:
        assert len(group.members) >= MIN_UNITS
        units = [former[key].unit for key in group.members]
        assert len(set(units)) == len(units)
        for figure, told in group.figures.items():
            values = [former[key].scores[figure] for key in group.members if figure in former[key].scores]
            assert told == Figure(len(values), sum(values))
        assert all(group.key in keys_of(former[k].section, former[k].size) for k in group.members)
