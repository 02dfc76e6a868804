"""Pages of the people of a company."""

from datetime import datetime, time

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from companies import services
from companies.enums import ConsentChannel
from companies.forms import ConsentForm, ContactForm
from companies.models import Contact, Membership, Participation
from companies.notices import CURRENT, NOTICES
from companies.views.companies import followed
from core.errors import BusinessError
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from programme.links import programme_url


def _back(request: ProgrammeRequest, participation: Participation) -> HttpResponseRedirect:
    url = programme_url(request.programme, "companies:detail", pk=participation.pk)
    return HttpResponseRedirect(f"{url}#contacts")


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_add(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Add a person."""
    participation = followed(request, pk)
    form = ContactForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        contact = services.add_contact(
            actor=request.access.user, participation=participation, facts=form.facts()
        )
        messages.success(request, _("%(name)s est dans les contacts.") % {"name": contact})
        return _back(request, participation)
    context = {"form": form, "participation": participation, "contact": None}
    return render(request, "companies/contact_form.html", context, status=422 if form.is_bound else 200)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: ProgrammeRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Correct a person's details."""
    participation = followed(request, pk)
    contact = get_object_or_404(Contact, pk=contact_pk, participation=participation)
    known = {name: getattr(contact, name) for name in ContactForm.base_fields}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_contact(actor=request.access.user, contact=contact, facts=form.facts())
        except BusinessError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Les coordonnées sont à jour."))
            return _back(request, participation)
    return _contact_page(request, participation, contact, form)


def _contact_page(
    request: ProgrammeRequest,
    participation: Participation,
    contact: Contact,
    form: ContactForm,
    consent: ConsentForm | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "participation": participation,
        "contact": contact,
        "consent": consent or ConsentForm(),
        "consents": contact.consents.select_related("recorded_by", "withdrawn_by"),
        "standing": contact.consents.filter(withdrawn_at=None).first(),
        "notice": NOTICES[CURRENT],
        "current": CURRENT,
    }
    bound = form.is_bound or (consent is not None and consent.is_bound)
    return render(request, "companies/contact_form.html", context, status=422 if bound else 200)


@allow(*STAFF)
@require_POST
def contact_consent(request: ProgrammeRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Keep that a person agreed, or took it back (``retrait``)."""
    participation = followed(request, pk)
    contact = get_object_or_404(Contact, pk=contact_pk, participation=participation)
    if "retrait" in request.POST:
        services.withdraw_consent(actor=request.access.user, contact=contact)
        messages.success(request, _("Le retrait est enregistré\u00a0: plus aucune invitation ne partira."))
        return _back(request, participation)
    consent = ConsentForm(request.POST)
    if not consent.is_valid():
        known = {name: getattr(contact, name) for name in ContactForm.base_fields}
        return _contact_page(request, participation, contact, ContactForm(initial=known), consent)
    day = consent.cleaned_data["given_on"]
    now = timezone.localtime()
    at = now if day == now.date() else timezone.make_aware(datetime.combine(day, time(12)))
    channel = ConsentChannel(consent.cleaned_data["channel"])
    services.give_consent(actor=request.access.user, contact=contact, channel=channel, at=at)
    messages.success(request, _("L’accord est enregistré."))
    return _back(request, participation)


@allow(*STAFF)
@require_POST
def contact_invite(request: ProgrammeRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Open an access for a person and send her link."""
    participation = followed(request, pk)
    contact = get_object_or_404(Contact, pk=contact_pk, participation=participation)
    try:
        services.invite_contact(actor=request.access.user, contact=contact)
    except BusinessError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("L’invitation part à %(email)s.") % {"email": contact.email})
    return _back(request, participation)


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def access_close(request: ProgrammeRequest, pk: int, membership_pk: int) -> HttpResponse:
    """Take back a person's access, after saying what that means."""
    participation = followed(request, pk)
    membership = get_object_or_404(
        Membership.objects.select_related("user", "participation__programme"),
        pk=membership_pk,
        participation=participation,
    )
    if request.method == "POST":
        services.close_access(actor=request.access.user, membership=membership)
        messages.success(request, _("L’accès est retiré."))
        return _back(request, participation)
    context = {
        "participation": participation,
        "person": membership.user,
        "text": _("%(name)s ne pourra plus ouvrir les pages de «\u00a0%(company)s\u00a0».")
        % {"name": membership.user.full_name, "company": participation.name},
        "consequences": [
            _("Ses réponses et ses actions sont conservées."),
            _("Vous pourrez l’inviter de nouveau."),
        ],
        "cancel_url": programme_url(request.programme, "companies:detail", pk=participation.pk),
    }
    return render(request, "companies/access_close.html", context)
