"""Reads about sessions and the people in them, as rows ready to be shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from companies.models import Participation
from core.errors import NotVisible
from documents.selectors import DocumentRow, document_rows, text_ids, visible_documents, with_state
from programme.access import Access
from programme.enums import Role
from programme.links import programme_url
from programme.models import Programme
from trainings import rules
from trainings.enums import EnrolmentStatus, SessionStatus, Stake
from trainings.hours import attended_minutes, format_duration
from trainings.models import Attendance, Enrolment, HalfDay, Session, SessionQuerySet
from trainings.wording import clock_range, duration_line, half_day_line, period

SOON_DAYS = 14
CELL_NAME = re.compile(r"present-(?P<enrolment>\d{1,18})-(?P<half_day>\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class SessionRow:
    """A line of a list of sessions."""

    pk: int
    url: str
    title: str
    stake: str
    stake_label: str
    when: str
    starts_on: date
    duration: str
    where: str
    provider: str
    trainer: str
    taken: int
    waiting: int
    capacity: int
    status: str
    status_label: str
    tone: str

    @property
    def places(self) -> str:
        """``8 / 12``."""
        return f"{self.taken}\u00a0/\u00a0{self.capacity}"

    @property
    def free(self) -> int:
        """Places left; none while somebody waits."""
        return 0 if self.waiting else max(self.capacity - self.taken, 0)


def _count_of(status: EnrolmentStatus) -> Coalesce:
    rows = (
        Enrolment.objects.filter(session=OuterRef("pk"), status=status)
        .order_by()
        .values("session")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return Coalesce(Subquery(rows), 0)


def with_places(rows: QuerySet[Session]) -> QuerySet[Session]:
    """Sessions with ``taken`` and ``waiting`` people, and what a row names."""
    return (
        rows.select_related("course", "provider")
        .prefetch_related(Prefetch("half_days", queryset=HalfDay.objects.order_by("day", "starts_at")))
        .annotate(taken=_count_of(EnrolmentStatus.REGISTERED), waiting=_count_of(EnrolmentStatus.WAITING))
    )


def sessions_to_mark(rows: QuerySet[Session], today: date) -> QuerySet[Session]:
    """Sessions with people, one of whose past half-days has no attendance yet."""
    unmarked = HalfDay.objects.filter(session=OuterRef("pk"), day__lte=today).exclude(
        Exists(Attendance.objects.filter(half_day=OuterRef("pk")))
    )
    people = Enrolment.objects.filter(session=OuterRef("pk"), status=EnrolmentStatus.REGISTERED)
    return rows.filter(Exists(unmarked), Exists(people)).exclude(status=SessionStatus.CANCELLED)


def thin_sessions(rows: QuerySet[Session], today: date) -> QuerySet[Session]:
    """Open sessions that begin within two weeks with fewer people than their minimum."""
    soon = rows.filter(status=SessionStatus.OPEN, starts_on__range=(today, today + timedelta(days=SOON_DAYS)))
    return soon.alias(people=_count_of(EnrolmentStatus.REGISTERED)).filter(people__lt=F("capacity_min"))


def session_rows(
    sessions: Iterable[Session], programme: Programme, *, url_name: str = "trainings:session_detail"
) -> list[SessionRow]:
    """Rows of sessions read through ``with_places``."""
    return [_row(session, programme, url_name) for session in sessions]


def _row(session: Session, programme: Programme, url_name: str) -> SessionRow:
    half_days = list(session.half_days.all())
    status = SessionStatus(session.status)
    return SessionRow(
        pk=session.pk,
        url=programme_url(programme, url_name, pk=session.pk),
        title=session.course.title,
        stake=session.course.stake,
        stake_label=str(Stake(session.course.stake).label),
        when=period(session.starts_on, session.ends_on),
        starts_on=session.starts_on,
        duration=duration_line(len(half_days), sum(each.minutes for each in half_days)),
        where=session.place or session.link,
        provider=session.provider.name if session.provider else "",
        trainer=session.trainer_name,
        taken=session.taken,  # type: ignore[attr-defined]
        waiting=session.waiting,  # type: ignore[attr-defined]
        capacity=session.capacity_max,
        status=status.value,
        status_label=str(status.label),
        tone=status.tone,
    )


def session_for(access: Access, pk: int) -> Session:
    """One session with its course, body and half-days.

    Raises ``NotVisible`` unless the caller may see it. A company sees those open, and those where it
    has people.
    """
    rows = with_places(Session.objects.for_programme(access.programme))
    session = rows.select_related("programme", "trainer").filter(pk=pk).first()
    if session is None or not _visible(access, session):
        raise NotVisible
    return session


def _visible(access: Access, session: Session) -> bool:
    if access.is_staff:
        return True
    if Session.objects.visible_to(access).filter(pk=session.pk).exists():
        return True
    return access.has(Role.COMPANY) and (
        session.status == SessionStatus.OPEN
        or Enrolment.objects.visible_to(access).filter(session=session).exists()
    )


def open_sessions(programme: Programme, today: date) -> QuerySet[Session]:
    """Sessions that companies may still join, the nearest first."""
    rows: SessionQuerySet = Session.objects.open_to_companies(programme, today)
    return with_places(rows).order_by("starts_on", "pk")


def half_day_lines(session: Session) -> list[str]:
    """``Lundi 2 mars 2026, matin, de 9 h 00 à 12 h 30``, one per half-day."""
    lines = [half_day_line(row.day, row.part, row.starts_at, row.ends_at) for row in session.half_days.all()]
    return [line[:1].upper() + line[1:] for line in lines]


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
    """A box of the sheet: ``name`` is what the form sends for it."""

    name: str
    column: str
    present: bool
    is_open: bool
    is_marked: bool


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


def cell_name(enrolment: int, half_day: int) -> str:
    """Name of a box in the sheet's form."""
    return f"present-{enrolment}-{half_day}"


