"""The page of one company: its card, people and history, ready to print."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import ContactRole, EventKind, GroupRole, SizeBand, Stage
from companies.identifiers import format_siren, format_siret
from companies.models import Contact, ImportBatch, Participation, TimelineEvent
from companies.notices import CURRENT
from companies.selectors.identity import identity_of
from companies.selectors.lists import age_text, stage_tone
from companies.wording import workforce_label
from core.formats import format_date, format_time
from core.registries import company_panels
from programme.access import Access
from programme.links import programme_url

TIMELINE_LENGTH = 30


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
    consent: str
    consent_tone: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the timeline (``components/timeline.html``)."""

    label: str
    text: str
    url: str
    iso: str
    when: str
    who: str
    kind: str = ""
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
        (_("Catégorie d’entreprise"), identity.size_category),
        (_("Créée"), _created(participation)),
        (_("Catégorie juridique"), identity.legal_category),
        (_("Entrée dans le programme"), format_date(timezone.localtime(participation.created_at))),
    ]
    return [Fact(label, value) for label, value in rows if value]


def _created(participation: Participation) -> str:
    day = participation.company_created_on
    if day is None:
        return ""
    age = age_text(day, timezone.localdate())
    return f"{format_date(day)} ({age})" if age else format_date(day)


def _workforce(participation: Participation) -> str:
    identity = identity_of(participation)
    total, local = identity.total_workforce, identity.workforce_band
    if total in ("", "NN"):
        return str(SizeBand.UNKNOWN.label)
    text = workforce_label(total)
    if local not in ("", "NN", total):
        return _("%(total)s (ici\u00a0: %(local)s)") % {"total": text, "local": workforce_label(local)}
    return text


def state_badges(participation: Participation) -> list[tuple[str, str]]:
    """What is to be known at first sight, beside the stage: (tone, label)."""
    identity = identity_of(participation)
    flags = (
        (identity.company_is_closed, "bad", _("entreprise cessée")),
        (identity.is_closed and not identity.company_is_closed, "bad", _("établissement fermé")),
        (participation.is_outside_territory, "warn", _("hors territoire")),
        (identity.is_undisclosed, "warn", _("non diffusible")),
        (participation.to_complete or participation.register_pending, "warn", _("à compléter")),
    )
    return [(tone, label) for shown, tone, label in flags if shown]


def people_of(participation: Participation) -> list[Person]:
    """Contacts, the main one first, with the access each has and what she agreed to (three queries)."""
    access_by_contact = dict(participation.memberships.values_list("contact_id", "pk"))
    rows = Contact.objects.filter(participation=participation).prefetch_related("consents")
    people = []
    for contact in rows:
        tone, consent = consent_of(contact)
        role = str(ContactRole(contact.role).label) if contact.role else ""
        people.append(
            Person(
                pk=contact.pk,
                name=str(contact),
                job_title=" · ".join(part for part in (contact.job_title, role) if part),
                email=contact.email,
                phone=contact.phone,
                is_main=contact.is_main,
                membership_id=access_by_contact.get(contact.pk),
                consent=consent,
                consent_tone=tone,
            )
        )
    return people


def consent_of(contact: Contact) -> tuple[str, str]:
    """Tone and words of a person's agreement; nothing when she was never asked."""
    last = next(iter(contact.consents.all()), None)
    if last is None:
        return "", ""
    if last.withdrawn_at is not None:
        return "warn", _("accord retiré le %(day)s") % {
            "day": format_date(timezone.localtime(last.withdrawn_at))
        }
    if last.version != CURRENT:
        return "warn", _("accord à renouveler")
    return "good", _("accord du %(day)s") % {"day": format_date(timezone.localtime(last.given_at))}


@dataclass(frozen=True, slots=True)
class Relative:
    """Another company of the same group."""

    name: str
    url: str
    role: str


def relatives_of(access: Access, participation: Participation) -> list[Relative]:
    """Companies of the same group that the caller may see (no query without a group)."""
    if participation.group_id is None:
        return []
    rows = Participation.objects.visible_to(access).filter(group_id=participation.group_id)
    found = (
        rows.exclude(pk=participation.pk).order_by("name_key", "pk").values_list("pk", "name", "group_role")
    )
    return [
        Relative(
            name,
            programme_url(access.programme, "companies:detail", pk=pk),
            str(GroupRole(role).label) if role else "",
        )
        for pk, name, role in found[:50]
    ]


@dataclass(frozen=True, slots=True)
class KindLink:
    """A kind of the timeline, the address that shows it alone."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of a company's history."""

    events: tuple[Event, ...]
    kinds: tuple[KindLink, ...]
    newer_url: str
    older_url: str


def timeline_of(participation: Participation) -> list[Event]:
    """What a company reads of its own history: the latest events meant for it."""
    rows = TimelineEvent.objects.filter(participation=participation, visible_to_company=True)
    return [_event(row) for row in rows.select_related("actor")[:TIMELINE_LENGTH]]


def timeline_page(participation: Participation, *, kind: str, page: str) -> Timeline:
    """A page of the history, newest first, of one kind or all (two queries, whatever its length)."""
    known = {each.value: str(each.label) for each in EventKind}
    kind = kind if kind in known else ""
    number = int(page) if page.isdigit() and len(page) < 6 else 1
    number = max(number, 1)
    rows = TimelineEvent.objects.filter(participation=participation)
    present = set(rows.order_by().values_list("kind", flat=True).distinct())
    if kind:
        rows = rows.filter(kind=kind)
    start = (number - 1) * TIMELINE_LENGTH
    # One more than a page says whether there is another.
    found = list(rows.select_related("actor")[start : start + TIMELINE_LENGTH + 1])
    links = [KindLink(_("Tout"), _timeline_url("", 1), not kind)]
    links += [
        KindLink(label, _timeline_url(code, 1), code == kind)
        for code, label in known.items()
        if code in present
    ]
    return Timeline(
        events=tuple(_event(row) for row in found[:TIMELINE_LENGTH]),
        kinds=tuple(links),
        newer_url=_timeline_url(kind, number - 1) if number > 1 else "",
        older_url=_timeline_url(kind, number + 1) if len(found) > TIMELINE_LENGTH else "",
    )


def _timeline_url(kind: str, number: int) -> str:
    query = {"nature": kind, "page": str(number) if number > 1 else ""}
    return f"?{urlencode({name: value for name, value in query.items() if value})}"


def _event(row: TimelineEvent) -> Event:
    local = timezone.localtime(row.at)
    minutes = _("%(n)s min") % {"n": row.duration_minutes} if row.duration_minutes else ""
    who = row.actor.full_name if row.actor else ""
    return Event(
        label=row.title,
        text=row.text,
        url=row.url,
        iso=row.at.isoformat(timespec="minutes"),
        when=f"{format_date(local)}, {format_time(local)}",
        who=" · ".join(part for part in (who, minutes) if part),
        kind=str(EventKind(row.kind).label),
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


@dataclass(frozen=True, slots=True)
class Passage:
    """One change of stage: when, why, by whom."""

    stage: str
    day: str
    reason: str
    who: str


def stage_history(participation: Participation) -> list[Passage]:
    """Every stage the company went through, back and forth, the latest first (one query)."""
    rows = participation.stage_changes.select_related("actor").order_by("-at", "-pk")
    return [
        Passage(
            str(Stage(row.stage).label),
            format_date(timezone.localtime(row.at)),
            row.reason,
            row.actor.full_name if row.actor else "",
        )
        for row in rows
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
