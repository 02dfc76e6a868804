"""Reads about programmes, callers, territory and activities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.backends import PERSON_BY_KEY
from accounts.models import User
from core.compiled import CompiledQuery, CompiledRow, CompiledTogether
from core.enums import JobStatus
from core.mentions import has_namesake, names_of
from core.models import Job
from core.persons import Identity, PersonRecord, PersonScope
from core.registries import DueItem, RetentionRule, person_data, retention_rules
from programme.access import Access
from programme.enums import Role
from programme.links import programme_url
from programme.models import Activity, ErasureRequest, Programme, RetentionNotice, RoleGrant

# Every page of a programme begins with these reads.
_BY_SLUG = CompiledRow(Programme, lambda slug: Programme.objects.filter(slug=slug), texts=("slug",))
_ROLES = CompiledQuery(
    lambda user, programme: (
        RoleGrant.objects.filter(user_id=user, programme_id=programme).order_by().values_list("role")
    ),
    "user",
    "programme",
)
_ROLES_THERE = CompiledQuery(
    lambda person, slug: (
        RoleGrant.objects.filter(user_id=person, programme__slug=slug).order_by().values_list("role")
    ),
    "person",
    texts=("slug",),
)
_ENTRANCE = CompiledTogether(_BY_SLUG.query, PERSON_BY_KEY.query, _ROLES_THERE)


@dataclass(frozen=True)
class Entrance:
    """What every page of a signed-in person begins with: the programme, her row and her roles there."""

    programme: Programme
    person: User | None
    roles: frozenset[Role]


def entrance(slug: str, person_id: int) -> Entrance | None:
    """A programme and what a person is in it, in one query; nothing when there is no such programme."""
    rows = _ENTRANCE.rows(slug=slug, person=person_id)
    if not rows:
        return None
    programme, person, _role = rows[0]
    return Entrance(
        _BY_SLUG.made_of(programme or ()),
        PERSON_BY_KEY.made_of(person) if person else None,
        frozenset(Role(role[0]) for *_others, role in rows if role),
    )


def programme_by_slug(slug: str) -> Programme | None:
    """A programme, or nothing."""
    return _BY_SLUG.get(slug=slug)


def public_programmes() -> QuerySet[Programme]:
    """Programmes that anybody may see."""
    return Programme.objects.filter(is_public=True).select_related("region")


def caller_access(user: Any, programme: Programme) -> Access:
    """The caller's roles in a programme, in one query; none for signed-out people."""
    if not user.is_authenticated:
        return Access(user=None, programme=programme, roles=frozenset())
    roles = frozenset(Role(role) for (role,) in _ROLES.rows(user=user.pk, programme=programme.pk))
    return Access(user=user, programme=programme, roles=roles)


def programmes_of(user: Any) -> QuerySet[Programme]:
    """Programmes where a person holds a role; none for signed-out people."""
    if not user.is_authenticated:
        return Programme.objects.none()
    mine = RoleGrant.objects.filter(user=user)
    return Programme.objects.filter(pk__in=mine.values("programme")).select_related("region")


def role_holders(programme: Programme | int, *roles: Role) -> QuerySet[User]:
    """People who hold one of the roles in a programme (or in that of a key), by name."""
    grants = RoleGrant.objects.filter(programme=programme, role__in=roles).order_by()
    return User.objects.filter(pk__in=grants.values("user"), is_active=True)


def activity_labels(codes: set[str]) -> Mapping[str, str]:
    """Labels of some activity codes."""
    return dict(Activity.objects.filter(code__in=codes).values_list("code", "label"))


@dataclass(frozen=True)
class JobProgress:
    """What a progress page shows of a job (``components/job_progress.html``)."""

    title: str
    state: str
    state_label: str
    percent: int
    step: str
    error: str
    poll_url: str
    result_url: str
    result_label: str
    retry_url: str

    @property
    def is_open(self) -> bool:
        """Whether the page must ask again."""
        return bool(self.poll_url)


_JOB_STATES = {
    JobStatus.QUEUED: "waiting",
    JobStatus.RUNNING: "running",
    JobStatus.DONE: "done",
    JobStatus.ABANDONED: "failed",
}


def job_progress(programme: Programme, job: Job) -> JobProgress:
    """Where a piece of work is, with the addresses to follow it, open its result or try again."""
    status = JobStatus(job.status)
    failed = status == JobStatus.ABANDONED
    return JobProgress(
        title=job.label or str(_("Travail en cours")),
        state=_JOB_STATES[status],
        state_label=str(status.label),
        percent=job.percent,
        step=job.step,
        error=_job_error(job) if failed else "",
        poll_url=programme_url(programme, "programme:job_detail", pk=job.pk) if job.is_open else "",
        result_url=job.result.get("url", ""),
        result_label=job.result.get("label", "") or str(_("Voir le résultat")),
        retry_url=programme_url(programme, "programme:job_retry", pk=job.pk) if failed else "",
    )


