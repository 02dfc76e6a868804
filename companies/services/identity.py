"""Writes the shared identity of companies, and what participations copy of it.

Identity is one row for the whole installation. A programme changes it only while no other programme
takes part with the same company; otherwise what it states stays its own (``Participation.stated``), so
that nothing passes from one programme to another.
"""

from datetime import date
from typing import Any

from django.db.models import Q

from companies.drafts import ParticipationDraft
from companies.identity import Identity
from companies.models import Company, Establishment, Participation
from companies.reference import size_class_of
from companies.selectors import search_text_of, shared_identity
from programme.models import Activity, Commune, Programme

_COMPANY_ATTRIBUTES = {
    "name": "name",
    "company_activity_code": "activity_id",
    "company_workforce_band": "workforce_band",
    "legal_category": "legal_category",
    "size_category": "size_category",
    "company_created_on": "created_on",
    "company_is_closed": "is_closed",
    "is_undisclosed": "is_undisclosed",
}
_ESTABLISHMENT_ATTRIBUTES = {
    "trade_name": "name",
    "address": "address",
    "postal_code": "postal_code",
    "city": "city",
    "commune_code": "commune_id",
    "activity_code": "activity_id",
    "workforce_band": "workforce_band",
    "is_head_office": "is_head_office",
    "is_closed": "is_closed",
}
_NULLABLE = frozenset({"company_activity_code", "commune_code", "activity_code", "company_created_on"})


def ensure_rows(draft: ParticipationDraft) -> Establishment:
    """The establishment of a draft, created with its company when unknown."""
    company, _made = Company.objects.get_or_create(
        siren=draft.company.siren, defaults={"name": draft.company.name}
    )
    establishment, _made = Establishment.objects.select_related("company").get_or_create(
        siret=draft.establishment.siret, defaults={"company": company}
    )
    return establishment


def starting_identity(participation: Participation) -> Identity:
    """What a new participation starts from: the shared rows, or nothing when another programme fills them."""
    establishment = participation.establishment
    others = Participation.objects.exclude(programme_id=participation.programme_id)
    if others.filter(establishment__company_id=establishment.company_id).exists():
        return Identity(name="")
    return shared_identity(establishment)


def write_identity(participation: Participation, identity: Identity) -> None:
    """Make ``identity`` what this programme knows of the company; the caller saves the participation.

    Side effects: the shared rows when this programme alone takes part with them, else
    ``participation.stated``; the projections of the participation.
    """
    establishment = participation.establishment
    company = establishment.company
    others = Participation.objects.exclude(programme_id=participation.programme_id)
    company_shared = others.filter(establishment__company=company).exists()
    place_shared = company_shared and others.filter(establishment=establishment).exists()
    stated: dict[str, Any] = {}
    shared = shared_identity(establishment)
    wanted = {key: new for key, (_old, new) in shared.differences(identity).items()}
    for row, attributes, is_shared in (
        (company, _COMPANY_ATTRIBUTES, company_shared),
        (establishment, _ESTABLISHMENT_ATTRIBUTES, place_shared),
    ):
        changes = {key: wanted[key] for key in attributes if key in wanted}
        if is_shared:
            stated |= changes
        elif changes:
            _save_row(row, attributes, changes)
    participation.stated = stated
    project_identity(participation, identity)


def _save_row(row: Company | Establishment, attributes: dict[str, str], changes: dict[str, Any]) -> None:
    for key, value in changes.items():
        setattr(row, attributes[key], (value or None) if key in _NULLABLE else value)
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(update_fields=[*(attributes[key] for key in changes), "updated_at"])


def project_identity(participation: Participation, identity: Identity) -> None:
    """Copy on the participation what lists, filters and releases read; the caller saves it."""
    activity = Activity.objects.filter(code=identity.main_activity).first()
    commune = Commune.objects.filter(code=identity.commune_code).first() if identity.commune_code else None
    participation.name = identity.name
    participation.city = identity.city or (commune.name if commune else "")
    participation.postal_code = identity.postal_code
    participation.activity_code = activity.code if activity else ""
    participation.company_created_on = (
        date.fromisoformat(identity.company_created_on) if identity.company_created_on else None
    )
    participation.section = activity.section if activity else ""
    participation.a10 = activity.a10 if activity else ""
    participation.division = activity.code[:2] if activity else ""
    participation.size_band = size_class_of(identity.total_workforce)
    participation.department_code = commune.department_id if commune else identity.postal_code[:2]
    participation.arrondissement_code = commune.arrondissement_id if commune else ""
    participation.epci_siren = (commune.epci_id or "") if commune else ""
    participation.to_complete = activity is None or (
        commune is None and not participation.is_outside_territory
    )
    participation.search_text = search_text_of(participation, identity)


def refresh_siblings(participation: Participation) -> None:
    """Copy a changed company onto its other establishments of the same programme."""
    company = participation.establishment.company
    siblings = Participation.objects.filter(
        Q(programme_id=participation.programme_id, establishment__company=company)
    ).exclude(pk=participation.pk)
    for sibling in siblings.select_related("establishment__company"):
        project_identity(sibling, shared_identity(sibling.establishment).overridden(sibling.stated))
        sibling.save()


def known_commune_code(programme: Programme, code: str) -> str:
    """The code when it is a commune of the programme's region, else nothing."""
    known = Commune.objects.filter(code=code, department__region_id=programme.region_id).exists()
    return code if known else ""
