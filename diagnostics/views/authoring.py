"""Authors: the list of questionnaires, a questionnaire and its versions, the outline of a version."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from diagnostics import editing, rules, services
from diagnostics.author_forms import NewForm
from diagnostics.author_texts import language_of
from diagnostics.author_wording import kind_choices
from diagnostics.definition import DefinitionError, Kind
from diagnostics.editing import PartMissing
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors import authoring
from diagnostics.services import drafts
from diagnostics.wording import problem_lines, sheet_problem_lines
from diagnostics.xlsform import XlsFormError
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url

_KINDS = {editing.SECTION, editing.QUESTION, editing.MEASURE, editing.CAP}


def to_version(request: ProgrammeRequest, pk: int, anchor: str = "") -> HttpResponse:
    """Back to the outline."""
    url = programme_url(request.programme, "diagnostics:author_version", pk=pk)
    return HttpResponseRedirect(f"{url}{anchor}")


def draft_or_refused(request: ProgrammeRequest, pk: int) -> QuestionnaireVersion:
    """A draft the caller may edit; 404 when she cannot read it, 403 when she cannot change it."""
    version = authoring.version_for(request.access, pk)
    if not rules.can_edit(request.access, version):
        raise PermissionDenied
    return version


@allow(*OFFICE)
@require_safe
def author_list(request: ProgrammeRequest) -> HttpResponse:
    """Every questionnaire the programme reads."""
    context = {"rows": authoring.questionnaire_rows(request.access)}
    return render(request, "diagnostics/author_list.html", context)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def author_new(request: ProgrammeRequest) -> HttpResponse:
    """A new questionnaire, from a title or from a file; a file that is wrong is told line by line."""
    form = NewForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    lines: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            return to_version(request, _create(request, form).pk)
        except DefinitionError as error:
            lines = problem_lines(error.problems)
        except XlsFormError as error:
            lines = sheet_problem_lines(error.problems)
        except BusinessError as error:
            form.add_error("file" if form.cleaned_data.get("file") else "title", error.message)
    context = {"form": form, "lines": lines}
    return render(request, "diagnostics/author_new.html", context, status=422 if form.is_bound else 200)


def _create(request: ProgrammeRequest, form: NewForm) -> QuestionnaireVersion:
    actor, programme = request.access.user, request.programme
    upload = form.cleaned_data.get("file")
    if upload is None:
        return drafts.create_questionnaire(actor=actor, programme=programme, title=form.cleaned_data["title"])
    document = services.read_file(upload.name, upload.read(services.MAX_DOCUMENT_BYTES + 1))
    return drafts.import_draft(actor=actor, programme=programme, document=document)


@allow(*OFFICE)
@require_safe
def author_questionnaire(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A questionnaire and its versions."""
    questionnaire = authoring.questionnaire_for(request.access, pk)
    versions = authoring.version_rows(request.access, questionnaire)
    context = {
        "questionnaire": questionnaire,
        "versions": versions,
        "is_own": rules.can_author(request.access, questionnaire),
        "has_draft": any(each.is_draft for each in versions),
    }
    return render(request, "diagnostics/author_questionnaire.html", context)


