"""Sessions for the programme's staff and for trainers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from core.money import euros
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE, STAFF, Role
from programme.links import programme_url
from trainings import rules, selectors, services
from trainings.enums import SessionStatus
from trainings.filters import SessionFilter
from trainings.forms import CancelForm, SessionForm, Timetable
from trainings.models import Course, Provider, Session
from trainings.services.messages import calendar_text
from trainings.sheet import Cell, Marks

READERS = (*STAFF, Role.TRAINER)


@allow(*READERS)
@require_safe
def session_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Sessions of the programme; a trainer sees her own, the next one first."""
    mine = selectors.with_places(Session.objects.visible_to(request.access))
    listing: Listing[Session] = Listing(
        request,
        queryset=selectors.with_nearness(mine, timezone.localdate()),
        filterset_class=SessionFilter,
        sorts={
            "proximite": selectors.NEAREST,
            "date": ("starts_on",),
            "formation": ("course__title",),
            "organisme": ("provider__name",),
            "inscrits": ("taken",),
        },
        default_sort="-date" if request.access.is_staff else "proximite",
    )
    if listing.export_format:
        return export_response(_export(listing), fmt=listing.export_format, filename="sessions")
    context = {
        "listing": listing,
        "rows": selectors.session_rows(listing.page.object_list, request.programme),
        "can_plan": rules.can_plan_sessions(request.access),
    }
    return render_page(request, "trainings/session_list.html", context, partials={"results": "results"})


