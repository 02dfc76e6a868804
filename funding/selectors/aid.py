"""Reads of state aid: a company's ledger, its standing as part of its group, what is to be granted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from django.db.models import Count, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import Participation
from companies.selectors.undertakings import undertakings
from core.errors import NotVisible
from core.formats import format_date
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Diagnostic
from funding.aid import AidRule, Grant, Standing, Undertaking, aid_in_kind, parse_rules, standing
from funding.enums import AidBase, AidSource
from funding.models import AidDeclaration, AidGrant, AidProfile, AidTerms, DeclaredAid
from programme.access import Access
from programme.links import programme_url
from programme.models import Programme
from trainings.models import Attendance

RULES_FILE = Path(__file__).resolve().parent.parent / "content" / "aid_rules.yaml"


@lru_cache(maxsize=1)
def aid_rules() -> tuple[AidRule, ...]:
    """The rules shipped with the product."""
    return parse_rules(yaml.safe_load(RULES_FILE.read_text(encoding="utf-8")))


def aid_terms(programme: Programme) -> AidTerms:
    """What the programme decided; the defaults, unsaved, as long as it decided nothing."""
    return AidTerms.objects.filter(programme=programme).first() or AidTerms(programme=programme)


@dataclass(frozen=True)
class AidSubject:
    """A service given to a company, from which an aid in kind arises. Cents."""

    participation_id: int
    company: str
    source: AidSource
    subject_id: str
    label: str
    granted_on: date
    base: AidBase
    cost_cents: int
    paid_cents: int

    @property
    def key(self) -> str:
        """How a form names it: ``diagnostic-12``."""
        return f"{self.source}-{self.subject_id}"

    @property
    def amount_cents(self) -> int:
        """The aid: cost minus price paid."""
        return aid_in_kind(self.cost_cents, self.paid_cents)


@dataclass(frozen=True)
class AidRow:
    """A line of the ledger, ready to be shown."""

    id: int
    company: str
    label: str
    source: str
    base: str
    granted_on: date
    cost_cents: int
    paid_cents: int
    amount_cents: int
    is_cancelled: bool
    reason: str
    is_own: bool


@dataclass(frozen=True)
class DeclaredRow:
    """An aid received elsewhere, as the company declared it."""

    company: str
    authority: str
    granted_on: date
    amount_cents: int


@dataclass(frozen=True)
class AidLedger:
    """What one may read of an undertaking: its companies, its grants, what it declared, where it stands."""

    companies: tuple[str, ...]
    is_group: bool
    profile: AidProfile
    standing: Standing
    rows: tuple[AidRow, ...]
    declared: tuple[DeclaredRow, ...]
    declared_on: date | None
    signatory: str
    pending: tuple[AidSubject, ...]

    @property
    def percent(self) -> int:
        """How much of the ceiling is used, from 0 to 100."""
        whole = self.standing.ceiling_cents
        return min(100, self.standing.received_cents * 100 // whole) if whole else 0


def latest_declarations(ids: Iterable[int]) -> dict[int, AidDeclaration]:
    """The declaration in force of each participation, with its aids. Two queries."""
    aids = Prefetch("aids", DeclaredAid.objects.all())
    rows = AidDeclaration.objects.filter(participation__in=ids).prefetch_related(aids)
    latest: dict[int, AidDeclaration] = {}
    for declaration in rows:
        latest.setdefault(declaration.participation_id, declaration)
    return latest


def standings(programme: Programme, ids: Collection[int], day: date) -> dict[int, Standing]:
    """Where each company stands on a day, its group counted once."""
    groups = undertakings(programme, ids)
    everyone = {pk for members in groups.values() for pk in members}
    grants = defaultdict(list)
    for pk, on, cents, base in AidGrant.objects.filter(
        participation__in=everyone, cancelled_at__isnull=True
    ).values_list("participation_id", "granted_on", "amount_cents", "base"):
        grants[pk].append(Grant(on, cents, base))
    for pk, declaration in latest_declarations(everyone).items():
        grants[pk] += [Grant(aid.granted_on, aid.amount_cents) for aid in declaration.aids.all()]
    profiles = {row.participation_id: row for row in AidProfile.objects.filter(participation__in=everyone)}
    return {
        pk: standing(
            aid_rules(),
            [grant for member in groups[pk] for grant in grants[member]],
            day,
            undertaking_facts(profiles, groups[pk], pk),
        )
        for pk in ids
        if pk in groups
    }


def undertaking_facts(profiles: Mapping[int, AidProfile], members: Collection[int], own: int) -> Undertaking:
    """The company's own fiscal year; road freight as soon as one company of the group does it."""
    return Undertaking(
        road_freight=any(profiles[pk].road_freight for pk in members if pk in profiles),
        year_ends_in=profiles[own].year_ends_in if own in profiles else 12,
    )


