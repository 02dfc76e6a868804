"""Files attached to the answer to one question."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import files
from core.errors import BusinessError
from diagnostics import rules, services
from diagnostics.conditions import changed_between
from diagnostics.definition import Question
from diagnostics.models import Diagnostic
from diagnostics.selectors.files import answer_file, files_of
from diagnostics.selectors.filling import diagnostic_for, seat_at
from diagnostics.selectors.pages import progress_view, question_view, section_links, state_of
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.team_forms import FileForm
from diagnostics.views.space import FILLERS, frame
from diagnostics.views.uploads import attach_sent
from programme.access import ProgrammeRequest, allow
from programme.links import programme_url


@allow(*FILLERS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def space_files(request: ProgrammeRequest, pk: int, question: str) -> HttpResponse:
    """The files of one answer: those attached, and one more."""
    diagnostic = diagnostic_for(request.access, pk)
    definition, seat = definition_of(diagnostic.version), seat_at(diagnostic)
    dimension = definition.dimension_of.get(question)
    if dimension is None or not seat.opens(dimension.code):
        raise Http404
    if not rules.can_fill(request.access, diagnostic):
        return HttpResponseRedirect(_url(request, diagnostic, "space_diagnostic"))
    if request.htmx and request.method == "POST":
        return _answer_with_files(request, diagnostic, definition.questions[question])
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.attach_file(
                actor=request.access.user,
                diagnostic=diagnostic,
                question_code=question,
                upload=form.cleaned_data["file"],
                by_staff=request.access.is_staff,
            )
        except BusinessError as error:
            form.add_error("file", error.message)
        else:
            messages.success(request, _("Fichier joint."))
            return HttpResponseRedirect(request.path)
    section = _url(request, diagnostic, "space_section", section=dimension.code)
    context = {
        "question": definition.questions[question],
        "files": files_of(diagnostic, seat.respondent_id).get(question, ()),
        "form": form,
        "diagnostic": diagnostic,
        "back_url": f"{section}#question-{question}",
        **frame(request, diagnostic),
    }
    return render(request, "diagnostics/space_files.html", context)


def _answer_with_files(request: ProgrammeRequest, diagnostic: Diagnostic, asked: Question) -> HttpResponse:
    """Attach what the question's own field sent; the answer is the question, and what it changed around."""
    before = state_of(diagnostic)
    error = attach_sent(request, diagnostic, asked.code)
    # Read again: whether it has files came with the diagnostic.
    after = state_of(diagnostic_for(request.access, diagnostic.pk))
    section = after.definition.dimension_of[asked.code]
    moved = changed_between(before.shown, after.shown) - {asked.code}
    context = {
        "asked": question_view(after, asked, error),
        "progress": progress_view(after.progress),
        "sections": section_links(after, section.code),
        "moved": [
            question_view(after, other, swapped=True) for other in section.questions if other.code in moved
        ],
    }
    return render(request, "diagnostics/fill_section.html#attached", context)


@allow(*FILLERS)
@require_safe
def space_file(request: ProgrammeRequest, pk: int, file: int) -> HttpResponseBase:
    """One file, as an attachment."""
    return files.serve(answer_file(diagnostic_for(request.access, pk), file).file)


@allow(*FILLERS)
@require_POST
def space_file_remove(request: ProgrammeRequest, pk: int, file: int) -> HttpResponse:
    """Take a file away from its answer."""
    diagnostic = diagnostic_for(request.access, pk)
    row = answer_file(diagnostic, file)
    services.remove_file(
        actor=request.access.user, diagnostic=diagnostic, row=row, by_staff=request.access.is_staff
    )
    messages.success(request, _("Fichier retiré."))
    return HttpResponseRedirect(_url(request, diagnostic, "space_files", question=row.question_code))


def _url(request: ProgrammeRequest, diagnostic: Diagnostic, name: str, **kwargs: str) -> str:
    return programme_url(request.programme, f"diagnostics:{name}", pk=diagnostic.pk, **kwargs)
