"""The demonstration as loaded: deterministic, consistent with the product's own rules, removable."""

import hashlib
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.db.models import Max, Min, Sum
from django.utils import timezone

from accounts.models import User
from companies.models import Company, Establishment, Participation, StageChange, TimelineEvent
from core.models import AuditEvent, StoredFile
from diagnostics.enums import OPEN_ACTIONS, DiagnosticStatus
from diagnostics.models import ActionItem, ActionPlan, Answer, Diagnostic
from diagnostics.result_json import result_to_json
from diagnostics.scoring import score
from diagnostics.selectors.filling import answers_of
from diagnostics.selectors.questionnaires import definition_of
from documents.models import Document
from edec_ia.demonstration import carrying, loading, resetting
from funding.enums import PlanStatus
from funding.matrix import residues
from funding.models import Claim, Commitment, Expense, Funder, MatrixCell, Plan, Recovery, Share
from funding.selectors.claims import funder_accounts
from funding.selectors.reserves import programme_reserves
from observatory.models import Release
from programme.enums import Role
from programme.models import ErasureRequest, Programme, RoleGrant
from trainings.models import Attendance, Enrolment, Session

TODAY = date(2026, 6, 15)
COMPANIES = 30

# What a person could notice, table by table; identifiers and moments of loading are left out.
OBSERVED = (
    (Company, ("siren", "name", "activity_id", "legal_category", "workforce_band", "created_on")),
    (Establishment, ("siret", "address", "postal_code", "city", "commune_id")),
    (Participation, ("name", "stage", "next_step", "next_step_on", "maturity_tenths", "search_text")),
    (StageChange, ("stage", "at", "actor__email")),
    (TimelineEvent, ("kind", "title", "text", "at")),
    (Diagnostic, ("participation__name", "status", "opened_at", "submitted_at", "result")),
    (Answer, ("question_code", "value", "choice", "not_applicable", "saved_at")),
    (ActionItem, ("title", "status", "owner_name", "starts_on", "due_on", "done_on", "details")),
    (Session, ("course__code", "starts_on", "status", "trainer_name", "place")),
    (Enrolment, ("email", "status", "age_band", "occupation")),
    (Attendance, ("enrolment__email", "half_day__day", "half_day__part", "present", "marked_at")),
    (MatrixCell, ("planned_line__line__code", "planned_line__plan__number", "amount_cents")),
    (Expense, ("number", "label", "supplier", "spent_on", "amount_cents", "eligible_cents", "status")),
    (Share, ("expense__number", "funder__position", "amount_cents")),
    (User, ("email", "first_name", "last_name")),
)


def digest():
    """One fingerprint by table, whatever the order and the primary keys of its rows."""
    return {
        model.__name__: hashlib.sha256(
            "\n".join(sorted(map(repr, model.objects.values_list(*fields)))).encode()
        ).hexdigest()
        for model, fields in OBSERVED
    }


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """One demonstration for the whole module: loading is long, and each test undoes what it did."""
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        yield loading.load(loading.DemoRequest(COMPANIES, seed=3, today=TODAY), say=str)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def told(loaded, django_db_blocker):
    """What finishing the demonstration said, done twice: its files, releases and reports are long to make."""
    said = []
    with django_db_blocker.unblock():
        loading.complete(loaded, said.append)
        loading.complete(loaded, said.append)
    return said


@pytest.fixture
def demonstration(loaded, db):
    del db
    return loaded


def test_the_same_arguments_give_the_same_rows(demonstration):
    first = digest()
    assert len(set(first.values())) == len(OBSERVED)
    resetting.remove(demonstration)
    loading.load(loading.DemoRequest(COMPANIES, seed=3, today=TODAY), say=str)
    assert digest() == first


def test_it_is_a_demonstration_with_the_public_facts(demonstration):
    assert demonstration.slug == "demonstration"
    assert demonstration.is_demonstration
    assert (demonstration.starts_on, demonstration.ends_on) == (date(2025, 3, 1), date(2027, 2, 28))
    assert demonstration.total_cents == 104_610_000
    assert [axis.name for axis in demonstration.axes.all()] == [
        "Étude",
        "Accompagnement",
        "Formation",
        "Capitalisation",
    ]


