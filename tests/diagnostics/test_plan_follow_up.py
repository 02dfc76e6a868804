"""Following a plan: moved, discussed, proved, paused, assessed again; by its parties, at a constant cost."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from core import jobs
from core.errors import BusinessError
from core.models import AuditEvent, StoredFile
from diagnostics.enums import ActionStatus
from diagnostics.models import ActionFile, ActionItem, ActionPlan, CompanyPause, Diagnostic
from diagnostics.selectors import plan as selectors
from diagnostics.selectors.plan_document import plan_context
from diagnostics.selectors.plan_item import item_history
from diagnostics.services import plan as services
from diagnostics.services import plan_dates, plan_exchanges
from diagnostics.services.plan import ItemFields
from documents.models import Document
from programme.enums import Role
from tests.funding.factories import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(submitted: Diagnostic, officer: User) -> ActionPlan:
    return services.start_plan(actor=officer, diagnostic=submitted)


@pytest.fixture
def item(plan: ActionPlan) -> ActionItem:
    return plan.items.select_related("plan__participation").order_by("position")[0]


def fresh(item: ActionItem) -> ActionItem:
    return ActionItem.objects.select_related("plan__participation", "owner").get(pk=item.pk)


def test_the_company_leads_its_plan(plan: ActionPlan, manager: User) -> None:
    assert plan.leader == manager


@pytest.mark.parametrize("status", list(ActionStatus))
def test_each_state_is_entered_once_with_its_history(
    item: ActionItem, manager: User, status: ActionStatus
) -> None:
    for _click in range(2):
        services.move_item(actor=manager, item=fresh(item), status=status, reason="Trop tôt pour nous.")
    moved = fresh(item)
    assert moved.status == status
    entered = 0 if status is ActionStatus.PROPOSED else 1
    assert list(moved.status_changes.values_list("status", "actor")) == [(status, manager.pk)] * entered
    assert (moved.done_on is not None) == (status is ActionStatus.DONE)


@pytest.mark.parametrize("status", [ActionStatus.BLOCKED, ActionStatus.SET_ASIDE])
def test_some_states_ask_why(item: ActionItem, manager: User, status: ActionStatus) -> None:
    with pytest.raises(BusinessError) as refusal:
        services.move_item(actor=manager, item=item, status=status, reason="  ")
    assert refusal.value.code == "reason-missing"
    assert fresh(item).status == ActionStatus.PROPOSED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cost_cents": 100_00, "aid_cents": 100_01}, "aid-over-cost"),
        ({"aid_cents": 1}, "aid-over-cost"),
    ],
)
def test_money_that_makes_no_sense_is_refused(
    item: ActionItem, officer: User, changes: dict[str, Any], code: str
) -> None:
    fields = ItemFields(title=item.title, status=ActionStatus.KEPT, **changes)
    with pytest.raises(BusinessError) as refusal:
        services.edit_item(actor=officer, item=item, fields=fields)
    assert refusal.value.code == code


def test_reminders_go_to_somebody_of_the_company_only(
    item: ActionItem, officer: User, manager: User, make_user: Callable[..., User]
) -> None:
    stranger = make_user("ailleurs", Role.COMPANY)
    outside = ItemFields(title=item.title, status=ActionStatus.KEPT, owner=stranger)
    with pytest.raises(BusinessError) as refusal:
        services.edit_item(actor=officer, item=item, fields=outside)
    assert refusal.value.code == "owner-outside"
    inside = ItemFields(title=item.title, status=ActionStatus.KEPT, owner=manager)
    services.edit_item(actor=officer, item=fresh(item), fields=inside)
    assert fresh(item).owner_name == manager.full_name
    assert set(selectors.possible_owners(item.plan.participation)) == {manager}


def test_what_is_said_and_shown_is_told_in_order(item: ActionItem, manager: User, officer: User) -> None:
    services.move_item(actor=manager, item=fresh(item), status=ActionStatus.ONGOING)
    for _click in range(2):
        plan_exchanges.comment_item(actor=officer, item=fresh(item), text="Pensez au DPO.")
        plan_exchanges.add_evidence(actor=manager, item=fresh(item), upload=upload("devis.pdf"))
    due = ItemFields(
        title=item.title,
        status=ActionStatus.ONGOING,
        why=item.why,
        how=item.how,
        due_on=date(2026, 12, 24),
        cost_cents=1_200_00,
    )
    services.edit_item(actor=manager, item=fresh(item), fields=due)
    evidence = ActionFile.objects.get()
    assert plan_exchanges.remove_evidence(actor=officer, evidence=evidence)
    assert not plan_exchanges.remove_evidence(actor=officer, evidence=evidence)
    lines = item_history(fresh(item))
    assert [line.label for line in lines] == [
        "Fichier retiré",
        "Action modifiée",
        "Fichier ajouté",
        "Commentaire",
        "Action en cours",
    ]
    assert "24\u00a0décembre\u00a02026" in lines[1].text
    assert "1\u202f200,00" in lines[1].text
    assert {line.who for line in lines} == {manager.full_name, officer.full_name}
    assert StoredFile.objects.filter(name="devis.pdf").count() == 1


def test_a_remark_and_a_file_need_something(item: ActionItem, manager: User) -> None:
    with pytest.raises(BusinessError):
        plan_exchanges.comment_item(actor=manager, item=item, text="  ")
    with pytest.raises(BusinessError):
        wrong = SimpleUploadedFile("facture.pdf", b"MZ not a pdf")
        plan_exchanges.add_evidence(actor=manager, item=item, upload=wrong)
    assert not ActionFile.objects.exists()


def test_the_next_diagnostic_is_planned_once(plan: ActionPlan, officer: User, manager: User) -> None:
    day = timezone.localdate() + timedelta(days=180)
    for _click in range(2):
        plan_dates.plan_assessment(actor=officer, plan=plan, on=day, leader=manager)
    assert AuditEvent.objects.filter(verb="plan.assessment_planned").count() == 1
    assert plan.participation.timeline.filter(title__startswith="Prochain diagnostic prévu").count() == 1
    with pytest.raises(BusinessError):
        plan_dates.plan_assessment(actor=officer, plan=plan, on=timezone.localdate(), leader=manager)


def test_a_pause_is_one_row_and_ends(plan: ActionPlan, manager: User) -> None:
    company = plan.participation
    until = timezone.localdate() + timedelta(days=20)
    for _click in range(2):
        plan_dates.pause_company(actor=manager, participation=company, ends_on=until, reason="Congés")
    assert CompanyPause.objects.count() == 1
    assert company.timeline.filter(title__startswith="Rappels en pause").count() == 1
    with pytest.raises(BusinessError):
        plan_dates.pause_company(
            actor=manager, participation=company, ends_on=timezone.localdate() - timedelta(days=1)
        )
    assert plan_dates.resume_company(actor=manager, participation=company)
    assert not plan_dates.resume_company(actor=manager, participation=company)


def test_the_document_holds_the_plan_as_it_stands(
    plan: ActionPlan, item: ActionItem, manager: User, run_jobs: Callable[[], int]
) -> None:
    services.move_item(actor=manager, item=fresh(item), status=ActionStatus.DONE)
    plan = ActionPlan.objects.get(pk=plan.pk)
    context = plan_context(plan, timezone.localdate())
    assert [part.code for part in context.parts] == ["done"]
    first = plan_dates.request_plan_document(actor=manager, plan=plan)
    assert plan_dates.request_plan_document(actor=manager, plan=plan) == first
    services.move_item(actor=manager, item=fresh(item), status=ActionStatus.ONGOING)
    plan = ActionPlan.objects.get(pk=plan.pk)
    assert plan_dates.request_plan_document(actor=manager, plan=plan) != first
    jobs.drain()
    assert [each.is_ready for each in Document.objects.filter(kind="action-plan")] == [True, True]


def doors(plan: ActionPlan, item: ActionItem, evidence: ActionFile) -> dict[str, str]:
    base, action = f"/essai/plans/{plan.pk}", f"/essai/plans/actions/{item.pk}"
    return {
        **dict.fromkeys(
            (f"{base}/", f"{base}/tableau/", f"{base}/evolution/", f"{base}/?export=csv", f"{action}/"), "get"
        ),
        f"/essai/plans/fichiers/{evidence.pk}/": "get",
        **dict.fromkeys(
            (f"{base}/document/", f"{base}/suite/", f"{base}/pause/", f"{base}/reprise/"), "post"
        ),
        **dict.fromkeys((f"{action}/etat/", f"{action}/commenter/", f"{action}/fichiers/"), "post"),
        f"/essai/plans/fichiers/{evidence.pk}/retirer/": "post",
    }


def test_every_door_of_a_plan_is_closed_to_others(
    plan: ActionPlan,
    item: ActionItem,
    manager: User,
    advisor: User,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    evidence = plan_exchanges.add_evidence(actor=manager, item=item, upload=upload("preuve.pdf"))
    for person in (make_user("ailleurs", Role.COMPANY), advisor):
        page = signed_in(person)
        for address, method in doors(plan, item, evidence).items():
            assert getattr(page, method)(address).status_code == 404, address
    page = signed_in(manager)
    for address, method in doors(plan, item, evidence).items():
        answer = getattr(page, method)(address)
        assert answer.status_code in (200, 302, 409), address
        # Closed without the signal by which Django closes the test's connection.
        for closer in answer._resource_closers:
            closer()
    assert fresh(item).status == ActionStatus.PROPOSED


def test_the_board_moves_with_and_without_script(
    plan: ActionPlan, item: ActionItem, manager: User, signed_in: Callable[[User], Client]
) -> None:
    page = signed_in(manager)
    address = f"/essai/plans/actions/{item.pk}/etat/"
    moved = page.post(address, {"status": "ongoing"}, follow=True)
    assert moved.redirect_chain[0][0].endswith(f"/tableau/#action-{item.pk}")
    assert "est maintenant en cours" in moved.content.decode()
    refused = page.post(address, {"status": "blocked", "reason": ""}, follow=True)
    assert "Dites en quelques mots" in refused.content.decode()
    headers = {"HX-Request": "true", "HX-Target": "board"}
    part = page.post(address, {"status": "done"}, headers=headers, follow=True)
    assert "<html" not in part.content.decode()
    assert "est maintenant faite" in part.content.decode()
    assert page.post(address, {"status": "nulle-part"}, follow=True).status_code == 200
    assert fresh(item).status == ActionStatus.DONE


def test_pages_of_a_plan_cost_the_same_for_few_and_many_actions(
    plan: ActionPlan, manager: User, signed_in: Callable[[User], Client], count_queries: Callable[..., Any]
) -> None:
    page = signed_in(manager)
    costs: dict[str, list[int]] = {}
    for total in (3, 30):
        while plan.items.exclude(status=ActionStatus.PROPOSED).count() < total:
            number = plan.items.count()
            fields = ItemFields(title=f"Action {number}", status=ActionStatus.KEPT, cost_cents=100)
            services.add_item(actor=manager, plan=plan, fields=fields)
        for address in ("", "tableau/", "evolution/"):
            with count_queries() as queries:
                assert page.get(f"/essai/plans/{plan.pk}/{address}").status_code == 200
            costs.setdefault(address, []).append(len(queries))
    assert all(few == many <= 13 for few, many in costs.values()), costs


def test_a_plan_is_exported_whole(
    plan: ActionPlan, item: ActionItem, manager: User, signed_in: Callable[[User], Client]
) -> None:
    fields = ItemFields(title="=Danger", status=ActionStatus.KEPT, cost_cents=1_234_56, aid_cents=100)
    services.add_item(actor=manager, plan=plan, fields=fields)
    page = signed_in(manager)
    lines = b"".join(page.get(f"/essai/plans/{plan.pk}/?export=csv").streaming_content).decode()
    assert "'=Danger" in lines
    assert "1234,56" in lines
    assert page.get(f"/essai/plans/{plan.pk}/?export=xlsx").content.startswith(b"PK")


def test_the_list_of_actions_is_filtered_by_due_date_and_owner(
    plan: ActionPlan, manager: User, officer: User, signed_in: Callable[[User], Client]
) -> None:
    today = timezone.localdate()
    for title, due, owner in (
        ("Écrire la charte", today - timedelta(days=3), manager),
        ("Former l’équipe", today + timedelta(days=9), None),
        ("Choisir un outil", None, None),
    ):
        fields = ItemFields(title=title, status=ActionStatus.KEPT, due_on=due, owner=owner)
        services.add_item(actor=officer, plan=plan, fields=fields)
    page = signed_in(officer)
    for query, expected in (
        ("retard=oui", {"Écrire la charte"}),
        ("retard=mois", {"Former l’équipe"}),
        ("retard=sans", {"Choisir un outil"}),
        ("responsable=avec", {"Écrire la charte"}),
        ("responsable=sans", {"Former l’équipe", "Choisir un outil"}),
        ("q=TISSAGES+imagines", {"Écrire la charte", "Former l’équipe", "Choisir un outil"}),
        ("q=delattre", {"Écrire la charte"}),
    ):
        content = page.get(f"/essai/plans/?{query}").content.decode()
        found = {
            title
            for title in ("Écrire la charte", "Former l’équipe", "Choisir un outil")
            if f">{title}</a>" in content
        }
        assert found == expected, query
