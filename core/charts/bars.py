"""Bars: horizontal, stacked, against a target, of a budget, and the strip of a distribution.

Every bar starts at zero and its length is proportional to its value; the words are beside it. Wide,
labels stand on the left; narrow, above their bar.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.charts.model import (
    FONT,
    LINE,
    NARROW,
    SCALE,
    SERIES,
    SMALL,
    WIDE,
    Canvas,
    Cell,
    Chart,
    Drawing,
    LegendItem,
    Line,
    Rect,
    Table,
    Text,
    r1,
)
from core.charts.text import fit, text_width, wrap

TEXTURES = ("", "diagonal", "dots", "vertical", "cross", "horizontal")
_GAP = 10.0
_LABEL_MAX = 190.0


@dataclass(frozen=True)
class Bar:
    """A value ≥ 0, the words that show it, and the list behind it."""

    label: str
    value: float
    shown: str
    url: str = ""
    fill: str = "s1"


@dataclass(frozen=True)
class StackedBar:
    """One value ≥ 0 per series, each with its words; ``total`` is shown at the end of the bar."""

    label: str
    values: tuple[float, ...]
    shown: tuple[str, ...]
    total: str = ""
    url: str = ""


@dataclass(frozen=True)
class TargetBar:
    """What was reached of a target > 0; ``shown`` and ``target_shown`` are the words for both."""

    label: str
    value: float
    target: float
    shown: str
    target_shown: str
    percent_shown: str
    url: str = ""
    fill: str = "s1"


@dataclass(frozen=True)
class BudgetBar:
    """A line or axis of a budget, in cents: planned, committed and not yet spent, spent, expected today."""

    label: str
    planned: int
    committed: int
    spent: int
    planned_shown: str
    committed_shown: str
    spent_shown: str
    percent_shown: str
    expected: int | None = None
    url: str = ""


@dataclass(frozen=True)
class _Slot:
    """Where one row's bar goes: ``x``, ``y``, the units of length it may take, where its words go."""

    x: float
    y: float
    room: float
    height: float
    edge: float
    is_below: bool

    def tail(self, end: float, words: str) -> Text:
        """The words of the bar: after its end, or under it where both do not fit."""
        x, y = (self.x, self.y + self.height + FONT) if self.is_below else (end + 6.0, self.middle)
        return Text(r1(x), r1(y), fit(words, self.edge - x, FONT), "ink-2", FONT)

    @property
    def middle(self) -> float:
        """Baseline of words centred on the bar."""
        return self.y + self.height / 2 + FONT * 0.36


def _refuse_negative(values: Sequence[float]) -> None:
    if any(value < 0 for value in values):
        raise ValueError("A bar starts at zero: its value cannot be negative.")


def _rows(
    width: float,
    labels: Sequence[tuple[str, str]],
    tail_width: float,
    draw: Callable[[Canvas, int, _Slot], None],
    bar_height: float = 18.0,
) -> Drawing:
    """Lay out one row per label (words, url) and let ``draw`` put the marks of its bar."""
    canvas = Canvas(width)
    narrow = width < WIDE
    if narrow:
        label_room, x = width, 0.0
    else:
        label_room = min(_LABEL_MAX, max((text_width(words, FONT) for words, _ in labels), default=0.0))
        x = label_room + _GAP
    is_below = tail_width > (width - x) * 0.55
    room = width - x if is_below else width - x - tail_width - 6.0
    below = LINE if is_below else 0.0
    y = 2.0
    for index, (words, url) in enumerate(labels):
        lines = wrap(words, label_room, FONT)
        title = words if " ".join(lines) != words else ""
        if narrow:
            for line in lines:
                canvas.add(Text(0.0, r1(y + 12.0), line, size=FONT, url=url, title=title))
                y += LINE
            y += 2.0
            draw(canvas, index, _Slot(x, r1(y), room, bar_height, width, is_below))
            y += bar_height + below + 12.0
        else:
            height = max(bar_height + below, LINE * len(lines))
            baseline = y + height / 2 - LINE * (len(lines) - 1) / 2 + FONT * 0.36
            for number, line in enumerate(lines):
                canvas.add(Text(0.0, r1(baseline + LINE * number), line, size=FONT, url=url, title=title))
            top = r1(y + (height - bar_height - below) / 2)
            draw(canvas, index, _Slot(r1(x), top, room, bar_height, width, is_below))
            y += height + 12.0
    return canvas.finish(y - 6.0)


