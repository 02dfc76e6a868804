"""Writes about courses and training bodies."""

from collections.abc import Iterable
from pathlib import Path

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import ensure_user
from core import audit
from core.errors import BusinessError
from notifications.services import send_message
from programme.enums import Role
from programme.links import programme_url
from programme.models import Programme
from programme.services import grant_role
from trainings.catalogue import CatalogueCourse, parse_catalogue
from trainings.models import Course, Provider, ProviderMember

_WRITTEN = (
    "title",
    "stake",
    "level",
    "audience",
    "objectives",
    "outline",
    "half_days",
    "minutes",
    "delivery",
)
SHIPPED_CATALOGUE = Path(__file__).resolve().parent.parent / "content" / "catalogue.yaml"


def _course(programme: Programme, entry: CatalogueCourse) -> Course:
    return Course(
        programme=programme,
        code=entry.code,
        title=entry.title,
        stake=entry.stake,
        level=entry.level,
        audience=entry.audience,
        objectives=list(entry.objectives),
        outline=list(entry.programme),
        half_days=entry.half_days,
        minutes=entry.minutes,
        delivery=entry.delivery,
    )


@transaction.atomic
def install_catalogue(*, programme: Programme, actor: User | None = None) -> int:
    """Give a programme the courses that ship; those it has already stay as its team made them.

    Returns how many were added. Raises ``CatalogueError`` if the shipped file is faulty.
    """
    document = yaml.safe_load(SHIPPED_CATALOGUE.read_text(encoding="utf-8"))
    known = set(Course.objects.for_programme(programme).values_list("code", flat=True))
    added = [_course(programme, entry) for entry in parse_catalogue(document) if entry.code not in known]
    for course in added:
        course.full_clean(exclude=["programme"])
    Course.objects.bulk_create(added)
    if added:
        audit.record(
            actor=actor,
            verb="catalogue.installed",
            obj=programme,
            programme_id=programme.pk,
            changes={"courses": [course.code for course in added]},
        )
    return len(added)


@transaction.atomic
def save_courses(*, actor: User | None, programme: Programme, courses: Iterable[CatalogueCourse]) -> int:
    """Add courses to a catalogue, or bring those it has to what is given; how many moved.

    Sessions of a course keep their own dates, places and hours.
    """
    known = {course.code: course for course in Course.objects.for_programme(programme)}
    moved = []
    for entry in courses:
        wanted, before = _course(programme, entry), known.get(entry.code)
        if before is not None:
            wanted.pk, wanted.created_at = before.pk, before.created_at
            if all(getattr(before, name) == getattr(wanted, name) for name in _WRITTEN):
                continue
        wanted.full_clean(exclude=["programme"])
        wanted.save()
        moved.append(wanted.code)
    if moved:
        audit.record(
            actor=actor,
            verb="catalogue.changed",
            obj=programme,
            programme_id=programme.pk,
            changes={"courses": moved},
        )
    return len(moved)


@transaction.atomic
def ensure_provider(
    *,
    actor: User | None,
    programme: Programme,
    name: str,
    declaration_number: str = "",
    representative: str = "",
    city: str = "",
) -> Provider:
    """The training body of that name, created when unknown; a second call changes nothing.

    ``representative`` (name and quality) and ``city`` are printed on its certificates.
    """
    cleaned = " ".join(name.split())
    existing: Provider | None = Provider.objects.for_programme(programme).filter(name__iexact=cleaned).first()
    if existing is not None:
        return existing
    provider = Provider(
        programme=programme,
        name=cleaned,
        declaration_number=declaration_number.strip(),
        representative=representative.strip(),
        city=city.strip(),
    )
    provider.full_clean()
    provider.save()
    audit.record(actor=actor, verb="provider.created", obj=provider, programme_id=programme.pk)
    return provider


@transaction.atomic
def save_provider(*, actor: User | None, programme: Programme, name: str, **facts: str) -> Provider:
    """The training body of that name with the ``facts`` given (see ``ensure_provider``).

    A fact left empty keeps what was known. Side effects: one audit event when something changed.
    """
    provider = ensure_provider(actor=actor, programme=programme, name=name, **facts)
    given = {field: value.strip() for field, value in facts.items() if value.strip()}
    changes = {
        field: [getattr(provider, field), value]
        for field, value in given.items()
        if getattr(provider, field) != value
    }
    if changes:
        for field, value in given.items():
            setattr(provider, field, value)
        provider.full_clean()
        provider.save(update_fields=list(changes))
        audit.record(
            actor=actor,
            verb="provider.changed",
            obj=provider,
            programme_id=programme.pk,
            changes=changes,
        )
    return provider


@transaction.atomic
def add_trainer(
    *,
    actor: User | None,
    provider: Provider,
    email: str,
    first_name: str = "",
    last_name: str = "",
    is_coordinator: bool = False,
    invite: bool = True,
) -> ProviderMember:
    """Give a trainer access to her sessions; adding her twice changes and sends nothing.

    Side effects: an account if the address is unknown, the trainer role in the programme, an audit
    event, and an e-mail with a personal link when ``invite`` is true.
    Raises ``BusinessError`` for a person who already acts for a company of the programme.
    """
    programme = provider.programme
    user = ensure_user(email=email, first_name=first_name, last_name=last_name)
    if user.role_grants.filter(programme=programme, role=Role.COMPANY).exists():
        raise BusinessError(
            _(
                "Cette adresse est celle d’une personne d’une entreprise accompagnée\u00a0: "
                "utilisez-en une autre."
            ),
            field="email",
            code="trainer-is-company",
        )
    member, created = ProviderMember.objects.get_or_create(
        provider=provider, user=user, defaults={"is_coordinator": is_coordinator}
    )
    grant_role(actor=actor, user=user, programme=programme, role=Role.TRAINER)
    if not created:
        return member
    audit.record(
        actor=actor,
        verb="provider.trainer_added",
        obj=provider,
        programme_id=programme.pk,
        changes={"user": user.pk, "is_coordinator": is_coordinator},
    )
    if invite:
        send_message(
            template="trainer_invitation",
            recipient=user,
            programme=programme,
            context={"provider": provider.name},
            link_path=programme_url(programme, "trainings:session_list"),
        )
    return member
