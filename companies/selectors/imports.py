"""Reads behind an import: what rows are judged by, and what each would change."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from companies.drafts import ContactDraft, ParticipationDraft
from companies.enums import Stage
from companies.gazetteer import Gazetteer, build_gazetteer, fold
from companies.identity import merged
from companies.import_rows import RowContext
from companies.models import Contact, Participation
from companies.selectors.identity import identity_of
from companies.wording import identity_label, shown_fact
from programme.enums import STAFF
from programme.models import Activity, Commune, FormerCommune, Programme
from programme.selectors import role_holders


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
    team = role_holders(programme, *STAFF).values_list("email", flat=True)
    # Somebody who left the team may still be named on companies: an export must come back unchanged.
    present = Participation.objects.for_programme(programme).exclude(advisor=None)
    named = present.order_by().values_list("advisor__email", flat=True).distinct()
    stages = {fold(word): stage.value for stage in Stage for word in (stage.value, str(stage.label))}
    return RowContext(
        gazetteer=gazetteer_of(programme),
        naf_codes=frozenset(Activity.objects.filter(level=5).values_list("code", flat=True)),
        stages=stages,
        advisors=frozenset([*team, *named]),
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