def _tail_width(words: Sequence[str]) -> float:
    return max((text_width(each, FONT) for each in words), default=0.0)


def hbars(
    *,
    uid: str,
    title: str,
    reading: str,
    columns: tuple[str, str],
    bars: Sequence[Bar],
    maximum: float | None = None,
    note: str = "",
) -> Chart:
    """Horizontal bars. ``maximum`` fixes the scale (else the greatest value fills the room).

    Raises ``ValueError`` when a value is negative.
    """
    _refuse_negative([bar.value for bar in bars])
    top = max([maximum or 0.0, *(bar.value for bar in bars)])

    def draw(canvas: Canvas, index: int, slot: _Slot) -> None:
        bar = bars[index]
        length = r1(slot.room * bar.value / top) if top else 0.0
        canvas.add(
            Rect(slot.x, slot.y, length, slot.height, bar.fill, radius=min(3.0, length / 2), url=bar.url),
            Line(slot.x, r1(slot.y - 2), slot.x, r1(slot.y + slot.height + 2), "grid"),
            slot.tail(slot.x + length, bar.shown),
        )

    labels = [(bar.label, bar.url) for bar in bars]
    tail = _tail_width([bar.shown for bar in bars])
    rows = tuple((Cell(bar.label, bar.url), Cell(bar.shown)) for bar in bars)
    wide, narrow = (_rows(width, labels, tail, draw) for width in (WIDE, NARROW))
    return Chart(uid, title, reading, wide, narrow, Table(columns, rows), note=note)


def stacked_bars(
    *,
    uid: str,
    title: str,
    reading: str,
    column: str,
    series: Sequence[str],
    bars: Sequence[StackedBar],
    total_column: str = "",
    note: str = "",
) -> Chart:
    """Bars made of up to six series, told apart by colour and texture, words inside where they fit.

    Raises ``ValueError`` for a negative value or a row that has not one value per series.
    """
    if len(series) > len(SERIES):
        raise ValueError("A reader tells no more than six series apart.")
    for bar in bars:
        _refuse_negative(bar.values)
        if not len(bar.values) == len(bar.shown) == len(series):
            raise ValueError("Each bar needs one value and its words per series.")
    top = max((sum(bar.values) for bar in bars), default=0.0)

    def draw(canvas: Canvas, index: int, slot: _Slot) -> None:
        _draw_stack(canvas, slot, bars[index], series, top)

    labels = [(bar.label, bar.url) for bar in bars]
    tail = _tail_width([bar.total for bar in bars])
    wide, narrow = (_rows(width, labels, tail, draw, 22.0) for width in (WIDE, NARROW))
    columns = (column, *series, *((total_column,) if total_column else ()))
    rows = tuple(
        (Cell(bar.label, bar.url), *map(Cell, bar.shown), *((Cell(bar.total),) if total_column else ()))
        for bar in bars
    )
    legend = tuple(LegendItem(name, SERIES[n], TEXTURES[n]) for n, name in enumerate(series))
    return Chart(uid, title, reading, wide, narrow, Table(columns, rows), legend, note)


def _draw_stack(canvas: Canvas, slot: _Slot, bar: StackedBar, series: Sequence[str], top: float) -> None:
    """The parts of one bar, end to end; a part too short for its words keeps them for the pointer."""
    x = slot.x
    for number, (value, shown) in enumerate(zip(bar.values, bar.shown, strict=True)):
        length = r1(slot.room * value / top) if top else 0.0
        if not length:
            continue
        fill, texture = SERIES[number], TEXTURES[number]
        words = f"{series[number]}\u00a0: {shown}"
        canvas.add(Rect(r1(x), slot.y, length, slot.height, fill, texture=texture, title=words, url=bar.url))
        label_width = text_width(shown, SMALL)
        if label_width + 10 <= length:
            middle = r1(x + length / 2)
            if texture:
                left = r1(middle - label_width / 2 - 3)
                canvas.add(Rect(left, slot.y, r1(label_width + 6), slot.height, fill))
            baseline = r1(slot.y + slot.height / 2 + SMALL * 0.36)
            canvas.add(Text(middle, baseline, shown, fill="paper", size=SMALL, anchor="middle", strong=True))
        x += length
        canvas.add(Line(r1(x), slot.y, r1(x), slot.y + slot.height, "paper"))
    canvas.add(slot.tail(x, bar.total))


