"""The *compte rendu financier*: what staff enter beside the plan and the ledger."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.models import TimestampedModel
from core.money import CentsField
from documents.models import Document
from funding.enums import ReportStatus
from funding.models.funder import Funder
from programme.models import Programme, ProgrammeOwnedQuerySet


class FinancialReport(TimestampedModel):
    """A report on one grant over a period; final, it never changes and its document holds its figures.

    ``entries`` maps a row of the form to ``[forecast, actual]`` in cents; ``line_rows`` and
    ``funder_rows`` say on which row a budget line or a funder stands; ``texts`` are the words of its parts.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="financial_reports")
    funder = models.ForeignKey(Funder, on_delete=models.PROTECT, related_name="financial_reports")
    starts_on = models.DateField(_("début"))
    ends_on = models.DateField(_("fin"))
    granted_cents = CentsField(_("montant attribué"))
    status = models.CharField(max_length=5, choices=choices(ReportStatus), default=ReportStatus.DRAFT)
    entries = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    line_rows = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    funder_rows = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    texts = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    revision = models.PositiveIntegerField(default=1)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="financial_reports"
    )
    finalised_at = models.DateTimeField(null=True, blank=True)
    finalised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ProgrammeOwnedQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "funder", "starts_on", "ends_on"],
                condition=Q(status="draft"),
                name="one_draft_report",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="report_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.funder_id} {self.starts_on:%d/%m/%Y} – {self.ends_on:%d/%m/%Y}"
