"""« À faire »: expenses that wait for a second person, drafts sent back, payments to record."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.registries import TodayTask, today_tasks
from funding.rules import can_read_budget
from funding.selectors import TodayCounts, today_counts
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
    return tasks


today_tasks.register("funding.money", money_tasks)
