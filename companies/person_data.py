"""What companies hold about a person: her card, her agreement, her exchanges, her access."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from companies.enums import ContactRole
from companies.models import Contact, ImportBatch, ImportRow, Membership, Participation
from companies.selectors import identity_of, search_text_of
from companies.services import close_access
from core import audit
from core.i18n import gettext_lazy as _
from core.models import StoredFile
from core.persons import Erasure, PersonRecord, PersonScope
from core.registries import PersonDataSource, own_actions, person_data

_WAY = "participation__programme"
PUBLIC_NAME = _("Nom de l’entreprise, tel que le répertoire public le donne.")


def _contacts(scope: PersonScope) -> QuerySet[Contact]:
    rows: QuerySet[Contact] = scope.within(Contact.objects.filter(email__iexact=scope.email), _WAY)
    return rows.select_related("participation__programme")


def _collect(scope: PersonScope) -> list[PersonRecord]:
    records = []
    for contact in _contacts(scope):
        facts: dict[str, Any] = {
            str(_("entreprise")): contact.participation.name,
            str(_("prénom")): contact.first_name,
            str(_("nom")): contact.last_name,
            str(_("rôle")): str(ContactRole(contact.role).label) if contact.role else "",
            str(_("fonction")): contact.job_title,
            str(_("adresse e-mail")): contact.email,
            str(_("téléphone")): contact.phone,
            str(_("inscrit")): contact.created_at,
            str(_("accords")): [
                {"version": each.version, "donne": each.given_at} for each in contact.consents.all()
            ],
            str(_("échanges")): [
                {"titre": each.title, "texte": each.text, "le": each.at} for each in contact.exchanges.all()
            ],
            str(_("rendez-vous")): contact.meetings.count(),
        }
        records.append(PersonRecord(str(_("Contact d’une entreprise")), facts))
    members = scope.within(Membership.objects.filter(user__email__iexact=scope.email), _WAY)
    records += [
        PersonRecord(
            str(_("Accès à l’espace d’une entreprise")),
            {
                str(_("entreprise")): each.participation.name,
                str(_("depuis")): each.created_at,
            },
        )
        for each in members.select_related("participation")
    ]
    return records


@transaction.atomic
def forget_contact(contact: Contact) -> int:
    """Delete a contact; how many rows with her accesses. What was exchanged stays on the timeline.

    Side effects: her access to the company's pages is closed; another contact becomes the main one.
    """
    participation = contact.participation
    accesses = list(contact.memberships.select_related("participation__programme", "user"))
    for membership in accesses:
        close_access(actor=None, membership=membership)
    audit.forget_names([contact])
    contact.delete()
    first = participation.contacts.first()
    if first is not None and not first.is_main:
        Contact.objects.filter(pk=first.pk).update(is_main=True)
    # The line the list is searched by held her name and address.
    text = search_text_of(participation, identity_of(participation))
    Participation.objects.filter(pk=participation.pk).update(search_text=text)
    return 1 + len(accesses)


def _erase(scope: PersonScope) -> Erasure:
    forgotten = sum(forget_contact(contact) for contact in list(_contacts(scope)))
    members = scope.within(Membership.objects.filter(user__email__iexact=scope.email), _WAY)
    left = list(members.select_related("participation__programme", "user"))
    for membership in left:
        close_access(actor=None, membership=membership)
    return Erasure(erased=forgotten + len(left) + _forget_import_files(scope))


def _forget_import_files(scope: PersonScope) -> int:
    """Files of imports that brought her in: a table cannot lose one line, so the file goes whole."""
    wanted = Q()
    for needle in scope.identity.needles():
        wanted |= Q(data__icontains=needle)
    rows = scope.within(ImportRow.objects.filter(wanted), "batch__programme").filter(
        batch__file__isnull=False
    )
    batches = {row.batch_id for row in rows if scope.identity.mentioned_in(row.data)}
    files = list(StoredFile.objects.filter(pk__in=ImportBatch.objects.filter(pk__in=batches).values("file")))
    ImportBatch.objects.filter(pk__in=batches).update(file=None)
    for stored in files:
        storage, name = stored.content.storage, str(stored.content.name)
        stored.delete()
        transaction.on_commit(partial(storage.delete, name))
    return len(files)


def last_own_actions(programme: Any) -> Mapping[str, datetime]:
    """Agreements given, exchanges held, sign-ins of people who act for a company of the programme."""
    found: dict[str, datetime] = {}
    contacts = Contact.objects.filter(participation__programme=programme).exclude(email="")
    for path in ("created_at", "consents__given_at", "exchanges__at", "memberships__user__last_login"):
        rows = contacts.filter(**{f"{path}__isnull": False}).values_list("email", path)
        for email, at in rows.order_by():
            key = email.lower()
            found[key] = max(found.get(key, at), at)
    return found


own_actions.register("companies", last_own_actions)
person_data.register(
    "companies",
    PersonDataSource(
        label=_("Entreprises"),
        purpose=_("Accompagner l’entreprise et joindre ses interlocuteurs (convention)."),
        rank=50,
        collect=_collect,
        erase=_erase,
        keeps={
            "companies.company": PUBLIC_NAME,
            "companies.establishment": PUBLIC_NAME,
            **{
                f"companies.participation.{column}": PUBLIC_NAME
                for column in ("name", "name_key", "search_text", "stated")
            },
            "companies.companygroup": PUBLIC_NAME,
        },
    ),
)
