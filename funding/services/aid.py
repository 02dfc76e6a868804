"""Writes about state aid: terms, a company's profile, its declarations, grants and their certificates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import EventKind
from companies.models import Participation
from companies.selectors.undertakings import undertakings
from companies.services import record_event
from companies.services.undertakings import lock_undertaking
from core import audit
from core.errors import BusinessError
from core.formats import format_date, format_euros
from documents.models import Document
from documents.services import request_document
from funding.aid import AidRuleError, Grant, Standing, aid_in_kind, first_breach, most_allowed, rule_on
from funding.certificates import AID_CERTIFICATE, AidCertificate
from funding.enums import AidBase, AidSource
from funding.models import AidDeclaration, AidGrant, AidProfile, AidTerms, DeclaredAid
from funding.selectors.aid import (
    AidSubject,
    aid_rules,
    aid_subjects,
    aid_terms,
    grants_of,
    undertaking_facts,
)
from funding.services.terms import keep_terms
from programme.models import Programme

TERMS = (
    "diagnostic_cost_cents",
    "diagnostic_price_cents",
    "diagnostic_base",
    "half_day_cost_cents",
    "training_base",
    "authority",
)


@dataclass(frozen=True)
class AidDraft:
    """An aid to grant; amounts in cents. ``subject_id`` is empty for what no row of ours gave rise to."""

    source: AidSource
    label: str
    granted_on: date
    base: AidBase
    cost_cents: int
    paid_cents: int = 0
    subject_id: str = ""
    priority_workers: bool = False

    @property
    def amount_cents(self) -> int:
        """Cost minus price paid."""
        return aid_in_kind(self.cost_cents, self.paid_cents)

    @classmethod
    def of(cls, subject: AidSubject) -> "AidDraft":
        """What a service given proposes."""
        return cls(
            source=subject.source,
            label=subject.label,
            granted_on=subject.granted_on,
            base=subject.base,
            cost_cents=subject.cost_cents,
            paid_cents=subject.paid_cents,
            subject_id=subject.subject_id,
        )


@dataclass(frozen=True)
class DeclaredEntry:
    """An aid received elsewhere, as typed."""

    granted_on: date
    authority: str
    amount_cents: int


@transaction.atomic
def set_aid_terms(*, actor: User | None, programme: Programme, **values: Any) -> AidTerms:
    """Say what a diagnostic and a half-day of training cost; ``values`` are fields of ``TERMS``.

    What was granted does not move. Raises ``ValidationError`` for a negative amount.
    """
    terms, _made = AidTerms.objects.get_or_create(programme=programme)
    known = {name: value for name, value in values.items() if name in TERMS}
    keep_terms(actor=actor, terms=terms, values=known, verb="aid.terms_set")
    return terms


@transaction.atomic
def set_aid_profile(
    *, actor: User | None, participation: Participation, size: str, road_freight: bool, year_ends_in: int
) -> AidProfile:
    """Say what changes the rules for a company. Saying it twice changes nothing."""
    profile, _made = AidProfile.objects.get_or_create(participation=participation)
    after = {"size": size, "road_freight": road_freight, "year_ends_in": year_ends_in}
    changes = {
        name: [getattr(profile, name), value]
        for name, value in after.items()
        if getattr(profile, name) != value
    }
    if changes:
        for name, value in after.items():
            setattr(profile, name, value)
        profile.full_clean()
        profile.save()
        audit.record(
            actor=actor,
            verb="aid.profile_set",
            obj=participation,
            programme_id=participation.programme_id,
            changes=changes,
        )
    return profile


@transaction.atomic
def declare_aid(
    *,
    actor: User | None,
    participation: Participation,
    declared_on: date,
    signatory: str,
    aids: Sequence[DeclaredEntry],
    at: datetime | None = None,
    form_token: UUID | None = None,
) -> AidDeclaration:
    """Keep what a company declares of the aid it received elsewhere; it replaces its earlier declaration.

    An empty list declares that it received none. The same ``form_token`` gives the same declaration.
    Raises ``BusinessError`` for a day to come, an aid after the declaration, a missing name.
    Side effects: one declaration, one line of the company's history, one audit event.
    """
    Participation.objects.select_for_update(no_key=True).get(pk=participation.pk)
    if form_token and (twin := AidDeclaration.objects.filter(form_token=form_token).first()):
        return twin
    _check_declaration(declared_on, signatory, aids)
    declaration = AidDeclaration.objects.create(
        participation=participation,
        declared_on=declared_on,
        signatory=signatory.strip(),
        entered_by=actor,
        form_token=form_token,
    )
    DeclaredAid.objects.bulk_create(
        DeclaredAid(
            declaration=declaration,
            granted_on=aid.granted_on,
            authority=aid.authority.strip(),
            amount_cents=aid.amount_cents,
        )
        for aid in aids
    )
    _tell_of_declaration(actor, declaration, aids, at)
    return declaration


def _tell_of_declaration(
    actor: User | None, declaration: AidDeclaration, aids: Sequence[DeclaredEntry], at: datetime | None
) -> None:
    """In the company's history, which she may read, and in the audit."""
    participation = declaration.participation
    total = sum(aid.amount_cents for aid in aids)
    record_event(
        participation=participation,
        kind=EventKind.AID,
        title=_("Déclaration des aides reçues ailleurs\u00a0: %(amount)s") % {"amount": format_euros(total)},
        at=at,
        actor=actor,
        visible_to_company=True,
    )
    audit.record(
        actor=actor,
        verb="aid.declared",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"declared_on": declaration.declared_on, "aids": len(aids), "amount_cents": total},
    )


