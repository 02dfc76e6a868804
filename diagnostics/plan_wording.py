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
        "technical": _("formation\u00a0: enjeux techniques"),
        "legal": _("formation\u00a0: enjeux juridiques"),
        "economic": _("formation\u00a0: enjeux économiques"),
        "ethical": _("formation\u00a0: enjeux éthiques"),
    }[stake]
