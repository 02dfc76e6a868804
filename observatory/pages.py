"""What the public page of the observatory shows, made of published tables only."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import (
    Area,
    Bar,
    Chart,
    HeatCell,
    HeatRow,
    LineSeries,
    RadarAxis,
    hbars,
    heat_table,
    lines_over_time,
    radar,
    tile_map,
)
from core.formats import format_date, format_month, format_number, format_percent
from observatory.context_series import ContextSeries
from observatory.figures import Shown, shown_count, shown_mean
from observatory.places import Place
from observatory.policy import POLICY
from observatory.selectors import CellView, ReleaseView, TableView
from observatory.sheets import OVERALL, TOTAL_CODE
from observatory.wording import SECRET, SECTORS

Tables = dict[str, TableView]
LEAST = POLICY.threshold


@dataclass(frozen=True)
class Population:
    """A part of the companies that the release has tables for: everybody, a sector, a size, a department.

    ``kind`` is the French word of the address; ``axis`` the axis of the release.
    """

    kind: str = ""
    axis: str = ""
    code: str = TOTAL_CODE
    label: str = ""

    @property
    def value(self) -> str:
        """Its value in the address."""
        return f"{self.kind}-{self.code}" if self.kind else ""


@dataclass(frozen=True)
class Option:
    """An entry of the filter."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True)
class KeyFigure:
    """What ``components/key_figure.html`` draws."""

    label: str
    value: str
    note: str = ""
    url: str = ""
    target: str = ""
    tone: str = ""
    percent: int | None = None


# (word of the address, axis, table that lists its codes)
_KINDS = (
    ("secteur", "sector", "level-sector"),
    ("taille", "size", "level-size"),
    ("departement", "territory", "level-department"),
)


def populations(tables: Tables) -> list[Population]:
    """The parts of the companies a reader may choose: exactly the rows of the release's tables."""
    return [
        Population(kind, axis, code, short_label(axis, code, label))
        for kind, axis, table in _KINDS
        if table in tables
        for code, label in tables[table].rows().items()
        if code != TOTAL_CODE
    ]


def short_label(axis: str, code: str, label: str) -> str:
    """A sector in few words; other codes as they are."""
    return str(SECTORS[code][1]) if axis == "sector" and code in SECTORS else label


def filter_groups(every: Sequence[Population], chosen: Population) -> list[tuple[str, list[Option]]]:
    """The filter: one list, so that only what the release crosses can be asked."""
    names = {"secteur": _("Un secteur"), "taille": _("Une taille"), "departement": _("Un département")}
    return [
        (names[kind], [Option(one.value, one.label, one == chosen) for one in every if one.kind == kind])
        for kind, _axis, _table in _KINDS
    ]


def level_cells(tables: Tables, chosen: Population) -> tuple[list[CellView], CellView | None]:
    """Counts by level of a population, and its total."""
    if not chosen.kind:
        cells = list(tables["level"].cells) if "level" in tables else []
        return [one for one in cells if one.row != TOTAL_CODE], next(
            (one for one in cells if one.row == TOTAL_CODE), None
        )
    table = tables[next(name for kind, _axis, name in _KINDS if kind == chosen.kind)]
    row = table.row_cells(chosen.code)
    return [one for code, one in row.items() if code != TOTAL_CODE], row.get(TOTAL_CODE)


def mean_cells(tables: Tables, chosen: Population) -> dict[str, CellView]:
    """Mean scores of a population by dimension; empty when the release has none for it."""
    if not chosen.kind:
        return {one.row: one for one in tables["scores"].cells} if "scores" in tables else {}
    name = {"secteur": "scores-sector", "departement": "scores-department"}.get(chosen.kind)
    return tables[name].row_cells(chosen.code) if name in tables else {}


