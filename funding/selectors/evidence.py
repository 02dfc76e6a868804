"""Which pieces an expense lacks, by what the programme asks of its nature."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from funding.enums import EvidenceKind, EvidenceStep, Nature
from funding.models import Evidence, EvidenceRule, Expense
from programme.models import Programme

Needs = dict[str, frozenset[str]]


def evidence_needs(programme: Programme, step: EvidenceStep) -> Needs:
    """Kinds of evidence needed at a step, by nature of expense."""
    found: dict[str, set[str]] = {}
    rows = EvidenceRule.objects.filter(programme=programme, step=step)
    for nature, kind in rows.values_list("nature", "kind"):
        found.setdefault(nature, set()).add(kind)
    return {nature: frozenset(kinds) for nature, kinds in found.items()}


def lacking(needs: Needs, nature: str, present: Iterable[str]) -> list[EvidenceKind]:
    """Kinds that are needed for a nature and not there."""
    missing = needs.get(Nature(nature).value, frozenset()) - set(present)
    return [kind for kind in EvidenceKind if kind.value in missing]


def missing_evidence(expense: Expense, step: EvidenceStep) -> list[EvidenceKind]:
    """Kinds of evidence that an expense lacks at a step."""
    needs = evidence_needs(expense.programme, step)
    return lacking(needs, expense.line.nature, expense.evidence.values_list("kind", flat=True))


def present_kinds(expense_ids: Iterable[int]) -> dict[int, set[str]]:
    """Kinds of the pieces that hang on each expense. One query."""
    found: dict[int, set[str]] = {}
    rows = Evidence.objects.filter(expense_id__in=list(expense_ids)).values_list("expense_id", "kind")
    for expense, kind in rows:
        found.setdefault(expense, set()).add(kind)
    return found


def kinds_in_words(kinds: Iterable[EvidenceKind]) -> str:
    """« Facture, Preuve de paiement »."""
    return _(", ").join(str(kind.label) for kind in kinds)
