"""Gains between two diagnostics beside the actions that aimed at them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from companies.models import Contact
from diagnostics import services as diagnostics
from diagnostics.enums import ActionStatus
from diagnostics.gains import COUNTED, AimedAction, Theme, Verdict, theme_gains
from diagnostics.models import Diagnostic
from diagnostics.selectors.plan import plan_for
from diagnostics.selectors.plan_gains import plan_gains
from diagnostics.services import plan as services
from programme.access import Access
from tests.diagnostics.conftest import COMPLETE, entries

UNTIL = date(2026, 11, 1)
CODES = ("a", "b", "c")
THEMES = [Theme(code, f"Thème {code}") for code in CODES]
scores = st.dictionaries(st.sampled_from(CODES), st.none() | st.integers(0, 1000))
actions = st.lists(
    st.builds(
        AimedAction,
        title=st.text(max_size=5),
        dimension=st.sampled_from((*CODES, "ailleurs")),
        status=st.sampled_from(list(ActionStatus)),
        done_on=st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    ),
    max_size=8,
)


@given(scores, scores, actions, st.frozensets(st.sampled_from(CODES)))
@settings(max_examples=100)
def test_each_theme_is_told_once_and_only_what_may_be_compared(
    before: dict[str, int | None],
    after: dict[str, int | None],
    aimed: list[AimedAction],
    comparable: frozenset[str],
) -> None:
    rows = theme_gains(THEMES, before, after, aimed, comparable=comparable, until=UNTIL)
    assert sorted(row.code for row in rows) == list(CODES)
    known = [row.gain for row in rows if row.gain is not None]
    assert known == sorted(known, reverse=True)
    for row in rows:
        if row.gain is not None:
            assert row.code in comparable
            assert row.gain == after[row.code] - before[row.code]
        else:
            assert row.verdict is Verdict.UNKNOWN
        assert {action.dimension for action in row.actions} <= {row.code}
        assert {action.status for action in row.actions} <= set(COUNTED)
        assert all(
            action.done_on is None or action.done_on <= UNTIL
            for action in row.actions
            if action.status is ActionStatus.DONE
        )
    told = sum(len(row.actions) for row in rows)
    assert told == sum(action.status in COUNTED and action.dimension in CODES for action in aimed)


@pytest.mark.django_db
def test_the_page_sets_gains_beside_the_actions_of_the_first_plan(
    submitted: Diagnostic,
    manager: User,
    manager_access: Access,
    contact: Contact,
    officer: User,
    signed_in: Callable[[User], Client],
) -> None:
    plan = services.start_plan(actor=officer, diagnostic=submitted)
    item = plan.items.select_related("plan__participation").order_by("position")[0]
    page = signed_in(manager)
    assert "Le second diagnostic dira" in page.get(f"/essai/plans/{plan.pk}/evolution/").content.decode()
    services.move_item(actor=manager, item=item, status=ActionStatus.DONE)
    first = timezone.now() - timedelta(days=90)
    Diagnostic.objects.filter(pk=submitted.pk).update(submitted_at=first)
    again = diagnostics.open_diagnostic(
        actor=officer,
        participation=submitted.participation,
        questionnaire=submitted.questionnaire,
        contact=contact,
    )
    better = {**COMPLETE, "usage": "oui", "ambition": 5, "sources": ["a", "b", "c"]}
    diagnostics.save_answers(actor=manager, diagnostic=again, entries=entries(**better))
    again = diagnostics.submit_diagnostic(actor=manager, diagnostic=again)
    gains = plan_gains(plan_for(manager_access, plan.pk))
    assert gains is not None
    assert gains.set_aside == 0
    assert any(row.tone == "good" for row in gains.rows)
    aimed = [action.title for row in gains.rows for action in row.actions]
    assert item.title in aimed
    content = page.get(f"/essai/plans/{plan.pk}/evolution/").content.decode()
    assert item.title in content
    assert f"/essai/espace/diagnostics/{again.pk}/resultat/" in content
