"""Charts: data in, geometry out. Pure: no Django, no clock, no settings.

The template component ``components/charts/chart.html`` draws them with a theme (``PAGE_THEME`` or
``PRINT_THEME``), so that a page and a PDF show the same chart. Words arrive formatted and translated.
"""

from core.charts.bars import (
    Bar,
    BudgetBar,
    StackedBar,
    TargetBar,
    budget_bullets,
    distribution,
    hbars,
    stacked_bars,
    targets,
)
from core.charts.grids import Area, HeatCell, HeatRow, classes, heat_table, tile_map
from core.charts.lines import LineSeries, lines_over_time, nice_ticks
from core.charts.model import PAGE_THEME, PRINT_THEME, Chart, Theme
from core.charts.radar import RadarAxis, radar

__all__ = [
    "PAGE_THEME",
    "PRINT_THEME",
    "Area",
    "Bar",
    "BudgetBar",
    "Chart",
    "HeatCell",
    "HeatRow",
    "LineSeries",
    "RadarAxis",
    "StackedBar",
    "TargetBar",
    "Theme",
    "budget_bullets",
    "classes",
    "distribution",
    "hbars",
    "heat_table",
    "lines_over_time",
    "nice_ticks",
    "radar",
    "stacked_bars",
    "targets",
    "tile_map",
]
