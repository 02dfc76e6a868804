"""Who pays, and for how much: the agreement's funders, their readers, the programme's own rules."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_euros
from funding.enums import ClaimPieceKind, EvidenceKind, EvidenceStep, Imputation, Nature
from funding.models import ClaimTerms, EvidenceRule, Funder, FunderMember, FundingRules
from funding.selectors.totals import charged_totals
from funding.services.terms import keep_terms
from funding.steering import Thresholds
from programme.enums import Role
from programme.models import Programme
from programme.official import OTHERS_CENTS, STATE_CENTS
from programme.services import grant_role, touch_programme


@dataclass(frozen=True)
class FunderEntry:
    """A funder as it is typed; ``funder_id`` is empty for a new one. The order given is kept for ever."""

    name: str
    short_name: str
    agreed_cents: int
    is_state: bool = False
    funder_id: int | None = None


@transaction.atomic
def install_public_agreement(*, programme: Programme) -> list[Funder]:
    """Enter what is public of the agreement: the State, and one envelope for the other funders.

    A programme that already has funders is left as its team made it.
    """
    existing = list(programme.funders.all())
    if existing:
        return existing
    return save_funders(
        actor=None,
        programme=programme,
        entries=[
            FunderEntry(name="État", short_name="État", agreed_cents=STATE_CENTS, is_state=True),
            FunderEntry(
                name="Cofinanceurs (répartition à préciser)",
                short_name="Cofinanceurs",
                agreed_cents=OTHERS_CENTS,
            ),
        ],
    )


@transaction.atomic
def save_funders(*, actor: User | None, programme: Programme, entries: Sequence[FunderEntry]) -> list[Funder]:
    """Replace the agreed amounts; funders left out are removed if no plan or expense knows them.

    Amounts are in cents and must sum to the programme's total. A plan in force is not changed: when the
    new amounts differ from its columns, an amendment brings it in line.

    Raises ``BusinessError``: total not reached, a funder below what it has been charged, a funder that
    cannot be removed any more, two funders of the same name.
    """
    locked = Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    _check_total(locked, entries)
    known = {funder.pk: funder for funder in Funder.objects.for_programme(locked)}
    before = {funder.name: funder.agreed_cents for funder in known.values()}
    _remove_funders([known[pk] for pk in known.keys() - {entry.funder_id for entry in entries}])
    charged = _charged_by_funder(locked)
    last = max((funder.position for funder in known.values()), default=0)
    result = []
    for entry in entries:
        funder = known.get(entry.funder_id) if entry.funder_id else None
        if funder is None:
            last += 1
            funder = Funder(programme=locked, position=last)
        elif entry.agreed_cents < charged.get(funder.pk, 0):
            raise BusinessError(
                _(
                    "%(name)s a déjà été appelé pour %(charged)s\u00a0: son montant ne peut pas "
                    "être inférieur."
                )
                % {"name": funder.name, "charged": format_euros(charged[funder.pk])},
                code="below-charged",
            )
        funder.name, funder.short_name = entry.name, entry.short_name
        funder.agreed_cents, funder.is_state = entry.agreed_cents, entry.is_state
        funder.full_clean()
        funder.save()
        result.append(funder)
    touch_programme(locked)
    after = {funder.name: funder.agreed_cents for funder in result}
    if after != before:
        audit.record(
            actor=actor,
            verb="funders.saved",
            obj=locked,
            programme_id=locked.pk,
            changes={"agreed_cents": [before, after]},
        )
    return result


def _check_total(programme: Programme, entries: Sequence[FunderEntry]) -> None:
    total = sum(entry.agreed_cents for entry in entries)
    if total != programme.total_cents:
        raise BusinessError(
            _("Les montants font %(total)s\u00a0; la convention est de %(agreed)s, soit un écart de %(gap)s.")
            % {
                "total": format_euros(total),
                "agreed": format_euros(programme.total_cents),
                "gap": format_euros(programme.total_cents - total),
            },
            code="total",
        )


def _remove_funders(funders: Sequence[Funder]) -> None:
    for funder in funders:
        try:
            funder.delete()
        except ProtectedError as error:
            raise BusinessError(
                _("%(name)s figure dans un plan ou une dépense\u00a0: ramenez plutôt son montant à zéro.")
                % {"name": funder.name},
                code="funder-used",
            ) from error


def _charged_by_funder(programme: Programme) -> Counter[int]:
    charged: Counter[int] = Counter()
    for (_line, funder), cents in charged_totals(programme).items():
        charged[funder] += cents
    return charged


@transaction.atomic
def add_funder_member(*, actor: User | None, funder: Funder, user: User) -> FunderMember:
    """Let a person read for a funder; she receives the funder role. Doing it twice changes nothing."""
    grant_role(actor=actor, user=user, programme=funder.programme, role=Role.FUNDER)
    member, created = FunderMember.objects.get_or_create(funder=funder, user=user)
    if created:
        audit.record(
            actor=actor,
            verb="funder.member_added",
            obj=funder,
            programme_id=funder.programme_id,
            changes={"user": user.pk},
        )
    return member


@transaction.atomic
def set_rules(
    *,
    actor: User | None,
    programme: Programme,
    second_person: bool,
    fungibility_percent: int | None = None,
    alerts: Thresholds | None = None,
) -> FundingRules:
    """Say whether who enters something may validate it, what part of a line moves, when a line is watched.

    What is left out stays as it is. Saying it twice changes nothing. Raises ``BusinessError`` for a
    percentage out of 0 to 100.
    """
    rules, _created = FundingRules.objects.get_or_create(programme=programme)
    percents = {} if fungibility_percent is None else {"fungibility_percent": fungibility_percent}
    if alerts is not None:
        percents |= {f"alert_{name}": percent for name, percent in asdict(alerts).items()}
    if not all(0 <= percent <= 100 for percent in percents.values()):
        raise BusinessError(
            _("Un pourcentage va de 0 à 100."), field="fungibility_percent", code="percentage"
        )
    wanted = {"second_person": second_person, **percents}
    if keep_terms(actor=actor, terms=rules, values=wanted, verb="funding.rules_set"):
        touch_programme(programme)
    return rules


@transaction.atomic
def set_claim_terms(
    *,
    actor: User | None,
    funder: Funder,
    advance_percent: int,
    ceiling_percent: int,
    imputation: Imputation,
    required_pieces: Sequence[ClaimPieceKind] = (),
) -> ClaimTerms:
    """Write what the agreement says of a funder's claims. Writing it twice changes nothing.

    Claims already made keep what they came to. Raises ``BusinessError``: a percentage out of 0 to 100, an
    advance above the ceiling.
    """
    if not 0 <= advance_percent <= ceiling_percent <= 100:
        raise BusinessError(
            _("L’avance va de 0 % au plafond, et le plafond à 100 % au plus."),
            field="advance_percent",
            code="percentage",
        )
    terms, _created = ClaimTerms.objects.get_or_create(funder=funder)
    wanted = {
        "advance_percent": advance_percent,
        "ceiling_percent": ceiling_percent,
        "imputation": imputation.value,
        "required_pieces": sorted(kind.value for kind in required_pieces),
    }
    changes = {
        name: [getattr(terms, name), value] for name, value in wanted.items() if getattr(terms, name) != value
    }
    if changes:
        for name, value in wanted.items():
            setattr(terms, name, value)
        terms.full_clean()
        terms.save()
        audit.record(
            actor=actor,
            verb="funder.terms_set",
            obj=funder,
            programme_id=funder.programme_id,
            changes=changes,
        )
    return terms


@transaction.atomic
def set_evidence_rules(
    *,
    actor: User | None,
    programme: Programme,
    needs: Collection[tuple[Nature, EvidenceKind, EvidenceStep]],
) -> None:
    """Say which pieces each nature of expense needs, to be validated and to be claimed.

    Replaces what was said before. What was already validated or claimed does not move.
    """
    before = {
        (rule.nature, rule.kind, rule.step) for rule in EvidenceRule.objects.filter(programme=programme)
    }
    wanted = {(nature.value, kind.value, step.value) for nature, kind, step in needs}
    if wanted == before:
        return
    EvidenceRule.objects.filter(programme=programme).delete()
    EvidenceRule.objects.bulk_create(
        EvidenceRule(programme=programme, nature=nature, kind=kind, step=step)
        for nature, kind, step in sorted(wanted)
    )
    audit.record(
        actor=actor,
        verb="funding.evidence_rules_set",
        obj=programme,
        programme_id=programme.pk,
        changes={
            "added": sorted(" ".join(rule) for rule in wanted - before),
            "removed": sorted(" ".join(rule) for rule in before - wanted),
        },
    )
