"""State aid: the list, a company's ledger, a grant, a declaration, certificates."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import rules as company_rules
from companies.models import Participation
from companies.selectors import my_participation, participation_for
from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from core.money import euros
from documents.selectors import documents_about
from funding import rules
from funding.aid_form import (
    AidDeclarationForm,
    AidGrantForm,
    AidProfileForm,
    AidTermsForm,
    DeclaredAids,
)
from funding.enums import AidBase, AidSource
from funding.filters import AidCompanyFilter
from funding.forms import ReasonForm
from funding.models import AidGrant
from funding.selectors import aid as selectors
from funding.services import aid as services
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, STAFF, Role
from programme.links import programme_url


def _companies(request: ProgrammeRequest) -> QuerySet[Participation]:
    """Companies with their own aid; those that received none are left out."""
    active = Q(aid_grants__cancelled_at__isnull=True)
    rows: QuerySet[Participation] = Participation.objects.for_programme(request.programme)
    return rows.annotate(
        aid_count=Count("aid_grants", filter=active),
        aid_cents=Sum("aid_grants__amount_cents", filter=active, default=0),
    ).filter(aid_count__gt=0)


@allow(*OFFICE)
@require_safe
def aid_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Every company that received aid, where it stands, and what waits to be recorded."""
    programme = request.programme
    listing: Listing[Participation] = Listing(
        request,
        queryset=_companies(request),
        filterset_class=AidCompanyFilter,
        sorts={"entreprise": ("name_key",), "aide": ("aid_cents", "name_key")},
        default_sort="-aide",
    )
    if listing.export_format:
        return export_response(_grants_sheet(request), fmt=listing.export_format, filename="aides")
    pending = selectors.aid_subjects(programme)
    context = {
        "listing": listing,
        "rows": selectors.aid_company_rows(programme, listing.page.object_list, timezone.localdate()),
        "pending": pending,
        "pending_cents": sum(subject.amount_cents for subject in pending),
        "terms": selectors.aid_terms(programme),
        "can_set": rules.can_set_aid_terms(request.access),
    }
    return render_page(request, "funding/aid_list.html", context, partials={"results": "results"})


def _grants_sheet(request: ProgrammeRequest) -> Sheet:
    rows = (
        AidGrant.objects.for_programme(request.programme)
        .select_related("participation__establishment__company", "participation__group")
        .order_by("granted_on", "pk")
    )
    columns = (
        _("Entreprise"),
        _("SIREN"),
        _("Groupe"),
        _("Nature"),
        _("Objet"),
        _("Base juridique"),
        _("Date d’octroi"),
        _("Coût"),
        _("Prix payé"),
        _("Aide"),
        _("Annulée le"),
        _("Motif"),
    )
    cells = (
        (
            grant.participation.name,
            grant.participation.establishment.company.siren,
            grant.participation.group.name if grant.participation.group else "",
            str(AidSource(grant.source).label),
            grant.label,
            str(AidBase(grant.base).label),
            grant.granted_on,
            euros(grant.cost_cents),
            euros(grant.paid_cents),
            euros(grant.amount_cents),
            timezone.localdate(grant.cancelled_at) if grant.cancelled_at else None,
            grant.cancelled_reason or grant.decision_reason,
        )
        for grant in rows.iterator(chunk_size=1000)
    )
    return Sheet(_("Aides"), columns, cells)