def _export(listing: Listing[Session]) -> Sheet:
    def rows() -> Iterator[list[Any]]:
        for session in listing.queryset.iterator(chunk_size=500):
            half_days = list(session.half_days.all())
            yield [
                session.course.title,
                session.course.get_stake_display(),
                session.starts_on,
                session.ends_on,
                len(half_days),
                round(Decimal(sum(each.minutes for each in half_days)) / 60, 2),
                session.provider.name if session.provider else "",
                session.trainer_name,
                session.place,
                session.capacity_max,
                session.taken,  # type: ignore[attr-defined]
                session.waiting,  # type: ignore[attr-defined]
                euros(session.price_cents),
                session.get_status_display(),
            ]

    columns = [
        _("Formation"),
        _("Enjeu"),
        _("Premier jour"),
        _("Dernier jour"),
        _("Demi-journées"),
        _("Heures"),
        _("Organisme"),
        _("Formateur"),
        _("Lieu"),
        _("Places"),
        _("Inscrits"),
        _("En attente"),
        _("Prix par personne"),
        _("État"),
    ]
    return Sheet(_("Sessions"), columns, rows())


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def session_create(request: ProgrammeRequest) -> HttpResponse:
    """Plan a session: its course, its half-days, its place."""
    if request.method == "POST":
        if "ajouter" in request.POST:
            return _form_page(request, _unchecked(request), Timetable.one_more(request.POST))
        form = SessionForm(request.POST, programme=request.programme)
        timetable = Timetable.sent(request.POST)
        if all([form.is_valid(), timetable.is_valid(request.programme)]):
            session = _save(request, form, timetable, session=None)
            if session is not None:
                messages.success(request, _("La session est prévue. Vous pouvez y inscrire des personnes."))
                return _to_detail(request, session)
        return _form_page(request, form, timetable, status=422)
    course = (
        Course.objects.for_programme(request.programme).filter(code=request.GET.get("formation", "")).first()
    )
    form = SessionForm(programme=request.programme, initial={"course": course} if course else None)
    return _form_page(request, form, Timetable.blank(course.half_days if course else 2))


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def session_update(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Change a session; people who hold a place are told of new dates or place."""
    session = selectors.session_for(request.access, pk)
    if request.method == "POST":
        if "ajouter" in request.POST:
            timetable = Timetable.one_more(request.POST)
            return _form_page(request, _unchecked(request, session), timetable, session=session)
        form = SessionForm(request.POST, programme=request.programme, session=session)
        timetable = Timetable.sent(request.POST)
        if all([form.is_valid(), timetable.is_valid(request.programme)]) and _save(
            request, form, timetable, session=session
        ):
            messages.success(request, _("La session est enregistrée."))
            return _to_detail(request, session)
        return _form_page(request, form, timetable, session=session, status=422)
    initial = {
        name: getattr(session, name)
        for name in (
            "provider",
            "trainer",
            "trainer_name",
            "place",
            "link",
            "capacity_min",
            "capacity_max",
            "price_cents",
        )
    }
    initial["is_open"] = session.status != SessionStatus.PLANNED
    form = SessionForm(programme=request.programme, session=session, initial=initial)
    return _form_page(request, form, Timetable.of_session(session), session=session)


def _unchecked(request: ProgrammeRequest, session: Session | None = None) -> SessionForm:
    """The form as typed, without complaints: a row is being added, nothing is being sent."""
    typed: dict[str, Any] = {name: request.POST.get(name, "") for name in SessionForm.base_fields}
    return SessionForm(programme=request.programme, session=session, initial=typed)


def _save(
    request: ProgrammeRequest, form: SessionForm, timetable: Timetable, *, session: Session | None
) -> Session | None:
    """Call the service; a refusal goes beside its field."""
    try:
        details = form.details(_provider(request, form))
        if session is not None:
            return services.change_session(
                actor=request.access.user, session=session, details=details, half_days=timetable.half_days
            )
        return services.plan_session(
            actor=request.access.user,
            course=form.cleaned_data["course"],
            details=details,
            half_days=timetable.half_days,
            request_key=form.cleaned_data["request_key"],
        )
    except BusinessError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


def _provider(request: ProgrammeRequest, form: SessionForm) -> Provider:
    chosen: Provider | None = form.cleaned_data["provider"]
    return chosen or services.ensure_provider(
        actor=request.access.user, programme=request.programme, name=form.cleaned_data["new_provider"]
    )


def _form_page(
    request: ProgrammeRequest,
    form: SessionForm,
    timetable: Timetable,
    *,
    session: Session | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "timetable": timetable, "session": session}
    return render(request, "trainings/session_form.html", context, status=status)


def _to_detail(request: ProgrammeRequest, session: Session) -> HttpResponseRedirect:
    return HttpResponseRedirect(programme_url(request.programme, "trainings:session_detail", pk=session.pk))


@allow(*READERS, Role.COMPANY)
@require_safe
def session_detail(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A session, its people, its attendance sheet. A company is sent to its own page of it."""
    session = selectors.session_for(request.access, pk)
    if not (request.access.is_staff or request.access.has(Role.TRAINER)):
        return HttpResponseRedirect(programme_url(request.programme, "trainings:space_session", pk=pk))
    return _detail_page(request, session)


def _detail_page(
    request: ProgrammeRequest,
    session: Session,
    *,
    ticked: frozenset[Cell] | None = None,
    seen: Marks | None = None,
    refusal: str = "",
) -> HttpResponse:
    access = request.access
    sheet = selectors.session_sheet(access, session, today=timezone.localdate(), ticked=ticked, seen=seen)
    context = {
        "theirs": selectors.sheet_changes(sheet, seen) if seen else [],
        "is_over": rules.is_over(session, timezone.localtime()),
        "session": session,
        "row": selectors.session_rows([session], request.programme)[0],
        "sheet": sheet,
        "refusal": refusal,
        "certificates": selectors.session_certificates(access, session),
        "can_change": rules.can_plan_sessions(access),
        "can_mark": rules.can_mark_attendance(access, session),
        "can_enrol": access.is_staff and rules.takes_registrations(session),
    }
    return render(request, "trainings/session_detail.html", context, status=409 if refusal else 200)


@allow(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def attendance(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Save the whole sheet in one go. « Tous présents » ticks a column on the way."""
    session = selectors.session_for(request.access, pk)
    if request.method != "POST":
        return _to_detail(request, session)
    if not rules.can_mark_attendance(request.access, session):
        raise BusinessError(_("Vous ne pouvez pas remplir la feuille de présence de cette session."))
    seen = selectors.seen_marks(request.POST)
    ticked = selectors.ticked_cells(request.POST, session, seen=seen)
    try:
        outcome = services.save_attendance(
            actor=request.access.user,
            session=session,
            present=ticked,
            today=timezone.localdate(),
            seen=seen,
        )
    except BusinessError as error:
        return _detail_page(request, session, ticked=ticked, seen=seen, refusal=error.message)
    messages.success(request, _outcome_text(outcome.marked, outcome.unmarked))
    target = programme_url(request.programme, "trainings:session_detail", pk=pk)
    return HttpResponseRedirect(f"{target}#presence")


def _outcome_text(marked: int, unmarked: int) -> str:
    if not marked and not unmarked:
        return _("La feuille était déjà enregistrée ainsi.")
    parts = []
    if marked:
        parts.append(
            ngettext("%(count)s présence notée", "%(count)s présences notées", marked) % {"count": marked}
        )
    if unmarked:
        parts.append(
            ngettext("%(count)s présence retirée", "%(count)s présences retirées", unmarked)
            % {"count": unmarked}
        )
    return _("Feuille enregistrée\u00a0: %(what)s.") % {"what": ", ".join(parts)}


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def session_cancel(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Cancel a session after saying what it does."""
    session = selectors.session_for(request.access, pk)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.cancel_session(
            actor=request.access.user, session=session, reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("La session est annulée et les personnes inscrites sont prévenues."))
        return _to_detail(request, session)
    row = selectors.session_rows([session], request.programme)[0]
    return render(request, "trainings/session_cancel.html", {"session": session, "row": row, "form": form})


@allow(*OFFICE)
@require_POST
def certificates(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Ask for the certificates of everybody who attended."""
    session = selectors.session_for(request.access, pk)
    made = services.request_certificates(actor=request.access.user, session=session)
    if made:
        said = ngettext(
            "%(count)s certificat est prêt ou en préparation, ci-dessous.",
            "%(count)s certificats sont prêts ou en préparation, ci-dessous.",
            len(made),
        )
        messages.success(request, said % {"count": len(made)})
    else:
        messages.info(request, _("Personne n’a encore été présent\u00a0: il n’y a rien à certifier."))
    target = programme_url(request.programme, "trainings:session_detail", pk=pk)
    return HttpResponseRedirect(f"{target}#certificats")


@allow(*READERS, Role.COMPANY)
@require_safe
def session_ics(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """The half-days of a session for a calendar."""
    session = selectors.session_for(request.access, pk)
    with_link = bool(selectors.session_link(request.access, session))
    text = calendar_text(session, list(session.half_days.all()), with_link=with_link)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="formation-{session.pk}.ics"'
    return response
