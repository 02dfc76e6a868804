"""Where the programme stands: for the team, for the funders."""

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF, Role
from programme.models import Programme
from reports.periods import month_count, month_number
from reports.selectors import screens


@allow(*STAFF)
@require_safe
def dashboard(request: ProgrammeRequest) -> HttpResponse:
    """« Où en est le programme »: key figures, money by axis, what to do today, companies to follow."""
    programme, access = request.programme, request.access
    today = timezone.localdate()
    context = {
        "month_number": max(1, month_number(programme.starts_on, min(today, programme.ends_on))),
        "month_count": month_count(programme.starts_on, programme.ends_on),
        "has_started": today >= programme.starts_on,
        "is_over": today > programme.ends_on,
        "tasks": screens.tasks_of_today(access),
        "followed": screens.followed_companies(access),
        "office_figures": _office_figures(programme) if access.is_office else "",
        "own_figures": () if access.is_office else screens.advisor_figures(access),
    }
    return render(request, "reports/dashboard.html", context)


def _office_figures(programme: Programme) -> str:
    """The office's figures as HTML: the same for everybody in the office, so drawn once for all."""
    key = f"reports:office-html:{programme.pk}"
    html: str | None = cache.get(key)
    if html is None:
        figures = screens.office_figures(programme)
        html = render_to_string("reports/_office_figures.html", {"office": figures})
        cache.set(key, html, screens.FIGURES_SECONDS)
    return mark_safe(html)  # noqa: S308 -- our own template, escaped when it was rendered


@allow(Role.FUNDER)
@require_safe
def funder_progress(request: ProgrammeRequest) -> HttpResponse:
    """« Avancement »: totals and published figures, no company anywhere."""
    programme = request.programme
    today = min(timezone.localdate(), programme.ends_on)
    context = {
        "progress": screens.funder_progress(programme),
        "month_number": max(1, month_number(programme.starts_on, today)),
        "month_count": month_count(programme.starts_on, programme.ends_on),
    }
    return render(request, "reports/funder_progress.html", context)
