"""Random moves on an agreement, and after each: margins, sums, nothing negative, nothing rewritten.

``EDEC_MODEL_EXAMPLES=60 EDEC_MODEL_STEPS=60`` plays thousands of moves and compares the files as well
after each of them; the suite plays fewer, and compares the files at the end of each series.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import BusinessError
from funding import services
from funding.claiming import Terms
from funding.enums import (
    ClaimedShareStatus,
    ClaimKind,
    ClaimStatus,
    CommitmentKind,
    EvidenceKind,
    Imputation,
    Nature,
)
from funding.matrix import MatrixError, proportional_fill
from funding.models import (
    Claim,
    ClaimedShare,
    Commitment,
    Expense,
    MatrixCell,
    Receipt,
    Recovery,
    Share,
)
from funding.selectors import plan_sheet
from funding.services import LineEntry
from tests.funding.factories import NOW, TODAY, make_funders, plan_entries, upload
from tests.funding.invariants import (
    Day,
    check_claims,
    check_day,
    check_day_files,
    check_files,
    check_plan,
    check_shares,
    check_totals,
    day_now,
)

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("EDEC_MODEL_EXAMPLES", "3"))
STEPS = int(os.environ.get("EDEC_MODEL_STEPS", "20"))
THOROUGH = "EDEC_MODEL_EXAMPLES" in os.environ
LINES = 4
# Awkward cents, whole lines, and more than a line.
amounts = st.one_of(
    st.integers(1, 999),
    st.integers(1, 50_000_00),
    st.integers(50_000_00, 450_000_00),
)
ranks = st.integers(0, 11)


class Money(RuleBasedStateMachine):
    """An agreement, its plan, expenses, commitments and claims, moved at random as the days go by.

    Each move is dated the day it is made, so that every day past must stay as it was that day.
    """

    clock: Any = None
    programme: Any = None
    officer: Any = None
    director: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.shares: dict[int, int] = {}
        self.played: list[str] = []
        self.count = 0
        self.days: list[Day] = []
        self.clock.move_to(NOW)

    @property
    def now(self) -> datetime:
        return NOW + timedelta(days=len(self.days))

    @property
    def today(self) -> date:
        return TODAY + timedelta(days=len(self.days))

    def teardown(self) -> None:
        try:
            if hasattr(self, "lines"):
                check_files(self.programme)
                for day in self.days:
                    check_day(self.programme, day)
                for day in self.days[-3:]:
                    check_day_files(self.programme, day)
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    @initialize(percent=st.integers(0, 40), imputation=st.sampled_from(Imputation))
    def agree(self, percent: int, imputation: Imputation) -> None:
        self.funders = make_funders(self.programme)
        plan = services.start_plan(actor=None, programme=self.programme)
        entries = plan_entries(self.programme, self.funders)
        # Two lines on the first axis, so that money may be transferred.
        entries[1] = replace(entries[1], axis_id=entries[0].axis_id)
        services.save_plan(actor=None, plan=plan, entries=entries)
        services.activate_plan(actor=None, plan=plan, decided_on=self.programme.starts_on)
        for funder in self.funders:
            services.set_claim_terms(
                actor=None,
                funder=funder,
                advance_percent=percent,
                ceiling_percent=80,
                imputation=imputation,
            )
        self.terms = {
            funder.pk: Terms(funder.agreed_cents, percent, 80, imputation.value) for funder in self.funders
        }
        self.lines = list(self.programme.budget_lines.order_by("code"))

    def play(self, move: str, act: Any) -> Any:
        """Do a move; a refusal must leave every table as it was."""
        self.played.append(move)
        before = self.fingerprint()
        try:
            with transaction.atomic():
                return act()
        except BusinessError:
            assert self.fingerprint() == before
            return None

    def fingerprint(self) -> tuple[Any, ...]:
        return (
            Share.objects.aggregate(n=Count("pk"), s=Sum("amount_cents")),
            Expense.objects.aggregate(n=Count("pk"), s=Sum("amount_cents")),
            Claim.objects.aggregate(n=Count("pk"), s=Sum("payable_cents")),
            MatrixCell.objects.aggregate(n=Count("pk"), s=Sum("amount_cents")),
        )

    def pick(self, rows: Any, rank: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[rank % len(found)] if found else None

    @rule(days=st.integers(1, 3))
    def let_days_pass(self, days: int) -> None:
        """The day ends: its figures are kept to be found again. Some days nothing moves."""
        for _day in range(days):
            self.days.append(day_now(self.programme, self.today))
        self.clock.move_to(self.now)

    # Moves

    @rule(
        amount=amounts,
        line=ranks,
        own=st.integers(0, 3),
        charged_to=st.none() | ranks,
        override=st.booleans(),
        paid=st.booleans(),
    )
    def spend(
        self, amount: int, line: int, own: int, charged_to: int | None, override: bool, paid: bool
    ) -> None:
        def act() -> None:
            commitment = None
            where = self.lines[line % LINES]
            if charged_to is not None:
                commitment = self.pick(Commitment.objects.filter(status="active"), charged_to)
                where = commitment.line if commitment else where
            self.count += 1
            expense = services.create_expense(
                actor=self.officer,
                line=where,
                label=f"Dépense {self.count}",
                supplier="Cabinet",
                spent_on=self.today,
                amount_cents=amount,
                eligible_cents=amount - amount * own // 10,
                commitment=commitment,
            )
            services.add_evidence(
                actor=None,
                expense=expense,
                upload=upload(f"{self.count}.pdf"),
                kind=EvidenceKind.INVOICE,
            )
            services.submit_expense(actor=self.officer, expense=expense, at=self.now)
            services.validate_expense(
                actor=self.director,
                expense=expense,
                override_reason="Décision" if override else "",
                at=self.now,
            )
            if paid:
                services.pay_expense(
                    actor=self.officer, expense=expense, paid_on=self.today, today=self.today
                )

        self.play("spend", act)

    @rule(rank=ranks)
    def pay(self, rank: int) -> None:
        expense = self.pick(Expense.objects.filter(status="validated", answers=None), rank)
        if expense:
            self.play(
                "pay",
                lambda: services.pay_expense(
                    actor=self.officer, expense=expense, paid_on=self.today, today=self.today
                ),
            )

    @rule(rank=ranks, part=st.none() | st.integers(1, 99))
    def take_back(self, rank: int, part: int | None) -> None:
        expense = self.pick(Expense.objects.filter(status__in=("validated", "paid"), answers=None), rank)
        if expense is None:
            return
        if part is None:
            act = lambda: services.cancel_expense(  # noqa: E731 -- one of two ways back
                actor=self.director, expense=expense, reason="Erreur", at=self.now
            )
        else:
            act = lambda: services.credit_expense(  # noqa: E731 -- one of two ways back
                actor=self.director,
                expense=expense,
                amount_cents=max(1, expense.amount_cents * part // 100),
                reason="Avoir",
                at=self.now,
            )
        self.play("take back", act)

    @rule(amount=amounts, line=ranks, override=st.booleans())
    def commit(self, amount: int, line: int, override: bool) -> None:
        def act() -> None:
            commitment = services.create_commitment(
                actor=self.officer,
                line=self.lines[line % LINES],
                kind=CommitmentKind.QUOTE,
                label="Lot",
                supplier="Cabinet",
                signed_on=self.today,
                amount_cents=amount,
            )
            services.approve_commitment(
                actor=self.director,
                commitment=commitment,
                override_reason="Décision" if override else "",
                at=self.now,
            )

        self.play("commit", act)

    @rule(rank=ranks, amount=amounts, override=st.booleans())
    def revise(self, rank: int, amount: int, override: bool) -> None:
        commitment = self.pick(Commitment.objects.all(), rank)
        if commitment:
            self.play(
                "revise",
                lambda: services.revise_commitment(
                    actor=self.director,
                    commitment=commitment,
                    amount_cents=amount,
                    reason="Avenant",
                    override_reason="Décision" if override else "",
                ),
            )

    @rule(rank=ranks)
    def release(self, rank: int) -> None:
        commitment = self.pick(Commitment.objects.filter(status="active"), rank)
        if commitment:
            self.play(
                "release",
                lambda: services.close_commitment(actor=self.director, commitment=commitment),
            )

    @rule(giver=ranks, taker=ranks, cents=st.integers(1, 100_000_00))
    def amend(self, giver: int, taker: int, cents: int) -> None:
        """A new version of the plan: an amount moves between two lines, the matrix is filled again."""
        giver, taker = giver % LINES, taker % LINES

        def act() -> None:
            plan = services.start_plan(actor=self.director, programme=self.programme, reason="Avenant")
            sheet = plan_sheet(plan)
            planned = [line.planned_cents for line in sheet.lines]
            moved = min(cents, planned[giver])
            planned[giver] -= moved
            planned[taker] += moved
            charged = {(r, c): v for r, line in enumerate(sheet.lines) for c, v in enumerate(line.charged)}
            try:
                cells = proportional_fill(planned, [f.agreed_cents for f in sheet.funders], minimum=charged)
            except MatrixError as error:
                raise BusinessError(str(error)) from error
            services.save_plan(
                actor=self.director,
                plan=plan,
                entries=[
                    LineEntry(
                        axis_id=line.axis_id,
                        nature=Nature(line.nature),
                        label=line.label,
                        planned_cents=planned[r],
                        cells={f.id: cells[r][c] for c, f in enumerate(sheet.funders)},
                        line_id=line.line_id,
                    )
                    for r, line in enumerate(sheet.lines)
                ],
            )
            services.activate_plan(actor=self.director, plan=plan)

        self.play("amend", act)

    @rule(back=st.booleans(), parts=st.lists(st.integers(0, 20_000_00), min_size=3, max_size=3))
    def transfer(self, back: bool, parts: list[int]) -> None:
        source, target = self.lines[:2][::-1] if back else self.lines[:2]
        self.play(
            "transfer",
            lambda: services.transfer(
                actor=self.director,
                source=source,
                target=target,
                parts={funder.pk: cents for funder, cents in zip(self.funders, parts, strict=True)},
                reason="Suite",
            ),
        )

    @rule(rank=ranks, kind=st.sampled_from(ClaimKind))
    def claim(self, rank: int, kind: ClaimKind) -> None:
        self.play(
            f"claim {kind}",
            lambda: services.prepare_claim(
                actor=self.officer, funder=self.funders[rank % 3], kind=kind, today=self.today
            ),
        )

    @rule(rank=ranks)
    def give_up_claim(self, rank: int) -> None:
        claim = self.pick(Claim.objects.filter(status="prepared"), rank)
        if claim:
            self.play(
                "give up",
                lambda: services.cancel_claim(actor=self.officer, claim=claim, reason="Trop tôt"),
            )

    @rule(rank=ranks, rejected=st.sets(ranks, max_size=4), refused=st.booleans())
    def answer(self, rank: int, rejected: set[int], refused: bool) -> None:
        claim = self.pick(Claim.objects.exclude(status__in=("cancelled", "rejected")), rank)
        if claim is None:
            return
        rows = list(claim.shares.values_list("pk", flat=True))
        reasons = {rows[r]: "Hors objet" for r in rejected if r < len(rows)}

        def act() -> None:
            if claim.status == ClaimStatus.PREPARED:
                services.send_claim(actor=self.director, claim=claim, sent_on=self.today, today=self.today)
            services.answer_claim(
                actor=self.officer,
                claim=claim,
                answered_on=self.today,
                rejected=reasons,
                refused=refused and len(rejected) == 4,
                answer="Refus",
                today=self.today,
            )

        self.play("answer", act)

    @rule(rank=ranks, percent=st.integers(1, 120))
    def receive(self, rank: int, percent: int) -> None:
        claim = self.pick(Claim.objects.filter(status__in=("sent", "accepted", "partly", "paid")), rank)
        if claim:
            self.play(
                "receive",
                lambda: services.record_receipt(
                    actor=self.officer,
                    claim=claim,
                    received_on=self.today,
                    amount_cents=claim.payable_cents * percent // 100,
                    today=self.today,
                ),
            )

    @rule(rank=ranks, part=st.none() | st.integers(1, 99))
    def decide_rejected(self, rank: int, part: int | None) -> None:
        row = self.pick(ClaimedShare.objects.filter(status=ClaimedShareStatus.REJECTED), rank)
        if row is None:
            return
        if part is None:
            self.play("return", lambda: services.return_share(actor=self.officer, row=row))
            return
        cents = max(1, abs(row.amount_cents) * part // 100) if part < 50 else None
        self.play(
            "abandon",
            lambda: services.abandon_share(
                actor=self.director, row=row, reason="Porteur", amount_cents=cents, at=self.now
            ),
        )

    @rule(rank=ranks)
    def repay(self, rank: int) -> None:
        recovery = self.pick(Recovery.objects.filter(status="open"), rank)
        if recovery:
            self.play(
                "repay",
                lambda: services.repay_recovery(
                    actor=self.officer, recovery=recovery, settled_on=self.today, today=self.today
                ),
            )

    @rule(rank=ranks)
    def take_back_receipt(self, rank: int) -> None:
        receipt = self.pick(Receipt.objects.filter(cancelled_reason=""), rank)
        if receipt:
            self.play(
                "receipt taken back",
                lambda: services.cancel_receipt(actor=self.officer, receipt=receipt, reason="Erreur"),
            )

    @rule(rank=ranks)
    def give_up_commitment(self, rank: int) -> None:
        commitment = self.pick(Commitment.objects.filter(status="active"), rank)
        if commitment:
            self.play(
                "give up commitment",
                lambda: services.cancel_commitment(
                    actor=self.director, commitment=commitment, reason="Sans suite"
                ),
            )

    @rule(rank=ranks, to=ranks)
    def deduct(self, rank: int, to: int) -> None:
        recovery = self.pick(Recovery.objects.filter(status="open"), rank)
        claim = self.pick(Claim.objects.filter(status__in=("sent", "accepted", "partly")), to)
        if recovery and claim:
            self.play(
                "deduct",
                lambda: services.offset_recovery(actor=self.officer, recovery=recovery, claim=claim),
            )

    # What must always hold

    @invariant()
    @precondition(lambda self: hasattr(self, "lines"))
    def money_is_exact(self) -> None:
        check_plan(self.programme)
        self.shares = check_shares(self.shares)
        check_claims(self.programme, self.terms)
        check_totals(self.programme)
        if THOROUGH:
            check_files(self.programme)
        for day in self.days[-2:]:
            check_day(self.programme, day)


@pytest.fixture
def machine(programme: Any, officer: Any, director: Any) -> Iterator[type[Money]]:
    """The machine on the programme of tests, from the day of tests on."""
    with time_machine.travel(NOW, tick=True) as clock:
        played = {"programme": programme, "officer": officer, "director": director, "clock": clock}
        yield type("PlayedMoney", (Money,), played)


def test_random_moves_keep_every_cent(machine: type[Money]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
