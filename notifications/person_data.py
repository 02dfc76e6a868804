"""What the ledger of messages holds about a person."""

from django.db.models import Q

from core.i18n import gettext_lazy as _
from core.persons import Erasure, PersonRecord, PersonScope, erased_address
from core.registries import PersonDataSource, person_data
from notifications.enums import MessageStatus
from notifications.models import CalendarFeed, Message, MessageChoice, RefusedAddress


def _messages(scope: PersonScope) -> Q:
    return Q(email__iexact=scope.email) | Q(recipient__email__iexact=scope.email)


def _collect(scope: PersonScope) -> list[PersonRecord]:
    records = [
        PersonRecord(
            str(_("Message")),
            {
                str(_("objet")): message.subject,
                str(_("adresse")): message.email,
                str(_("état")): str(MessageStatus(message.status).label),
                str(_("le")): message.created_at,
            },
        )
        for message in scope.within(Message.objects.filter(_messages(scope)))
    ]
    refusals = scope.within(RefusedAddress.objects.filter(email__iexact=scope.email))
    records += [PersonRecord(str(_("Adresse refusée")), {str(_("le")): row.refused_at}) for row in refusals]
    return records


def _erase(scope: PersonScope) -> Erasure:
    """Messages that wait never leave; those that left stay counted, without address nor words."""
    rows = scope.within(Message.objects.filter(_messages(scope)))
    waiting, _rows = rows.filter(status=MessageStatus.QUEUED).delete()
    sent = 0
    for pk in list(rows.values_list("pk", flat=True)):
        Message.objects.filter(pk=pk).update(
            email=erased_address(pk), context={}, attachments=[], subject="", body="", error=""
        )
        sent += 1
    others = 0
    for gone in (
        RefusedAddress.objects.filter(email__iexact=scope.email),
        MessageChoice.objects.filter(user__email__iexact=scope.email),
        CalendarFeed.objects.filter(user__email__iexact=scope.email),
    ):
        others += scope.within(gone).delete()[0]
    return Erasure(erased=waiting + sent + others)


person_data.register(
    "notifications",
    PersonDataSource(
        label=_("Messages"),
        purpose=_("Écrire aux personnes ce qui les concerne (conduite des accompagnements)."),
        rank=40,
        collect=_collect,
        erase=_erase,
    ),
)
