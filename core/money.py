"""Money: integer cents inside, ``Decimal`` euros only at the doors, never a float.

SQLite keeps decimals as floats, so amounts are big integers in the database as well.
"""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.formats import format_euros

MAX_CENTS = 10**13
_AMOUNT = re.compile(r"^(?P<sign>[+-]?)(?P<whole>\d{1,12})(?:[.,](?P<cents>\d+))?$")
_SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'\t"), None)


def parse_euros(text: str) -> int:
    """Read an amount as French people write it and return cents.

    Accepts spaces of any kind, a comma or a dot, a trailing euro sign. Raises ``ValueError`` with a
    French message for anything else: exponent, more than two decimals, NaN, several separators.
    """
    cleaned = text.strip().removesuffix("€").translate(_SPACES).strip()
    match = _AMOUNT.match(cleaned)
    if match is None:
        raise ValueError(str(_("Montant illisible\u00a0: écrivez-le comme 1 234,56.")))
    decimals = match["cents"] or ""
    if len(decimals) > 2:
        raise ValueError(str(_("Un montant a deux décimales au plus, comme 1 234,56.")))
    cents = int(match["whole"]) * 100 + int(decimals.ljust(2, "0"))
    return -cents if match["sign"] == "-" else cents


def euros(cents: int) -> Decimal:
    """Exact euros of an amount in cents, for files and the API."""
    return Decimal(cents).scaleb(-2)


class EurosFormField(forms.CharField):
    """A form field that shows euros and gives cents."""

    def __init__(self, *, min_cents: int | None = 0, max_cents: int = MAX_CENTS, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)
        self.min_cents, self.max_cents = min_cents, max_cents

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # gives cents, not text
        """Cents, or ``None`` when left empty."""
        if isinstance(value, int):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return parse_euros(text)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error

    def validate(self, value: Any) -> None:
        """Check presence and bounds."""
        if value is None:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return
        if self.min_cents is not None and value < self.min_cents:
            raise ValidationError(
                _("Le montant doit être au moins de %(minimum)s.")
                % {"minimum": format_euros(self.min_cents)},
                code="min",
            )
        if value > self.max_cents:
            raise ValidationError(
                _("Le montant doit être au plus de %(maximum)s.") % {"maximum": format_euros(self.max_cents)},
                code="max",
            )

    def run_validators(self, value: Any) -> None:
        """Text validators do not apply to cents."""

    def prepare_value(self, value: Any) -> Any:
        """Show cents as euros; give back what the person typed when it was refused."""
        return format_euros(value, sign=False) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts, not the way they are written."""
        try:
            return bool(initial != self.to_python(data))
        except ValidationError:
            return True


class CentsField(models.BigIntegerField):  # type: ignore[type-arg]  # not generic at run time
    """An amount in integer cents."""

    def formfield(self, **kwargs: Any) -> Any:
        """Euros at the door."""
        return EurosFormField(
            label=kwargs.get("label", self.verbose_name),
            required=not self.blank,
            help_text=kwargs.get("help_text", self.help_text),
            initial=None if self.default is models.NOT_PROVIDED else self.default,
        )
