"""The product's addresses, and two that fail."""

from typing import NoReturn

from django.http import HttpRequest
from django.urls import include, path

from edec_ia.urls import handler500

__all__ = ["handler500", "urlpatterns"]


def fail(request: HttpRequest) -> NoReturn:
    """Fail as a defect of ours would."""
    raise ZeroDivisionError


urlpatterns = [
    path("panne/", fail),
    path("api/v1/panne/", fail),
    path("", include("edec_ia.urls")),
]
