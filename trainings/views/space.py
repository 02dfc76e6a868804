"""A company's own pages about training: what it may join, who goes."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from companies.selectors import my_participation
from core.errors import NotVisible
from programme.access import ProgrammeRequest, allow
from programme.enums import Role
from programme.links import programme_url
from trainings import rules, selectors
from trainings.forms import TraineeForm
from trainings.views.enrolments import cancel_page, enrol_one


@allow(Role.COMPANY)
@require_safe
def space_sessions(request: ProgrammeRequest) -> HttpResponse:
    """Sessions to come, and the company's people in sessions."""
    participation = my_participation(request.access, request.session)
    today = timezone.localdate()
    sessions = selectors.open_sessions(request.programme, today)
    context = {
        "participation": participation,
        "rows": selectors.session_rows(sessions, request.programme, url_name="trainings:space_session"),
        "people": selectors.company_enrolments(request.access, participation, today=today),
    }
    return render(request, "trainings/space_sessions.html", context)


@allow(Role.COMPANY)
@require_http_methods(["GET", "HEAD", "POST"])
def space_session(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """One session: what it is, the company's people in it, and one more to enrol."""
    participation = my_participation(request.access, request.session)
    session = selectors.session_for(request.access, pk)
    today = timezone.localdate()
    is_open = rules.can_enrol(request.access, session, participation, today)
    form = TraineeForm(request.POST or None)
    if request.method == "POST" and is_open and form.is_valid():
        said = enrol_one(request, session, participation, form)
        if said is not None:
            messages.success(request, said)
            return HttpResponseRedirect(programme_url(request.programme, "trainings:space_session", pk=pk))
    context = {
        "participation": participation,
        "session": session,
        "course": selectors.course_for(request.programme, session.course.code, today=today),
        "row": selectors.session_rows([session], request.programme)[0],
        "half_days": selectors.half_day_lines(session),
        "people": selectors.company_enrolments(request.access, participation, today=today, session=session),
        "form": form,
        "is_open": is_open,
        "link": selectors.session_link(request.access, session),
    }
    status = 422 if form.errors else 200
    return render(request, "trainings/space_session.html", context, status=status)


@allow(Role.COMPANY)
@require_http_methods(["GET", "HEAD", "POST"])
def space_enrolment_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The company gives one of its places back."""
    participation = my_participation(request.access, request.session)
    enrolment = selectors.enrolment_for(request.access, pk)
    if enrolment.participation_id != participation.pk:
        raise NotVisible
    back = programme_url(request.programme, "trainings:space_session", pk=enrolment.session_id)
    return cancel_page(request, enrolment, back=back, template="trainings/space_enrolment_cancel.html")
