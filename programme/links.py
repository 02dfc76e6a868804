"""Addresses inside a programme."""

from functools import lru_cache
from typing import Any

from django.urls import reverse

from programme.models import Programme


@lru_cache(maxsize=4096)
def _reverse(slug: str, name: str, args: tuple[tuple[str, Any], ...]) -> str:
    return reverse(name, kwargs={"programme_slug": slug, **dict(args)})


def programme_url(programme: Programme | str, name: str, **kwargs: Any) -> str:
    """Address of a named page in a programme or its slug: ``programme_url(p, "companies:detail", pk=3)``."""
    slug = programme if isinstance(programme, str) else programme.slug
    return _reverse(slug, name, tuple(sorted(kwargs.items())))
