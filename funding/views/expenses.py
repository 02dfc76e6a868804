"""Expenses: the list, entering one, its page and the moves allowed on it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from core.money import euros
from funding import rules, selectors, services
from funding.enums import EvidenceKind, ExpenseStatus
from funding.filters import ExpenseFilter
from funding.forms import ExpenseForm, move_forms, read_moment
from funding.models import Expense
from funding.selectors.commitments import commitment_choices
from funding.selectors.imports import suggested_suppliers
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url

OPEN = (ExpenseStatus.DRAFT, ExpenseStatus.SUBMITTED)


@allow(*OFFICE)
@require_safe
def expense_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Every expense: search, filters, sort, export of what is filtered."""
    listing: Listing[Expense] = Listing(
        request,
        queryset=selectors.expense_rows_queryset(request.programme),
        filterset_class=ExpenseFilter,
        filter_kwargs={"programme": request.programme},
        sorts={
            "numero": ("number",),
            "date": ("spent_on", "number"),
            "fournisseur": ("supplier", "spent_on"),
            "ligne": ("line__axis__number", "line__code", "spent_on"),
            "montant": ("amount_cents",),
            "etat": ("status", "spent_on"),
        },
        default_sort="-date",
    )
    if listing.export_format:
        return export_response(_export(request, listing), fmt=listing.export_format, filename="depenses")
    context = {
        "listing": listing,
        "rows": selectors.expense_rows(request.programme, listing.page.object_list),
        # Without a filter the budget page says it, without adding up every expense.
        "counted_cents": _counted(listing) if listing.chips else None,
        "has_plan": bool(listing.count) or selectors.has_active_plan(request.programme),
        "can_enter": rules.can_enter_expense(request.access),
    }
    return render_page(request, "funding/expense_list.html", context, partials={"results": "results"})


def _counted(listing: Listing[Expense]) -> int:
    return selectors.counted_total(listing.queryset, listing.form.cleaned_data.get("financeur"))


