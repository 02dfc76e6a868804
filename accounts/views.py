"""Personal links: a page that spends nothing, and the click that opens the door."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors, services
from accounts.backends import PERSON_BACKEND
from core.errors import BusinessError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def personal_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show whose link it is; on POST, spend it and go to its page."""
    link = selectors.personal_link(token)
    if request.method == "POST" and link is not None:
        try:
            user = services.spend_personal_link(link=link)
        except BusinessError:
            return render(request, "accounts/personal_link.html", {"link": link, "token": token}, status=409)
        login(request, user, backend=PERSON_BACKEND)
        return HttpResponseRedirect(link.next_path)
    status = 200 if link is not None else 404
    return render(request, "accounts/personal_link.html", {"link": link, "token": token}, status=status)


@never_cache
@require_POST
def fresh_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send a fresh link to the same address; the answer is the same for an unknown token."""
    link = selectors.personal_link(token)
    if link is not None:
        services.ask_fresh_link(link=link)
    return render(request, "accounts/fresh_link.html")
