"""A company answers: one page per section, every answer saved by itself, review, handing in.

Advisors open the same pages in their own shell to answer with or for a company; every answer keeps
who saved it. Everything works without script: a section is then saved when it is left.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.selectors import my_participation
from core.errors import BusinessError
from diagnostics import rules, services
from diagnostics.answers import AnswerError
from diagnostics.conditions import changed_between
from diagnostics.definition import Dimension, Kind, Question
from diagnostics.enums import DiagnosticStatus
from diagnostics.forms import is_ambiguous, read_entry
from diagnostics.models import Diagnostic
from diagnostics.selectors import pages
from diagnostics.selectors.filling import diagnostic_for, kept_answers, seat_at
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.space import space_diagnostics as company_diagnostics
from diagnostics.selectors.team import seat_words
from diagnostics.views.uploads import attach_sent
from diagnostics.wording import answer_error
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF, Role
from programme.links import programme_url

FILLERS = (Role.COMPANY, *STAFF)
FILES_OF = "fichiers-"
"""What a section's button sends to be led, once it is saved, to the files of a question."""


@allow(Role.COMPANY)
@require_safe
def space_diagnostics(request: ProgrammeRequest) -> HttpResponse:
    """The company's diagnostics: the one to fill first, then the results."""
    participation = my_participation(request.access, request.session)
    page = company_diagnostics(request.access, participation)
    return render(request, "diagnostics/space_list.html", {"page": page, "participation": participation})


