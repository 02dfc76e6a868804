"""Erasing a person: each source does its part, then every text of the database is searched for her."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, jobs
from core.errors import BusinessError
from core.mentions import scrub_mentions
from core.persons import Erasure, Identity, Kept, PersonScope, total
from core.registries import person_data
from programme.enums import Role
from programme.models import ErasureReceipt, ErasureRequest, Programme, RoleGrant
from programme.selectors import fingerprint, held_data, person_scope, shared_names

EXPORTED = "person.exported"
RECEIPT_JOB = "notifications.export_receipt"
_SAME_CLICK = timedelta(minutes=1)


@dataclass(frozen=True)
class ErasedPart:
    """What one source did."""

    label: str
    erasure: Erasure


@dataclass(frozen=True)
class ErasureOutcome:
    """What an erasure did, or would do."""

    parts: tuple[ErasedPart, ...]

    @property
    def erased(self) -> int:
        """Rows erased or made anonymous."""
        return total(part.erasure for part in self.parts)

    @property
    def kept(self) -> tuple[Kept, ...]:
        """What the law keeps."""
        return tuple(line for part in self.parts for line in part.erasure.kept)

    def lines(self) -> list[dict[str, Any]]:
        """The same as plain JSON, for the receipt."""
        return [
            {
                "label": part.label,
                "erased": part.erasure.erased,
                "kept": [asdict(line) for line in part.erasure.kept],
                "notes": list(part.erasure.notes),
            }
            for part in self.parts
            if part.erasure.erased or part.erasure.kept or part.erasure.notes
        ]


def preview_erasure(*, email: str, programme: Programme | None) -> ErasureOutcome:
    """What erasing a person would do, found by doing it and undoing it.

    Raises ``BusinessError`` as ``erase_person`` does. Nothing is written and no file is removed.
    """
    with transaction.atomic():
        outcome = _erase(email, programme)
        transaction.set_rollback(True)
    return outcome


def erase_person(
    *, actor: User | None, email: str, programme: Programme | None, form_token: uuid.UUID | None = None
) -> ErasureReceipt:
    """Erase what a programme holds about a person, or the whole installation without a programme.

    The same ``form_token`` gives the same receipt. Raises ``BusinessError`` when nothing is held about
    her, or for the last director of a programme. Side effects: rows of every app, files after commit, one
    receipt and one audit event that name nobody; her requests are settled.
    """
    done = _receipt_of(form_token)
    if done is not None:
        return done
    try:
        return _erase_and_tell(actor, email, programme, form_token)
    except IntegrityError:
        # Pressed twice at once: the other one made the receipt, or it is another defect.
        done = _receipt_of(form_token)
        if done is None:
            raise
        return done


def _receipt_of(form_token: uuid.UUID | None) -> ErasureReceipt | None:
    if form_token is None:
        return None
    found: ErasureReceipt | None = ErasureReceipt.objects.filter(form_token=form_token).first()
    return found


@transaction.atomic
def purge_person(*, email: str, programme: Programme) -> ErasureOutcome | None:
    """Erase a person whose time is over, without a receipt since nobody asked. For retention rules.

    Nothing is done for whoever works for the programme (she is not inactive, whatever her card says), nor
    when nothing is held any more.
    """
    works = RoleGrant.objects.filter(programme=programme, user__email__iexact=email).exclude(
        role=Role.COMPANY
    )
    if works.exists():
        return None
    try:
        with transaction.atomic():
            return _erase(email, programme)
    except BusinessError:
        return None


@transaction.atomic
def _erase_and_tell(
    actor: User | None, email: str, programme: Programme | None, form_token: uuid.UUID | None
) -> ErasureReceipt:
    user = User.objects.filter(email__iexact=email.strip()).first()
    outcome = _erase(email, programme)
    receipt = ErasureReceipt.objects.create(
        programme=programme,
        fingerprint=fingerprint(email),
        lines=outcome.lines(),
        erased_count=outcome.erased,
        kept_count=sum(line.count for line in outcome.kept),
        form_token=form_token,
        actor=actor,
    )
    if user is not None:
        _settle_requests(user, programme, receipt)
    audit.record(
        actor=actor,
        verb="person.erased",
        obj=receipt,
        programme_id=programme.pk if programme else None,
        changes={"erased": receipt.erased_count, "kept": receipt.kept_count},
    )
    return receipt


def _settle_requests(user: User, programme: Programme | None, receipt: ErasureReceipt) -> None:
    requests = ErasureRequest.objects.filter(user=user, receipt=None)
    if programme is not None:
        requests = requests.for_programme(programme)
    first = requests.first()
    if first is not None:
        first.receipt = receipt
        first.save(update_fields=["receipt"])
        requests.exclude(pk=first.pk).delete()


def _erase(email: str, programme: Programme | None) -> ErasureOutcome:
    scope = person_scope(email, programme)
    _refuse_last_director(scope)
    # Names were read before the sources forget them; only those that mean nobody else are searched for.
    shared = shared_names(scope)
    scope = replace(scope, identity=Identity(scope.email, scope.identity.names - shared))
    parts = []
    for source in sorted(person_data.values(), key=lambda source: source.rank):
        erasure = source.erase(scope)
        scope = replace(scope, keeps_account=scope.keeps_account or erasure.keeps_account)
        parts.append(ErasedPart(str(source.label), erasure))
    parts.append(ErasedPart(_("Textes où la personne est nommée"), _sweep(scope, shared=bool(shared))))
    outcome = ErasureOutcome(tuple(parts))
    if not outcome.erased and not outcome.kept:
        raise BusinessError(
            _("Rien n’est détenu à cette adresse. Vérifiez son orthographe\u00a0: rien n’a été effacé."),
            field="email",
            code="nothing-held",
        )
    return outcome


def _sweep(scope: PersonScope, *, shared: bool) -> Erasure:
    left_alone: dict[str, str] = {}
    for source in person_data.values():
        left_alone.update(_told(source.keeps))
    sweep = scrub_mentions(scope.identity, scope.programme, left_alone)
    note = _(
        "Une autre personne porte le même nom\u00a0: les textes libres n’ont été corrigés que là où figure "
        "l’adresse. Relisez les comptes rendus de ses rendez-vous."
    )
    return Erasure(
        erased=sweep.rewritten,
        kept=tuple(
            Kept(_("Mentions dans des pièces conservées"), count, reason)
            for reason, count in sweep.left.items()
            if reason
        ),
        notes=(note,) if shared else (),
    )


def _told(keeps: Mapping[str, str]) -> dict[str, str]:
    return {column: str(reason) for column, reason in keeps.items()}


def _refuse_last_director(scope: PersonScope) -> None:
    held = scope.within(RoleGrant.objects.filter(user__email__iexact=scope.email, role=Role.DIRECTOR))
    for grant in held.select_related("programme"):
        others = RoleGrant.objects.filter(
            programme=grant.programme, role=Role.DIRECTOR, user__is_active=True
        ).exclude(user=grant.user_id)
        if not others.exists():
            raise BusinessError(
                _(
                    "Cette personne est seule à diriger «\u00a0%(programme)s\u00a0». Donnez "
                    "d’abord ce rôle à "
                    "quelqu’un d’autre\u00a0: rien n’a été effacé."
                )
                % {"programme": grant.programme.name},
                field="email",
                code="last-director",
            )


@transaction.atomic
def ask_erasure(*, user: User, programme: Programme) -> ErasureRequest:
    """A person asks to be erased; asking twice is one request. Side effect: one audit event."""
    request, created = ErasureRequest.objects.get_or_create(programme=programme, user=user, receipt=None)
    if created:
        audit.record(actor=user, verb="erasure.asked", obj=request, programme_id=programme.pk)
    return request


@transaction.atomic
def note_export(*, actor: User | None, programme: Programme) -> None:
    """Write down that somebody's data left in a file, without saying whose; two clicks are one line."""
    recent = audit.history(programme).filter(verb=EXPORTED, actor=actor, at__gte=timezone.now() - _SAME_CLICK)
    if not recent.exists():
        audit.record(actor=actor, verb=EXPORTED, obj=programme, programme_id=programme.pk)


@transaction.atomic
def note_own_export(*, user: User, programme: Programme) -> None:
    """A person takes away what is held about her; two clicks are one.

    Side effects: one line of the trail, and a receipt by e-mail that counts what left and tells none of
    it: should it not be her, she knows at once.
    """
    note_export(actor=user, programme=programme)
    now = timezone.localtime()
    jobs.enqueue(
        RECEIPT_JOB,
        key=f"export-receipt-{programme.pk}-{user.pk}-{now:%Y%m%d%H%M}",
        programme_id=programme.pk,
        user_id=user.pk,
        at=now.isoformat(timespec="minutes"),
        lines=[[held.label, len(held.records)] for held in held_data(user.email, programme)],
    )
