"""One action: read, changed, moved, discussed, proved."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from core import files
from core.errors import BusinessError
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionItem
from diagnostics.plan_forms import ActionItemForm, CommentForm, EvidenceForm, MoveForm
from diagnostics.selectors import plan as selectors
from diagnostics.selectors.plan_item import evidence_for, file_rows, item_history
from diagnostics.services import plan as services
from diagnostics.services import plan_exchanges as exchanges
from diagnostics.views.plan import PARTIES, board_page
from programme.access import ProgrammeRequest, allow
from programme.links import programme_url


def _user(request: ProgrammeRequest) -> User:
    if request.access.user is None:
        raise Http404
    return request.access.user


def _to_item(request: ProgrammeRequest, item: ActionItem) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "diagnostics:plan_item", pk=item.pk))


def _to_plan(request: ProgrammeRequest, plan_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "diagnostics:plan_detail", pk=plan_id))


def _page(request: ProgrammeRequest, item: ActionItem, *, status: int = 200, **forms: Any) -> HttpResponse:
    form = ActionItemForm(instance=ActionItem.objects.get(pk=item.pk), participation=item.plan.participation)
    context = {
        "plan": item.plan,
        "item": item,
        "row": selectors.item_rows(request.programme, [item], timezone.localdate())[0],
        "reads_result": selectors.reads_result(request.access, item.plan),
        "history": item_history(item),
        "files": file_rows(request.programme, item),
        "form": form,
        "comment_form": CommentForm(),
        "evidence_form": EvidenceForm(),
        **forms,
    }
    return render(request, "diagnostics/plan_item.html", context, status=status)


@allow(*PARTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_item(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Read and change one action."""
    item = selectors.item_for(request.access, pk)
    if request.method != "POST":
        return _page(request, item)
    form = ActionItemForm(
        request.POST, instance=ActionItem.objects.get(pk=item.pk), participation=item.plan.participation
    )
    if form.is_valid():
        try:
            services.edit_item(actor=request.access.user, item=item, fields=form.item_fields())
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Action enregistrée."))
            return _to_plan(request, item.plan_id)
    return _page(request, item, form=form, status=409)


@allow(*PARTIES)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_item_add(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Add an action by hand."""
    plan = selectors.plan_for(request.access, pk)
    form = ActionItemForm(request.POST or None, participation=plan.participation)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_item(actor=request.access.user, plan=plan, fields=form.item_fields())
        except BusinessError as error:
            form.add_error(error.field, error.message)
        else:
            messages.success(request, _("Action ajoutée."))
            return _to_plan(request, plan.pk)
    status = 409 if form.errors else 200
    return render(request, "diagnostics/plan_item_add.html", {"plan": plan, "form": form}, status=status)


@allow(*PARTIES)
@require_POST
def plan_item_move(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Put an action in another column of the board; what is refused is said above it."""
    item = selectors.item_for(request.access, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choisissez un état de la liste."))
    else:
        status = ActionStatus(form.cleaned_data["status"])
        try:
            services.move_item(
                actor=request.access.user, item=item, status=status, reason=form.cleaned_data["reason"]
            )
        except BusinessError as error:
            messages.error(request, f"{item.title}\u00a0: {error.message}")
        else:
            messages.success(
                request,
                _("«\u00a0%(title)s\u00a0» est maintenant %(state)s.")
                % {"title": item.title, "state": status.label},
            )
    if request.htmx:
        return board_page(request, selectors.plan_for(request.access, item.plan_id))
    board = programme_url(request.programme, "diagnostics:plan_board", pk=item.plan_id)
    return HttpResponseRedirect(f"{board}#action-{item.pk}")


@allow(*PARTIES)
@require_POST
def plan_item_comment(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Say something of an action."""
    item = selectors.item_for(request.access, pk)
    form = CommentForm(request.POST)
    if form.is_valid():
        exchanges.comment_item(actor=_user(request), item=item, text=form.cleaned_data["text"])
        messages.success(request, _("Commentaire ajouté."))
        return _to_item(request, item)
    return _page(request, item, comment_form=form, status=409)


@allow(*PARTIES)
@require_POST
def plan_item_evidence(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Add a file to an action."""
    item = selectors.item_for(request.access, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            exchanges.add_evidence(actor=_user(request), item=item, upload=form.cleaned_data["file"])
        except BusinessError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, _("Fichier ajouté."))
            return _to_item(request, item)
    return _page(request, item, evidence_form=form, status=409)


@allow(*PARTIES)
@require_safe
def plan_evidence(request: ProgrammeRequest, pk: int) -> HttpResponseBase:
    """Download a file of an action."""
    evidence = evidence_for(request.access, pk)
    if evidence.file is None:
        raise Http404
    return files.serve(evidence.file)


@allow(*PARTIES)
@require_POST
def plan_evidence_remove(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Take a file off an action."""
    evidence = evidence_for(request.access, pk)
    exchanges.remove_evidence(actor=_user(request), evidence=evidence)
    messages.success(request, _("Fichier retiré. Son nom reste dans l’historique."))
    return _to_item(request, evidence.item)
