"""Claims: the list, what a new one comes to, one with its shares, its pack, the funders' accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import BusinessError
from core.exports import XLSX_TYPE, Sheet, export_response, xlsx_bytes
from core.files import serve
from core.htmx import render_page
from core.listing import Listing
from core.models import Job
from core.money import euros
from documents.models import Document
from funding import rules, services
from funding.claim_filters import ClaimFilter
from funding.claim_forms import AbandonForm, ClaimForm, RepayForm, claim_move_forms
from funding.claiming import Amounts
from funding.closing_form import asked_day
from funding.enums import ClaimedShareStatus, ClaimKind, ClaimStatus
from funding.models import Claim, Recovery
from funding.models.claim import COUNTED
from funding.selectors import claims as selectors
from funding.selectors.claim_history import claim_history
from funding.selectors.claimable import claimable
from funding.selectors.claims import FunderAccount, VoucherRow
from funding.selectors.closing import own_final_reports
from funding.selectors.evidence import kinds_in_words
from funding.services.claim_packs import voucher_sheets
from funding.services.claims import claim_amounts, missing_pieces
from funding.services.settlement import received_cents
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, Role
from programme.links import programme_url
from programme.selectors import job_progress

SHOWN_SHARES = 15
SHOWN_LACKING = 20


@allow(*OFFICE)
@require_safe
def claim_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Every claim: filters, sort, export of what is filtered."""
    listing: Listing[Claim] = Listing(
        request,
        queryset=selectors.with_received(selectors.visible_claims(request.access)),
        filterset_class=ClaimFilter,
        filter_kwargs={"programme": request.programme},
        sorts={
            "numero": ("funder__position", "number"),
            "date": ("created_at",),
            "montant": ("payable_cents",),
            "etat": ("status", "funder__position"),
        },
        default_sort="-date",
    )
    if listing.export_format:
        return export_response(_export(request, listing), fmt=listing.export_format, filename="appels")
    context = {
        "listing": listing,
        "rows": selectors.claim_rows(request.programme, listing.page.object_list),
        "sums": selectors.claim_sums(listing.queryset),
        "accounts": selectors.funder_accounts(request.programme),
    }
    return render_page(request, "funding/claim_list.html", context, partials={"results": "results"})


def _export(request: ProgrammeRequest, listing: Listing[Claim]) -> Sheet:
    def rows() -> Iterator[list[Any]]:
        for row in selectors.claim_rows(request.programme, listing.queryset.iterator(chunk_size=500)):
            yield [
                row.number,
                row.funder,
                row.kind,
                row.status_label,
                row.until,
                row.sent_on,
                euros(row.claimed_cents),
                euros(row.asked_cents),
                euros(row.payable_cents),
                euros(row.received_cents),
            ]

    columns = [
        _("Appel"),
        _("Financeur"),
        _("Nature"),
        _("État"),
        _("Dépenses jusqu’au"),
        _("Envoyé le"),
        _("Appelé"),
        _("Demandé"),
        _("À verser"),
        _("Reçu"),
    ]
    return Sheet(_("Appels de fonds"), columns, rows())


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def claim_create(request: ProgrammeRequest) -> HttpResponse:
    """Choose a funder and a kind, see what it comes to, make it."""
    posted = request.method == "POST"
    asked = "funder" in request.GET
    initial = {"funder": request.GET.get("financeur")}
    data = request.POST if posted else request.GET if asked else None
    form = ClaimForm(data, programme=request.programme, initial=initial)
    preview: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        kind = ClaimKind(form.cleaned_data["kind"])
        wanted = {
            "funder": form.cleaned_data["funder"],
            "kind": kind,
            "until": form.cleaned_data["until"],
            "wanted_cents": form.cleaned_data["wanted"] if kind == ClaimKind.ADVANCE else None,
        }
        try:
            if posted:
                claim = services.prepare_claim(
                    actor=request.access.user, form_token=form.cleaned_data["form_token"], **wanted
                )
                return HttpResponseRedirect(
                    programme_url(request.programme, "funding:claim_detail", pk=claim.pk)
                )
            preview = _preview(**wanted)
        except BusinessError as error:
            place_error(form, error)
    context = {
        "form": form,
        "preview": preview,
        "confirm": _confirmation(request, form) if preview else (),
        "has_funders": request.programme.funders.exists(),
    }
    status = 422 if form.errors else 200
    return render(request, "funding/claim_form.html", context, status=status)


