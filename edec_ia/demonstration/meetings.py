"""Writes what advisors do with companies: meetings and minutes, agreements, a replacement."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from companies.enums import (
    AbsenceStatus,
    ConsentChannel,
    EventKind,
    MeetingKind,
    MeetingStatus,
)
from companies.models import AdvisorAbsence, ContactConsent, Meeting, MeetingPerson, TimelineEvent
from companies.notices import CURRENT
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.companies import Member
from edec_ia.demonstration.people import Team
from edec_ia.demonstration.randomness import source
from edec_ia.demonstration.story import Step, moment
from programme.models import Programme

CONSENT_RATE = 0.8
WITHDRAWN_RATE = 0.04
MINUTES = (
    "Lecture du résultat dimension par dimension. L’encadrement reconnaît la situation décrite\u00a0; "
    "les usages déjà en place étaient plus nombreux que prévu.",
    "Résultat discuté avec la direction. Deux priorités sont retenues\u00a0: cadrer les usages et former "
    "les équipes qui manipulent des données de clients.",
    "La direction découvre l’écart entre le bureau d’études et l’atelier. Les réponses sont validées.",
)
DECISIONS = (
    "Nommer un référent avant la fin du mois. Choisir deux mesures du plan.",
    "Inscrire trois personnes à la prochaine session. Revoir la charte informatique.",
    "Rédiger le plan d’actions ensemble, point dans six semaines.",
)
PLACES = ("Dans les locaux de l’entreprise", "Au siège du programme", "En visioconférence")


@dataclass
class MeetingWriter:
    """Writes chunks of meetings and agreements of one programme."""

    programme: Programme
    team: Team
    seed: int
    calendar: DemoCalendar

    def write(self, members: Sequence[Member]) -> None:
        """Write what concerns a chunk of companies."""
        self._consents(members)
        drawn = [found for member in members if (found := self._restitution(member)) is not None]
        kept = Meeting.objects.bulk_create([meeting for _member, meeting in drawn])
        MeetingPerson.objects.bulk_create(
            MeetingPerson(
                meeting=meeting,
                contact=member.contact,
                was_present=True if meeting.status == MeetingStatus.HELD else None,
            )
            for (member, _meeting), meeting in zip(drawn, kept, strict=True)
        )
        TimelineEvent.objects.bulk_create(
            TimelineEvent(
                participation=meeting.participation,
                kind=EventKind.MEETING,
                title="Restitution du diagnostic\u00a0: compte rendu",
                text=f"{meeting.minutes}\n{meeting.decisions}",
                url=_page(self.programme, meeting),
                at=meeting.starts_at,
                actor=meeting.led_by,
                duration_minutes=meeting.duration_minutes,
            )
            for meeting in kept
            if meeting.status == MeetingStatus.HELD
        )

    def _consents(self, members: Sequence[Member]) -> None:
        rows = []
        for member in members:
            rng = source(self.seed, "consent", member.company.index)
            contacted = member.story.at(Step.CONTACTED)
            if contacted is None or rng.random() > CONSENT_RATE:
                continue
            withdrawn = rng.random() < WITHDRAWN_RATE
            rows.append(
                ContactConsent(
                    contact=member.contact,
                    version=CURRENT,
                    channel=rng.choice((ConsentChannel.PHONE, ConsentChannel.EMAIL, ConsentChannel.MEETING)),
                    given_at=contacted,
                    recorded_by=member.participation.advisor,
                    withdrawn_at=contacted + timedelta(days=1) if withdrawn else None,
                )
            )
        ContactConsent.objects.bulk_create(rows)

    def _restitution(self, member: Member) -> tuple[Member, Meeting] | None:
        submitted = member.story.at(Step.SUBMITTED)
        if submitted is None:
            return None
        rng = source(self.seed, "restitution", member.company.index)
        at = self._working_moment(submitted, rng)
        held = at.date() < self.calendar.today
        return member, Meeting(
            participation=member.participation,
            kind=MeetingKind.RESTITUTION,
            status=MeetingStatus.HELD if held else MeetingStatus.PLANNED,
            starts_at=at,
            duration_minutes=rng.choice((45, 60, 90)),
            place=rng.choice(PLACES),
            led_by=member.participation.advisor,
            agenda="Lecture du résultat, priorités, suites.",
            minutes=rng.choice(MINUTES) if held else "",
            decisions=rng.choice(DECISIONS) if held else "",
            minutes_at=at + timedelta(hours=3) if held else None,
            minutes_by=member.participation.advisor if held else None,
            is_shared=held and rng.random() < 0.7,
        )

    def _working_moment(self, submitted: datetime, rng: random.Random) -> datetime:
        day = self.calendar.working_day(submitted.date() + timedelta(days=rng.randint(4, 15)))
        return moment(day, rng.choice((9, 10, 11, 14, 15)))

    def write_absence(self) -> None:
        """One advisor is away next month, another one follows her companies meanwhile."""
        absent, replacement = self.team.advisors[1], self.team.advisors[2]
        first = self.calendar.working_day(self.calendar.today + timedelta(days=25))
        AdvisorAbsence.objects.create(
            programme=self.programme,
            absent=absent,
            replacement=replacement,
            starts_on=first,
            ends_on=first + timedelta(days=11),
            note="Deux restitutions à préparer dans la semaine.",
            status=AbsenceStatus.PLANNED,
        )


def _page(programme: Programme, meeting: Meeting) -> str:
    return f"/{programme.slug}/entreprises/{meeting.participation_id}/rendez-vous/{meeting.pk}/"
