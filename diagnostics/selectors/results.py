"""Reads of results: what was computed at submission, never computed again."""

from django.db.models import OuterRef, Subquery

from core.errors import NotVisible
from diagnostics.definition import Definition
from diagnostics.models import Diagnostic, Respondent
from diagnostics.recommending import Proposal
from diagnostics.result_json import proposals_from_json, result_from_json
from diagnostics.scoring import Result
from programme.access import Access


def stored_result(definition: Definition, diagnostic: Diagnostic) -> Result | None:
    """The result told at submission; None before."""
    if not diagnostic.result:
        return None
    return result_from_json(definition, diagnostic.result["result"])


def stored_proposals(definition: Definition, diagnostic: Diagnostic) -> tuple[Proposal, ...]:
    """The measures proposed at submission, the most useful first; none before."""
    if not diagnostic.result:
        return ()
    return proposals_from_json(definition, diagnostic.result["proposals"])


def diagnostic_with_result(access: Access, pk: int) -> Diagnostic:
    """A diagnostic the caller reads whole, with its stored result and its plan. Raises ``NotVisible``."""
    main = Respondent.objects.filter(diagnostic=OuterRef("pk"), is_main=True)
    rows = (
        Diagnostic.objects.read_whole_by(access)
        .select_related("version", "participation__establishment", "questionnaire", "plan")
        .defer("version__definition")
        .annotate(
            respondent_id=Subquery(main.values("pk")[:1]), respondent_name=Subquery(main.values("name")[:1])
        )
    )
    diagnostic: Diagnostic | None = rows.filter(pk=pk).first()
    if diagnostic is None:
        raise NotVisible
    diagnostic.programme = access.programme
    return diagnostic
