import random

from observatory.aggregates import WHOLE, Cell, Sum, flat, partition
from observatory.disclosure import ProtectedCell, protect_release
from observatory.means import MeanTable, ProtectedMean, attack_means, protect_means
from observatory.policy import CellStatus

AXIS = flat("sector", ["BE", "FZ", "GI", "MN"])


def sums_of(scores: dict[str, list[int]]) -> dict[Cell, Sum]:
    found = {AXIS.cell(code): Sum(len(s), sum(s), max(s, default=0)) for code, s in scores.items()}
    everyone = [score for row in scores.values() for score in row]
    found[WHOLE] = Sum(len(everyone), sum(everyone), max(everyone, default=0))
    return found


def means_of(
    scores: dict[str, list[int]],
    counts: dict[Cell, ProtectedCell] | None = None,
    former: dict[Cell, int] | None = None,
) -> dict[Cell, ProtectedMean]:
    (found,) = protect_means([MeanTable(AXIS, sums_of(scores), counts or counts_for(scores), former or {})])
    return found


def counts_for(scores: dict[str, list[int]]) -> dict[Cell, ProtectedCell]:
    return dict(
        protect_release([partition("sector", {code: len(row) for code, row in scores.items()})]).cells
    )


def test_a_mean_follows_its_count() -> None:
    scores = {"BE": [400] * 8, "FZ": [500] * 3, "GI": [300] * 6, "MN": [600] * 9}
    means = means_of(scores)
    assert means[AXIS.cell("FZ")].tenths is None
    assert means[AXIS.cell("MN")].tenths == 600
    assert means[WHOLE].tenths == 458


def test_a_dominated_mean_is_hidden_with_a_companion() -> None:
    scores = {"BE": [900, 10, 10, 10, 10, 10], "FZ": [500] * 7, "GI": [300] * 8, "MN": [600] * 9}
    means = means_of(scores)
    assert means[AXIS.cell("BE")].status is CellStatus.PRIMARY
    assert sum(one.tenths is None for one in means.values()) >= 2


def test_a_repeated_count_repeats_its_mean() -> None:
    scores = {"BE": [400] * 6, "FZ": [500] * 7, "GI": [300] * 8, "MN": [600] * 9}
    counts = counts_for(scores)
    counts[AXIS.cell("BE")] = ProtectedCell(CellStatus.PUBLISHED, 5, repeated=True)
    means = means_of(scores, counts, {AXIS.cell("BE"): 380})
    assert (means[AXIS.cell("BE")].tenths, means[AXIS.cell("BE")].repeated) == (380, True)
    assert means_of(scores, counts)[AXIS.cell("BE")].tenths is None


def test_hidden_means_stay_open() -> None:
    rng = random.Random(7)
    tables = []
    for _table in range(60):
        scores = {
            code: [rng.randint(0, 1000) for _ in range(rng.choice([0, 2, 4, 5, 7, 20]))]
            for code in AXIS.parents
        }
        counts = {
            cell: ProtectedCell(CellStatus.PUBLISHED, value.count)
            if value.count >= 5
            else ProtectedCell(CellStatus.PRIMARY, None)
            for cell, value in sums_of(scores).items()
        }
        tables.append(MeanTable(AXIS, sums_of(scores), counts, {}))
    hidden = 0
    for table, means in zip(tables, protect_means(tables), strict=True):
        assert attack_means(table.axis, table.sums, means) == []
        hidden += sum(one.status is CellStatus.SECONDARY for one in means.values())
        for cell, one in means.items():
            if one.tenths is not None:
                assert table.sums[cell].count >= 5
    assert hidden > 20


def test_the_attack_finds_a_mean_left_alone() -> None:
    scores = {"BE": [900, 10, 10, 10, 10, 10], "FZ": [500] * 7, "GI": [300] * 8, "MN": [600] * 9}
    sums = sums_of(scores)
    means = means_of(scores)
    leaky = {
        cell: one
        if cell == AXIS.cell("BE")
        else type(one)(CellStatus.PUBLISHED, round(sums[cell].total_tenths / sums[cell].count))
        for cell, one in means.items()
    }
    (finding,) = attack_means(AXIS, sums, leaky)
    assert finding.cell == AXIS.cell("BE")
    assert finding.lower <= 158 <= finding.upper
