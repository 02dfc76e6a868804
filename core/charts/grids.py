"""Two-dimensional shades: the heat table, and the map made of one tile per area."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.charts.model import (
    FONT,
    LINE,
    NARROW,
    SCALE,
    SMALL,
    WIDE,
    Canvas,
    Cell,
    Chart,
    Drawing,
    LegendItem,
    Rect,
    Table,
    Text,
    r1,
)
from core.charts.text import fit, text_width, wrap

WITHHELD = "diagonal"


@dataclass(frozen=True)
class HeatCell:
    """A cell: its class from 0 (least) to 4 (most), or ``None`` when there is nothing to show."""

    level: int | None
    shown: str
    url: str = ""


@dataclass(frozen=True)
class HeatRow:
    """A row of a heat table."""

    label: str
    cells: tuple[HeatCell, ...]
    url: str = ""


@dataclass(frozen=True)
class Area:
    """An area of the map: centre in degrees, class from 0 to 4, or ``None`` when withheld."""

    code: str
    label: str
    short: str
    longitude: float
    latitude: float
    level: int | None
    shown: str
    url: str = ""


def classes(values: Sequence[float | None], count: int = 5) -> tuple[int | None, ...]:
    """Class of each value by equal steps from zero to the greatest; ``None`` stays ``None``."""
    top = max((value for value in values if value is not None), default=0.0)
    if top <= 0:
        return tuple(None if value is None else 0 for value in values)
    return tuple(None if v is None else min(int(max(v, 0.0) / top * count), count - 1) for v in values)


def _shade(level: int | None) -> tuple[str, str]:
    """Fill and ink that stay legible on one another, in both themes."""
    if level is None:
        return "paper", "ink-2"
    return SCALE[level], "paper" if level > 2 else "ink"


def heat_table(
    *,
    uid: str,
    title: str,
    reading: str,
    column: str,
    columns: Sequence[str],
    rows: Sequence[HeatRow],
    note: str = "",
) -> Chart:
    """Rows and columns whose cells are shaded and carry their figure.

    On a narrow page it keeps its width and scrolls. Raises ``ValueError`` when a row has not one cell
    per column.
    """
    if any(len(row.cells) != len(columns) for row in rows):
        raise ValueError("Each row needs one cell per column.")
    drawing = _draw_heat(columns, rows)
    table = tuple(
        (Cell(row.label, row.url), *(Cell(cell.shown, cell.url) for cell in row.cells))
        for row in rows
        if columns
    )
    return Chart(
        uid, title, reading, drawing, drawing, Table((column, *columns), table), (), note, is_scrolled=True
    )


def _draw_heat(columns: Sequence[str], rows: Sequence[HeatRow]) -> Drawing:
    canvas = Canvas(WIDE)
    left = min(200.0, max((text_width(row.label, FONT) for row in rows), default=0.0)) + 10.0
    room = (WIDE - left) / max(len(columns), 1)
    heads = [wrap(words, room - 6, SMALL, 3) for words in columns]
    top = 14.0 * max((len(lines) for lines in heads), default=0) + 8.0
    for number, lines in enumerate(heads):
        for index, line in enumerate(lines):
            y = top - 8.0 - 14.0 * (len(lines) - 1 - index)
            canvas.add(Text(r1(left + room * (number + 0.5)), r1(y), line, "ink-2", SMALL, "middle"))
    y = top
    for row in rows:
        lines = wrap(row.label, left - 10.0, FONT)
        height = max(30.0, LINE * len(lines) + 4.0)
        for index, line in enumerate(lines):
            baseline = y + height / 2 - LINE * (len(lines) - 1) / 2 + LINE * index + FONT * 0.36
            canvas.add(Text(0.0, r1(baseline), line, size=FONT, url=row.url, title=row.label))
        for number, cell in enumerate(row.cells):
            fill, ink = _shade(cell.level)
            x = left + room * number
            texture = WITHHELD if cell.level is None else ""
            canvas.add(
                Rect(
                    r1(x + 1),
                    r1(y + 1),
                    r1(room - 2),
                    r1(height - 2),
                    fill,
                    3.0,
                    texture,
                    title=cell.shown,
                    url=cell.url,
                )
            )
            if cell.level is not None:
                words = fit(cell.shown, room - 6, SMALL)
                canvas.add(
                    Text(r1(x + room / 2), r1(y + height / 2 + 4), words, ink, SMALL, "middle", strong=True)
                )
        y += height
    return canvas.finish(y + 2.0)


def tile_map(
    *,
    uid: str,
    title: str,
    reading: str,
    columns: tuple[str, str],
    areas: Sequence[Area],
    legend: Sequence[str],
    withheld_label: str,
    note: str = "",
) -> Chart:
    """One square per area, near its true place, none over another; used when no contours are loaded.

    ``legend`` names the classes from least to most; ``withheld_label`` names the hatched tiles.
    """
    cells = tile_positions(tuple((area.longitude, area.latitude) for area in areas))
    wide, narrow = (_draw_tiles(width, areas, cells) for width in (WIDE, NARROW))
    rows = tuple(
        (Cell(area.label, area.url), Cell(area.shown)) for area in sorted(areas, key=lambda each: each.label)
    )
    items = [LegendItem(label, SCALE[number]) for number, label in enumerate(legend)]
    if any(area.level is None for area in areas):
        items.append(LegendItem(withheld_label, "paper", WITHHELD))
    return Chart(uid, title, reading, wide, narrow, Table(columns, rows), tuple(items), note)


def _draw_tiles(width: float, areas: Sequence[Area], cells: Sequence[tuple[int, int]]) -> Drawing:
    canvas = Canvas(width)
    across = max((column for column, _ in cells), default=0) + 1
    side = min(width / across, 64.0)
    shift = (width - side * across) / 2
    size = min(SMALL, side * 0.22)
    for area, (column, row) in zip(areas, cells, strict=True):
        fill, ink = _shade(area.level)
        x, y = shift + side * column, side * row
        words = f"{area.label}\u00a0: {area.shown}"
        texture = WITHHELD if area.level is None else ""
        canvas.add(
            Rect(
                r1(x + 1),
                r1(y + 1),
                r1(side - 2),
                r1(side - 2),
                fill,
                3.0,
                texture,
                "line-strong",
                words,
                area.url,
            )
        )
        if size >= 9.0 and area.level is not None:
            room, middle = side - 6.0, r1(x + side / 2)
            canvas.add(Text(middle, r1(y + side * 0.45), fit(area.short, room, size), ink, size, "middle"))
            canvas.add(
                Text(
                    middle, r1(y + side * 0.75), fit(area.shown, room, size), ink, size, "middle", strong=True
                )
            )
    return canvas.finish(side * (max((row for _, row in cells), default=-1) + 1))


@lru_cache(maxsize=16)
def tile_positions(centres: tuple[tuple[float, float], ...]) -> tuple[tuple[int, int], ...]:
    """Column and row of each centre (longitude, latitude in degrees): distinct cells, near the true place.

    Each centre takes the free cell nearest to it, from the middle outwards; pairs are then exchanged,
    and tiles moved to free cells, while that brings the whole nearer. Same centres, same map.
    """
    if not centres:
        return ()
    squeeze = math.cos(math.radians(sum(lat for _, lat in centres) / len(centres)))
    xs, ys = [lon * squeeze for lon, _ in centres], [-lat for _, lat in centres]
    spread_x, spread_y = max(xs) - min(xs) or 1e-9, max(ys) - min(ys) or 1e-9
    room = math.ceil(len(centres) * 1.3)
    across = min(max(1, round(math.sqrt(room * min(max(spread_x / spread_y, 0.2), 5.0)))), room)
    down = math.ceil(room / across)
    places = [
        ((x - min(xs)) / spread_x * (across - 1), (y - min(ys)) / spread_y * (down - 1))
        for x, y in zip(xs, ys, strict=True)
    ]
    taken = _improve(places, _nearest_free(places, across, down), across, down)
    left, top = min(column for column, _ in taken), min(row for _, row in taken)
    return tuple((column - left, row - top) for column, row in taken)


Place = tuple[float, float]
Tile = tuple[int, int]


def _cost(place: Place, cell: Tile) -> float:
    return (place[0] - cell[0]) ** 2 + (place[1] - cell[1]) ** 2


def _nearest_free(places: Sequence[Place], across: int, down: int) -> list[Tile]:
    free = {(column, row) for column in range(across) for row in range(down)}
    middle = ((across - 1) / 2, (down - 1) / 2)
    order = sorted(range(len(places)), key=lambda n: (math.dist(places[n], middle), n))
    taken: dict[int, Tile] = {}
    for number in order:
        taken[number] = min(free, key=lambda cell: (_cost(places[number], cell), cell))
        free.discard(taken[number])
    return [taken[number] for number in range(len(places))]


def _improve(places: Sequence[Place], taken: list[Tile], across: int, down: int) -> list[Tile]:
    free = {(column, row) for column in range(across) for row in range(down)} - set(taken)
    for _ in range(8):
        moved = False
        for one in range(len(places)):
            best = min(free, key=lambda cell: (_cost(places[one], cell), cell), default=None)
            if best is not None and _cost(places[one], best) < _cost(places[one], taken[one]) - 1e-9:
                free.discard(best)
                free.add(taken[one])
                taken[one], moved = best, True
            for other in range(one):
                now = _cost(places[one], taken[one]) + _cost(places[other], taken[other])
                swapped = _cost(places[one], taken[other]) + _cost(places[other], taken[one])
                if swapped < now - 1e-9:
                    taken[one], taken[other], moved = taken[other], taken[one], True
        if not moved:
            break
    return taken
