"""Authors see a version before it counts: preview, differences, effect on real answers, publication."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import BusinessError
from diagnostics import rules, services
from diagnostics.answers import AnswerError
from diagnostics.conditions import changed_between
from diagnostics.definition import Definition, DefinitionError, parse_definition
from diagnostics.forms import read_entry
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors import author_changes, authoring
from diagnostics.selectors.filling import KeptAnswer
from diagnostics.selectors.preview import Preview, Tried
from diagnostics.services import drafts, effects
from diagnostics.views.authoring import draft_or_refused, to_version
from diagnostics.wording import answer_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url


def _key(version: QuestionnaireVersion) -> str:
    return f"apercu-{version.pk}"


def _preview(request: ProgrammeRequest, version: QuestionnaireVersion) -> Preview | None:
    definition, _problems = authoring.read_version(version)
    if definition is None:
        return None
    asked = request.GET.get("langue", "")
    if asked in definition.languages:
        definition = parse_definition(version.definition, asked)
    tried: Tried = request.session.get(_key(version), {})
    return Preview(request.programme, version, definition, tried)


def _cannot(request: ProgrammeRequest, version: QuestionnaireVersion) -> HttpResponse:
    messages.warning(request, _("Corrigez d’abord ce qui est dit ici\u00a0: l’aperçu en a besoin."))
    return to_version(request, version.pk)


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def author_preview(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Where the preview starts, and the result it ends on; POST forgets what was tried."""
    version = authoring.version_for(request.access, pk)
    if request.method == "POST":
        request.session.pop(_key(version), None)
    preview = _preview(request, version)
    if preview is None:
        return _cannot(request, version)
    if "resultat" not in request.GET:
        return HttpResponseRedirect(preview.url(next(iter(preview.codes), "")))
    context = {
        "version": version,
        "definition": preview.definition,
        "result": preview.result(),
        "preview": preview,
    }
    context["sections"] = preview.links()
    return render(request, "diagnostics/author_preview_result.html", context)


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def author_preview_section(request: ProgrammeRequest, pk: int, section: str) -> HttpResponse:
    """A section as the company sees it. What is tried stays in the author's session, nowhere else."""
    version = authoring.version_for(request.access, pk)
    preview = _preview(request, version)
    if preview is None:
        return _cannot(request, version)
    if section not in preview.definition.dimension_by_code:
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        before = preview
        _try_answers(request, version, preview, section, errors)
        preview = _preview(request, version) or preview
        if request.htmx:
            return _tried(request, before, preview, section, errors)
        page = preview.page(section, errors)
        if request.POST.get("vers", "").startswith("fichiers"):
            messages.info(request, _("Dans l’aperçu, aucun fichier ne se joint."))
            return HttpResponseRedirect(preview.url(section))
        if page is not None and not errors:
            back = request.POST.get("vers") == "precedent" and page.previous_url
            return HttpResponseRedirect(back or page.next_url)
    page = preview.page(section, errors)
    if page is None:
        return HttpResponseRedirect(preview.url())
    context = {"version": version, "page": page, "definition": preview.definition}
    return render(request, "diagnostics/author_preview.html", context)


def _try_answers(
    request: ProgrammeRequest,
    version: QuestionnaireVersion,
    preview: Preview,
    section: str,
    errors: dict[str, str],
) -> None:
    """Read what was sent into the session; a question whose answer is refused keeps its former one."""
    tried = dict(preview.tried)
    asked = request.GET.get("question")
    seen = {asked} if asked else set(request.POST.getlist("vu"))
    for question in preview.definition.dimension_by_code[section].questions:
        code = question.code
        if code not in seen or code not in preview.shown.questions:
            continue
        value, not_applicable, comment = tried.get(code, [None, False, ""])
        try:
            entry = read_entry(question, request.POST, KeptAnswer(value, not_applicable, comment, None))
        except AnswerError as error:
            errors[code] = answer_error(error)
            continue
        is_set = code in preview.shown.set_by and code not in tried and not asked
        if not is_set:
            tried[code] = [entry.value, entry.not_applicable, entry.comment]
    request.session[_key(version)] = tried


def _tried(
    request: ProgrammeRequest, before: Preview, after: Preview, section: str, errors: dict[str, str]
) -> HttpResponse:
    moved = changed_between(before.shown, after.shown) - {request.GET.get("question")}
    questions = after.definition.dimension_by_code[section].questions
    page = after.page(section, {})
    context = {
        "status": next(iter(errors.values()), ""),
        "page": page,
        "moved": [after.question(each, swapped=True) for each in questions if each.code in moved],
    }
    return render(request, "diagnostics/author_preview.html#tried", context)


