"""Reads about the attendance sheet of a session, and what its form sends back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from programme.access import Access
from programme.links import programme_url
from trainings.enums import EnrolmentStatus
from trainings.hours import attended_minutes, format_duration
from trainings.models import Attendance, Enrolment, HalfDay, Session
from trainings.sheet import Cell, Marks, merge
from trainings.wording import clock_range, half_day_line

CELL_NAME = re.compile(r"present-(?P<enrolment>\d{1,18})-(?P<half_day>\d{1,18})", re.ASCII)
SEEN_MARK = re.compile(r"(\d{1,18})-(\d{1,18})-([01]?)(?:,|$)", re.ASCII)
MARKS = {"1": True, "0": False, "": None}


@dataclass(frozen=True)
class SheetColumn:
    """A half-day of the sheet; ``is_open`` once its day has come."""

    pk: int
    line: str
    day: date
    part: str
    hours: str
    is_open: bool
    present: int
    is_marked: bool


@dataclass(frozen=True)
class SheetCell:
    """A box of the sheet: ``name`` is what the form sends for it, ``mark`` what is kept."""

    key: Cell
    name: str
    column: str
    present: bool
    is_open: bool
    mark: bool | None

    @property
    def is_marked(self) -> bool:
        """Whether somebody noted it, present or absent."""
        return self.mark is not None


@dataclass(frozen=True)
class SheetRow:
    """A person with a place."""

    pk: int
    name: str
    email: str
    company: str
    company_pk: int
    cells: tuple[SheetCell, ...]
    hours: str
    minutes: int
    cancel_url: str


@dataclass(frozen=True)
class SessionSheet:
    """Everything a session's page tells of its people, as far as the caller may know them."""

    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    waiting: tuple[SheetRow, ...]
    cancelled: tuple[SheetRow, ...]
    hidden: int
    total: str

    @property
    def has_open_columns(self) -> bool:
        """Whether attendance can be marked already."""
        return any(column.is_open for column in self.columns)

    @property
    def seen(self) -> str:
        """What the page shows, sent back with the form: marks written meanwhile are then told apart."""
        marks = {True: "1", False: "0", None: ""}
        cells = [cell for row in self.rows for cell in row.cells]
        return ",".join(f"{cell.key[0]}-{cell.key[1]}-{marks[cell.mark]}" for cell in cells)


def cell_name(enrolment: int, half_day: int) -> str:
    """Name of a box in the sheet's form."""
    return f"present-{enrolment}-{half_day}"


def session_sheet(
    access: Access,
    session: Session,
    *,
    today: date,
    ticked: frozenset[Cell] | None = None,
    seen: Marks | None = None,
) -> SessionSheet:
    """The sheet of a session: the people, and their attendance. Two queries.

    ``ticked`` shows what a person sent and was refused, over what others wrote since the sheet she had
    ``seen``.
    """
    half_days = list(session.half_days.all())
    everybody = list(
        session.enrolments.visible_to(access)
        .select_related("participation")
        .order_by("last_name", "first_name", "pk")
    )
    waiting_order = sorted(
        (each for each in everybody if each.status == EnrolmentStatus.WAITING),
        key=lambda each: (each.waiting_since is None, each.waiting_since, each.pk),
    )
    known = {
        (row.enrolment_id, row.half_day_id): row.present
        for row in Attendance.objects.filter(enrolment__in=[each.pk for each in everybody])
    }
    registered = [each for each in everybody if each.status == EnrolmentStatus.REGISTERED]
    if ticked is not None and seen is not None:
        ticked = merge(seen=seen, ticked=ticked, known=known)
    rows = tuple(_sheet_row(access, each, half_days, known, ticked, today) for each in registered)
    shown = len(registered) + len(waiting_order)
    total = session.taken + session.waiting  # type: ignore[attr-defined]
    return SessionSheet(
        columns=tuple(_column(half_day, known, today) for half_day in half_days),
        rows=rows,
        waiting=tuple(_sheet_row(access, each, half_days, known, None, today) for each in waiting_order),
        cancelled=tuple(
            _sheet_row(access, each, half_days, known, None, today)
            for each in everybody
            if each.status == EnrolmentStatus.CANCELLED
        ),
        hidden=max(total - shown, 0),
        total=format_duration(sum(row.minutes for row in rows)),
    )


