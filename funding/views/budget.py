"""The budget at a glance, a line and its ledger, funders, rules, and the funder's own page."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.formats import format_percent
from core.money import euros
from funding import rules, selectors, services
from funding.enums import BOOKED
from funding.figures import axis_chart, funder_chart, key_figures, monthly_chart, own_figures
from funding.forms import RulesForm
from funding.funder_form import FunderForm
from funding.models import BudgetLine
from funding.selectors.expenses import line_for
from funding.selectors.overview import expected_total, rate_of
from funding.selectors.plans import sheet_funders
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url

LATEST = 50


@allow(*OFFICE)
@require_safe
def overview(request: ProgrammeRequest) -> HttpResponse:
    """Axes × funders × lines: planned, waiting, validated, paid, what remains."""
    programme = request.programme
    current = selectors.current_budget(programme)
    budget, today = current.overview, timezone.localdate()
    rate = rate_of(budget)
    # What stands under the head depends on the budget and the day, on nothing of the caller: it is drawn
    # once per state of the budget, and charts are computed only then.
    context = {
        "budget": budget,
        "cache_key": f"{current.stamp}-{today}",
        "figures": SimpleLazyObject(lambda: key_figures(programme, budget, rate)),
        "chart": SimpleLazyObject(lambda: axis_chart(programme, budget)),
        "series": SimpleLazyObject(lambda: monthly_chart(current.months, today)),
        "expected_cents": expected_total(programme, budget, today),
        "is_running": programme.starts_on <= today < programme.ends_on,
        "draft": selectors.draft_plan(programme),
        "expenses_url": programme_url(programme, "funding:expense_list"),
        "can_manage": rules.can_manage_plan(request.access),
        "state_rate": format_percent(rate.reached, decimals=3) if rate.reached is not None else "–",
        "state_planned": format_percent(rate.planned, decimals=3) if rate.planned is not None else "–",
    }
    return render(request, "funding/overview.html", context)


@allow(*OFFICE)
@require_safe
def line_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A line: its figures by funder, and its ledger."""
    line = line_for(request.access, pk)
    budget = selectors.current_budget(request.programme).overview
    figures = next((found for found in budget.lines if found.id == line.pk), None)
    expenses = programme_url(request.programme, "funding:expense_list")
    context = {
        "line": line,
        "figures": figures,
        "funders": list(zip(budget.funders, figures.by_funder, strict=True)) if figures else [],
        "short_names": [funder.short_name for funder in budget.funders],
        "ledger": list(selectors.ledger_rows(request.programme, line=line, latest=LATEST)),
        "whole_url": f"{expenses}?ligne={line.pk}&etat={BOOKED}",
    }
    return render(request, "funding/line_detail.html", context)


@allow(*OFFICE)
@require_safe
def ledger(request: ProgrammeRequest) -> HttpResponseBase:
    """The ledger of the programme, or of a line, as a file."""
    line = None
    if number := request.GET.get("ligne", ""):
        line = line_for(request.access, int(number) if number.isdecimal() else 0)
    fmt = "csv" if request.GET.get("export") == "csv" else "xlsx"
    name = f"journal-{line.code}" if line else "journal"
    return export_response(ledger_sheet(request, line), fmt=fmt, filename=name)


def ledger_sheet(request: ProgrammeRequest, line: BudgetLine | None) -> Sheet:
    """Columns and rows of the ledger, one column per funder."""
    funders = sheet_funders(request.programme)

    def rows() -> Iterator[list[Any]]:
        for row in selectors.ledger_rows(request.programme, line=line):
            yield [
                row.number,
                row.spent_on,
                row.validated_on,
                row.paid_on,
                row.axis_number,
                row.line_code,
                row.line_label,
                row.account,
                row.supplier,
                row.invoice_number,
                row.label,
                row.status,
                euros(row.amount_cents),
                euros(row.eligible_cents),
                euros(row.excess_cents),
                *(euros(share) for share in row.shares),
                row.evidence_count,
            ]

    columns = [
        _("Numéro"),
        _("Date"),
        _("Validée le"),
        _("Payée le"),
        _("Volet"),
        _("Code de ligne"),
        _("Ligne"),
        _("Compte"),
        _("Fournisseur"),
        _("Facture"),
        _("Objet"),
        _("État"),
        _("Montant"),
        _("Éligible"),
        _("À la charge du porteur"),
        *(funder.name for funder in funders),
        _("Pièces"),
    ]
    return Sheet(_("Journal"), columns, rows())


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def funders(request: ProgrammeRequest) -> HttpResponse:
    """Who pays, and how much was agreed."""
    programme = request.programme
    if request.method != "POST":
        form = FunderForm.stored(programme.funders.all(), programme.total_cents)
        return _funders_page(request, form)
    form = FunderForm.sent(request.POST, programme.total_cents)
    if request.POST.get("action") == "add":
        form.add()
        return _funders_page(request, form)
    if form.is_valid():
        try:
            services.save_funders(actor=request.access.user, programme=programme, entries=form.entries())
        except BusinessError as error:
            form.problems.append(error.message)
        except ValidationError as error:
            form.problems += error.messages
        else:
            messages.success(request, _("Les financeurs sont enregistrés."))
            return HttpResponseRedirect(programme_url(programme, "funding:funders"))
    return _funders_page(request, form, status=422)


def _funders_page(request: ProgrammeRequest, form: FunderForm, status: int = 200) -> HttpResponse:
    budget = selectors.current_budget(request.programme).overview
    context = {"form": form, "budget": budget}
    return render(request, "funding/funders.html", context, status=status)


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def budget_rules(request: ProgrammeRequest) -> HttpResponse:
    """What the programme decided about its own money."""
    programme = request.programme
    if request.method == "POST":
        form = RulesForm(request.POST)
        if form.is_valid():
            services.set_rules(
                actor=request.access.user,
                programme=programme,
                second_person=form.cleaned_data["second_person"],
            )
            messages.success(request, _("Les règles sont enregistrées."))
            return HttpResponseRedirect(programme_url(programme, "funding:overview"))
    else:
        form = RulesForm(initial={"second_person": rules.second_person_required(programme)})
    return render(request, "funding/rules.html", {"form": form})


@allow(Role.FUNDER)
@require_safe
def funder_budget(request: ProgrammeRequest) -> HttpResponse:
    """The funder's own part, and the programme's totals; never an expense or a supplier."""
    budget = selectors.current_budget(request.programme).overview
    funder = rules.funder_of(request.access)
    rank = budget.funder_index(funder.pk) if funder else None
    rate = rate_of(budget)
    own = budget.funders[rank] if rank is not None else None
    context = {
        "budget": budget,
        "own": own,
        "figures": own_figures(own) if own else [],
        "own_axes": [(axis, axis.by_funder[rank]) for axis in budget.axes] if rank is not None else [],
        "chart": funder_chart(budget, rank) if rank is not None else None,
        "state_rate": format_percent(rate.reached, decimals=3) if rate.reached is not None else "–",
        "state_planned": format_percent(rate.planned, decimals=3) if rate.planned is not None else "–",
    }
    return render(request, "funding/funder_budget.html", context)
