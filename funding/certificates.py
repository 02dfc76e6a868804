"""What a certificate of state aid states, frozen; amounts in cents."""

from dataclasses import dataclass
from datetime import date

AID_CERTIFICATE = "state-aid-certificate"


@dataclass(frozen=True)
class AidCertificate:
    """One grant to one company, with the rule that frames it.

    It names no other company: what the linked ones received is theirs to tell.
    """

    company: str
    siren: str
    siret: str
    city: str
    authority: str
    label: str
    base: str
    reference: str
    is_de_minimis: bool
    ceiling_cents: int | None
    granted_on: date
    cost_cents: int
    paid_cents: int
    amount_cents: int
