"""The budget at a glance, a line and its ledger, funders, rules, and the funder's own page."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import BusinessError, NotVisible
from core.exports import Sheet, export_response
from core.formats import format_euros_round, format_percent
from core.money import euros
from funding import rules, selectors, services
from funding.closing_form import asked_day
from funding.enums import BOOKED, ComposedFigure
from funding.figures import (
    CardLinks,
    axis_chart,
    funder_chart,
    key_figures,
    line_cards,
    monthly_chart,
    own_figures,
)
from funding.forms import RulesForm
from funding.funder_form import FunderForm
from funding.models import BudgetLine
from funding.selectors.composition import Scope, compose
from funding.selectors.current import KEPT_SECONDS
from funding.selectors.expenses import line_for
from funding.selectors.overview import rate_of
from funding.selectors.plans import sheet_funders
from funding.selectors.steering import alert_for, bar_tone, forecast_of, line_alerts, total_forecast
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url
from programme.models import Programme

LATEST = 50
PARTS = ("lead", "actions", "body")


@allow(*OFFICE)
@require_safe
def overview(request: ProgrammeRequest) -> HttpResponse:
    """Axes × funders × lines: planned, waiting, validated, paid, what remains."""
    return render(request, "funding/overview.html", {"parts": _overview_parts(request)})


def _overview_parts(request: ProgrammeRequest) -> dict[str, SafeString]:
    """Head, actions and body of the page.

    They depend on the budget, the day and whether the caller manages the plan, on nothing else of her:
    they are drawn once for each of these.
    """
    today, manages = timezone.localdate(), rules.can_manage_plan(request.access)
    state = selectors.budget_state(request.programme)
    key = f"funding.overview.{state.stamp}.{today}.{manages:d}"
    parts: dict[str, SafeString] | None = cache.get(key)
    if parts is None:
        context = _overview_context(request.programme, state, today, manages=manages)
        parts = {name: render_to_string(f"funding/_overview.html#{name}", context) for name in PARTS}
        cache.set(key, parts, KEPT_SECONDS)
    return parts


def _overview_context(
    programme: Programme, state: selectors.BudgetState, today: date, *, manages: bool
) -> dict[str, Any]:
    current = selectors.current_budget(programme, state)
    budget, thresholds = current.overview, rules.alert_thresholds(programme)
    rate = rate_of(budget)
    return {
        "programme": programme,
        "budget": budget,
        "figures": key_figures(programme, budget, rate, bar_tone(budget.total, thresholds)),
        "chart": axis_chart(programme, budget),
        "series": monthly_chart(current.months, today),
        "alerts": line_alerts(programme, budget, today, thresholds),
        "expected": format_euros_round(total_forecast(programme, budget, today)),
        "axes": [(axis, list(zip(budget.funders, axis.by_funder, strict=True))) for axis in budget.axes],
        "lines": [
            (axis, [(line, bar_tone(line.figures, thresholds)) for line in axis.lines])
            for axis in budget.axes
        ],
        "is_running": programme.starts_on <= today < programme.ends_on,
        "draft_number": state.draft_number,
        "expenses_url": programme_url(programme, "funding:expense_list"),
        "commitments_url": programme_url(programme, "funding:commitment_list"),
        "claims_url": programme_url(programme, "funding:claim_list"),
        "composition_url": programme_url(programme, "funding:composition"),
        "can_manage": manages,
        "state_rate": format_percent(rate.reached, decimals=3) if rate.reached is not None else "–",
        "state_planned": format_percent(rate.planned, decimals=3) if rate.planned is not None else "–",
    }


@allow(*OFFICE)
@require_safe
def composition(request: ProgrammeRequest) -> HttpResponse:
    """What a planned, remaining or available amount is made of: ``?montant=reste&volet=2``."""
    figure = next((known for known in ComposedFigure if known == request.GET.get("montant")), None)
    if figure is None:
        raise NotVisible
    scope = Scope(*(_asked_id(request, name) for name in ("volet", "ligne", "financeur")))
    budget = selectors.current_budget(request.programme).overview
    context = {
        "composition": compose(request.programme, budget, figure, scope),
        "plan_number": budget.plan_number,
        "with_spent": figure != ComposedFigure.PLANNED,
        "with_committed": figure == ComposedFigure.AVAILABLE,
        "by_funder": figure == ComposedFigure.PLANNED and scope.line_id and not scope.funder_id,
    }
    return render(request, "funding/composition.html", context)


def _asked_id(request: ProgrammeRequest, name: str) -> int | None:
    asked = request.GET.get(name, "")
    return int(asked) if asked.isdecimal() else None


@allow(*OFFICE)
@require_safe
def line_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A line: its figures by funder, and its ledger; at the end of a past day with ``?at=``."""
    line = line_for(request.access, pk)
    at = asked_day(request.GET)
    budget = budget_at(request.programme, at)
    figures = next((found for found in budget.lines if found.id == line.pk), None)
    urls, query = CardLinks(request.programme, at), f"ligne={line.pk}"
    context: dict[str, Any] = {
        "line": line,
        "at": at,
        "figures": figures,
        "line_url": f"{urls.expenses}?{query}",
        "composition_url": programme_url(request.programme, "funding:composition"),
        "funders": list(zip(budget.funders, figures.by_funder, strict=True)) if figures else [],
        "short_names": [funder.short_name for funder in budget.funders],
        "ledger": list(selectors.ledger_rows(request.programme, end=at, line=line, latest=LATEST)),
        "whole_url": urls.charged(f"{query}&etat={BOOKED}"),
    }
    if figures:
        day, thresholds = at or timezone.localdate(), rules.alert_thresholds(request.programme)
        forecast = forecast_of(request.programme, figures.figures, day)
        tone = bar_tone(figures.figures, thresholds)
        context["alert"] = alert_for(request.programme, figures, day, thresholds)
        context["cards"] = line_cards(
            figures.figures, forecast.expected_cents, tone, line_query=query, urls=urls
        )
    return render(request, "funding/line_detail.html", context)