def _confirmation(request: ProgrammeRequest, form: ClaimForm) -> ClaimForm:
    """The same choice, to be sent again by the button that makes the claim."""
    data = form.cleaned_data
    chosen = {
        "funder": data["funder"].pk,
        "kind": data["kind"],
        "until": data["until"] or timezone.localdate(),
        "wanted": data["wanted"],
    }
    return ClaimForm(programme=request.programme, initial=chosen, auto_id="confirmer_%s")


def _preview(funder: Any, kind: ClaimKind, until: Any, wanted_cents: int | None) -> dict[str, Any]:
    """What the claim would come to, and what it would leave out."""
    found = claimable(funder, until or timezone.localdate())
    return {
        "funder": funder,
        "is_advance": kind == ClaimKind.ADVANCE,
        "found": found,
        "amounts": claim_amounts(funder, kind, found, wanted_cents),
        "lacking": [
            {
                "share": row.share,
                "url": programme_url(funder.programme, "funding:expense_detail", pk=row.share.root_id),
                "missing": kinds_in_words(row.kinds),
            }
            for row in found.lacking[:SHOWN_LACKING]
        ],
    }


@allow(*OFFICE)
@require_safe
def claim_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A claim: what it comes to, its pack, its shares, what came, its history and the moves allowed."""
    return claim_page(request, selectors.claim_for(request.access, pk))


def claim_page(
    request: ProgrammeRequest, claim: Claim, bound: dict[str, forms.Form] | None = None
) -> HttpResponse:
    """The page, with a refused form in its place when there is one."""
    received = received_cents(claim)
    statement = Document.objects.filter(pk=claim.document_id).first() if claim.document_id else None
    job = Job.objects.filter(pk=claim.pack_job_id).first() if claim.pack_job_id else None
    shares = list(_shown(claim))
    context = {
        "claim": claim,
        "number": str(claim),
        "tone": selectors.CLAIM_TONES[ClaimStatus(claim.status)],
        "received_cents": received,
        "left_cents": claim.payable_cents - received,
        "amounts": _amounts(claim),
        "is_advance": claim.kind == ClaimKind.ADVANCE,
        "share_count": claim.shares.filter(status__in=COUNTED).count(),
        "shares": shares[:SHOWN_SHARES],
        "more_shares": len(shares) > SHOWN_SHARES,
        "rejections": [
            (row, AbandonForm(auto_id=f"part{row.id}_%s"))
            for row in selectors.voucher_rows(claim, status=ClaimedShareStatus.REJECTED)
        ],
        "pieces": claim.pieces.select_related("file"),
        "missing": missing_pieces(claim),
        "receipts": claim.receipts.select_related("recorded_by"),
        "recoveries": _recoveries(claim),
        "offsets": claim.offsets.select_related("claim__funder"),
        "statement": statement if statement is not None and statement.is_ready else None,
        "job": job_progress(request.programme, job) if job is not None and job.is_open else None,
        "failed_job": job if job is not None and not job.is_open and job.error else None,
        "history": claim_history(claim),
        "forms": claim_move_forms(claim, claim.payable_cents - received) | (bound or {}),
        "refused": set(bound or {}),
        "allowed": rules.claim_moves(request.access, claim),
    }
    return render(request, "funding/claim_detail.html", context, status=422 if bound else 200)


def _shown(claim: Claim) -> Iterator[VoucherRow]:
    for rank, row in enumerate(selectors.voucher_rows(claim)):
        if rank > SHOWN_SHARES:
            return
        yield row


def _amounts(claim: Claim) -> Amounts:
    """What a claim comes to, as the rules of claims name it."""
    net = claim.gross_cents - claim.imputed_cents - claim.withheld_cents
    recovery = max(0, -net) if claim.kind == ClaimKind.BALANCE else 0
    return Amounts(
        claim.gross_cents, claim.imputed_cents, claim.withheld_cents, claim.payable_cents, recovery
    )


def _recoveries(claim: Claim) -> list[tuple[Recovery, RepayForm]]:
    rows = claim.recoveries.select_related("claim__funder", "offset_on__funder")
    return [(row, RepayForm(recovery=row, auto_id=f"regler{row.pk}_%s")) for row in rows]


@allow(*OFFICE)
@require_safe
def claim_shares(request: ProgrammeRequest, pk: int) -> HttpResponseBase:
    """Every share of a claim, by pages or as a file."""
    claim = selectors.claim_for(request.access, pk)
    if request.GET.get("export") == "xlsx":
        response = HttpResponse(xlsx_bytes(voucher_sheets(claim)), content_type=XLSX_TYPE)
        response["Content-Disposition"] = f'attachment; filename="appel-{claim}.xlsx"'.lower()
        return response
    pages = Paginator(list(selectors.voucher_rows(claim)), 100)
    page = pages.get_page(request.GET.get("page"))
    context = {"claim": claim, "number": str(claim), "page": page}
    return render(request, "funding/claim_shares.html", context)


@allow(*OFFICE, Role.FUNDER)
@require_safe
def claim_file(request: ProgrammeRequest, pk: int, which: str) -> FileResponse:
    """The statement or the pack, to the office and to the funder it was sent to."""
    claim = selectors.claim_for(request.access, pk)
    if which == "dossier" and claim.pack is not None:
        return serve(claim.pack)
    document = Document.objects.select_related("file").filter(pk=claim.document_id).first()
    if which == "releve" and document is not None and document.file is not None:
        return serve(document.file)
    raise Http404


@allow(*OFFICE)
@require_safe
def reconciliation(request: ProgrammeRequest) -> HttpResponseBase:
    """Charged, claimed, received and due, funder by funder, and what must go back.

    ``?at=`` shows the accounts as they were at the end of a past day, on the page and in the file.
    """
    at = asked_day(request.GET)
    accounts = selectors.funder_accounts(request.programme, at)
    fmt = request.GET.get("export", "")
    if fmt in ("xlsx", "csv"):
        name = f"rapprochement-{at.isoformat()}" if at else "rapprochement"
        return export_response(_accounts_sheet(accounts), fmt=fmt, filename=name)
    recoveries = (
        Recovery.objects.for_programme(request.programme)
        .filter(status="open")
        .select_related("claim__funder")
    )
    context = {
        "at": at,
        "at_query": f"&at={at.isoformat()}" if at else "",
        "shown": at or timezone.localdate(),
        "accounts": accounts,
        "measures": _measures(accounts),
        "recoveries": [] if at else recoveries,
        "can_manage": rules.can_manage_plan(request.access),
    }
    return render(request, "funding/reconciliation.html", context)


# What is told of each account, on the page and in the file.
MEASURES = (
    (gettext_lazy("Engagement"), "agreed_cents"),
    (gettext_lazy("Part des dépenses validées"), "charged_cents"),
    (gettext_lazy("Reste à appeler"), "to_claim_cents"),
    (gettext_lazy("Parts appelées"), "claimed_cents"),
    (gettext_lazy("Parts rejetées en attente"), "rejected_cents"),
    (gettext_lazy("Demandé"), "asked_cents"),
    (gettext_lazy("Retenu jusqu’au solde"), "withheld_cents"),
    (gettext_lazy("Avance non imputée"), "outstanding_cents"),
    (gettext_lazy("Reçu"), "received_cents"),
    (gettext_lazy("Trop-perçu à reverser"), "open_recovery_cents"),
    (gettext_lazy("Dû"), "due_cents"),
)


@dataclass(frozen=True)
class MeasureRow:
    """One amount of every account, and their sum; in cents."""

    label: str
    amounts: tuple[int, ...]
    is_result: bool

    @property
    def total(self) -> int:
        """All funders together."""
        return sum(self.amounts)


def _measures(accounts: list[FunderAccount]) -> list[MeasureRow]:
    return [
        MeasureRow(str(label), tuple(getattr(account, name) for account in accounts), name == "due_cents")
        for label, name in MEASURES
    ]


def _accounts_sheet(accounts: list[FunderAccount]) -> Sheet:
    columns = [_("Financeur"), *(str(label) for label, _name in MEASURES)]
    rows = [
        [account.name, *(euros(getattr(account, name)) for _label, name in MEASURES)] for account in accounts
    ]
    return Sheet(_("Rapprochement"), columns, rows)


@allow(Role.FUNDER)
@require_safe
def funder_claims(request: ProgrammeRequest) -> HttpResponse:
    """The claims sent to the caller's funder, with their files, and where it stands."""
    funder = rules.funder_of(request.access)
    accounts = selectors.funder_accounts(request.programme) if funder else []
    own = next((account for account in accounts if funder and account.id == funder.pk), None)
    rows = selectors.with_received(selectors.visible_claims(request.access))
    context = {
        "funder": funder,
        "account": own,
        "claims": list(rows.select_related("pack")),
        "reports": list(own_final_reports(request.access)),
    }
    return render(request, "funding/funder_claims.html", context)
