"""Loads the whole demonstration, in one transaction, by chunks of companies."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import User
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.services import install_shipped_questionnaire
from edec_ia.demonstration import profiles
from edec_ia.demonstration.calendar import CURRENT_MONTH, DemoCalendar, add_months
from edec_ia.demonstration.claims import make_packs
from edec_ia.demonstration.closing import ClosingWriter
from edec_ia.demonstration.companies import CompanyWriter, Member
from edec_ia.demonstration.diagnostics import DiagnosticWriter
from edec_ia.demonstration.drafts import DraftWriter
from edec_ia.demonstration.follow_up import FollowUpWriter
from edec_ia.demonstration.funding import FundingWriter
from edec_ia.demonstration.meetings import MeetingWriter
from edec_ia.demonstration.observatory import ReleaseWriter
from edec_ia.demonstration.people import Team, install_team
from edec_ia.demonstration.plans import PlanWriter
from edec_ia.demonstration.privacy import write_request
from edec_ia.demonstration.reports import ReportWriter
from edec_ia.demonstration.trainings import TrainingWriter
from edec_ia.demonstration.viewpoints import ViewpointWriter
from programme.enums import Role
from programme.models import Programme, Region
from programme.official import AXES, TOTAL_CENTS
from programme.services import create_programme, set_targets
from programme.territory import install_activities, install_territory

SLUG = "demonstration"
REGION = "32"
CHUNK = 250
# At the end of the 24 months, for each company of the demonstration.
TARGETS_PER_COMPANY = {
    "companies.contacted": 0.95,
    "companies.engaged": 0.85,
    "diagnostics_submitted": 0.75,
    "plans_agreed": 0.6,
    "actions_done": 1.2,
    "sessions_held": 0.15,
    "people_trained": 0.9,
    "trainee_hours": 6.0,
}


@dataclass(frozen=True)
class DemoRequest:
    """What to load. ``rounds`` is the number of successive diagnostics of a company that submits."""

    companies: int
    seed: int
    today: date
    rounds: int = 1


def find() -> Programme | None:
    """Return the demonstration already loaded, if any."""
    return Programme.objects.filter(slug=SLUG).first()


@transaction.atomic
def load(request: DemoRequest, say: Callable[[str], None]) -> Programme:
    """Write the fictional programme. Raises ``ValueError`` beyond the range of fictional SIRENs.

    All or nothing: an interrupted load leaves no half-made programme. Side effects: hundreds of rows
    per company, three small files, reference data when they were missing.
    """
    version = _ensure_reference()
    calendar = DemoCalendar(request.today)
    programme = _create_programme(calendar)
    team = install_team(programme, seed=request.seed, companies=request.companies)
    members = _load_companies(request, programme, team, calendar, version, say)
    say("Points de vue, collègues et tableaux de comparaison")
    ViewpointWriter(programme, version, definition_of(version), request.seed, calendar).write(members)
    say("Brouillon d’un questionnaire adapté")
    DraftWriter(programme, team.director, version).write()
    say("Suivi des plans et e-mails envoyés")
    FollowUpWriter(programme, request.seed, calendar).write(members)
    say("Sessions de formation")
    TrainingWriter(programme, team, request.seed, calendar).write(members)
    say("Plan de financement et dépenses")
    FundingWriter(programme, team, request.seed, calendar).write()
    say("Fournisseurs, feuilles de temps, aides et compte rendu")
    ClosingWriter(programme, team, request.seed, calendar).write()
    write_request(programme, calendar)
    set_targets(
        actor=team.director,
        programme=programme,
        values=_targets(request.companies),
        source="Valeurs de démonstration",
    )
    return programme


def complete(programme: Programme, say: Callable[[str], None]) -> None:
    """Publish the releases and make the reports that are missing, by the product's own jobs.

    Outside the load's transaction, since these jobs commit their own progress; a load interrupted here
    is completed by running the command again.
    """
    director = User.objects.filter(
        role_grants__programme=programme, role_grants__role=Role.DIRECTOR
    ).earliest("role_grants__pk")
    # The first day of month 16 gives the same months as any other day of it.
    calendar = DemoCalendar(add_months(programme.starts_on, CURRENT_MONTH - 1))
    say("Millésimes de l’observatoire\u00a0: calcul, protection et audit")
    releases = ReleaseWriter(programme, director, calendar, say).write()
    say("Dossiers des appels de fonds")
    make_packs(programme, say)
    say("Rapports d’avancement")
    reports = ReportWriter(programme, director, calendar, say).write()
    say(f"Millésimes publiés\u00a0: {releases}, rapports prêts\u00a0: {reports}")


def _ensure_reference() -> QuestionnaireVersion:
    """Install what the demonstration stands on when ``seed`` has not done it."""
    if not Region.objects.filter(code=REGION).exists():
        install_territory()
        install_activities()
    return install_shipped_questionnaire(actor=None)


def _create_programme(calendar: DemoCalendar) -> Programme:
    return create_programme(
        actor=None,
        slug=SLUG,
        name="EDEC Intelligence artificielle – Démonstration",
        short_name="EDEC IA démo",
        region=Region.objects.get(code=REGION),
        starts_on=calendar.starts_on,
        ends_on=calendar.ends_on,
        total_cents=TOTAL_CENTS,
        axes=AXES,
        source="Programme fictif\u00a0: seuls les volets, le total et la part de l’État sont réels.",
        is_demonstration=True,
    )


def _load_companies(
    request: DemoRequest,
    programme: Programme,
    team: Team,
    calendar: DemoCalendar,
    version: QuestionnaireVersion,
    say: Callable[[str], None],
) -> list[Member]:
    writer = CompanyWriter(programme, team, request.seed, calendar)
    makers = writer.makers()
    definition = definition_of(version)
    diagnostics = DiagnosticWriter(
        programme, version, definition, request.seed, request.rounds, calendar.today
    )
    plans = PlanWriter(programme, definition, request.seed, calendar)
    meetings = MeetingWriter(programme, team, request.seed, calendar)
    members: list[Member] = []
    for start, stop in _chunks(request.companies):
        chunk = writer.write([profiles.company(i, request.seed, makers) for i in range(start, stop)])
        meetings.write(chunk)
        plans.write(diagnostics.write(chunk))
        members += chunk
        say(f"Entreprises\u00a0: {stop} sur {request.companies}")
    meetings.write_absence()
    return members


def _chunks(total: int) -> Iterator[tuple[int, int]]:
    for start in range(0, total, CHUNK):
        yield start, min(start + CHUNK, total)


def _targets(companies: int) -> dict[str, int]:
    """Return plausible targets, in proportion to the size of the demonstration."""
    return {
        indicator: max(1, round(companies * ratio)) for indicator, ratio in TARGETS_PER_COMPANY.items()
    } | {"releases_published": 4}