def test_every_role_can_be_entered(demonstration):
    held = set(RoleGrant.objects.filter(programme=demonstration).values_list("role", flat=True))
    assert held == {role.value for role in Role}
    assert not User.objects.exclude(email__endswith=".example").exists()


def test_companies_are_fictional_and_located(demonstration):
    rows = Participation.objects.for_programme(demonstration)
    assert rows.count() == COMPANIES
    assert not Company.objects.exclude(siren__startswith="000").exists()
    inside = rows.filter(is_outside_territory=False)
    assert not inside.filter(epci_siren="").exists()
    assert set(inside.values_list("department_code", flat=True)) <= {"02", "59", "60", "62", "80"}


def test_results_are_those_of_the_real_score(demonstration):
    submitted = Diagnostic.objects.filter(programme=demonstration, status=DiagnosticStatus.SUBMITTED)
    assert submitted.count() > 10
    for diagnostic in submitted[:5]:
        definition = definition_of(diagnostic.version)
        result = score(definition, answers_of(definition, diagnostic))
        assert diagnostic.result["result"] == result_to_json(result)
        assert diagnostic.score_tenths == result.tenths
        assert diagnostic.answered_count == diagnostic.visible_count
    last = submitted.order_by("participation_id", "-submitted_at")[0]
    assert last.participation.maturity_tenths == last.score_tenths


def test_lists_agree_with_their_rows(demonstration):
    for row in Participation.objects.for_programme(demonstration):
        items = ActionItem.objects.filter(plan__participation=row, status__in=OPEN_ACTIONS)
        present = Enrolment.objects.filter(participation=row, attendances__present=True).distinct()
        assert (row.diagnostics_count, row.open_actions_count, row.trained_people_count) == (
            row.diagnostics.count(),
            items.count(),
            present.count(),
        )


def test_nothing_happened_after_today_nor_before_the_agreement(demonstration):
    moments = [
        TimelineEvent.objects.aggregate(first=Min("at"), last=Max("at")),
        StageChange.objects.aggregate(first=Min("at"), last=Max("at")),
        Answer.objects.aggregate(first=Min("saved_at"), last=Max("saved_at")),
        ActionPlan.objects.aggregate(first=Min("created_at"), last=Max("created_at")),
        Attendance.objects.aggregate(first=Min("marked_at"), last=Max("marked_at")),
    ]
    for found in moments:
        assert timezone.localdate(found["first"]) >= demonstration.starts_on
        assert timezone.localdate(found["last"]) <= TODAY
    spent = Expense.objects.aggregate(first=Min("spent_on"), last=Max("spent_on"), paid=Max("paid_on"))
    assert demonstration.starts_on <= spent["first"] <= spent["last"] <= TODAY
    assert spent["paid"] <= TODAY


def test_the_plan_in_force_has_no_residue_and_shares_add_up(demonstration):
    plan = Plan.objects.get(programme=demonstration, status=PlanStatus.ACTIVE)
    funders = list(Funder.objects.for_programme(demonstration))
    lines = list(plan.lines.all())
    grid = [
        [line.cells.filter(funder=funder).aggregate(s=Sum("amount_cents"))["s"] or 0 for funder in funders]
        for line in lines
    ]
    assert residues([ln.planned_cents for ln in lines], [f.agreed_cents for f in funders], grid).valid
    assert plan.number == 2
    for expense in Expense.objects.filter(status__in=["validated", "paid"]):
        shared = expense.shares.aggregate(total=Sum("amount_cents"))["total"]
        assert shared == expense.eligible_cents - expense.excess_cents
    assert set(Expense.objects.values_list("status", flat=True)) == {
        "draft",
        "submitted",
        "validated",
        "paid",
        "cancelled",
    }