def _job_error(job: Job) -> str:
    """A refused rule in its own words; a breakdown (every attempt used up) by its reference only."""
    if job.attempts < settings.JOB_MAX_ATTEMPTS:
        return job.error
    return _(
        "Le travail s’est interrompu %(count)s fois. Rien n’est perdu\u00a0: réessayez, ou donnez à "
        "l’assistance la référence %(reference)s."
    ) % {"count": job.attempts, "reference": str(job.pk)[:12]}


def fingerprint(email: str) -> str:
    """A keyed hash of an address, so that a receipt can be checked and tells nothing."""
    digest = salted_hmac("programme.erasure", email.strip().lower(), algorithm="sha256")
    return digest.hexdigest()


def person_scope(email: str, programme: Programme | None) -> PersonScope:
    """The person of an address in a programme, or in the whole installation."""
    email = email.strip().lower()
    grants = RoleGrant.objects.filter(user__email__iexact=email)
    here = grants.filter(programme=programme) if programme is not None else grants
    return PersonScope(
        identity=Identity(email, names_of(email, programme, _accounts(programme))),
        programme=programme,
        belongs_here=here.exists(),
        belongs_elsewhere=programme is not None and grants.exclude(programme=programme).exists(),
    )


def shared_names(scope: PersonScope) -> frozenset[tuple[str, str]]:
    """Names of the person that somebody else bears there: in a text they may mean the other one."""
    accounts = _accounts(scope.programme)
    return frozenset(
        name for name in scope.identity.names if has_namesake(scope.email, name, scope.programme, accounts)
    )


def _accounts(programme: Programme | None) -> Q:
    """Accounts that a programme may know of: its own, so that nothing of another one shows."""
    return Q(role_grants__programme=programme) if programme is not None else Q()


@dataclass(frozen=True)
class HeldData:
    """What one source holds about a person, and what for."""

    label: str
    purpose: str
    records: tuple[PersonRecord, ...]


def held_data(email: str, programme: Programme | None) -> list[HeldData]:
    """Everything that a programme holds about a person, source by source; nothing of any other."""
    scope = person_scope(email, programme)
    found = []
    for source in sorted(person_data.values(), key=lambda source: -source.rank):
        records = source.collect(scope)
        if records:
            found.append(HeldData(str(source.label), str(source.purpose), tuple(records)))
    return found


def person_export(email: str, programme: Programme | None, found: Sequence[HeldData]) -> dict[str, Any]:
    """What was ``found`` (``held_data``) as plain JSON: what a person takes away."""
    return {
        "format": "edec-ia.person",
        "version": 1,
        "email": email.strip().lower(),
        "programme": programme.name if programme else "",
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "data": [
            {
                "source": held.label,
                "purpose": held.purpose,
                "records": [{"title": record.title, **record.facts} for record in held.records],
            }
            for held in found
        ],
    }


@dataclass(frozen=True)
class OpenErasureRequest:
    """A request that waits for the direction."""

    name: str
    email: str
    asked_at: datetime


def open_erasure_requests(programme: Programme) -> list[OpenErasureRequest]:
    """Requests not yet settled, oldest first."""
    rows = ErasureRequest.objects.for_programme(programme).filter(receipt=None, user__isnull=False)
    return [
        OpenErasureRequest(row.user.full_name, row.user.email, row.asked_at)
        for row in rows.select_related("user")
    ]


@dataclass(frozen=True)
class RetentionRow:
    """A rule of retention, what it announced and what it purged."""

    label: str
    delay: str
    source: str
    outcome: str
    waiting: int
    purge_on: date | None
    items: tuple[DueItem, ...]
    purged_at: datetime | None
    purged_count: int


SHOWN_ITEMS = 50


def retention_rows(programme: Programme, today: date) -> list[RetentionRow]:
    """Every rule, with what waits to be purged (named, up to ``SHOWN_ITEMS``) and the last purge."""
    notices = RetentionNotice.objects.for_programme(programme).order_by("purge_on", "pk")
    by_rule: dict[str, list[RetentionNotice]] = {}
    for notice in notices:
        by_rule.setdefault(notice.rule, []).append(notice)
    return [
        _retention_row(rule, by_rule.get(code, []), programme, today)
        for code, rule in retention_rules.items()
    ]


def _retention_row(
    rule: RetentionRule, notices: list[RetentionNotice], programme: Programme, today: date
) -> RetentionRow:
    waiting = [notice for notice in notices if notice.purged_at is None]
    keys = {key for notice in waiting for key in notice.keys}
    items = [item for item in rule.due(programme, today) if item.key in keys] if keys else []
    purged = [notice for notice in notices if notice.purged_at is not None and notice.purged_count]
    last = max(purged, key=lambda notice: notice.purged_at or timezone.now(), default=None)
    return RetentionRow(
        label=str(rule.label),
        delay=str(rule.delay),
        source=str(rule.source),
        outcome=str(rule.outcome),
        waiting=len(items),
        purge_on=min((notice.purge_on for notice in waiting), default=None) if items else None,
        items=tuple(items[:SHOWN_ITEMS]),
        purged_at=last.purged_at if last else None,
        purged_count=last.purged_count if last else 0,
    )
