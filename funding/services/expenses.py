"""Life of an expense up to its payment: entered, submitted, returned, validated and shared, paid."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_date, format_euros
from funding.apportionment import share
from funding.enums import CommitmentStatus, EvidenceStep, ExpenseStatus
from funding.models import BudgetLine, Commitment, Expense, Share
from funding.rules import second_person_required
from funding.selectors.changes import changed_since
from funding.selectors.evidence import kinds_in_words, missing_evidence
from funding.selectors.reserves import accepted_excess_left
from funding.services import totals
from funding.services.lines import LineState, line_state, overrun, planned_in_force
from funding.services.years import check_open
from programme.models import Programme

EDITABLE = (
    "line",
    "commitment",
    "label",
    "supplier",
    "invoice_number",
    "spent_on",
    "amount_cents",
    "tax_cents",
    "recoverable_tax_cents",
    "eligible_cents",
)


def next_number(programme_id: int) -> int:
    """Next number of an expense; locks the programme until the end of the transaction."""
    Programme.objects.select_for_update(no_key=True).get(pk=programme_id)
    greatest = Expense.objects.filter(programme_id=programme_id).aggregate(last=Max("number"))["last"]
    return int(greatest or 0) + 1


def find_by_token(form_token: UUID) -> Expense | None:
    """The expense a form already made, if it was sent twice; ask with the programme locked."""
    existing: Expense | None = Expense.objects.filter(form_token=form_token).first()
    return existing


@transaction.atomic
def create_expense(
    *,
    actor: User | None,
    line: BudgetLine,
    label: str,
    supplier: str,
    spent_on: date,
    amount_cents: int,
    eligible_cents: int | None = None,
    tax_cents: int = 0,
    recoverable_tax_cents: int = 0,
    invoice_number: str = "",
    commitment: Commitment | None = None,
    form_token: UUID | None = None,
) -> Expense:
    """Enter a draft expense. The same ``form_token`` always gives the same expense.

    Amounts are in cents. ``amount_cents`` is net of recoverable tax (``tax_cents - recoverable_tax_cents``
    is inside it); all of it is eligible unless ``eligible_cents`` says less. Raises ``BusinessError``: line
    outside the plan in force, date outside the agreement or in a closed year, eligible part above the
    amount, impossible taxes, commitment of another line or no longer active.
    """
    number = next_number(line.programme_id)
    if form_token and (existing := find_by_token(form_token)):
        return existing
    expense = Expense(
        programme_id=line.programme_id,
        number=number,
        line=line,
        label=label.strip(),
        supplier=supplier.strip(),
        invoice_number=invoice_number.strip(),
        spent_on=spent_on,
        amount_cents=amount_cents,
        eligible_cents=amount_cents if eligible_cents is None else eligible_cents,
        tax_cents=tax_cents,
        recoverable_tax_cents=recoverable_tax_cents,
        commitment=commitment,
        entered_by=actor,
        form_token=form_token,
    )
    return _entered(actor, expense)


def _entered(actor: User | None, expense: Expense) -> Expense:
    _check_entry(expense)
    expense.full_clean()
    expense.save()
    audit.record(
        actor=actor,
        verb="expense.created",
        obj=expense,
        programme_id=expense.programme_id,
        changes={
            "line": expense.line.code,
            "amount_cents": expense.amount_cents,
            "eligible_cents": expense.eligible_cents,
        },
    )
    return expense


@transaction.atomic
def update_expense(
    *, actor: User | None, expense: Expense, seen: datetime | None = None, **values: Any
) -> Expense:
    """Change a draft; ``values`` are fields of ``EDITABLE``.

    ``seen`` is the ``updated_at`` that the person read: when somebody changed the draft since, nothing is
    written and the refusal (code ``stale``) says who changed what. Raises ``BusinessError`` when it is no
    longer a draft, and as ``create_expense``.
    """
    fresh: Expense = (
        Expense.objects.select_for_update(no_key=True, of=("self",))
        .select_related("line", "commitment")
        .get(pk=expense.pk)
    )
    if fresh.status != ExpenseStatus.DRAFT:
        raise _moved_on(fresh)
    check_open(fresh.programme_id, fresh.spent_on)
    changes = {}
    for name in EDITABLE:
        before, after = getattr(fresh, name), values.get(name, getattr(fresh, name))
        after = after.strip() if isinstance(after, str) else after
        if before != after:
            changes[name] = [str(before), str(after)]
            setattr(fresh, name, after)
    if not changes:
        return fresh
    if seen is not None and fresh.updated_at != seen:
        raise BusinessError(
            _(
                "Pendant votre saisie, cette dépense a été modifiée par %(who)s. Rien n’est perdu\u00a0: vos "
                "valeurs sont conservées ci-dessous. Enregistrez de nouveau pour les garder."
            )
            % {"who": changed_since(fresh, seen)},
            code="stale",
        )
    _check_entry(fresh)
    fresh.full_clean()
    fresh.save()
    audit.record(
        actor=actor, verb="expense.updated", obj=fresh, programme_id=fresh.programme_id, changes=changes
    )
    return fresh


def _check_entry(expense: Expense) -> None:
    if expense.line.programme_id != expense.programme_id:
        raise BusinessError(_("Cette ligne n’est pas dans ce programme."), field="line", code="line")
    if not planned_in_force(expense.line_id).exists():
        raise BusinessError(
            _("La ligne «\u00a0%(label)s\u00a0» n’est pas dans le plan en vigueur.")
            % {"label": expense.line.label},
            field="line",
            code="line",
        )
    check_dates(expense)
    if expense.amount_cents <= 0:
        raise BusinessError(_("Le montant doit être supérieur à zéro."), field="amount", code="amount")
    if not 0 <= expense.eligible_cents <= expense.amount_cents:
        raise BusinessError(
            _("La part éligible va de zéro au montant de la dépense (%(amount)s).")
            % {"amount": format_euros(expense.amount_cents)},
            field="eligible",
            code="eligible",
        )
    if not 0 <= expense.recoverable_tax_cents <= expense.tax_cents <= expense.gross_cents:
        raise BusinessError(
            _("La taxe récupérable ne dépasse pas la taxe, ni la taxe le montant payé."),
            field="tax",
            code="tax",
        )
    _check_commitment(expense)


def _check_commitment(expense: Expense) -> None:
    commitment = expense.commitment
    if commitment is None:
        return
    if commitment.line_id != expense.line_id:
        raise BusinessError(
            _("L’engagement %(number)s porte sur une autre ligne.") % {"number": f"E{commitment.number:05d}"},
            field="commitment",
            code="commitment",
        )
    if commitment.status != CommitmentStatus.ACTIVE:
        raise BusinessError(
            _("L’engagement %(number)s est %(status)s\u00a0: il ne se consomme pas.")
            % {
                "number": f"E{commitment.number:05d}",
                "status": CommitmentStatus(commitment.status).label,
            },
            field="commitment",
            code="commitment",
        )


def check_dates(expense: Expense) -> None:
    """Refuse an expense dated outside the agreement, or in a closed year."""
    programme = expense.programme
    check_open(programme.pk, expense.spent_on)
    if not programme.starts_on <= expense.spent_on <= programme.ends_on:
        raise BusinessError(
            _("La dépense est datée du %(date)s\u00a0; la convention va du %(start)s au %(end)s.")
            % {
                "date": format_date(expense.spent_on),
                "start": format_date(programme.starts_on),
                "end": format_date(programme.ends_on),
            },
            field="spent_on",
            code="dates",
        )


def _moved_on(expense: Expense) -> BusinessError:
    return BusinessError(
        _("La dépense %(number)s est déjà %(status)s\u00a0: rechargez la page.")
        % {"number": f"D{expense.number:05d}", "status": ExpenseStatus(expense.status).label},
        code="state",
    )


@transaction.atomic
def submit_expense(*, actor: User | None, expense: Expense, at: datetime | None = None) -> Expense:
    """Hand a draft to the person who validates. Submitting twice changes nothing.

    Raises ``BusinessError`` without evidence, for a date to come or outside the agreement.
    """
    fresh = _fresh(expense)
    if fresh.status != ExpenseStatus.DRAFT:
        if fresh.submitted_at and fresh.status != ExpenseStatus.CANCELLED:
            return fresh
        raise _moved_on(fresh)
    moment = at or timezone.now()
    _check_entry(fresh)
    _check_evidence(fresh)
    if fresh.spent_on > timezone.localdate(moment):
        raise BusinessError(
            _("La dépense est datée du %(date)s\u00a0: soumettez-la quand elle aura eu lieu.")
            % {"date": format_date(fresh.spent_on)},
            field="spent_on",
            code="future",
        )
    if _move(fresh, ExpenseStatus.DRAFT, ExpenseStatus.SUBMITTED, submitted_at=moment, returned_reason=""):
        audit.record(actor=actor, verb="expense.submitted", obj=fresh, programme_id=fresh.programme_id)
    return _fresh(fresh)


def _fresh(expense: Expense) -> Expense:
    fresh: Expense = Expense.objects.select_related("programme", "line", "answers", "commitment").get(
        pk=expense.pk
    )
    return fresh


def _move(expense: Expense, source: ExpenseStatus, target: ExpenseStatus, **values: Any) -> bool:
    """Change the state if it is still ``source``: the one who changes the row is the one who acts."""
    rows = Expense.objects.filter(pk=expense.pk, status=source)
    return bool(rows.update(status=target, updated_at=timezone.now(), **values))


def _check_evidence(expense: Expense) -> None:
    if not expense.evidence.exists():
        raise BusinessError(
            _("Ajoutez au moins un justificatif (facture, feuille de temps…) à la dépense."),
            field="evidence",
            code="evidence",
        )
    missing = missing_evidence(expense, EvidenceStep.VALIDATION)
    if missing:
        raise BusinessError(
            _("Il manque une pièce pour cette nature de dépense\u00a0: %(kinds)s.")
            % {"kinds": kinds_in_words(missing)},
            field="evidence",
            code="evidence",
        )


@transaction.atomic
def return_expense(*, actor: User | None, expense: Expense, reason: str) -> Expense:
    """Send a submitted expense back to its author with a reason. Doing it twice changes nothing.

    Raises ``BusinessError`` without a reason, or when the expense was validated meanwhile.
    """
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif du retour."), field="reason", code="reason")
    if _move(
        expense,
        ExpenseStatus.SUBMITTED,
        ExpenseStatus.DRAFT,
        returned_reason=reason.strip(),
        submitted_at=None,
    ):
        fresh = _fresh(expense)
        audit.record(
            actor=actor,
            verb="expense.returned",
            obj=fresh,
            programme_id=fresh.programme_id,
            comment=reason.strip(),
        )
        return fresh
    fresh = _fresh(expense)
    if fresh.status != ExpenseStatus.DRAFT:
        raise _moved_on(fresh)
    return fresh


@transaction.atomic
def validate_expense(
    *,
    actor: User | None,
    expense: Expense,
    override_reason: str = "",
    seen: datetime | None = None,
    at: datetime | None = None,
) -> Expense:
    """Attest the service done and share the expense among the funders, for good (money.md §3).

    ``override_reason`` is the director's decision (the door checks that she is one) to validate what she
    entered herself, or more than remains on the line: the excess is then shared with no funder. An excess
    already accepted on the expense's commitment needs no second decision. ``seen`` is the ``updated_at``
    she read: nobody validates something else than what was on her screen.

    Raises ``BusinessError``: no evidence, entered by the same person, dates, line outside the plan in
    force, more than remains on the line (the message says how much remains), or moved on meanwhile.
    Side effects: one share per funder that pays, one audit event. The line is locked, so that two
    validations at the same instant cannot both take what only one may. Validating twice changes nothing.
    """
    BudgetLine.objects.select_for_update(no_key=True).get(pk=expense.line_id)
    fresh = _fresh(expense)
    if fresh.status in (ExpenseStatus.VALIDATED, ExpenseStatus.PAID):
        return fresh
    moment, reason = at or timezone.now(), override_reason.strip()
    _check_validation(actor, fresh, reason, seen)
    state = line_state(fresh.line_id, commitment_id=fresh.commitment_id)
    excess = _excess(fresh, state, reason)
    shares = share(state.agreed, state.charged, fresh.eligible_cents - excess)
    if not _move(
        fresh,
        ExpenseStatus.SUBMITTED,
        ExpenseStatus.VALIDATED,
        validated_by=actor,
        validated_at=moment,
        excess_cents=excess,
        decision_reason=reason,
    ):
        raise _moved_on(_fresh(fresh))
    fresh.excess_cents = excess
    _charge(actor, fresh, dict(zip(state.funders, shares, strict=True)), reason)
    return _fresh(fresh)


def _charge(actor: User | None, expense: Expense, shares: Mapping[int, int], reason: str) -> None:
    """Write who pays what of an expense just validated, for good."""
    save_shares(expense, shares)
    audit.record(
        actor=actor,
        verb="expense.validated",
        obj=expense,
        programme_id=expense.programme_id,
        changes={
            "shares": {str(pk): cents for pk, cents in shares.items() if cents},
            "excess_cents": expense.excess_cents,
        },
        comment=reason,
    )


def _check_validation(actor: User | None, expense: Expense, reason: str, seen: datetime | None) -> None:
    """Everything that validation asks but room on the line."""
    if expense.status != ExpenseStatus.SUBMITTED:
        raise _moved_on(expense)
    if seen is not None and expense.updated_at != seen:
        raise BusinessError(
            _("Cette dépense a été modifiée depuis que vous l’avez ouverte, par %(who)s\u00a0: relisez-la.")
            % {"who": changed_since(expense, seen)},
            code="stale",
        )
    _check_second_person(actor, expense, reason)
    _check_evidence(expense)
    check_dates(expense)


def _check_second_person(actor: User | None, expense: Expense, reason: str) -> None:
    own = actor is not None and expense.entered_by_id == actor.pk
    if own and not reason and second_person_required(expense.programme):
        raise BusinessError(
            _("Vous avez saisi cette dépense\u00a0: une autre personne doit la valider."),
            code="second-person",
        )


def _excess(expense: Expense, state: LineState, reason: str) -> int:
    excess: int = max(0, expense.eligible_cents - max(0, state.available))
    accepted = accepted_excess_left(expense.commitment) if excess and expense.commitment else 0
    if excess > accepted and not reason:
        raise overrun(expense.line, expense.eligible_cents, state)
    return excess


def save_shares(expense: Expense, shares: Mapping[int, int]) -> None:
    """Write the shares of a booked expense, in cents by funder, and count them in the running totals.

    A funder that pays nothing of it has no row. Call it with the line locked.
    """
    Share.objects.bulk_create(
        Share(expense=expense, funder_id=funder, line_id=expense.line_id, amount_cents=cents)
        for funder, cents in shares.items()
        if cents
    )
    totals.add_booked(expense, shares)


@transaction.atomic
def pay_expense(*, actor: User | None, expense: Expense, paid_on: date, today: date | None = None) -> Expense:
    """Record that a validated expense was paid. Doing it twice changes nothing.

    Its credit notes are settled with it. Raises ``BusinessError`` for a date to come, before the
    agreement or in a closed year, or when the expense is in no state to be paid.
    """
    BudgetLine.objects.select_for_update(no_key=True).get(pk=expense.line_id)
    fresh = _fresh(expense)
    if fresh.status == ExpenseStatus.PAID:
        return fresh
    if paid_on > (today or timezone.localdate()) or paid_on < fresh.programme.starts_on:
        raise BusinessError(
            _("La date de paiement va du %(start)s à aujourd’hui.")
            % {"start": format_date(fresh.programme.starts_on)},
            field="paid_on",
            code="dates",
        )
    check_open(fresh.programme_id, paid_on, field="paid_on")
    if fresh.answers_id or not _move(fresh, ExpenseStatus.VALIDATED, ExpenseStatus.PAID, paid_on=paid_on):
        raise _moved_on(_fresh(fresh))
    notes = list(fresh.counter_entries.filter(status=ExpenseStatus.VALIDATED))
    for note in notes:
        _move(note, ExpenseStatus.VALIDATED, ExpenseStatus.PAID, paid_on=paid_on)
    totals.add_paid([fresh.pk, *(note.pk for note in notes)])
    audit.record(
        actor=actor,
        verb="expense.paid",
        obj=fresh,
        programme_id=fresh.programme_id,
        changes={"paid_on": paid_on},
    )
    return _fresh(fresh)
