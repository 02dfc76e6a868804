"""The public catalogue: the same page for every visitor, so that it can be cached."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from programme.access import ProgrammeRequest, allow_public
from programme.links import programme_url
from trainings import selectors
from trainings.enums import Stake


@allow_public
@require_safe
def catalogue(request: ProgrammeRequest) -> HttpResponse:
    """Courses by stake, with their next session."""
    asked = request.GET.get("enjeu", "")
    stake = asked if asked in {member.value for member in Stake} else ""
    cards = selectors.course_cards(request.programme, today=timezone.localdate(), stake=stake)
    address = programme_url(request.programme, "trainings:catalogue")
    context = {
        "groups": [
            (label, list(group)) for label, group in groupby(cards, key=lambda card: card.stake_label)
        ],
        "stakes": [
            {"label": str(member.label), "url": f"{address}?enjeu={member.value}", "current": stake == member}
            for member in Stake
        ],
        "stake": stake,
        "all_url": address,
    }
    return render(request, "trainings/catalogue.html", context)


@allow_public
@require_safe
def course_detail(request: ProgrammeRequest, code: str) -> HttpResponse:
    """One course: for whom, what for, how, and when."""
    course = selectors.course_for(request.programme, code, today=timezone.localdate())
    return render(request, "trainings/course_detail.html", {"course": course})
