"""What a person agreed to: given on one version of the notice, withdrawn, never deleted."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import ConsentChannel, EventKind
from companies.models import Contact, ContactConsent
from companies.notices import CURRENT
from companies.services.timeline import record_event
from core import audit
from core.errors import BusinessError


@transaction.atomic
def give_consent(
    *, actor: User | None, contact: Contact, channel: ConsentChannel, at: datetime | None = None
) -> ContactConsent:
    """Keep that a person agreed, on the present notice. An agreement that stands is the same one.

    One given on a former notice is closed by the new one. Raises ``BusinessError`` for a moment to come.
    """
    now = timezone.now()
    if at is not None and at > now:
        raise BusinessError(_("Un accord ne peut pas être daté de demain."), field="given_on", code="future")
    standing = contact.consents.filter(withdrawn_at=None).first()
    if standing is not None:
        if standing.version == CURRENT:
            return standing
        standing.withdrawn_at, standing.withdrawn_by = now, actor
        standing.save(update_fields=["withdrawn_at", "withdrawn_by"])
    consent = ContactConsent.objects.create(
        contact=contact, version=CURRENT, channel=channel, given_at=at or now, recorded_by=actor
    )
    _tell(actor, contact, "contact.consent_given", _("Accord recueilli\u00a0: %(name)s"))
    return consent


@transaction.atomic
def withdraw_consent(*, actor: User | None, contact: Contact) -> None:
    """Keep that a person withdrew; she is left out of invitations from then on. Twice changes nothing."""
    withdrawn = contact.consents.filter(withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=actor
    )
    if withdrawn:
        _tell(
            actor,
            contact,
            "contact.consent_withdrawn",
            _("Accord retiré\u00a0: %(name)s"),
        )


def _tell(actor: User | None, contact: Contact, verb: str, title: str) -> None:
    participation = contact.participation
    record_event(
        participation=participation, kind=EventKind.CONTACT, title=title % {"name": contact}, actor=actor
    )
    audit.record(actor=actor, verb=verb, obj=contact, programme_id=participation.programme_id)
