"""Lines over time: what was planned, what was done."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.charts.model import (
    FONT,
    NARROW,
    SERIES,
    SMALL,
    WIDE,
    Canvas,
    Cell,
    Chart,
    Dot,
    Drawing,
    LegendItem,
    Line,
    Poly,
    Table,
    Text,
    r1,
)
from core.charts.text import fit, text_width


@dataclass(frozen=True)
class LineSeries:
    """Values ≥ 0 at each moment (``None`` where unknown yet), with the words for the table."""

    label: str
    values: tuple[float | None, ...]
    shown: tuple[str, ...]
    dashed: bool = False
    area: bool = False


def _colours(series: Sequence[LineSeries]) -> tuple[str, ...]:
    """A dashed line is a plan, drawn in grey; the others take the colours in order."""
    solid = iter(SERIES)
    return tuple("ink-2" if each.dashed else next(solid) for each in series)


def nice_ticks(top: float, wanted: int = 4) -> tuple[float, ...]:
    """Round graduations from zero that cover ``top``: 0, 200, 400…; only 0 and 1 for nothing."""
    if top < 1e-9:
        return (0.0, 1.0)
    rough = top / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(multiple * power for multiple in (1, 2, 2.5, 5, 10) if multiple * power >= rough * 0.999999)
    return tuple(step * n for n in range(math.ceil(top / step - 1e-9) + 1))


def lines_over_time(
    *,
    uid: str,
    title: str,
    reading: str,
    column: str,
    moments: Sequence[str],
    series: Sequence[LineSeries],
    tick_format: Callable[[float], str],
    note: str = "",
) -> Chart:
    """One line per series from a zero baseline, named at its end; at most six.

    ``moments`` are the words under the axis, ``tick_format`` makes those of the graduations. Raises
    ``ValueError`` when a series has not one value and its words per moment, or a negative value.
    """
    if len(series) > len(SERIES):
        raise ValueError("A reader tells no more than six series apart.")
    for each in series:
        if not len(each.values) == len(each.shown) == len(moments):
            raise ValueError("Each series needs one value and its words per moment.")
        if any(value is not None and value < 0 for value in each.values):
            raise ValueError("The axis starts at zero: a value cannot be negative.")
    wide, narrow = (_draw(width, moments, series, tick_format) for width in (WIDE, NARROW))
    rows = tuple(
        (Cell(moment), *(Cell(each.shown[n]) for each in series)) for n, moment in enumerate(moments)
    )
    rows = rows if series else ()
    legend = tuple(
        LegendItem(each.label, colour, dashed=each.dashed)
        for each, colour in zip(series, _colours(series), strict=True)
    )
    columns = (column, *(each.label for each in series))
    return Chart(uid, title, reading, wide, narrow, Table(columns, rows), legend, note)


def _draw(
    width: float, moments: Sequence[str], series: Sequence[LineSeries], tick_format: Callable[[float], str]
) -> Drawing:
    canvas = Canvas(width)
    ticks = nice_ticks(max((v for each in series for v in each.values if v is not None), default=0.0))
    labels = [tick_format(tick) for tick in ticks]
    left = max(text_width(label, SMALL) for label in labels) + 8.0
    names = max((text_width(each.label, FONT) for each in series), default=0.0)
    right = min(names + 12.0, 150.0) if width >= WIDE else 10.0
    top, bottom = 10.0, 230.0 if width >= WIDE else 190.0
    last = max(len(moments) - 1, 1)

    def x_at(index: int) -> float:
        return r1(left + (width - left - right) * index / last)

    def y_at(value: float) -> float:
        return r1(bottom - (bottom - top) * value / ticks[-1])

    for tick, label in zip(ticks, labels, strict=True):
        y = y_at(tick)
        canvas.add(Line(r1(left), y, r1(width - right), y, "line-strong" if not tick else "grid"))
        canvas.add(Text(r1(left - 6), r1(y + 4), label, "ink-2", SMALL, "end"))
    _moments(canvas, moments, x_at, bottom, width)
    colours = _colours(series)
    ends: list[tuple[float, float, int]] = []
    for number, each in enumerate(series):
        points = tuple((x_at(n), y_at(v)) for n, v in enumerate(each.values) if v is not None)
        if not points:
            continue
        colour = colours[number]
        if each.area and len(points) > 1:
            outline = (*points, (points[-1][0], bottom), (points[0][0], bottom))
            canvas.add(Poly(outline, "none", colour, 0.14, closed=True))
        canvas.add(Poly(points, colour, width=2.5, dash="6 4" if each.dashed else ""))
        canvas.add(Dot(*points[-1], 3.5, colour))
        ends.append((points[-1][1], points[-1][0], number))
    if width >= WIDE:
        _names(canvas, ends, series, colours, bottom)
    return canvas.finish(bottom + 26.0)


def _moments(
    canvas: Canvas, moments: Sequence[str], x_at: Callable[[int], float], bottom: float, width: float
) -> None:
    """Words under the axis, as many as there is room for, the first always among them."""
    if not moments:
        return
    widest = max(text_width(words, SMALL) for words in moments) + 10.0
    spacing = (x_at(len(moments) - 1) - x_at(0)) / max(len(moments) - 1, 1)
    every = max(1, math.ceil(widest / spacing)) if spacing else 1
    for index in range(0, len(moments), every):
        half = text_width(moments[index], SMALL) / 2
        x = r1(min(max(x_at(index), half), width - half))
        canvas.add(Line(x_at(index), bottom, x_at(index), bottom + 4.0, "line-strong"))
        canvas.add(Text(x, bottom + 18.0, moments[index], "ink-2", SMALL, "middle"))


def _names(
    canvas: Canvas,
    ends: list[tuple[float, float, int]],
    series: Sequence[LineSeries],
    colours: Sequence[str],
    bottom: float,
) -> None:
    """The name of each line at its end, pushed apart where lines meet."""
    room, y = FONT + 4.0, -1e9
    placed = []
    for end, x, number in sorted(ends):
        y = max(end + 4.0, y + room)
        placed.append((y, x, number))
    excess = max(0.0, placed[-1][0] - bottom) if placed else 0.0
    for y, x, number in placed:
        words = fit(series[number].label, canvas.width - x - 10.0, FONT)
        canvas.add(Text(r1(x + 8), r1(max(y - excess, FONT)), words, colours[number], FONT, strong=True))
