"""Pages of a questionnaire being filled, as small frozen values ready for the template.

No form object per question: a page of thirty questions costs the queries and the objects of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.formats import format_date, format_number, format_time
from diagnostics.answers import stored_value
from diagnostics.conditions import Shown, what_is_shown
from diagnostics.definition import Definition, Dimension, Kind, Question
from diagnostics.models import Diagnostic
from diagnostics.progress import Progress, progress_of
from diagnostics.seats import Seat
from diagnostics.selectors.files import FileView, files_of
from diagnostics.selectors.filling import KeptAnswer, as_answers, kept_answers, seat_at
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.stamps import Given, hidden_html, question_html
from programme.links import programme_url


@dataclass(frozen=True)
class QuestionView:
    """A question drawn with its present answer; ``error`` says why what was sent was refused."""

    code: str
    text: str
    error: str
    html: SafeString


@dataclass(frozen=True)
class SectionLink:
    """A section in the list of sections: ``state`` is ``done``, ``current`` or ``todo``."""

    title: str
    url: str
    state: str
    detail: str


@dataclass(frozen=True)
class ProgressView:
    """How far along it is, in words."""

    percent: int
    text: str
    left: str
    is_complete: bool


@dataclass(frozen=True)
class SectionPage:
    """One section of the questionnaire."""

    code: str
    title: str
    lead: str
    position: str
    url: str
    questions: tuple[QuestionView, ...]
    asks_files: bool
    sections: tuple[SectionLink, ...]
    progress: ProgressView
    previous_url: str
    next_url: str
    home_url: str


@dataclass(frozen=True)
class MissingView:
    """A question still to be answered, with the link to it."""

    text: str
    section: str
    url: str
    detail: str


@dataclass(frozen=True)
class State:
    """A diagnostic being filled from a seat: its answers, what is shown, how far along it is.

    ``files`` are those attached, by question; ``authors`` names whoever else saved an answer.
    """

    diagnostic: Diagnostic
    definition: Definition
    seat: Seat
    kept: Mapping[str, KeptAnswer]
    shown: Shown
    progress: Progress
    files: Mapping[str, tuple[FileView, ...]] = field(default_factory=dict)
    authors: Mapping[int, str] = field(default_factory=dict)

    @property
    def sections(self) -> tuple[Dimension, ...]:
        """Sections that are shown here, in order."""
        return tuple(
            d
            for d in self.definition.dimensions
            if d.code in self.shown.dimensions and self.seat.opens(d.code)
        )

    def url(self, name: str, **kwargs: str) -> str:
        """Address of a page of this diagnostic."""
        return programme_url(
            self.diagnostic.programme, f"diagnostics:{name}", pk=self.diagnostic.pk, **kwargs
        )

    def section_url(self, code: str) -> str:
        """Address of a section."""
        return self.url("space_section", section=code)


def state_of(diagnostic: Diagnostic, viewer: User | None = None) -> State:
    """Everything a page of this diagnostic needs, in one query.

    Two more when there is something more to tell: files attached, answers saved by others than
    ``viewer`` (their names are looked up for her only).
    """
    seat = seat_at(diagnostic)
    definition = definition_of(diagnostic.version)
    kept = kept_answers(seat.respondent_id)
    answers = as_answers(definition, kept)
    shown = what_is_shown(definition, answers)
    return State(
        diagnostic=diagnostic,
        definition=definition,
        seat=seat,
        kept=kept,
        shown=shown,
        progress=progress_here(seat, progress_of(definition, answers, shown)),
        files=attached_files(diagnostic, seat),
        authors=_authors(kept, viewer) if viewer else {},
    )


def attached_files(diagnostic: Diagnostic, seat: Seat) -> Mapping[str, tuple[FileView, ...]]:
    """The files attached from a seat, by question; no query when there is none."""
    return files_of(diagnostic, seat.respondent_id) if getattr(diagnostic, "has_files", False) else {}


def progress_here(seat: Seat, progress: Progress) -> Progress:
    """The progress of what is answered from a seat."""
    return progress if seat.sections is None else progress.within(seat.sections)


def _authors(kept: Mapping[str, KeptAnswer], viewer: User) -> dict[int, str]:
    savers = {each.saved_by_id for each in kept.values() if each.saved_by_id}
    others = savers - {viewer.pk}
    if not others:
        return {}
    return {user.pk: user.full_name for user in User.objects.filter(pk__in=others)}


def section_page(
    state: State, code: str, errors: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> SectionPage | None:
    """The page of a section; None when it is unknown or hidden.

    ``errors`` says by question why what was sent was refused, ``typed`` what was sent.
    """
    codes = [dimension.code for dimension in state.sections]
    if code not in codes:
        return None
    rank = codes.index(code)
    dimension = state.sections[rank]
    return SectionPage(
        code=code,
        title=dimension.title,
        lead=dimension.lead,
        position=_("Partie %(rank)s sur %(count)s") % {"rank": rank + 1, "count": len(codes)},
        url=state.section_url(code),
        questions=tuple(
            question_view(state, question, (errors or {}).get(question.code, ""), typed)
            for question in dimension.questions
        ),
        asks_files=any(question.kind is Kind.FILE for question in dimension.questions),
        sections=section_links(state, code),
        progress=progress_view(state.progress),
        previous_url=state.section_url(codes[rank - 1]) if rank else "",
        next_url=state.section_url(codes[rank + 1]) if rank + 1 < len(codes) else state.url("space_review"),
        home_url=state.url("space_diagnostic"),
    )


def section_links(state: State, current: str = "") -> tuple[SectionLink, ...]:
    """The list of sections with what is left in each."""
    by_code = {section.code: section for section in state.progress.sections}
    links = []
    for dimension in state.sections:
        section = by_code[dimension.code]
        status = "done" if section.is_complete else "todo"
        links.append(
            SectionLink(
                title=dimension.title,
                url=state.section_url(dimension.code),
                state="current" if dimension.code == current else status,
                detail=_("terminé")
                if section.is_complete
                else _("%(answered)s sur %(total)s") % {"answered": section.answered, "total": section.total},
            )
        )
    return tuple(links)


def progress_view(progress: Progress) -> ProgressView:
    """« 12 réponses sur 46 », « il vous reste 2 parties, environ 6 minutes »."""
    return ProgressView(
        percent=progress.percent,
        text=answered_words(progress.answered, progress.total),
        left=what_is_left(progress),
        is_complete=progress.is_complete,
    )


def answered_words(answered: int, total: int) -> str:
    """« 12 réponses sur 46 »."""
    words = ngettext(
        "%(answered)s réponse sur %(total)s", "%(answered)s réponses sur %(total)s", max(answered, 1)
    )
    return words % {"answered": answered, "total": total}


def what_is_left(progress: Progress) -> str:
    """« Il vous reste 2 parties, environ 6 minutes. »"""
    if progress.is_complete:
        return _("Vous avez répondu à tout\u00a0: il reste à relire et à remettre.")
    minutes = progress.minutes_left
    about = (
        _("environ une minute") if minutes == 1 else _("environ %(minutes)s minutes") % {"minutes": minutes}
    )
    if progress.sections_left == 1:
        return _("Il vous reste une partie, %(about)s.") % {"about": about}
    return _("Il vous reste %(count)s parties, %(about)s.") % {
        "count": progress.sections_left,
        "about": about,
    }


def first_unfinished(state: State) -> str:
    """Where to resume: the first section with something left, else the review."""
    for section in state.progress.sections:
        if not section.is_complete:
            return state.section_url(section.code)
    return state.url("space_review")


def missing_views(state: State, *, required: bool) -> tuple[MissingView, ...]:
    """What is left, with links; ``required`` tells what must be answered from what may be."""
    views = []
    for each in state.progress.missing:
        if each.required is not required:
            continue
        question = state.definition.questions[each.question]
        rows = [part.label for part in question.parts if part.code in each.rows]
        views.append(
            MissingView(
                text=question.text,
                section=state.definition.dimension_by_code[each.dimension].title,
                url=f"{state.section_url(each.dimension)}#question-{each.question}",
                detail=_("Il manque\u00a0: %(rows)s") % {"rows": ", ".join(rows)} if rows else "",
            )
        )
    return tuple(views)


@dataclass(frozen=True)
class CommentView:
    """What a respondent wrote beside an answer, for her advisor."""

    question: str
    section: str
    text: str


def comment_views(state: State) -> tuple[CommentView, ...]:
    """Comments left along the questionnaire, in its order."""
    return tuple(
        CommentView(question.text, dimension.title, state.kept[question.code].comment)
        for dimension in state.definition.dimensions
        for question in dimension.questions
        if question.code in state.kept and state.kept[question.code].comment
    )


def question_view(
    state: State,
    question: Question,
    error: str = "",
    typed: Mapping[str, str] | None = None,
    *,
    swapped: bool = False,
) -> QuestionView:
    """A question as the page shows it; only its place is kept while it is hidden."""
    if question.code not in state.shown.questions:
        return QuestionView(question.code, "", "", hidden_html(question, swapped=swapped))
    kept = state.kept.get(question.code)
    set_by = state.shown.set_by.get(question.code, ())
    answer = state.shown.answers[question.code]
    value = stored_value(question, answer.value) if set_by else (kept.value if kept else None)
    given = Given(
        value=value,
        not_applicable=answer.not_applicable if set_by else bool(kept and kept.not_applicable),
        comment=kept.comment if kept else "",
        typed=(typed or {}).get(question.code, "") if error else typed_value(question, value),
        saved=_saved(state, kept) if kept and not error else "",
        error=error,
        set_by=set_by_words(state.definition, set_by),
        hidden_choices=state.shown.hidden_choices.get(question.code, frozenset()),
        files=tuple((each.name, each.url) for each in state.files.get(question.code, ())),
        upload_url=state.url("space_files", question=question.code) if question.kind is Kind.FILE else "",
    )
    html = question_html(
        state.diagnostic.version.sha256,
        question,
        given,
        save_url=state.url("space_answer", question=question.code),
        swapped=swapped,
        language=state.definition.language,
    )
    return QuestionView(question.code, question.text, error, html)


def set_by_words(definition: Definition, sources: tuple[str, ...]) -> str:
    """« Rempli d’après votre réponse à « … ». Vous pouvez changer cette réponse. »"""
    if not sources:
        return ""
    questions = "\u00a0; ".join(definition.questions[code].text for code in sources)
    words = _(
        "Rempli d’après votre réponse à «\u00a0%(question)s\u00a0». Vous pouvez changer cette réponse-ci."
    )
    return words % {"question": questions}


def _saved(state: State, kept: KeptAnswer) -> str:
    """When it was saved, and by whom when somebody else did."""
    words = saved_words(kept.saved_at)
    author = state.authors.get(kept.saved_by_id or 0)
    if author is None:
        return words
    if kept.by_staff:
        return _("%(saved)s par %(author)s, pour l’entreprise") % {"saved": words, "author": author}
    return _("%(saved)s par %(author)s") % {"saved": words, "author": author}


def saved_words(at: datetime) -> str:
    """« Enregistré à 14 h 02 », with the day when it is not today."""
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return _("Enregistré à %(hour)s") % {"hour": format_time(local)}
    return _("Enregistré le %(day)s à %(hour)s") % {"day": format_date(local), "hour": format_time(local)}


def typed_value(question: Question, value: object) -> str:
    """The value as a person would type it: « 1 200,50 », « 2019-01-29 » for the browser's calendar."""
    if value is None or isinstance(value, list | dict):
        return ""
    if question.kind is Kind.AMOUNT and isinstance(value, int):
        return (
            format_number(value // 100)
            if value % 100 == 0
            else f"{format_number(value // 100)},{value % 100:02d}"
        )
    if question.kind in (Kind.NUMBER, Kind.PERCENTAGE):
        return str(value).replace(".", ",")
    if question.kind is Kind.DATE:
        return date.fromisoformat(str(value)).isoformat()
    return str(value)
