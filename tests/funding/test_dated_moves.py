"""Claims and commitments at the end of a past day: each move counts from its own date, and stays."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.apps import apps
from django.db.models import Sum

from core.formats import format_date, format_euros
from funding import services
from funding.enums import ClaimFigure, ClaimKind
from funding.models import ClaimMove, CommitmentMove, Recovery
from funding.selectors import budget_overview
from funding.selectors.claims import funder_accounts
from funding.selectors.totals import wrong_totals
from funding.services.totals import rebuild_totals
from programme.links import programme_url
from tests.funding.factories import PAID, line_of, make_commitment, make_paid, make_validated

pytestmark = pytest.mark.django_db

MAY, JUNE, JULY, AUGUST = (date(2026, month, 10) for month in (5, 6, 7, 8))


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def overview_on(programme, day):
    return budget_overview(programme, day)


def claimed_on(programme, day):
    return overview_on(programme, day).total.claimed_cents


def account_on(funder, day):
    accounts = funder_accounts(funder.programme, day)
    return next(account for account in accounts if account.id == funder.pk)


@pytest.fixture
def claim(planned, state, officer, director):
    """Two expenses of March claimed in May, sent the day after."""
    with time_machine.travel(noon(MAY), tick=False):
        for amount in (10_000_01, 4_000_03):
            make_paid(planned, officer, director, amount=amount)
        made = services.prepare_claim(actor=officer, funder=state, kind=ClaimKind.INTERIM, today=MAY)
        sent_on = MAY + timedelta(days=1)
        return services.send_claim(actor=director, claim=made, sent_on=sent_on, today=sent_on)


def answer(claim, officer, day, *, rejected=True):
    row = claim.shares.order_by("rank")[1]
    services.answer_claim(
        actor=officer,
        claim=claim,
        answered_on=day,
        rejected={row.pk: "Preuve absente"} if rejected else None,
        today=AUGUST,
    )
    row.refresh_from_db()
    claim.refresh_from_db()
    return row


def test_a_rejection_counts_from_the_answer_on(planned, claim, officer):
    before = claimed_on(planned, MAY)
    assert before == claim.gross_cents == budget_overview(planned).total.claimed_cents
    assert claimed_on(planned, MAY - timedelta(days=1)) == 0
    row = answer(claim, officer, JUNE)
    assert claimed_on(planned, JUNE - timedelta(days=1)) == before
    assert claimed_on(planned, JUNE) == before - row.amount_cents
    account = account_on(claim.funder, JUNE)
    assert (account.rejected_cents, account.claimed_cents) == (row.amount_cents, before - row.amount_cents)
    services.return_share(actor=officer, row=row, today=JULY)
    assert account_on(claim.funder, JUNE).rejected_cents == row.amount_cents
    assert account_on(claim.funder, JULY).rejected_cents == 0
    assert wrong_totals(planned) == []


def test_money_counts_from_the_day_it_came_until_it_is_taken_back(planned, claim, officer, state):
    answer(claim, officer, JUNE, rejected=False)
    receipt = services.record_receipt(
        actor=officer, claim=claim, received_on=JULY, amount_cents=claim.payable_cents, today=AUGUST
    )
    assert account_on(state, JUNE).due_cents == claim.payable_cents
    assert overview_on(planned, JULY).funders[0].received_cents == claim.payable_cents
    services.cancel_receipt(actor=officer, receipt=receipt, reason="Autre dossier", today=AUGUST)
    assert overview_on(planned, JULY).funders[0].received_cents == claim.payable_cents
    assert overview_on(planned, AUGUST).funders[0].received_cents == 0
    assert account_on(state, AUGUST).due_cents == claim.payable_cents


def test_an_excess_payment_is_owed_until_it_goes_back(claim, officer, state):
    answer(claim, officer, JUNE, rejected=False)
    services.record_receipt(
        actor=officer, claim=claim, received_on=JULY, amount_cents=claim.payable_cents + 50_00, today=AUGUST
    )
    services.repay_recovery(actor=officer, recovery=Recovery.objects.get(), settled_on=AUGUST, today=AUGUST)
    assert account_on(state, JUNE).open_recovery_cents == 0
    assert account_on(state, JULY).open_recovery_cents == 50_00
    assert (account_on(state, AUGUST).open_recovery_cents, account_on(state, AUGUST).due_cents) == (0, 0)


def test_a_claim_given_up_was_claimed_until_then(planned, state, officer, director):
    make_paid(planned, officer, director, amount=10_000_01)
    claim = services.prepare_claim(actor=officer, funder=state, kind=ClaimKind.INTERIM, today=JUNE)
    services.cancel_claim(actor=officer, claim=claim, reason="Trop tôt", today=JULY)
    assert claimed_on(planned, JUNE) == claim.gross_cents
    assert claimed_on(planned, JULY) == 0
    assert wrong_totals(planned) == []


def test_a_claim_entered_after_it_left_counts_from_the_day_it_left(planned, state, officer, director):
    make_paid(planned, officer, director, amount=10_000_01)
    claim = services.prepare_claim(actor=officer, funder=state, kind=ClaimKind.INTERIM, today=JULY)
    written = list(ClaimMove.objects.values_list("pk", "on", "cents"))
    services.send_claim(actor=director, claim=claim, sent_on=JUNE, today=JULY)
    assert claimed_on(planned, JUNE - timedelta(days=1)) == 0
    assert claimed_on(planned, JUNE) == claimed_on(planned, JULY) == claim.gross_cents
    # Nothing written before is edited.
    assert list(ClaimMove.objects.order_by("pk").values_list("pk", "on", "cents"))[: len(written)] == written


def test_a_commitment_keeps_its_line_from_its_approval_to_its_end(planned, officer, director):
    made = make_commitment(planned, officer, amount=20_000_00, signed_on=date(2026, 3, 1))
    made = services.approve_commitment(actor=director, commitment=made, at=noon(MAY))
    make_validated(planned, officer, director, amount=5_000_00, commitment=made, spent_on=JUNE)
    made = services.revise_commitment(
        actor=director, commitment=made, amount_cents=18_000_00, reason="Avenant", at=noon(JULY)
    )
    services.close_commitment(actor=officer, commitment=made, at=noon(AUGUST))

    def figures(day):
        return overview_on(planned, day).axes[0].figures

    days = (MAY - timedelta(days=1), MAY, JUNE, JULY, AUGUST)
    assert [figures(day).committed_cents for day in days] == [0, 20_000_00, 15_000_00, 13_000_00, 0]
    assert [figures(day).available_cents for day in days] == [
        figures(days[0]).planned_cents - taken for taken in (0, 20_000_00, 20_000_00, 18_000_00, 5_000_00)
    ]


def lived(claim, officer, director):
    """A share rejected, a payment taken back, one in excess; a commitment revised, then closed."""
    programme = claim.programme
    with time_machine.travel(noon(JUNE), tick=False):
        row = answer(claim, officer, JUNE)
        first = services.record_receipt(
            actor=officer, claim=claim, received_on=JUNE, amount_cents=1_00, today=JUNE
        )
        commitment = make_commitment(programme, officer, amount=20_000_00)
        commitment = services.approve_commitment(actor=director, commitment=commitment)
    with time_machine.travel(noon(JULY), tick=False):
        services.return_share(actor=officer, row=row)
        services.cancel_receipt(actor=officer, receipt=first, reason="Erreur")
        services.revise_commitment(
            actor=director, commitment=commitment, amount_cents=12_000_00, reason="Avenant"
        )
        services.prepare_claim(actor=officer, funder=claim.funder, kind=ClaimKind.INTERIM)
        services.record_receipt(
            actor=officer, claim=claim, received_on=JULY, amount_cents=claim.payable_cents + 7_00
        )
    with time_machine.travel(noon(AUGUST), tick=False):
        services.close_commitment(actor=officer, commitment=commitment)
        services.repay_recovery(actor=officer, recovery=Recovery.objects.get(), settled_on=AUGUST)
    return programme


def sums(model, *place):
    rows = model.objects.order_by().values_list(*place, "on").annotate(total=Sum("cents"))
    return {tuple(key): total for *key, total in rows if total}


def dated(model):
    if model is ClaimMove:
        return sums(model, "claim_id", "line_id", "figure")
    return sums(model, "commitment_id")


def test_rows_stored_before_are_dated_alike(claim, officer, director):
    lived(claim, officer, director)
    kept = dated(ClaimMove), dated(CommitmentMove)
    ClaimMove.objects.all().delete()
    CommitmentMove.objects.all().delete()
    import_module("funding.migrations.0010_dated_moves").fill(apps, None)
    assert (dated(ClaimMove), dated(CommitmentMove)) == kept


def test_what_another_way_wrote_is_dated_when_it_is_mended(claim, planned):
    ClaimMove.objects.filter(figure=ClaimFigure.CLAIMED).delete()
    assert wrong_totals(planned)
    with time_machine.travel(noon(AUGUST), tick=False):
        rebuild_totals(planned)
    assert wrong_totals(planned) == []
    assert (claimed_on(planned, JULY), claimed_on(planned, AUGUST)) == (0, claim.gross_cents)


def test_pages_show_a_past_day(claim, planned, officer, state, signed_in):
    row = answer(claim, officer, JUNE)
    browser, line = signed_in(officer), line_of(planned, 1)
    was, now = claim.gross_cents + row.amount_cents, claim.gross_cents
    for page in (
        programme_url(planned, "funding:summary"),
        programme_url(planned, "funding:line_detail", pk=line.pk),
        programme_url(planned, "funding:funder_detail", pk=state.pk),
    ):
        then = browser.get(f"{page}?at={MAY.isoformat()}").content.decode()
        assert format_euros(was) in then
        assert format_date(MAY) in then
        assert format_euros(now) in browser.get(f"{page}?at={JUNE.isoformat()}").content.decode()
        assert browser.get(f"{page}?at=hier").status_code == 200
        assert "9999" not in browser.get(f"{page}?at=9999-12-31").content.decode()
    accounts = programme_url(planned, "funding:reconciliation")
    for day, cents in ((MAY, was), (JUNE, now)):
        shown = browser.get(f"{accounts}?at={day.isoformat()}").content.decode()
        assert format_euros(cents) in shown
        assert f"?export=csv&amp;at={day.isoformat()}" in shown
        file = browser.get(f"{accounts}?at={day.isoformat()}&export=csv")
        assert f"rapprochement-{day.isoformat()}" in file["Content-Disposition"]
        told = b"".join(file.streaming_content).decode("utf-8-sig")
        assert format_euros(cents).replace("\u202f", "").split(",")[0] in told
    line_page = programme_url(planned, "funding:line_detail", pk=line.pk)
    early = browser.get(f"{line_page}?at={PAID.isoformat()}").content.decode()
    assert f"&amp;au={PAID.isoformat()}" in early
    assert programme_url(planned, "funding:claim_list") not in early.split("<main", 1)[1]


def test_a_funder_reads_its_own_part_on_a_past_day(planned, officer, director, make_user, signed_in):
    expense = make_validated(planned, officer, director, amount=10_000_01)
    region = planned.funders.get(name="Région")
    own = format_euros(expense.shares.get(funder=region).amount_cents)
    reader = make_user("lectrice")
    services.add_funder_member(actor=None, funder=region, user=reader)
    browser, page = signed_in(reader), programme_url(planned, "funding:funder_budget")
    before = browser.get(f"{page}?at={(expense.spent_on - timedelta(days=1)).isoformat()}").content.decode()
    since = browser.get(f"{page}?at={expense.spent_on.isoformat()}").content.decode()
    assert (own in before, own in since, own in browser.get(page).content.decode()) == (False, True, True)
    for shown in (before, since):
        assert "Revenir à aujourd’hui" in shown
        assert programme_url(planned, "funding:summary") not in shown
