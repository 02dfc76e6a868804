"""What a programme knows of a company."""

from companies.gazetteer import fold
from companies.identifiers import telephone_digits
from companies.identity import Identity
from companies.models import Establishment, Participation


def shared_identity(establishment: Establishment) -> Identity:
    """What the shared rows say of an establishment and its company."""
    company = establishment.company
    return Identity(
        name=company.name,
        trade_name=establishment.name,
        address=establishment.address,
        postal_code=establishment.postal_code,
        city=establishment.city,
        commune_code=establishment.commune_id or "",
        activity_code=establishment.activity_id or "",
        workforce_band=establishment.workforce_band,
        company_activity_code=company.activity_id or "",
        company_workforce_band=company.workforce_band,
        legal_category=company.legal_category,
        size_category=company.size_category,
        company_created_on=company.created_on.isoformat() if company.created_on else "",
        is_head_office=establishment.is_head_office,
        is_closed=establishment.is_closed,
        company_is_closed=company.is_closed,
        is_undisclosed=company.is_undisclosed,
    )


def identity_of(participation: Participation) -> Identity:
    """What this programme knows of a company: the shared identity and what it states itself."""
    return shared_identity(participation.establishment).overridden(participation.stated)


def search_text_of(participation: Participation, identity: Identity) -> str:
    """Words a list is searched by: SIRET, telephones, names, town, people, and records merged into it."""
    contacts = list(
        participation.contacts.values_list("first_name", "last_name", "email", "phone")
        if participation.pk
        else ()
    )
    people = [f"{first} {last} {email}" for first, last, email, _phone in contacts]
    phones = [digits for *_names, phone in contacts if (digits := telephone_digits(phone))]
    merged = list(participation.merges.values_list("siret", "name")) if participation.pk else []
    parts = (identity.name, identity.trade_name, identity.city, *people, *(name for _siret, name in merged))
    words = " ".join(fold(part) for part in parts if part)
    numbers = " ".join([participation.establishment.siret, *(siret for siret, _name in merged), *phones])
    return f"{numbers} {words}"
