"""Who may do what with money. Officers enter, a second person validates, the director decides."""

from funding.enums import ExpenseStatus
from funding.models import Expense, Funder, FunderMember, FundingRules
from programme.access import Access
from programme.enums import Role
from programme.models import Programme

BOOKED = (ExpenseStatus.VALIDATED, ExpenseStatus.PAID)


def second_person_required(programme: Programme) -> bool:
    """Whether who entered an expense may not validate it; yes unless the programme said otherwise."""
    rules = FundingRules.objects.filter(programme=programme).first()
    return rules is None or rules.second_person


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