def key_figures(tables: Tables, chosen: Population, release: ReleaseView) -> list[KeyFigure]:
    """Companies, mean score, and the level most met."""
    levels, total = level_cells(tables, chosen)
    count = shown_count(total)
    figures = [
        KeyFigure(_("Entreprises"), count.text, _("un groupe d’entreprises liées compte pour une")),
    ]
    means = mean_cells(tables, chosen)
    if OVERALL in means:
        mean = shown_mean(means[OVERALL])
        figures.append(KeyFigure(_("Note moyenne de maturité"), mean.text, _("sur 100")))
    known = [one for one in levels if one.count is not None]
    if known:
        top = max(known, key=lambda one: one.count or 0)
        name = top.column_label or top.row_label
        part = shown_count(top, whole=total).text
        figures.append(KeyFigure(_("Niveau le plus fréquent"), name, part))
    if not chosen.kind and "territory" in tables:
        epcis = [one for one in tables["territory"].cells if one.row.startswith("E")]
        shown = sum(one.is_shown for one in epcis)
        note = _("sur %(all)s, les autres sous le secret") % {"all": format_number(len(epcis))}
        figures.append(KeyFigure(_("EPCI publiés"), format_number(shown), note))
    return figures


def level_chart(tables: Tables, chosen: Population) -> Chart:
    """How a population is shared among the levels."""
    cells, total = level_cells(tables, chosen)
    parts = [shown_count(one, one.column_label or one.row_label, total) for one in cells]
    return _bars("niveaux", _("Niveaux de maturité"), (_("Niveau"), _("Entreprises")), parts)


def breakdown_chart(tables: Tables, chosen: Population, axis: str) -> Chart | None:
    """Sectors or sizes of a population, when the release crosses them."""
    title = _("Secteurs") if axis == "sector" else _("Tailles")
    column = _("Secteur") if axis == "sector" else _("Taille")
    cells = _crossed(tables, chosen, axis)
    if cells is None:
        return None
    total = next((one for one, code, _label in cells if code == TOTAL_CODE), None)
    parts = [
        shown_count(one, short_label(axis, code, label), total)
        for one, code, label in cells
        if code != TOTAL_CODE
    ]
    if axis == "sector":
        parts.sort(key=lambda one: -one.value)
    return _bars(f"repartition-{axis}", title, (column, _("Entreprises")), parts)


def _crossed(tables: Tables, chosen: Population, axis: str) -> list[tuple[CellView, str, str]] | None:
    """Cells of a population by the codes of another axis, with these codes and labels."""
    if chosen.axis == axis or "sector-size" not in tables or "department-size" not in tables:
        return None
    sectors, departments = tables["sector-size"], tables["department-size"]
    if axis == "sector":
        if chosen.kind == "departement":
            return None
        column = chosen.code if chosen.kind == "taille" else TOTAL_CODE
        return [(one, one.row, one.row_label) for one in sectors.cells if one.column == column]
    source = departments if chosen.kind == "departement" else sectors
    row = chosen.code if chosen.kind else TOTAL_CODE
    return [(one, one.column, one.column_label) for one in source.cells if one.row == row]


def score_chart(tables: Tables, chosen: Population) -> Chart | None:
    """Mean score of each dimension, beside that of everybody when a part was chosen."""
    means = {code: one for code, one in mean_cells(tables, chosen).items() if code != OVERALL}
    if not means or all(one.value_tenths is None for one in means.values()):
        return None
    everybody = {one.row: one for one in tables["scores"].cells} if chosen.kind else {}
    axes = []
    for code, one in means.items():
        shown, whole = shown_mean(one), shown_mean(everybody.get(code))
        axes.append(
            RadarAxis(
                one.column_label or one.row_label,
                None if shown.is_secret else shown.value,
                shown.text,
                whole.value if chosen.kind and not whole.is_secret else None,
                whole.text if chosen.kind else "",
            )
        )
    known = [axis for axis in axes if axis.value is not None]
    best, worst = max(known, key=lambda a: a.value or 0), min(known, key=lambda a: a.value or 0)
    return radar(
        uid="dimensions",
        title=_("Notes moyennes par dimension"),
        reading=_("La plus haute est « %(best)s » (%(high)s), la plus basse « %(worst)s » (%(low)s).")
        % {"best": best.label, "high": best.shown, "worst": worst.label, "low": worst.shown},
        axes=axes,
        columns=(_("Dimension"), _("Note moyenne sur 100"), _("Ensemble")),
        legend=(chosen.label, _("Ensemble")) if chosen.kind else (),
    )


