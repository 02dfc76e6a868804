"""The *compte rendu financier* on one page, read back with what was typed kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.closing import FormRow, Pair, TableRow
from funding.forms import date_field
from funding.models import FinancialReport, Funder
from funding.plan_form import AmountInput
from funding.report_contexts import FinancialReportContext, ReportFunder, ReportLine
from funding.selectors.closing import report_form, rows_for_account, rows_for_funders, text_titles
from funding.services.closing import ReportEntry
from programme.models import Programme

WHOLE = "convention"


class ReportOpenForm(forms.Form):
    """Which grant, which period."""

    funder = forms.ModelChoiceField(
        label=gettext_lazy("Subvention de"), queryset=Funder.objects.none(), empty_label=None
    )
    period = forms.ChoiceField(label=gettext_lazy("Période"))

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme = programme
        self.fields["funder"].queryset = programme.funders.all()  # type: ignore[attr-defined]
        years = range(programme.starts_on.year, programme.ends_on.year + 1)
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            (WHOLE, _("Toute la convention")),
            *((str(year), _("Exercice %(year)s") % {"year": year}) for year in years),
        ]

    def bounds(self) -> tuple[date, date]:
        """First and last day of the period chosen, inside the agreement."""
        start, end = self.programme.starts_on, self.programme.ends_on
        chosen = self.cleaned_data["period"]
        if chosen == WHOLE:
            return start, end
        year = int(chosen)
        return max(start, date(year, 1, 1)), min(end, date(year, 12, 31))


def asked_day(data: QueryDict) -> date | None:
    """The past day asked for in an address; none for now, for a day to come, or when it cannot be read."""
    try:
        day = date.fromisoformat(data.get("at", ""))
    except ValueError:
        return None
    return day if day <= timezone.localdate() else None


class SummaryForm(forms.Form):
    """The day of the budget summary."""

    at = date_field(gettext_lazy("Situation au"))
    for_funders = forms.BooleanField(
        label=gettext_lazy("Les financeurs la lisent dans leur espace"), required=False
    )

    @staticmethod
    def day(data: QueryDict, programme: Programme) -> date:
        """The past day asked for in an address; otherwise today, within the agreement."""
        today = max(programme.starts_on, min(timezone.localdate(), programme.ends_on))
        return asked_day(data) or today


@dataclass(frozen=True)
class Choice:
    """A row of the form offered to a line or a funder."""

    code: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class PlacedPart:
    """A budget line or a funder, and where it stands."""

    name: str
    label: str
    forecast_cents: int
    actual_cents: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class SheetRow:
    """A row of the table, with its inputs where staff enter it."""

    row: TableRow
    forecast: AmountInput | None
    actual: AmountInput | None


@dataclass
class ReportSheet:
    """Everything staff enter in a report."""

    granted: AmountInput
    entries: dict[str, tuple[AmountInput, AmountInput]]
    line_rows: dict[int, str]
    funder_rows: dict[int, str]
    texts: dict[str, str]
    revision: int
    problems: list[str] = field(default_factory=list)

    @classmethod
    def stored(cls, report: FinancialReport) -> "ReportSheet":
        """The report as it is."""
        granted = _amount("granted")
        granted.put(report.granted_cents)
        entries = {}
        for code in report_form().entered_codes:
            pair = (_amount(f"{code}-forecast"), _amount(f"{code}-actual"))
            for amount, cents in zip(pair, report.entries.get(code, (0, 0)), strict=True):
                if cents:
                    amount.put(cents)
            entries[code] = pair
        return cls(
            granted=granted,
            entries=entries,
            line_rows={int(line): row for line, row in report.line_rows.items()},
            funder_rows={int(funder): row for funder, row in report.funder_rows.items()},
            texts=dict(report.texts),
            revision=report.revision,
        )

    @classmethod
    def sent(cls, data: QueryDict) -> "ReportSheet":
        """What was typed."""
        entries = {
            code: (_read(data, f"{code}-forecast"), _read(data, f"{code}-actual"))
            for code in report_form().entered_codes
        }
        revision = data.get("revision", "")
        return cls(
            granted=_read(data, "granted"),
            entries=entries,
            line_rows=_placed(data, "line-"),
            funder_rows=_placed(data, "funder-"),
            texts={code: data.get(f"text-{code}", "").replace("\r\n", "\n") for code in text_titles()},
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0,
        )

    def is_valid(self) -> bool:
        """Whether every amount can be read; the faulty ones are told beside what was typed."""
        faulty = [amount for pair in self.entries.values() for amount in pair if amount.error]
        if self.granted.error:
            faulty.append(self.granted)
        if faulty:
            self.problems.append(_("Des montants sont illisibles\u00a0: ils sont signalés dans le tableau."))
        return not faulty

    def entry(self) -> ReportEntry:
        """What the service takes; only after ``is_valid``."""
        return ReportEntry(
            granted_cents=self.granted.cents or 0,
            entries={
                code: Pair(forecast.cents or 0, actual.cents or 0)
                for code, (forecast, actual) in self.entries.items()
            },
            line_rows=self.line_rows,
            funder_rows=self.funder_rows,
            texts=self.texts,
        )

    def rows(self, table: tuple[TableRow, ...]) -> list[SheetRow]:
        """One side of the table with its inputs."""
        none = (None, None)
        return [SheetRow(row, *(self.entries.get(row.code, none) if row.entered else none)) for row in table]

    def placed_lines(self, context: FinancialReportContext) -> list[PlacedPart]:
        """Lines that several rows of their account may hold."""
        found = []
        for line in context.lines:
            offered = rows_for_account(line.account)
            if len(offered) > 1:
                chosen = self.line_rows.get(line.line_id, line.row)
                found.append(
                    _part(f"line-{line.line_id}", f"{line.code} {line.label}", line, offered, chosen)
                )
        return found

    def placed_funders(self, context: FinancialReportContext) -> list[PlacedPart]:
        """Every funder with its row."""
        return [
            _part(
                f"funder-{funder.funder_id}",
                funder.name,
                funder,
                rows_for_funders(),
                self.funder_rows.get(funder.funder_id, funder.row),
            )
            for funder in context.funders
        ]

    def paragraphs(self) -> list[tuple[str, str, str]]:
        """Code, title and words of each paragraph."""
        return [(code, title, self.texts.get(code, "")) for code, title in text_titles().items()]


def _part(
    name: str,
    label: str,
    part: ReportLine | ReportFunder,
    offered: tuple[FormRow, ...],
    chosen: str,
) -> PlacedPart:
    return PlacedPart(
        name=name,
        label=label,
        forecast_cents=part.forecast_cents,
        actual_cents=part.actual_cents,
        choices=tuple(Choice(row.code, row.label, row.code == chosen) for row in offered),
    )


def _amount(name: str) -> AmountInput:
    return AmountInput(name, _("Montant"))


def _read(data: Mapping[str, Any], name: str) -> AmountInput:
    return AmountInput.read(name, _("Montant"), str(data.get(name, "")))


def _placed(data: QueryDict, prefix: str) -> dict[int, str]:
    return {
        int(name.removeprefix(prefix)): str(value)
        for name, value in data.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal() and len(name) < 30
    }
