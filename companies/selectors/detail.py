"""The page of one company: its card, people and history, ready to print."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import EventKind, SizeBand, Stage
from companies.identifiers import format_siren, format_siret
from companies.models import Contact, ImportBatch, Participation, TimelineEvent
from companies.selectors.identity import identity_of
from companies.selectors.lists import stage_tone
from companies.wording import workforce_label
from core.formats import format_date, format_time
from core.registries import company_panels
from programme.access import Access

TIMELINE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """A contact, and the access she has."""

    pk: int
    name: str
    job_title: str
    email: str
    phone: str
    is_main: bool
    membership_id: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline (``components/timeline.html``)."""

    label: str
    text: str
    url: str
    iso: str
    when: str
    who: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the way, with the day it was reached."""

    label: str
    state: str
    day: str


def facts_of(participation: Participation) -> list[Fact]:
    """Public facts of a company and its establishment; what is unknown says so."""
    identity = identity_of(participation)
    siret = participation.establishment.siret
    activity = participation.establishment.activity or participation.establishment.company.activity
    if activity is not None and activity.code != identity.main_activity:
        activity = None
    activity_text = str(activity) if activity else identity.main_activity
    place = " ".join(part for part in (identity.postal_code, identity.city) if part)
    address = ", ".join(part for part in (identity.address, place) if part)
    commune = participation.establishment.commune
    here = commune is not None and commune.code == identity.commune_code
    rows = [
        (_("SIREN"), format_siren(siret[:9])),
        (_("SIRET"), format_siret(siret)),
        (_("Enseigne"), identity.trade_name),
        (_("Adresse"), address or _("non connue")),
        (_("EPCI"), commune.epci.name if commune and here and commune.epci else ""),
        (_("Activité"), activity_text or _("non connue")),
        (_("Effectif"), _workforce(participation)),
        (_("Catégorie juridique"), identity.legal_category),
        (_("Groupe"), participation.group.name if participation.group else ""),
    ]
    return [Fact(label, value) for label, value in rows if value]


def _workforce(participation: Participation) -> str:
    identity = identity_of(participation)
    total, local = identity.total_workforce, identity.workforce_band
    if total in ("", "NN"):
        return str(SizeBand.UNKNOWN.label)
    text = workforce_label(total)
    if local not in ("", "NN", total):
        return _("%(total)s (ici : %(local)s)") % {"total": text, "local": workforce_label(local)}
    return text


def state_badges(participation: Participation) -> list[tuple[str, str]]:
    """What is to be known at first sight, beside the stage: (tone, label)."""
    identity = identity_of(participation)
    flags = (
        (identity.company_is_closed, "bad", _("entreprise cessée")),
        (identity.is_closed and not identity.company_is_closed, "bad", _("établissement fermé")),
        (participation.is_outside_territory, "warn", _("hors territoire")),
        (identity.is_undisclosed, "warn", _("non diffusible")),
        (participation.to_complete, "warn", _("à compléter")),
    )
    return [(tone, label) for shown, tone, label in flags if shown]


def people_of(participation: Participation) -> list[Person]:
    """Contacts, the main one first, with the access each has."""
    access_by_contact = dict(participation.memberships.values_list("contact_id", "pk"))
    return [
        Person(
            pk=contact.pk,
            name=str(contact),
            job_title=contact.job_title,
            email=contact.email,
            phone=contact.phone,
            is_main=contact.is_main,
            membership_id=access_by_contact.get(contact.pk),
        )
        for contact in Contact.objects.filter(participation=participation)
    ]


def timeline_of(participation: Participation, *, for_company: bool = False) -> list[Event]:
    """Latest events, newest first; a company reads only those meant for it."""
    rows = TimelineEvent.objects.filter(participation=participation).select_related("actor")
    if for_company:
        rows = rows.filter(visible_to_company=True)
    return [_event(row) for row in rows[:TIMELINE_LENGTH]]


def _event(row: TimelineEvent) -> Event:
    local = timezone.localtime(row.at)
    return Event(
        label=row.title,
        text=row.text,
        url=row.url,
        iso=row.at.isoformat(timespec="minutes"),
        when=f"{format_date(local)}, {format_time(local)}",
        who=row.actor.full_name if row.actor else "",
        state="done" if row.kind == EventKind.STAGE else "",
    )


def stepper_of(participation: Participation) -> list[Step]:
    """The stages in order, with the last day each was reached."""
    days = {
        change.stage: format_date(timezone.localtime(change.at))
        for change in participation.stage_changes.all()
    }
    present = list(Stage).index(Stage(participation.stage))
    return [
        Step(
            label=str(stage.label),
            state="now" if rank == present else "done" if rank < present and stage.value in days else "",
            day=days.get(stage.value, "") if rank <= present else "",
        )
        for rank, stage in enumerate(Stage)
    ]


def panels_of(access: Access, participation: Participation) -> list[dict[str, Any]]:
    """Blocks that higher apps show on a company's page."""
    return [
        {
            "code": code,
            "label": panel.label,
            "template": panel.template,
            "rows": panel.rows(access, participation),
        }
        for code, panel in company_panels.items()
    ]


def stage_badge(participation: Participation) -> tuple[str, str]:
    """Tone and label of the present stage."""
    return stage_tone(participation.stage), str(Stage(participation.stage).label)


def import_for(access: Access, pk: int) -> ImportBatch | None:
    """One import of the caller's programme."""
    rows = ImportBatch.objects.for_programme(access.programme).select_related("programme", "file", "actor")
    batch: ImportBatch | None = rows.filter(pk=pk).first()
    return batch