@allow(*OFFICE)
@require_POST
def aid_grant_pending(request: ProgrammeRequest) -> HttpResponse:
    """Record every aid that waits and passes no ceiling."""
    done = services.grant_pending_aid(actor=request.access.user, programme=request.programme)
    if done.granted:
        told = ngettext("%(n)d aide est inscrite.", "%(n)d aides sont inscrites.", done.granted)
        messages.success(request, told % {"n": done.granted})
    if done.left:
        told = ngettext(
            "%(n)d aide reste à décider\u00a0: elle passerait un plafond ou ne suit pas sa base juridique.",
            "%(n)d aides restent à décider\u00a0: elles passeraient un plafond ou ne suivent pas leur base.",
            done.left,
        )
        messages.warning(request, told % {"n": done.left})
    return HttpResponseRedirect(programme_url(request.programme, "funding:aid_list"))


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def aid_terms(request: ProgrammeRequest) -> HttpResponse:
    """What services cost, and the rules that frame them."""
    programme = request.programme
    form = AidTermsForm.stored(selectors.aid_terms(programme))
    if request.method == "POST":
        form = AidTermsForm(request.POST)
        if form.is_valid():
            services.set_aid_terms(actor=request.access.user, programme=programme, **form.cleaned_data)
            messages.success(request, _("Les conditions sont enregistrées."))
            return HttpResponseRedirect(programme_url(programme, "funding:aid_list"))
    context = {"form": form, "rules": selectors.aid_rules()}
    return render(request, "funding/aid_terms.html", context, status=422 if form.errors else 200)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def aid_ledger(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A company's ledger; its profile is corrected there."""
    participation = participation_for(request.access, pk)
    form = None
    if request.method == "POST":
        if not company_rules.can_follow(request.access, participation):
            raise PermissionDenied
        form = AidProfileForm(request.POST)
        if form.is_valid():
            services.set_aid_profile(
                actor=request.access.user, participation=participation, **form.cleaned_data
            )
            messages.success(request, _("Le profil est enregistré."))
            return _to_ledger(request, participation)
    ledger = selectors.aid_ledger(request.access, participation)
    context = {
        "participation": participation,
        "ledger": ledger,
        "profile_form": form or AidProfileForm.stored(ledger.profile),
        "documents": documents_about(request.access, "participation", participation.pk),
        "can_grant": rules.can_grant_aid(request.access),
        "can_cancel": rules.can_set_aid_terms(request.access),
        "can_follow": company_rules.can_follow(request.access, participation),
    }
    status = 422 if form is not None else 200
    return render(request, "funding/aid_ledger.html", context, status=status)


def _to_ledger(request: ProgrammeRequest, participation: Participation) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "funding:aid_ledger", pk=participation.pk))


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def aid_grant(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Write an aid in the ledger; what it would pass is told before."""
    participation = participation_for(request.access, pk)
    if request.method != "POST":
        draft = _proposed(request, participation)
        return _grant_page(request, participation, AidGrantForm(draft=draft), draft)
    form = AidGrantForm(request.POST)
    if not form.is_valid():
        return _grant_page(request, participation, form, None)
    reason = form.cleaned_data["decision_reason"]
    try:
        services.grant_aid(
            actor=request.access.user,
            participation=participation,
            draft=form.draft(),
            decision_reason=reason if rules.can_set_aid_terms(request.access) else "",
            form_token=form.cleaned_data["form_token"],
        )
    except BusinessError as error:
        place_error(form, error)
        return _grant_page(request, participation, form, form.draft())
    messages.success(request, _("L’aide est inscrite au registre de l’entreprise."))
    return _to_ledger(request, participation)


def _proposed(request: ProgrammeRequest, participation: Participation) -> services.AidDraft | None:
    asked = request.GET.get("sujet", "")
    waiting = selectors.aid_subjects(request.programme, [participation.pk]) if asked else []
    subject = next((found for found in waiting if found.key == asked), None)
    return services.AidDraft.of(subject) if subject else None


def _grant_page(
    request: ProgrammeRequest,
    participation: Participation,
    form: AidGrantForm,
    draft: services.AidDraft | None,
) -> HttpResponse:
    warning = ""
    if draft is not None:
        try:
            breach = services.check_grant(participation, draft)
        except BusinessError as error:
            warning = error.message
        else:
            warning = services.breach_message(breach) if breach else ""
    context = {
        "participation": participation,
        "form": form,
        "ledger": selectors.aid_ledger(request.access, participation),
        "warning": warning,
        "can_override": rules.can_set_aid_terms(request.access),
    }
    return render(request, "funding/aid_grant.html", context, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def aid_declare(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Enter what a company declares of the aid it received elsewhere."""
    participation = participation_for(request.access, pk)
    if not company_rules.can_follow(request.access, participation):
        raise PermissionDenied
    back = programme_url(request.programme, "funding:aid_ledger", pk=participation.pk)
    return _declaration(request, participation, "funding/aid_declare.html", back)


def _declaration(
    request: ProgrammeRequest, participation: Participation, template: str, back: str
) -> HttpResponse:
    """One more line, or the declaration kept; what was typed stays."""
    form, aids, status = AidDeclarationForm(), DeclaredAids(prefix="aides"), 200
    if request.method == "POST":
        data = request.POST.copy()
        if data.get("action") == "add":
            data["aides-TOTAL_FORMS"] = str(min(50, int(data.get("aides-TOTAL_FORMS") or 0) + 1))
        form, aids = AidDeclarationForm(data), DeclaredAids(data, prefix="aides")
        if data.get("action") != "add":
            if form.is_valid() and aids.is_valid() and _declared(request, participation, form, aids):
                return HttpResponseRedirect(back)
            status = 422
    context = {
        "participation": participation,
        "form": form,
        "aids": aids,
        "ledger": selectors.aid_ledger(request.access, participation),
        "back": back,
    }
    return render(request, template, context, status=status)


def _declared(
    request: ProgrammeRequest, participation: Participation, form: AidDeclarationForm, aids: Any
) -> bool:
    entries = [entry for entry in (row.entry() for row in aids) if entry is not None]
    try:
        services.declare_aid(
            actor=request.access.user, participation=participation, aids=entries, **form.cleaned_data
        )
    except BusinessError as error:
        place_error(form, error)
        return False
    messages.success(request, _("La déclaration est enregistrée. Elle remplace la précédente."))
    return True


@allow(Role.DIRECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def aid_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Take a grant out of the sums, with a reason."""
    grant = selectors.aid_grant_for(request.access, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.cancel_aid(actor=request.access.user, grant=grant, reason=form.cleaned_data["reason"])
        messages.success(request, _("L’aide est annulée. Elle reste au registre, barrée."))
        return _to_ledger(request, grant.participation)
    context = {"grant": grant, "participation": grant.participation, "form": form}
    return render(request, "funding/aid_cancel.html", context, status=422 if form.is_bound else 200)


@allow(*OFFICE)
@require_POST
def aid_certificate(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask for the certificate of a grant; a second click leads to the same one."""
    grant = selectors.aid_grant_for(request.access, pk)
    try:
        document = services.request_aid_certificate(actor=request.access.user, grant=grant)
    except BusinessError as error:
        messages.error(request, error.message)
        return _to_ledger(request, grant.participation)
    return HttpResponseRedirect(programme_url(request.programme, "documents:detail", pk=document.pk))


@allow(Role.COMPANY)
@require_http_methods(["GET", "HEAD", "POST"])
def space_aid(request: ProgrammeRequest) -> HttpResponse:
    """A company's own aid, and its declaration of what it received elsewhere."""
    participation = my_participation(request.access, request.session)
    back = programme_url(request.programme, "funding:space_aid")
    return _declaration(request, participation, "funding/space_aid.html", back)