def grants_of(members: Collection[int]) -> list[Grant]:
    """What the companies of one undertaking received here and declared elsewhere. Three queries."""
    rows = AidGrant.objects.filter(participation__in=members, cancelled_at__isnull=True)
    own = [Grant(*row) for row in rows.values_list("granted_on", "amount_cents", "base")]
    declared = latest_declarations(members).values()
    return own + [Grant(aid.granted_on, aid.amount_cents) for each in declared for aid in each.aids.all()]


def aid_ledger(access: Access, participation: Participation, day: date | None = None) -> AidLedger:
    """A company's ledger: a fixed number of queries, whatever it received.

    The whole group counts in the standing; the names and rows of companies that the caller may not open
    are left out.
    """
    today = day or timezone.localdate()
    members = undertakings(participation.programme, [participation.pk])[participation.pk]
    visible = Participation.objects.visible_to(access).filter(pk__in=members)
    names = dict(visible.values_list("pk", "name"))
    profiles = {row.participation_id: row for row in AidProfile.objects.filter(participation__in=members)}
    rows = list(AidGrant.objects.filter(participation__in=members))
    declarations = latest_declarations(members)
    grants = [Grant(r.granted_on, r.amount_cents, r.base) for r in rows if r.cancelled_at is None]
    declared = [(pk, aid) for pk, each in declarations.items() for aid in each.aids.all()]
    grants += [Grant(aid.granted_on, aid.amount_cents) for _pk, aid in declared]
    own = declarations.get(participation.pk)
    return AidLedger(
        companies=tuple(sorted(names.values())),
        profile=profiles.get(participation.pk) or AidProfile(participation=participation),
        standing=standing(aid_rules(), grants, today, undertaking_facts(profiles, members, participation.pk)),
        is_group=len(members) > 1,
        rows=tuple(_row(grant, names, participation.pk) for grant in rows if grant.participation_id in names),
        declared=tuple(
            DeclaredRow(names[pk], aid.authority, aid.granted_on, aid.amount_cents)
            for pk, aid in declared
            if pk in names
        ),
        declared_on=own.declared_on if own else None,
        signatory=own.signatory if own else "",
        pending=tuple(aid_subjects(participation.programme, [participation.pk])),
    )


def _row(grant: AidGrant, names: Mapping[int, str], own: int) -> AidRow:
    return AidRow(
        id=grant.pk,
        company=names[grant.participation_id],
        label=grant.label,
        source=str(AidSource(grant.source).label),
        base=str(AidBase(grant.base).label),
        granted_on=grant.granted_on,
        cost_cents=grant.cost_cents,
        paid_cents=grant.paid_cents,
        amount_cents=grant.amount_cents,
        is_cancelled=grant.cancelled_at is not None,
        reason=grant.cancelled_reason or grant.decision_reason,
        is_own=grant.participation_id == own,
    )


def aid_subjects(programme: Programme, ids: Collection[int] | None = None) -> list[AidSubject]:
    """Services given that no grant records yet, oldest first; of some companies, or of all. Four queries.

    The date proposed is the day the right arose: the opening of the diagnostic, the session's first day.
    """
    terms = aid_terms(programme)
    found = [*_diagnostics(programme, terms, ids), *_sessions(programme, terms, ids)]
    granted = AidGrant.objects.for_programme(programme).filter(cancelled_at__isnull=True)
    if ids is not None:
        granted = granted.filter(participation__in=ids)
    known = set(granted.exclude(subject_id="").values_list("participation_id", "source", "subject_id"))
    waiting = [
        subject
        for subject in found
        if subject.amount_cents
        and (subject.participation_id, subject.source, subject.subject_id) not in known
    ]
    return sorted(waiting, key=lambda subject: (subject.granted_on, subject.company, subject.key))


