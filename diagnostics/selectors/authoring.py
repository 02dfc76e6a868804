"""What the author's pages show: questionnaires, the outline of a version, its problems, its measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import NotVisible
from diagnostics.author_texts import Language, language_of, typed_number
from diagnostics.author_wording import condition_words, kind_label
from diagnostics.definition import Condition, Definition, DefinitionError, Problem, parse_definition
from diagnostics.editing import CAP, MEASURE, QUESTION, SECTION, Document, conditions_naming
from diagnostics.models import Questionnaire, QuestionnaireVersion
from diagnostics.wording import problem_lines
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme

_PLACE = re.compile(r"(questions|dimensions|measures|caps)\[([^\]]+)\]")
_KIND_OF_LIST = {"questions": QUESTION, "dimensions": SECTION, "measures": MEASURE, "caps": CAP}


@dataclass(frozen=True)
class QuestionnaireRow:
    """A line of the list of questionnaires."""

    url: str
    title: str
    code: str
    owner: str
    published: str
    draft_url: str
    diagnostics: int


@dataclass(frozen=True)
class VersionRow:
    """A version of a questionnaire."""

    pk: int
    number: int
    url: str
    is_draft: bool
    when: datetime
    diagnostics: int
    differences_url: str


@dataclass(frozen=True)
class ProblemView:
    """A problem of a draft, with the page where it is mended."""

    text: str
    url: str


@dataclass(frozen=True)
class QuestionLine:
    """A question in the outline."""

    code: str
    text: str
    url: str
    kind: str
    facts: tuple[str, ...]
    nested: bool
    wrong: bool


@dataclass(frozen=True)
class SectionLine:
    """A section in the outline."""

    code: str
    title: str
    url: str
    facts: tuple[str, ...]
    questions: tuple[QuestionLine, ...]


@dataclass(frozen=True)
class PartLine:
    """A measure or a blocking criterion in the outline."""

    code: str
    title: str
    url: str
    detail: str


@dataclass(frozen=True)
class Outline:
    """A version as its author sees it, wrong or not."""

    title: str
    sections: tuple[SectionLine, ...]
    measures: tuple[PartLine, ...]
    caps: tuple[PartLine, ...]
    problems: tuple[ProblemView, ...]
    questions: int


def visible_questionnaires(programme: Programme) -> Q:
    """The questionnaires a programme reads: its own and the shared ones."""
    return Q(programme=None) | Q(programme=programme)


def questionnaire_for(access: Access, pk: int) -> Questionnaire:
    """A questionnaire the caller may read. Raises ``NotVisible``."""
    found = Questionnaire.objects.filter(visible_questionnaires(access.programme), pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def version_for(access: Access, pk: int) -> QuestionnaireVersion:
    """A version the caller may read, with its questionnaire. Raises ``NotVisible``."""
    readable = Questionnaire.objects.filter(visible_questionnaires(access.programme))
    rows = QuestionnaireVersion.objects.select_related("questionnaire__programme")
    found: QuestionnaireVersion | None = rows.filter(questionnaire__in=readable, pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def questionnaire_rows(access: Access) -> list[QuestionnaireRow]:
    """Every questionnaire the programme reads (three queries)."""
    programme = access.programme
    versions = QuestionnaireVersion.objects.defer("definition", "effect")
    mine = Count("diagnostics", filter=Q(diagnostics__programme=programme), distinct=True)
    found = (
        Questionnaire.objects.filter(visible_questionnaires(programme))
        .annotate(used=mine)
        .prefetch_related(Prefetch("versions", queryset=versions))
        .order_by("title", "pk")
    )
    return [_questionnaire_row(programme, each) for each in found]


def _questionnaire_row(programme: Programme, questionnaire: Any) -> QuestionnaireRow:
    versions = list(questionnaire.versions.all())
    published = [each.number for each in versions if not each.is_draft]
    draft = next((each for each in versions if each.is_draft), None)
    is_own = questionnaire.programme_id == programme.pk
    draft_url = ""
    if draft is not None and is_own:
        draft_url = programme_url(programme, "diagnostics:author_version", pk=draft.pk)
    return QuestionnaireRow(
        url=programme_url(programme, "diagnostics:author_questionnaire", pk=questionnaire.pk),
        title=questionnaire.title,
        code=questionnaire.code,
        owner=_("de ce programme") if is_own else _("partagé"),
        published=_("version %(number)s") % {"number": max(published)} if published else "",
        draft_url=draft_url,
        diagnostics=questionnaire.used,
    )


def version_rows(access: Access, questionnaire: Questionnaire) -> list[VersionRow]:
    """The versions of a questionnaire, the latest first."""
    programme = access.programme
    used = Count("diagnostics", filter=Q(diagnostics__programme=programme))
    rows = list(questionnaire.versions.defer("definition", "effect").annotate(used=used).order_by("-number"))
    return [
        VersionRow(
            pk=each.pk,
            number=each.number,
            url=programme_url(programme, "diagnostics:author_version", pk=each.pk),
            is_draft=each.is_draft,
            when=each.published_at or each.edited_at or each.created_at,
            diagnostics=each.used,
            differences_url=""
            if place + 1 == len(rows)
            else programme_url(programme, "diagnostics:author_differences", pk=each.pk),
        )
        for place, each in enumerate(rows)
    ]


def earlier_version(version: QuestionnaireVersion, asked: str = "") -> QuestionnaireVersion | None:
    """The version to compare with: the one asked for, else the published one before, else the origin's."""
    others = version.questionnaire.versions.exclude(pk=version.pk)
    if asked.isdecimal():
        return others.filter(number=int(asked)).first()
    before = others.filter(published_at__isnull=False, number__lt=version.number).order_by("-number").first()
    if before is None and version.questionnaire.origin is not None:
        published = version.questionnaire.origin.versions.filter(published_at__isnull=False)
        return published.order_by("-number").first()
    return before