def targets(
    *,
    uid: str,
    title: str,
    reading: str,
    columns: tuple[str, str, str, str],
    bars: Sequence[TargetBar],
    expected: float | None = None,
    expected_label: str = "",
    note: str = "",
) -> Chart:
    """Progress against targets, each row on its own scale: the track is the target.

    Beyond its target a bar goes on to twice it at most, its words keep the true figure. ``expected``
    is the share of the time elapsed (0 to 1), drawn across every track. ``columns`` heads the table:
    name, reached, target, share. Raises ``ValueError`` for a target of zero or a negative value.
    """
    _refuse_negative([bar.value for bar in bars])
    if any(bar.target <= 0 for bar in bars):
        raise ValueError("Progress needs a target above zero.")
    ratios = [min(bar.value / bar.target, 2.0) for bar in bars]
    top = max([1.0, *ratios])
    words = [f"{bar.shown} / {bar.target_shown} · {bar.percent_shown}" for bar in bars]

    def draw(canvas: Canvas, index: int, slot: _Slot) -> None:
        bar, unit = bars[index], slot.room / top
        length = r1(unit * ratios[index])
        canvas.add(
            Rect(slot.x, slot.y, r1(unit), slot.height, "track", radius=3.0),
            Rect(slot.x, slot.y, length, slot.height, bar.fill, radius=min(3.0, length / 2), url=bar.url),
        )
        if ratios[index] > 1:
            canvas.add(Line(r1(slot.x + unit), slot.y, r1(slot.x + unit), slot.y + slot.height, "paper", 2.0))
        if expected is not None and 0 < expected < 1:
            at = r1(slot.x + unit * expected)
            canvas.add(Line(at, r1(slot.y - 3), at, r1(slot.y + slot.height + 3), "ink", 2.0, "3 2"))
        canvas.add(slot.tail(slot.x + max(unit, length), words[index]))

    labels = [(bar.label, bar.url) for bar in bars]
    tail = _tail_width(words)
    wide = _rows(WIDE, labels, tail, draw)
    narrow = _rows(NARROW, labels, tail, draw)
    rows = tuple(
        (Cell(bar.label, bar.url), Cell(bar.shown), Cell(bar.target_shown), Cell(bar.percent_shown))
        for bar in bars
    )
    shows_expected = expected is not None and expected_label
    legend = (LegendItem(expected_label, "ink", dashed=True),) if shows_expected else ()
    return Chart(uid, title, reading, wide, narrow, Table(columns, rows), legend, note)


def budget_bullets(
    *,
    uid: str,
    title: str,
    reading: str,
    columns: tuple[str, str, str, str, str],
    bars: Sequence[BudgetBar],
    legend: tuple[str, str, str],
    expected_label: str = "",
    note: str = "",
) -> Chart:
    """Budget rows on one common scale: spent, then committed, over the planned track.

    ``columns`` heads the table (name, planned, committed, spent, share); ``legend`` names spent,
    committed, planned. A row that spends more than planned goes past its track in the warning series.
    Raises ``ValueError`` for a negative amount.
    """
    for bar in bars:
        _refuse_negative([bar.planned, bar.committed, bar.spent, bar.expected or 0])
    top = max([0, *(max(bar.planned, bar.spent + bar.committed, bar.expected or 0) for bar in bars)])
    words = [f"{bar.spent_shown} · {bar.percent_shown}" for bar in bars]

    def draw(canvas: Canvas, index: int, slot: _Slot) -> None:
        _draw_bullet(canvas, slot, bars[index], top, words[index])

    labels = [(bar.label, bar.url) for bar in bars]
    tail = _tail_width(words)
    wide, narrow = (_rows(width, labels, tail, draw, 20.0) for width in (WIDE, NARROW))
    rows = tuple(
        (
            Cell(bar.label, bar.url),
            Cell(bar.planned_shown),
            Cell(bar.committed_shown),
            Cell(bar.spent_shown),
            Cell(bar.percent_shown),
        )
        for bar in bars
    )
    items = [
        LegendItem(legend[0], "s1"),
        LegendItem(legend[1], "s3", "diagonal"),
        LegendItem(legend[2], "track"),
    ]
    if expected_label and any(bar.expected is not None for bar in bars):
        items.append(LegendItem(expected_label, "ink", dashed=True))
    return Chart(uid, title, reading, wide, narrow, Table(columns, rows), tuple(items), note)


