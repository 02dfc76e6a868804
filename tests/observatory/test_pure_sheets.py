from decimal import Decimal

import pytest

from observatory.aggregates import TOTAL, UNKNOWN, WHOLE, Sum
from observatory.composing import (
    Frame,
    Group,
    Words,
    answer_table,
    build_axes,
    build_facts,
    cell_of,
    key_of,
    population_tables,
    sums_by,
    tick_table,
)
from observatory.context_series import context_series
from observatory.sheets import TOTAL_CODE, choices_of, crossed_sheet, mean_sheet, territory_sheet

WORDS = Words("Ensemble", "Non renseigné", "Sans réponse", "Autre", "{name} (arrondissement)")
FRAME = Frame(
    sections={"C": "BE", "D": "BE", "F": "FZ"},
    section_names={"C": "Industrie manufacturière", "D": "Énergie", "F": "Construction"},
    sector_names={"BE": "Industrie", "FZ": "Construction"},
    size_names={"0-9": "0 à 9", "10-49": "10 à 49"},
    level_names={"bas": "Débutant", "haut": "Confirmé"},
    pieces=[
        ("e1", "a1", "59"),
        ("e2", "a1", "59"),
        ("e2", "a2", "59"),
        ("e3", "a2", "59"),
        ("e4", "a3", "80"),
    ],
    department_names={"59": "Nord", "80": "Somme", "02": "Aisne"},
    arrondissement_names={"a1": "Lille", "a2": "Douai", "a3": "Amiens"},
    epci_names={"e1": "Un", "e2": "Deux", "e3": "Trois", "e4": "Quatre"},
    words=WORDS,
)
GROUPS = [
    Group("C", "e1", "a1", "0-9", "bas", 7),
    Group("F", "e2", "a1", "10-49", "haut", 3),
    Group("D", "e2", "a2", "10-49", "bas", 4),
    Group("C", "e4", "a3", "0-9", "haut", 6),
]


def test_keys_name_the_same_cell_in_every_release() -> None:
    for cell in (WHOLE, (("sector", "BE"),), (("sector", "BE"), ("size", "10-49"))):
        assert cell_of(key_of(cell)) == cell
    assert key_of((("sector", "BE"), ("size", "10-49"))) == "sector=BE;size=10-49"


def test_axes_follow_the_territory() -> None:
    axes = build_axes(FRAME, GROUPS)
    assert axes.territory.unions == {"Ee2": ("Ee2@a1", "Ee2@a2")}
    assert axes.territory.path("Ee4") == ("D80",)
    assert set(axes.department.parents) == {"D59", "D80"}
    assert UNKNOWN not in axes.size.parents
    assert axes.territory.minor == {"Aa1", "Aa2"}


def test_what_is_not_known_keeps_its_place() -> None:
    groups = [*GROUPS, Group("Z", "x", "y", "unknown", "", 2)]
    axes = build_axes(FRAME, groups)
    tables = population_tables(axes, build_facts(FRAME, groups))
    for table in tables.values():
        assert table.counts()[WHOLE] == 22
    assert tables["sector-size"].cells[(UNKNOWN, UNKNOWN)] == 2
    assert tables["territory"].cells[(UNKNOWN,)] == 2
    assert tables["territory"].cells[("Ee2",)] == 7
    assert tables["level-size"].cells[(UNKNOWN, UNKNOWN)] == 2


def test_sheets_name_every_cell_once() -> None:
    axes = build_axes(FRAME, GROUPS)
    tables = population_tables(axes, build_facts(FRAME, GROUPS))
    crossed = crossed_sheet("sector-size", "T", (axes.sector, "Secteur"), (axes.size, "Taille"), axes, WORDS)
    assert {line.cell for line in crossed.lines} == set(tables["sector-size"].counts())
    assert crossed.lines[-1].row == crossed.lines[-1].column == TOTAL_CODE
    territory = territory_sheet("T", "Territoire", axes, FRAME, "")
    cells = {line.row: (line.row_label, line.cell) for line in territory.lines}
    assert cells["Aa1"] == ("Lille (arrondissement)", (("territory", "Aa1"),))
    assert cells["Ee2"] == ("Deux", (("territory", "Ee2"),))
    assert cells["Ee4"] == ("Quatre", (("territory", "D80"),))
    assert "D02" not in cells
    means = mean_sheet("scores", "T", None, {"overall": "Note"}, "Dimension", axes, WORDS)
    assert means.is_mean
    assert not crossed.is_mean


def test_answers_share_the_whole_out() -> None:
    table = answer_table("answer:q", {"oui": 8, "ancien": 3}, 20, ["oui", "non"])
    assert table.counts() == {
        (("answer:q", "oui"),): 8,
        (("answer:q", "non"),): 0,
        (("answer:q", "other"),): 3,
        (("answer:q", "none"),): 9,
        WHOLE: 20,
    }
    labels = [label for _code, label, _cell in choices_of({"oui": "Oui", "non": "Non"}, table, WORDS)]
    assert labels == ["Oui", "Non", "Autre", "Sans réponse"]
    assert tick_table("tick:q:a", 12, 20).counts()[(("tick:q:a", "no"),)] == 8


def test_sums_gather_unknown_codes() -> None:
    axes = build_axes(FRAME, [*GROUPS, Group("Z", "e1", "a1", "0-9", "bas", 1)])
    sums = sums_by(axes.sector, [("BE", Sum(2, 900, 500)), ("ZZ", Sum(1, 40, 40)), ("BE", Sum(1, 600, 600))])
    assert sums == {
        (("sector", "BE"),): Sum(3, 1500, 600),
        (("sector", UNKNOWN),): Sum(1, 40, 40),
        WHOLE: Sum(4, 1540, 600),
    }


def test_context_series_carry_source_and_break() -> None:
    france = context_series()[0].lines[0]
    assert (france.label, france.break_at) == ("France", "2023")
    assert france.values[-1] == Decimal("18.16")
    for series in context_series():
        assert series.source.startswith("Eurostat")
        assert series.source_url.startswith("https://ec.europa.eu/")
        assert series.updated_on.year >= 2026


def test_a_code_unknown_to_an_axis_is_a_mistake() -> None:
    axes = build_axes(FRAME, GROUPS)
    with pytest.raises(KeyError):
        axes.sector.path("X")
    assert axes.name(axes.sector, TOTAL, WORDS) == "Ensemble"
