"""``{% purl %}``: links inside the present programme (loaded as a builtin)."""

from typing import Any

from django import template

from programme.links import programme_url

register = template.Library()


@register.simple_tag(takes_context=True)
def purl(context: dict[str, Any], name: str, **kwargs: Any) -> str:
    """Address of a named page in the programme of the page."""
    return programme_url(context["programme"], name, **kwargs)
