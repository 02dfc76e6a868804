"""Claims: which shares they take, what they come to, what a funder's answer and payments change."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models import Sum

from core.audit import history
from core.errors import BusinessError
from funding import services
from funding.enums import (
    ClaimedShareStatus,
    ClaimKind,
    ClaimPieceKind,
    ClaimStatus,
    EvidenceKind,
    EvidenceStep,
    Imputation,
    Nature,
    RecoveryStatus,
)
from funding.models import Claim, ClaimedShare, Recovery, Share
from funding.selectors.claimable import account_of, claimable
from tests.funding.factories import (
    NOW,
    PAID,
    TODAY,
    make_claim,
    make_paid,
    make_plan,
    make_sent,
    make_validated,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planned(programme):
    make_plan(programme)
    return programme


@pytest.fixture
def state(planned):
    return planned.funders.get(is_state=True)


@pytest.fixture
def region(planned):
    return planned.funders.get(name="Région")


def share_of(expense, funder) -> int:
    return expense.shares.get(funder=funder).amount_cents


def terms(funder, **values):
    values = {"advance_percent": 0, "ceiling_percent": 80, "imputation": Imputation.FIRST} | values
    services.set_claim_terms(actor=None, funder=funder, **values)


def answer(claim, actor, rejected=None, **values):
    return services.answer_claim(
        actor=actor, claim=claim, answered_on=TODAY, rejected=rejected, today=TODAY, **values
    )


def receive(claim, actor, cents, **values):
    return services.record_receipt(
        actor=actor, claim=claim, received_on=TODAY, amount_cents=cents, today=TODAY, **values
    )


def test_a_claim_takes_the_funders_paid_shares_that_no_claim_holds(planned, state, officer, director):
    first = make_paid(planned, officer, director, amount=1_000_01)
    make_paid(planned, officer, director, amount=500_00, paid_on=date(2026, 6, 1))
    make_validated(planned, officer, director, amount=300_00)
    claim = make_claim(state, officer, until=date(2026, 5, 31))
    assert (claim.number, str(claim), claim.payable_cents) == (1, "A01-001", share_of(first, state))
    assert [row.share.expense for row in claim.shares.select_related("share__expense")] == [first]
    second = make_claim(state, officer)
    assert second.shares.count() == 1
    with pytest.raises(BusinessError) as refusal:
        make_claim(state, officer)
    assert refusal.value.code == "nothing"


def test_no_share_is_held_twice_even_behind_the_services(planned, state, officer, director):
    make_paid(planned, officer, director)
    claim = make_claim(state, officer)
    other = Claim.objects.create(programme=planned, funder=state, number=9, kind=ClaimKind.INTERIM)
    held = claim.shares.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClaimedShare.objects.create(claim=other, share=held.share, rank=1, amount_cents=1)


def test_the_same_form_makes_one_claim(planned, state, officer, director):
    make_paid(planned, officer, director)
    token = uuid4()
    assert make_claim(state, officer, form_token=token) == make_claim(state, officer, form_token=token)
    assert Claim.objects.count() == 1


def test_the_other_funders_have_their_own_claims(planned, state, region, officer, director):
    expense = make_paid(planned, officer, director)
    make_claim(state, officer)
    claim = make_claim(region, officer)
    assert (str(claim), claim.payable_cents) == ("A02-001", share_of(expense, region))


def test_a_cancelled_expense_is_claimed_neither_whole_nor_by_its_counter_entry(
    planned, state, officer, director
):
    kept = make_paid(planned, officer, director, amount=700_00)
    gone = make_paid(planned, officer, director, amount=900_00)
    services.cancel_expense(actor=director, expense=gone, reason="Doublon", at=NOW)
    claim = make_claim(state, officer)
    assert claim.gross_cents == share_of(kept, state)
    assert claim.shares.count() == 1


def test_a_counter_entry_of_a_claimed_share_lowers_the_next_claim(planned, state, officer, director):
    first = make_paid(planned, officer, director, amount=900_00)
    make_claim(state, officer)
    services.cancel_expense(actor=director, expense=first, reason="Doublon", at=NOW)
    with pytest.raises(BusinessError):
        make_claim(state, officer)
    second = make_paid(planned, officer, director, amount=2_000_00)
    claim = make_claim(state, officer)
    assert claim.gross_cents == share_of(second, state) - share_of(first, state)


def test_an_advance_is_imputed_and_the_ceiling_holds_until_the_balance(planned, state, officer, director):
    terms(state, advance_percent=30)
    advance = make_sent(state, officer, director, kind=ClaimKind.ADVANCE)
    assert advance.payable_cents == state.agreed_cents * 30 // 100
    answer(advance, officer)
    receive(advance, officer, advance.payable_cents)
    for amount, axis in ((146_100_00, 1), (400_000_00, 2), (300_000_00, 3), (200_000_00, 4)):
        make_paid(planned, officer, director, amount=amount, axis=axis)
    interim = make_sent(state, officer, director)
    assert interim.gross_cents == state.agreed_cents
    assert interim.imputed_cents == advance.payable_cents
    assert advance.payable_cents + interim.payable_cents == state.agreed_cents * 80 // 100
    answer(interim, officer)
    receive(interim, officer, interim.payable_cents)
    last = make_sent(state, officer, director, kind=ClaimKind.BALANCE)
    answer(last, officer)
    receive(last, officer, last.payable_cents)
    assert Claim.objects.aggregate(s=Sum("payable_cents"))["s"] == state.agreed_cents
    assert last.withheld_cents < 0 < last.payable_cents
    assert set(Claim.objects.values_list("status", flat=True)) == {ClaimStatus.PAID}
    with pytest.raises(BusinessError) as refusal:
        make_claim(state, officer)
    assert refusal.value.code == "after-balance"


def test_an_advance_beyond_the_agreement_is_refused_with_what_is_left(state, officer):
    terms(state, advance_percent=10)
    make_claim(state, officer, kind=ClaimKind.ADVANCE, wanted_cents=10_000_00)
    with pytest.raises(BusinessError, match=r"il reste 40\s733,10"):
        make_claim(state, officer, kind=ClaimKind.ADVANCE, wanted_cents=41_000_00)


@pytest.mark.parametrize(
    "values",
    [
        {"advance_percent": 90, "ceiling_percent": 80},
        {"ceiling_percent": 101},
        {"advance_percent": -1},
    ],
)
def test_impossible_terms_are_refused(state, values):
    with pytest.raises(BusinessError):
        terms(state, **values)


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2025, 6, 1)])
def test_dates_of_a_claim_are_bounded(planned, state, officer, director, day):
    make_paid(planned, officer, director)
    with pytest.raises(BusinessError) as refusal:
        make_claim(state, officer, until=day)
    assert refusal.value.field == "until"
    claim = make_claim(state, officer)
    with pytest.raises(BusinessError) as refusal:
        services.send_claim(actor=director, claim=claim, sent_on=day, today=TODAY)
    assert refusal.value.field == "sent_on"
    services.send_claim(actor=director, claim=claim, sent_on=TODAY, today=TODAY)
    with pytest.raises(BusinessError) as refusal:
        services.answer_claim(actor=officer, claim=claim, answered_on=day, today=TODAY)
    assert refusal.value.field == "answered_on"
    with pytest.raises(BusinessError) as refusal:
        services.record_receipt(actor=officer, claim=claim, received_on=day, amount_cents=1, today=TODAY)
    assert refusal.value.field == "received_on"


def test_who_prepared_does_not_send_unless_the_director_decides(planned, state, officer, director):
    make_paid(planned, officer, director)
    claim = make_claim(state, officer)
    with pytest.raises(BusinessError) as refusal:
        services.send_claim(actor=officer, claim=claim, sent_on=TODAY, today=TODAY)
    assert refusal.value.code == "second-person"
    own = make_paid(planned, officer, director, amount=50_00) and make_claim(state, director)
    sent = services.send_claim(
        actor=director, claim=own, sent_on=TODAY, override_reason="Clôture annuelle", today=TODAY
    )
    assert (sent.status, history(sent).first().comment) == (ClaimStatus.SENT, "Clôture annuelle")


def test_what_the_funder_asks_for_is_joined_before_sending(planned, state, officer, director):
    terms(state, required_pieces=[ClaimPieceKind.BANK_DETAILS])
    make_paid(planned, officer, director)
    claim = make_claim(state, officer)
    with pytest.raises(BusinessError, match="Relevé d’identité bancaire"):
        services.send_claim(actor=director, claim=claim, sent_on=TODAY, today=TODAY)
    for _click in range(2):
        services.add_claim_piece(
            actor=officer, claim=claim, upload=upload("rib.pdf"), kind=ClaimPieceKind.BANK_DETAILS
        )
    assert claim.pieces.count() == 1
    assert services.send_claim(actor=director, claim=claim, sent_on=TODAY, today=TODAY).status == "sent"


def test_a_prepared_claim_may_be_given_up_and_its_shares_are_free(planned, state, officer, director):
    make_paid(planned, officer, director)
    claim = make_claim(state, officer)
    for _click in range(2):
        services.cancel_claim(actor=officer, claim=claim, reason="Trop tôt")
    again = make_claim(state, officer)
    assert (again.number, again.shares.count()) == (2, 1)
    services.send_claim(actor=director, claim=again, sent_on=TODAY, today=TODAY)
    with pytest.raises(BusinessError):
        services.cancel_claim(actor=officer, claim=again, reason="Trop tard")


def test_rejected_shares_wait_then_go_back_and_others_do_not_move(planned, state, region, officer, director):
    bad, good = (make_paid(planned, officer, director, amount=amount) for amount in (1_000_00, 3_000_00))
    claim, theirs = make_sent(state, officer, director), make_sent(region, officer, director)
    others = list(theirs.shares.values())
    row = claim.shares.get(share__expense=bad)
    for _click in range(2):
        decided = answer(claim, officer, {row.pk: "Facture illisible"})
    assert (decided.status, decided.payable_cents) == (ClaimStatus.PARTLY_REJECTED, share_of(good, state))
    assert list(theirs.shares.values()) == others
    assert claimable(state, TODAY).ready == ()
    with pytest.raises(BusinessError) as refusal:
        make_claim(state, officer, kind=ClaimKind.BALANCE)
    assert refusal.value.code == "rejections"
    for _click in range(2):
        services.return_share(actor=officer, row=row, comment="Facture rescannée")
    again = make_claim(state, officer)
    assert (again.gross_cents, row.claim.shares.get(pk=row.pk).reason) == (
        share_of(bad, state),
        "Facture illisible",
    )
    assert list(theirs.shares.values()) == others


def test_a_rejection_needs_a_reason_and_a_share_of_the_claim(planned, state, region, officer, director):
    make_paid(planned, officer, director)
    claim, theirs = make_sent(state, officer, director), make_sent(region, officer, director)
    with pytest.raises(BusinessError) as refusal:
        answer(claim, officer, {claim.shares.get().pk: " "})
    assert refusal.value.code == "reason"
    with pytest.raises(BusinessError) as refusal:
        answer(claim, officer, {theirs.shares.get().pk: "Autre"})
    assert refusal.value.code == "stale"


def test_a_rejected_share_borne_by_the_operator_is_answered_for_that_funder_only(
    planned, state, region, officer, director
):
    expense = make_paid(planned, officer, director, amount=1_000_00)
    claim = make_sent(state, officer, director)
    row = claim.shares.get()
    answer(claim, officer, {row.pk: "Hors objet"})
    entry = services.abandon_share(actor=director, row=row, reason="Le porteur prend en charge", at=NOW)
    assert services.abandon_share(actor=director, row=row, reason="Le porteur", at=NOW) is None
    row.refresh_from_db()
    assert row.status == ClaimedShareStatus.ABANDONED
    assert list(entry.shares.values_list("funder", "amount_cents")) == [(state.pk, -share_of(expense, state))]
    assert claimable(state, TODAY).ready == ()
    assert claimable(region, TODAY).gross_cents == share_of(expense, region)


def test_a_part_of_a_rejected_share_may_be_given_up(planned, state, officer, director):
    expense = make_paid(planned, officer, director, amount=1_000_00)
    claim = make_sent(state, officer, director)
    row = claim.shares.get()
    answer(claim, officer, {row.pk: "TVA comprise"})
    with pytest.raises(BusinessError):
        services.abandon_share(actor=director, row=row, reason="TVA", amount_cents=1_000_00, at=NOW)
    services.abandon_share(actor=director, row=row, reason="TVA", amount_cents=80_00, at=NOW)
    again = make_claim(state, officer)
    assert (again.gross_cents, again.shares.count()) == (share_of(expense, state) - 80_00, 2)


def test_a_payment_in_full_accepts_and_a_partial_one_asks_for_the_answer(planned, state, officer, director):
    make_paid(planned, officer, director)
    claim = make_sent(state, officer, director)
    with pytest.raises(BusinessError) as refusal:
        receive(claim, officer, 1_00)
    assert refusal.value.code == "no-answer"
    token = uuid4()
    for _click in range(2):
        receive(claim, officer, claim.payable_cents, form_token=token)
    claim.refresh_from_db()
    assert (claim.status, claim.receipts.count()) == (ClaimStatus.PAID, 1)


def test_what_is_paid_above_the_claim_must_go_back_or_be_deducted(planned, state, officer, director):
    make_paid(planned, officer, director)
    claim = make_sent(state, officer, director)
    receipt = receive(claim, officer, claim.payable_cents + 10_00)
    recovery = Recovery.objects.get()
    assert (recovery.amount_cents, recovery.status) == (10_00, RecoveryStatus.OPEN)
    make_paid(planned, officer, director, amount=2_000_00)
    second = make_sent(state, officer, director)
    for _click in range(2):
        services.offset_recovery(actor=officer, recovery=recovery, claim=second)
    answer(second, officer)
    receive(second, officer, second.payable_cents - 10_00)
    second.refresh_from_db()
    assert second.status == ClaimStatus.PAID
    with pytest.raises(BusinessError) as refusal:
        services.cancel_receipt(actor=director, receipt=receipt, reason="Erreur")
    assert refusal.value.code == "settled"


def test_a_receipt_recorded_by_mistake_is_cancelled_with_a_reason(planned, state, officer, director):
    make_paid(planned, officer, director)
    claim = make_sent(state, officer, director)
    receipt = receive(claim, officer, claim.payable_cents + 10_00)
    for _click in range(2):
        services.cancel_receipt(actor=director, receipt=receipt, reason="Autre convention")
    claim.refresh_from_db()
    assert (claim.status, Recovery.objects.get().status) == (ClaimStatus.ACCEPTED, RecoveryStatus.CANCELLED)
    assert claim.receipts.count() == 1


def test_shares_rejected_after_payment_must_go_back(planned, state, officer, director):
    bad, _good = (make_paid(planned, officer, director, amount=amount) for amount in (1_000_00, 3_000_00))
    claim = make_sent(state, officer, director)
    receive(claim, officer, claim.payable_cents)
    answer(claim, director, {claim.shares.get(share__expense=bad).pk: "Contrôle sur place"})
    recovery = Recovery.objects.get()
    assert recovery.amount_cents == share_of(bad, state)
    for _click in range(2):
        services.repay_recovery(actor=officer, recovery=recovery, settled_on=TODAY, today=TODAY)
    recovery.refresh_from_db()
    assert (recovery.status, recovery.settled_on) == (RecoveryStatus.REPAID, TODAY)


def test_a_whole_claim_refused_frees_nothing_by_itself(planned, state, officer, director):
    terms(state, advance_percent=10)
    advance = make_sent(state, officer, director, kind=ClaimKind.ADVANCE)
    with pytest.raises(BusinessError):
        answer(advance, officer, refused=True)
    refused = answer(advance, officer, refused=True, answer="Convention non signée")
    assert (refused.status, refused.payable_cents) == (ClaimStatus.REJECTED, 0)
    assert make_claim(state, officer, kind=ClaimKind.ADVANCE).payable_cents == advance.payable_cents


def test_a_balance_below_what_was_asked_opens_a_recovery(planned, state, officer, director):
    terms(state, advance_percent=30)
    advance = make_sent(state, officer, director, kind=ClaimKind.ADVANCE)
    answer(advance, officer)
    receive(advance, officer, advance.payable_cents)
    expense = make_paid(planned, officer, director, amount=50_000_00)
    with pytest.raises(BusinessError, match="A01-002"):
        make_claim(state, officer) and make_claim(state, officer, kind=ClaimKind.BALANCE)
    services.cancel_claim(actor=officer, claim=Claim.objects.get(number=2), reason="Solde direct")
    last = make_sent(state, officer, director, kind=ClaimKind.BALANCE)
    answer(last, officer)
    assert last.payable_cents == 0
    owed = advance.payable_cents - share_of(expense, state)
    assert Recovery.objects.get().amount_cents == owed
    account = account_of(state)
    assert account.asked - account.recovered == share_of(expense, state)


def test_a_correction_after_the_balance_is_a_new_balance(planned, state, officer, director):
    expense = make_paid(planned, officer, director, amount=50_000_00)
    last = make_sent(state, officer, director, kind=ClaimKind.BALANCE)
    receive(last, officer, last.payable_cents)
    services.credit_expense(actor=director, expense=expense, amount_cents=1_000_00, reason="Avoir", at=NOW)
    again = make_sent(state, officer, director, kind=ClaimKind.BALANCE)
    answer(again, officer)
    assert (again.payable_cents, Recovery.objects.get().amount_cents) == (0, -again.gross_cents)


def test_pieces_asked_by_nature_hold_a_share_back(planned, state, officer, director):
    services.set_evidence_rules(
        actor=director,
        programme=planned,
        needs=[(Nature.FEES, EvidenceKind.PAYMENT, EvidenceStep.CLAIM)],
    )
    expense = make_paid(planned, officer, director)
    with pytest.raises(BusinessError, match="attendent des justificatifs"):
        make_claim(state, officer)
    services.add_evidence(
        actor=officer, expense=expense, upload=upload("virement.pdf"), kind=EvidenceKind.PAYMENT
    )
    assert make_claim(state, officer).gross_cents == share_of(expense, state)


def test_everything_asked_never_passes_what_was_agreed(planned, state, officer, director):
    for amount, axis in ((146_100_00, 1), (400_000_00, 2), (300_000_00, 3), (200_000_00, 4)):
        make_paid(planned, officer, director, amount=amount, axis=axis, paid_on=PAID)
    claim = make_sent(state, officer, director, kind=ClaimKind.BALANCE)
    assert claim.payable_cents == state.agreed_cents
    assert Share.objects.filter(funder=state).aggregate(s=Sum("amount_cents"))["s"] == state.agreed_cents