def _check_declaration(declared_on: date, signatory: str, aids: Sequence[DeclaredEntry]) -> None:
    if not signatory.strip():
        raise BusinessError(_("Indiquez qui fait la déclaration."), field="signatory", code="signatory")
    if declared_on > timezone.localdate():
        raise BusinessError(
            _("La déclaration ne peut pas être datée d’un jour à venir."), field="declared_on", code="future"
        )
    late = next((aid for aid in aids if aid.granted_on > declared_on), None)
    if late is not None:
        raise BusinessError(
            _("L’aide de «\u00a0%(authority)s\u00a0» est datée du %(day)s, après la déclaration.")
            % {"authority": late.authority, "day": format_date(late.granted_on)},
            code="later",
        )


def check_grant(participation: Participation, draft: AidDraft) -> Standing | None:
    """What a grant would pass, or nothing; a warning to show before anything is written.

    Raises ``BusinessError``: nothing to grant, no rule in force on that day, a share of the cost above what
    the legal base allows.
    """
    if draft.amount_cents <= 0:
        raise BusinessError(
            _("Le prix payé couvre le coût\u00a0: il n’y a pas d’aide."), field="paid", code="no-aid"
        )
    try:
        rule = rule_on(aid_rules(), draft.base, draft.granted_on)
    except AidRuleError as error:
        raise BusinessError(
            _("Aucune règle connue de cette base juridique n’était en vigueur le %(day)s.")
            % {"day": format_date(draft.granted_on)},
            field="granted_on",
            code="no-rule",
        ) from error
    profile = AidProfile.objects.filter(participation=participation).first()
    size = profile.size if profile else ""
    allowed = most_allowed(rule, size, draft.cost_cents, priority=draft.priority_workers)
    if allowed is not None and draft.amount_cents > allowed:
        raise BusinessError(_intensity_message(size, allowed, draft), field="base", code="intensity")
    if draft.base != AidBase.DE_MINIMIS:
        return None
    members = undertakings(participation.programme, [participation.pk])[participation.pk]
    profiles = {row.participation_id: row for row in AidProfile.objects.filter(participation__in=members)}
    return first_breach(
        aid_rules(),
        grants_of(members),
        Grant(draft.granted_on, draft.amount_cents, draft.base),
        undertaking_facts(profiles, members, participation.pk),
    )