def _column(half_day: HalfDay, known: dict[Cell, bool], today: date) -> SheetColumn:
    marks = [present for (_person, column), present in known.items() if column == half_day.pk]
    return SheetColumn(
        pk=half_day.pk,
        line=half_day_line(half_day.day, half_day.part, half_day.starts_at, half_day.ends_at),
        day=half_day.day,
        part=str(half_day.get_part_display()),
        hours=clock_range(half_day.starts_at, half_day.ends_at),
        is_open=half_day.day <= today,
        present=sum(marks),
        is_marked=bool(marks),
    )


def _sheet_row(
    access: Access,
    enrolment: Enrolment,
    half_days: Sequence[HalfDay],
    known: dict[Cell, bool],
    ticked: frozenset[Cell] | None,
    today: date,
) -> SheetRow:
    lengths = {each.pk: each.minutes for each in half_days}
    present = [pk for pk in lengths if known.get((enrolment.pk, pk))]
    minutes = attended_minutes(lengths, present)
    cells = tuple(
        SheetCell(
            key=(enrolment.pk, each.pk),
            name=cell_name(enrolment.pk, each.pk),
            column=half_day_line(each.day, each.part, each.starts_at, each.ends_at),
            present=(enrolment.pk, each.pk) in ticked if ticked is not None else each.pk in present,
            is_open=each.day <= today,
            mark=known.get((enrolment.pk, each.pk)),
        )
        for each in half_days
    )
    return SheetRow(
        pk=enrolment.pk,
        name=enrolment.full_name,
        email=enrolment.email,
        company=enrolment.participation.name,
        company_pk=enrolment.participation_id,
        cells=cells,
        hours=format_duration(minutes),
        minutes=minutes,
        cancel_url=programme_url(access.programme, "trainings:enrolment_cancel", pk=enrolment.pk),
    )


def sheet_changes(sheet: SessionSheet, seen: Marks) -> list[tuple[str, str]]:
    """What others wrote since the sheet that was ``seen``: a person’s half-day, and her mark in words."""
    words = {True: _("présence notée"), False: _("absence notée"), None: _("plus rien de noté")}
    return [
        (f"{row.name}, {cell.column}", words[cell.mark])
        for row in sheet.rows
        for cell in row.cells
        if cell.key in seen and seen[cell.key] != cell.mark
    ]


def seen_marks(data: Mapping[str, object]) -> dict[Cell, bool | None] | None:
    """The sheet that the sender had read (``SessionSheet.seen``); nothing when the form does not say."""
    found = SEEN_MARK.findall(str(data.get("vu", "")))
    return {(int(enrolment), int(half_day)): MARKS[mark] for enrolment, half_day, mark in found} or None


def ticked_cells(
    data: Mapping[str, object], session: Session, *, seen: Marks | None = None
) -> frozenset[Cell]:
    """Boxes of a sheet that were sent ticked. ``tous`` names a half-day where everybody is present:
    everybody of the sheet that was ``seen``, since who was enrolled meanwhile was not on it.

    Names that are no box of a sheet are left out; whether a box belongs to the session is for the
    service to check.
    """
    cells = {
        (int(match["enrolment"]), int(match["half_day"]))
        for name in data
        if (match := CELL_NAME.fullmatch(name)) is not None
    }
    everybody = str(data.get("tous", ""))
    if everybody.isascii() and everybody.isdigit():
        registered = set(session.enrolments.holding_a_place().values_list("pk", flat=True))
        if seen is not None:
            registered &= {enrolment for enrolment, _half_day in seen}
        cells |= {(enrolment, int(everybody)) for enrolment in registered}
    return frozenset(cells)
