"""What diagnostics put on the planner and in calendars, from real plans and questionnaires."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from companies.models import Contact, Membership
from core import jobs
from core.registries import calendar_sources
from diagnostics import services as diagnostics
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionItem, ActionPlan, Diagnostic
from diagnostics.reminding import action_occasions, assessment_occasions, questionnaire_occasions
from diagnostics.services import plan as services
from diagnostics.services import plan_dates, plan_exchanges
from diagnostics.services.plan import ItemFields
from notifications.models import Message
from notifications.selectors.planner import planned
from notifications.services import send_reminders
from programme.access import Access
from programme.enums import Role
from programme.models import Programme
from programme.selectors import caller_access
from tests.diagnostics.conftest import entries

TODAY = date(2026, 11, 23)
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(days, st.booleans())
def test_reminders_of_one_matter_never_overlap(day: date, started: bool) -> None:
    for occasions in (
        action_occasions(day),
        assessment_occasions(day),
        questionnaire_occasions(day, is_started=started),
    ):
        assert len({each.code for each in occasions}) == len(occasions)
        for former, later in pairwise(occasions):
            assert former.day <= former.until < later.day <= later.until
        assert all(each.stopped_since is None or each.stopped_since <= each.day for each in occasions)


@pytest.fixture
def _monday() -> Any:
    with time_machine.travel("2026-11-23 09:00:00+01:00", tick=False):
        yield


@pytest.fixture
def plan(_monday: None, submitted: Diagnostic, officer: User) -> ActionPlan:
    return services.start_plan(actor=officer, diagnostic=submitted)


@pytest.fixture
def owned(plan: ActionPlan, officer: User, manager: User) -> ActionItem:
    """An action of the manager's, due in three weeks, said of long ago."""
    fields = ItemFields(
        title="Écrire la charte", status=ActionStatus.KEPT, owner=manager, due_on=TODAY + timedelta(days=21)
    )
    item = services.add_item(actor=officer, plan=plan, fields=fields)
    ActionItem.objects.filter(pk=item.pk).update(answered_at="2026-10-01T09:00:00+02:00")
    return ActionItem.objects.select_related("plan__participation", "owner").get(pk=item.pk)


def coming(programme: Programme, first: date = TODAY) -> list[tuple[date, str]]:
    outcome = planned(programme, first=first, days=60)
    return [(each.day, each.matter.recipient.email) for each in outcome.messages]


@pytest.mark.django_db
def test_the_owner_alone_is_told_before_on_and_after_the_due_date(
    owned: ActionItem, programme: Programme, manager: User
) -> None:
    due = owned.due_on
    assert coming(programme) == [
        (due - timedelta(days=7), manager.email),
        (due, manager.email),
        (due + timedelta(days=7), manager.email),
        (due + timedelta(days=30), manager.email),
    ]


@pytest.mark.django_db
def test_a_word_stops_the_next_reminder_and_an_end_stops_all(
    owned: ActionItem, programme: Programme, manager: User
) -> None:
    due = owned.due_on
    with time_machine.travel(f"{due - timedelta(days=3)} 10:00:00+01:00", tick=False):
        plan_exchanges.comment_item(actor=manager, item=owned, text="Le prestataire vient lundi.")
        told = [day for day, _email in coming(programme, due - timedelta(days=3))]
        assert told == [due + timedelta(days=7), due + timedelta(days=30)]
    services.move_item(actor=manager, item=owned, status=ActionStatus.DONE)
    assert coming(programme) == []


@pytest.mark.django_db
def test_a_postponed_action_is_told_anew(owned: ActionItem, programme: Programme, manager: User) -> None:
    before = owned.due_on - timedelta(days=7)
    assert send_reminders(programme=programme, day=before) == 1
    later = owned.due_on + timedelta(days=14)
    fields = ItemFields(title=owned.title, status=ActionStatus.KEPT, owner=manager, due_on=later)
    services.edit_item(actor=manager, item=owned, fields=fields)
    assert next(day for day, _email in coming(programme)) == later - timedelta(days=7)


