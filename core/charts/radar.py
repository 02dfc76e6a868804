"""The radar of a maturity: a fixed maximum, so that two radars can be compared."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.charts.model import (
    FONT,
    NARROW,
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
from core.charts.text import text_width, wrap

_LEADING = 15.0
_MIDDLE = 0.2


@dataclass(frozen=True)
class RadarAxis:
    """A dimension: its value (``None`` when not answered) and, when known, the value to compare with."""

    label: str
    value: float | None
    shown: str
    reference: float | None = None
    reference_shown: str = ""
    url: str = ""


def radar(
    *,
    uid: str,
    title: str,
    reading: str,
    axes: Sequence[RadarAxis],
    columns: tuple[str, ...],
    legend: tuple[str, ...] = (),
    maximum: float = 100.0,
    rings: int = 4,
    note: str = "",
) -> Chart:
    """Values from the centre (zero) to the edge (``maximum``), and the reference as a dashed outline.

    ``columns`` heads the table: name, value and, when there is a reference, its name; ``legend`` names
    the value and the reference. An axis without value has no point: the outline joins its neighbours.
    Raises ``ValueError`` when a value leaves the scale.
    """
    for axis in axes:
        for value in (axis.value, axis.reference):
            if value is not None and not 0 <= value <= maximum:
                raise ValueError("A radar has a fixed maximum: values stay between zero and it.")
    wide = _draw(WIDE, 250.0, axes, maximum, rings)
    narrow = _draw(NARROW, 190.0, axes, maximum, rings)
    compared = any(axis.reference is not None for axis in axes)
    rows = tuple(
        (Cell(axis.label, axis.url), Cell(axis.shown), *((Cell(axis.reference_shown),) if compared else ()))
        for axis in axes
    )
    items = [LegendItem(legend[0], "s1")] if legend else []
    if compared and len(legend) > 1:
        items.append(LegendItem(legend[1], "s2", dashed=True))
    table = Table(columns[: 3 if compared else 2], rows)
    return Chart(uid, title, reading, wide, narrow, table, tuple(items) if compared else (), note)


def _draw(width: float, diameter: float, axes: Sequence[RadarAxis], maximum: float, rings: int) -> Drawing:
    canvas, size = Canvas(width), FONT if width >= WIDE else SMALL
    radius = diameter / 2 if width >= WIDE else 66.0
    label_room = (width / 2 - radius - 14.0) if width >= WIDE else width / 2 - radius - 8.0
    label_room = min(label_room, 170.0)
    lines = []
    for index, axis in enumerate(axes):
        # Words above and below the radar have both sides for themselves.
        is_beside = abs(math.sin(2 * math.pi * index / len(axes))) >= _MIDDLE
        lines.append(wrap(axis.label, label_room if is_beside else label_room * 1.5, size, 4))
    tallest = max((len(each) for each in lines), default=0) + 1
    cx, cy = width / 2, radius + 14.0 + _LEADING * tallest
    count = max(len(axes), 1)
    turns = [2 * math.pi * index / count for index in range(len(axes))]

    def at(turn: float, share: float) -> tuple[float, float]:
        return r1(cx + radius * share * math.sin(turn)), r1(cy - radius * share * math.cos(turn))

    if len(axes) > 2:
        for ring in range(1, rings + 1):
            outline = tuple(at(turn, ring / rings) for turn in turns)
            canvas.add(Poly(outline, "line-strong" if ring == rings else "grid", width=1.0, closed=True))
    for turn in turns:
        edge = at(turn, 1.0)
        canvas.add(Line(r1(cx), r1(cy), *edge, "grid"))
    reference = tuple(
        at(turn, axis.reference / maximum)
        for turn, axis in zip(turns, axes, strict=True)
        if axis.reference is not None
    )
    if len(reference) > 1:
        canvas.add(Poly(reference, "s2", width=2.0, dash="5 4", closed=len(reference) > 2))
    points = tuple(
        at(turn, axis.value / maximum)
        for turn, axis in zip(turns, axes, strict=True)
        if axis.value is not None
    )
    if len(points) > 2:
        canvas.add(Poly(points, "none", "s1", 0.16, closed=True))
    if len(points) > 1:
        canvas.add(Poly(points, "s1", width=2.5, closed=len(points) > 2))
    for point in points:
        canvas.add(Dot(*point, 4.0, "s1"))
    for turn, axis, words in zip(turns, axes, lines, strict=True):
        _label(canvas, axis, words, at(turn, 1.0), turn, size)
    lowest = max((mark.y for mark in canvas.marks if isinstance(mark, Text)), default=0.0)
    return canvas.finish(max(lowest, cy + radius) + 8.0)


def _label(
    canvas: Canvas,
    axis: RadarAxis,
    words: tuple[str, ...],
    edge: tuple[float, float],
    turn: float,
    size: float,
) -> None:
    """The name of an axis and its value, outside the edge, never over it."""
    side, height = math.sin(turn), math.cos(turn)
    anchor = "middle" if abs(side) < _MIDDLE else "start" if side > 0 else "end"
    x = edge[0] + 9.0 * (0 if anchor == "middle" else math.copysign(1, side))
    block = _LEADING * (len(words) + 1)
    # Above the top axis, below the bottom one, beside the others.
    first = edge[1] - 8.0 - block + _LEADING if height > 0.6 else edge[1] + 16.0
    if abs(height) <= 0.6:
        first = edge[1] - block / 2 + _LEADING * 0.8
    widest = max((text_width(each, size) for each in (*words, axis.shown)), default=0.0)
    if anchor == "start":
        x = min(x, canvas.width - widest)
    elif anchor == "end":
        x = max(x, widest)
    for number, line in enumerate(words):
        canvas.add(Text(r1(x), r1(first + _LEADING * number), line, "ink", size, anchor, url=axis.url))
    baseline = r1(first + _LEADING * len(words))
    canvas.add(Text(r1(x), baseline, axis.shown, "ink-2", size, anchor, strong=True))
