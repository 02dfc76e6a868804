"""Programmes of the browser test, made inside the installation by the product's own services.

Run by ``manage.py shell``: ``open_programme()`` before the journey, ``answer_for_others()`` before the
release, since an observatory needs more than one company.
"""

from datetime import date, timedelta

from django.utils import timezone

from accounts.models import User
from accounts.services import ensure_user
from companies import services as companies
from companies.services import ContactFacts
from diagnostics import services as diagnostics
from diagnostics.definition import Kind, Question
from diagnostics.models import Questionnaire
from diagnostics.selectors.questionnaires import definition_of
from funding import services as funding
from funding.enums import EvidenceKind
from funding.models import FunderMember
from funding.services import install_public_agreement
from programme.enums import Role
from programme.models import Programme, Region
from programme.official import AXES, TOTAL_CENTS
from programme.services import create_programme, grant_role
from tests.companies.samples import make_siren, make_siret
from tests.funding.factories import PDF, make_plan, upload
from trainings.models import Provider, ProviderMember
from trainings.services import install_catalogue

SLUG = "parcours"
# Run inside an installation; what follows may call anything of this module.
OPEN = "from tests.e2e.programme import *; open_programme()"
PEOPLE = {
    Role.DIRECTOR: ("Directrice", "Parcours"),
    Role.OFFICER: ("Chargée", "Parcours"),
    Role.ADVISOR: ("Conseiller", "Parcours"),
    Role.TRAINER: ("Formatrice", "Parcours"),
    Role.FUNDER: ("Financeuse", "Parcours"),
}
OTHERS = 12
AGREEMENT_DAYS = 731


def open_programme(starts_on: date | None = None, ends_on: date | None = None) -> None:
    """A blank programme that runs today unless told, with its team, its funders and its catalogue."""
    today = timezone.localdate()
    programme = create_programme(
        actor=None,
        slug=SLUG,
        name="Programme du parcours – Hauts-de-France",
        short_name="Parcours",
        region=Region.objects.get(code="32"),
        starts_on=starts_on or date(today.year - 1, 1, 1),
        ends_on=ends_on or date(today.year + 1, 12, 31),
        total_cents=TOTAL_CENTS,
        axes=AXES,
        is_demonstration=True,
    )
    funders = install_public_agreement(programme=programme)
    install_catalogue(programme=programme)
    provider = Provider.objects.create(programme=programme, name="Organisme du parcours")
    for role, (first_name, last_name) in PEOPLE.items():
        user = ensure_user(email=f"{role}@parcours.example", first_name=first_name, last_name=last_name)
        grant_role(actor=None, user=user, programme=programme, role=role)
        if role is Role.FUNDER:
            FunderMember.objects.create(funder=funders[0], user=user)
        if role is Role.TRAINER:
            ProviderMember.objects.create(provider=provider, user=user)


def open_agreement() -> None:
    """A blank programme of two years that ended yesterday: all of it can be played, its end included."""
    today = timezone.localdate()
    open_programme(today - timedelta(days=AGREEMENT_DAYS), today - timedelta(days=1))


def pay_expenses() -> None:
    """A plan in force and three expenses paid, so that there is something to claim."""
    programme = Programme.objects.get(slug=SLUG)
    people = {role: User.objects.get(email=f"{role}@parcours.example") for role in PEOPLE}
    make_plan(programme)
    today = timezone.localdate()
    for rank, amount in enumerate((1_000_01, 2_345_67, 89_10)):
        expense = funding.create_expense(
            actor=people[Role.OFFICER],
            line=programme.budget_lines.order_by("code")[0],
            label=f"Étude, acompte {rank + 1}",
            supplier="Cabinet du parcours",
            spent_on=today,
            amount_cents=amount,
        )
        funding.add_evidence(
            actor=people[Role.OFFICER],
            expense=expense,
            upload=upload(f"facture-{rank}.pdf", PDF + str(rank).encode()),
            kind=EvidenceKind.INVOICE,
        )
        funding.submit_expense(actor=people[Role.OFFICER], expense=expense)
        funding.validate_expense(actor=people[Role.DIRECTOR], expense=expense)
        funding.pay_expense(actor=people[Role.OFFICER], expense=expense, paid_on=today)


def answer_for_others() -> None:
    """Other companies answer too, each in its own way, and agree to the reuse of their answers."""
    programme = Programme.objects.get(slug=SLUG)
    questionnaire = Questionnaire.objects.get(code="maturite-ia")
    for rank in range(OTHERS):
        participation = companies.create_participation(
            actor=None,
            programme=programme,
            siret=make_siret(make_siren(500 + rank)),
            name=f"Atelier voisin {rank + 1}",
            postal_code="59500",
            city="Douai",
            activity_code="13.20Z" if rank % 2 else "69.20Z",
            workforce_band="12",
        )
        companies.set_observatory_consent(actor=None, participation=participation, accepted=True)
        facts = ContactFacts(last_name="Voisin", first_name="Ada", email=f"ada{rank}@voisin.example")
        contact = companies.add_contact(actor=None, participation=participation, facts=facts)
        opened = diagnostics.open_diagnostic(
            actor=None, participation=participation, questionnaire=questionnaire, contact=contact
        )
        definition = definition_of(opened.version)
        entries = {code: _entry(question, rank) for code, question in definition.questions.items()}
        diagnostics.save_answers(actor=None, diagnostic=opened, entries=entries)
        diagnostics.submit_diagnostic(
            actor=None, diagnostic=opened, notify=False, at=timezone.now() - timedelta(days=rank)
        )


def _entry(question: Question, rank: int) -> diagnostics.Entry:
    choices = question.choices
    match question.kind:
        case Kind.SINGLE:
            return diagnostics.Entry(choices[rank % len(choices)].code)
        case Kind.MULTIPLE:
            return diagnostics.Entry([choices[0].code])
        case Kind.SCALE:
            return diagnostics.Entry(question.scale.minimum + rank % 2)
        case Kind.MATRIX:
            return diagnostics.Entry({row.code: question.scale.minimum for row in question.rows})
        case Kind.SHORT_TEXT | Kind.LONG_TEXT:
            return diagnostics.Entry("Rien à ajouter")
        case Kind.DATE:
            return diagnostics.Entry("2026-01-15")
        case _:
            return diagnostics.Entry("10")
