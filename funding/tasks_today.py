"""« À faire »: expenses that wait for a second person, drafts sent back, payments to record."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.registries import TodayTask, today_tasks
from funding.rules import can_read_budget
from funding.selectors import TodayCounts, today_counts
from funding.selectors.claim_history import waiting_moves
from programme.access import Access
from programme.links import programme_url


def money_tasks(access: Access) -> list[TodayTask]:
    """Lines for the office; none for who does not read the budget. One query."""
    if not can_read_budget(access):
        return []
    counts: TodayCounts = today_counts(access)
    expenses = programme_url(access.programme, "funding:expense_list")
    tasks = []
    if counts.to_validate:
        tasks.append(
            TodayTask(
                badge=_("à valider"),
                tone="warn",
                text=ngettext("%(n)d dépense à valider", "%(n)d dépenses à valider", counts.to_validate)
                % {"n": counts.to_validate},
                url=f"{expenses}?etat=submitted",
            )
        )
    if counts.sent_back:
        tasks.append(
            TodayTask(
                badge=_("renvoyée"),
                tone="bad",
                text=ngettext(
                    "%(n)d dépense renvoyée à corriger",
                    "%(n)d dépenses renvoyées à corriger",
                    counts.sent_back,
                )
                % {"n": counts.sent_back},
                url=f"{expenses}?etat=draft",
            )
        )
    if counts.to_pay:
        tasks.append(
            TodayTask(
                badge=_("à payer"),
                tone="info",
                text=ngettext(
                    "%(n)d dépense validée, paiement à enregistrer",
                    "%(n)d dépenses validées, paiements à enregistrer",
                    counts.to_pay,
                )
                % {"n": counts.to_pay},
                url=f"{expenses}?etat=validated",
            )
        )
    return tasks + claim_tasks(access)


def claim_tasks(access: Access) -> list[TodayTask]:
    """What waits on claims and commitments. One query."""
    waiting = waiting_moves(access)
    claims = programme_url(access.programme, "funding:claim_list")
    commitments = programme_url(access.programme, "funding:commitment_list")
    rows = (
        (
            waiting.rejected_shares,
            _("à reprendre"),
            "bad",
            ngettext("%(n)d part rejetée", "%(n)d parts rejetées", waiting.rejected_shares),
            claims,
        ),
        (
            waiting.claims_to_send,
            _("à envoyer"),
            "warn",
            ngettext(
                "%(n)d appel de fonds préparé", "%(n)d appels de fonds préparés", waiting.claims_to_send
            ),
            f"{claims}?etat=prepared",
        ),
        (
            waiting.commitments_to_approve,
            _("à approuver"),
            "warn",
            ngettext("%(n)d engagement", "%(n)d engagements", waiting.commitments_to_approve),
            f"{commitments}?etat=proposed",
        ),
    )
    return [
        TodayTask(badge=badge, tone=tone, text=words % {"n": count}, url=url)
        for count, badge, tone, words, url in rows
        if count
    ]


today_tasks.register("funding.money", money_tasks)
