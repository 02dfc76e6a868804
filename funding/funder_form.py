"""The funders on one page, read back with what was typed kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from funding.models import Funder
from funding.plan_form import AmountInput
from funding.services import FunderEntry

MAX_FUNDERS = 50


@dataclass
class FunderInput:
    """A funder as typed."""

    index: int
    funder_id: int | None
    name: str
    short_name: str
    is_state: bool
    agreed: AmountInput
    errors: list[str] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        """A row offered and not used."""
        return self.funder_id is None and not (self.name or self.short_name or self.agreed.text)


class FunderForm:
    """Every funder of the programme, in order."""

    def __init__(self, total_cents: int) -> None:
        self.total_cents = total_cents
        self.rows: list[FunderInput] = []
        self.problems: list[str] = []

    @classmethod
    def stored(cls, funders: Iterable[Funder], total_cents: int) -> "FunderForm":
        """The funders as they are."""
        form = cls(total_cents)
        for funder in funders:
            row = form.add(funder.pk, funder.name, funder.short_name, is_state=funder.is_state)
            row.agreed.put(funder.agreed_cents)
        if not form.rows:
            form.add()
        return form

    @classmethod
    def sent(cls, data: QueryDict, total_cents: int) -> "FunderForm":
        """What was typed, rows ticked for removal left out."""
        form = cls(total_cents)
        count = data.get("rows", "")
        for index in range(min(int(count), MAX_FUNDERS) if count.isdecimal() and len(count) < 4 else 0):
            if data.get(f"funder-{index}-remove"):
                continue
            known = data.get(f"funder-{index}-id", "")
            row = form.add(
                int(known) if known.isdecimal() and len(known) < 19 else None,
                data.get(f"funder-{index}-name", "").strip(),
                data.get(f"funder-{index}-short", "").strip(),
                is_state=bool(data.get(f"funder-{index}-state")),
            )
            row.agreed = AmountInput.read("agreed", _("Montant"), data.get(f"funder-{index}-agreed", ""))
        return form

    def add(
        self, funder_id: int | None = None, name: str = "", short_name: str = "", *, is_state: bool = False
    ) -> FunderInput:
        """Offer one more row."""
        row = FunderInput(
            len(self.rows), funder_id, name, short_name, is_state, AmountInput("agreed", _("Montant"))
        )
        self.rows.append(row)
        return row

    def is_valid(self) -> bool:
        """Read every row; errors stay beside what was typed."""
        for row in self.rows:
            row.errors = []
            if row.is_blank:
                continue
            if not row.name or len(row.name) > 160:
                row.errors.append(_("Donnez un nom de 160 caractères au plus."))
            if not row.short_name or len(row.short_name) > 40:
                row.errors.append(_("Donnez un nom court de 40 caractères au plus."))
            if row.agreed.error:
                row.errors.append(row.agreed.error)
        return not any(row.errors for row in self.rows)

    def entries(self) -> list[FunderEntry]:
        """What the service takes; only after ``is_valid``."""
        return [
            FunderEntry(
                name=row.name,
                short_name=row.short_name,
                agreed_cents=row.agreed.cents or 0,
                is_state=row.is_state,
                funder_id=row.funder_id,
            )
            for row in self.rows
            if not row.is_blank
        ]

    @property
    def residue(self) -> int | None:
        """What the funders lack to reach the agreement, in cents."""
        amounts = [row.agreed.cents for row in self.rows]
        return None if None in amounts else self.total_cents - sum(cents or 0 for cents in amounts)
