"""Geometry of the charts: nothing outside the box, lengths that tell the truth, tiles that never meet."""

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import charts
from core.charts.grids import tile_positions
from core.charts.model import NARROW, WIDE, Dot, Drawing, Line, Poly, Rect, Text
from core.charts.text import fit, text_width, wrap

words = st.text(st.characters(categories=["L", "N", "Zs"], max_codepoint=0x17F), min_size=1, max_size=80)
values = st.floats(0, 1e12, allow_nan=False)
cents = st.integers(0, 10**11)


def extent(mark: object) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of a mark; words at their estimated width."""
    match mark:
        case Rect():
            return mark.x, mark.y, mark.x + mark.width, mark.y + mark.height
        case Line():
            return (
                min(mark.x1, mark.x2),
                min(mark.y1, mark.y2),
                max(mark.x1, mark.x2),
                max(mark.y1, mark.y2),
            )
        case Dot():
            return mark.x, mark.y, mark.x, mark.y
        case Poly():
            xs, ys = zip(*mark.points, strict=True)
            return min(xs), min(ys), max(xs), max(ys)
        case Text():
            width = text_width(mark.words, mark.size)
            left = mark.x - {"start": 0.0, "middle": width / 2, "end": width}[mark.anchor]
            return left, mark.y - mark.size * 0.8, left + width, mark.y + 2.0
    raise AssertionError(mark)


def assert_inside(drawing: Drawing) -> None:
    """Every mark is inside the box, to two units (a rounded stroke)."""
    for mark in drawing.marks:
        left, top, right, bottom = extent(mark)
        assert left >= -2, mark
        assert top >= -2, mark
        assert right <= drawing.width + 2, mark
        assert bottom <= drawing.height + 2, mark


def both(chart: charts.Chart) -> tuple[Drawing, Drawing]:
    """The two drawings, checked."""
    assert (chart.wide.width, chart.narrow.width) in {(WIDE, NARROW), (WIDE, WIDE)}
    assert_inside(chart.wide)
    assert_inside(chart.narrow)
    return chart.wide, chart.narrow


def bars_of(drawing: Drawing, fill: str = "s1") -> list[float]:
    """Lengths of the rectangles of one colour."""
    return [mark.width for mark in drawing.marks if isinstance(mark, Rect) and mark.fill == fill]


def make_hbars(rows: list[tuple[str, float]], **options: float) -> charts.Chart:
    """A plain chart of bars."""
    bars = [charts.Bar(label, value, f"{value:.0f}") for label, value in rows]
    return charts.hbars(uid="c", title="T", reading="R", columns=("a", "b"), bars=bars, **options)


@given(st.lists(st.tuples(words, values), max_size=30))
@settings(max_examples=60, deadline=None)
def test_bars_are_proportional_and_inside(rows: list[tuple[str, float]]) -> None:
    chart = make_hbars(rows)
    top = max((value for _, value in rows), default=0)
    for drawing in both(chart):
        lengths = bars_of(drawing)
        assert len(lengths) == len(rows)
        full = max(lengths, default=0)
        for length, (_, value) in zip(lengths, rows, strict=True):
            assert length == pytest.approx(full * value / top if top else 0, abs=0.11)
    assert chart.is_empty == (not rows)
    assert [row[0].text for row in chart.table.rows] == [label for label, _ in rows]


def test_a_fixed_maximum_keeps_two_charts_comparable() -> None:
    half = make_hbars([("a", 50.0)], maximum=100.0)
    whole = make_hbars([("a", 100.0)], maximum=100.0)
    assert bars_of(half.wide)[0] == pytest.approx(bars_of(whole.wide)[0] / 2, rel=0.02)


def test_words_that_are_too_long_for_the_side_go_under_the_bar() -> None:
    bar = charts.Bar("a", 1.0, "1 234 567 € sur 2 000 000 € · 62 %")
    chart = charts.hbars(uid="c", title="T", reading="R", columns=("a", "b"), bars=[bar])
    assert bars_of(chart.narrow) == [NARROW]
    tail = chart.narrow.marks[-1]
    assert isinstance(tail, Text)
    assert (tail.x, tail.words) == (0.0, bar.shown)
    assert_inside(chart.narrow)


@pytest.mark.parametrize("kind", ["hbars", "stacked", "targets", "distribution"])
def test_negative_values_are_refused(kind: str) -> None:
    common = {"uid": "c", "title": "T", "reading": "R"}
    bar = charts.Bar("a", -1.0, "−1")
    with pytest.raises(ValueError, match="negative"):
        match kind:
            case "hbars":
                charts.hbars(**common, columns=("a", "b"), bars=[bar])
            case "stacked":
                stacked = charts.StackedBar("a", (-1.0,), ("−1",))
                charts.stacked_bars(**common, column="a", series=["s"], bars=[stacked])
            case "targets":
                target = charts.TargetBar("a", -1, 1, "", "", "")
                charts.targets(**common, columns=("", "", "", ""), bars=[target])
            case "distribution":
                charts.distribution(**common, columns=("a", "b"), parts=[bar])


@given(st.lists(st.tuples(words, st.lists(values, min_size=3, max_size=3)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_stacked_segments_add_up(rows: list[tuple[str, list[float]]]) -> None:
    bars = [
        charts.StackedBar(name, tuple(v), tuple(f"{x:.0f}" for x in v), f"{sum(v):.0f}") for name, v in rows
    ]
    chart = charts.stacked_bars(
        uid="c", title="T", reading="R", column="a", series=["x", "y", "z"], bars=bars, total_column="t"
    )
    top = max((sum(v) for _, v in rows), default=0)
    for drawing in both(chart):
        segments = [m for m in drawing.marks if isinstance(m, Rect) and m.title]
        by_row: dict[float, float] = {}
        for segment in segments:
            by_row[segment.y] = by_row.get(segment.y, 0) + segment.width
        expected = [sum(v) / top for _, v in rows if top and sum(v) / top > 0.01]
        full = max(by_row.values(), default=0)
        shares = [length / full for length in by_row.values() if full and length / full > 0.01]
        assert shares == pytest.approx(expected, abs=0.01)
    assert [item.texture for item in chart.legend] == ["", "diagonal", "dots"]


@given(st.lists(st.tuples(words, values, st.floats(0.01, 1e12)), min_size=1, max_size=10), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_progress_is_drawn_on_the_scale_of_its_target(
    rows: list[tuple[str, float, float]], expected: float
) -> None:
    bars = [charts.TargetBar(name, v, t, f"{v:.0f}", f"{t:.0f}", f"{v / t:.0%}") for name, v, t in rows]
    chart = charts.targets(
        uid="c",
        title="T",
        reading="R",
        columns=("a", "b", "c", "d"),
        bars=bars,
        expected=expected,
        expected_label="e",
    )
    for drawing in both(chart):
        tracks = bars_of(drawing, "track")
        for length, track, (_, value, target) in zip(bars_of(drawing), tracks, rows, strict=True):
            assert length == pytest.approx(track * min(value / target, 2.0), abs=0.2)


@given(st.lists(st.tuples(words, cents, cents, cents, st.none() | cents), max_size=10))
@settings(max_examples=40, deadline=None)
def test_budget_rows_share_one_scale(rows: list[tuple[str, int, int, int, int | None]]) -> None:
    bars = [
        charts.BudgetBar(name, p, c, s, str(p), str(c), str(s), "9 %", expected=e)
        for name, p, c, s, e in rows
    ]
    columns = ("a", "b", "c", "d", "e")
    chart = charts.budget_bullets(
        uid="c",
        title="T",
        reading="R",
        columns=columns,
        bars=bars,
        legend=("s", "c", "p"),
        expected_label="e",
    )
    for drawing in both(chart):
        tracks = bars_of(drawing, "track")
        plans = [p for _, p, *_ in rows]
        assert len(tracks) == len(plans)
        if max(plans, default=0):
            unit = max(tracks) / max(plans)
            assert tracks == pytest.approx([p * unit for p in plans], abs=0.2)


@given(st.lists(st.tuples(words, values), max_size=5), st.integers(0, 4))
@settings(max_examples=40, deadline=None)
def test_the_strip_shares_the_whole_width(rows: list[tuple[str, float]], here: int) -> None:
    parts = [charts.Bar(label, value, f"{value:.0f}") for label, value in rows]
    chart = charts.distribution(
        uid="c",
        title="T",
        reading="R",
        columns=("a", "b"),
        parts=parts,
        here=here,
        here_label="vous êtes ici",
    )
    for drawing in both(chart):
        strip = [m.width for m in drawing.marks if isinstance(m, Rect) and m.height == 30.0]
        if sum(value for _, value in rows) > 0:
            assert sum(strip) == pytest.approx(drawing.width, abs=0.5)
        else:
            assert strip == []


@given(
    st.lists(words, max_size=30).flatmap(
        lambda moments: st.tuples(
            st.just(moments),
            st.lists(
                st.tuples(words, st.lists(st.none() | values, min_size=len(moments), max_size=len(moments))),
                max_size=6,
            ),
        )
    )
)
@settings(max_examples=60, deadline=None)
def test_lines_stay_inside_and_start_at_zero(
    data: tuple[list[str], list[tuple[str, list[float | None]]]],
) -> None:
    moments, rows = data
    series = [
        charts.LineSeries(name, tuple(v), tuple(str(x) for x in v), dashed=not i)
        for i, (name, v) in enumerate(rows)
    ]
    chart = charts.lines_over_time(
        uid="c",
        title="T",
        reading="R",
        column="mois",
        moments=[moment[:12] for moment in moments],
        series=series,
        tick_format=lambda value: f"{value:.3g}",
    )
    both(chart)
    assert len(chart.table.rows) == (len(moments) if series else 0)


@given(values)
def test_graduations_are_even_and_cover(top: float) -> None:
    ticks = charts.nice_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= min(top, top * 0.999999)
    steps = {(b - a) / ticks[-1] for a, b in pairwise(ticks)}
    assert max(steps) == pytest.approx(min(steps))
    assert 2 <= len(ticks) <= 6


@given(st.lists(st.tuples(words, st.none() | st.floats(0, 100), st.none() | st.floats(0, 100)), max_size=12))
@settings(max_examples=80, deadline=None)
def test_the_radar_stays_in_its_radius(rows: list[tuple[str, float | None, float | None]]) -> None:
    axes = [charts.RadarAxis(name, v, "–" if v is None else f"{v:.0f}", ref, "0") for name, v, ref in rows]
    chart = charts.radar(
        uid="c", title="T", reading="R", axes=axes, columns=("a", "b", "c"), legend=("vous", "pairs")
    )
    for drawing, radius in zip(both(chart), (125.0, 66.0), strict=True):
        spokes = [m for m in drawing.marks if isinstance(m, Line)]
        dots = [m for m in drawing.marks if isinstance(m, Dot)]
        answered = [v for _, v, _ in rows if v is not None]
        assert (len(spokes), len(dots)) == (len(rows), len(answered))
        for dot, value in zip(dots, answered, strict=True):
            away = math.dist((dot.x, dot.y), (spokes[0].x1, spokes[0].y1))
            assert away == pytest.approx(radius * value / 100, abs=0.2)


def test_a_value_outside_the_radar_is_refused() -> None:
    axis = charts.RadarAxis("a", 101.0, "101")
    with pytest.raises(ValueError, match="fixed maximum"):
        charts.radar(uid="c", title="T", reading="R", axes=[axis], columns=("a", "b"))


@given(st.lists(st.tuples(st.floats(-5, 10), st.floats(41, 52)), max_size=60))
@settings(max_examples=40, deadline=None)
def test_tiles_never_overlap(centres: list[tuple[float, float]]) -> None:
    cells = tile_positions(tuple(centres))
    assert len(set(cells)) == len(centres)
    areas = [
        charts.Area(str(n), f"Aire {n}", f"A{n}", x, y, None if n % 3 else n % 5, "12")
        for n, (x, y) in enumerate(centres)
    ]
    chart = charts.tile_map(
        uid="c",
        title="T",
        reading="R",
        columns=("a", "b"),
        areas=areas,
        legend=list("abcde"),
        withheld_label="secret",
    )
    for drawing in both(chart):
        tiles = [m for m in drawing.marks if isinstance(m, Rect)]
        assert len(tiles) == len(areas)
        for one, other in combinations(tiles, 2):
            apart_x = abs(one.x - other.x) >= min(one.width, other.width) - 0.11
            apart_y = abs(one.y - other.y) >= min(one.height, other.height) - 0.11
            assert apart_x or apart_y


def test_tiles_keep_the_sense_of_the_map() -> None:
    # Four corners and a middle: west stays left, north stays up.
    centres = ((1.5, 51.0), (4.0, 51.0), (1.5, 49.0), (4.0, 49.0), (2.75, 50.0))
    north_west, north_east, south_west, south_east, _ = tile_positions(centres)
    assert north_west[0] < north_east[0]
    assert south_west[0] < south_east[0]
    assert north_west[1] < south_west[1]
    assert north_east[1] < south_east[1]


def test_withheld_areas_are_hatched_and_named_in_the_legend() -> None:
    areas = [charts.Area("1", "Aire", "A", 2.0, 50.0, None, "secret")]
    chart = charts.tile_map(
        uid="c",
        title="T",
        reading="R",
        columns=("a", "b"),
        areas=areas,
        legend=[],
        withheld_label="moins de 5",
    )
    assert [(item.label, item.texture) for item in chart.legend] == [("moins de 5", "diagonal")]
    assert [(t.name, t.on_paper) for t in chart.wide.textures] == [("diagonal", True)]


@given(st.integers(0, 12), st.lists(words, max_size=12))
@settings(max_examples=30, deadline=None)
def test_heat_tables_stay_inside(columns: int, labels: list[str]) -> None:
    rows = [
        charts.HeatRow(n, tuple(charts.HeatCell(c % 6 if c % 6 < 5 else None, "12") for c in range(columns)))
        for n in labels
    ]
    chart = charts.heat_table(
        uid="c",
        title="T",
        reading="R",
        column="a",
        columns=[f"Colonne {n}" for n in range(columns)],
        rows=rows,
    )
    both(chart)
    assert len([m for m in chart.wide.marks if isinstance(m, Rect)]) == columns * len(labels)


@given(st.lists(st.none() | values, max_size=40))
def test_classes_are_ordered(numbers: list[float | None]) -> None:
    levels = charts.classes(numbers)
    pairs = sorted(
        (v, level) for v, level in zip(numbers, levels, strict=True) if v is not None and level is not None
    )
    assert [level for _, level in pairs] == sorted(level for _, level in pairs)
    assert [level is None for level in levels] == [value is None for value in numbers]
    assert all(level in range(5) for _, level in pairs)


@given(words, st.floats(30, 300), st.integers(1, 4))
def test_wrapped_words_fit_their_room(label: str, room: float, lines: int) -> None:
    wrapped = wrap(label, room, 13, lines)
    assert 1 <= len(wrapped) <= lines
    assert all(text_width(line, 13) <= room + 0.2 or line == "…" for line in wrapped)


def test_words_are_cut_with_an_ellipsis() -> None:
    assert fit("Métropole européenne de Lille", 90, 13) == "Métropole e…"
    assert fit("Lille", 90, 13) == "Lille"


def test_both_themes_know_every_colour() -> None:
    assert charts.PAGE_THEME.colours.keys() == charts.PRINT_THEME.colours.keys()
    assert all(colour.startswith(("#", "none")) for colour in charts.PRINT_THEME.colours.values())


def test_a_head_too_long_for_its_column_is_parted_between_syllables() -> None:
    assert wrap("Technologie", 70, 12, 3) == ("Technolo-", "gie")
    assert "…" not in "".join(wrap("Expérimentation avancée", 70, 12, 3))


@given(st.text(min_size=1, max_size=40), st.integers(20, 200), st.integers(1, 4))
def test_wrapped_words_never_take_more_lines_nor_more_room(words: str, room: int, lines: int) -> None:
    wrapped = wrap(words, room, 12, lines)
    assert len(wrapped) <= lines
    assert all(line == "…" or text_width(line, 12) <= room + 0.5 for line in wrapped)
