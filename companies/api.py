"""Read endpoints of companies."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView

from companies.models import Participation
from companies.serializers import CompanySerializer
from programme.api import ProgrammeAPIMixin
from programme.enums import STAFF


class CompanyListView(ProgrammeAPIMixin, ListAPIView):  # type: ignore[type-arg,misc]  # as DRF types it
    """Companies of the programme that the token's role may see, filtered by stage, section, department."""

    allowed_roles = STAFF
    serializer_class = CompanySerializer
    filterset_fields = ("stage", "section", "department_code", "size_band")

    def get_queryset(self) -> "QuerySet[Any]":
        """Companies the token's person may see; none while the schema is being written."""
        if self.swagger_fake_view:
            return Participation.objects.none()
        rows = Participation.objects.visible_to(self.access)
        return rows.select_related("establishment").order_by("name_key", "pk")
