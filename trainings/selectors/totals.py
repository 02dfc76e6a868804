"""Figures of trainings, for targets, dashboards and reports.

Hours and people come from attendance by half-day: what was signed, never what was planned. A person is
an e-mail address, counted once over the period whatever the number of sessions.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet, Sum

from programme.models import Programme
from trainings.enums import AgeBand, Contract, Occupation, SessionStatus, Sex, Stake
from trainings.hours import HoursOfTrainees
from trainings.models import Attendance, Session

PROFILE_FIELDS = {"sex": Sex, "age_band": AgeBand, "occupation": Occupation, "contract": Contract}


@dataclass(frozen=True)
class TrainingTotals(HoursOfTrainees):
    """Over a period: people present at least once, hours × trainees, sessions ended, companies."""

    people: int
    trainee_minutes: int
    sessions: int
    companies: int


@dataclass(frozen=True)
class StakeTotals(HoursOfTrainees):
    """The same for one stake."""

    stake: Stake
    label: str
    people: int
    trainee_minutes: int
    sessions: int


@dataclass(frozen=True)
class HeldSession:
    """A line of a report's annex."""

    title: str
    stake_label: str
    provider: str
    starts_on: date
    ends_on: date
    people: int
    trainee_minutes: int


def _presences(programme: Programme, start: date, end: date) -> QuerySet[Attendance]:
    return Attendance.objects.filter(
        present=True,
        half_day__session__programme=programme,
        half_day__day__range=(start, end),
    )


def _ended(programme: Programme, start: date, end: date) -> QuerySet[Session]:
    rows: QuerySet[Session] = Session.objects.for_programme(programme).filter(
        status=SessionStatus.HELD, ends_on__range=(start, end)
    )
    return rows


def training_totals(programme: Programme, start: date, end: date) -> TrainingTotals:
    """Totals of a period, both days included. Two queries."""
    figures = _presences(programme, start, end).aggregate(
        people=Count("enrolment__email", distinct=True),
        companies=Count("enrolment__participation", distinct=True),
        minutes=Sum("half_day__minutes", default=0),
    )
    return TrainingTotals(
        people=figures["people"],
        trainee_minutes=figures["minutes"],
        sessions=_ended(programme, start, end).count(),
        companies=figures["companies"],
    )


def training_by_stake(programme: Programme, start: date, end: date) -> list[StakeTotals]:
    """Totals of each stake, in the agreement's order, zeros included. Two queries."""
    stake_path = "half_day__session__course__stake"
    figures: dict[str, tuple[int, int]] = {
        code: (people, minutes)
        for code, people, minutes in _presences(programme, start, end)
        .values(stake_path)
        .annotate(people=Count("enrolment__email", distinct=True), minutes=Sum("half_day__minutes"))
        .order_by()
        .values_list(stake_path, "people", "minutes")
    }
    sessions = dict(
        _ended(programme, start, end)
        .values("course__stake")
        .annotate(count=Count("pk"))
        .order_by()
        .values_list("course__stake", "count")
    )
    return [
        StakeTotals(
            stake=stake,
            label=str(stake.label),
            people=figures.get(stake.value, (0, 0))[0],
            trainee_minutes=figures.get(stake.value, (0, 0))[1],
            sessions=sessions.get(stake.value, 0),
        )
        for stake in Stake
    ]


def training_profile(programme: Programme, start: date, end: date, field: str) -> list[tuple[str, int]]:
    """People trained by ``sex``, ``age_band``, ``occupation`` or ``contract``: (code, count).

    Every known code is there, zeros included, then ``""`` for people who said nothing.
    """
    codes = [member.value for member in PROFILE_FIELDS[field]] + [""]
    counts = dict(
        _presences(programme, start, end)
        .values(f"enrolment__{field}")
        .annotate(count=Count("enrolment__email", distinct=True))
        .order_by()
        .values_list(f"enrolment__{field}", "count")
    )
    return [(code, counts.get(code, 0)) for code in codes]


def training_sessions(programme: Programme, start: date, end: date) -> list[HeldSession]:
    """Sessions ended in the period, by date, with the people present and their minutes. Two queries."""
    sessions = _ended(programme, start, end).select_related("course", "provider").order_by("starts_on", "pk")
    held = Attendance.objects.filter(present=True, half_day__session__in=sessions.order_by().values("pk"))
    figures: dict[int, tuple[int, int]] = {
        pk: (people, minutes)
        for pk, people, minutes in held.values("half_day__session")
        .annotate(people=Count("enrolment", distinct=True), minutes=Sum("half_day__minutes"))
        .order_by()
        .values_list("half_day__session", "people", "minutes")
    }
    return [
        HeldSession(
            title=session.course.title,
            stake_label=str(Stake(session.course.stake).label),
            provider=session.provider.name if session.provider else "",
            starts_on=session.starts_on,
            ends_on=session.ends_on,
            people=figures.get(session.pk, (0, 0))[0],
            trainee_minutes=figures.get(session.pk, (0, 0))[1],
        )
        for session in sessions
    ]
