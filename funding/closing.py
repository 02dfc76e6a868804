"""The table of the *compte rendu financier*: rows of the form, sub-totals, totals, integrity checks.

The form is content (``content/cerfa_15059_02.yaml``). Amounts come by row, in integer cents, forecast and
actual; everything else is computed here. No database, no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any


class FormError(ValueError):
    """The document is not a form; the message names the row."""


class RowKind(StrEnum):
    """What a row of the form does."""

    TITLE = "title"
    HEADING = "heading"
    LINE = "line"
    OF_WHICH = "of-which"
    TOTAL = "total"
    GRAND_TOTAL = "grand-total"


class Section(StrEnum):
    """Where the amount of a row counts."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    OWN = "own"
    VOLUNTARY = "voluntary"


@dataclass(frozen=True)
class FormRow:
    """A row of the form. ``entered`` rows are typed by staff, ``funders`` rows come from the funders.

    The words or the place of a row that is not ``verified`` were not read on the form itself.
    """

    code: str
    kind: RowKind
    label: str
    account: str = ""
    section: Section = Section.DIRECT
    entered: bool = False
    funders: bool = False
    verified: bool = True

    @property
    def takes_lines(self) -> bool:
        """Whether budget lines are charged to it."""
        return (
            self.kind is RowKind.LINE
            and self.section is Section.DIRECT
            and not (self.entered or self.funders)
        )


@dataclass(frozen=True)
class ReportForm:
    """Both sides of the form, in their order."""

    name: str
    basis: str
    charges: tuple[FormRow, ...]
    products: tuple[FormRow, ...]

    def row(self, code: str) -> FormRow:
        """A row by its code. Raises ``LookupError``."""
        for row in (*self.charges, *self.products):
            if row.code == code:
                return row
        raise LookupError(f"unknown row {code!r}")

    @property
    def entered_codes(self) -> tuple[str, ...]:
        """Rows that staff fill in."""
        return tuple(row.code for row in (*self.charges, *self.products) if row.entered)


@dataclass(frozen=True)
class Pair:
    """Forecast and actual, in cents."""

    forecast_cents: int = 0
    actual_cents: int = 0

    def __add__(self, other: "Pair") -> "Pair":
        return Pair(self.forecast_cents + other.forecast_cents, self.actual_cents + other.actual_cents)

    def __sub__(self, other: "Pair") -> "Pair":
        return Pair(self.forecast_cents - other.forecast_cents, self.actual_cents - other.actual_cents)

    @property
    def is_zero(self) -> bool:
        """Whether both are."""
        return not (self.forecast_cents or self.actual_cents)


@dataclass(frozen=True)
class TableRow:
    """A row of the table; amounts are empty on titles."""

    code: str
    label: str
    kind: RowKind
    account: str
    section: Section
    entered: bool
    forecast_cents: int | None
    actual_cents: int | None
    verified: bool = True

    @property
    def gap_cents(self) -> int | None:
        """Actual minus forecast."""
        if self.forecast_cents is None or self.actual_cents is None:
            return None
        return self.actual_cents - self.forecast_cents

    @property
    def percent(self) -> Fraction | None:
        """Actual over forecast; nothing when nothing was forecast."""
        if not self.forecast_cents or self.actual_cents is None:
            return None
        return Fraction(self.actual_cents, self.forecast_cents)


@dataclass(frozen=True)
class ReportTable:
    """Both sides computed, and what they must agree on."""

    charges: tuple[TableRow, ...]
    products: tuple[TableRow, ...]
    total_charges: Pair
    total_products: Pair
    voluntary_charges: Pair
    voluntary_products: Pair

    @property
    def balance(self) -> Pair:
        """What products lack to cover charges: zero when the report balances."""
        return self.total_charges - self.total_products

    @property
    def voluntary_balance(self) -> Pair:
        """What account 87 lacks to equal account 86."""
        return self.voluntary_charges - self.voluntary_products

    @property
    def balanced(self) -> bool:
        """Whether charges equal products and 86 equals 87, forecast and actual."""
        return self.balance.is_zero and self.voluntary_balance.is_zero


