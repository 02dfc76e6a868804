"""Authors build a condition by form: groups inside groups, each button redrawing the page without script."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import BusinessError
from diagnostics import editing
from diagnostics.author_conditions import Builder, after_gesture, name_of, place_label, read_group
from diagnostics.author_texts import language_of
from diagnostics.author_wording import condition_words
from diagnostics.condition_editing import Group, Place, Written, from_group, to_group
from diagnostics.definition import (
    Definition,
    DefinitionError,
    Problem,
    condition_problems,
    parse_definition,
)
from diagnostics.editing import CAP, MEASURE, QUESTION, SECTION, Document, Part, PartMissing
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors import authoring
from diagnostics.services import drafts
from diagnostics.views.authoring import draft_or_refused, to_version
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url

CONDITION_KEY = {SECTION: "show_if", QUESTION: "show_if", MEASURE: "propose_if", CAP: "if"}
_SAVE = "enregistrer"


@dataclass(frozen=True)
class _Holder:
    """What a condition belongs to: a part of a draft, or one of its choices."""

    version: QuestionnaireVersion
    kind: str
    code: str
    choice: str

    @property
    def part(self) -> Part:
        """The part. Raises ``PartMissing``."""
        return editing.find(self.version.definition, self.kind, self.code)

    @property
    def itself(self) -> Part:
        """The part, or its choice. Raises ``PartMissing``."""
        part = self.part
        if not self.choice:
            return part
        for each in part.get("choices") or []:
            if str(each.get("code")) == self.choice:
                found: Part = each
                return found
        raise PartMissing(self.choice)

    @property
    def key(self) -> str:
        """Where the condition is written."""
        return "show_if" if self.choice else CONDITION_KEY[self.kind]

    @property
    def speaks_of_results(self) -> bool:
        """Whether the condition may name the level of a section."""
        return self.kind in (MEASURE, CAP)

    def with_condition(self, written: dict[str, Any] | None) -> Document:
        """The document with this condition, or without any."""
        part = self.part
        if self.choice:
            choices = [
                _with(each, self.key, written) if str(each.get("code")) == self.choice else each
                for each in part["choices"]
            ]
            part = {**part, "choices": choices}
        else:
            part = _with(part, self.key, written)
        return editing.replace_part(self.version.definition, self.kind, self.code, part)

    def definition(self) -> Definition | None:
        """The questionnaire to check a condition against: as it is or, when it does not read, without it."""
        for document in (self.version.definition, self.with_condition(None)):
            try:
                return parse_definition(document)
            except DefinitionError:
                continue
        return None


def _with(part: Part, key: str, written: dict[str, Any] | None) -> Part:
    kept = {name: value for name, value in part.items() if name != key}
    return kept if written is None else {**kept, key: written}


def condition_url(request: ProgrammeRequest, pk: int, kind: str, code: str, choice: str = "") -> str:
    """The page where the condition of a part, or of one of its choices, is built."""
    url = programme_url(request.programme, "diagnostics:author_condition", pk=pk, kind=kind, code=code)
    return f"{url}?choix={choice}" if choice else url


def written_words(definition: Definition | None, kind: str, code: str, choice: str) -> str:
    """The condition of a part in a sentence; a vague one while the draft does not read."""
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

    One that does not read is told in words; nothing sent here changes it.
    """
    version = draft_or_refused(request, pk)
    if kind not in CONDITION_KEY:
        raise Http404
    holder = _Holder(version, kind, code, request.GET.get("choix", ""))
    try:
        written = holder.itself.get(holder.key)
    except PartMissing:
        messages.warning(request, _("Cet élément n’existe plus\u00a0: il a été retiré entre-temps."))
        return to_version(request, pk)
    builder = Builder(
        version.definition,
        language_of(version.definition),
        without=code if kind == QUESTION else "",
        results=holder.speaks_of_results,
    )
    shown, focus, error = to_group(written), "", ""
    faults: dict[Place, str] = {}
    if request.method == "POST" and shown is not None:
        gesture = request.POST.get("geste", "")
        shown, focus = after_gesture(read_group(request.POST), gesture)
        if gesture == _SAVE:
            faults = _faults(holder, builder, shown)
            error = "" if faults else _save(request, holder, from_group(shown, builder.questions))
            if not faults and not error:
                messages.success(request, _("Condition enregistrée."))
                return HttpResponseRedirect(authoring.part_url(request.programme, pk, kind, code))
    context = _context(request, holder, builder, shown, faults)
    context |= {"error": error, "focus": focus, "read": request.POST.get("lu") or version.sha256}
    wrong = bool(error or faults)
    return render(request, "diagnostics/author_condition.html", context, status=422 if wrong else 200)


def _context(
    request: ProgrammeRequest,
    holder: _Holder,
    builder: Builder,
    shown: Group | None,
    faults: dict[Place, str],
) -> dict[str, Any]:
    part, language, version = holder.part, builder.language, holder.version
    unread = ""
    if shown is None:
        definition, _problems = authoring.read_version(version)
        unread = written_words(definition, holder.kind, holder.code, holder.choice)
    return {
        "version": version,
        "title": language.shown(part.get("text") or part.get("title") or part.get("because")),
        "choice": language.shown(holder.itself.get("label")) if holder.choice else "",
        "is_required": holder.speaks_of_results,
        "unread": unread,
        "outer": builder.view(shown, faults) if shown is not None else None,
        "subjects": builder.subjects(),
        "faults": [
            (name_of(place), place_label(shown, place), said) for place, said in sorted(faults.items())
        ]
        if shown is not None
        else [],
        "part_url": authoring.part_url(request.programme, version.pk, holder.kind, holder.code),
    }


def _faults(holder: _Holder, builder: Builder, shown: Group) -> dict[Place, str]:
    """What is wrong in what was sent, by place: lines not finished, then what the format refuses."""
    faults = builder.faults(shown)
    if faults:
        return faults
    written = from_group(shown, builder.questions)
    definition = holder.definition() if written.condition is not None else None
    if definition is None:
        return {}
    problems = condition_problems(definition, written.condition, results=holder.speaks_of_results)
    return {written.place_of(each.path): _said(each) for each in reversed(problems)}


def _said(problem: Problem) -> str:
    values = {"expected": _(problem.expected) % problem.values, "found": _(problem.found)}
    return _("il faut %(expected)s\u00a0; trouvé\u00a0: %(found)s.") % values


def _save(request: ProgrammeRequest, holder: _Holder, written: Written) -> str:
    """Save; why it was refused, or nothing."""
    try:
        drafts.save_draft(
            actor=request.access.user,
            version=holder.version,
            document=holder.with_condition(written.condition),
            expected=request.POST.get("lu", ""),
        )
    except BusinessError as refused:
        return str(refused.message)
    return ""
