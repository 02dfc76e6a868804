"""Taxes, locked years, transfers within the percentage, drafts edited by two people, duplicates."""

from datetime import date
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from core.audit import history
from core.errors import BusinessError
from funding import services
from funding.duplicates import invoice_key
from funding.enums import ClaimPieceKind, EvidenceKind, EvidenceStep, Nature, PlanKind
from funding.models import Commitment, Plan
from funding.selectors.duplicates import Entry, lookalikes
from funding.selectors.transfers import transfer_room, transfers_of
from tests.funding.factories import (
    NOW,
    PDF,
    SPENT,
    TODAY,
    line_of,
    make_claim,
    make_commitment,
    make_expense,
    make_funders,
    make_paid,
    make_plan,
    make_submitted,
    make_validated,
    plan_entries,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def planned(programme):
    make_plan(programme)
    return programme


# Taxes


def test_recoverable_tax_is_outside_what_may_be_eligible(planned, officer, director):
    expense = make_expense(planned, officer, amount=1_100_00, tax_cents=200_00, recoverable_tax_cents=100_00)
    assert (expense.net_cents, expense.amount_cents, expense.gross_cents) == (1_000_00, 1_100_00, 1_200_00)
    with pytest.raises(BusinessError):
        services.update_expense(actor=officer, expense=expense, eligible_cents=1_200_00)


@pytest.mark.parametrize(("tax", "recoverable"), [(-1, 0), (10, 11), (10, -1), (2_000_00, 0)])
def test_impossible_taxes_are_refused(planned, officer, tax, recoverable):
    with pytest.raises(BusinessError) as refusal:
        make_expense(planned, officer, tax_cents=tax, recoverable_tax_cents=recoverable)
    assert refusal.value.field == "tax"


# Evidence by nature


def test_a_nature_may_need_a_piece_before_validation(planned, officer, director):
    needs = [(Nature.FEES, EvidenceKind.SIGN_IN, EvidenceStep.VALIDATION)]
    for _click in range(2):
        services.set_evidence_rules(actor=director, programme=planned, needs=needs)
    assert history(planned).filter(verb="funding.evidence_rules_set").count() == 1
    expense = make_expense(planned, officer)
    with pytest.raises(BusinessError, match="Feuille d’émargement"):
        services.submit_expense(actor=officer, expense=expense, at=NOW)
    services.add_evidence(actor=officer, expense=expense, upload=upload("e.pdf"), kind=EvidenceKind.SIGN_IN)
    services.submit_expense(actor=officer, expense=expense, at=NOW)


# Closed years


def test_a_closed_year_is_locked_until_it_is_reopened_with_a_reason(planned, officer, director):
    old = make_validated(planned, officer, director, spent_on=date(2025, 9, 1))
    for _click in range(2):
        services.close_year(actor=director, programme=planned, year=2025)
    with pytest.raises(BusinessError) as refusal:
        make_expense(planned, officer, spent_on=date(2025, 9, 2))
    assert refusal.value.code == "closed-year"
    with pytest.raises(BusinessError):
        services.pay_expense(actor=officer, expense=old, paid_on=date(2025, 10, 1), today=TODAY)
    moved = make_expense(planned, officer)
    with pytest.raises(BusinessError):
        services.update_expense(actor=officer, expense=moved, spent_on=date(2025, 9, 2))
    # What was charged then is answered now: the counter-entry is dated of the open year.
    services.pay_expense(actor=officer, expense=old, paid_on=TODAY, today=TODAY)
    services.cancel_expense(actor=director, expense=old, reason="Doublon", at=NOW)
    assert old.counter_entries.get().spent_on == TODAY
    with pytest.raises(BusinessError):
        services.reopen_year(actor=director, programme=planned, year=2025, reason=" ")
    for _click in range(2):
        services.reopen_year(actor=director, programme=planned, year=2025, reason="Facture retrouvée")
    make_expense(planned, officer, spent_on=date(2025, 9, 2))
    assert history(planned).filter(verb="year.reopened").count() == 1


def test_a_year_with_expenses_that_wait_is_not_closed(planned, officer, director):
    make_submitted(planned, officer, spent_on=date(2025, 9, 1))
    with pytest.raises(BusinessError, match="1 dépense de 2025"):
        services.close_year(actor=director, programme=planned, year=2025)
    with pytest.raises(BusinessError, match="aucun jour"):
        services.close_year(actor=director, programme=planned, year=2030)


def test_no_counter_entry_is_dated_in_a_closed_year(planned, officer, director):
    expense = make_validated(planned, officer, director)
    services.close_year(actor=director, programme=planned, year=2026)
    with pytest.raises(BusinessError) as refusal:
        services.cancel_expense(actor=director, expense=expense, reason="Doublon", at=NOW)
    assert refusal.value.code == "closed-year"


# Transfers


@pytest.fixture
def two_lines(programme):
    """Two lines on the first axis."""
    from dataclasses import replace

    funders = make_funders(programme)
    plan = services.start_plan(actor=None, programme=programme)
    entries = plan_entries(programme, funders)
    entries[1] = replace(entries[1], axis_id=entries[0].axis_id, label="Enquête")
    services.save_plan(actor=None, plan=plan, entries=entries)
    services.activate_plan(actor=None, plan=plan, decided_on=programme.starts_on)
    return list(programme.budget_lines.filter(axis__number=1))


def test_a_transfer_is_a_version_of_the_plan_and_columns_do_not_move(programme, two_lines, director):
    source, target = two_lines
    state, region, _branches = programme.funders.all()
    token = uuid4()
    parts = {state.pk: 10_000_00, region.pk: 61}
    plans = [
        services.transfer(
            actor=director,
            source=source,
            target=target,
            parts=parts,
            reason="Enquête élargie",
            form_token=token,
        )
        for _click in range(2)
    ]
    assert plans[0] == plans[1]
    assert (plans[0].number, plans[0].kind, Plan.objects.count()) == (2, PlanKind.TRANSFER, 2)
    from funding.selectors import plan_sheet

    before, after = (plan_sheet(plan) for plan in Plan.objects.order_by("number"))
    assert before.column_totals == after.column_totals
    assert after.balanced
    assert after.lines[0].planned_cents == before.lines[0].planned_cents - 10_000_61
    assert transfers_of(programme)[0].total_cents == 10_000_61


@pytest.mark.parametrize("fault", ["axis", "same", "none", "cell", "percent", "reason", "draft", "negative"])
def test_a_transfer_beyond_the_agreement_is_refused(programme, two_lines, director, fault):
    source, target = two_lines
    state, region, branches = programme.funders.all()
    values = {"source": source, "target": target, "parts": {state.pk: 1_00}, "reason": "Motif"}
    values |= {
        "axis": {"target": line_of(programme, 3)},
        "same": {"target": source},
        "none": {"parts": {state.pk: 0}},
        "cell": {"parts": {branches.pk: 100_000_00}},
        "percent": {"parts": {state.pk: 14_610_01}},
        "reason": {"reason": " "},
        "draft": {},
        "negative": {"parts": {state.pk: 5, region.pk: -5}},
    }[fault]
    if fault == "draft":
        services.start_plan(actor=director, programme=programme, reason="Avenant")
    with pytest.raises(BusinessError):
        services.transfer(actor=director, **values)
    assert Plan.objects.filter(kind=PlanKind.TRANSFER).count() == 0


def test_transfers_add_up_to_the_percentage_and_an_amendment_starts_again(programme, two_lines, director):
    source, target = two_lines
    state = programme.funders.first()

    def move(cents):
        return services.transfer(
            actor=director, source=source, target=target, parts={state.pk: cents}, reason="Suite"
        )

    move(14_000_00)
    with pytest.raises(BusinessError) as refusal:
        move(1_000_00)
    assert refusal.value.code == "fungibility"
    plan = services.start_plan(actor=director, programme=programme, reason="Avenant n° 1")
    services.activate_plan(actor=director, plan=plan)
    room = transfer_room(plan, source)
    assert (room.base_cents, room.moved_cents) == (132_100_00, 0)
    services.set_rules(actor=director, programme=programme, second_person=True, fungibility_percent=0)
    with pytest.raises(BusinessError):
        move(1)
    with pytest.raises(BusinessError):
        services.set_rules(actor=director, programme=programme, second_person=True, fungibility_percent=101)


def test_a_transfer_never_takes_what_was_charged_or_reserved(programme, two_lines, officer, director):
    source, target = two_lines
    services.set_rules(actor=director, programme=programme, second_person=True, fungibility_percent=100)
    expense = services.create_expense(
        actor=officer, line=source, label="Tout", supplier="X", spent_on=SPENT, amount_cents=146_000_00
    )
    services.add_evidence(actor=officer, expense=expense, upload=upload(), kind=EvidenceKind.INVOICE)
    services.submit_expense(actor=officer, expense=expense, at=NOW)
    services.validate_expense(actor=director, expense=expense, at=NOW)
    with pytest.raises(BusinessError) as refusal:
        services.transfer(
            actor=director,
            source=source,
            target=target,
            parts={programme.funders.first().pk: 60_000_00},
            reason="Trop",
        )
    assert refusal.value.code == "below-charged"


# Versions


def test_a_draft_may_be_given_up_but_no_plan_in_force(planned, director):
    draft = services.start_plan(actor=director, programme=planned, reason="Avenant")
    for _click in range(2):
        services.discard_plan(actor=director, plan=draft)
    assert list(Plan.objects.values_list("number", flat=True)) == [1]
    assert planned.budget_lines.count() == 4
    with pytest.raises(BusinessError):
        services.discard_plan(actor=director, plan=Plan.objects.get())


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2026, 7, 1)])
def test_a_version_is_not_decided_before_the_last_one_nor_in_the_future(planned, director, day):
    draft = services.start_plan(actor=director, programme=planned, reason="Avenant")
    with pytest.raises(BusinessError) as refusal:
        services.activate_plan(actor=director, plan=draft, decided_on=day)
    assert refusal.value.field == "decided_on"