def grant_share(granted_cents: int, total_products_cents: int) -> Fraction | None:
    """The part of a grant in the total of products (closing sentence); nothing without products."""
    return Fraction(granted_cents, total_products_cents) if total_products_cents else None


def build_table(form: ReportForm, amounts: Mapping[str, Pair]) -> ReportTable:
    """Compute the table from the amounts of its lines.

    Raises ``ValueError`` for an amount on a row that is computed or unknown: nothing is lost silently.
    """
    lines = {
        row.code for row in (*form.charges, *form.products) if row.kind in (RowKind.LINE, RowKind.OF_WHICH)
    }
    strangers = sorted(code for code, pair in amounts.items() if code not in lines and not pair.is_zero)
    if strangers:
        raise ValueError(f"amounts on rows that take none: {', '.join(strangers)}")
    return ReportTable(
        charges=_side(form.charges, amounts),
        products=_side(form.products, amounts),
        total_charges=_total(form.charges, amounts, voluntary=False),
        total_products=_total(form.products, amounts, voluntary=False),
        voluntary_charges=_total(form.charges, amounts, voluntary=True),
        voluntary_products=_total(form.products, amounts, voluntary=True),
    )


def _side(rows: tuple[FormRow, ...], amounts: Mapping[str, Pair]) -> tuple[TableRow, ...]:
    return tuple(_row(row, rows, amounts) for row in rows)


def _row(row: FormRow, rows: tuple[FormRow, ...], amounts: Mapping[str, Pair]) -> TableRow:
    pair: Pair | None
    match row.kind:
        case RowKind.TITLE:
            pair = None
        case RowKind.HEADING:
            own = (r for r in rows if r.account == row.account and r.kind is RowKind.LINE)
            pair = _sum(amounts.get(line.code, Pair()) for line in own)
        case RowKind.TOTAL:
            pair = _total(rows, amounts, voluntary=False)
        case RowKind.GRAND_TOTAL:
            pair = _total(rows, amounts, voluntary=False) + _total(rows, amounts, voluntary=True)
        case _:
            pair = amounts.get(row.code, Pair())
    return TableRow(
        code=row.code,
        label=row.label,
        kind=row.kind,
        account=row.account,
        section=row.section,
        entered=row.entered,
        forecast_cents=pair.forecast_cents if pair else None,
        actual_cents=pair.actual_cents if pair else None,
        verified=row.verified,
    )


def _total(rows: tuple[FormRow, ...], amounts: Mapping[str, Pair], *, voluntary: bool) -> Pair:
    return _sum(
        amounts.get(row.code, Pair())
        for row in rows
        if row.kind is RowKind.LINE and (row.section is Section.VOLUNTARY) == voluntary
    )


def _sum(pairs: Iterable[Pair]) -> Pair:
    return sum(pairs, Pair())


def parse_form(document: object) -> ReportForm:
    """The form of a loaded document. Raises ``FormError`` at the first defect."""
    if not isinstance(document, Mapping):
        raise FormError("a block of keys is expected")
    sides = {}
    for side in ("charges", "products"):
        listed = document.get(side)
        if not isinstance(listed, list) or not listed:
            raise FormError(f"{side}: a list of rows is expected")
        sides[side] = tuple(_form_row(entry, side, rank) for rank, entry in enumerate(listed, start=1))
    codes = [row.code for rows in sides.values() for row in rows]
    double = next((code for code in codes if codes.count(code) > 1), None)
    if double is not None:
        raise FormError(f"{double}: used twice")
    return ReportForm(str(document.get("form", "")), str(document.get("basis", "")), **sides)


def _form_row(entry: Any, side: str, rank: int) -> FormRow:
    try:
        return FormRow(
            code=str(entry["code"]),
            kind=RowKind(entry["kind"]),
            label=str(entry["label"]),
            account=str(entry.get("account", "")),
            section=Section(entry.get("section", Section.DIRECT)),
            entered=bool(entry.get("entered", False)),
            funders=bool(entry.get("funders", False)),
            verified=bool(entry.get("verified", True)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FormError(f"{side}[{rank}]: {error}") from error
