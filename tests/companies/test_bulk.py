"""Acts on a filtered list: the count is shown, confirmed, then each company is treated on its own."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from companies import services
from companies.enums import BulkKind, BulkOutcome, BulkStatus, ConsentChannel, Stage
from companies.models import BulkAction, Membership, Participation
from companies.services import bulk as acts
from companies.services.bulk import carry_out, outcomes, prepare_bulk
from core import jobs
from core.errors import BusinessError
from core.models import Job
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme
from tests.companies.conftest import Make

pytestmark = pytest.mark.django_db
URL = "/essai/entreprises/actions/"
SignIn = Callable[[User], Client]


@pytest.fixture
def office(signed_in: SignIn, officer: User) -> Client:
    return signed_in(officer)


def entry(kind: str, **facts: Any) -> dict[str, Any]:
    return {"kind": kind, "token": str(uuid.uuid4()), **facts}


def confirm(client: Client, count: int, kind: str, query: str = "", **facts: Any) -> Any:
    return client.post(f"{URL}{query}", entry(kind, confirmed=str(count), **facts))


def test_the_count_is_shown_and_confirmed(office: Client, enter: Make, officer: User) -> None:
    for rank in (1, 2, 3):
        enter(rank, stage=Stage.PLAN if rank == 3 else Stage.SPOTTED)
    page = office.get(f"{URL}?etape=spotted")
    assert (page.context["count"], page.context["criteria"]) == (2, ["Étape\u00a0: repérée"])
    asked = entry("stage", stage="contacted", reason="Campagne d’appels")
    shown = office.post(f"{URL}?etape=spotted", asked)
    assert "Confirmer pour 2 entreprises" in shown.content.decode()
    assert BulkAction.objects.count() == 0
    done = office.post(f"{URL}?etape=spotted", {**asked, "confirmed": "2"})
    action = BulkAction.objects.get()
    assert done["Location"] == f"{URL}{action.pk}/"
    assert outcomes(action) == {BulkOutcome.DONE: 2}
    assert sorted(Participation.objects.values_list("stage", flat=True)) == ["contacted", "contacted", "plan"]
    first = Participation.objects.order_by("pk")[0]
    assert first.stage_changes.order_by("-pk")[0].reason == "Campagne d’appels"
    # The same click again: the filter finds nobody any more, and what was asked is not done twice.
    again = office.post(f"{URL}?etape=spotted", {**asked, "confirmed": "2"})
    assert again.status_code == 200
    assert BulkAction.objects.count() == 1


def test_a_list_that_changed_is_shown_again(office: Client, enter: Make) -> None:
    enter(1)
    enter(2)
    answer = confirm(office, 1, "stage", stage="contacted")
    assert answer.status_code == 200
    assert "La liste a changé" in answer.content.decode()
    assert BulkAction.objects.count() == 0


@pytest.mark.parametrize(
    ("facts", "query"),
    [
        ({"kind": "stage"}, ""),
        ({"kind": "stage", "stage": "inconnue"}, ""),
        ({"kind": "next_step"}, ""),
        ({"kind": "effacer"}, ""),
        ({"kind": "stage", "stage": "plan", "token": "abc"}, ""),
        ({"kind": "stage", "stage": "plan"}, "?etape=inconnue"),
        ({"kind": "stage", "stage": "plan"}, "?q=introuvable"),
    ],
)
def test_what_cannot_be_done_is_refused(
    office: Client, enter: Make, facts: dict[str, str], query: str
) -> None:
    enter(1)
    data = {"token": str(uuid.uuid4()), "confirmed": "1", **facts}
    answer = office.post(f"{URL}{query}", data)
    assert answer.status_code in (200, 422)
    assert BulkAction.objects.count() == 0
    if query == "?q=introuvable":
        assert office.post(f"{URL}{query}", {**data, "confirmed": "0"}).status_code == 422


def test_advisors_are_given_and_outsiders_refused(
    office: Client, enter: Make, advisor: User, make_user: Callable[..., User]
) -> None:
    mine, other = enter(1, advisor=advisor), enter(2)
    confirm(office, 2, "advisor", advisor=advisor.pk)
    action = BulkAction.objects.get()
    assert outcomes(action) == {BulkOutcome.DONE: 1, BulkOutcome.SAME: 1}
    other.refresh_from_db()
    assert other.advisor == advisor
    funder = make_user("financeuse", Role.FUNDER)
    assert confirm(office, 2, "advisor", advisor=funder.pk).status_code == 422
    confirm(office, 2, "advisor", advisor="")
    mine.refresh_from_db()
    assert mine.advisor is None


def test_next_steps_and_invitations(office: Client, enter: Make, officer: User) -> None:
    rows = [enter(rank) for rank in (1, 2, 3, 4)]
    contacts = [
        services.add_contact(
            actor=officer,
            participation=row,
            facts=services.ContactFacts("Nom", f"P{row.pk}", email=f"p{row.pk}@e.example" if good else ""),
        )
        for row, good in zip(rows[:3], (True, False, True), strict=True)
    ]
    services.give_consent(actor=officer, contact=contacts[2], channel=ConsentChannel.PHONE)
    services.withdraw_consent(actor=officer, contact=contacts[2])
    confirm(office, 4, "invite")
    action = BulkAction.objects.get()
    assert outcomes(action) == {BulkOutcome.DONE: 1, BulkOutcome.SKIPPED: 3}
    assert (Membership.objects.count(), Message.objects.count()) == (1, 1)
    page = office.get(f"{URL}{action.pk}/").content.decode()
    for reason in ("adresse e-mail", "a retiré son accord", "Aucun contact principal"):
        assert reason in page
    assert "déjà un accès" not in page
    confirm(office, 4, "next_step", next_step="Rappeler", next_step_on="2026-12-15")
    assert set(Participation.objects.values_list("next_step", "next_step_on")) == {
        ("Rappeler", date(2026, 12, 15))
    }


def test_a_long_list_is_treated_by_a_job_that_resumes(
    programme: Programme, office: Client, enter: Make, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 2)
    monkeypatch.setattr(acts, "CHUNK", 2)
    for rank in range(1, 6):
        enter(rank)
    answer = confirm(office, 5, "stage", stage="plan")
    action = BulkAction.objects.get()
    assert Participation.objects.filter(stage="plan").count() == 0
    page = office.get(answer["Location"])
    assert page.context["job"].poll_url == answer["Location"]
    poll = {"HX-Request": "true", "HX-Target": "job-progress"}
    assert "<html" not in office.get(answer["Location"], headers=poll).content.decode()
    seen: list[int] = []

    def stop_after_one(percent: int, step: str) -> None:
        seen.append(percent)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        carry_out(actor=officer, action=action, progress=stop_after_one)
    assert Participation.objects.filter(stage="plan").count() == 2
    jobs.drain()
    action.refresh_from_db()
    assert (action.status, outcomes(action), seen) == (BulkStatus.DONE, {BulkOutcome.DONE: 5}, [40])
    assert all(row.stage_changes.filter(stage="plan").count() == 1 for row in Participation.objects.all())
    assert office.get(answer["Location"], headers=poll)["HX-Refresh"] == "true"
    assert Job.objects.get().result["url"] == answer["Location"]


def test_an_export_gives_a_workbook(office: Client, enter: Make, signed_in: SignIn, advisor: User) -> None:
    enter(1)
    enter(2)
    confirm(office, 1, "export", query="?q=imagin%C3%A9s+2")
    action = BulkAction.objects.get()
    answer = office.get(f"{URL}{action.pk}/fichier/")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    # Closing the answer would end the request, and with it the test's own connection.
    for closer in answer._resource_closers:
        closer()
    assert signed_in(advisor).get(f"{URL}{action.pk}/fichier/").status_code == 404
    confirm(office, 2, "stage", stage="plan")
    other = BulkAction.objects.order_by("-pk")[0]
    assert office.get(f"{URL}{other.pk}/fichier/").status_code == 404


def test_an_advisor_acts_on_her_companies_only(
    enter: Make, advisor: User, officer: User, signed_in: SignIn, office: Client
) -> None:
    enter(1, advisor=advisor)
    enter(2)
    client = signed_in(advisor)
    page = client.get(URL)
    assert page.context["count"] == 1
    assert BulkKind.ADVISOR not in [code for code, _label in page.context["form"].fields["kind"].choices]
    confirm(client, 1, "stage", stage="plan")
    assert list(Participation.objects.order_by("name").values_list("stage", flat=True)) == ["plan", "spotted"]
    assert confirm(client, 1, "advisor", advisor=officer.pk).status_code == 422
    confirm(office, 2, "stage", stage="closed")
    theirs = BulkAction.objects.order_by("-pk")[0]
    assert client.get(f"{URL}{theirs.pk}/").status_code == 404


def test_acts_of_another_programme_do_not_exist(
    enter: Make, other_programme: Programme, office: Client, make_user: Callable[..., User]
) -> None:
    foreign = enter(1, programme=other_programme, actor=None)
    action = prepare_bulk(
        actor=None,
        programme=other_programme,
        kind=BulkKind.STAGE,
        parameters={"stage": "plan"},
        participation_ids=[foreign.pk],
        criteria=[],
        token=uuid.uuid4(),
    )
    assert office.get(f"{URL}{action.pk}/").status_code == 404
    assert office.get(URL).context["count"] == 0
    with pytest.raises(BusinessError):
        prepare_bulk(
            actor=None,
            programme=other_programme,
            kind=BulkKind.STAGE,
            parameters={"stage": "plan"},
            participation_ids=[],
            criteria=[],
            token=uuid.uuid4(),
        )


def test_the_register_completes_a_list(office: Client, enter: Make, settings: Any) -> None:
    enter(1)
    confirm(office, 1, "register")
    assert outcomes(BulkAction.objects.get()) == {BulkOutcome.SKIPPED: 1}
    settings.REGISTER_URL = "http://127.0.0.1:1"
    confirm(office, 1, "register")
    assert outcomes(BulkAction.objects.order_by("-pk")[0]) == {BulkOutcome.DONE: 1}
    assert Participation.objects.get().register_pending


def test_queries_of_the_choice_do_not_grow(office: Client, enter: Make, count_queries: Any) -> None:
    counts = []
    enter(1)
    office.get(URL)
    for ranks in ((2,), (3, 4, 5)):
        for rank in ranks:
            enter(rank)
        with count_queries() as queries:
            office.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]
