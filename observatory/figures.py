"""Words of a published cell: a figure in French, or « secret statistique ». Doors use nothing else."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from core.formats import format_number, format_percent
from observatory.selectors import CellView, TableView
from observatory.sheets import TOTAL_CODE
from observatory.wording import SECRET, SECRET_SHORT

MARK = "\u00a0*"
"""Follows a figure kept from a former release."""


@dataclass(frozen=True)
class Shown:
    """A figure ready for a page. ``value`` is 0 for a withheld one, so that it draws no bar."""

    label: str
    value: float
    text: str
    is_secret: bool
    is_repeated: bool = False


def shown_count(cell: CellView | None, label: str = "", whole: CellView | None = None) -> Shown:
    """A number of companies, with its share of the whole when both are published."""
    if cell is None or cell.count is None:
        return Shown(label, 0.0, str(SECRET), is_secret=True)
    text = format_number(cell.count) + (MARK if cell.repeated else "")
    if whole is not None and whole.count:
        text += f" · {format_percent(cell.count, whole.count, 0)}"
    return Shown(label, float(cell.count), text, is_secret=False, is_repeated=cell.repeated)


def shown_mean(cell: CellView | None, label: str = "") -> Shown:
    """A mean score on 100."""
    if cell is None or cell.value_tenths is None:
        return Shown(label, 0.0, str(SECRET), is_secret=True)
    text = format_number(cell.value_tenths / 10, 1) + (MARK if cell.repeated else "")
    return Shown(label, cell.value_tenths / 10, text, is_secret=False, is_repeated=cell.repeated)


def shown_cell(table: TableView, cell: CellView | None) -> Shown:
    """A cell of any table, in few words: the page explains what « secret » means."""
    shown = shown_mean(cell) if table.is_mean else shown_count(cell)
    return replace(shown, text=str(SECRET_SHORT)) if shown.is_secret else shown


@dataclass(frozen=True)
class GridRow:
    """A row of a table on a page."""

    label: str
    cells: tuple[Shown, ...]
    is_total: bool


@dataclass(frozen=True)
class Grid:
    """A published table as a page shows it: rows under one heading, or several."""

    code: str
    title: str
    note: str
    row_name: str
    columns: tuple[str, ...]
    groups: tuple[tuple[str, tuple[GridRow, ...]], ...]


def grid(table: TableView) -> Grid:
    """A table with one HTML row per row of the release. Long lists of answers have another page."""
    columns = table.columns()
    only = list(columns) == [""]
    by_row: dict[str, dict[str, CellView]] = {}
    for cell in table.cells:
        by_row.setdefault(cell.row, {})[cell.column] = cell
    rows = {
        code: GridRow(
            label,
            tuple(shown_cell(table, by_row[code].get(column)) for column in columns),
            code == TOTAL_CODE,
        )
        for code, label in table.rows().items()
    }
    single = (_("Note moyenne sur 100") if table.is_mean else _("Entreprises"),)
    return Grid(
        code=table.code,
        title=table.title,
        note=table.note,
        row_name=table.dimensions[0][1] if table.dimensions else "",
        columns=single if only else tuple(columns.values()),
        groups=_groups(table, rows),
    )


def _groups(table: TableView, rows: dict[str, GridRow]) -> tuple[tuple[str, tuple[GridRow, ...]], ...]:
    """Territories by scale, the published first; other tables whole."""
    if table.code != "territory":
        return (("", tuple(rows.values())),)
    scales = (("D", _("Départements")), ("A", _("Arrondissements")), ("E", _("EPCI")))
    groups = []
    for prefix, title in scales:
        found = [row for code, row in rows.items() if code.startswith(prefix)]
        groups.append((title, tuple(sorted(found, key=lambda row: row.cells[0].is_secret))))
    others = tuple(row for code, row in rows.items() if code[:1] not in "DAE")
    return (*groups, (_("Ensemble"), others))
