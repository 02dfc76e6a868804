"""Addresses and answers of the pages of money, for their tests."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from programme.models import Programme

TOKEN = "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0001"


def url(programme: Programme, name: str, **kwargs: Any) -> str:
    """Address of a page."""
    return reverse(f"funding:{name}", kwargs={"programme_slug": programme.slug, **kwargs})


def text(response: HttpResponse) -> str:
    """What the page says."""
    return response.content.decode()
