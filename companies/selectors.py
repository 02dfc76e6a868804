"""Reads about companies. What a caller may not see does not exist for her."""

from collections.abc import Iterable, MutableMapping
from typing import Any

from django.utils.translation import gettext as _

from companies.drafts import ContactDraft, ParticipationDraft
from companies.enums import Stage
from companies.gazetteer import Gazetteer, build_gazetteer, fold
from companies.identity import Identity, merged
from companies.import_rows import RowContext
from companies.models import Contact, Establishment, Participation, ParticipationQuerySet
from companies.wording import identity_label, shown_fact
from core.errors import NotVisible
from programme.access import Access
from programme.enums import STAFF
from programme.models import Activity, Commune, FormerCommune, Programme
from programme.selectors import role_holders

Session = MutableMapping[str, Any]


def session_key(access: Access) -> str:
    """Where a session keeps the company chosen by somebody who acts for several."""
    return f"participation:{access.programme.pk}"


def my_participations(access: Access) -> ParticipationQuerySet:
    """Participations the caller acts for as a company, by name; none for others."""
    rows: ParticipationQuerySet = Participation.objects.for_programme(access.programme)
    if access.user is None:
        return rows.none()
    return rows.filter(memberships__user=access.user).select_related(
        "establishment__company", "establishment__commune", "advisor"
    )


def my_participation(access: Access, session: Session) -> Participation:
    """The participation the caller acts for: the one chosen in this session, else the first by name.

    Raises ``NotVisible`` when she acts for none.
    """
    rows: list[Participation] = list(my_participations(access))
    chosen = session.get(session_key(access))
    for participation in rows:
        if participation.pk == chosen:
            return participation
    if not rows:
        raise NotVisible
    return rows[0]


def participation_for(access: Access, pk: int) -> Participation:
    """One participation with its identity and advisor. Raises ``NotVisible`` unless the caller may see it."""
    rows = Participation.objects.visible_to(access).select_related(
        "establishment__company__activity",
        "establishment__activity",
        "establishment__commune__epci",
        "establishment__commune__department",
        "advisor",
        "group",
    )
    participation: Participation | None = rows.filter(pk=pk).first()
    if participation is None:
        raise NotVisible
    return participation


def find_participation(programme: Programme, siret: str) -> Participation | None:
    """The participation of an establishment in one programme, if it has one."""
    rows = Participation.objects.for_programme(programme).filter(establishment__siret=siret)
    found: Participation | None = rows.select_related("establishment__company", "advisor").first()
    return found


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
        is_head_office=establishment.is_head_office,
        is_closed=establishment.is_closed,
        company_is_closed=company.is_closed,
        is_undisclosed=company.is_undisclosed,
    )


def identity_of(participation: Participation) -> Identity:
    """What this programme knows of a company: the shared identity and what it states itself."""
    return shared_identity(participation.establishment).overridden(participation.stated)


def search_text_of(participation: Participation, identity: Identity) -> str:
    """Words a list is searched by: names, SIRET, town and people, without accents or case."""
    people = [
        f"{first} {last} {email}"
        for first, last, email in (
            participation.contacts.values_list("first_name", "last_name", "email") if participation.pk else ()
        )
    ]
    parts = (identity.name, identity.trade_name, identity.city, *people)
    words = " ".join(fold(part) for part in parts if part)
    return f"{participation.establishment.siret} {words}"


def gazetteer_of(programme: Programme) -> Gazetteer:
    """The communes of a programme's region, with their former codes and names (two queries)."""
    communes = Commune.objects.filter(department__region_id=programme.region_id)
    former = FormerCommune.objects.filter(commune__department__region_id=programme.region_id)
    return build_gazetteer(
        communes.values_list("code", "name", "postal_codes"),
        former.values_list("code", "name", "commune_id"),
    )


def row_context(programme: Programme) -> RowContext:
    """All that judging the rows of an import needs to know of a programme."""
    stages = {fold(word): stage.value for stage in Stage for word in (stage.value, str(stage.label))}
    return RowContext(
        gazetteer=gazetteer_of(programme),
        naf_codes=frozenset(Activity.objects.filter(level=5).values_list("code", flat=True)),
        stages=stages,
        advisors=frozenset(role_holders(programme, *STAFF).values_list("email", flat=True)),
        allow_reserved=programme.is_demonstration,
    )


def same_contact(contacts: Iterable[Contact], draft: ContactDraft) -> Contact | None:
    """The contact a draft speaks of: the same address, else the same name."""
    rows = list(contacts)
    if draft.email:
        for contact in rows:
            if contact.email == draft.email:
                return contact
    name = fold(f"{draft.first_name} {draft.last_name}")
    for contact in rows:
        if fold(str(contact)) == name and (not draft.email or not contact.email):
            return contact
    return None


def changes_of(participation: Participation, draft: ParticipationDraft) -> dict[str, list[str]]:
    """What applying a draft would change: label → [before, after]; empty when nothing would.

    Reads ``contacts`` and ``advisor`` of the participation, prefetched for a chunk of rows.
    """
    before = identity_of(participation)
    changes = {
        identity_label(key): [shown_fact(key, old), shown_fact(key, new)]
        for key, (old, new) in before.differences(merged(before, draft)).items()
    }
    if draft.establishment.has_place and participation.is_outside_territory == draft.in_territory:
        shown = [str(_("oui")), str(_("non"))]
        changes[str(_("Hors territoire"))] = shown if draft.in_territory else shown[::-1]
    if draft.stage and draft.stage != participation.stage:
        changes[str(_("Étape"))] = [str(Stage(participation.stage).label), str(Stage(draft.stage).label)]
    advisor = participation.advisor.email if participation.advisor else ""
    if draft.advisor_email and draft.advisor_email != advisor:
        changes[str(_("Conseiller"))] = [advisor, draft.advisor_email]
    for contact in draft.contacts:
        changes |= _contact_changes(participation.contacts.all(), contact)
    return changes


def _contact_changes(contacts: Iterable[Contact], draft: ContactDraft) -> dict[str, list[str]]:
    existing = same_contact(contacts, draft)
    if existing is None:
        return {str(_("Contact")): ["", f"{draft.first_name} {draft.last_name}".strip()]}
    pairs = (
        (_("Prénom du contact"), existing.first_name, draft.first_name),
        (_("Nom du contact"), existing.last_name, draft.last_name),
        (_("Fonction du contact"), existing.job_title, draft.position),
        (_("E-mail du contact"), existing.email, draft.email),
        (_("Téléphone du contact"), existing.phone, draft.phone),
    )
    return {str(label): [old, new] for label, old, new in pairs if new and new != old}
