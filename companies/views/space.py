"""The company's own pages: what comes next, what was done, whom to call."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies import services
from companies.enums import Stage
from companies.selectors import detail, my_participation, my_participations, space
from companies.selectors.meetings import calendar_of, meeting_for, space_meetings
from companies.selectors.mine import session_key
from companies.views.meetings import calendar_response
from core.errors import NotVisible
from programme.access import ProgrammeRequest, allow
from programme.enums import Role
from programme.links import programme_url

# Being spotted and contacted is the team's business: a company's own journey begins when it commits.
_FIRST_OWN_STAGE = list(Stage).index(Stage.ENGAGED)


@allow(Role.COMPANY)
@require_safe
def space_home(request: ProgrammeRequest) -> HttpResponse:
    """The first page of a company."""
    participation = my_participation(request.access, request.session)
    reads = space.reads_result(request.access, participation)
    context = {
        "participation": participation,
        "next_step": space.next_step(request.access, participation, reads=reads),
        "cards": space.cards(request.access, participation, reads=reads),
        "steps": detail.stepper_of(participation)[_FIRST_OWN_STAGE:],
        "timeline": detail.timeline_of(participation),
        "meetings": list(space_meetings(participation)[:10]),
        "several": my_participations(request.access).count() > 1,
    }
    return render(request, "companies/space_home.html", context)


@allow(Role.COMPANY)
@require_http_methods(["GET", "HEAD", "POST"])
def space_choose(request: ProgrammeRequest) -> HttpResponse:
    """Choose a company, for somebody who acts for several."""
    rows = list(my_participations(request.access))
    if request.method == "POST":
        chosen = next((row for row in rows if str(row.pk) == request.POST.get("participation")), None)
        if chosen is not None:
            request.session[session_key(request.access)] = chosen.pk
        return HttpResponseRedirect(programme_url(request.programme, "companies:space_home"))
    present = my_participation(request.access, request.session)
    return render(request, "companies/space_choose.html", {"companies": rows, "present": present})


@allow(Role.COMPANY)
@require_POST
def space_consent(request: ProgrammeRequest) -> HttpResponse:
    """Accept or withdraw the reuse of the company's answers."""
    participation = my_participation(request.access, request.session)
    accepted = request.POST.get("accepted") == "1"
    services.set_observatory_consent(
        actor=request.access.user, participation=participation, accepted=accepted
    )
    messages.success(request, _("Votre choix est enregistré. Vous pouvez en changer quand vous voulez."))
    return HttpResponseRedirect(programme_url(request.programme, "companies:space_home") + "#observatoire")


@allow(Role.COMPANY)
@require_safe
def space_meeting(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A meeting of the company: when and where, then what was said when it is shared."""
    participation = my_participation(request.access, request.session)
    if not space_meetings(participation).filter(pk=pk).exists():
        raise NotVisible
    meeting = meeting_for(participation, pk)
    people = meeting.people.select_related("contact")
    context = {"participation": participation, "meeting": meeting, "people": people}
    return render(request, "companies/space_meeting.html", context)


@allow(Role.COMPANY)
@require_safe
def space_meeting_ics(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The calendar entry of a meeting of the company."""
    participation = my_participation(request.access, request.session)
    if not space_meetings(participation).filter(pk=pk).exists():
        raise NotVisible
    return calendar_response(calendar_of(meeting_for(participation, pk)))
