"""Writes about the people of a company, and what lets them in."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import ensure_user
from companies.enums import EventKind
from companies.models import Contact, Membership, Participation
from companies.selectors import identity_of, search_text_of
from companies.services.timeline import record_event
from companies.texts import tidy
from core import audit
from core.errors import BusinessError
from notifications.models import Message
from notifications.services import send_message
from programme.enums import Role
from programme.links import programme_url
from programme.services import grant_role, revoke_role

_SAME_CLICK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is known of a person in a company."""

    last_name: str
    first_name: str = ""
    job_title: str = ""
    email: str = ""
    phone: str = ""
    is_main: bool = False
    role: str = ""


@transaction.atomic
def add_contact(*, actor: User | None, participation: Participation, facts: ContactFacts) -> Contact:
    """Add a person to a company. The same name and address again gives the same contact.

    Raises ``ValidationError`` for an unusable address. The first contact of a company is its main one.
    """
    email = facts.email.strip().lower()
    same = participation.contacts.filter(
        last_name=tidy(facts.last_name), first_name=tidy(facts.first_name), email=email
    ).first()
    if same is not None:
        return same
    contact = Contact(participation=participation)
    is_main = facts.is_main or not participation.contacts.exists()
    _write(contact, facts, email, is_main=is_main)
    audit.record(actor=actor, verb="contact.added", obj=contact, programme_id=participation.programme_id)
    return contact


@transaction.atomic
def update_contact(*, actor: User | None, contact: Contact, facts: ContactFacts) -> Contact:
    """Correct a person's details. The e-mail of somebody who was invited stays her own account's."""
    before = _facts_of(contact)
    email = facts.email.strip().lower()
    if email != contact.email and contact.memberships.exists():
        raise BusinessError(
            _(
                "Cette personne a un accès avec l’adresse %(email)s. "
                "Retirez son accès, puis invitez-la avec sa nouvelle adresse."
            )
            % {"email": contact.email},
            field="email",
            code="invited",
        )
    _write(contact, facts, email, is_main=facts.is_main or contact.is_main)
    after = _facts_of(contact)
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        # Values are personal data: the trail says what changed, not what it was.
        audit.record(
            actor=actor,
            verb="contact.changed",
            obj=contact,
            programme_id=contact.participation.programme_id,
            changes={"fields": changed},
        )
    return contact


def _facts_of(contact: Contact) -> dict[str, object]:
    return {name: getattr(contact, name) for name in ContactFacts.__slots__}


def _write(contact: Contact, facts: ContactFacts, email: str, *, is_main: bool) -> None:
    contact.first_name, contact.last_name = tidy(facts.first_name), tidy(facts.last_name)
    contact.job_title, contact.phone, contact.role = tidy(facts.job_title), tidy(facts.phone), facts.role
    contact.email, contact.is_main = email, is_main
    contact.full_clean(exclude=["participation"])
    contact.save()
    participation = contact.participation
    if is_main:
        participation.contacts.exclude(pk=contact.pk).filter(is_main=True).update(is_main=False)
    text = search_text_of(participation, identity_of(participation))
    Participation.objects.filter(pk=participation.pk).update(search_text=text)
    participation.search_text = text


@transaction.atomic
def open_access(*, actor: User | None, contact: Contact, is_manager: bool = False) -> Membership:
    """Let a contact act for her company: account, membership and role. Done twice, nothing changes.

    A colleague let in for some sections of a questionnaire becomes a manager when she is asked as one.
    Raises ``BusinessError`` when no e-mail address is known.
    """
    if not contact.email:
        raise BusinessError(
            _("Indiquez l’adresse e-mail de %(name)s avant de l’inviter.") % {"name": contact},
            field="email",
            code="no-email",
        )
    participation = contact.participation
    user = ensure_user(email=contact.email, first_name=contact.first_name, last_name=contact.last_name)
    membership, created = Membership.objects.get_or_create(
        participation=participation, user=user, defaults={"contact": contact, "is_manager": is_manager}
    )
    if is_manager and not membership.is_manager:
        membership.is_manager = True
        membership.save(update_fields=["is_manager"])
    grant_role(actor=actor, user=user, programme=participation.programme, role=Role.COMPANY)
    if created:
        audit.record(
            actor=actor, verb="membership.opened", obj=participation, programme_id=participation.programme_id
        )
    return membership


@transaction.atomic
def invite_contact(*, actor: User | None, contact: Contact, is_manager: bool = True) -> Membership:
    """Let a contact in and send her a personal link to her company's pages.

    Two clicks within two minutes send one message. Raises ``BusinessError`` without an address, or when
    she withdrew her agreement.
    """
    last = contact.consents.order_by("-given_at", "-pk").first()
    if last is not None and last.withdrawn_at is not None:
        raise BusinessError(
            _("%(name)s a retiré son accord\u00a0: recueillez-le de nouveau avant de l’inviter.")
            % {"name": contact},
            code="withdrawn",
        )
    membership = open_access(actor=actor, contact=contact, is_manager=is_manager)
    participation = contact.participation
    path = programme_url(participation.programme, "companies:space_home")
    recent = Message.objects.filter(
        programme=participation.programme,
        template="company_invitation",
        recipient=membership.user,
        created_at__gte=timezone.now() - _SAME_CLICK,
    )
    if recent.exists():
        return membership
    send_message(
        template="company_invitation",
        recipient=membership.user,
        programme=participation.programme,
        context={"company": participation.name, "sender": actor.full_name if actor else ""},
        link_path=path,
        participation_id=participation.pk,
    )
    record_event(
        participation=participation,
        kind=EventKind.NOTE,
        title=_("Invitation envoyée à %(name)s") % {"name": contact},
        actor=actor,
    )
    return membership


@transaction.atomic
def close_access(*, actor: User | None, membership: Membership) -> None:
    """Take back a person's access to a company, and the role when it was her last company here."""
    participation, user = membership.participation, membership.user
    membership.delete()
    remaining = Membership.objects.filter(user=user, participation__programme=participation.programme)
    if not remaining.exists():
        revoke_role(actor=actor, user=user, programme=participation.programme, role=Role.COMPANY)
    audit.record(
        actor=actor,
        verb="membership.closed",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"user": user.pk},
    )