def _export(request: ProgrammeRequest, listing: Listing[Expense]) -> Sheet:
    def rows() -> Iterator[list[Any]]:
        found = listing.queryset.iterator(chunk_size=1000)
        for row in selectors.expense_rows(request.programme, found):
            yield [
                row.number,
                row.spent_on,
                row.supplier,
                row.invoice_number,
                row.label,
                row.line,
                euros(row.amount_cents),
                euros(row.eligible_cents),
                euros(row.counted_cents),
                row.status_label,
                row.evidence_count,
            ]

    columns = [
        _("Numéro"),
        _("Date"),
        _("Fournisseur"),
        _("Facture"),
        _("Objet"),
        _("Ligne"),
        _("Montant"),
        _("Éligible"),
        _("Compté au budget"),
        _("État"),
        _("Pièces"),
    ]
    return Sheet(_("Dépenses"), columns, rows())


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def expense_create(request: ProgrammeRequest) -> HttpResponse:
    """Enter an expense, with its first piece of evidence."""
    return _form_page(request, None)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def expense_edit(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Correct a draft."""
    expense = selectors.expense_for(request.access, pk)
    if not rules.can_edit_expense(request.access, expense):
        raise BusinessError(
            _("Cette dépense n’est plus un brouillon\u00a0: elle ne se modifie pas."), code="state"
        )
    return _form_page(request, expense)


def _form_page(request: ProgrammeRequest, expense: Expense | None) -> HttpResponse:
    overview = selectors.current_budget(request.programme).overview
    chosen = (
        {"line": request.GET.get("ligne"), "commitment": request.GET.get("engagement")}
        if expense is None
        else {}
    )
    choices = commitment_choices(request.programme, also=expense.commitment if expense else None)
    form = ExpenseForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        overview=overview,
        commitments=choices,
        expense=expense,
        initial=chosen,
    )
    theirs: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        saved = _save(request, form, expense)
        if saved is not None:
            return HttpResponseRedirect(
                programme_url(request.programme, "funding:expense_detail", pk=saved.pk)
            )
        if expense is not None and form.has_error(NON_FIELD_ERRORS, "stale"):
            expense = selectors.expense_for(request.access, expense.pk)
            form.renew(expense)
            theirs = what_differs(form, expense)
    context = {
        "theirs": theirs,
        "has_commitments": bool(choices),
        "form": form,
        "expense": expense,
        "overview": overview,
        "suppliers": suggested_suppliers(request.programme),
        "file_lost": request.method == "POST" and bool(request.FILES) and "evidence" not in form.errors,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "funding/expense_form.html", context, status=status)


def _save(request: ProgrammeRequest, form: ExpenseForm, expense: Expense | None) -> Expense | None:
    """Save, attach, and submit when asked; nothing with the refusal placed in the form."""
    actor, line = request.access.user, form.budget_line()
    try:
        if expense is None:
            expense = services.create_expense(
                actor=actor, line=line, form_token=form.cleaned_data["form_token"], **form.values()
            )
        else:
            seen = read_moment(form.cleaned_data["seen"])
            expense = services.update_expense(
                actor=actor, expense=expense, seen=seen, line=line, **form.values()
            )
    except BusinessError as error:
        place_error(form, error)
        return None
    try:
        if form.cleaned_data["evidence"]:
            services.add_evidence(
                actor=actor,
                expense=expense,
                upload=form.cleaned_data["evidence"],
                kind=EvidenceKind(form.cleaned_data["evidence_kind"]),
            )
        if request.POST.get("action") == "submit" and selectors.lookalikes_of(expense):
            messages.warning(
                request,
                _(
                    "Le brouillon est enregistré, mais pas soumis\u00a0: il ressemble à une dépense "
                    "déjà saisie."
                ),
            )
        elif request.POST.get("action") == "submit":
            services.submit_expense(actor=actor, expense=expense)
            messages.success(request, _("La dépense est soumise\u00a0: une autre personne va la valider."))
        else:
            messages.success(request, _("Le brouillon est enregistré."))
    except BusinessError as error:
        messages.warning(
            request, _("Le brouillon est enregistré, mais pas soumis. %(why)s") % {"why": error.message}
        )
    return expense


def place_error(form: forms.Form, error: BusinessError) -> None:
    """Put a refusal beside its field, or on top of the form."""
    form.add_error(
        error.field if error.field in form.fields else None, ValidationError(error.message, code=error.code)
    )


def what_differs(form: ExpenseForm, expense: Expense) -> list[tuple[str, str]]:
    """Label and stored value of each field whose typed value is another one."""
    stored = ExpenseForm.initial_of(expense)
    return [
        (str(field.label), str(field.field.prepare_value(stored[field.name]) or _("vide")))
        for field in form.visible_fields()
        if field.name in stored and field.field.has_changed(stored[field.name], field.data)
    ]


@allow(*OFFICE)
@require_safe
def expense_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """An expense: its facts, evidence, shares, history, and the moves allowed to the caller."""
    return detail_page(request, selectors.expense_for(request.access, pk))


def detail_page(
    request: ProgrammeRequest, expense: Expense, bound: dict[str, forms.Form] | None = None
) -> HttpResponse:
    """The page, with a refused form in its place when there is one."""

    access = request.access
    allowed = {
        "edit": rules.can_edit_expense(access, expense),
        "submit": rules.can_submit_expense(access, expense),
        "validate": rules.can_validate_expense(
            access, expense, second_person=rules.second_person_required(request.programme)
        ),
        "override": rules.can_override(access),
        "send_back": rules.can_return_expense(access, expense),
        "pay": rules.can_pay_expense(access, expense),
        "cancel": rules.can_cancel_expense(access, expense),
        "credit": rules.can_cancel_expense(access, expense) and expense.status in rules.BOOKED,
        "add_evidence": rules.can_add_evidence(access, expense),
        "remove_evidence": rules.can_remove_evidence(access, expense),
    }
    asides = ("validate", "send_back", "pay", "cancel", "credit")
    allowed["any"] = any(allowed[name] for name in asides)
    shares = selectors.shares_of(expense)
    context = {
        "expense": expense,
        "facts": selectors.expense_facts(expense),
        "allowed": allowed,
        "lookalikes": selectors.lookalikes_of(expense) if expense.status in OPEN else (),
        "forms": move_forms(expense) | (bound or {}),
        "refused": set(bound or {}),
        "shares": shares,
        "shared_cents": sum(row.amount_cents for row in shares),
        "shared_left_cents": sum(row.left_cents for row in shares),
        "evidence": selectors.evidence_of(expense),
        "counter_entries": selectors.counter_entries_of(expense),
        "history": selectors.history_of(expense),
    }
    return render(request, "funding/expense_detail.html", context, status=422 if bound else 200)
