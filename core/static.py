"""Addresses of static files."""

from typing import Any

from django.utils.functional import cached_property
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the library has no types
    """Remembers each address: a page writes twenty of them, and they change only with the release."""

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {}

    def url(self, name: str | None, force: bool = False) -> Any:  # noqa: FBT001, FBT002 -- Django's signature
        """The address of a file, with the hash of its content."""
        if name is None:
            return super().url(name, force)
        known = self._addresses.get(name)
        if known is None:
            known = self._addresses[name] = super().url(name, force)
        return known
