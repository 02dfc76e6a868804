"""What a chart is made of, before anything is drawn.

A chart is computed twice from the same data: wide (560 units) and narrow (320 units), because a
drawing that merely shrinks has unreadable words on a phone. Colours are roles (``s1``, ``track``,
``ink``); the theme turns them into custom properties on a page and into literal values in a PDF,
where the engine sees neither the page's stylesheet nor ``var()``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

WIDE = 560.0
NARROW = 320.0
FONT = 13.0
SMALL = 11.5
LINE = 16.0


@dataclass(frozen=True)
class Theme:
    """Colours by role, and what only a screen or only paper can do."""

    colours: Mapping[str, str]
    font: str
    is_print: bool = False


_ROLES = (
    *("ink", "ink-2", "paper", "accent", "good", "warn", "bad", "line-strong"),
    *("s1", "s2", "s3", "s4", "s5", "s6"),
    *("q0", "q1", "q2", "q3", "q4"),
)
PAGE_THEME = Theme(
    colours={role: f"var(--{role})" for role in _ROLES}
    | {"track": "var(--chart-track)", "grid": "var(--chart-grid)", "none": "none"},
    font="var(--font)",
)
PRINT_THEME = Theme(
    colours={
        "ink": "#16233b",
        "ink-2": "#45546d",
        "paper": "#ffffff",
        "accent": "#006b74",
        "good": "#17683b",
        "warn": "#7d4a00",
        "bad": "#a8211a",
        "line-strong": "#74829b",
        "s1": "#0b7285",
        "s2": "#c2570c",
        "s3": "#3b5bdb",
        "s4": "#86348f",
        "s5": "#5c6b12",
        "s6": "#9c2b4e",
        "q0": "#e3f1f2",
        "q1": "#b3d9dc",
        "q2": "#7cbcc2",
        "q3": "#227580",
        "q4": "#0a4750",
        "track": "#e3e8f0",
        "grid": "#cdd6e3",
        "none": "none",
    },
    font="Inter, 'Liberation Sans', 'DejaVu Sans', sans-serif",
    is_print=True,
)
SERIES = ("s1", "s2", "s3", "s4", "s5", "s6")
SCALE = ("q0", "q1", "q2", "q3", "q4")


@dataclass(frozen=True)
class Rect:
    """A rectangle; ``texture`` names the pattern laid over its colour."""

    kind: ClassVar[str] = "rect"
    x: float
    y: float
    width: float
    height: float
    fill: str
    radius: float = 0.0
    texture: str = ""
    stroke: str = "none"
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class Line:
    """A straight stroke."""

    kind: ClassVar[str] = "line"
    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    width: float = 1.0
    dash: str = ""


@dataclass(frozen=True)
class Poly:
    """A polyline, closed and filled when ``fill`` is not ``none``."""

    kind: ClassVar[str] = "poly"
    points: tuple[tuple[float, float], ...]
    stroke: str
    fill: str = "none"
    opacity: float = 1.0
    width: float = 2.0
    dash: str = ""
    closed: bool = False

    @property
    def path(self) -> str:
        """The points as path data."""
        body = "L".join(f"{x:g} {y:g}" for x, y in self.points)
        return f"M{body}{'Z' if self.closed else ''}"


@dataclass(frozen=True)
class Dot:
    """A point of a line or of a radar."""

    kind: ClassVar[str] = "dot"
    x: float
    y: float
    radius: float
    fill: str
    stroke: str = "paper"
    title: str = ""
    url: str = ""


@dataclass(frozen=True)
class Text:
    """One line of words; ``y`` is its baseline."""

    kind: ClassVar[str] = "text"
    x: float
    y: float
    words: str
    fill: str = "ink"
    size: float = FONT
    anchor: str = "start"
    strong: bool = False
    url: str = ""
    title: str = ""


Mark = Rect | Line | Poly | Dot | Text


# Strokes of a texture, in a square of 6 units. Drawn in paper over a colour, in grey over paper.
TEXTURE_STROKES = {
    "diagonal": "M-1 7 7 -1",
    "dots": "M3 3h.1",
    "vertical": "M3 0V6",
    "cross": "M0 3H6M3 0V6",
    "horizontal": "M0 3H6",
}


@dataclass(frozen=True)
class Texture:
    """A pattern a drawing needs: its name, whether it lies on paper, its strokes."""

    name: str
    on_paper: bool
    strokes: str


@dataclass(frozen=True)
class Drawing:
    """Marks inside a box of ``width`` × ``height`` units."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    textures: tuple[Texture, ...] = ()
    has_links: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of the table that repeats a chart."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Table:
    """The same data as the drawing, in words; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


_SWATCH = {
    "diagonal": "M1 7 7 1M1 13 13 1M7 13 13 7",
    "dots": "M4 4h1M9 4h1M4 9h1M9 9h1",
    "vertical": "M4.5 1v12M9.5 1v12",
    "cross": "M1 4.5h12M1 9.5h12M4.5 1v12M9.5 1v12",
    "horizontal": "M1 4.5h12M1 9.5h12",
}


@dataclass(frozen=True)
class LegendItem:
    """A colour, its texture, and what it stands for."""

    label: str
    fill: str
    texture: str = ""
    dashed: bool = False

    @property
    def strokes(self) -> str:
        """The texture over a swatch of 14 units."""
        return _SWATCH.get(self.texture, "")


@dataclass(frozen=True)
class Chart:
    """Everything a template needs to draw one chart and say it in words.

    ``uid`` is unique in its page: it makes the identifiers of the title, description and textures.
    ``reading`` is the sentence that says what to see.
    """

    uid: str
    title: str
    reading: str
    wide: Drawing
    narrow: Drawing
    table: Table
    legend: tuple[LegendItem, ...] = ()
    note: str = ""
    is_scrolled: bool = False
    page_theme: ClassVar[Theme] = PAGE_THEME
    print_theme: ClassVar[Theme] = PRINT_THEME

    @property
    def is_empty(self) -> bool:
        """Nothing to draw: the template says so in words."""
        return not self.table.rows


@dataclass
class Canvas:
    """Collects marks while a drawing is being laid out."""

    width: float
    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        """Put marks above those already there."""
        self.marks.extend(marks)

    def finish(self, height: float) -> Drawing:
        """The drawing, once its height is known (units)."""
        used = dict.fromkeys(
            (mark.texture, mark.fill == "paper")
            for mark in self.marks
            if isinstance(mark, Rect) and mark.texture
        )
        textures = [Texture(name, on_paper, TEXTURE_STROKES[name]) for name, on_paper in used]
        links = any(getattr(mark, "url", "") for mark in self.marks)
        return Drawing(self.width, round(max(height, 1.0), 1), tuple(self.marks), tuple(textures), links)


def r1(value: float) -> float:
    """A coordinate rounded to a tenth of a unit, so that documents stay small and identical."""
    return round(value + 0.0, 1)
