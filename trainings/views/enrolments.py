"""Places in sessions, entered by the programme's staff."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from companies.models import Participation
from companies.selectors import participation_for
from core.errors import BusinessError
from programme.access import ProgrammeRequest, allow
from programme.enums import STAFF
from programme.links import programme_url
from trainings import rules, selectors, services
from trainings.enums import EnrolmentStatus
from trainings.forms import TraineeForm
from trainings.models import Enrolment, Session


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_create(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Enrol people: find the company, then enter one person after the other."""
    session = selectors.session_for(request.access, pk)
    participation = _chosen(request)
    if participation is None:
        return _search_page(request, session)
    if not rules.can_enrol(request.access, session, participation, timezone.localdate()):
        raise BusinessError(_("Cette session ne prend plus d’inscription."), code="session-closed")
    form = TraineeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = enrol_one(request, session, participation, form)
        if said is not None:
            messages.success(request, said)
            target = programme_url(request.programme, "trainings:enrolment_create", pk=session.pk)
            return HttpResponseRedirect(f"{target}?entreprise={participation.pk}")
    context = {
        "session": session,
        "row": selectors.session_rows([session], request.programme)[0],
        "participation": participation,
        "form": form,
        "people": _people(request, session, participation),
    }
    status = 422 if form.errors else 200
    return render(request, "trainings/enrolment_create.html", context, status=status)


def _chosen(request: ProgrammeRequest) -> Participation | None:
    """The company of the address. An unreadable or foreign one does not exist."""
    text = request.GET.get("entreprise", "")
    if not text:
        return None
    return participation_for(request.access, int(text) if text.isascii() and text.isdigit() else 0)


def _search_page(request: ProgrammeRequest, session: Session) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = selectors.matching_companies(request.access, text) if text else []
    address = programme_url(request.programme, "trainings:enrolment_create", pk=session.pk)
    context = {
        "session": session,
        "row": selectors.session_rows([session], request.programme)[0],
        "text": text,
        "found": [
            {"name": each.name, "city": each.establishment.city, "url": f"{address}?entreprise={each.pk}"}
            for each in found
        ],
    }
    return render(request, "trainings/enrolment_company.html", context)


def _people(request: ProgrammeRequest, session: Session, participation: Participation) -> list[Any]:
    return selectors.company_enrolments(
        request.access,
        participation,
        today=timezone.localdate(),
        session=session,
        url_name="trainings:session_detail",
    )


def enrol_one(
    request: ProgrammeRequest, session: Session, participation: Participation, form: TraineeForm
) -> str | None:
    """Enrol the person of a valid form and say what happened; a refusal goes beside its field."""
    try:
        (enrolment,) = services.enrol(
            actor=request.access.user,
            session=session,
            participation=participation,
            people=[form.trainee()],
        )
    except BusinessError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
    if enrolment.status == EnrolmentStatus.WAITING:
        said = _("%(name)s est en liste d’attente\u00a0: la session est complète.")
    else:
        said = _("%(name)s est inscrit\u00a0: la confirmation part à %(email)s.")
    return said % {"name": enrolment.full_name, "email": enrolment.email}


def cancel_page(request: ProgrammeRequest, enrolment: Enrolment, *, back: str, template: str) -> HttpResponse:
    """Give a place back after saying what it does; used by staff and by companies."""
    if enrolment.status == EnrolmentStatus.CANCELLED:
        messages.info(request, _("Cette inscription est déjà annulée."))
        return HttpResponseRedirect(back)
    if not rules.can_cancel_enrolment(request.access, enrolment, timezone.localdate()):
        raise BusinessError(_("Cette inscription ne peut plus être annulée."), code="too-late")
    if request.method == "POST":
        promoted = services.cancel_enrolment(actor=request.access.user, enrolment=enrolment)
        said = _("L’inscription de %(name)s est annulée.") % {"name": enrolment.full_name}
        if promoted and request.access.is_staff:
            names = ", ".join(each.full_name for each in promoted)
            said = _("%(said)s La place va à %(names)s, prévenu par e-mail.") % {"said": said, "names": names}
        messages.success(request, said)
        return HttpResponseRedirect(back)
    row = selectors.session_rows(
        [selectors.session_for(request.access, enrolment.session_id)], request.programme
    )
    return render(request, template, {"enrolment": enrolment, "row": row[0], "back": back})


@allow(*STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def enrolment_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Give a person's place back; the first who waits gets it."""
    enrolment = selectors.enrolment_for(request.access, pk)
    back = programme_url(request.programme, "trainings:session_detail", pk=enrolment.session_id)
    return cancel_page(request, enrolment, back=back, template="trainings/enrolment_cancel.html")
