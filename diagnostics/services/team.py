"""Who helps to answer: colleagues on some sections, and respondents who answer alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies import services as companies
from companies.models import Contact
from core import audit
from core.errors import BusinessError
from diagnostics.conditions import what_is_shown
from diagnostics.definition import Definition
from diagnostics.enums import FillingMode
from diagnostics.models import Answer, AnswerFile, AnswerRevision, Contributor, Diagnostic, Respondent
from diagnostics.progress import progress_of
from diagnostics.seats import SeatKind
from diagnostics.selectors.filling import seat_at
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.services.answers import OPEN
from diagnostics.services.diagnostics import SAME_CLICK
from notifications.services import send_message
from programme.links import programme_url


@dataclass(frozen=True)
class Person:
    """Somebody of the company, as she is named when she is invited."""

    email: str
    last_name: str
    first_name: str = ""


@transaction.atomic
def invite_contributor(
    *,
    actor: User | None,
    diagnostic: Diagnostic,
    person: Person,
    sections: Collection[str],
    at: datetime | None = None,
) -> Contributor:
    """Ask a colleague for some sections; asking again changes them and sends a fresh link.

    A double click sends nothing more. Raises ``BusinessError`` without a section, for an unknown one, or
    while respondents answer alone. Side effects: a contact and an account if need be, one e-mail, audit.
    """
    now = at or timezone.now()
    row = _locked(diagnostic)
    definition = definition_of(diagnostic.version)
    chosen = [each.code for each in definition.dimensions if each.code in sections]
    if not chosen or len(chosen) != len(set(sections)):
        raise BusinessError(
            _("Choisissez au moins une partie à confier."), field="sections", code="no-section"
        )
    if row.mode != FillingMode.SHARED:
        raise BusinessError(
            _("Chacun répond seul à ce diagnostic\u00a0: invitez plutôt un point de vue de plus."),
            code="separate",
        )
    contact, user = _let_in(actor, diagnostic, person)
    known = Contributor.objects.filter(diagnostic=diagnostic, user=user).first()
    if known and known.sections == chosen and now - known.invited_at < SAME_CLICK:
        return known
    contributor, _created = Contributor.objects.update_or_create(
        diagnostic=diagnostic,
        user=user,
        defaults={
            "contact": contact,
            "name": str(contact),
            "sections": chosen,
            "invited_by": actor,
            "invited_at": now,
            "finished_at": None,
        },
    )
    titles = [definition.dimension_by_code[code].title for code in chosen]
    _send(actor, diagnostic, definition, user, "diagnostic_contribution", {"sections": titles})
    _record(actor, diagnostic, "diagnostic.contributor_invited", contact=contact.pk, sections=chosen)
    return contributor


@transaction.atomic
def withdraw_contributor(*, actor: User | None, contributor: Contributor) -> bool:
    """Stop asking a colleague; what she answered is the company's and stays. False when already done."""
    deleted, _by_model = Contributor.objects.filter(pk=contributor.pk).delete()
    if deleted:
        _record(actor, contributor.diagnostic, "diagnostic.contributor_withdrawn", name=contributor.name)
    return bool(deleted)


@transaction.atomic
def invite_view(
    *,
    actor: User | None,
    diagnostic: Diagnostic,
    person: Person,
    point_of_view: str,
    at: datetime | None = None,
) -> Respondent:
    """Ask somebody to answer alone, from a point of view; asking again sends a fresh link.

    The first one sets answers apart: what the main respondent gave so far becomes her own point of view.
    Raises ``BusinessError`` once answers are closed, when the name is taken, or when answers were given by
    nobody who could take them over. Side effects: account, one e-mail, audit.
    """
    now = at or timezone.now()
    row = _locked(diagnostic)
    name = " ".join(point_of_view.split())
    if not name:
        raise BusinessError(_("Donnez un nom à ce point de vue."), field="point_of_view", code="no-name")
    if row.mode == FillingMode.RECONCILING:
        raise BusinessError(
            _("Les réponses individuelles sont closes\u00a0: la mise en commun est commencée."), code="closed"
        )
    contact, user = _let_in(actor, diagnostic, person)
    views = Respondent.objects.filter(diagnostic=diagnostic, is_main=False)
    view = views.filter(user=user).first()
    if view and view.point_of_view == name and view.invited_at and now - view.invited_at < SAME_CLICK:
        return view
    if views.filter(point_of_view__iexact=name).exclude(user=user).exists():
        raise _taken(name)
    definition = definition_of(diagnostic.version)
    if row.mode == FillingMode.SHARED:
        _set_apart(row, definition, besides=user, name_taken=name)
        view = views.filter(user=user).first()
    if view is None:
        view = Respondent(diagnostic=diagnostic, user=user, is_main=False)
        view.visible_count = progress_of(definition, {}, what_is_shown(definition, {})).total
    view.contact, view.name, view.point_of_view, view.invited_at = contact, str(contact), name, now
    view.full_clean(validate_constraints=False)
    view.save()
    _send(actor, diagnostic, definition, user, "diagnostic_viewpoint", {"point_of_view": name})
    _record(actor, diagnostic, "diagnostic.view_invited", contact=contact.pk, point_of_view=name)
    return view


