"""The staff's list of diagnostics, and the facts of one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import Participation
from core.exports import Sheet
from core.formats import format_number
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic, Respondent
from diagnostics.models.diagnostic import DiagnosticQuerySet
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme

TONES = {
    DiagnosticStatus.OPEN: "",
    DiagnosticStatus.STARTED: "accent",
    DiagnosticStatus.SUBMITTED: "good",
    DiagnosticStatus.CANCELLED: "plain",
}


@dataclass(frozen=True)
class DiagnosticRow:
    """One line of the list."""

    url: str
    company: str
    questionnaire: str
    status: str
    tone: str
    progress: str
    percent: int
    respondent: str
    advisor: str
    opened_on: date
    submitted_on: date | None
    score: str
    level: str


def diagnostics_for_list(access: Access) -> DiagnosticQuerySet:
    """Diagnostics the caller sees, with what a line needs and nothing heavy."""
    respondent = Respondent.objects.filter(diagnostic=OuterRef("pk"), is_main=True).values("name")[:1]
    rows: DiagnosticQuerySet = (
        Diagnostic.objects.visible_to(access)
        .select_related("participation__advisor", "questionnaire", "version")
        .only(
            "status",
            "opened_at",
            "submitted_at",
            "answered_count",
            "visible_count",
            "score_tenths",
            "level_name",
            "participation__name",
            "participation__advisor__first_name",
            "participation__advisor__last_name",
            "participation__advisor__email",
            "questionnaire__title",
            "version__number",
        )
        .annotate(respondent_name=Subquery(respondent))
    )
    return rows


def company_rows(access: Access, participation: Participation) -> tuple[DiagnosticRow, ...]:
    """The diagnostics of one company, newest first."""
    rows = diagnostics_for_list(access).filter(participation=participation).order_by("-opened_at", "-pk")
    return tuple(diagnostic_rows(access.programme, rows))


def diagnostic_rows(programme: Programme, rows: Iterable[Diagnostic]) -> list[DiagnosticRow]:
    """Lines of the list."""
    return [_row(programme, diagnostic) for diagnostic in rows]


def _row(programme: Programme, diagnostic: Diagnostic) -> DiagnosticRow:
    status = DiagnosticStatus(diagnostic.status)
    total = diagnostic.visible_count
    advisor = diagnostic.participation.advisor
    return DiagnosticRow(
        url=programme_url(programme, "diagnostics:detail", pk=diagnostic.pk),
        company=diagnostic.participation.name,
        questionnaire=f"{diagnostic.questionnaire.title} – v{diagnostic.version.number}",
        status=str(status.label),
        tone=TONES[status],
        progress=f"{diagnostic.answered_count} / {total}",
        percent=100 * diagnostic.answered_count // total if total else 0,
        respondent=getattr(diagnostic, "respondent_name", "") or "",
        advisor=advisor.full_name if advisor else "",
        opened_on=_day(diagnostic.opened_at),
        submitted_on=_day(diagnostic.submitted_at) if diagnostic.submitted_at else None,
        score=""
        if diagnostic.score_tenths is None
        else format_number(Decimal(diagnostic.score_tenths) / 10, 1),
        level=diagnostic.level_name,
    )


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def export_sheet(rows: QuerySet[Diagnostic]) -> Sheet:
    """The list as a table, exactly what is filtered, read in chunks."""
    return Sheet(
        title=_("Diagnostics"),
        columns=(
            _("Entreprise"),
            _("Questionnaire"),
            _("Version"),
            _("État"),
            _("Réponses données"),
            _("Réponses attendues"),
            _("Répondant"),
            _("Conseiller"),
            _("Ouvert le"),
            _("Remis le"),
            _("Note sur 100"),
            _("Niveau"),
        ),
        rows=_export_rows(rows),
    )


def _export_rows(rows: QuerySet[Diagnostic]) -> Iterator[tuple[object, ...]]:
    for each in rows.iterator(chunk_size=500):
        advisor = each.participation.advisor
        yield (
            each.participation.name,
            each.questionnaire.title,
            each.version.number,
            str(DiagnosticStatus(each.status).label),
            each.answered_count,
            each.visible_count,
            getattr(each, "respondent_name", "") or "",
            advisor.full_name if advisor else "",
            _day(each.opened_at),
            _day(each.submitted_at) if each.submitted_at else None,
            None if each.score_tenths is None else each.score_tenths / 10,
            each.level_name,
        )