@allow(*OFFICE)
@require_POST
def author_start(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Prepare the next version; the draft that is already open, if any."""
    questionnaire = authoring.questionnaire_for(request.access, pk)
    if not rules.can_author(request.access, questionnaire):
        raise PermissionDenied
    draft = drafts.start_draft(actor=request.access.user, questionnaire=questionnaire)
    return to_version(request, draft.pk)


@allow(*OFFICE)
@require_POST
def author_copy(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Copy a questionnaire into the programme, to change it."""
    questionnaire = authoring.questionnaire_for(request.access, pk)
    draft = drafts.copy_questionnaire(
        actor=request.access.user, programme=request.programme, questionnaire=questionnaire
    )
    messages.success(request, _("La copie est prête. Les codes des questions sont gardés."))
    return to_version(request, draft.pk)


@allow(*OFFICE)
@never_cache
@require_safe
def author_version(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The outline of a version: sections, questions, measures, and what is wrong."""
    version = authoring.version_for(request.access, pk)
    context = {
        "version": version,
        "outline": authoring.outline(request.access, version),
        "may_edit": rules.can_edit(request.access, version),
        "is_own": rules.can_author(request.access, version.questionnaire),
        "kinds": kind_choices(),
        "gesture": request.GET.get("geste", ""),
    }
    return render(request, "diagnostics/author_version.html", context)


@allow(*OFFICE)
@require_POST
def author_gesture(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """One gesture on the outline: add, move, duplicate, remove. Removing asks first."""
    version = draft_or_refused(request, pk)
    gesture = request.POST.get("geste", "")
    if gesture.startswith("retirer:") and "confirme" not in request.POST:
        return _confirm_removal(request, version, gesture)
    try:
        document, anchor = _after(version.definition, gesture, request)
    except PartMissing:
        messages.warning(request, _("Cet élément n’existe plus\u00a0: il a été retiré entre-temps."))
        return to_version(request, pk)
    try:
        drafts.save_draft(
            actor=request.access.user,
            version=version,
            document=document,
            expected=request.POST.get("lu", ""),
        )
    except BusinessError as error:
        messages.error(request, error.message)
    return to_version(request, pk, anchor)


def _after(document: dict[str, Any], gesture: str, request: ProgrammeRequest) -> tuple[dict[str, Any], str]:
    """The document after a gesture « verbe:genre:code », and where to land."""
    verb, _colon, rest = gesture.partition(":")
    kind, _colon, code = rest.partition(":")
    if verb == "ajouter":
        return _add(document, kind, code, request)
    if kind not in _KINDS:
        raise Http404
    if verb in ("monter", "descendre"):
        moved = editing.move(document, kind, code, -1 if verb == "monter" else 1)
        # No anchor: a browser ignores « autofocus » on a page opened at one.
        return moved, f"?geste={verb}:{kind}:{code}"
    if verb == "dupliquer":
        copied, fresh = editing.duplicate(document, kind, code)
        return copied, f"#{kind}-{fresh}"
    if verb == "ranger":
        return editing.move_to_section(document, code, request.POST.get("section", "")), f"#{kind}-{code}"
    if verb == "retirer":
        return editing.remove(document, kind, code), ""
    raise Http404


def _add(
    document: dict[str, Any], kind: str, code: str, request: ProgrammeRequest
) -> tuple[dict[str, Any], str]:
    text = request.POST.get("texte", "").strip()[:300]
    if kind == editing.SECTION:
        added, fresh = editing.add_section(document, text or _("Nouvelle section"))
    elif kind == editing.QUESTION:
        asked = request.POST.get("genre", "")
        chosen = asked if asked in set(Kind) else Kind.SINGLE.value
        added, fresh = editing.add_question(document, code, chosen, text or _("Nouvelle question"))
    elif kind == editing.MEASURE:
        added, fresh = editing.add_measure(document, code)
    elif kind == editing.CAP:
        added, fresh = editing.add_cap(document)
    else:
        raise Http404
    return added, f"#{kind}-{fresh}"


def _confirm_removal(request: ProgrammeRequest, version: QuestionnaireVersion, gesture: str) -> HttpResponse:
    _verb, kind, code = [*gesture.split(":", 2), "", ""][:3]
    if kind not in _KINDS:
        raise Http404
    try:
        part = editing.find(version.definition, kind, code)
    except PartMissing:
        return to_version(request, version.pk)
    named = [
        other for _kind, other, _part in editing.conditions_naming(version.definition, code) if other != code
    ]
    context = {
        "version": version,
        "gesture": gesture,
        "part": language_of(version.definition).shown(
            part.get("text") or part.get("title") or part.get("because")
        ),
        "named": named if kind == editing.QUESTION else [],
        "cancel_url": programme_url(request.programme, "diagnostics:author_version", pk=version.pk),
    }
    return render(request, "diagnostics/author_remove.html", context)
