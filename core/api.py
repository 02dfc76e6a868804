"""API plumbing without a noun of the domain."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from core.errors import BusinessError, NotVisible


class Pagination(PageNumberPagination):
    """Pages of 50, at most 500 when asked."""

    page_size_query_param = "page_size"
    max_page_size = 500


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer business refusals with 409 and their stable code, invisible objects with 404."""
    if isinstance(error, BusinessError):
        return Response({"code": error.code, "detail": error.message, "field": error.field}, status=409)
    if isinstance(error, NotVisible):
        return Response({"detail": _("Introuvable.")}, status=404)
    return drf_exception_handler(error, context)
