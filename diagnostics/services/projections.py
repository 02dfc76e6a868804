"""What lists of companies read of their diagnostics, kept beside each company."""

from companies import services as companies
from companies.models import Participation
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic


def project_results(participation: Participation) -> None:
    """Keep beside a company its last score and how many diagnostics it handed in.

    A diagnostic that gives no score leaves the former one: it says nothing of the maturity.
    """
    submitted = Diagnostic.objects.filter(participation=participation, status=DiagnosticStatus.SUBMITTED)
    scored = submitted.filter(score_tenths__isnull=False).order_by("-submitted_at", "-pk")
    last = scored.only("score_tenths", "level", "level_name").first()
    companies.project_maturity(
        participation=participation,
        tenths=last.score_tenths if last else None,
        level=last.level if last else "",
        level_name=last.level_name if last else "",
    )
    companies.project_counts(participation=participation, diagnostics=submitted.count())
