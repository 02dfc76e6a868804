"""A small agreement, plan and expenses, built by the product's own services."""

import io
from datetime import UTC, date, datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from funding import services
from funding.enums import ClaimKind, CommitmentKind, EvidenceKind, Nature
from funding.models import BudgetLine, Claim, Commitment, Expense, Funder, Plan
from funding.services import FunderEntry, LineEntry
from programme.models import Programme

NOW = datetime(2026, 6, 30, 10, 0, tzinfo=UTC)
TODAY = date(2026, 6, 30)
SPENT = date(2026, 3, 15)
PAID = date(2026, 4, 30)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def make_funders(programme: Programme) -> list[Funder]:
    """State 507 331 €, region 300 000 €, branches 238 769 €: the public total, an invented split."""
    return services.save_funders(
        actor=None,
        programme=programme,
        entries=[
            FunderEntry(name="État", short_name="État", agreed_cents=507_331_00, is_state=True),
            FunderEntry(name="Région", short_name="Région", agreed_cents=300_000_00),
            FunderEntry(name="Branches professionnelles", short_name="Branches", agreed_cents=238_769_00),
        ],
    )


ROWS = (
    (1, Nature.FEES, "Étude d’impact", 146_100_00),
    (2, Nature.FEES, "Diagnostics", 400_000_00),
    (3, Nature.FEES, "Sessions de formation", 300_000_00),
    (4, Nature.STAFF, "Animation du hub", 200_000_00),
)


def plan_entries(programme: Programme, funders: list[Funder]) -> list[LineEntry]:
    """Four lines, one per axis, shared in proportion."""
    from funding.matrix import proportional_fill

    axes = {axis.number: axis.pk for axis in programme.axes.all()}
    cells = proportional_fill([row[3] for row in ROWS], [funder.agreed_cents for funder in funders])
    return [
        LineEntry(
            axis_id=axes[number],
            nature=nature,
            label=label,
            planned_cents=planned,
            cells={funder.pk: cents for funder, cents in zip(funders, line, strict=True)},
        )
        for (number, nature, label, planned), line in zip(ROWS, cells, strict=True)
    ]


def make_plan(programme: Programme, *, actor: User | None = None) -> Plan:
    """A plan in force since the first day."""
    funders = list(programme.funders.all()) or make_funders(programme)
    plan = services.start_plan(actor=actor, programme=programme)
    services.save_plan(actor=actor, plan=plan, entries=plan_entries(programme, funders))
    return services.activate_plan(actor=actor, plan=plan, decided_on=programme.starts_on)


def line_of(programme: Programme, axis: int) -> BudgetLine:
    """The line of an axis."""
    return BudgetLine.objects.for_programme(programme).get(axis__number=axis)


def upload(name: str = "facture.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, io.BytesIO(content).read())


def make_expense(
    programme: Programme, actor: User | None, *, amount: int = 1_000_00, axis: int = 1, **values: Any
) -> Expense:
    """A draft with its evidence."""
    expense = services.create_expense(
        actor=actor,
        line=line_of(programme, axis),
        label=values.pop("label", "Acompte de l’étude"),
        supplier=values.pop("supplier", "Cabinet Orchivelin"),
        spent_on=values.pop("spent_on", SPENT),
        amount_cents=amount,
        **values,
    )
    services.add_evidence(
        actor=actor,
        expense=expense,
        upload=upload(content=PDF + str(expense.number).encode()),
        kind=EvidenceKind.INVOICE,
    )
    return expense


def make_submitted(programme: Programme, actor: User | None, **values: Any) -> Expense:
    """An expense that waits for its validation."""
    return services.submit_expense(actor=actor, expense=make_expense(programme, actor, **values), at=NOW)


def make_validated(
    programme: Programme, actor: User | None, validator: User | None, **values: Any
) -> Expense:
    """An expense shared among the funders."""
    submitted = make_submitted(programme, actor, **values)
    return services.validate_expense(actor=validator, expense=submitted, at=NOW)


def make_paid(
    programme: Programme, actor: User | None, validator: User | None, *, paid_on: date = PAID, **values: Any
) -> Expense:
    """An expense shared among the funders and paid."""
    validated = make_validated(programme, actor, validator, **values)
    return services.pay_expense(actor=actor, expense=validated, paid_on=paid_on, today=TODAY)


def make_claim(
    funder: Funder, actor: User | None, *, kind: ClaimKind = ClaimKind.INTERIM, **values: Any
) -> Claim:
    """A claim prepared on the day of tests."""
    return services.prepare_claim(actor=actor, funder=funder, kind=kind, today=TODAY, **values)


def make_sent(funder: Funder, actor: User | None, sender: User | None, **values: Any) -> Claim:
    """A claim that the funder holds."""
    claim = make_claim(funder, actor, **values)
    return services.send_claim(actor=sender, claim=claim, sent_on=TODAY, today=TODAY)


def make_commitment(
    programme: Programme, actor: User | None, *, amount: int = 1_000_00, axis: int = 1, **values: Any
) -> Commitment:
    """A commitment that waits for its approval."""
    return services.create_commitment(
        actor=actor,
        line=line_of(programme, axis),
        kind=CommitmentKind.QUOTE,
        label=values.pop("label", "Étude, lot 1"),
        supplier=values.pop("supplier", "Cabinet Orchivelin"),
        signed_on=values.pop("signed_on", SPENT),
        amount_cents=amount,
        **values,
    )
