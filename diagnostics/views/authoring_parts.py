"""Authors write one part of a draft: settings, section, question, measure, blocking criterion, condition."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import BusinessError
from diagnostics import editing
from diagnostics.author_conditions import Builder, after_gesture, read_groups
from diagnostics.author_forms import CapForm, MeasureForm, PartForm, SectionForm, SettingsForm
from diagnostics.author_question_form import QuestionForm
from diagnostics.author_texts import Language, language_of
from diagnostics.author_wording import condition_words
from diagnostics.condition_editing import from_groups, to_groups
from diagnostics.definition import Definition
from diagnostics.editing import CAP, MEASURE, QUESTION, SECTION, Part, PartMissing
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors import authoring
from diagnostics.services import drafts
from diagnostics.views.authoring import draft_or_refused, to_version
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url

_FORMS: dict[str, type[PartForm]] = {
    SECTION: SectionForm,
    QUESTION: QuestionForm,
    MEASURE: MeasureForm,
    CAP: CapForm,
}
_CONDITION_KEY = {SECTION: "show_if", QUESTION: "show_if", MEASURE: "propose_if", CAP: "if"}


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
        messages.warning(request, _("Cet élément n’existe plus : il a été retiré entre-temps."))
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


def _condition_url(request: ProgrammeRequest, pk: int, kind: str, code: str, choice: str = "") -> str:
    url = programme_url(request.programme, "diagnostics:author_condition", pk=pk, kind=kind, code=code)
    return f"{url}?choix={choice}" if choice else url


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
                "words": _written_words(definition, kind, code, choice_code) if choice.get("show_if") else "",
                "url": _condition_url(request, version.pk, kind, code, choice_code),
            }
        )
    has_one = bool(part.get(_CONDITION_KEY[kind]))
    return {
        "condition": _written_words(definition, kind, code, "") if has_one else "",
        "condition_url": _condition_url(request, version.pk, kind, code),
        "choice_conditions": choices,
    }


def _written_words(definition: Definition | None, kind: str, code: str, choice: str) -> str:
    if definition is None:
        return _("sous condition")
    if kind == QUESTION:
        question = definition.questions[code]
        condition = question.choice_by_code[choice].show_if if choice else question.show_if
    elif kind == SECTION:
        condition = definition.dimension_by_code[code].show_if
    elif kind == MEASURE:
        condition = definition.measure_by_code[code].propose_if
    else:
        condition = definition.caps[int(code) - 1].condition
    return condition_words(definition, condition)


@allow(*OFFICE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def author_condition(request: ProgrammeRequest, pk: int, kind: str, code: str) -> HttpResponse:
    """A condition built by form: each button redraws the page without saving, until « Enregistrer ».

    One that nests deeper than the form shows is told in words; nothing sent here changes it.
    """
    version = draft_or_refused(request, pk)
    if kind not in _CONDITION_KEY:
        raise Http404
    choice = request.GET.get("choix", "")
    try:
        part = editing.find(version.definition, kind, code)
        holder = _holder(part, choice)
    except PartMissing:
        messages.warning(request, _("Cet élément n’existe plus : il a été retiré entre-temps."))
        return to_version(request, pk)
    key = "show_if" if choice else _CONDITION_KEY[kind]
    language = language_of(version.definition)
    itself = code if kind == QUESTION else ""
    builder = Builder(version.definition, language, without=itself, results=kind in (MEASURE, CAP))
    groups = to_groups(holder.get(key))
    is_deep, error = groups is None, ""
    if request.method == "POST" and not is_deep:
        groups = after_gesture(read_groups(request.POST), request.POST.get("geste", ""))
        if request.POST.get("geste") == "enregistrer":
            written = from_groups(groups, builder.questions)
            try:
                _save_condition(request, version, kind, code, choice, key, written)
            except BusinessError as refused:
                error = refused.message
            else:
                messages.success(request, _("Condition enregistrée."))
                return HttpResponseRedirect(authoring.part_url(request.programme, pk, kind, code))
    context = {
        "version": version,
        "title": language.shown(part.get("text") or part.get("title") or part.get("because")),
        "choice": language.shown(holder.get("label")) if choice else "",
        "is_required": kind in (MEASURE, CAP),
        "deep": _deep_words(version, kind, code, choice) if is_deep else "",
        "any_of": groups is None or groups.any_of,
        "groups": builder.views(groups) if groups is not None else (),
        "subjects": builder.subjects(),
        "read": request.POST.get("lu") or version.sha256,
        "error": error,
        "part_url": authoring.part_url(request.programme, pk, kind, code),
    }
    return render(request, "diagnostics/author_condition.html", context)


def _deep_words(version: QuestionnaireVersion, kind: str, code: str, choice: str) -> str:
    definition, _problems = authoring.read_version(version)
    return _written_words(definition, kind, code, choice)


def _holder(part: Part, choice: str) -> Part:
    if not choice:
        return part
    for each in part.get("choices") or []:
        if str(each.get("code")) == choice:
            found: Part = each
            return found
    raise PartMissing(choice)


def _save_condition(
    request: ProgrammeRequest,
    version: QuestionnaireVersion,
    kind: str,
    code: str,
    choice: str,
    key: str,
    written: dict[str, Any] | None,
) -> None:
    part = editing.find(version.definition, kind, code)
    if choice:
        choices = [
            _with(each, key, written) if str(each.get("code")) == choice else each for each in part["choices"]
        ]
        part = {**part, "choices": choices}
    else:
        part = _with(part, key, written)
    document = editing.replace_part(version.definition, kind, code, part)
    drafts.save_draft(
        actor=request.access.user, version=version, document=document, expected=request.POST.get("lu", "")
    )


def _with(part: Part, key: str, written: dict[str, Any] | None) -> Part:
    kept = {name: value for name, value in part.items() if name != key}
    return kept if written is None else {**kept, key: written}