# Two people at once


def test_the_second_who_saves_a_draft_is_told_who_changed_what(planned, officer, director):
    expense = make_expense(planned, officer)
    seen = expense.updated_at
    services.update_expense(actor=director, expense=expense, seen=seen, amount_cents=900_00, eligible_cents=1)
    with pytest.raises(BusinessError) as refusal:
        services.update_expense(actor=officer, expense=expense, seen=seen, label="Autre")
    assert refusal.value.code == "stale"
    assert "Directrice Essai" in refusal.value.message
    assert "1\u202f000,00\u00a0€ → 900,00\u00a0€" in refusal.value.message
    expense.refresh_from_db()
    assert (expense.label, expense.amount_cents) == ("Acompte de l’étude", 900_00)


def test_nobody_validates_something_else_than_what_she_read(planned, officer, director):
    expense = make_submitted(planned, officer)
    seen = expense.updated_at
    services.return_expense(actor=director, expense=expense, reason="Montant")
    services.update_expense(actor=officer, expense=expense, amount_cents=9_000_00, eligible_cents=9_000_00)
    services.submit_expense(actor=officer, expense=expense, at=NOW)
    with pytest.raises(BusinessError) as refusal:
        services.validate_expense(actor=director, expense=expense, seen=seen, at=NOW)
    assert refusal.value.code == "stale"