def _intensity_message(size: str, allowed: int, draft: AidDraft) -> str:
    if not size:
        return _("Indiquez d’abord la taille de l’entreprise\u00a0: cette base juridique en dépend.")
    if not allowed:
        return _("Cette base juridique n’est pas ouverte à une entreprise de cette taille.")
    return _(
        "L’aide serait de %(amount)s\u00a0; cette base juridique en permet %(allowed)s au plus pour ce coût."
    ) % {"amount": format_euros(draft.amount_cents), "allowed": format_euros(allowed)}


def breach_message(breach: Standing) -> str:
    """What passing a ceiling means, in figures."""
    return _(
        "Avec cette aide, l’entreprise (entreprises liées comprises) aurait reçu %(received)s d’aides "
        "de minimis entre le %(start)s et le %(end)s. Le plafond est de %(ceiling)s (%(reference)s)."
    ) % {
        "received": format_euros(breach.received_cents),
        "start": format_date(breach.start),
        "end": format_date(breach.end),
        "ceiling": format_euros(breach.ceiling_cents),
        "reference": breach.rule.reference,
    }


@transaction.atomic
def grant_aid(
    *,
    actor: User | None,
    participation: Participation,
    draft: AidDraft,
    decision_reason: str = "",
    at: datetime | None = None,
    form_token: UUID | None = None,
) -> AidGrant:
    """Write an aid in the company's ledger. The same subject or ``form_token`` gives the same grant.

    ``decision_reason`` is the director's decision (the door checks that she is one) to pass the ceiling.
    Raises ``BusinessError`` as ``check_grant``, and ``code="ceiling"`` when the group would pass it.
    Side effects: one grant, one line of the company's history, one audit event. The companies of the group
    are locked, so that two grants, or a grant and a company that joins, cannot both take what remains.
    """
    lock_undertaking(participation.programme, [participation.pk])
    twin = _granted_already(participation, draft, form_token)
    if twin is not None:
        return twin
    breach, reason = check_grant(participation, draft), decision_reason.strip()
    if breach is not None and not reason:
        raise BusinessError(breach_message(breach), code="ceiling")
    grant = _new_grant(participation, draft, form_token)
    grant.decision_reason = reason if breach is not None else ""
    grant.granted_by = actor
    grant.full_clean()
    grant.save()
    _tell_of_grant(actor, grant, at)
    return grant


def _new_grant(participation: Participation, draft: AidDraft, form_token: UUID | None) -> AidGrant:
    return AidGrant(
        programme_id=participation.programme_id,
        participation=participation,
        source=draft.source,
        subject_type=draft.source if draft.subject_id else "",
        subject_id=draft.subject_id,
        label=draft.label.strip(),
        granted_on=draft.granted_on,
        base=draft.base,
        priority_workers=draft.priority_workers,
        cost_cents=draft.cost_cents,
        paid_cents=draft.paid_cents,
        amount_cents=draft.amount_cents,
        form_token=form_token,
    )


def _tell_of_grant(actor: User | None, grant: AidGrant, at: datetime | None) -> None:
    """In the company's history and in the audit."""
    participation = grant.participation
    record_event(
        participation=participation,
        kind=EventKind.AID,
        title=_("%(base)s\u00a0: %(amount)s")
        % {"base": AidBase(grant.base).label, "amount": format_euros(grant.amount_cents)},
        text=grant.label,
        url=_ledger_path(participation),
        at=at,
        actor=actor,
    )
    audit.record(
        actor=actor,
        verb="aid.granted",
        obj=grant,
        programme_id=grant.programme_id,
        changes={
            "participation": participation.pk,
            "granted_on": grant.granted_on,
            "base": grant.base,
            "amount_cents": grant.amount_cents,
        },
        comment=grant.decision_reason,
    )


