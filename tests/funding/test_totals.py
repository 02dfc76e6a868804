"""Running totals: the sums of the shares after every move, at a cost that past expenses do not raise."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from funding import services
from funding.enums import ExpenseStatus
from funding.models import Expense, FunderTotal, MonthTotal, Share
from funding.selectors import budget_overview, current_budget
from funding.selectors.totals import kept_totals, wrong_totals
from funding.services.totals import rebuild_totals
from tests.funding.factories import (
    NOW,
    PAID,
    TODAY,
    make_claim,
    make_commitment,
    make_paid,
    make_plan,
    make_sent,
    make_submitted,
    make_validated,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(programme, officer, director):
    """A plan where every kind of move was made."""
    make_plan(programme)
    commitment = services.approve_commitment(
        actor=director, commitment=make_commitment(programme, officer, amount=5_000_01), at=NOW
    )
    paid = [
        make_paid(programme, officer, director, amount=1_234_57 + rank, commitment=commitment)
        for rank in range(3)
    ]
    services.credit_expense(actor=director, expense=paid[0], amount_cents=33_33, reason="Avoir", at=NOW)
    waiting = make_validated(programme, officer, director, amount=777_77)
    services.credit_expense(actor=director, expense=waiting, amount_cents=7_77, reason="Avoir", at=NOW)
    services.pay_expense(actor=officer, expense=waiting, paid_on=PAID, today=TODAY)
    services.cancel_expense(actor=director, expense=paid[1], reason="Doublon", at=NOW)
    for rank, funder in enumerate(programme.funders.all()):
        claim = make_sent(funder, officer, director) if rank else make_claim(funder, officer)
        if rank:
            row = claim.shares.order_by("rank")[0]
            services.answer_claim(
                actor=officer, claim=claim, answered_on=TODAY, rejected={row.pk: "Hors période"}, today=TODAY
            )
            row.refresh_from_db()
            services.abandon_share(actor=director, row=row, reason="Accepté", amount_cents=1, at=NOW)
        else:
            services.cancel_claim(actor=officer, claim=claim, reason="Trop tôt")
            make_claim(funder, officer)
    return programme


def test_totals_are_the_sums_of_the_shares(lived):
    assert wrong_totals(lived) == []
    kept = kept_totals(lived)
    assert kept.funders
    assert kept.months
    assert kept.commitments
    overview = budget_overview(lived)
    assert overview.total.validated_cents == sum(Share.objects.values_list("amount_cents", flat=True))


def test_an_excess_borne_by_the_operator_is_counted_on_its_commitment(programme, officer, director):
    make_plan(programme)
    commitment = services.approve_commitment(
        actor=director,
        commitment=make_commitment(programme, officer, amount=146_110_00),
        override_reason="Décision",
        at=NOW,
    )
    make_validated(programme, officer, director, amount=146_105_00, commitment=commitment)
    assert kept_totals(programme).commitments == {commitment.pk: (146_100_00, 5_00)}
    assert wrong_totals(programme) == []


def test_rebuilding_gives_what_the_moves_kept(lived):
    kept = kept_totals(lived)
    FunderTotal.objects.update(validated_cents=1)
    MonthTotal.objects.all().delete()
    assert wrong_totals(lived)
    rebuild_totals(lived)
    assert kept_totals(lived) == kept


def test_the_command_tells_of_a_gap_and_mends_it(lived):
    call_command("funding_totals", stdout=StringIO())
    row = FunderTotal.objects.first()
    FunderTotal.objects.filter(pk=row.pk).update(paid_cents=row.paid_cents + 1)
    said = StringIO()
    with pytest.raises(CommandError, match="1 totaux"):
        call_command("funding_totals", programme=lived.slug, stdout=said)
    assert f"funder_total ({row.line_id}, {row.funder_id})" in said.getvalue()
    call_command("funding_totals", "--repair", stdout=StringIO())
    assert wrong_totals(lived) == []


def test_an_unknown_programme_is_said(db):
    with pytest.raises(CommandError, match="inconnu"):
        call_command("funding_totals", programme="inconnu")


def reads_of_shares(queries):
    """Statements that add up shares or expenses."""
    tables = ('"funding_share"', '"funding_expense"', '"funding_claimedshare"')
    return [
        query["sql"]
        for query in queries
        if query["sql"].startswith("SELECT")
        and "SUM(" in query["sql"]
        and any(t in query["sql"] for t in tables)
    ]


def test_no_move_adds_up_past_expenses(programme, officer, director, count_queries):
    make_plan(programme)
    commitment = services.approve_commitment(
        actor=director, commitment=make_commitment(programme, officer, amount=50_000_00), at=NOW
    )
    costs = []
    for _rank in range(3):
        make_validated(programme, officer, director, commitment=commitment)
        waiting = make_submitted(programme, officer, commitment=commitment)
        with count_queries() as queries:
            services.validate_expense(actor=director, expense=waiting, at=NOW)
        assert reads_of_shares(queries) == []
        costs.append(len(queries))
    assert len(set(costs)) == 1


def test_the_budget_of_now_adds_up_waiting_expenses_only(lived, count_queries):
    with count_queries() as queries:
        current_budget(lived)
    (submitted,) = reads_of_shares(queries)
    assert f"'{ExpenseStatus.SUBMITTED}'" in submitted
    assert Expense.objects.filter(status=ExpenseStatus.SUBMITTED).count() == 0
