"""Read endpoints of diagnostics."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from diagnostics.models import Diagnostic
from diagnostics.serializers import DiagnosticDetailSerializer, DiagnosticSerializer
from programme.api import ProgrammeAPIMixin
from programme.enums import STAFF


class DiagnosticListView(ProgrammeAPIMixin, ListAPIView):  # type: ignore[type-arg,misc]  # as DRF types them
    """Diagnostics the token's role may see, newest first, filtered by status and questionnaire."""

    allowed_roles = STAFF
    serializer_class = DiagnosticSerializer
    filterset_fields = ("status", "questionnaire__code", "participation")

    def get_queryset(self) -> "QuerySet[Any]":
        """What the token's person may see; nothing while the schema is being written."""
        if self.swagger_fake_view:
            return Diagnostic.objects.none()
        rows = Diagnostic.objects.visible_to(self.access).defer("result", "version__definition")
        return rows.select_related("participation__establishment", "questionnaire", "version").order_by(
            "-opened_at", "-pk"
        )


class DiagnosticDetailView(ProgrammeAPIMixin, RetrieveAPIView):  # type: ignore[type-arg,misc]  # same
    """One diagnostic with its whole result."""

    allowed_roles = STAFF
    serializer_class = DiagnosticDetailSerializer

    def get_queryset(self) -> "QuerySet[Any]":
        """What the token's person may see; nothing while the schema is being written."""
        if self.swagger_fake_view:
            return Diagnostic.objects.none()
        rows = Diagnostic.objects.visible_to(self.access).defer("version__definition")
        return rows.select_related("participation__establishment", "questionnaire", "version")