def level_heat(tables: Tables) -> Chart | None:
    """Levels by sector: shares of each sector, hatched where the cell is secret."""
    table = tables.get("level-sector")
    if table is None:
        return None
    columns = {code: label for code, label in table.columns().items() if code != TOTAL_CODE}
    rows = []
    for code, label in table.rows().items():
        cells = table.row_cells(code)
        total = cells.get(TOTAL_CODE)
        if code == TOTAL_CODE or total is None or total.count is None:
            continue
        shares = [
            100 * one.count / total.count
            if (one := cells[column]).count is not None and total.count
            else None
            for column in columns
        ]
        steps = [None if share is None else min(4, int(share // 20)) for share in shares]
        texts = [str(SECRET) if s is None else format_percent(round(s), 100, 0) for s in shares]
        rows.append(
            HeatRow(
                short_label("sector", code, label),
                tuple(HeatCell(step, text) for step, text in zip(steps, texts, strict=True)),
            )
        )
    if not rows:
        return None
    return heat_table(
        uid="niveaux-secteurs",
        title=_("Niveaux par secteur"),
        reading=_(
            "Part des entreprises de chaque secteur à chaque niveau\u00a0; les cases hachurées sont secrètes."
        ),
        column=_("Secteur"),
        columns=list(columns.values()),
        rows=rows,
        note=_("Seuls figurent les secteurs dont le nombre d’entreprises est publié."),
    )


def territory_map(table: TableView, places: Sequence[Place]) -> Chart:
    """One tile per EPCI; a withheld one says at which wider scale a figure is published."""
    by_code = {one.row: one for one in table.cells}
    counts = [by_code[place.code].count if place.code in by_code else None for place in places]
    top = max((count for count in counts if count is not None), default=0)
    shades = _shades(top)
    steps = [
        None if count is None else next(n for n, (low, high) in enumerate(shades) if low <= count <= high)
        for count in counts
    ]
    areas = [
        Area(
            place.code,
            place.name,
            place.short,
            place.longitude,
            place.latitude,
            step,
            format_number(count) if count is not None else _wider(by_code, place),
        )
        for place, count, step in zip(places, counts, steps, strict=True)
    ]
    shown = sum(count is not None for count in counts)
    return tile_map(
        uid="carte",
        title=_("Entreprises par EPCI"),
        reading=ngettext(
            "%(n)s EPCI est publié ; les autres sont sous le secret statistique.",
            "%(n)s EPCI sont publiés ; les autres sont sous le secret statistique.",
            shown,
        )
        % {"n": format_number(shown)},
        columns=(_("EPCI"), _("Entreprises")),
        areas=areas,
        legend=[
            format_number(low)
            if low == high
            else _("%(low)s à %(high)s") % {"low": format_number(low), "high": format_number(high)}
            for low, high in shades
        ],
        withheld_label=str(SECRET),
        note=_("Un carré par EPCI, au plus près de sa place\u00a0; la taille du carré ne dit rien."),
    )


def department_chart(table: TableView) -> Chart:
    """Companies by department, beside the map."""
    whole = table.cell(TOTAL_CODE)
    parts = [shown_count(one, one.row_label, whole) for one in table.cells if one.row.startswith("D")]
    columns = (_("Département"), _("Entreprises"))
    return _bars("departements", _("Entreprises par département"), columns, parts)


def _wider(by_code: dict[str, CellView], place: Place) -> str:
    """« secret (arrondissement de Lens : 12) » when the wider scale is published."""
    for code, name in place.wider:
        cell = by_code.get(code)
        if cell is not None and cell.count is not None:
            return f"{SECRET} ({name}\u00a0: {format_number(cell.count)})"
    return str(SECRET)


def _shades(top: int) -> list[tuple[int, int]]:
    """First and last count of each shade of the map, from the publication threshold to the greatest."""
    if top < LEAST:
        return []
    count = min(5, top - LEAST + 1)
    edges = [LEAST + (top - LEAST + 1) * step // count for step in range(count + 1)]
    return [(low, high - 1) for low, high in pairwise(edges)]


def needs_chart(tables: Tables) -> Chart | None:
    """Skills most wanted: companies where less than half of the people have them."""
    table = tables.get("needs")
    if table is None:
        return None
    whole = tables["level"].cell(TOTAL_CODE) if "level" in tables else None
    parts = [shown_count(one, one.row_label, whole) for one in table.cells if one.column == "need"]
    parts.sort(key=lambda one: -one.value)
    columns = (_("Savoir-faire"), _("Entreprises en besoin"))
    return _bars("besoins", table.title, columns, parts, table.note)


def trend_chart(trend: Sequence[tuple[ReleaseView, CellView | None]]) -> Chart | None:
    """Mean score over releases, when there are at least two with a figure."""
    known = [(release, cell) for release, cell in trend if cell is not None and cell.value_tenths is not None]
    if len(known) < 2:
        return None
    values = tuple((cell.value_tenths or 0) / 10 for _release, cell in known if cell)
    first, last = known[0][0], known[-1][0]
    return lines_over_time(
        uid="evolution",
        title=_("Note moyenne, d’un millésime à l’autre"),
        reading=_("De %(before)s en %(start)s à %(after)s en %(end)s.")
        % {
            "before": format_number(values[0], 1),
            "start": format_month(first.reference_date),
            "after": format_number(values[-1], 1),
            "end": format_month(last.reference_date),
        },
        column=_("Millésime"),
        moments=[format_month(release.reference_date) for release, _cell in known],
        series=[LineSeries(_("Note moyenne"), values, tuple(shown_mean(cell).text for _r, cell in known))],
        tick_format=lambda tick: format_number(tick),
        note=_("Les entreprises ne sont pas les mêmes d’un millésime à l’autre."),
    )


def context_chart(series: ContextSeries) -> Chart:
    """A series of official statistics, with its source and the break in its method."""
    last = max(series.lines, key=lambda line: line.values[-1])
    lines = [
        LineSeries(
            line.label,
            tuple(
                None if year < line.break_at else float(v)
                for year, v in zip(series.years, line.values, strict=True)
            ),
            tuple(
                format_percent(int(v * 100), 10_000, 1) + (_(" (rupture)") if year == line.break_at else "")
                for year, v in zip(series.years, line.values, strict=True)
            ),
        )
        for line in series.lines
    ]
    return lines_over_time(
        uid=series.code,
        title=series.title,
        reading=_("En %(year)s\u00a0: %(share)s (%(who)s).")
        % {
            "year": series.years[-1],
            "share": format_percent(int(last.values[-1] * 100), 10_000, 1),
            "who": last.label,
        },
        column=_("Année"),
        moments=list(series.years),
        series=lines,
        tick_format=lambda tick: f"{format_number(tick)}\u00a0%",
        note=_("Source\u00a0: %(source)s, mise à jour du %(day)s. Unité\u00a0: %(unit)s. %(note)s")
        % {
            "source": series.source,
            "day": format_date(series.updated_on),
            "unit": series.unit,
            "note": series.note,
        },
    )


def _bars(uid: str, title: str, columns: tuple[str, str], parts: Sequence[Shown], note: str = "") -> Chart:
    """Bars of figures, with a sentence that names the greatest."""
    known = [one for one in parts if not one.is_secret]
    if known:
        top = max(known, key=lambda one: one.value)
        reading = _("En tête\u00a0: %(label)s (%(figure)s).") % {"label": top.label, "figure": top.text}
    else:
        reading = _("Aucun de ces chiffres ne repose sur assez d’entreprises pour être publié.")
    bars = [Bar(one.label, one.value, one.text) for one in parts]
    return hbars(uid=uid, title=title, reading=reading, columns=columns, bars=bars, note=note)
