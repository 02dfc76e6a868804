"""One source for every figure: overview, ledger, series and shares say the same."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.errors import BusinessError
from funding import services
from funding.enums import EvidenceKind
from funding.models import Expense, Share
from funding.selectors import (
    Figures,
    budget_overview,
    budget_state,
    cofunding_rate,
    current_budget,
    expense_rows,
    expense_rows_queryset,
    ledger_rows,
    monthly_series,
    plan_sheet,
    shares_of,
)
from funding.selectors.steering import bar_tone, total_forecast
from funding.steering import Thresholds
from tests.funding.factories import (
    NOW,
    TODAY,
    line_of,
    make_expense,
    make_funders,
    make_plan,
    make_submitted,
    make_validated,
)

pytestmark = pytest.mark.django_db


def test_overview_of_the_public_agreement_has_no_plan(programme):
    services.install_public_agreement(programme=programme)
    overview = budget_overview(programme)
    assert (overview.plan_number, overview.total, overview.lines) == (None, Figures(), ())
    assert [(f.name, f.agreed_cents) for f in overview.funders] == [
        ("État", 507_331_00),
        ("Cofinanceurs (répartition à préciser)", 538_769_00),
    ]
    rate = cofunding_rate(programme)
    assert (rate.planned, rate.reached) == (Fraction(507_331, 1_046_100), None)
    assert round(float(rate.planned) * 100, 3) == 48.497


def test_overview_counts_planned_submitted_validated_and_paid(programme, officer, director):
    make_plan(programme)
    paid = make_validated(programme, officer, director, amount=100_000_00)
    services.pay_expense(actor=officer, expense=paid, paid_on=TODAY, today=TODAY)
    make_validated(programme, officer, director, amount=20_000_00)
    make_submitted(programme, officer, amount=5_000_00, axis=2)
    make_expense(programme, officer, amount=1_00, axis=3)
    overview = budget_overview(programme)
    assert overview.total == Figures(1_046_100_00, 5_000_00, 120_000_00, 100_000_00)
    assert [axis.figures for axis in overview.axes] == [
        Figures(146_100_00, 0, 120_000_00, 100_000_00),
        Figures(400_000_00, 5_000_00, 0, 0),
        Figures(300_000_00, 0, 0, 0),
        Figures(200_000_00, 0, 0, 0),
    ]
    first = overview.axes[0].figures
    assert (first.remaining_cents, first.percent, bar_tone(first, Thresholds())) == (26_100_00, 82, "warn")
    assert overview.follows_agreement
    assert overview.submitted_count == 1
    assert sum(f.figures.validated_cents for f in overview.funders) == 120_000_00
    rate = cofunding_rate(programme)
    assert abs(rate.state_cents - Fraction(120_000_00 * 507_331, 1_046_100)) < 1


def test_overview_at_a_date_keeps_what_was_dated_by_then(programme, officer, director):
    make_plan(programme)
    early = make_validated(programme, officer, director, amount=10_00, spent_on=date(2026, 1, 31))
    make_validated(programme, officer, director, amount=20_00, spent_on=date(2026, 2, 1))
    services.pay_expense(actor=officer, expense=early, paid_on=TODAY, today=TODAY)
    assert budget_overview(programme, date(2026, 1, 31)).total == Figures(1_046_100_00, 0, 10_00, 0)
    assert budget_overview(programme, TODAY).total == Figures(1_046_100_00, 0, 30_00, 10_00)


def test_overview_at_a_date_reads_the_plan_of_that_date(programme, director):
    make_plan(programme)
    draft = services.start_plan(actor=director, programme=programme, reason="Avenant")
    assert budget_overview(programme).plan_number == 1
    services.activate_plan(actor=director, plan=draft, decided_on=date(2026, 5, 1))
    assert budget_overview(programme).plan_number == 2
    assert budget_overview(programme, date(2026, 4, 30)).plan_number == 1
    assert budget_overview(programme, date(2020, 1, 1)).plan_number == 1


def test_funders_changed_after_the_plan_call_for_an_amendment(programme, director):
    make_plan(programme)
    state, region, branches = programme.funders.all()
    services.save_funders(
        actor=director,
        programme=programme,
        entries=[
            services.FunderEntry("État", "État", state.agreed_cents, is_state=True, funder_id=state.pk),
            services.FunderEntry("Région", "Région", region.agreed_cents - 1_00, funder_id=region.pk),
            services.FunderEntry("Branches", "Branches", branches.agreed_cents + 1_00, funder_id=branches.pk),
        ],
    )
    assert not budget_overview(programme).follows_agreement


def test_other_programmes_do_not_count(programme, other_programme, officer, director):
    make_plan(programme)
    make_plan(other_programme)
    make_validated(other_programme, officer, director, amount=77_00)
    assert budget_overview(programme).total.validated_cents == 0
    assert list(ledger_rows(programme)) == []
    assert sum(point.actual_cents for point in monthly_series(programme)) == 0


def test_ledger_row_says_who_pays_each_cent(programme, officer, director):
    make_plan(programme)
    expense = make_validated(programme, officer, director, amount=120_00, eligible_cents=100_00)
    services.cancel_expense(actor=director, expense=expense, reason="Doublon", at=NOW)
    first, second = ledger_rows(programme, date(2026, 3, 1), date(2026, 6, 30))
    assert (first.number, first.line_code, first.account, first.status) == ("D00001", "1.1", "62", "annulée")
    assert (first.amount_cents, first.funded_cents, first.evidence_count) == (120_00, 100_00, 1)
    assert second.shares == tuple(-cents for cents in first.shares)
    assert (second.number, second.spent_on) == ("D00002", TODAY)
    assert list(ledger_rows(programme, date(2026, 7, 1))) == []
    assert len(list(ledger_rows(programme, line=expense.line))) == 2


def test_monthly_series_sets_the_plan_beside_what_was_charged(programme, officer, director):
    make_plan(programme)
    make_validated(programme, officer, director, amount=10_00, spent_on=date(2026, 1, 31))
    make_validated(programme, officer, director, amount=5_00, spent_on=date(2026, 3, 1))
    points = {point.month: point for point in monthly_series(programme)}
    assert len(points) == 24
    assert points[date(2026, 1, 1)].actual_cents == 10_00
    assert points[date(2026, 3, 1)].actual_total_cents == 15_00
    assert points[date(2027, 6, 1)].planned_total_cents == 1_046_100_00
    overview = budget_overview(programme)
    assert total_forecast(programme, overview, programme.starts_on) == 15_00 * 730


def test_shares_page_shows_what_is_left_after_a_credit_note(programme, officer, director):
    make_plan(programme)
    expense = make_validated(programme, officer, director, amount=100_00)
    services.credit_expense(actor=director, expense=expense, amount_cents=40_00, reason="Avoir", at=NOW)
    rows = shares_of(expense)
    assert [row.funder for row in rows] == ["État", "Région", "Branches professionnelles"]
    assert sum(row.amount_cents for row in rows) == 100_00
    assert sum(row.left_cents for row in rows) == 60_00


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_depend_on_the_number_of_expenses(programme, officer, director, count_queries, count):
    plan = make_plan(programme)
    for rank in range(count):
        make_validated(programme, officer, director, amount=10_00 + rank, axis=rank + 1)
        make_submitted(programme, officer, amount=10_00)
    with count_queries() as overview:
        budget_overview(programme)
    with count_queries() as ledger:
        list(ledger_rows(programme))
    with count_queries() as rows:
        expense_rows(programme, expense_rows_queryset(programme))
    with count_queries() as sheet:
        plan_sheet(plan)
    assert [len(queries) for queries in (overview, ledger, rows, sheet)] == [10, 3, 1, 5]


def test_current_budget_follows_every_change(programme, officer, director, count_queries):
    """What is kept between two readings is never older than the data."""

    def told():
        current = current_budget(programme)
        assert current.overview == budget_overview(programme)
        assert current.months == monthly_series(programme)
        return current.stamp

    services.install_public_agreement(programme=programme)
    stamps = [told()]
    make_plan(programme)
    stamps.append(told())
    expense = make_submitted(programme, officer, amount=100_00)
    stamps.append(told())
    services.validate_expense(actor=director, expense=expense, at=NOW)
    stamps.append(told())
    services.credit_expense(actor=director, expense=expense, amount_cents=40_00, reason="Avoir", at=NOW)
    stamps.append(told())
    services.pay_expense(actor=officer, expense=expense, paid_on=TODAY, today=TODAY)
    stamps.append(told())
    services.cancel_expense(actor=director, expense=expense, reason="Doublon", at=NOW)
    stamps.append(told())
    draft = services.start_plan(actor=director, programme=programme, reason="Avenant")
    services.activate_plan(actor=director, plan=draft, decided_on=TODAY)
    stamps.append(told())
    state, envelope = programme.funders.all()
    services.save_funders(
        actor=director,
        programme=programme,
        entries=[
            services.FunderEntry("État", "État", state.agreed_cents, is_state=True, funder_id=state.pk),
            services.FunderEntry("Région", "Région", envelope.agreed_cents, funder_id=envelope.pk),
        ],
    )
    stamps.append(told())
    services.set_rules(actor=director, programme=programme, second_person=False)
    stamps.append(told())
    assert len(set(stamps)) == len(stamps)
    with (
        time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False),
        count_queries(after=told) as queries,
    ):
        current_budget(programme)
    assert len(queries) == 1


def test_a_change_dated_before_another_but_committed_after_is_not_missed(programme, officer, director):
    """Two people at once: the last change of all is not always the last to be seen."""
    make_plan(programme)
    expense = make_submitted(programme, officer, amount=100_00)
    make_submitted(programme, officer, amount=200_00)
    moment = datetime.now(UTC) + timedelta(hours=1)
    Expense.objects.update(updated_at=moment)
    with time_machine.travel(moment, tick=False):
        before = current_budget(programme)
        with time_machine.travel(moment - timedelta(seconds=2), tick=False):
            services.validate_expense(actor=director, expense=expense, at=NOW)
    with time_machine.travel(moment + timedelta(seconds=5), tick=False):
        after = current_budget(programme)
    assert before.overview.total.validated_cents == 0
    assert after.overview.total.validated_cents == 100_00
    with time_machine.travel(moment + timedelta(minutes=2), tick=False):
        settled = budget_state(programme)
    with time_machine.travel(moment + timedelta(minutes=3), tick=False):
        assert budget_state(programme) == settled


class TestFiguresAgree(TestCase):
    """Whatever was entered, cancelled or credited: ledger = overview = series = shares."""

    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["spend", "pay", "cancel", "credit"]),
                st.integers(1, 4),
                st.integers(1, 90_000_00),
            ),
            max_size=8,
        )
    )
    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    def test_ledger_is_overview_is_shares(self, moves):
        programme = self.a_programme()
        make_funders(programme)
        make_plan(programme)
        booked: list[Expense] = []
        for kind, axis, cents in moves:
            self.play(programme, booked, kind, axis, cents)
        overview = budget_overview(programme)
        ledger = list(ledger_rows(programme))
        shares = sum(Share.objects.values_list("amount_cents", flat=True))
        assert sum(row.funded_cents for row in ledger) == overview.total.validated_cents == shares
        assert sum(row.eligible_cents - row.excess_cents for row in ledger) == shares
        assert sum(point.actual_cents for point in monthly_series(programme)) == shares
        assert sum(row.funded_cents for row in ledger if row.paid_on) == overview.total.paid_cents
        assert tuple(f.figures.validated_cents for f in overview.funders) == tuple(
            sum(row.shares[index] for row in ledger) for index in range(3)
        )
        assert all(
            0 <= figures.validated_cents <= figures.planned_cents
            for line in overview.lines
            for figures in line.by_funder
        )

    def play(self, programme, booked, kind, axis, cents):
        if kind == "spend" or not booked:
            expense = services.create_expense(
                actor=None,
                line=line_of(programme, axis),
                label="Essai",
                supplier="Essai",
                spent_on=date(2026, 3, 15),
                amount_cents=cents,
            )
            services.attach_evidence(
                actor=None, expense=expense, file=self.a_file(programme), kind=EvidenceKind.INVOICE
            )
            services.submit_expense(actor=None, expense=expense, at=NOW)
            with suppress(BusinessError):
                booked.append(services.validate_expense(actor=None, expense=expense, at=NOW))
            return
        expense = booked[cents % len(booked)]
        expense.refresh_from_db()
        if kind == "pay" and expense.status == "validated":
            services.pay_expense(actor=None, expense=expense, paid_on=TODAY, today=TODAY)
        elif kind == "cancel":
            services.cancel_expense(actor=None, expense=expense, reason="Essai", at=NOW)
        elif kind == "credit" and expense.status != "cancelled":
            left = sum(row.left_cents for row in shares_of(expense))
            if left > 1:
                services.credit_expense(
                    actor=None, expense=expense, amount_cents=1 + cents % (left - 1), reason="Essai", at=NOW
                )

    def a_programme(self):
        from programme.models import Region
        from programme.official import AXES, TOTAL_CENTS
        from programme.services import create_programme

        return create_programme(
            actor=None,
            slug="essai",
            name="Essai",
            short_name="Essai",
            region=Region.objects.create(code="32", name="Hauts-de-France"),
            starts_on=date(2025, 7, 1),
            ends_on=date(2027, 6, 30),
            total_cents=TOTAL_CENTS,
            axes=AXES,
            is_demonstration=True,
        )

    def a_file(self, programme):
        from core.models import StoredFile

        return StoredFile.objects.get_or_create(
            programme_id=programme.pk,
            name="facture.pdf",
            defaults={
                "content": "facture.pdf",
                "content_type": "application/pdf",
                "size": 1,
                "sha256": "0" * 64,
            },
        )[0]