def _both(version: QuestionnaireVersion, asked: str = "") -> tuple[Definition | None, Definition | None, Any]:
    """The definition of the version before and of this one, and the version before."""
    earlier = authoring.earlier_version(version, asked)
    before = authoring.read_version(earlier)[0] if earlier is not None else None
    return before, authoring.read_version(version)[0], earlier


@allow(*OFFICE)
@require_safe
def author_differences(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """What changed since the version before, or since another one, in words."""
    version = authoring.version_for(request.access, pk)
    before, after, earlier = _both(version, request.GET.get("avec", ""))
    context: dict[str, Any] = {"version": version, "earlier": earlier, "is_wrong": after is None}
    if before is not None and after is not None:
        context |= {
            "groups": author_changes.difference_groups(before, after),
            "verdicts": author_changes.verdicts(before, after),
            "overall": author_changes.overall_verdict(before, after),
        }
    return render(request, "diagnostics/author_differences.html", context)


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def author_effect(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The effect of a draft on real answers: measured on request, at once or by a job."""
    version = authoring.version_for(request.access, pk)
    if request.method == "POST":
        return _measure(request, version)
    before, after, earlier = _both(version)
    context: dict[str, Any] = {
        "version": version,
        "earlier": earlier,
        "is_wrong": after is None,
        "may_edit": rules.can_edit(request.access, version),
        "count": effects.real_diagnostics(version.questionnaire)
        .values("participation_id")
        .distinct()
        .count(),
    }
    if before is not None and after is not None:
        effect = author_changes.effect_view(version, before, after)
        stored = author_changes.stored_effect(version)
        context |= {
            "effect": effect,
            "verdicts": author_changes.verdicts(before, after, stored),
            "overall": author_changes.overall_verdict(before, after),
        }
    return render(request, "diagnostics/author_effect.html", context)


def _measure(request: ProgrammeRequest, version: QuestionnaireVersion) -> HttpResponse:
    if not rules.can_edit(request.access, version):
        raise PermissionDenied
    here = programme_url(request.programme, "diagnostics:author_effect", pk=version.pk)
    try:
        job = effects.ask_effect(actor=request.access.user, version=version)
    except DefinitionError:
        messages.warning(request, _("Ce brouillon n’est pas encore valable\u00a0: corrigez-le d’abord."))
        return to_version(request, version.pk)
    if job is None:
        return HttpResponseRedirect(here)
    return HttpResponseRedirect(programme_url(request.programme, "programme:job_detail", pk=job.pk))


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def author_publish(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Publish a draft, after seeing what it changes. A second click leads to the published version."""
    version = authoring.version_for(request.access, pk)
    if not rules.can_author(request.access, version.questionnaire):
        raise PermissionDenied
    if not version.is_draft:
        return to_version(request, pk)
    before, after, earlier = _both(version)
    if request.method == "POST" and after is not None:
        try:
            drafts.publish_draft(
                actor=request.access.user, version=version, expected=request.POST.get("lu", "")
            )
        except BusinessError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("La version %(number)s est publiée.") % {"number": version.number})
            url = programme_url(
                request.programme, "diagnostics:author_questionnaire", pk=version.questionnaire_id
            )
            return HttpResponseRedirect(url)
    context: dict[str, Any] = {
        "version": version,
        "earlier": earlier,
        "problems": authoring.outline(request.access, version).problems,
        "opened": version.questionnaire.diagnostics.filter(status__in=services.OPEN).count(),
    }
    if before is not None and after is not None:
        context |= {
            "groups": author_changes.difference_groups(before, after),
            "overall": author_changes.overall_verdict(before, after),
            "effect": author_changes.effect_view(version, before, after),
        }
    return render(request, "diagnostics/author_publish.html", context)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def author_discard(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Delete a draft, after asking."""
    version = draft_or_refused(request, pk)
    if request.method == "POST":
        drafts.discard_draft(actor=request.access.user, version=version)
        messages.success(request, _("Le brouillon est supprimé. Les versions publiées sont intactes."))
        return HttpResponseRedirect(programme_url(request.programme, "diagnostics:author_list"))
    context = {
        "version": version,
        "cancel_url": programme_url(request.programme, "diagnostics:author_version", pk=pk),
    }
    return render(request, "diagnostics/author_discard.html", context)