@pytest.mark.django_db
def test_nobody_is_told_for_another(
    owned: ActionItem, programme: Programme, manager: User, make_user: Callable[..., User]
) -> None:
    Membership.objects.filter(user=manager).delete()
    outcome = planned(programme, first=TODAY, days=60)
    assert outcome.messages == ()
    assert {str(each.why) for each in outcome.withheld} == {"no_address"}
    stranger = caller_access(make_user("ailleurs", Role.COMPANY), programme)
    assert planned(programme, first=TODAY, days=60, access=stranger).withheld == ()


@pytest.mark.django_db
def test_a_paused_company_gets_nothing(owned: ActionItem, programme: Programme, officer: User) -> None:
    plan_dates.pause_company(actor=officer, participation=owned.plan.participation)
    outcome = planned(programme, first=TODAY, days=30)
    assert outcome.messages == ()
    assert {str(each.why) for each in outcome.withheld} == {"company_paused"}
    plan_dates.resume_company(actor=officer, participation=owned.plan.participation)
    assert len(coming(programme)) == 4


@pytest.mark.django_db
@pytest.mark.usefixtures("_monday")
def test_only_those_who_did_not_finish_are_told_three_times_at_most(
    diagnostic: Diagnostic, contact: Contact, officer: User, programme: Programme
) -> None:
    assert coming(programme) == [], "nobody was invited"
    respondent = diagnostics.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contact)
    expected = [TODAY + timedelta(days=each) for each in (7, 14, 21)]  # 5 and 12 days on: week-ends wait
    assert [day for day, _email in coming(programme)] == expected
    assert send_reminders(programme=programme, day=expected[0]) == 1
    jobs.drain()
    sent = Message.objects.get(template="reminder_diagnostic")
    assert sent.participation_id == diagnostic.participation_id
    assert "a été invité" not in sent.body
    assert "Vous avez été invité" in sent.body
    with time_machine.travel("2026-12-02 09:00:00+01:00", tick=False):
        assert respondent.user is not None
        diagnostics.save_answers(actor=respondent.user, diagnostic=diagnostic, entries=entries(usage="peu"))
        told = [day for day, _email in coming(programme, date(2026, 12, 2))]
        assert told == [date(2026, 12, 14), date(2026, 12, 23)], "an answer moves those to come"
    Diagnostic.objects.filter(pk=diagnostic.pk).update(status="submitted")
    assert coming(programme) == []


@pytest.mark.django_db
def test_the_next_diagnostic_is_recalled_until_it_is_opened(
    plan: ActionPlan, officer: User, manager: User, programme: Programme
) -> None:
    day = TODAY + timedelta(days=21)
    plan_dates.plan_assessment(actor=officer, plan=plan, on=day, leader=manager)
    assert [told for told, _email in coming(programme)] == [
        day - timedelta(days=14),
        day,
        day + timedelta(days=14),
    ]
    with time_machine.travel("2026-12-01 09:00:00+01:00", tick=False):
        diagnostics.open_diagnostic(
            actor=officer,
            participation=plan.participation,
            questionnaire=plan.diagnostic.questionnaire,
        )
    assert coming(programme) == []


@pytest.mark.django_db
def test_the_planner_reads_as_many_companies_at_the_same_cost(
    owned: ActionItem,
    plan: ActionPlan,
    programme: Programme,
    manager: User,
    count_queries: Callable[..., Any],
) -> None:
    costs = []
    for total in (1, 25):
        while plan.items.filter(owner=manager).count() < total:
            title = f"Action {plan.items.count()}"
            fields = ItemFields(title=title, status=ActionStatus.KEPT, owner=manager, due_on=owned.due_on)
            services.add_item(actor=manager, plan=plan, fields=fields)
        with count_queries() as queries:
            planned(programme, first=TODAY, days=30)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 13


@pytest.mark.django_db
def test_calendars_hold_what_each_follows(
    owned: ActionItem,
    plan: ActionPlan,
    programme: Programme,
    manager_access: Access,
    officer: User,
    advisor: User,
    make_user: Callable[..., User],
) -> None:
    source = calendar_sources.get("actions")
    assert [entry.day for entry in source(manager_access)] == [owned.due_on]
    assert list(source(caller_access(officer, programme))) == [], "the office follows none of its own"
    assert list(source(caller_access(make_user("ailleurs", Role.COMPANY), programme))) == []
    plan.participation.advisor = advisor
    plan.participation.save()
    assert len(list(source(caller_access(advisor, programme)))) == 1