def session_sheet(
    access: Access, session: Session, *, today: date, ticked: frozenset[tuple[int, int]] | None = None
) -> SessionSheet:
    """The sheet of a session. ``ticked`` shows what a person sent and was refused, instead of what is kept.

    Two queries: the people, and their attendance.
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
    rows = tuple(_sheet_row(access, each, half_days, known, ticked, today) for each in registered)
    seen = len(registered) + len(waiting_order)
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
        hidden=max(total - seen, 0),
        total=format_duration(sum(row.minutes for row in rows)),
    )


def _column(half_day: HalfDay, known: dict[tuple[int, int], bool], today: date) -> SheetColumn:
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
    known: dict[tuple[int, int], bool],
    ticked: frozenset[tuple[int, int]] | None,
    today: date,
) -> SheetRow:
    lengths = {each.pk: each.minutes for each in half_days}
    present = [pk for pk in lengths if known.get((enrolment.pk, pk))]
    minutes = attended_minutes(lengths, present)
    cells = tuple(
        SheetCell(
            name=cell_name(enrolment.pk, each.pk),
            column=half_day_line(each.day, each.part, each.starts_at, each.ends_at),
            present=(enrolment.pk, each.pk) in ticked if ticked is not None else each.pk in present,
            is_open=each.day <= today,
            is_marked=(enrolment.pk, each.pk) in known,
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


@dataclass(frozen=True)
class PersonRow:
    """A person of a company in a session, as its company reads it."""

    pk: int
    name: str
    email: str
    course: str
    when: str
    where: str
    status_label: str
    tone: str
    hours: str
    session_url: str
    cancel_url: str


ENROLMENT_TONES = {
    EnrolmentStatus.REGISTERED: "good",
    EnrolmentStatus.WAITING: "warn",
    EnrolmentStatus.CANCELLED: "",
}


def company_enrolments(
    access: Access,
    participation: Participation,
    *,
    today: date,
    session: Session | None = None,
    url_name: str = "trainings:space_session",
    limit: int = 200,
) -> list[PersonRow]:
    """People of a company in sessions, the latest session first; cancelled places are left out. Two queries.

    A place that may be given back has a ``cancel_url``.
    """
    rows = (
        Enrolment.objects.filter(participation=participation, session__programme=access.programme)
        .exclude(status=EnrolmentStatus.CANCELLED)
        .select_related("session__course")
        .prefetch_related(Prefetch("attendances", queryset=Attendance.objects.select_related("half_day")))
        .order_by("-session__starts_on", "last_name", "first_name", "pk")
    )
    if session is not None:
        rows = rows.filter(session=session)
    return [_person_row(access, each, participation, today, url_name) for each in rows[:limit]]


def _person_row(
    access: Access, enrolment: Enrolment, participation: Participation, today: date, url_name: str
) -> PersonRow:
    session = enrolment.session
    marks = [each for each in enrolment.attendances.all() if each.present]
    enrolment.participation = participation
    can_cancel = not marks and rules.can_cancel_enrolment(access, enrolment, today)
    minutes = sum(each.half_day.minutes for each in marks)
    status = EnrolmentStatus(enrolment.status)
    cancel_name = "trainings:enrolment_cancel" if access.is_staff else "trainings:space_enrolment_cancel"
    return PersonRow(
        pk=enrolment.pk,
        name=enrolment.full_name,
        email=enrolment.email,
        course=session.course.title,
        when=period(session.starts_on, session.ends_on),
        where=session.place or session.link,
        status_label=str(status.label),
        tone=ENROLMENT_TONES[status],
        hours=format_duration(minutes) if marks else "",
        session_url=programme_url(access.programme, url_name, pk=session.pk),
        cancel_url=programme_url(access.programme, cancel_name, pk=enrolment.pk) if can_cancel else "",
    )


def enrolment_for(access: Access, pk: int) -> Enrolment:
    """One enrolment with its session and company. Raises ``NotVisible`` unless the caller may see it."""
    rows = Enrolment.objects.visible_to(access).select_related(
        "session__course", "session__programme", "participation"
    )
    enrolment = rows.filter(pk=pk).first()
    if enrolment is None:
        raise NotVisible
    return enrolment


def matching_companies(access: Access, text: str, limit: int = 12) -> list[Participation]:
    """Companies the caller may enrol people of, found by words of their name, SIREN or city."""
    rows = Participation.objects.visible_to(access)
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(search_text__icontains=word.lower()))
    return list(rows.select_related("establishment").order_by("name", "pk")[:limit])


def ticked_cells(data: Mapping[str, object], session: Session) -> frozenset[tuple[int, int]]:
    """Boxes of a sheet that were sent ticked. ``tous`` names a half-day where everybody is present.

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
        registered = session.enrolments.holding_a_place().values_list("pk", flat=True)
        cells |= {(enrolment, int(everybody)) for enrolment in registered}
    return frozenset(cells)


def session_certificates(access: Access, session: Session) -> list[DocumentRow]:
    """Certificates of a session's people that the caller may read, the latest first. One query."""
    enrolments = text_ids(session.enrolments.visible_to(access))
    rows = visible_documents(access).filter(
        kind="training-certificate", subject_type="enrolment", subject_id__in=enrolments
    )
    return document_rows(access, with_state(rows))
