"""Who did what to a claim, when and why; what waits for the caller."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import history
from core.formats import format_date, format_euros, format_time
from core.models import AuditEvent
from funding.enums import ClaimedShareStatus, ClaimStatus, CommitmentStatus
from funding.models import Claim, ClaimedShare, Commitment
from funding.selectors.expenses import HistoryEvent
from programme.access import Access
from programme.models import Programme


@dataclass(frozen=True)
class WaitingMoves:
    """What waits: shares to take up again, claims and commitments that somebody else entered."""

    rejected_shares: int
    claims_to_send: int
    commitments_to_approve: int


def waiting_moves(access: Access) -> WaitingMoves:
    """What the caller could act on. One query."""

    def count(rows: Any, path: str) -> Any:
        found = rows.filter(**{path: OuterRef("pk")}).order_by().values(path).annotate(n=Count("pk"))
        return Subquery(found.values("n"))

    others = ~Q(prepared_by=access.user)
    row = (
        Programme.objects.filter(pk=access.programme.pk)
        .values_list(
            count(ClaimedShare.objects.filter(status=ClaimedShareStatus.REJECTED), "claim__programme"),
            count(Claim.objects.filter(others, status=ClaimStatus.PREPARED), "programme"),
            count(
                Commitment.objects.filter(~Q(entered_by=access.user), status=CommitmentStatus.PROPOSED),
                "programme",
            ),
        )
        .get()
    )
    return WaitingMoves(*(found or 0 for found in row))


def claim_history(claim: Claim) -> list[HistoryEvent]:
    """Moves of a claim, newest first."""
    words = {
        "claim.prepared": _("Préparé"),
        "claim.piece_added": _("Pièce jointe"),
        "claim.pack_made": _("Dossier constitué"),
        "claim.sent": _("Envoyé"),
        "claim.answered": _("Réponse du financeur"),
        "claim.received": _("Versement reçu"),
        "claim.receipt_cancelled": _("Versement annulé"),
        "claim.share_returned": _("Part remise à appeler"),
        "claim.share_abandoned": _("Part à la charge du porteur"),
        "claim.recovery_opened": _("Trop-perçu constaté"),
        "claim.recovery_repaid": _("Trop-perçu reversé"),
        "claim.recovery_offset": _("Trop-perçu déduit"),
        "claim.cancelled": _("Abandonné"),
    }
    return [_event(event, words) for event in history(claim)]


def commitment_history(commitment: Commitment) -> list[HistoryEvent]:
    """Moves of a commitment, newest first."""
    words = {
        "commitment.created": _("Saisi"),
        "commitment.approved": _("Approuvé"),
        "commitment.revised": _("Révisé"),
        "commitment.closed": _("Soldé"),
        "commitment.cancelled": _("Annulé"),
    }
    return [_event(event, words) for event in history(commitment)]


def _event(event: AuditEvent, words: dict[str, str]) -> HistoryEvent:
    at = timezone.localtime(event.at)
    return HistoryEvent(
        label=words.get(event.verb, event.verb),
        text=" · ".join(part for part in (_told(event), event.comment) if part),
        who=event.actor.full_name if event.actor else "",
        when=_("%(day)s à %(time)s") % {"day": format_date(at), "time": format_time(at)},
        iso=event.at.isoformat(),
    )


def _told(event: AuditEvent) -> str:
    """The one fact of a move that a reader looks for."""
    changes = event.changes
    if "expense" in changes:
        return str(changes["expense"])
    if "file" in changes:
        return str(changes["file"])
    if event.verb == "commitment.revised":
        before, after = changes["amount_cents"]
        return f"{format_euros(before)} → {format_euros(after)}"
    if isinstance(changes.get("amount_cents"), int):
        return format_euros(changes["amount_cents"])
    if event.verb == "claim.prepared":
        return format_euros(changes.get("payable_cents", 0))
    return ""
