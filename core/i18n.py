"""French is the language of the sources: its plural, and lazy words typed as text.

Labels of enums and registries are declared as ``str``; Django's lazy proxy behaves as one but its stubs
say otherwise. The cast is made once here, so that every app keeps ``_("…")``, which extraction looks for.
"""

from collections.abc import Callable
from gettext import NullTranslations
from typing import cast

from django.utils.translation import gettext_lazy as _django_gettext_lazy
from django.utils.translation import trans_real

gettext_lazy = cast("Callable[[str], str]", _django_gettext_lazy)


class FrenchSource(NullTranslations):
    """Words of the sources as they stand: in French the plural begins at two, « 0 session »."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The singular below two, where the library would say « 0 sessions »."""
        return msgid1 if abs(n) < 2 else msgid2


def count_in_french() -> None:
    """Make French words that no catalogue translates follow the French plural."""
    trans_real.translation("fr").add_fallback(FrenchSource())
