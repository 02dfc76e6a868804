"""Training bodies and the trainers who have an access."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import BusinessError
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url
from trainings import selectors, services
from trainings.forms import ProviderForm, TrainerForm


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def provider_list(request: ProgrammeRequest) -> HttpResponse:
    """Bodies with their trainers; add a body or complete it, give a trainer her access."""
    asked = request.POST.get("formulaire", "")
    provider_form = ProviderForm(request.POST if asked == "organisme" else None, prefix="organisme")
    trainer_form = TrainerForm(
        request.POST if asked == "formateur" else None, prefix="formateur", programme=request.programme
    )
    if asked == "organisme" and provider_form.is_valid():
        services.save_provider(
            actor=request.access.user, programme=request.programme, **provider_form.cleaned_data
        )
        messages.success(request, _("L’organisme est enregistré."))
        return _back(request)
    if asked == "formateur" and trainer_form.is_valid() and _add_trainer(request, trainer_form):
        messages.success(request, _("L’accès est ouvert\u00a0: le formateur le reçoit par e-mail."))
        return _back(request)
    context = {
        "providers": selectors.provider_rows(request.programme),
        "provider_form": provider_form,
        "trainer_form": trainer_form,
    }
    status = 422 if provider_form.errors or trainer_form.errors else 200
    return render(request, "trainings/provider_list.html", context, status=status)


def _add_trainer(request: ProgrammeRequest, form: TrainerForm) -> bool:
    try:
        services.add_trainer(actor=request.access.user, **form.cleaned_data)
    except BusinessError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


def _back(request: ProgrammeRequest) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "trainings:provider_list"))
