"""Reads about the catalogue of courses, the same for every visitor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch

from core.errors import NotVisible
from programme.links import programme_url
from programme.models import Programme
from trainings.enums import CourseLevel, Delivery, Stake
from trainings.models import Course, Provider, ProviderMember, Session
from trainings.selectors.sessions import SessionRow, session_rows, with_places
from trainings.wording import duration_line


@dataclass(frozen=True)
class CourseCard:
    """A course of the catalogue with the sessions that take registrations."""

    code: str
    url: str
    title: str
    stake: str
    stake_label: str
    level_label: str
    delivery_label: str
    duration: str
    audience: str
    objectives: tuple[str, ...]
    outline: tuple[str, ...]
    sessions: tuple[SessionRow, ...]

    @property
    def next_session(self) -> SessionRow | None:
        """The nearest open session."""
        return self.sessions[0] if self.sessions else None


def _cards(programme: Programme, courses: Iterable[Course], today: date) -> list[CourseCard]:
    listed = list(courses)
    sessions = with_places(
        Session.objects.open_to_companies(programme, today).filter(course__in=[each.pk for each in listed])
    ).order_by("starts_on", "pk")
    by_course: dict[int, list[Session]] = {}
    for session in sessions:
        by_course.setdefault(session.course_id, []).append(session)
    return [_card(programme, each, by_course.get(each.pk, [])) for each in listed]


def _card(programme: Programme, course: Course, sessions: list[Session]) -> CourseCard:
    return CourseCard(
        code=course.code,
        url=programme_url(programme, "trainings:course_detail", code=course.code),
        title=course.title,
        stake=course.stake,
        stake_label=str(Stake(course.stake).label),
        level_label=str(CourseLevel(course.level).label),
        delivery_label=str(Delivery(course.delivery).label),
        duration=duration_line(course.half_days, course.minutes),
        audience=course.audience,
        objectives=tuple(course.objectives),
        outline=tuple(course.outline),
        sessions=tuple(session_rows(sessions, programme)),
    )


def course_cards(programme: Programme, *, today: date, stake: str = "") -> list[CourseCard]:
    """The catalogue, by stake in the agreement's order then by title. Three queries."""
    courses = Course.objects.for_programme(programme)
    if stake:
        courses = courses.filter(stake=stake)
    order = {member.value: rank for rank, member in enumerate(Stake)}
    listed = sorted(courses, key=lambda each: (order[each.stake], each.title))
    return _cards(programme, listed, today)


def course_for(programme: Programme, code: str, *, today: date) -> CourseCard:
    """One course. Raises ``NotVisible`` when the programme has none of that code."""
    courses = list(Course.objects.for_programme(programme).filter(code=code))
    if not courses:
        raise NotVisible
    return _cards(programme, courses, today)[0]


@dataclass(frozen=True)
class ProviderRow:
    """A training body with the people who have an access."""

    name: str
    declaration_number: str
    signature: str
    sessions: int
    trainers: tuple[str, ...]


def provider_rows(programme: Programme) -> list[ProviderRow]:
    """Training bodies of a programme, by name. Two queries."""
    providers = (
        Provider.objects.for_programme(programme)
        .annotate(count=Count("sessions"))
        .prefetch_related(Prefetch("members", queryset=ProviderMember.objects.select_related("user")))
        .order_by("name", "pk")
    )
    return [
        ProviderRow(
            name=each.name,
            declaration_number=each.declaration_number,
            signature=" · ".join(filter(None, [each.representative, each.city])),
            sessions=each.count,
            trainers=tuple(member.user.full_name for member in each.members.all()),
        )
        for each in providers
    ]
