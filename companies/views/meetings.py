"""Pages of meetings: plan, change, write the minutes, cancel, put in a calendar."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from companies import rules, services
from companies.enums import MeetingStatus
from companies.forms import CancelForm, MeetingForm, MinutesForm
from companies.models import Meeting, Participation
from companies.selectors import participation_for
from companies.selectors.meetings import calendar_of, meeting_for, meeting_row
from companies.views.companies import followed
from core.errors import BusinessError
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from programme.links import programme_url


def calendar_response(text: str) -> HttpResponse:
    """A calendar entry to download."""
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="invitation.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _to_meeting(request: ProgrammeRequest, meeting: Meeting) -> HttpResponseRedirect:
    place = {"pk": meeting.participation_id, "meeting_pk": meeting.pk}
    return HttpResponseRedirect(programme_url(request.programme, "companies:meeting", **place))


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_plan(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Plan a meeting with a company."""
    participation = followed(request, pk)
    initial = {
        "led_by": participation.advisor_id or (request.access.user.pk if request.access.user else None),
        "people": [contact.pk for contact in participation.contacts.filter(is_main=True)],
    }
    form = MeetingForm(
        request.POST if request.method == "POST" else None, participation=participation, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            meeting = services.plan_meeting(
                actor=request.access.user,
                participation=participation,
                facts=form.facts(),
                notify=form.cleaned_data["notify"],
                is_next_step=form.cleaned_data["is_next_step"],
            )
        except (BusinessError, ValidationError) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Le rendez-vous est prévu."))
            return _to_meeting(request, meeting)
    return _form_page(request, participation, form, None)


def _refuse(form: MeetingForm | MinutesForm, error: BusinessError | ValidationError) -> None:
    if isinstance(error, BusinessError):
        form.add_error(error.field if error.field in form.fields else None, error.message)
    else:
        form.add_error(None, error.messages)


def _form_page(
    request: ProgrammeRequest, participation: Participation, form: MeetingForm, meeting: Meeting | None
) -> HttpResponse:
    context = {"participation": participation, "form": form, "meeting": meeting}
    return render(request, "companies/meeting_form.html", context, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_safe
def meeting_detail(request: ProgrammeRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """A meeting: when, where, who, then what was said."""
    participation = participation_for(request.access, pk)
    meeting = meeting_for(participation, meeting_pk)
    planned = meeting.status == MeetingStatus.PLANNED
    may_follow = rules.can_follow(request.access, participation)
    context = {
        "participation": participation,
        "meeting": meeting,
        "row": meeting_row(request.access, meeting),
        "people": meeting.people.select_related("contact"),
        "may_change": may_follow and planned,
        "may_minute": may_follow
        and meeting.status != MeetingStatus.CANCELLED
        and meeting.starts_at <= timezone.now(),
    }
    return render(request, "companies/meeting_detail.html", context)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: ProgrammeRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Change a planned meeting."""
    participation = followed(request, pk)
    meeting = meeting_for(participation, meeting_pk)
    form = MeetingForm(
        request.POST if request.method == "POST" else None,
        participation=participation,
        initial=MeetingForm.initial_of(meeting),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_meeting(
                actor=request.access.user,
                meeting=meeting,
                facts=form.facts(),
                notify=form.cleaned_data["notify"],
            )
        except (BusinessError, ValidationError) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Le rendez-vous est à jour."))
            return _to_meeting(request, meeting)
    return _form_page(request, participation, form, meeting)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_minutes(request: ProgrammeRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Write what was said."""
    participation = followed(request, pk)
    meeting = meeting_for(participation, meeting_pk)
    form = MinutesForm(
        request.POST if request.method == "POST" else None,
        meeting=meeting,
        initial=MinutesForm.initial_of(meeting),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.write_minutes(
                actor=request.access.user,
                meeting=meeting,
                minutes=form.facts(),
                notify=form.cleaned_data["notify"],
            )
        except (BusinessError, ValidationError) as error:
            _refuse(form, error)
        else:
            messages.success(request, _("Le compte rendu est enregistré."))
            return _to_meeting(request, meeting)
    row = meeting_row(request.access, meeting)
    context = {"participation": participation, "meeting": meeting, "form": form, "row": row}
    return render(request, "companies/meeting_minutes.html", context, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request: ProgrammeRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """Cancel a planned meeting, after saying what that means."""
    participation = followed(request, pk)
    meeting = meeting_for(participation, meeting_pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_meeting(actor=request.access.user, meeting=meeting, **form.cleaned_data)
        except BusinessError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Le rendez-vous est annulé."))
        return _to_meeting(request, meeting)
    row = meeting_row(request.access, meeting)
    context = {"participation": participation, "meeting": meeting, "form": form, "row": row}
    return render(request, "companies/meeting_cancel.html", context)


@allow(*STAFF)
@require_safe
def meeting_ics(request: ProgrammeRequest, pk: int, meeting_pk: int) -> HttpResponse:
    """The calendar entry of a meeting."""
    participation = participation_for(request.access, pk)
    return calendar_response(calendar_of(meeting_for(participation, meeting_pk)))
