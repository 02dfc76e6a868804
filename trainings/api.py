"""Read endpoints of trainings."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from programme.access import Access
from programme.api import ProgrammeAPIMixin
from programme.enums import STAFF, Role
from trainings.models import Session
from trainings.selectors import with_places
from trainings.serializers import SessionSerializer


class SessionListView(ProgrammeAPIMixin, ListAPIView):  # type: ignore[type-arg, misc]  # not generic at run time
    """Sessions of the programme that the token's role may see, by date."""

    allowed_roles = (*STAFF, Role.TRAINER)
    serializer_class = SessionSerializer
    filterset_fields = ("status", "starts_on", "ends_on", "course__stake")

    def get_queryset(self) -> "QuerySet[Any]":
        """Sessions the token's person may see; none while the schema is being written."""
        return Session.objects.none() if self.swagger_fake_view else visible_sessions(self.access)


class SessionDetailView(ProgrammeAPIMixin, RetrieveAPIView):  # type: ignore[type-arg, misc]  # not generic at run time
    """One session."""

    allowed_roles = (*STAFF, Role.TRAINER)
    serializer_class = SessionSerializer

    def get_queryset(self) -> "QuerySet[Any]":
        """Sessions the token's person may see; none while the schema is being written."""
        return Session.objects.none() if self.swagger_fake_view else visible_sessions(self.access)


def visible_sessions(access: Access) -> "QuerySet[Any]":
    """Sessions with their counts, by date."""
    return with_places(Session.objects.visible_to(access)).order_by("starts_on", "pk")
