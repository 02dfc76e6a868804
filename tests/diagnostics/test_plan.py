"""Action plans: born once of a submitted diagnostic, decided by its parties, seen by nobody else."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from companies.enums import Stage
from core.errors import BusinessError
from core.models import AuditEvent
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionItem, ActionPlan, Diagnostic
from diagnostics.selectors import plan as selectors
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.results import stored_proposals
from diagnostics.services import plan as services
from diagnostics.services.plan import ItemFields
from programme.enums import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


@pytest.fixture
def plan(submitted: Diagnostic, officer: User) -> ActionPlan:
    return services.start_plan(actor=officer, diagnostic=submitted)


@pytest.fixture
def item(plan: ActionPlan) -> ActionItem:
    return plan.items.select_related("plan").order_by("position")[0]


def test_a_plan_holds_the_proposed_measures_in_their_order(plan: ActionPlan, submitted: Diagnostic) -> None:
    proposals = stored_proposals(definition_of(submitted.version), submitted)
    assert proposals
    assert list(plan.items.values_list("measure_code", flat=True)) == [p.measure.code for p in proposals]
    assert set(plan.items.values_list("status", flat=True)) == {ActionStatus.PROPOSED}


def test_a_second_click_gives_the_same_plan(plan: ActionPlan, submitted: Diagnostic, officer: User) -> None:
    count = plan.items.count()
    assert services.start_plan(actor=officer, diagnostic=submitted) == plan
    assert plan.items.count() == count
    assert AuditEvent.objects.filter(verb="plan.started").count() == 1


def test_no_plan_before_the_questionnaire_is_handed_in(diagnostic: Diagnostic, officer: User) -> None:
    with pytest.raises(BusinessError) as refusal:
        services.start_plan(actor=officer, diagnostic=diagnostic)
    assert refusal.value.code == "not-submitted"
    assert not ActionPlan.objects.exists()


def test_keeping_measures_engages_the_plan_once(plan: ActionPlan, officer: User) -> None:
    ids = list(plan.items.values_list("pk", flat=True))[:2]
    assert services.keep_items(actor=officer, plan=plan, item_ids=ids) == len(ids)
    assert services.keep_items(actor=officer, plan=plan, item_ids=ids) == 0
    plan.participation.refresh_from_db()
    assert plan.participation.stage == Stage.PLAN
    assert plan.participation.open_actions_count == len(ids)
    assert plan.participation.timeline.filter(title="Plan d’actions engagé").count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": ActionStatus.SET_ASIDE}, "reason-missing"),
        ({"status": ActionStatus.BLOCKED, "reason": "  "}, "reason-missing"),
        ({"starts_on": TODAY, "due_on": TODAY - timedelta(days=1)}, "dates-reversed"),
    ],
)
def test_what_makes_no_sense_is_refused_whole(
    item: ActionItem, officer: User, changes: dict[str, Any], code: str
) -> None:
    fields = ItemFields(**{"title": "Autre titre", "status": ActionStatus.KEPT, **changes})
    with pytest.raises(BusinessError) as refusal:
        services.edit_item(actor=officer, item=item, fields=fields)
    assert refusal.value.code == code
    assert ActionItem.objects.get(pk=item.pk).title != "Autre titre"


def test_an_action_keeps_its_owner_dates_and_history(item: ActionItem, officer: User) -> None:
    kept = ItemFields(title=item.title, status=ActionStatus.ONGOING, owner_name="Inès Delattre", due_on=TODAY)
    services.edit_item(actor=officer, item=item, fields=kept)
    done = ItemFields(title=item.title, status=ActionStatus.DONE, owner_name="Inès Delattre", due_on=TODAY)
    item = ActionItem.objects.select_related("plan__participation").get(pk=item.pk)
    services.edit_item(actor=officer, item=item, fields=done)
    item.refresh_from_db()
    assert (item.status, item.done_on) == (ActionStatus.DONE, timezone.localdate())
    assert list(item.status_changes.values_list("status", flat=True)) == ["ongoing", "done"]
    services.edit_item(actor=officer, item=item, fields=done)
    assert AuditEvent.objects.filter(verb="action.edited").count() == 2


def test_adding_twice_is_one_action(plan: ActionPlan, officer: User) -> None:
    fields = ItemFields(title="Nommer un référent", status=ActionStatus.KEPT)
    first = services.add_item(actor=officer, plan=plan, fields=fields)
    assert services.add_item(actor=officer, plan=plan, fields=fields) == first


def test_overdue_is_said_of_open_actions_only(item: ActionItem, plan: ActionPlan, officer: User) -> None:
    late = ItemFields(title=item.title, status=ActionStatus.KEPT, due_on=TODAY - timedelta(days=1))
    services.edit_item(actor=officer, item=item, fields=late)
    groups = selectors.plan_groups(plan, TODAY)
    assert [row.is_overdue for row in groups["open"]] == [True]
    assert not any(row.is_overdue for row in groups["proposed"])


def test_only_the_parties_see_a_plan(
    plan: ActionPlan,
    item: ActionItem,
    manager: User,
    advisor: User,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    stranger = make_user("autre-entreprise", Role.COMPANY)
    pages = (
        f"/essai/plans/{plan.pk}/",
        f"/essai/plans/actions/{item.pk}/",
        f"/essai/plans/{plan.pk}/ajouter/",
    )
    for page in pages:
        assert signed_in(manager).get(page).status_code == 200
        assert signed_in(stranger).get(page).status_code == 404
        assert signed_in(advisor).get(page).status_code == 404
    plan.participation.advisor = advisor
    plan.participation.save()
    assert signed_in(advisor).get(pages[0]).status_code == 200
    assert signed_in(stranger).post(f"/essai/plans/{plan.pk}/retenir/").status_code == 404


def test_the_page_keeps_ticked_measures_and_the_form_keeps_what_was_typed(
    plan: ActionPlan, item: ActionItem, manager: User, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(manager)
    page = client.post(f"/essai/plans/{plan.pk}/retenir/", {"mesure": [item.pk, "x"]}, follow=True)
    assert "1 action retenue." in page.content.decode()
    refused = client.post(
        f"/essai/plans/actions/{item.pk}/",
        {"title": "Titre gardé", "status": "set_aside", "reason": "", "why": "", "how": "", "owner_name": ""},
    )
    assert refused.status_code == 409
    assert "Titre gardé" in refused.content.decode()
    assert "Dites en quelques mots" in refused.content.decode()


def test_the_list_costs_the_same_for_one_and_three_actions(
    plan: ActionPlan, officer: User, signed_in: Callable[[User], Client], count_queries: Callable[..., Any]
) -> None:
    client = signed_in(officer)
    costs = []
    for total in (1, 3):
        while plan.items.exclude(status=ActionStatus.PROPOSED).count() < total:
            number = plan.items.count()
            fields = ItemFields(title=f"Action {number}", status=ActionStatus.KEPT)
            services.add_item(actor=officer, plan=plan, fields=fields)
        with count_queries() as queries:
            assert client.get("/essai/plans/").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 8
    export = client.get("/essai/plans/?export=csv")
    assert b"".join(export.streaming_content).decode().count("\r\n") == 4