@transaction.atomic
def withdraw_view(*, actor: User | None, respondent: Respondent) -> bool:
    """Stop asking somebody who has not answered yet. False when already done.

    With the last one gone, the diagnostic is answered together again. Raises ``BusinessError`` when she
    has answered: her answers are kept, and nothing obliges to retain them.
    """
    diagnostic = respondent.diagnostic
    row = _locked(diagnostic)
    if Answer.objects.filter(respondent=respondent).exists():
        raise BusinessError(
            _(
                "%(name)s a déjà répondu\u00a0: ses réponses sont gardées. "
                "À la mise en commun, vous pourrez ne pas les retenir."
            )
            % {"name": respondent.name},
            code="has-answered",
        )
    deleted, _by_model = Respondent.objects.filter(pk=respondent.pk, is_main=False).delete()
    if not deleted:
        return False
    if not Respondent.objects.filter(diagnostic=row, is_main=False).exists():
        Diagnostic.objects.filter(pk=row.pk).update(mode=FillingMode.SHARED)
    _record(actor, diagnostic, "diagnostic.view_withdrawn", point_of_view=respondent.point_of_view)
    return True


@transaction.atomic
def finish_part(*, actor: User, diagnostic: Diagnostic, at: datetime | None = None) -> None:
    """Somebody says that her part, or her own answers, are done; she may still correct them.

    Raises ``BusinessError`` when nothing was asked of her. Side effect: audit, the first time.
    """
    seat = seat_at(diagnostic)
    now = at or timezone.now()
    if seat.kind is SeatKind.PART:
        done = Contributor.objects.filter(diagnostic=diagnostic, user=actor, finished_at=None)
    elif seat.kind is SeatKind.ALONE:
        done = Respondent.objects.filter(pk=seat.respondent_id, finished_at=None)  # type: ignore[assignment]  # the other noun
    else:
        raise BusinessError(_("Rien ne vous est demandé sur ce diagnostic."), code="not-yours")
    if done.update(finished_at=now):
        _record(actor, diagnostic, "diagnostic.part_finished", seat=seat.kind.value)


def _taken(name: str) -> BusinessError:
    return BusinessError(
        _("Un autre répondant porte déjà ce nom. Précisez-le, par exemple «\u00a0%(name)s 2\u00a0».")
        % {"name": name},
        field="point_of_view",
        code="name-taken",
    )


def _locked(diagnostic: Diagnostic) -> Diagnostic:
    row: Diagnostic = Diagnostic.objects.select_for_update().only("status", "mode").get(pk=diagnostic.pk)
    if row.status not in OPEN:
        raise BusinessError(_("Ce diagnostic n’attend plus de réponses."), code="not-open")
    return row


def _let_in(actor: User | None, diagnostic: Diagnostic, person: Person) -> tuple[Contact, User]:
    """The contact of this address, added if need be, and the account that lets her in."""
    participation = diagnostic.participation
    email = person.email.strip().lower()
    contact: Contact | None = Contact.objects.filter(participation=participation, email=email).first()
    if contact is None:
        facts = companies.ContactFacts(
            last_name=person.last_name.strip(), first_name=person.first_name.strip(), email=email
        )
        contact = companies.add_contact(actor=actor, participation=participation, facts=facts)
    return contact, companies.open_access(actor=actor, contact=contact).user


def _set_apart(row: Diagnostic, definition: Definition, *, besides: User, name_taken: str) -> None:
    """From one shared set of answers to one by respondent; the shared ones become the main one's own."""
    main = Respondent.objects.get(diagnostic=row, is_main=True)
    has_answers = Answer.objects.filter(respondent=main).exists()
    if has_answers and main.user_id is None:
        raise BusinessError(
            _(
                "Des réponses sont déjà données sans qu’un répondant ait été invité. "
                "Invitez d’abord la personne à qui elles appartiennent."
            ),
            code="no-owner",
        )
    Diagnostic.objects.filter(pk=row.pk).update(mode=FillingMode.SEPARATE)
    if main.user_id is None or (main.user_id == besides.pk and not has_answers):
        return
    direction = _("Direction")
    own = Respondent.objects.create(
        diagnostic_id=row.pk,
        user_id=main.user_id,
        contact_id=main.contact_id,
        name=main.name,
        is_main=False,
        point_of_view=main.name if direction.lower() == name_taken.lower() else direction,
        invited_at=main.invited_at,
        files_count=main.files_count,
        visible_count=progress_of(definition, {}, what_is_shown(definition, {})).total,
    )
    if has_answers:
        _hand_over(row.pk, main, own)


def _hand_over(diagnostic_id: int, main: Respondent, own: Respondent) -> None:
    figures = Diagnostic.objects.values("answered_count", "visible_count").get(pk=diagnostic_id)
    for model in (Answer, AnswerRevision, AnswerFile):
        model.objects.filter(respondent=main).update(respondent=own)
    Respondent.objects.filter(pk=own.pk).update(**figures)
    Respondent.objects.filter(pk=main.pk).update(files_count=0)
    Diagnostic.objects.filter(pk=diagnostic_id).update(answered_count=0)


def _send(
    actor: User | None,
    diagnostic: Diagnostic,
    definition: Definition,
    user: User,
    template: str,
    facts: dict[str, Any],
) -> None:
    programme = diagnostic.participation.programme
    send_message(
        template=template,
        recipient=user,
        programme=programme,
        participation_id=diagnostic.participation_id,
        context={
            "first_name": user.first_name,
            "company": diagnostic.participation.name,
            "title": definition.title,
            "minutes": definition.minutes,
            "sender": actor.full_name if actor else "",
            **facts,
        },
        link_path=programme_url(programme, "diagnostics:space_diagnostic", pk=diagnostic.pk),
    )


def _record(actor: User | None, diagnostic: Diagnostic, verb: str, **changes: object) -> None:
    audit.record(
        actor=actor, verb=verb, obj=diagnostic, programme_id=diagnostic.programme_id, changes=changes
    )
