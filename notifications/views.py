"""The ledger of messages; their text is readable in demonstration only."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.htmx import render_page
from core.listing import Listing
from notifications.filters import MessageFilter
from notifications.models import Message
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE


@allow(*OFFICE)
@require_safe
def message_list(request: ProgrammeRequest) -> HttpResponse:
    """« E-mails envoyés »."""
    listing = Listing(
        request,
        queryset=Message.objects.for_programme(request.programme).select_related("recipient"),
        filterset_class=MessageFilter,
        sorts={"date": ("created_at",), "destinataire": ("email",)},
        default_sort="-date",
    )
    return render_page(
        request, "notifications/message_list.html", {"listing": listing}, partials={"results": "results"}
    )


@allow(*OFFICE)
@require_safe
def message_detail(request: ProgrammeRequest, pk: UUID) -> HttpResponse:
    """One message as it was sent."""
    message = get_object_or_404(Message.objects.for_programme(request.programme), pk=pk)
    return render(request, "notifications/message_detail.html", {"message": message})