def budget_at(programme: Programme, at: date | None) -> selectors.BudgetOverview:
    """The budget of now, kept, or that of the end of a day."""
    if at is None:
        return selectors.current_budget(programme).overview
    return selectors.budget_overview(programme, at)


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
                euros(row.recoverable_tax_cents),
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
        _("Taxes récupérables"),
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
                fungibility_percent=form.cleaned_data["fungibility_percent"],
                alerts=form.thresholds(),
            )
            messages.success(request, _("Les règles sont enregistrées."))
            return HttpResponseRedirect(programme_url(programme, "funding:overview"))
    else:
        form = RulesForm(
            initial={
                "second_person": rules.second_person_required(programme),
                "fungibility_percent": rules.fungibility_percent(programme),
                **asdict(rules.alert_thresholds(programme)),
            }
        )
    return render(request, "funding/rules.html", {"form": form}, status=422 if form.errors else 200)


@allow(Role.FUNDER)
@require_safe
def funder_budget(request: ProgrammeRequest) -> HttpResponse:
    """The funder's own part, and the programme's totals; never an expense or a supplier.

    ``?at=`` shows them as they were at the end of a past day.
    """
    at = asked_day(request.GET)
    budget = budget_at(request.programme, at)
    funder = rules.funder_of(request.access)
    rank = budget.funder_index(funder.pk) if funder else None
    rate = rate_of(budget)
    own = budget.funders[rank] if rank is not None else None
    context = {
        "at": at,
        "shown": at or timezone.localdate(),
        "budget": budget,
        "own": own,
        "figures": own_figures(own) if own else [],
        "own_axes": [(axis, axis.by_funder[rank]) for axis in budget.axes] if rank is not None else [],
        "chart": funder_chart(budget, rank, to_funder=True) if rank is not None else None,
        "state_rate": format_percent(rate.reached, decimals=3) if rate.reached is not None else "–",
        "state_planned": format_percent(rate.planned, decimals=3) if rate.planned is not None else "–",
    }
    return render(request, "funding/funder_budget.html", context)
