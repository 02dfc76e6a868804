"""Indicators of the observatory."""

from core.i18n import gettext_lazy as _
from core.registries import Indicator, indicators
from observatory.selectors import releases_published

indicators.register(
    "releases_published",
    Indicator(
        label=_("Millésimes de l’observatoire publiés"),
        unit=_("millésimes"),
        axis=4,
        measure=releases_published,
    ),
)