def _draw_bullet(canvas: Canvas, slot: _Slot, bar: BudgetBar, top: float, words: str) -> None:
    """One budget row: its track, what is committed after what is spent, and where it should be today."""
    planned, spent, committed = (
        r1(slot.room * value / top) if top else 0.0 for value in (bar.planned, bar.spent, bar.committed)
    )
    fill = "s2" if bar.spent > bar.planned else "s1"
    canvas.add(Rect(slot.x, slot.y, planned, slot.height, "track", radius=min(3.0, planned / 2)))
    if committed:
        canvas.add(Rect(r1(slot.x + spent), slot.y, committed, slot.height, "s3", texture="diagonal"))
    canvas.add(Rect(slot.x, slot.y, spent, slot.height, fill, radius=min(3.0, spent / 2), url=bar.url))
    at = r1(slot.x + planned)
    canvas.add(Line(at, r1(slot.y - 2), at, r1(slot.y + slot.height + 2), "line-strong", 2.0))
    if bar.expected is not None and top:
        at = r1(slot.x + slot.room * bar.expected / top)
        canvas.add(Line(at, r1(slot.y - 3), at, r1(slot.y + slot.height + 3), "ink", 2.0, "3 2"))
    canvas.add(slot.tail(slot.x + max(planned, spent + committed), words))


def distribution(
    *,
    uid: str,
    title: str,
    reading: str,
    columns: tuple[str, str],
    parts: Sequence[Bar],
    here: int | None = None,
    here_label: str = "",
    note: str = "",
) -> Chart:
    """A strip that shares a whole among ordered classes (levels, at most five), each named under it.

    ``here`` is the index of the class to point at, with ``here_label``. Raises ``ValueError`` for a
    negative value or more than five classes.
    """
    _refuse_negative([part.value for part in parts])
    if len(parts) > len(SCALE):
        raise ValueError("The strip has five shades.")

    def strip(width: float) -> Drawing:
        return _draw_strip(width, parts, here, here_label)

    rows = tuple((Cell(part.label, part.url), Cell(part.shown)) for part in parts)
    return Chart(uid, title, reading, strip(WIDE), strip(NARROW), Table(columns, rows), note=note)


def _draw_strip(width: float, parts: Sequence[Bar], here: int | None, here_label: str) -> Drawing:
    whole = sum(part.value for part in parts)
    canvas, x, top = Canvas(width), 0.0, 24.0 if here is not None else 2.0
    for number, part in enumerate(parts):
        length = r1(width * part.value / whole) if whole else 0.0
        length = r1(min(length, width - x))
        if length:
            canvas.add(Rect(r1(x), top, length, 30.0, SCALE[number], stroke="line-strong", url=part.url))
            if text_width(part.shown, FONT) + 8 <= length:
                ink = "paper" if number > 2 else "ink"
                at = Text(r1(x + length / 2), top + 19.5, part.shown, ink, FONT, "middle", strong=True)
                canvas.add(at)
        if number == here:
            room = text_width(here_label, SMALL) / 2
            at_x = r1(min(max(x + length / 2, room), width - room))
            canvas.add(Text(at_x, 12.0, here_label, "ink", SMALL, "middle", strong=True))
            canvas.add(Line(r1(x + length / 2), 16.0, r1(x + length / 2), top + 4.0, "ink", 2.0))
        x += length
    y, per_line = top + 42.0, 2 if width >= WIDE else 1
    column = width / per_line
    for number, part in enumerate(parts):
        left = column * (number % per_line)
        words = fit(f"{part.label}\u00a0: {part.shown}", column - 28.0, FONT)
        canvas.add(Rect(r1(left + 1), r1(y), 12.0, 12.0, SCALE[number], stroke="line-strong"))
        canvas.add(Text(r1(left + 20), r1(y + 11), words, "ink-2", FONT, url=part.url))
        if number % per_line == per_line - 1 or number == len(parts) - 1:
            y += 21.0
    return canvas.finish(y)
