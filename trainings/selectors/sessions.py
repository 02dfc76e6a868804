"""Reads about sessions and the people in them, as rows ready to be shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When
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
from trainings.hours import format_duration
from trainings.models import Attendance, Enrolment, HalfDay, Session, SessionQuerySet
from trainings.wording import duration_line, half_day_line, period, where

SOON_DAYS = 14


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


def with_nearness(rows: QuerySet[Session], today: date) -> QuerySet[Session]:
    """Sessions with what sorts them as a trainer looks for them: ``NEAREST``."""
    to_come = Q(ends_on__gte=today)
    return rows.annotate(
        is_over=Case(When(to_come, then=Value(0)), default=Value(1)),
        comes_on=Case(When(to_come, then=F("starts_on"))),
    )


NEAREST = ("is_over", "comes_on", "-starts_on")
"""The one under way or to come first, then the next ones; last those that are over, latest first."""


def matching_sessions(rows: QuerySet[Session], text: str) -> QuerySet[Session]:
    """Sessions with every word somewhere in their course, place, trainer or body."""
    for word in text.split():
        rows = rows.filter(
            Q(course__title__icontains=word)
            | Q(place__icontains=word)
            | Q(trainer_name__icontains=word)
            | Q(provider__name__icontains=word)
        )
    return rows


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
        where=where(session.place),
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


def session_link(access: Access, session: Session) -> str:
    """Address of the remote class, for those who may know it."""
    return session.link if session.link and rules.can_see_link(access, session) else ""


def open_sessions(programme: Programme, today: date) -> QuerySet[Session]:
    """Sessions that companies may still join, the nearest first."""
    rows: SessionQuerySet = Session.objects.open_to_companies(programme, today)
    return with_places(rows).order_by("starts_on", "pk")


def half_day_lines(session: Session) -> list[str]:
    """``Lundi 2 mars 2026, matin, de 9 h 00 à 12 h 30``, one per half-day."""
    lines = [half_day_line(row.day, row.part, row.starts_at, row.ends_at) for row in session.half_days.all()]
    return [line[:1].upper() + line[1:] for line in lines]


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
        where=where(session.place),
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


def session_certificates(access: Access, session: Session) -> list[DocumentRow]:
    """Certificates of a session's people that the caller may read, the latest first. One query."""
    enrolments = text_ids(session.enrolments.visible_to(access))
    rows = visible_documents(access).filter(
        kind="training-certificate", subject_type="enrolment", subject_id__in=enrolments
    )
    return document_rows(access, with_state(rows))
