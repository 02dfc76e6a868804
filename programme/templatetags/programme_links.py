"""``{% purl %}``: links inside the present programme (loaded as a builtin)."""

from typing import Any

from django import template

from programme.links import programme_url

register = template.Library()


@register.simple_tag(takes_context=True)
def purl(context: dict[str, Any], name: str, **kwargs: Any) -> str:
    """Address of a named page in the programme of the page.

    A block marked ``pure`` receives no row: it names ``programme_slug=programme.slug`` instead.
    """
    return programme_url(context.get("programme_slug") or context["programme"], name, **kwargs)