@allow(*FILLERS)
@never_cache
@require_safe
def space_diagnostic(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Where a personal link leads: what it is about, where it stands, and the way on."""
    diagnostic = diagnostic_for(request.access, pk)
    if rules.can_read_result(request.access, diagnostic):
        return HttpResponseRedirect(_result_url(request, diagnostic))
    state = pages.state_of(diagnostic)
    leads = rules.can_lead(request.access, diagnostic)
    context = {
        "situation": _situation(request, diagnostic),
        "team_url": state.url("space_team") if leads else "",
        "reconcile_url": state.url("space_reconcile")
        if rules.can_reconcile(request.access, diagnostic)
        else "",
        "diagnostic": diagnostic,
        "definition": state.definition,
        "progress": pages.progress_view(state.progress),
        "sections": pages.section_links(state),
        "resume_url": pages.first_unfinished(state),
        "may_fill": rules.can_fill(request.access, diagnostic),
        **frame(request, diagnostic),
    }
    return render(request, "diagnostics/space_detail.html", context)


def _situation(request: ProgrammeRequest, diagnostic: Diagnostic) -> str:
    """Why there is nothing to answer: ``over``, ``waiting`` for others, ``thanks``; or ``open``."""
    if rules.can_fill(request.access, diagnostic):
        return "open"
    if diagnostic.status == DiagnosticStatus.CANCELLED:
        return "over"
    return "waiting" if rules.can_lead(request.access, diagnostic) else "thanks"


@allow(*FILLERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def space_section(request: ProgrammeRequest, pk: int, section: str) -> HttpResponse:
    """One section: its questions; on POST, everything sent is saved before going on."""
    diagnostic = diagnostic_for(request.access, pk)
    if not rules.can_fill(request.access, diagnostic):
        return HttpResponseRedirect(programme_url(request.programme, "diagnostics:space_diagnostic", pk=pk))
    viewer = request.access.user
    state = pages.state_of(diagnostic, viewer)
    errors: dict[str, str] = {}
    if request.method == "POST":
        going = _leave_section(request, state, section, errors)
        if going is not None:
            return going
        state = pages.state_of(diagnostic_for(request.access, pk), viewer)
    typed = {code: request.POST.get(f"q-{code}", "") for code in errors}
    page = pages.section_page(state, section, errors, typed)
    if page is None:
        raise Http404
    context = {
        "page": page,
        "progress": page.progress,
        "sections": page.sections,
        "review_url": state.url("space_review"),
        "errors": [question for question in page.questions if question.error],
        **frame(request, diagnostic),
    }
    return render(request, "diagnostics/fill_section.html", context)


def _leave_section(
    request: ProgrammeRequest, state: pages.State, section: str, errors: dict[str, str]
) -> HttpResponse | None:
    """Save what was sent and say where to go; None when an answer was refused (``errors`` says why).

    Only questions named by « vu » are read: a question the page did not show, or that saved itself
    already, is left as it is.
    """
    dimension = state.definition.dimension_by_code.get(section)
    if dimension is None or not state.seat.opens(section):
        raise Http404
    seen = set(request.POST.getlist("vu"))
    entries: dict[str, services.Entry] = {}
    for question in dimension.questions:
        if question.code not in seen or question.code not in state.shown.questions:
            continue
        try:
            entries[question.code] = read_entry(question, request.POST, state.kept.get(question.code))
        except AnswerError as error:
            errors[question.code] = answer_error(error)
        if question.kind is Kind.FILE and (refused := attach_sent(request, state.diagnostic, question.code)):
            errors[question.code] = refused
    saved = services.save_answers(
        actor=request.access.user,
        diagnostic=state.diagnostic,
        entries=entries,
        by_staff=request.access.is_staff,
    )
    return None if errors else _way_on(request, state, dimension, saved)


def _way_on(
    request: ProgrammeRequest, state: pages.State, dimension: Dimension, saved: services.Saved
) -> HttpResponse:
    """Where the button that was pressed leads, once the section is saved."""
    section = dimension.code
    here = {question.code for question in dimension.questions}
    appeared = (saved.after.questions - saved.before.questions) & here
    going = request.POST.get("vers", "suivant")
    if appeared and going == "suivant":
        messages.info(request, _("Votre réponse ouvre de nouvelles questions sur cette page."))
        first = next(q.code for q in dimension.questions if q.code in appeared)
        return HttpResponseRedirect(f"{state.section_url(section)}#question-{first}")
    if going.startswith(FILES_OF):
        return HttpResponseRedirect(state.url("space_files", question=going.removeprefix(FILES_OF)))
    after = pages.state_of(state.diagnostic)
    page = pages.section_page(after, section)
    targets = {
        "precedent": page.previous_url if page else "",
        "relecture": after.url("space_review"),
        "pause": after.url("space_diagnostic"),
    }
    fallback = page.next_url if page else pages.first_unfinished(after)
    return HttpResponseRedirect(targets.get(going) or fallback)


@allow(*FILLERS)
@require_POST
def space_answer(request: ProgrammeRequest, pk: int, question: str) -> HttpResponse:
    """Save one answer by itself; the answer is its hour, the progress, and what appears or disappears."""
    diagnostic = diagnostic_for(request.access, pk)
    definition = definition_of(diagnostic.version)
    seat, asked = seat_at(diagnostic), definition.questions.get(question)
    if asked is None or not seat.opens(section := definition.dimension_of[question].code):
        raise Http404
    page_url = programme_url(request.programme, "diagnostics:space_section", pk=pk, section=section)
    if not request.htmx:
        return HttpResponseRedirect(page_url)
    try:
        entry = _sent(request, diagnostic, asked)
    except AnswerError as error:
        return render(request, "diagnostics/fill_section.html#refused", {"error": answer_error(error)})
    saved = services.save_answers(
        actor=request.access.user,
        diagnostic=diagnostic,
        entries={question: entry},
        by_staff=request.access.is_staff,
    )
    progress = pages.progress_here(seat, saved.progress)
    moved = changed_between(saved.before, saved.after) - {question}
    files = pages.attached_files(diagnostic, seat) if moved else {}
    state = pages.State(diagnostic, definition, seat, saved.kept, saved.after, progress, files)
    context = {
        "saved": pages.saved_words(saved.kept[question].saved_at) if question in saved.kept else "",
        "progress": pages.progress_view(progress),
        "moved": [
            pages.question_view(state, other, swapped=True)
            for other in definition.dimension_of[question].questions
            if other.code in moved
        ],
        "sections": pages.section_links(state, section)
        if saved.before.dimensions != saved.after.dimensions
        else (),
    }
    return render(request, "diagnostics/fill_section.html#saved", context)


def _sent(request: ProgrammeRequest, diagnostic: Diagnostic, question: Question) -> services.Entry:
    kept = None
    if is_ambiguous(question, request.POST):
        kept = kept_answers(seat_at(diagnostic).respondent_id).get(question.code)
    return read_entry(question, request.POST, kept)


@allow(*FILLERS)
@never_cache
@require_safe
def space_review(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """What is missing, with links, and the button that hands in."""
    diagnostic = diagnostic_for(request.access, pk)
    if not rules.can_fill(request.access, diagnostic):
        return HttpResponseRedirect(programme_url(request.programme, "diagnostics:space_diagnostic", pk=pk))
    return render(request, "diagnostics/space_review.html", _review_context(request, diagnostic))


@allow(*FILLERS)
@require_POST
def space_submit(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Hand in; a second click leads to the same result."""
    diagnostic = diagnostic_for(request.access, pk)
    if not rules.can_hand_in(request.access, diagnostic):
        if rules.can_read_result(request.access, diagnostic):
            return HttpResponseRedirect(_result_url(request, diagnostic))
        raise PermissionDenied
    try:
        services.submit_diagnostic(actor=request.access.user, diagnostic=diagnostic)
    except BusinessError as error:
        if error.code != "incomplete":
            raise
        messages.error(request, error.message)
        return render(
            request, "diagnostics/space_review.html", _review_context(request, diagnostic), status=409
        )
    messages.success(request, _("Votre diagnostic est remis. Un accusé de réception part par e-mail."))
    return HttpResponseRedirect(_result_url(request, diagnostic))


def _review_context(request: ProgrammeRequest, diagnostic: Diagnostic) -> dict[str, object]:
    state = pages.state_of(diagnostic)
    return {
        "diagnostic": diagnostic,
        "definition": state.definition,
        "progress": pages.progress_view(state.progress),
        "sections": pages.section_links(state),
        "missing": pages.missing_views(state, required=True),
        "optional": pages.missing_views(state, required=False),
        "submit_url": state.url("space_submit") if rules.can_hand_in(request.access, diagnostic) else "",
        "finish_url": state.url("space_finish"),
        "last_section_url": state.section_url(state.sections[-1].code) if state.sections else "",
        **frame(request, diagnostic),
    }


def frame(request: ProgrammeRequest, diagnostic: Diagnostic) -> dict[str, object]:
    """What every page of a diagnostic shows around it: whose it is, and the way back."""
    is_company = not request.access.is_staff
    if is_company:
        back = (_("Diagnostic"), programme_url(request.programme, "diagnostics:space_diagnostics"))
    else:
        back = (
            diagnostic.participation.name,
            programme_url(request.programme, "diagnostics:detail", pk=diagnostic.pk),
        )
    return {
        "shell": request.access.shell,
        "company": diagnostic.participation.name,
        "for_company": not is_company,
        "seat_words": seat_words(diagnostic),
        "crumbs": [{"label": back[0], "url": back[1]}],
        "home": {
            "label": definition_of(diagnostic.version).title,
            "url": programme_url(request.programme, "diagnostics:space_diagnostic", pk=diagnostic.pk),
        },
    }


def _result_url(request: ProgrammeRequest, diagnostic: Diagnostic) -> str:
    name = "diagnostics:result" if request.access.is_staff else "diagnostics:space_result"
    return programme_url(request.programme, name, pk=diagnostic.pk)