def test_the_second_who_saves_a_plan_is_told(planned, officer, director):
    draft = services.start_plan(actor=director, programme=planned, reason="Avenant")
    entries = plan_entries(planned, list(planned.funders.all()))
    known = dict(planned.budget_lines.values_list("label", "pk"))
    from dataclasses import replace

    entries = [replace(entry, line_id=known[entry.label]) for entry in entries]
    seen = draft.updated_at
    services.save_plan(actor=director, plan=draft, entries=entries, seen=seen)
    with pytest.raises(BusinessError, match="Directrice Essai"):
        services.save_plan(actor=director, plan=draft, entries=entries, seen=seen)


# Duplicates


@pytest.mark.parametrize(
    ("supplier", "number"),
    [
        ("Cabinet Orchivelin", "F-2603"),
        ("CABINET  ORCHIVELIN ", "f 2603"),
        ("Cabinet Orchivelín", "F2603"),
    ],
)
def test_the_same_invoice_is_found_however_it_is_typed(planned, officer, supplier, number):
    make_expense(planned, officer, invoice_number="F-2603", amount=5_00)
    entry = Entry(supplier, number, date(2026, 5, 5), 7_00)
    assert [row.why for row in lookalikes(planned, entry)] == ["même fournisseur et même numéro de facture"]


def test_the_same_amount_on_the_same_day_is_told_and_corrected_invoices_are_not(planned, officer):
    expense = make_expense(planned, officer, amount=5_00)
    assert [row.why for row in lookalikes(planned, Entry("Autre", "", SPENT, 5_00))] == [
        "même montant et même date"
    ]
    assert lookalikes(planned, Entry("Autre", "", SPENT, 5_00, expense.pk)) == []
    services.cancel_expense(actor=officer, expense=expense, reason="Erreur")
    assert lookalikes(planned, Entry("Autre", "", SPENT, 5_00)) == []


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_key_is_short_and_stable(supplier, number):
    key = invoice_key(supplier, number)
    assert len(key) <= 120
    assert key == invoice_key(f" {supplier} ", f"-{number}")


# Evidence


@pytest.mark.parametrize("kind", ["expense", "claim", "commitment"])
def test_a_file_of_100_megabytes_is_refused_whatever_it_hangs_on(planned, officer, director, kind):
    upload_100 = TemporaryUploadedFile("scan.pdf", "application/pdf", 0, None)
    upload_100.write(PDF)
    upload_100.truncate(100 * 2**20)
    upload_100.size = 100 * 2**20
    try:
        with pytest.raises(BusinessError, match="pèse plus de 20") as refusal:
            if kind == "expense":
                expense = make_expense(planned, officer)
                services.add_evidence(
                    actor=officer, expense=expense, upload=upload_100, kind=EvidenceKind.INVOICE
                )
            elif kind == "claim":
                make_paid(planned, officer, director)
                claim = make_claim(planned.funders.first(), officer)
                services.add_claim_piece(
                    actor=officer, claim=claim, upload=upload_100, kind=ClaimPieceKind.OTHER
                )
            else:
                make_commitment(planned, officer, upload=upload_100)
    finally:
        upload_100.close()
    assert refusal.value.code == "file-size"
    assert not Commitment.objects.exists()
