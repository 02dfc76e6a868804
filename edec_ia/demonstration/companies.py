"""Writes the fictional companies: identity, participation, contacts, managers, timeline.

Rows go in bulk, by chunks, so that ten thousand companies take a minute and little memory.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from companies.enums import CallDirection, CallOutcome, ContactRole, EventKind, GroupRole, Stage
from companies.gazetteer import fold
from companies.identifiers import telephone_digits
from companies.models import (
    Company,
    CompanyGroup,
    Contact,
    Establishment,
    Membership,
    Participation,
    StageChange,
    TimelineEvent,
)
from companies.selectors import shared_identity
from companies.services.identity import project_identity
from edec_ia.demonstration import names, profiles
from edec_ia.demonstration.calendar import DemoCalendar
from edec_ia.demonstration.people import Team
from edec_ia.demonstration.profiles import DemoCompany, Progress
from edec_ia.demonstration.randomness import source
from edec_ia.demonstration.story import Step, Story, story
from programme.enums import Role
from programme.models import Activity, Commune, Programme, RoleGrant

GROUP_EVERY = 40
GROUP_SIZE = 3
OUTSIDE_RATE = 0.02
CONSENT_RATE = 0.93
STAGE_OF_STEP = {
    Step.SPOTTED: Stage.SPOTTED,
    Step.CONTACTED: Stage.CONTACTED,
    Step.ENGAGED: Stage.ENGAGED,
    Step.OPENED: Stage.DIAGNOSTIC,
    Step.PLANNED: Stage.PLAN,
    Step.TRAINED: Stage.TRAINING,
    Step.CLOSED: Stage.CLOSED,
}
NEXT_STEPS = {
    Progress.SPOTTED: "Prendre contact par téléphone",
    Progress.CONTACTED: "Relancer pour un premier rendez-vous",
    Progress.ENGAGED: "Ouvrir le diagnostic",
    Progress.INVITED: "Vérifier que le questionnaire est bien arrivé",
    Progress.ANSWERING: "Aider à terminer le questionnaire",
    Progress.SUBMITTED: "Restituer le résultat",
    Progress.PLANNED: "Faire le point sur le plan d’actions",
    Progress.TRAINED: "Préparer le bilan",
}
CALLS = (
    "Échange avec la direction\u00a0: intérêt confirmé, disponibilité limitée ce mois-ci.",
    "Présentation du programme et du calendrier\u00a0; envoi de la plaquette.",
    "Le sujet vient des équipes\u00a0: plusieurs personnes utilisent déjà des assistants de rédaction.",
    "Demande de précisions sur la confidentialité des réponses.",
)
MEETINGS = (
    "Visite de l’entreprise, rencontre avec l’encadrement.",
    "Premier rendez-vous\u00a0: attentes, métiers concernés, calendrier du diagnostic.",
    "Point d’étape avec la personne référente.",
)
DECLINED = "Ne donne pas suite pour l’instant\u00a0: autre priorité. À recontacter dans un an."
JOB_TITLES = ("Dirigeante", "Directeur général", "Gérante", "Responsable des ressources humaines")


@dataclass(frozen=True)
class Member:
    """A company written in the database, with what the following areas need of it."""

    company: DemoCompany
    story: Story
    participation: Participation
    manager: User | None
    contact: Contact


@dataclass
class CompanyWriter:
    """Writes chunks of companies of one programme."""

    programme: Programme
    team: Team
    seed: int
    calendar: DemoCalendar

    def __post_init__(self) -> None:
        self.emails: set[str] = set()

    def makers(self) -> profiles.Makers:
        """Prepare the draws from the real communes and activities of the database."""
        towns = [
            profiles.TownRow(commune.code, commune.name, commune.postal_codes[0], commune.population)
            for commune in Commune.objects.order_by("code")
            if commune.postal_codes
        ]
        naf = Activity.objects.filter(level=5).order_by("code").values_list("code", "section")
        return profiles.makers(towns, [profiles.NafRow(code, section) for code, section in naf])

    def write(self, companies: Sequence[DemoCompany]) -> list[Member]:
        """Write a chunk; return its members in the same order."""
        stories = [story(company, self.seed, self.calendar) for company in companies]
        legal = Company.objects.bulk_create([self._company(company) for company in companies])
        places = Establishment.objects.bulk_create(
            [self._establishment(c, row) for c, row in zip(companies, legal, strict=True)]
        )
        groups = self._groups(companies)
        participations = Participation.objects.bulk_create(
            [
                self._participation(c, place, told, groups.get(c.index // GROUP_EVERY))
                for c, place, told in zip(companies, places, stories, strict=True)
            ]
        )
        contacts = Contact.objects.bulk_create(
            [self._contact(c, p) for c, p in zip(companies, participations, strict=True)]
        )
        managers = self._managers(companies, contacts)
        members = [
            Member(company, told, participation, managers.get(company.index), contact)
            for company, told, participation, contact in zip(
                companies, stories, participations, contacts, strict=True
            )
        ]
        self._history(members)
        return members

    def _company(self, company: DemoCompany) -> Company:
        rng = source(self.seed, "legal", company.index)
        return Company(
            siren=company.siren,
            name=company.name,
            activity_id=company.naf_code,
            legal_category=rng.choice(("5499", "5710", "5710", "5499", "5599", "1000", "9220", "5460")),
            size_category=_size_category(company.people),
            workforce_band=company.workforce_band,
            created_on=date(rng.randint(1952, self.calendar.today.year - 2), rng.randint(1, 12), 1),
            is_closed=company.progress is Progress.SPOTTED and rng.random() < 0.05,
            is_undisclosed=rng.random() < 0.015,
        )

    def _establishment(self, company: DemoCompany, row: Company) -> Establishment:
        outside = self._is_outside(company)
        return Establishment(
            company=row,
            siret=company.siret,
            address=company.address,
            postal_code="51100" if outside else company.town.postal_code,
            city="Reims" if outside else company.town.name,
            commune_id=None if outside else company.town.code,
            activity_id=company.naf_code,
            workforce_band=company.workforce_band,
            is_head_office=company.siret[9:13] == "0001",
            is_closed=row.is_closed,
        )

    def _is_outside(self, company: DemoCompany) -> bool:
        early = company.progress in {Progress.SPOTTED, Progress.CONTACTED}
        return early and source(self.seed, "outside", company.index).random() < OUTSIDE_RATE * 5

    def _participation(
        self, company: DemoCompany, place: Establishment, told: Story, group: CompanyGroup | None
    ) -> Participation:
        rng = source(self.seed, "participation", company.index)
        last_step, _at = told.steps[-1]
        submitted = told.at(Step.SUBMITTED)
        consents = submitted is not None and rng.random() < CONSENT_RATE
        next_step = NEXT_STEPS.get(company.progress, "")
        row = Participation(
            programme=self.programme,
            establishment=place,
            group=group if company.index % GROUP_EVERY < GROUP_SIZE else None,
            group_role=_group_role(company),
            stage=_stage(last_step),
            advisor=self._advisor(company),
            next_step=next_step,
            next_step_on=self._next_date(rng) if next_step else None,
            is_outside_territory=place.commune_id is None,
            warning="Établissement hors du territoire du programme." if place.commune_id is None else "",
            observatory_consent=consents,
            observatory_consent_at=submitted if consents else None,
        )
        project_identity(row, shared_identity(place))
        row.search_text += " " + fold(
            f"{company.manager.full_name} {company.email} {telephone_digits(company.phone)}"
        )
        return row

    def _advisor(self, company: DemoCompany) -> User | None:
        if company.progress is Progress.SPOTTED:
            return None
        advisors = self.team.advisors
        return advisors[source(self.seed, "advisor", company.index).randrange(len(advisors))]

    def _next_date(self, rng: random.Random) -> date:
        """Return a date around today: a few are late, as in real life."""
        return self.calendar.working_day(self.calendar.today + timedelta(days=rng.randint(-9, 40)))

    def _groups(self, companies: Sequence[DemoCompany]) -> dict[int, CompanyGroup]:
        numbers = sorted({c.index // GROUP_EVERY for c in companies if c.index % GROUP_EVERY < GROUP_SIZE})
        found = {}
        for number in numbers:
            surname = names.surname(source(self.seed, "group", number))
            found[number], _created = CompanyGroup.objects.get_or_create(
                programme=self.programme, name=f"Groupe {surname} ({number + 1})"
            )
        return found

    def _contact(self, company: DemoCompany, participation: Participation) -> Contact:
        email = company.email
        if email in self.emails:
            email = f"{company.index}.{email}"
        self.emails.add(email)
        return Contact(
            participation=participation,
            first_name=company.manager.first_name,
            last_name=company.manager.last_name,
            role=ContactRole.MANAGER,
            job_title=source(self.seed, "job", company.index).choice(JOB_TITLES),
            email=email,
            phone=company.phone,
            is_main=True,
        )

    def _managers(self, companies: Sequence[DemoCompany], contacts: Sequence[Contact]) -> dict[int, User]:
        """Create the accounts of managers invited to answer, with their role and their company."""
        invited = [
            (company, contact)
            for company, contact in zip(companies, contacts, strict=True)
            if company.progress is Progress.INVITED
            or company.progress is Progress.ANSWERING
            or company.progress.has_result
        ]
        users = User.objects.bulk_create(
            [
                User(
                    email=contact.email,
                    first_name=contact.first_name,
                    last_name=contact.last_name,
                    password="!",  # noqa: S106 -- Django's mark of an unusable password
                )
                for _company, contact in invited
            ]
        )
        RoleGrant.objects.bulk_create(
            [RoleGrant(user=user, programme=self.programme, role=Role.COMPANY) for user in users]
        )
        Membership.objects.bulk_create(
            [
                Membership(participation=contact.participation, user=user, contact=contact, is_manager=True)
                for user, (_company, contact) in zip(users, invited, strict=True)
            ]
        )
        return {company.index: user for user, (company, _contact) in zip(users, invited, strict=True)}

    def _history(self, members: Sequence[Member]) -> None:
        changes, events = [], []
        for member in members:
            rng = source(self.seed, "history", member.company.index)
            actor = member.participation.advisor or self.team.officers[0]
            for step, at in member.story.steps:
                stage = STAGE_OF_STEP.get(step)
                if stage:
                    changes.append(
                        StageChange(participation=member.participation, stage=stage, at=at, actor=actor)
                    )
                    events.append(_event(member, EventKind.STAGE, f"Étape\u00a0: {stage.label}", at, actor))
            events += self._exchanges(member, rng, actor)
        StageChange.objects.bulk_create(changes, batch_size=2000)
        TimelineEvent.objects.bulk_create(events, batch_size=2000)

    def _exchanges(self, member: Member, rng: random.Random, actor: User) -> list[TimelineEvent]:
        contacted, engaged = member.story.at(Step.CONTACTED), member.story.at(Step.ENGAGED)
        found = []
        if contacted:
            text = DECLINED if member.company.progress is Progress.DECLINED else rng.choice(CALLS)
            at = contacted + timedelta(minutes=10)
            call = _event(member, EventKind.CALL, "Appel émis – personne jointe", at, actor, text)
            call.contact, call.direction, call.outcome = (
                member.contact,
                CallDirection.OUT,
                CallOutcome.REACHED,
            )
            call.duration_minutes = 5 + member.company.index % 20
            found.append(call)
        if engaged:
            at = engaged - timedelta(minutes=20)
            found.append(_event(member, EventKind.MEETING, "Rendez-vous", at, actor, rng.choice(MEETINGS)))
        return found


def _event(
    member: Member, kind: EventKind, title: str, at: datetime, actor: User, text: str = ""
) -> TimelineEvent:
    return TimelineEvent(
        participation=member.participation, kind=kind, title=title, text=text, at=at, actor=actor
    )


def _stage(last_step: Step) -> Stage:
    """Return the stage of the last dated step; answering and submitting stay in « diagnostic »."""
    return STAGE_OF_STEP.get(last_step, Stage.DIAGNOSTIC)


def _group_role(company: DemoCompany) -> str:
    """The first company of a group leads it."""
    place = company.index % GROUP_EVERY
    if place >= GROUP_SIZE:
        return ""
    return GroupRole.SUBSIDIARY if place else GroupRole.HEAD


def _size_category(people: int) -> str:
    if people < 250:
        return "PME"
    return "ETI" if people < 5000 else "GE"
