"""The life of an expense: who may do what, when, once; shares final and exact."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db.models import Sum

from core.audit import history
from core.errors import BusinessError
from core.models import StoredFile
from funding import services
from funding.enums import EvidenceKind, ExpenseStatus
from funding.models import Expense, Share
from tests.funding.factories import (
    NOW,
    PDF,
    SPENT,
    TODAY,
    line_of,
    make_expense,
    make_plan,
    make_submitted,
    make_validated,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(programme):
    make_plan(programme)
    return programme


def shares_of(expense: Expense) -> list[int]:
    return list(expense.shares.order_by("funder__position").values_list("amount_cents", flat=True))


def test_expense_from_entry_to_payment(planned, officer, director):
    expense = make_expense(planned, officer, amount=1_000_01)
    assert (expense.number, expense.status, expense.eligible_cents) == (1, ExpenseStatus.DRAFT, 1_000_01)
    services.submit_expense(actor=officer, expense=expense, at=NOW)
    validated = services.validate_expense(actor=director, expense=expense, at=NOW)
    assert validated.status == ExpenseStatus.VALIDATED
    assert shares_of(validated) == [484_98, 286_78, 228_25]
    paid = services.pay_expense(actor=officer, expense=expense, paid_on=TODAY, today=TODAY)
    assert (paid.status, paid.paid_on) == (ExpenseStatus.PAID, TODAY)
    assert [event.verb for event in history(expense)] == [
        "expense.paid",
        "expense.validated",
        "expense.submitted",
        "evidence.added",
        "expense.created",
    ]


def test_every_move_twice_changes_nothing_more(planned, officer, director):
    expense = make_submitted(planned, officer)
    services.submit_expense(actor=officer, expense=expense, at=NOW)
    first = services.validate_expense(actor=director, expense=expense, at=NOW)
    services.validate_expense(actor=director, expense=expense, at=NOW + timedelta(hours=1))
    services.pay_expense(actor=officer, expense=expense, paid_on=TODAY, today=TODAY)
    services.pay_expense(actor=officer, expense=expense, paid_on=TODAY - timedelta(days=1), today=TODAY)
    services.cancel_expense(actor=director, expense=expense, reason="Facture retirée", at=NOW)
    services.cancel_expense(actor=director, expense=expense, reason="Facture retirée", at=NOW)
    expense.refresh_from_db()
    assert (expense.validated_at, expense.paid_on) == (first.validated_at, TODAY)
    assert expense.counter_entries.count() == 1
    assert history(expense).count() == 6


def test_form_sent_twice_makes_one_expense(planned, officer):
    token = uuid4()
    first = make_expense(planned, officer, form_token=token)
    second = make_expense(planned, officer, form_token=token)
    assert first == second
    assert Expense.objects.count() == 1
    assert first.evidence.count() == 1


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2027, 7, 1)])
def test_date_outside_the_agreement_is_refused(planned, officer, day):
    with pytest.raises(BusinessError) as refusal:
        make_expense(planned, officer, spent_on=day)
    assert (refusal.value.field, refusal.value.code) == ("spent_on", "dates")
    assert Expense.objects.count() == 0


def test_date_to_come_waits_to_be_submitted(planned, officer):
    expense = make_expense(planned, officer, spent_on=TODAY + timedelta(days=1))
    with pytest.raises(BusinessError) as refusal:
        services.submit_expense(actor=officer, expense=expense, at=NOW)
    assert refusal.value.code == "future"


@pytest.mark.parametrize(("amount", "eligible"), [(0, None), (-5, None), (100, 101), (100, -1)])
def test_impossible_amounts_are_refused(planned, officer, amount, eligible):
    with pytest.raises(BusinessError):
        make_expense(planned, officer, amount=amount, eligible_cents=eligible)


def test_line_outside_the_plan_is_refused(programme, other_programme, officer):
    make_plan(other_programme)
    expense = make_expense(other_programme, officer)
    assert expense.programme == other_programme
    make_plan(programme)
    mine = make_expense(programme, officer)
    with pytest.raises(BusinessError, match="pas dans ce programme"):
        services.update_expense(actor=officer, expense=mine, line=line_of(other_programme, 1))


def test_submission_and_validation_need_evidence(planned, officer, director):
    expense = make_expense(planned, officer)
    services.remove_evidence(actor=officer, piece=expense.evidence.get())
    with pytest.raises(BusinessError) as refusal:
        services.submit_expense(actor=officer, expense=expense, at=NOW)
    assert refusal.value.code == "evidence"


def test_who_entered_does_not_validate(planned, officer):
    expense = make_submitted(planned, officer)
    with pytest.raises(BusinessError) as refusal:
        services.validate_expense(actor=officer, expense=expense, at=NOW)
    assert refusal.value.code == "second-person"
    expense.refresh_from_db()
    assert (expense.status, expense.shares.count()) == (ExpenseStatus.SUBMITTED, 0)


def test_programme_may_allow_one_person_or_the_director_decide_with_a_reason(planned, officer, director):
    own = make_submitted(planned, director)
    decided = services.validate_expense(
        actor=director, expense=own, override_reason="Équipe réduite en août", at=NOW
    )
    services.set_rules(actor=director, programme=planned, second_person=False)
    services.set_rules(actor=director, programme=planned, second_person=False)
    free = services.validate_expense(actor=officer, expense=make_submitted(planned, officer), at=NOW)
    assert (decided.status, decided.decision_reason) == (ExpenseStatus.VALIDATED, "Équipe réduite en août")
    assert free.status == ExpenseStatus.VALIDATED
    assert history(decided).first().comment == "Équipe réduite en août"


def test_overrun_is_refused_with_what_remains(planned, officer, director):
    make_validated(planned, officer, director, amount=146_000_00)
    late = make_submitted(planned, officer, amount=100_01)
    with pytest.raises(BusinessError, match="Il reste 100,00") as refusal:
        services.validate_expense(actor=director, expense=late, at=NOW)
    assert refusal.value.code == "overrun"


def test_overrun_accepted_by_the_director_is_shared_with_no_funder(planned, officer, director):
    make_validated(planned, officer, director, amount=146_000_00)
    late = make_submitted(planned, officer, amount=150_00)
    done = services.validate_expense(
        actor=director, expense=late, override_reason="Prise en charge par l’association", at=NOW
    )
    assert (done.excess_cents, sum(shares_of(done))) == (50_00, 100_00)
    line = Share.objects.filter(line=late.line).values_list("funder__position").annotate(Sum("amount_cents"))
    cells = planned.budget_plans.get().lines.get(line=late.line).cells
    assert list(line.order_by("funder__position")) == list(
        cells.order_by("funder__position").values_list("funder__position", "amount_cents")
    )


def test_ineligible_part_is_kept_and_never_funded(planned, officer, director):
    done = make_validated(planned, officer, director, amount=120_00, eligible_cents=100_00)
    assert (done.amount_cents, sum(shares_of(done))) == (120_00, 100_00)


def test_returned_expense_can_be_corrected_and_submitted_again(planned, officer, director):
    expense = make_submitted(planned, officer)
    with pytest.raises(BusinessError):
        services.return_expense(actor=director, expense=expense, reason="  ")
    back = services.return_expense(actor=director, expense=expense, reason="Facture illisible")
    again = services.return_expense(actor=director, expense=expense, reason="Facture illisible")
    assert (back.status, back.returned_reason, again.status) == (
        ExpenseStatus.DRAFT,
        "Facture illisible",
        ExpenseStatus.DRAFT,
    )
    services.update_expense(actor=officer, expense=expense, amount_cents=900_00, eligible_cents=900_00)
    resent = services.submit_expense(actor=officer, expense=expense, at=NOW)
    assert (resent.status, resent.returned_reason, resent.amount_cents) == (
        ExpenseStatus.SUBMITTED,
        "",
        900_00,
    )


def test_validated_expense_is_neither_edited_nor_returned(planned, officer, director):
    expense = make_validated(planned, officer, director)
    with pytest.raises(BusinessError):
        services.update_expense(actor=officer, expense=expense, amount_cents=1)
    with pytest.raises(BusinessError):
        services.return_expense(actor=director, expense=expense, reason="Trop tard")
    with pytest.raises(BusinessError):
        services.remove_evidence(actor=officer, piece=expense.evidence.get())


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2025, 6, 1)])
def test_payment_date_is_bounded(planned, officer, director, day):
    expense = make_validated(planned, officer, director)
    with pytest.raises(BusinessError) as refusal:
        services.pay_expense(actor=officer, expense=expense, paid_on=day, today=TODAY)
    assert refusal.value.field == "paid_on"


def test_unsubmitted_expense_is_neither_validated_nor_paid(planned, officer, director):
    expense = make_expense(planned, officer)
    with pytest.raises(BusinessError):
        services.validate_expense(actor=director, expense=expense, at=NOW)
    with pytest.raises(BusinessError):
        services.pay_expense(actor=officer, expense=expense, paid_on=TODAY, today=TODAY)


def test_cancellation_is_the_exact_opposite_and_history_stays(planned, officer, director):
    make_validated(planned, officer, director, amount=33)
    expense = make_validated(planned, officer, director, amount=1_234_57)
    before = shares_of(expense)
    services.pay_expense(actor=officer, expense=expense, paid_on=TODAY, today=TODAY)
    cancelled = services.cancel_expense(actor=director, expense=expense, reason="Doublon", at=NOW)
    entry = cancelled.counter_entries.get()
    assert shares_of(expense) == before
    assert shares_of(entry) == [-cents for cents in before]
    assert (entry.amount_cents, entry.status, entry.paid_on) == (-1_234_57, ExpenseStatus.PAID, TODAY)
    assert (cancelled.status, cancelled.paid_on) == (ExpenseStatus.CANCELLED, TODAY)
    assert entry.label == "Annulation de D00002 – Acompte de l’étude"


def test_draft_is_cancelled_without_counter_entry_and_submitted_is_returned_first(planned, officer, director):
    draft = make_expense(planned, officer)
    assert services.cancel_expense(actor=officer, expense=draft, reason="Erreur").status == "cancelled"
    assert draft.counter_entries.count() == 0
    waiting = make_submitted(planned, officer)
    with pytest.raises(BusinessError):
        services.cancel_expense(actor=director, expense=waiting, reason="Erreur")


def test_credit_note_takes_back_the_last_cents_then_cancellation_takes_the_rest(planned, officer, director):
    expense = make_validated(planned, officer, director, amount=1_000_00)
    token = uuid4()
    for _attempt in range(2):
        note = services.credit_expense(
            actor=director, expense=expense, amount_cents=200_00, reason="Avoir", form_token=token, at=NOW
        )
    kept = [a + b for a, b in zip(shares_of(expense), shares_of(note), strict=True)]
    smaller = make_validated(planned, officer, director, amount=800_00, axis=2)
    assert sum(kept) == 800_00
    assert [abs(a - b) <= 1 for a, b in zip(kept, shares_of(smaller), strict=True)] == [True] * 3
    services.cancel_expense(actor=director, expense=expense, reason="Tout annuler", at=NOW)
    entries = [expense, *expense.counter_entries.order_by("pk")]
    assert [sum(shares_of(entry)) for entry in entries] == [1_000_00, -200_00, -800_00]
    assert Share.objects.filter(line=expense.line).aggregate(s=Sum("amount_cents"))["s"] == 0


@pytest.mark.parametrize(("amount", "eligible"), [(0, None), (1_000_00, None), (100_00, 150_00), (700_00, 0)])
def test_impossible_credit_notes_are_refused(planned, officer, director, amount, eligible):
    expense = make_validated(planned, officer, director, amount=1_000_00, eligible_cents=900_00)
    with pytest.raises(BusinessError):
        services.credit_expense(
            actor=director,
            expense=expense,
            amount_cents=amount,
            eligible_cents=eligible,
            reason="Avoir",
            at=NOW,
        )
    assert expense.counter_entries.count() == 0


def test_credit_note_first_reduces_what_no_funder_pays(planned, officer, director):
    make_validated(planned, officer, director, amount=146_000_00)
    late = services.validate_expense(
        actor=director,
        expense=make_submitted(planned, officer, amount=150_00),
        override_reason="Porteur",
        at=NOW,
    )
    note = services.credit_expense(actor=director, expense=late, amount_cents=60_00, reason="Avoir", at=NOW)
    assert (note.excess_cents, sum(shares_of(note))) == (-50_00, -10_00)


def test_credit_note_is_settled_with_its_expense(planned, officer, director):
    expense = make_validated(planned, officer, director)
    note = services.credit_expense(actor=director, expense=expense, amount_cents=1_00, reason="Avoir", at=NOW)
    services.pay_expense(actor=officer, expense=expense, paid_on=TODAY, today=TODAY)
    note.refresh_from_db()
    assert (note.status, note.paid_on) == (ExpenseStatus.PAID, TODAY)


def test_evidence_is_judged_by_its_content(planned, officer):
    expense = make_expense(planned, officer)
    for name, content in (("facture.pdf", b"MZ executable"), ("virus.exe", PDF), ("vide.pdf", b"")):
        with pytest.raises(BusinessError):
            services.add_evidence(
                actor=officer, expense=expense, upload=upload(name, content), kind=EvidenceKind.INVOICE
            )
    assert expense.evidence.count() == 1


def test_same_evidence_twice_is_one_piece_and_one_file(planned, officer):
    expense = make_expense(planned, officer)
    pieces = [
        services.add_evidence(
            actor=officer, expense=expense, upload=upload("preuve.pdf", PDF), kind=EvidenceKind.PAYMENT
        )
        for _attempt in range(2)
    ]
    assert pieces[0] == pieces[1]
    assert (expense.evidence.count(), StoredFile.objects.count()) == (2, 2)


def test_cancelled_expense_receives_no_evidence(planned, officer):
    expense = services.cancel_expense(actor=officer, expense=make_expense(planned, officer), reason="Erreur")
    with pytest.raises(BusinessError):
        services.add_evidence(actor=officer, expense=expense, upload=upload(), kind=EvidenceKind.OTHER)


def test_expenses_of_two_programmes_have_their_own_numbers(planned, other_programme, officer):
    make_plan(other_programme)
    assert make_expense(planned, officer).number == 1
    assert make_expense(other_programme, officer).number == 1
    assert make_expense(planned, officer, spent_on=SPENT).number == 2
