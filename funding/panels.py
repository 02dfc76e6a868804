"""The block of state aid on a company's page, and what becomes of it when two companies merge."""

from dataclasses import dataclass

from companies.models import Participation
from core.i18n import gettext_lazy as _
from core.registries import CompanyPanel, company_panels, merge_settlers
from funding.models import AidProfile
from funding.rules import can_read_aid
from funding.selectors.aid import AidLedger, aid_ledger
from programme.access import Access
from programme.links import programme_url


@dataclass(frozen=True)
class AidPanel:
    """The company's ledger, and the way to it."""

    ledger: AidLedger
    url: str


def aid_panel(access: Access, participation: Participation) -> AidPanel | None:
    """A fixed number of queries; nothing for who may not read it."""
    if not can_read_aid(access):
        return None
    url = programme_url(access.programme, "funding:aid_ledger", pk=participation.pk)
    return AidPanel(aid_ledger(access, participation), url)


def _settle_profile(row: AidProfile, kept: Participation) -> None:
    """Two profiles of one company: the kept record's stands, with road freight if either does it."""
    if row.road_freight:
        AidProfile.objects.filter(participation=kept).update(road_freight=True)
    row.delete()


merge_settlers.register("funding.AidProfile", _settle_profile)
company_panels.register(
    "funding.aid", CompanyPanel(label=_("Aides d’État"), template="funding/aid_panel.html", rows=aid_panel)
)
