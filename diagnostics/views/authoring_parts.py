"""Authors write one part of a draft: settings, section, question, measure, blocking criterion."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import BusinessError
from diagnostics import editing
from diagnostics.author_forms import CapForm, MeasureForm, PartForm, SectionForm, SettingsForm
from diagnostics.author_question_form import QuestionForm
from diagnostics.author_texts import Language, language_of
from diagnostics.editing import CAP, MEASURE, QUESTION, SECTION, Part, PartMissing
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors import authoring
from diagnostics.services import drafts
from diagnostics.views.authoring import draft_or_refused, to_version
from diagnostics.views.authoring_conditions import CONDITION_KEY, condition_url, written_words
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE

_FORMS: dict[str, type[PartForm]] = {
    SECTION: SectionForm,
    QUESTION: QuestionForm,
    MEASURE: MeasureForm,
    CAP: CapForm,
}


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def author_settings(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Title, duration, calculation, levels, languages."""
    version = draft_or_refused(request, pk)
    language = _language(request, version)
    sent = request.POST if request.method == "POST" else None
    form = SettingsForm(sent, document=version.definition, part=version.definition, language=language)
    if sent is not None and form.is_valid():
        document = editing.with_settings(version.definition, form.written())
        if _saved(request, version, document, form):
            messages.success(request, _("Réglages enregistrés."))
            return to_version(request, pk)
    context = {**_context(version, form, language), "title": _("Réglages"), "is_settings": True}
    return render(request, "diagnostics/author_part.html", context)


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def author_part(request: ProgrammeRequest, pk: int, kind: str, code: str) -> HttpResponse:
    """One part: it is saved as it is written, right or wrong; what is wrong is said above it."""
    version = draft_or_refused(request, pk)
    if kind not in _FORMS:
        raise Http404
    try:
        part = editing.find(version.definition, kind, code)
    except PartMissing:
        messages.warning(request, _("Cet élément n’existe plus\u00a0: il a été retiré entre-temps."))
        return to_version(request, pk)
    language = _language(request, version)
    sent = request.POST if request.method == "POST" else None
    form = _FORMS[kind](sent, document=version.definition, part=part, language=language)
    if sent is not None and form.is_valid():
        written = form.written()
        document = editing.replace_part(version.definition, kind, code, written)
        if _saved(request, version, document, form):
            return _after_saving(request, version, kind, str(written.get("code", code)))
    context = {
        **_context(version, form, language),
        "kind": kind,
        "code": code,
        "title": language.shown(part.get("text") or part.get("title") or part.get("because")) or code,
        "problems": _problems_of(request, version, kind, code),
        **_conditions(request, version, kind, code, part),
    }
    if kind == QUESTION:
        context["attached"] = list(authoring.attached_parts(request.programme, version, code, language))
    return render(request, "diagnostics/author_part.html", context)


def _language(request: ProgrammeRequest, version: QuestionnaireVersion) -> Language:
    return language_of(version.definition, request.GET.get("langue", ""))


def _context(version: QuestionnaireVersion, form: PartForm, language: Language) -> dict[str, Any]:
    return {
        "version": version,
        "form": form,
        "language": language,
        "read": form.data.get("lu") or version.sha256,
    }


def _saved(
    request: ProgrammeRequest, version: QuestionnaireVersion, document: dict[str, Any], form: PartForm
) -> bool:
    """Save; false when it was refused, which the form then says."""
    try:
        saved = drafts.save_draft(
            actor=request.access.user, version=version, document=document, expected=request.POST.get("lu", "")
        )
    except BusinessError as error:
        form.add_error(None, error.message)
        return False
    version.definition, version.sha256 = saved.definition, saved.sha256
    return True


def _after_saving(
    request: ProgrammeRequest, version: QuestionnaireVersion, kind: str, code: str
) -> HttpResponse:
    """Back to the outline; on the same page when its author asked to stay or something is wrong there."""
    here = authoring.part_url(request.programme, version.pk, kind, code)
    asked = request.GET.get("langue", "")
    here = f"{here}?langue={asked}" if asked else here
    problems = _problems_of(request, version, kind, code)
    if problems:
        messages.warning(request, _("Enregistré. Avant de publier, corrigez ce qui est dit plus bas."))
        return HttpResponseRedirect(here)
    messages.success(request, _("Enregistré."))
    if "rester" in request.POST:
        return HttpResponseRedirect(here)
    return to_version(request, version.pk, f"#{kind}-{code}")


def _problems_of(request: ProgrammeRequest, version: QuestionnaireVersion, kind: str, code: str) -> list[str]:
    _definition, problems = authoring.read_version(version)
    url = authoring.part_url(request.programme, version.pk, kind, code)
    views = authoring.problem_views(request.programme, version.pk, problems)
    return [each.text for each in views if each.url == url]


def _conditions(
    request: ProgrammeRequest, version: QuestionnaireVersion, kind: str, code: str, part: Part
) -> dict[str, Any]:
    """The condition of a part and those of its choices, in words, with the page where each is built."""
    definition, _problems = authoring.read_version(version)
    choices = []
    for choice in part.get("choices") or [] if kind == QUESTION else []:
        choice_code = str(choice.get("code"))
        choices.append(
            {
                "label": language_of(version.definition).shown(choice.get("label")),
                "words": written_words(definition, kind, code, choice_code) if choice.get("show_if") else "",
                "url": condition_url(request, version.pk, kind, code, choice_code),
            }
        )
    has_one = bool(part.get(CONDITION_KEY[kind]))
    return {
        "condition": written_words(definition, kind, code, "") if has_one else "",
        "condition_url": condition_url(request, version.pk, kind, code),
        "choice_conditions": choices,
    }
