"""Who may do what with money. Officers enter, a second person validates, the director decides."""

from funding.enums import ClaimStatus, CommitmentStatus, ExpenseStatus
from funding.models import Claim, Commitment, Expense, Funder, FunderMember, FundingRules
from funding.steering import Thresholds
from programme.access import Access
from programme.enums import Role
from programme.models import Programme

BOOKED = (ExpenseStatus.VALIDATED, ExpenseStatus.PAID)


def second_person_required(programme: Programme) -> bool:
    """Whether who entered an expense may not validate it; yes unless the programme said otherwise."""
    rules = FundingRules.objects.filter(programme=programme).first()
    return rules is None or rules.second_person


def fungibility_percent(programme: Programme) -> int:
    """What percentage of a line may be moved to another one of its axis without an amendment."""
    rules = FundingRules.objects.filter(programme=programme).first()
    return rules.fungibility_percent if rules else FundingRules().fungibility_percent


def alert_thresholds(programme: Programme) -> Thresholds:
    """From when a line is to be watched, as the programme said it."""
    rules = FundingRules.objects.filter(programme=programme).first() or FundingRules()
    return Thresholds(rules.alert_near_percent, rules.alert_early_percent, rules.alert_behind_percent)


def can_read_budget(access: Access) -> bool:
    """The whole budget: director and officers. Advisors, trainers and companies see none of it."""
    return access.is_office


def can_manage_plan(access: Access) -> bool:
    """Funders, plan, matrix, activation: the director."""
    return access.has(Role.DIRECTOR)


def can_enter_expense(access: Access) -> bool:
    """Enter and submit expenses."""
    return access.is_office


def can_edit_expense(access: Access, expense: Expense) -> bool:
    """A draft, by the office."""
    return access.is_office and expense.status == ExpenseStatus.DRAFT


def can_submit_expense(access: Access, expense: Expense) -> bool:
    """A draft, by the office."""
    return can_edit_expense(access, expense)


def can_override(access: Access) -> bool:
    """Set the second person or the line's limit aside, with a reason."""
    return access.has(Role.DIRECTOR)


def can_validate_expense(access: Access, expense: Expense, *, second_person: bool) -> bool:
    """A submitted expense, by somebody else than who entered it, or by the director."""
    if not access.is_office or expense.status != ExpenseStatus.SUBMITTED:
        return False
    own = access.user is not None and expense.entered_by_id == access.user.pk
    return can_override(access) or not (second_person and own)


def can_return_expense(access: Access, expense: Expense) -> bool:
    """A submitted expense, by the office."""
    return access.is_office and expense.status == ExpenseStatus.SUBMITTED


def can_pay_expense(access: Access, expense: Expense) -> bool:
    """A validated expense that is not itself a counter-entry."""
    return access.is_office and expense.status == ExpenseStatus.VALIDATED and expense.answers_id is None


def can_cancel_expense(access: Access, expense: Expense) -> bool:
    """A draft by the office; what was validated or paid by the director only."""
    if expense.answers_id is not None:
        return False
    if expense.status == ExpenseStatus.DRAFT:
        return access.is_office
    return access.has(Role.DIRECTOR) and expense.status in BOOKED


def can_add_evidence(access: Access, expense: Expense) -> bool:
    """Anything but a cancelled expense: a proof of payment comes after validation."""
    return access.is_office and expense.status != ExpenseStatus.CANCELLED


def can_remove_evidence(access: Access, expense: Expense) -> bool:
    """Only while the expense is a draft: what was judged stays."""
    return can_edit_expense(access, expense)


def can_finalise_report(access: Access) -> bool:
    """Freeze a financial report: who signs for the programme."""
    return access.has(Role.DIRECTOR)


def claim_moves(access: Access, claim: Claim) -> dict[str, bool]:
    """What the caller may do with a claim in its present state. Services check again."""
    prepared = access.is_office and claim.status == ClaimStatus.PREPARED
    answered = (ClaimStatus.ACCEPTED, ClaimStatus.PARTLY_REJECTED, ClaimStatus.PAID)
    held = access.is_office and claim.status in (ClaimStatus.SENT, *answered)
    moves = {
        "pack": prepared or (held and claim.pack_id is None),
        "piece": prepared,
        "send": prepared,
        "cancel": prepared,
        "answer": held,
        "receive": held,
        "abandon": access.has(Role.DIRECTOR),
        "cancel_receipt": access.has(Role.DIRECTOR),
        "override": can_override(access),
    }
    return moves | {"any": any(moves[name] for name in ("send", "cancel", "answer", "receive"))}


def commitment_moves(access: Access, commitment: Commitment, *, second_person: bool) -> dict[str, bool]:
    """What the caller may do with a commitment in its present state. Services check again."""
    own = access.user is not None and commitment.entered_by_id == access.user.pk
    proposed = access.is_office and commitment.status == CommitmentStatus.PROPOSED
    active = access.is_office and commitment.status == CommitmentStatus.ACTIVE
    moves = {
        "approve": proposed and (can_override(access) or not (second_person and own)),
        "revise": proposed or active,
        "close": active,
        "cancel": proposed or active,
        "invoice": active,
        "override": can_override(access),
    }
    return moves | {"any": moves["approve"] or moves["close"] or moves["cancel"]}


def funder_of(access: Access) -> Funder | None:
    """The funder the caller reads for in this programme, or nothing."""
    if access.user is None or not access.has(Role.FUNDER):
        return None
    member = (
        FunderMember.objects.filter(user=access.user, funder__programme=access.programme)
        .select_related("funder")
        .first()
    )
    return member.funder if member else None


def can_read_aid(access: Access) -> bool:
    """The aid of the companies one sees: the team. Companies read their own in their space."""
    return access.is_staff


def can_grant_aid(access: Access) -> bool:
    """Write in the ledger of aid."""
    return access.is_office


def can_set_aid_terms(access: Access) -> bool:
    """Say what services cost and on which legal base they are given; cancel a grant."""
    return access.has(Role.DIRECTOR)


def can_set_draft_terms(access: Access) -> bool:
    """Choose the line and the cost at which services become draft expenses."""
    return access.has(Role.DIRECTOR)