def test_claims_stand_at_every_state_and_pass_no_agreement(told, demonstration):
    assert set(Claim.objects.values_list("status", flat=True)) == {"prepared", "sent", "paid"}
    rejected = Claim.objects.filter(shares__status="rejected").distinct().get()
    assert rejected.payable_cents < rejected.asked_cents
    assert rejected.shares.filter(status="returned").count() == 1
    for account in funder_accounts(demonstration):
        assert account.claimed_cents <= account.charged_cents <= account.agreed_cents
        assert account.asked_cents <= account.agreed_cents * 80 // 100
    assert Recovery.objects.get().amount_cents == 1_250_00
    assert {row.status for row in Commitment.objects.all()} == {"proposed", "active", "closed"}
    assert sum(programme_reserves(demonstration).values()) > 0
    assert [line for line in told if carrying.NOT_DONE in line] == []
    assert set(Claim.objects.exclude(pack=None).values_list("status", flat=True)) == {"prepared", "sent"}


def test_releases_are_published_and_reports_made_once(told, demonstration):
    assert [line for line in told if carrying.NOT_DONE in line] == []
    assert told.count("Millésimes publiés\u00a0: 2, rapports prêts\u00a0: 3") == 2
    releases = Release.objects.for_programme(demonstration)
    assert list(releases.values_list("reference_date", "status")) == [
        (date(2026, 5, 31), "published"),
        (date(2026, 1, 31), "published"),
    ]
    assert all(timezone.localdate(row.published_at) > row.reference_date for row in releases)
    reports = Document.objects.for_programme(demonstration).filter(kind="progress-report").order_by("title")
    assert [(report.title, report.is_final) for report in reports] == [
        ("Rapport d’avancement, 1er trimestre 2026", False),
        ("Rapport d’avancement, 3e trimestre 2025", True),
        ("Rapport d’avancement, 4e trimestre 2025", True),
    ]
    assert all(report.pages >= 12 and report.file and report.data_file for report in reports)


def test_removing_it_leaves_nothing_of_it(demonstration, django_capture_on_commit_callbacks):
    # One of its own: rows come back when the test ends, files removed for good would be missed by the others.
    resetting.remove(demonstration)
    own = loading.load(loading.DemoRequest(12, seed=5, today=TODAY), say=str)
    stored = [(file.content.storage, file.content.name) for file in StoredFile.objects.all()]
    assert stored
    with django_capture_on_commit_callbacks(execute=True):
        resetting.remove(own)
    assert not any(storage.exists(name) for storage, name in stored)
    left = [
        model.__name__
        for model in (*(model for model, _fields in OBSERVED), Programme, StoredFile)
        if model.objects.exists()
    ]
    assert left == []
    assert not AuditEvent.objects.filter(programme_id=own.pk).exists()


def test_only_a_demonstration_is_removed(db):
    with pytest.raises(ValueError, match="only a demonstration"):
        resetting.remove(Programme(slug="reel"))


def test_loading_twice_keeps_the_first_unless_told_otherwise(demonstration):
    arguments = ["load_demo", "--companies", "12", "--today", TODAY.isoformat(), "--no-publish"]
    out = StringIO()
    call_command(*arguments, stdout=out)
    assert loading.find() == demonstration
    assert out.getvalue() == "La démonstration est déjà là (--reset la remplace).\n"
    call_command(*arguments, "--reset", "--seed", "9", stdout=out)
    replaced = loading.find()
    assert replaced is not None
    assert replaced != demonstration
    assert replaced.participations.count() == 12


@pytest.mark.parametrize("arguments", [["--companies", "0"], ["--companies", "100000"], ["--rounds", "0"]])
def test_absurd_arguments_are_refused(arguments):
    with pytest.raises(CommandError):
        call_command("load_demo", *arguments)


def test_somebody_waits_for_an_erasure(demonstration):
    asked = ErasureRequest.objects.get(programme=demonstration)
    assert asked.receipt is None
    assert asked.user.role_grants.filter(programme=demonstration, role=Role.COMPANY).exists()
    assert timezone.localdate(asked.asked_at) == TODAY - timedelta(days=3)