def _diagnostics(programme: Programme, terms: AidTerms, ids: Collection[int] | None) -> Iterable[AidSubject]:
    if terms.diagnostic_cost_cents <= terms.diagnostic_price_cents:
        return
    rows = Diagnostic.objects.for_programme(programme).filter(status=DiagnosticStatus.SUBMITTED)
    if ids is not None:
        rows = rows.filter(participation__in=ids)
    for pk, participation, name, title, opened in rows.order_by().values_list(
        "pk", "participation_id", "participation__name", "questionnaire__title", "opened_at"
    ):
        yield AidSubject(
            participation_id=participation,
            company=name,
            source=AidSource.DIAGNOSTIC,
            subject_id=str(pk),
            label=_("Diagnostic «\u00a0%(title)s\u00a0»") % {"title": title},
            granted_on=timezone.localdate(opened),
            base=AidBase(terms.diagnostic_base),
            cost_cents=terms.diagnostic_cost_cents,
            paid_cents=terms.diagnostic_price_cents,
        )


def _sessions(programme: Programme, terms: AidTerms, ids: Collection[int] | None) -> Iterable[AidSubject]:
    """One subject per company and session: half-days attended × cost, minus the price of its people."""
    if not terms.half_day_cost_cents:
        return
    rows = Attendance.objects.filter(present=True, half_day__session__programme=programme)
    if ids is not None:
        rows = rows.filter(enrolment__participation__in=ids)
    figures = (
        rows.order_by()
        .values_list(
            "half_day__session_id",
            "enrolment__participation_id",
            "enrolment__participation__name",
            "half_day__session__course__title",
            "half_day__session__starts_on",
            "half_day__session__price_cents",
        )
        .annotate(half_days=Count("pk"), people=Count("enrolment_id", distinct=True))
    )
    for session, participation, name, title, starts_on, price, half_days, people in figures:
        cost = half_days * terms.half_day_cost_cents
        yield AidSubject(
            participation_id=participation,
            company=name,
            source=AidSource.TRAINING,
            subject_id=str(session),
            label=_("Formation «\u00a0%(title)s\u00a0» du %(day)s")
            % {"title": title, "day": format_date(starts_on)},
            granted_on=starts_on,
            base=AidBase(terms.training_base),
            cost_cents=cost,
            paid_cents=min(cost, people * price),
        )


def aid_grant_for(access: Access, pk: int) -> AidGrant:
    """A grant to a company the caller sees. Raises ``NotVisible``."""
    visible = Participation.objects.visible_to(access)
    grant: AidGrant | None = (
        AidGrant.objects.for_programme(access.programme)
        .select_related("participation__establishment__company", "programme")
        .filter(pk=pk, participation__in=visible)
        .first()
    )
    if grant is None:
        raise NotVisible
    return grant


@dataclass(frozen=True)
class AidCompanyRow:
    """A company of the programme's list: its own aid here, and where its undertaking stands."""

    name: str
    url: str
    grants: int
    granted_cents: int
    received_cents: int
    remaining_cents: int
    percent: int
    tone: str


def aid_company_rows(programme: Programme, page: Iterable[Participation], day: date) -> list[AidCompanyRow]:
    """Rows of a page of ``aid_companies``."""
    companies = list(page)
    found = standings(programme, [company.pk for company in companies], day)
    return [_company_row(programme, company, found[company.pk]) for company in companies]


def _company_row(programme: Programme, company: Participation, now: Standing) -> AidCompanyRow:
    used = now.received_cents * 100 // now.ceiling_cents if now.ceiling_cents else 0
    return AidCompanyRow(
        name=company.name,
        url=programme_url(programme, "funding:aid_ledger", pk=company.pk),
        grants=company.aid_count,  # type: ignore[attr-defined]  # annotated by the view's queryset
        granted_cents=company.aid_cents,  # type: ignore[attr-defined]  # same
        received_cents=now.received_cents,
        remaining_cents=now.remaining_cents,
        percent=min(100, used),
        tone="bad" if now.passes else "warn" if used >= 80 else "",
    )
