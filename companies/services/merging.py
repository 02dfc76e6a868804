"""Makes one record of two: every row that pointed to the second points to the first, nothing is lost."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import F, Model, Value
from django.db.models.functions import Replace
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind, Stage
from companies.gazetteer import fold
from companies.identifiers import format_siret
from companies.models import CompanyMerge, Contact, Membership, Participation, TimelineEvent
from companies.selectors import identity_of, search_text_of
from companies.selectors.merging import (
    Relation,
    documents_of,
    every_row,
    relation_label,
    relations_to,
    rows_of,
)
from companies.services.participations import move_stage
from companies.services.timeline import record_event
from companies.services.undertakings import lock_undertaking
from core import audit
from core.errors import BusinessError
from core.registries import merge_settlers
from notifications.models import Message
from programme.links import programme_url

_ORDER = list(Stage)
_COUNTS = ("diagnostics_count", "open_actions_count", "trained_people_count")


@transaction.atomic
def merge(*, actor: User | None, kept: Participation, merged_pk: int, reason: str = "") -> Participation:
    """Merge another record of the programme into ``kept``; merging again what is merged changes nothing.

    Raises ``BusinessError`` when both records hold something there can be one of only (two open
    diagnostics of one questionnaire). Side effects: every related row moves, the second record is
    removed, its values stay in ``CompanyMerge`` and in the audit trail.
    """
    done = CompanyMerge.objects.filter(programme_id=kept.programme_id, merged_pk=merged_pk, kept=kept)
    if done.exists():
        return kept
    # The kept record takes the group and the aids of the other: no grant counts them meanwhile.
    lock_undertaking(kept.programme, [kept.pk, merged_pk])
    merged = _other(kept, merged_pk)
    snapshot = _snapshot(merged)
    moved = _move_contacts(kept, merged)
    for relation in relations_to(Participation):
        if count := _move(relation, merged, kept):
            label = relation[0]._meta.label
            moved[label] = moved.get(label, 0) + count
    if count := documents_of(merged).update(subject_id=str(kept.pk)):
        moved["documents.Document"] = count
    if count := Message.objects.filter(participation_id=merged.pk).update(participation_id=kept.pk):
        moved["notifications.Message"] = count
    _follow_addresses(kept, merged)
    _take_over(kept, merged)
    _remove(merged)
    CompanyMerge.objects.create(
        programme_id=kept.programme_id,
        kept=kept,
        merged_pk=merged_pk,
        siret=merged.establishment.siret,
        name=merged.name,
        values=snapshot,
        moved=moved,
        reason=reason[:250],
        actor=actor,
    )
    kept.search_text = search_text_of(kept, identity_of(kept))
    kept.save(update_fields=["search_text"])
    _tell(actor, kept, merged, snapshot, moved, reason)
    _advance(actor, kept, Stage(merged.stage))
    return kept


def _other(kept: Participation, merged_pk: int) -> Participation:
    rows = Participation.objects.select_related("establishment__company", "advisor", "group").filter(
        programme_id=kept.programme_id
    )
    merged: Participation | None = rows.exclude(pk=kept.pk).filter(pk=merged_pk).first()
    if merged is None:
        raise BusinessError(
            _("Choisissez une autre fiche de ce programme."), field="merged", code="merge-other"
        )
    return merged


def _snapshot(merged: Participation) -> dict[str, Any]:
    values = model_to_dict(merged)
    identity = identity_of(merged)
    return {
        **{key: value for key, value in values.items() if key not in ("search_text", "stated")},
        "identity": {name: getattr(identity, name) for name in identity.__slots__},
    }


def _move(relation: Relation, old: Model, new: Model) -> int:
    """Point the rows of one column to another row; how many. Raises ``BusinessError`` for a clash."""
    model, field = relation
    rows = rows_of(relation, old)
    try:
        with transaction.atomic():
            return int(rows.update(**{field.name: new}))
    except IntegrityError:
        pass
    count = 0
    for row in rows:
        try:
            with transaction.atomic():
                count += every_row(model).filter(pk=row.pk).update(**{field.name: new})
        except IntegrityError:
            _settle(row, new)
    return count


def _settle(row: Model, kept: Model) -> None:
    """One row too many after a move: the two become one where that loses nothing, else nothing is done."""
    label = row._meta.label
    settle = merge_settlers.get(label) if label in merge_settlers else _SETTLERS.get(label)
    if settle is None:
        raise BusinessError(
            _(
                "Les deux fiches ont chacune ce qui n’existe qu’une fois (%(noun)s). Terminez ou annulez "
                "l’un des deux, puis recommencez\u00a0: rien n’a été changé."
            )
            % {"noun": relation_label(type(row))},
            code="merge-clash",
        )
    settle(row, kept)


def _settle_membership(row: Any, kept: Any) -> None:
    """The same person acts for both companies: one access, the wider of the two."""
    if row.is_manager:
        Membership.objects.filter(participation=kept, user=row.user_id).update(is_manager=True)
    row.delete()


_SETTLERS: dict[str, Callable[[Any, Any], None]] = {"companies.Membership": _settle_membership}


def _move_contacts(kept: Participation, merged: Participation) -> dict[str, int]:
    """Contacts known twice become one, with what points to them; the others follow with the record."""
    same = 0
    ours = list(kept.contacts.all())
    for theirs in merged.contacts.all():
        twin = next((contact for contact in ours if _is_same(contact, theirs)), None)
        if twin is None:
            continue
        try:
            with transaction.atomic():
                for relation in relations_to(Contact):
                    model, field = relation
                    every_row(model).filter(**{field.name: theirs}).update(**{field.name: twin})
                _fill(twin, theirs)
                theirs.delete()
        except IntegrityError:
            # Each has an agreement of her own, or both were at one meeting: two contacts stay.
            continue
        same += 1
    if kept.contacts.filter(is_main=True).exists():
        merged.contacts.filter(is_main=True).update(is_main=False)
    return {"companies.Contact": same} if same else {}


def _is_same(first: Contact, second: Contact) -> bool:
    if fold(str(first)) != fold(str(second)):
        return False
    return all(
        not ours or not theirs or ours == theirs
        for ours, theirs in ((first.email, second.email), (first.phone, second.phone))
    )


def _fill(contact: Contact, other: Contact) -> None:
    for name in ("first_name", "role", "job_title", "email", "phone"):
        if not getattr(contact, name):
            setattr(contact, name, getattr(other, name))
    contact.save()


def _follow_addresses(kept: Participation, merged: Participation) -> None:
    """Lines of history that led to a page of the second record lead to the same page of the first."""
    old = programme_url(kept.programme, "companies:detail", pk=merged.pk)
    new = programme_url(kept.programme, "companies:detail", pk=kept.pk)
    rows = TimelineEvent.objects.filter(participation=kept, url__startswith=old)
    rows.update(url=Replace(F("url"), Value(old), Value(new)))


def _take_over(kept: Participation, merged: Participation) -> None:
    """What the first record lacks comes from the second; counts add up."""
    if kept.advisor_id is None:
        kept.advisor = merged.advisor
    if kept.group_id is None:
        kept.group, kept.group_role = merged.group, merged.group_role
    if not kept.next_step:
        kept.next_step, kept.next_step_on = merged.next_step, merged.next_step_on
    if kept.observatory_consent_at is None and not kept.observatory_consent:
        kept.observatory_consent = merged.observatory_consent
        kept.observatory_consent_at = merged.observatory_consent_at
    for name in _COUNTS:
        setattr(kept, name, getattr(kept, name) + getattr(merged, name))
    if kept.maturity_tenths is None:
        kept.maturity_tenths = merged.maturity_tenths
        kept.maturity_level, kept.maturity_level_name = merged.maturity_level, merged.maturity_level_name
    kept.save()


def _remove(merged: Participation) -> None:
    """Remove the second record, once sure that nothing points to it: a deletion would take it along."""
    left = [relation[0]._meta.label for relation in relations_to(Participation) if rows_of(relation, merged)]
    if left:
        raise ObjectDoesNotExist(f"rows left behind: {left}")
    Participation.objects.filter(pk=merged.pk).delete()


def _tell(
    actor: User | None,
    kept: Participation,
    merged: Participation,
    snapshot: dict[str, Any],
    moved: dict[str, int],
    reason: str,
) -> None:
    siret = merged.establishment.siret
    record_event(
        participation=kept,
        kind=EventKind.IMPORT,
        title=_("Fusion avec «\u00a0%(name)s\u00a0»") % {"name": merged.name},
        text=" – ".join(filter(None, (format_siret(siret), reason))),
        actor=actor,
    )
    audit.record(
        actor=actor,
        verb="participation.merged",
        obj=kept,
        programme_id=kept.programme_id,
        changes={"merged": merged.pk, "siret": siret, "values": snapshot, "moved": moved},
        comment=reason,
    )


def _advance(actor: User | None, kept: Participation, reached: Stage) -> None:
    if _ORDER.index(reached) > _ORDER.index(Stage(kept.stage)):
        told = _("Étape atteinte par la fiche fusionnée")
        move_stage(actor=actor, participation=kept, stage=reached, reason=told)
