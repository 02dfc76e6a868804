"""The two years of the documentation's example, played by the product's services, to the cent."""

from datetime import date
from typing import Any

import pytest
import time_machine

from core.money import parse_euros
from funding import services
from funding.claiming import Terms
from funding.enums import ClaimKind, EvidenceKind, Imputation, Nature
from funding.matrix import proportional_fill
from funding.models import BudgetLine, Claim, Funder, Share
from funding.selectors import plan_sheet
from funding.selectors.claims import funder_accounts
from funding.services import FunderEntry, LineEntry
from programme.models import Programme
from tests.funding.factories import NOW, TODAY, upload
from tests.funding.test_example import PAGE

pytestmark = pytest.mark.django_db

STATE, OTHER = 48_497_00, 51_503_00
# Line, net of tax, tax, recoverable tax, ineligible part, day of payment.
FIRST_YEAR = (
    ("Étude", 3_333_33, 0, 0, 0),
    ("Étude", 7_777_77, 1_555_55, 1_555_55, 0),
    ("Diagnostics", 1_111_11, 222_22, 0, 0),
    ("Diagnostics", 99, 0, 0, 0),
    ("Étude", 2_468_13, 0, 0, 68_13),
    ("Diagnostics", 12_345_67, 0, 0, 0),
    ("Diagnostics", 1, 0, 0, 0),
)
SECOND_YEAR = (
    ("Diagnostics", 8_642_09, 1_728_42, 864_21, 0),
    ("Étude", 4_321_09, 0, 0, 0),
    ("Diagnostics", 23_456_78, 0, 0, 456_78),
    ("Étude", 7_067_81, 0, 0, 0),
    ("Diagnostics", 19_999_97, 0, 0, 0),
)
TRANSFERRED = 4_999_99


@pytest.fixture
def agreement(programme: Programme) -> Programme:
    """100 000 euros, two funders; the State pays an advance of 30 %, taken back on each interim claim."""
    Programme.objects.filter(pk=programme.pk).update(total_cents=STATE + OTHER)
    programme.refresh_from_db()
    state, _other = services.save_funders(
        actor=None,
        programme=programme,
        entries=[
            FunderEntry(name="État", short_name="État", agreed_cents=STATE, is_state=True),
            FunderEntry(name="Cofinanceur", short_name="Cofinanceur", agreed_cents=OTHER),
        ],
    )
    services.set_claim_terms(
        actor=None,
        funder=state,
        advance_percent=30,
        ceiling_percent=80,
        imputation=Imputation.PRORATA,
    )
    return programme


def put_plan_in_force(programme: Programme, planned: dict[str, int], reason: str) -> list[list[int]]:
    """A version of the plan, filled in proportion over what was charged; its rows as the page shows them."""
    funders = list(Funder.objects.for_programme(programme))
    axes = {axis.number: axis.pk for axis in programme.axes.all()}
    plan = services.start_plan(actor=None, programme=programme, reason=reason)
    sheet = plan_sheet(plan)
    charged = {(r, c): cents for r, line in enumerate(sheet.lines) for c, cents in enumerate(line.charged)}
    cells = proportional_fill(list(planned.values()), [STATE, OTHER], minimum=charged)
    known = dict(BudgetLine.objects.for_programme(programme).values_list("label", "pk"))
    entries = [
        LineEntry(
            axis_id=axes[rank],
            nature=Nature.FEES,
            label=label,
            planned_cents=cents,
            cells={funder.pk: part for funder, part in zip(funders, row, strict=True)},
            line_id=known.get(label),
        )
        for rank, (label, cents), row in zip((1, 2), planned.items(), cells, strict=True)
    ]
    services.save_plan(actor=None, plan=plan, entries=entries)
    services.activate_plan(actor=None, plan=plan)
    return [[cents, *row] for cents, row in zip(planned.values(), cells, strict=True)]