def read_version(version: QuestionnaireVersion) -> tuple[Definition | None, tuple[Problem, ...]]:
    """The definition of a version, or what is wrong with it."""
    try:
        return parse_definition(version.definition), ()
    except DefinitionError as error:
        return None, error.problems


def part_url(programme: Programme, version_pk: int, kind: str, code: str) -> str:
    """The page where a part is written."""
    return programme_url(programme, "diagnostics:author_part", pk=version_pk, kind=kind, code=code)


def problem_views(
    programme: Programme, version_pk: int, problems: tuple[Problem, ...]
) -> tuple[ProblemView, ...]:
    """Problems in words, each with the page where it is mended."""
    settings = programme_url(programme, "diagnostics:author_settings", pk=version_pk)
    views = []
    for problem, text in zip(problems, problem_lines(problems), strict=True):
        places = _PLACE.findall(problem.path)
        kind, code = (_KIND_OF_LIST[places[-1][0]], places[-1][1]) if places else ("", "")
        url = part_url(programme, version_pk, kind, code) if kind else settings
        views.append(ProblemView(text, url))
    return tuple(views)


def outline(access: Access, version: QuestionnaireVersion) -> Outline:
    """The outline of a version, in its author's own language."""
    document: Document = version.definition
    definition, problems = read_version(version)
    return _Outliner(access.programme, version.pk, document, definition, problems).outline()


class _Outliner:
    """Draws one outline."""

    def __init__(
        self,
        programme: Programme,
        version_pk: int,
        document: Document,
        definition: Definition | None,
        problems: tuple[Problem, ...],
    ) -> None:
        self.programme, self.version_pk, self.document = programme, version_pk, document
        self.definition, self.problems = definition, problems
        self.language = language_of(document)
        self.wrong = {code for each in problems for _list, code in _PLACE.findall(each.path)}

    def outline(self) -> Outline:
        document = self.document
        sections = tuple(self._section(each) for each in document.get("dimensions") or [])
        return Outline(
            title=self.language.shown(document.get("title")),
            sections=sections,
            measures=tuple(self._measure(each) for each in document.get("measures") or []),
            caps=tuple(self._cap(rank, each) for rank, each in enumerate(document.get("caps") or [], 1)),
            problems=problem_views(self.programme, self.version_pk, self.problems),
            questions=sum(len(section.questions) for section in sections),
        )

    def _url(self, kind: str, code: str) -> str:
        return part_url(self.programme, self.version_pk, kind, code)

    def _section(self, section: dict[str, Any]) -> SectionLine:
        code = str(section.get("code"))
        parsed = self.definition.dimension_by_code[code] if self.definition else None
        facts = [_("poids %(weight)s") % {"weight": typed_number(section.get("weight", 1))}]
        if section.get("show_if"):
            facts.append(self._condition(parsed.show_if if parsed else None))
        return SectionLine(
            code=code,
            title=self.language.shown(section.get("title")) or code,
            url=self._url(SECTION, code),
            facts=tuple(facts),
            questions=tuple(self._question(each) for each in section.get("questions") or []),
        )

    def _condition(self, condition: Condition | None) -> str:
        if self.definition is None or condition is None:
            return _("sous condition")
        return _("si %(condition)s") % {"condition": condition_words(self.definition, condition)}

    def _question(self, question: dict[str, Any]) -> QuestionLine:
        code = str(question.get("code"))
        parsed = self.definition.questions[code] if self.definition else None
        weight = question.get("weight")
        facts = [_("poids %(weight)s") % {"weight": typed_number(weight)} if weight else _("non notée")]
        if question.get("kind") == "note":
            facts = []
        if question.get("required") is False:
            facts.append(_("facultative"))
        if question.get("show_if"):
            facts.append(self._condition(parsed.show_if if parsed else None))
        attached = sum(kind == MEASURE for kind, _code, _part in conditions_naming(self.document, code))
        if attached:
            words = ngettext("%(count)s préconisation", "%(count)s préconisations", attached)
            facts.append(words % {"count": attached})
        return QuestionLine(
            code=code,
            text=self.language.shown(question.get("text")) or code,
            url=self._url(QUESTION, code),
            kind=kind_label(str(question.get("kind"))),
            facts=tuple(facts),
            nested=bool(question.get("under")),
            wrong=code in self.wrong,
        )

    def _measure(self, measure: dict[str, Any]) -> PartLine:
        code = str(measure.get("code"))
        parsed = self.definition.measure_by_code[code] if self.definition else None
        detail = self._condition(parsed.propose_if if parsed else None)
        return PartLine(
            code, self.language.shown(measure.get("title")) or code, self._url(MEASURE, code), detail
        )

    def _cap(self, rank: int, cap: dict[str, Any]) -> PartLine:
        parsed = self.definition.caps[rank - 1] if self.definition else None
        detail = self._condition(parsed.condition if parsed else None)
        title = self.language.shown(cap.get("because")) or str(rank)
        return PartLine(str(rank), title, self._url(CAP, str(rank)), detail)


def attached_parts(
    programme: Programme, version: QuestionnaireVersion, question: str, language: Language
) -> Iterator[PartLine]:
    """The measures and blocking criteria whose condition names a question."""
    for kind, code, part in conditions_naming(version.definition, question):
        if kind in (MEASURE, CAP):
            title = language.shown(part.get("title") or part.get("because")) or code
            yield PartLine(code, title, part_url(programme, version.pk, kind, code), "")