def _granted_already(
    participation: Participation, draft: AidDraft, form_token: UUID | None
) -> AidGrant | None:
    rows = AidGrant.objects.filter(participation=participation)
    twin: AidGrant | None = rows.filter(form_token=form_token).first() if form_token else None
    if twin is not None:
        return twin
    if not draft.subject_id:
        return None
    same: AidGrant | None = rows.filter(
        subject_type=draft.source, subject_id=draft.subject_id, cancelled_at__isnull=True
    ).first()
    return same


def _ledger_path(participation: Participation) -> str:
    slug = participation.programme.slug
    return reverse("funding:aid_ledger", kwargs={"programme_slug": slug, "pk": participation.pk})


@dataclass(frozen=True)
class GrantedAll:
    """What a bulk grant did: grants written, and services left to a person because of a ceiling or a rule."""

    granted: int
    left: int


@transaction.atomic
def grant_pending_aid(*, actor: User | None, programme: Programme) -> GrantedAll:
    """Write every aid that waits and passes no ceiling, oldest first; the others are left to a person."""
    companies = {row.pk: row for row in Participation.objects.for_programme(programme)}
    granted = left = 0
    for subject in aid_subjects(programme):
        try:
            with transaction.atomic():
                grant_aid(
                    actor=actor,
                    participation=companies[subject.participation_id],
                    draft=AidDraft.of(subject),
                )
            granted += 1
        except BusinessError:
            left += 1
    return GrantedAll(granted, left)


@transaction.atomic
def cancel_aid(*, actor: User | None, grant: AidGrant, reason: str) -> AidGrant:
    """Take a grant out of the sums; it stays in the ledger with the reason. Twice changes nothing."""
    if not reason.strip():
        raise BusinessError(_("Indiquez le motif de l’annulation."), field="reason", code="reason")
    fresh: AidGrant = AidGrant.objects.select_for_update(no_key=True).get(pk=grant.pk)
    if fresh.cancelled_at is not None:
        return fresh
    fresh.cancelled_at, fresh.cancelled_reason = timezone.now(), reason.strip()[:250]
    fresh.save(update_fields=["cancelled_at", "cancelled_reason", "updated_at"])
    record_event(
        participation=grant.participation,
        kind=EventKind.AID,
        title=_("Aide annulée\u00a0: %(amount)s") % {"amount": format_euros(fresh.amount_cents)},
        text=reason.strip(),
        actor=actor,
    )
    audit.record(
        actor=actor, verb="aid.cancelled", obj=fresh, programme_id=fresh.programme_id, comment=reason.strip()
    )
    return fresh


def request_aid_certificate(*, actor: User | None, grant: AidGrant) -> Document:
    """Ask for the certificate of a grant; asking twice gives the same document.

    The company reads it among its documents. Raises ``BusinessError`` for a cancelled grant.
    """
    if grant.cancelled_at is not None:
        raise BusinessError(_("Cette aide est annulée\u00a0: elle n’a plus d’attestation."), code="cancelled")
    company = grant.participation
    rule = rule_on(aid_rules(), grant.base, grant.granted_on)
    context = AidCertificate(
        company=company.name,
        siren=company.establishment.company.siren,
        siret=company.establishment.siret,
        city=company.city,
        authority=aid_terms(grant.programme).authority or grant.programme.name,
        label=grant.label,
        base=str(AidBase(grant.base).label),
        reference=rule.reference,
        is_de_minimis=grant.base == AidBase.DE_MINIMIS,
        ceiling_cents=rule.ceiling(road_freight=False),
        granted_on=grant.granted_on,
        cost_cents=grant.cost_cents,
        paid_cents=grant.paid_cents,
        amount_cents=grant.amount_cents,
    )
    return request_document(
        kind=AID_CERTIFICATE,
        programme=grant.programme,
        actor=actor,
        title=_("Attestation d’aide – %(company)s") % {"company": company.name},
        context=context,
        subject=company,
        is_final=True,
        key=f"grant-{grant.pk}",
    )