def spend(
    programme: Programme, people: tuple[Any, Any], moves: tuple[tuple[Any, ...], ...], on: date
) -> list[list[int]]:
    """Expenses carried up to their payment; what each funder pays, and what is left to the operator."""
    officer, director = people
    rows = []
    for label, net, tax, recoverable, ineligible in moves:
        cost = net + tax - recoverable
        expense = services.create_expense(
            actor=officer,
            line=BudgetLine.objects.for_programme(programme).get(label=label),
            label=label,
            supplier="Cabinet",
            spent_on=on,
            amount_cents=cost,
            tax_cents=tax,
            recoverable_tax_cents=recoverable,
            eligible_cents=cost - ineligible,
        )
        services.add_evidence(
            actor=officer, expense=expense, upload=upload(f"{expense.number}.pdf"), kind=EvidenceKind.INVOICE
        )
        services.submit_expense(actor=officer, expense=expense, at=NOW)
        services.validate_expense(actor=director, expense=expense, at=NOW)
        services.pay_expense(actor=officer, expense=expense, paid_on=on, today=TODAY)
        shares = dict(expense.shares.values_list("funder__position", "amount_cents"))
        rows.append([cost, cost - ineligible, shares.get(1, 0), shares.get(2, 0), ineligible])
    return rows


def ask(funder: Funder, people: tuple[Any, Any], kind: ClaimKind, until: date, reject: int = 0) -> list[int]:
    """A claim sent, answered and paid; what it came to, before and after the answer."""
    officer, director = people
    claim = services.prepare_claim(actor=officer, funder=funder, kind=kind, until=until, today=TODAY)
    gross, imputed, withheld = claim.gross_cents, claim.imputed_cents, claim.withheld_cents
    services.send_claim(actor=director, claim=claim, sent_on=TODAY, today=TODAY)
    rejected = {claim.shares.get(share__expense__number=reject).pk: "Preuve absente"} if reject else {}
    claim = services.answer_claim(
        actor=officer, claim=claim, answered_on=TODAY, rejected=rejected, today=TODAY
    )
    if claim.payable_cents:
        services.record_receipt(
            actor=officer, claim=claim, received_on=TODAY, amount_cents=claim.payable_cents, today=TODAY
        )
    for pk in rejected:
        services.return_share(actor=officer, row=claim.shares.get(pk=pk))
    return [
        gross,
        imputed,
        0 if kind == ClaimKind.ADVANCE else withheld,
        claim.asked_cents,
        claim.payable_cents,
    ]


def play(programme: Programme, people: tuple[Any, Any]) -> dict[str, list[list[int]]]:
    """The whole example, table by table."""
    state = Funder.objects.for_programme(programme).get(is_state=True)
    first = put_plan_in_force(programme, {"Étude": 30_000_00, "Diagnostics": 70_000_00}, "")
    claims = [ask(state, people, ClaimKind.ADVANCE, TODAY)]
    year_one, year_two = date(2025, 11, 3), date(2026, 5, 4)
    expenses = spend(programme, people, FIRST_YEAR, year_one)
    claims.append(ask(state, people, ClaimKind.INTERIM, date(2025, 12, 31), reject=2))
    planned = {"Étude": 30_000_00 - TRANSFERRED, "Diagnostics": 70_000_00 + TRANSFERRED}
    second = put_plan_in_force(programme, planned, "Transfert vers les diagnostics")
    expenses += spend(programme, people, SECOND_YEAR, year_two)
    claims.append(ask(state, people, ClaimKind.INTERIM, date(2026, 5, 31)))
    claims.append(ask(state, people, ClaimKind.BALANCE, TODAY))
    return {"plan 1": first, "plan 2": second, "dépense": expenses, "appel": claims}


def table(first: str) -> list[list[int]]:
    """Amounts of the page's table whose first column is named so; words are left out."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith(f"| {first} |")) + 2
    found = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")[1:]]
        found.append([parse_euros(cell) for cell in cells if cell and cell[0] in "-0123456789"])
    return found


def test_the_documented_agreement_is_what_the_services_do(
    agreement: Programme, officer: Any, director: Any
) -> None:
    with time_machine.travel(NOW, tick=True):
        played = play(agreement, (officer, director))
    for name, rows in played.items():
        assert table(name) == rows, name
    state, other = funder_accounts(agreement)
    # At the end, the State was asked exactly its shares, and paid them.
    assert state.asked_cents == state.charged_cents == state.claimed_cents == state.received_cents
    assert (state.due_cents, state.outstanding_cents, state.rejected_cents) == (0, 0, 0)
    assert not Claim.objects.filter(funder_id=other.id).exists()
    funded = sum(Share.objects.values_list("amount_cents", flat=True))
    assert funded == sum(row[1] for row in played["dépense"])
    assert Claim.objects.count() == 4
    assert Terms(STATE, 30).advance == 14_549_10
