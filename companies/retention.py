"""Contacts who have not acted for three years."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from companies.models import Contact
from companies.person_data import forget_contact
from core.i18n import gettext_lazy as _
from core.keeping import latest_start, years_after
from core.registries import DueItem, RetentionRule, own_actions, retention_rules
from programme.services.person_data import purge_person

YEARS = 3


def _actions(programme: Any) -> Mapping[str, datetime]:
    """Last moment each address acted by itself, whatever the app that saw it."""
    found: dict[str, datetime] = {}
    for read in own_actions.values():
        for email, at in read(programme).items():
            found[email] = max(found.get(email, at), at)
    return found


def due_contacts(programme: Any, today: date) -> list[DueItem]:
    """Contacts of a programme whose last own action is three years old, longest silent first."""
    if programme is None:
        return []
    limit = latest_start(today, months=12 * YEARS)
    rows = (
        Contact.objects.filter(participation__programme=programme, created_at__date__lte=limit)
        .annotate(agreed_at=Max("consents__given_at"), spoke_at=Max("exchanges__at"))
        .select_related("participation")
    )
    if not rows:
        return []
    acted = _actions(programme)
    due = []
    for contact in rows:
        moments = (contact.created_at, contact.agreed_at, contact.spoke_at, acted.get(contact.email.lower()))
        last = timezone.localdate(max(moment for moment in moments if moment is not None))
        if last <= limit:
            label = f"{contact} – {contact.participation.name}"
            due.append(DueItem(str(contact.pk), label, years_after(last, YEARS)))
    return sorted(due, key=lambda item: (item.due_on, item.key))


def _purge(programme: Any, keys: Sequence[str]) -> int:
    done = 0
    for key in keys:
        contact = Contact.objects.filter(pk=key, participation__programme=programme).first()
        if contact is None:
            continue
        if contact.email:
            purge_person(email=contact.email, programme=programme)
        # A person without an address, or two cards of one person: nothing is left of this one.
        left = Contact.objects.filter(pk=key).select_related("participation").first()
        if left is not None:
            forget_contact(left)
        done += 1
    return done


retention_rules.register(
    "inactive-contacts",
    RetentionRule(
        label=_("Contacts inactifs"),
        delay=_("3 ans après leur dernière action"),
        source=_("Référentiel de la CNIL sur la gestion des contacts\u00a0: 3 ans après le dernier contact."),
        outcome=_("Effacement de la personne\u00a0; les échanges et les chiffres de l’entreprise restent"),
        due=due_contacts,
        purge=_purge,
    ),
)
