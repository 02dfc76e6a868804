"""Search providers: companies and their contacts."""

from django.db.models import Q

from companies.models import Contact, Participation
from companies.selectors.searching import search
from core.i18n import gettext_lazy as _
from core.registries import SearchHit, SearchProvider, search_providers
from programme.access import Access
from programme.links import programme_url


def find_companies(access: Access, text: str, limit: int) -> list[SearchHit]:
    """Companies by name, SIREN, SIRET, town or contact, among those the caller may see."""
    rows = search(
        Participation.objects.visible_to(access),
        text,
        programme_id=access.programme.pk,
        whole=access.is_office,
    )
    order = ("closeness", "name_key", "pk") if rows.is_approximate else ("name_key", "pk")
    named = rows.rows.order_by(*order)
    found = named.values_list("pk", "name", "city", "establishment__siret")[:limit]
    return [
        SearchHit(name, f"{city} · {siret}" if city else siret, _company_url(access, pk))
        for pk, name, city, siret in found
    ]


def find_contacts(access: Access, text: str, limit: int) -> list[SearchHit]:
    """People of those companies, by name or address."""
    rows = Contact.objects.filter(participation__in=Participation.objects.visible_to(access).values("pk"))
    words = text.split()
    if not words:
        return []
    for word in words:
        rows = rows.filter(
            Q(last_name__icontains=word) | Q(first_name__icontains=word) | Q(email__icontains=word)
        )
    found = rows.select_related("participation").order_by("last_name", "first_name", "pk")[:limit]
    return [
        SearchHit(str(contact), contact.participation.name, _company_url(access, contact.participation_id))
        for contact in found
    ]


def _company_url(access: Access, pk: int) -> str:
    return programme_url(access.programme, "companies:detail", pk=pk)


search_providers.register("companies.companies", SearchProvider(label=_("Entreprises"), find=find_companies))
search_providers.register("companies.contacts", SearchProvider(label=_("Personnes"), find=find_contacts))
