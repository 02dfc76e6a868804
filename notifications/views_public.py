"""Doors without a session: quieten one's e-mails in one click, read one's calendar by its private address."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.registries import calendar_sources
from notifications import services
from notifications.calendars import calendar_file
from notifications.models import MessageChoice
from programme.selectors import caller_access

ACTS = ("stop", "pause", "resume")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    """Stop, pause or take up again. Opening the page changes nothing: mail scanners open links.

    Without a CSRF token, since mail programs post here (RFC 8058); the signed address is the right, and all
    it can do is quieten, or undo that.
    """
    known = services.read_choices_token(token)
    if known is None:
        return render(request, "notifications/choices.html", {"known": None}, status=404)
    if request.method == "POST":
        act = request.POST.get("act", "stop")
        services.choose_by_link(token=known, act=act if act in ACTS else "stop")
        return HttpResponseRedirect(request.path)
    row = MessageChoice.objects.filter(user=known.user, programme=known.programme).first()
    chosen = (row or MessageChoice()).preferences()
    context = {
        "known": known,
        "is_muted": known.topic in chosen.muted,
        "paused_until": chosen.paused_until
        if chosen.paused_until and chosen.paused_until >= timezone.localdate()
        else None,
    }
    return render(request, "notifications/choices.html", context)


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The due dates a person follows. A closed address, a person gone or without a role: 404."""
    feed = services.read_feed(token)
    if feed is None:
        raise Http404
    access = caller_access(feed.user, feed.programme)
    if not access.roles:
        raise Http404
    entries = [entry for source in calendar_sources.values() for entry in source(access)]
    name = _("%(programme)s – échéances") % {"programme": feed.programme.short_name}
    content = calendar_file(entries, name=name, site_url=settings.SITE_URL, now=timezone.now())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="echeances.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response
