"""What a measure asks and brings, in words."""

from django.utils.translation import gettext as _


def effort_words(step: str) -> str:
    """How much work a measure takes."""
    return {"low": _("effort faible"), "medium": _("effort moyen"), "high": _("effort important")}[step]


def impact_words(step: str) -> str:
    """How much a measure changes."""
    return {"low": _("effet limité"), "medium": _("effet net"), "high": _("effet fort")}[step]


def stake_words(stake: str) -> str:
    """Which training stake a measure calls for."""
    return {
        "technical": _("formation : enjeux techniques"),
        "legal": _("formation : enjeux juridiques"),
        "economic": _("formation : enjeux économiques"),
        "ethical": _("formation : enjeux éthiques"),
    }[stake]
