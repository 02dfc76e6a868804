"""The advisor's day: her log, what is due, who replaces her while she is away."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from companies import rules, services
from companies.enums import AbsenceStatus
from companies.forms import AbsenceForm, LogForm
from companies.selectors.absences import absences_for, replaced_by
from companies.selectors.daylog import day_log, log_sheet
from companies.selectors.lists import advisors
from companies.views.companies import log
from core.errors import BusinessError, NotVisible
from core.exports import export_response
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from programme.links import programme_url

_LONGEST_EXPORT = timedelta(days=366)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate()


def _person(request: ProgrammeRequest) -> User:
    """Whose log is shown: one's own, or anybody's of the team for the office. Raises ``NotVisible``."""
    asked = request.GET.get("conseiller", "")
    me = request.access.user
    if me is None:
        raise NotVisible
    if not asked or asked == str(me.pk):
        return me
    if not request.access.is_office:
        raise NotVisible
    for person in advisors(request.programme):
        if str(person.pk) == asked:
            return person
    raise NotVisible


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def day(request: ProgrammeRequest) -> HttpResponseBase:
    """What one person did on a day; an exchange is noted here too."""
    person, shown = _person(request), _day(request.GET.get("jour", ""))
    asked = request.GET.get("export", "")
    if asked in ("csv", "xlsx"):
        first = _day(request.GET.get("du", shown.isoformat()))
        last = min(max(first, _day(request.GET.get("au", shown.isoformat()))), first + _LONGEST_EXPORT)
        sheet = log_sheet(request.access, person, first, last)
        return export_response(sheet, fmt=asked, filename=_("journal"))
    form = LogForm(request.POST if request.method == "POST" else None, access=request.access)
    if request.method == "POST" and form.is_valid():
        try:
            log(request, form.cleaned_data["company"], form)
        except BusinessError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("C’est noté dans l’historique."))
            return HttpResponseRedirect(programme_url(request.programme, "companies:day"))
    today = timezone.localdate()
    context = {
        "person": person,
        "mine": person == request.access.user,
        "day": shown,
        "today": today,
        "is_today": shown == today,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1) if shown < today else None,
        "month_start": shown.replace(day=1),
        "log": day_log(request.access, person, shown),
        "form": form,
        "team": advisors(request.programme) if request.access.is_office else (),
        "replacing": replaced_by(request.access),
    }
    return render(request, "companies/day.html", context, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def absence_list(request: ProgrammeRequest) -> HttpResponse:
    """Absences and replacements; the office plans anybody's, an advisor her own."""
    access = request.access
    only = None if rules.can_assign(access) else access.user
    form = AbsenceForm(
        request.POST if request.method == "POST" else None, programme=request.programme, only=only
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.plan_absence(actor=access.user, programme=request.programme, **form.cleaned_data)
        except BusinessError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Le remplacement est prévu."))
            return HttpResponseRedirect(programme_url(request.programme, "companies:absence_list"))
    context = {
        "form": form,
        "absences": absences_for(access),
        "planned": AbsenceStatus.PLANNED,
        "running": AbsenceStatus.RUNNING,
    }
    return render(request, "companies/absence_list.html", context, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_POST
def absence_end(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Everything goes back to the advisor now."""
    access = request.access
    absence = get_object_or_404(absences_for(access), pk=pk)
    if not rules.can_assign(access) and absence.absent != access.user:
        raise NotVisible
    services.end_absence(actor=access.user, absence=absence)
    messages.success(request, _("Le remplacement est terminé."))
    return HttpResponseRedirect(programme_url(request.programme, "companies:absence_list"))
