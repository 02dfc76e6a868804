"""Reads of what may be published. Every public door (page, CSV, JSON, API, report) goes through here.

These functions read ``ReleaseCell`` rows and nothing else: there is no way from an answer to the public.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone

from observatory.enums import CellStatus, Measure
from observatory.models import Release, ReleaseCell, ReleaseTable
from observatory.sheets import OVERALL
from programme.models import Programme

LATEST_SECONDS = 15
"""How long a web process may go on showing the former release after a publication."""


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell as anybody may see it: its figure, or nothing. The reason stays with staff.

    ``count`` is a number of companies; ``value_tenths`` a mean score in tenths of a point, for means.
    """

    row: str
    row_label: str
    column: str
    column_label: str
    count: int | None
    value_tenths: int | None
    repeated: bool

    @property
    def is_shown(self) -> bool:
        """Whether the figure is published."""
        return self.count is not None


@dataclass(frozen=True, slots=True)
class TableView:
    """A table of a release as anybody may see it."""

    code: str
    title: str
    measure: str
    dimensions: tuple[tuple[str, str], ...]
    note: str
    cells: tuple[CellView, ...]

    @property
    def is_mean(self) -> bool:
        """Whether it shows mean scores."""
        return self.measure == Measure.MEAN

    def cell(self, row: str, column: str = "") -> CellView | None:
        """One cell by its codes."""
        return next((one for one in self.cells if one.row == row and one.column == column), None)

    def rows(self) -> dict[str, str]:
        """Codes and labels of the rows, in order."""
        return {one.row: one.row_label for one in self.cells}

    def columns(self) -> dict[str, str]:
        """Codes and labels of the columns, in order."""
        return {one.column: one.column_label for one in self.cells}

    def row_cells(self, row: str) -> dict[str, CellView]:
        """Cells of one row, by column."""
        return {one.column: one for one in self.cells if one.row == row}

    def has_repeated(self) -> bool:
        """Whether some figure is that of a former release."""
        return any(one.repeated for one in self.cells)


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """A published release as anybody may see it."""

    id: UUID
    number: int
    title: str
    reference_date: date
    published_on: date
    notes: str
    questionnaire: str
    companies: int | None


