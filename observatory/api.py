"""Read endpoints of published releases: the same protected cells as the public page."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from observatory import downloads, selectors
from observatory.models import Release
from observatory.serializers import ReleaseDetailSerializer, ReleaseSerializer, TableSerializer
from programme.api import ProgrammeAPIMixin
from programme.enums import Role


class _ReleaseView(ProgrammeAPIMixin, APIView):  # type: ignore[misc]  # as DRF types it
    allowed_roles = tuple(Role)

    def release(self, number: int) -> Release:
        """A published release of the token's programme. Raises ``NotFound``."""
        release = selectors.published_release(self.access.programme, number)
        if release is None:
            raise NotFound("Introuvable.")
        return release


class ReleaseListView(_ReleaseView):
    """Published releases, the latest first."""

    @extend_schema(responses=ReleaseSerializer(many=True))
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the published releases."""
        releases = selectors.published_releases(self.access.programme)
        return Response(ReleaseSerializer(releases, many=True).data)


class ReleaseDetailView(_ReleaseView):
    """A published release with all its tables."""

    @extend_schema(responses=ReleaseDetailSerializer)
    def get(self, request: Request, number: int, **kwargs: Any) -> Response:
        """Read a published release."""
        release = self.release(number)
        tables = list(selectors.release_tables(release).values())
        return Response(downloads.release_data(selectors.release_view(release), tables))


class ReleaseTableView(_ReleaseView):
    """One table of a published release."""

    @extend_schema(responses=TableSerializer)
    def get(self, request: Request, number: int, code: str, **kwargs: Any) -> Response:
        """Read one table."""
        table = selectors.release_table(self.release(number), code)
        if table is None:
            raise NotFound("Introuvable.")
        return Response(downloads.table_data(table))
