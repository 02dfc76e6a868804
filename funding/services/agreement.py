"""Who pays, and for how much: the agreement's funders, their readers, the programme's own rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import ProtectedError, Sum
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit
from core.errors import BusinessError
from core.formats import format_euros
from funding.models import Funder, FunderMember, FundingRules, Share
from programme.enums import Role
from programme.models import Programme
from programme.official import OTHERS_CENTS, STATE_CENTS
from programme.services import grant_role


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
                _("%(name)s a déjà été appelé pour %(charged)s : son montant ne peut pas être inférieur.")
                % {"name": funder.name, "charged": format_euros(charged[funder.pk])},
                code="below-charged",
            )
        funder.name, funder.short_name = entry.name, entry.short_name
        funder.agreed_cents, funder.is_state = entry.agreed_cents, entry.is_state
        funder.full_clean()
        funder.save()
        result.append(funder)
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
            _("Les montants font %(total)s ; la convention est de %(agreed)s, soit un écart de %(gap)s.")
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
                _("%(name)s figure dans un plan ou une dépense : ramenez plutôt son montant à zéro.")
                % {"name": funder.name},
                code="funder-used",
            ) from error


def _charged_by_funder(programme: Programme) -> dict[int, int]:
    rows = Share.objects.filter(funder__programme=programme).values("funder")
    return {row["funder"]: row["total"] for row in rows.annotate(total=Sum("amount_cents")).order_by()}


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
def set_rules(*, actor: User | None, programme: Programme, second_person: bool) -> FundingRules:
    """Say whether the person who enters an expense may validate it. Saying it twice changes nothing."""
    rules, _created = FundingRules.objects.get_or_create(programme=programme)
    if rules.second_person != second_person:
        before, rules.second_person = rules.second_person, second_person
        rules.save(update_fields=["second_person"])
        audit.record(
            actor=actor,
            verb="funding.rules_set",
            obj=programme,
            programme_id=programme.pk,
            changes={"second_person": [before, second_person]},
        )
    return rules
