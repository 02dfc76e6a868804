"""Writes the fictional training sessions: past and future, trainees, attendance by half-day."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import cycle, islice

from companies.enums import EventKind
from companies.models import Participation, TimelineEvent
from edec_ia.demonstration import names
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.companies import Member
from edec_ia.demonstration.people import Team
from edec_ia.demonstration.profiles import Progress
from edec_ia.demonstration.randomness import Weighted, source
from edec_ia.demonstration.story import Step, moment
from programme.links import programme_url
from programme.models import Programme
from trainings.enums import (
    AgeBand,
    Contract,
    CourseLevel,
    DayPart,
    Delivery,
    EnrolmentStatus,
    Occupation,
    SessionStatus,
    Sex,
)
from trainings.models import Attendance, Course, Enrolment, HalfDay, Provider, Session
from trainings.services import add_trainer, ensure_provider, install_catalogue

COMPANIES_PER_SESSION = 7
MAX_SESSIONS = 600
PAST_SHARE = 0.72
CANCELLED_EVERY = 15
PRESENT_RATE = 0.94
DROP_OUT_RATE = 0.03
MORNING, AFTERNOON = (time(9), time(12, 30)), (time(13, 30), time(17))
PROVIDERS = ("Institut Houplécluse (organisme fictif)", "Atelier des Savoirs Brumenthal (organisme fictif)")
PLACES = (
    "Salle des Géants, Lille",
    "Espace Terril, Lens",
    "Halle aux Toiles, Amiens",
    "Quai des Dentelles, Calais",
    "Maison du Houblon, Hazebrouck",
    "Pôle des Verriers, Saint-Quentin",
    "Salle du Beffroi, Beauvais",
)
LEVELS = Weighted({CourseLevel.AWARENESS: 5, CourseLevel.PRACTICE: 4, CourseLevel.ADVANCED: 1.5})
AGES = Weighted({AgeBand.UNDER_26: 9, AgeBand.FROM_26: 48, AgeBand.FROM_45: 28, AgeBand.FROM_55: 15})
OCCUPATIONS = Weighted(
    {
        Occupation.CRAFT: 8,
        Occupation.EXECUTIVES: 27,
        Occupation.INTERMEDIATE: 31,
        Occupation.CLERICAL: 24,
        Occupation.WORKERS: 10,
    }
)
CONTRACTS = Weighted(
    {Contract.PERMANENT: 80, Contract.FIXED_TERM: 9, Contract.APPRENTICE: 6, Contract.SELF_EMPLOYED: 5}
)
WILLING = frozenset(
    {
        Progress.ENGAGED,
        Progress.ANSWERING,
        Progress.SUBMITTED,
        Progress.PLANNED,
        Progress.TRAINED,
        Progress.CLOSED,
    }
)

IN_TRAINING = frozenset({Progress.TRAINED, Progress.CLOSED})


@dataclass
class TrainingWriter:
    """Writes the sessions of one programme, once all its companies are known."""

    programme: Programme
    team: Team
    seed: int
    calendar: DemoCalendar

    def write(self, members: Sequence[Member]) -> None:
        """Plan the sessions, fill them with people of willing companies, mark attendance."""
        install_catalogue(programme=self.programme, actor=self.team.director)
        self.courses: list[Course] = list(Course.objects.for_programme(self.programme).order_by("code"))
        providers = self._providers()
        willing = [member for member in members if member.company.progress in WILLING]
        count = max(12, min(MAX_SESSIONS, len(members) // COMPANIES_PER_SESSION))
        days = self._days(count)
        sessions = Session.objects.bulk_create(
            [self._session(rank, day, providers) for rank, day in enumerate(days)]
        )
        half_days = HalfDay.objects.bulk_create(
            [half for session in sessions for half in self._half_days(session)], batch_size=2000
        )
        by_session: dict[int, list[HalfDay]] = {}
        # Companies said to be in training come to more sessions than the others.
        willing += [member for member in willing if member.company.progress in IN_TRAINING] * 3
        for half in half_days:
            by_session.setdefault(half.session_id, []).append(half)
        self._enrol(sessions, by_session, willing)

    def _providers(self) -> list[Provider]:
        providers = [
            ensure_provider(actor=self.team.director, programme=self.programme, name=name)
            for name in PROVIDERS
        ]
        for rank, trainer in enumerate(self.team.trainers):
            add_trainer(
                actor=self.team.director,
                provider=providers[rank % len(providers)],
                email=trainer.email,
                is_coordinator=rank < len(providers),
                invite=False,
            )
        return providers

    def _days(self, count: int) -> list[date]:
        """Return the first days of the sessions, in order: from month 5, some after today."""
        rng = source(self.seed, "sessions")
        start, today = self.calendar.month_start(5), self.calendar.today
        past = round(count * PAST_SHARE)
        found = []
        for rank in range(count):
            if rank < past:
                day = start + timedelta(days=round((today - start).days * (rank + rng.random()) / past))
            else:
                day = today + timedelta(days=round(4 + 150 * (rank - past + rng.random()) / (count - past)))
            found.append(self.calendar.working_day(day))
        return sorted(found)

    def _session(self, rank: int, day: date, providers: Sequence[Provider]) -> Session:
        rng = source(self.seed, "session", rank)
        course = self._course(rng, rank)
        provider_rank = rank % len(providers)
        trainer = self.team.trainers[provider_rank + len(providers) * rng.randrange(2)]
        remote = course.delivery == Delivery.REMOTE
        days = list(islice(self._course_days(day), (course.half_days + 1) // 2))
        session = Session(
            programme=self.programme,
            course=course,
            provider=providers[provider_rank],
            trainer=trainer,
            trainer_name=trainer.full_name,
            place="" if remote else rng.choice(PLACES),
            link="https://visio.demonstration.example/salle" if remote else "",
            capacity_min=4,
            capacity_max=rng.choice((8, 10, 12)),
            starts_on=days[0],
            ends_on=days[-1],
        )
        session.status = self._status(session, rank)
        return session

    def _course(self, rng: random.Random, rank: int) -> Course:
        """Return a course: the four stakes by turns, the level drawn."""
        stakes = sorted({course.stake for course in self.courses})
        offered = [course for course in self.courses if course.stake == stakes[rank % len(stakes)]]
        level = LEVELS.draw(rng)
        return rng.choice([course for course in offered if course.level == level] or offered)

    def _status(self, session: Session, rank: int) -> SessionStatus:
        if rank % CANCELLED_EVERY == CANCELLED_EVERY - 1:
            return SessionStatus.CANCELLED
        if session.ends_on < self.calendar.today:
            return SessionStatus.HELD
        return SessionStatus.OPEN

    def _course_days(self, first: date) -> Iterator[date]:
        day = first
        while True:
            yield day
            day = self.calendar.next_working_day(day)

    def _half_days(self, session: Session) -> Iterator[HalfDay]:
        """Return as many half-days as the course has, morning first."""
        count = session.course.half_days
        minutes = session.course.minutes // count
        days = self._course_days(session.starts_on)
        day = session.starts_on
        for rank, part in enumerate(islice(cycle((DayPart.MORNING, DayPart.AFTERNOON)), count)):
            if rank % 2 == 0:
                day = next(days)
            begins = MORNING[0] if part is DayPart.MORNING else AFTERNOON[0]
            ends = (begins.hour * 60 + begins.minute) + minutes
            yield HalfDay(
                session=session,
                day=day,
                part=part,
                starts_at=begins,
                ends_at=time(ends // 60, ends % 60),
                minutes=minutes,
            )

    def _enrol(
        self, sessions: Sequence[Session], half_days: dict[int, list[HalfDay]], willing: Sequence[Member]
    ) -> None:
        people: list[Enrolment] = []
        for rank, session in enumerate(sessions):
            people += self._trainees(session, rank, willing)
        people = Enrolment.objects.bulk_create(people, batch_size=2000)
        by_session: dict[int, list[Enrolment]] = {}
        for person in people:
            by_session.setdefault(person.session_id, []).append(person)
        Attendance.objects.bulk_create(
            [
                mark
                for rank, session in enumerate(sessions)
                for mark in self._attendance(
                    session, rank, by_session.get(session.pk, []), half_days[session.pk]
                )
            ],
            batch_size=2000,
        )
        self._tell(sessions, by_session)
        self._project(sessions, by_session, willing)

    def _trainees(self, session: Session, rank: int, willing: Sequence[Member]) -> Iterator[Enrolment]:
        """Return people of a few companies, one to three each; a full session has a waiting list."""
        rng = source(self.seed, "trainees", rank)
        willing = [member for member in willing if _engaged_by(member, session.starts_on)]
        wanted = rng.randint(5, session.capacity_max + (3 if session.status == SessionStatus.OPEN else 0))
        seats: list[Member] = []
        for member in rng.sample(willing, len(willing)):
            if len(seats) >= wanted:
                break
            if member not in seats:
                seats += [member] * min(rng.randint(1, 3), max(1, member.company.people), wanted - len(seats))
        for position, member in enumerate(seats):
            yield self._trainee(session, rank, position, member)

    def _trainee(self, session: Session, rank: int, position: int, member: Member) -> Enrolment:
        rng = source(self.seed, "trainee", rank, position)
        person = names.person(rng)
        cancelled = session.status == SessionStatus.CANCELLED
        waits = position >= session.capacity_max
        status = EnrolmentStatus.WAITING if waits else EnrolmentStatus.REGISTERED
        at = moment(self.calendar.working_day(min(session.starts_on, self.calendar.today)), 9)
        known = rng.random() < 0.9
        return Enrolment(
            session=session,
            participation=member.participation,
            first_name=person.first_name,
            last_name=person.last_name,
            email=f"{position}.{names.email(person, member.company.name)}",
            sex=(Sex.FEMALE if person.sex == "F" else Sex.MALE) if known else "",
            age_band=AGES.draw(rng) if known else "",
            occupation=OCCUPATIONS.draw(rng) if known else "",
            contract=CONTRACTS.draw(rng) if known else "",
            status=EnrolmentStatus.CANCELLED if cancelled else status,
            waiting_since=at + timedelta(minutes=position) if waits and not cancelled else None,
        )

    def _attendance(
        self, session: Session, rank: int, people: Sequence[Enrolment], half_days: Sequence[HalfDay]
    ) -> Iterator[Attendance]:
        if session.status != SessionStatus.HELD:
            return
        rng = source(self.seed, "attendance", rank)
        for person in people:
            if person.status != EnrolmentStatus.REGISTERED:
                continue
            dropped = rng.random() < DROP_OUT_RATE
            for position, half in enumerate(half_days):
                yield Attendance(
                    enrolment=person,
                    half_day=half,
                    present=rng.random() < PRESENT_RATE and not (dropped and position),
                    marked_by=session.trainer,
                    marked_at=moment(half.day, half.ends_at.hour + half.ends_at.minute / 60),
                )

    def _tell(self, sessions: Sequence[Session], people: dict[int, list[Enrolment]]) -> None:
        """Write the sessions held on the timelines of the companies that sent people."""
        events = []
        for session in sessions:
            if session.status != SessionStatus.HELD:
                continue
            counts = Counter(person.participation_id for person in people.get(session.pk, []))
            events += [
                TimelineEvent(
                    participation_id=participation,
                    kind=EventKind.TRAINING,
                    title=f"Formation suivie\u00a0: {session.course.title}"[:200],
                    url=programme_url(self.programme, "trainings:session_detail", pk=session.pk),
                    text=f"{count} personne{'s' if count > 1 else ''}.",
                    at=moment(session.ends_on, 17.5),
                    actor=session.trainer,
                    visible_to_company=True,
                )
                for participation, count in sorted(counts.items())
            ]
        TimelineEvent.objects.bulk_create(events, batch_size=2000)

    def _project(
        self, sessions: Sequence[Session], people: dict[int, list[Enrolment]], willing: Sequence[Member]
    ) -> None:
        """Keep beside each company the number of its people present at least once."""
        present = set(
            Attendance.objects.filter(present=True, enrolment__session__programme=self.programme).values_list(
                "enrolment_id", flat=True
            )
        )
        counts = Counter(
            person.participation_id
            for session in sessions
            for person in people.get(session.pk, [])
            if person.pk in present
        )
        trained = {m.participation.pk: m.participation for m in willing if counts[m.participation.pk]}
        for pk, row in trained.items():
            row.trained_people_count = counts[pk]
        Participation.objects.bulk_update(trained.values(), ["trained_people_count"], batch_size=500)


def _engaged_by(member: Member, day: date) -> bool:
    engaged = member.story.at(Step.ENGAGED)
    return engaged is not None and engaged.date() <= day