@dataclass(frozen=True, slots=True)
class HiddenCell:
    """A withheld cell, for staff: where it is and why."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class HiddenTable:
    """What one table withholds, for staff; ``hidden`` is cut, ``withheld`` counts all of it."""

    title: str
    published: int
    primary: int
    secondary: int
    empty: int
    repeated: int
    hidden: tuple[HiddenCell, ...]

    @property
    def withheld(self) -> int:
        """How many cells are hidden, empty ones left aside."""
        return self.primary + self.secondary

    @property
    def more(self) -> int:
        """How many hidden cells are not listed."""
        return self.withheld - len(self.hidden)


def latest_cache_key(programme_id: int) -> str:
    """Where web processes keep which release is the latest."""
    return f"observatory:latest:{programme_id}"


def latest_release_number(programme: Programme) -> int | None:
    """Number of the latest published release, remembered a few seconds."""
    key = latest_cache_key(programme.pk)
    known = cache.get(key)
    if known is None:
        release = published_release(programme)
        known = release.number if release else 0
        cache.set(key, known, LATEST_SECONDS)
    return known or None


def published_release(programme: Programme, number: int | None = None) -> Release | None:
    """The latest published release of a programme, or the one of that number."""
    rows = Release.objects.for_programme(programme).published().select_related("version__questionnaire")
    if number is not None:
        rows = rows.filter(number=number)
    release: Release | None = rows.order_by("-reference_date", "-number").first()
    return release


def published_releases(programme: Programme) -> list[ReleaseView]:
    """Published releases, the latest first."""
    rows = Release.objects.for_programme(programme).published().select_related("version__questionnaire")
    return [release_view(release) for release in rows.order_by("-reference_date", "-number")]


def release_view(release: Release) -> ReleaseView:
    """What anybody may know of a published release. Raises ``ValueError`` for another."""
    if not release.is_published or release.published_at is None:
        raise ValueError("only a published release may be shown")
    version = release.version
    return ReleaseView(
        id=release.pk,
        number=release.number,
        title=release.title,
        reference_date=release.reference_date,
        published_on=timezone.localdate(release.published_at),
        notes=release.notes,
        questionnaire=f"{version.questionnaire.title} (v{version.number})" if version else "",
        companies=release.companies,
    )


def release_tables(release: Release) -> dict[str, TableView]:
    """Every table of a published release, in two queries. Raises ``ValueError`` for another."""
    release_view(release)
    return _tables(release.tables.all())


def release_table(release: Release, code: str) -> TableView | None:
    """One table of a published release. Raises ``ValueError`` for another."""
    release_view(release)
    return _tables(release.tables.filter(code=code)).get(code)


def preview_tables(release: Release, *, leave_out: Iterable[str] = ()) -> list[TableView]:
    """Tables of a release whatever its state, for staff before publication; withheld cells stay blank."""
    return list(_tables(release.tables.exclude(code__in=list(leave_out))).values())


def _tables(rows: QuerySet[ReleaseTable]) -> dict[str, TableView]:
    tables = list(rows)
    cells: dict[int, list[CellView]] = defaultdict(list)
    fields = ("table_id", "row", "row_label", "column", "column_label", "count", "value_tenths", "repeated")
    shown = ReleaseCell.objects.filter(table__in=tables).order_by("table", "position", "pk")
    for table, *values in shown.values_list(*fields):
        cells[table].append(CellView(*values))
    return {
        table.code: TableView(
            code=table.code,
            title=table.title,
            measure=table.measure,
            dimensions=tuple((one["code"], one["label"]) for one in table.dimensions),
            note=table.note,
            cells=tuple(cells[table.pk]),
        )
        for table in tables
    }


def mean_trend(programme: Programme) -> list[tuple[ReleaseView, CellView | None]]:
    """Every published release, oldest first, with its overall mean score (withheld: None)."""
    releases = list(reversed(published_releases(programme)))
    cells = ReleaseCell.objects.filter(
        table__release__in=[release.id for release in releases], table__code="scores", row=OVERALL
    ).values_list(
        "table__release_id", "row", "row_label", "column", "column_label", "count", "value_tenths", "repeated"
    )
    found = {owner: CellView(*values) for owner, *values in cells}
    return [(release, found.get(release.id)) for release in releases]


def staff_releases(programme: Programme) -> QuerySet[Release]:
    """All releases of a programme, for staff, the latest first."""
    rows: QuerySet[Release] = (
        Release.objects.for_programme(programme)
        .select_related("prepared_by", "published_by")
        .order_by("-reference_date", "-number")
    )
    return rows


def hidden_tables(release: Release, *, most: int = 40) -> list[HiddenTable]:
    """What a release withholds and why, table by table, for staff; no figure is read."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for table, status, number in (
        ReleaseCell.objects.filter(table__release=release)
        .order_by()
        .values_list("table", "status")
        .annotate(n=Count("pk"))
    ):
        counts[table][status] = number
    repeated = dict(
        ReleaseCell.objects.filter(table__release=release, repeated=True)
        .order_by()
        .values_list("table")
        .annotate(n=Count("pk"))
    )
    hidden: dict[int, list[HiddenCell]] = defaultdict(list)
    withheld = ReleaseCell.objects.filter(
        table__release=release, status__in=[CellStatus.PRIMARY, CellStatus.SECONDARY]
    ).values_list("table", "row_label", "column_label", "status")
    for table, row, column, status in withheld:
        if len(hidden[table]) < most:
            label = f"{row} × {column}" if column else row
            hidden[table].append(HiddenCell(label, str(CellStatus(status).label)))
    return [
        HiddenTable(
            title=table.title,
            published=counts[table.pk].get(CellStatus.PUBLISHED, 0),
            primary=counts[table.pk].get(CellStatus.PRIMARY, 0),
            secondary=counts[table.pk].get(CellStatus.SECONDARY, 0),
            empty=counts[table.pk].get(CellStatus.EMPTY, 0),
            repeated=repeated.get(table.pk, 0),
            hidden=tuple(hidden[table.pk]),
        )
        for table in release.tables.all()
    ]


def releases_published(programme: Any, start: date, end: date) -> int:
    """Releases published over a period, both days included."""
    rows = Release.objects.for_programme(programme).published()
    return int(rows.filter(published_at__date__gte=start, published_at__date__lte=end).count())
