"""Lazy words typed as text.

Labels of enums and registries are declared as ``str``; Django's lazy proxy behaves as one but its stubs
say otherwise. The cast is made once here, so that every app keeps ``_("…")``, which extraction looks for.
"""

from collections.abc import Callable
from typing import cast

from django.utils.translation import gettext_lazy as _django_gettext_lazy

gettext_lazy = cast("Callable[[str], str]", _django_gettext_lazy)
