"""Pages without a programme: health, and the answer to an expired form."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import health


@require_safe
@never_cache
def health_page(request: HttpRequest) -> HttpResponse:
    """``/sante/``: for the load balancer and the operator; says no more than names of parts."""
    probes = health.checks()
    word, status = health.verdict(probes)
    body = {"statut": word, "parties": {probe.name: asdict(probe) for probe in probes}}
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form kept open too long, or sent from elsewhere: say what to do, nothing was written."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """A defect of ours: say so, with the reference that finds it in the logs.

    Drawn without the shell, which may be what failed; an API answers in JSON.
    """
    reference = getattr(request, "reference", "")
    if request.path.startswith("/api/"):
        detail = _("Le serveur n’a pas pu répondre. Réessayez, ou donnez la référence à l’assistance.")
        return JsonResponse({"detail": detail, "reference": reference}, status=500)
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)
