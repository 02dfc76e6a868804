"""Asking for the report, inviting the team, issuing tokens."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from core.errors import BusinessError
from core.models import AuditEvent
from documents.models import Document
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme, RoleGrant
from reports import services
from reports.periods import Period

pytestmark = pytest.mark.django_db
SPRING = Period(date(2026, 4, 1), date(2026, 6, 30))


def test_a_report_is_asked_once_for_a_form(funded: Programme, director: User) -> None:
    ask = {"actor": director, "programme": funded, "period": SPRING, "key": "jeton"}
    first, second = (services.request_progress_report(**ask) for _click in range(2))
    assert first == second
    assert (first.title, first.for_funders, first.is_final) == (
        "Rapport d’avancement, 2e trimestre 2026",
        True,
        False,
    )
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (date(2026, 6, 30), date(2026, 4, 1), "period-reversed"),
        (date(2099, 1, 1), date(2099, 3, 31), "period-future"),
        (date(2020, 1, 1), date(2020, 3, 31), "period-outside"),
    ],
)
def test_a_period_outside_the_agreement_is_refused(
    programme: Programme, start: date, end: date, code: str
) -> None:
    with pytest.raises(BusinessError) as refusal:
        services.request_progress_report(actor=None, programme=programme, period=Period(start, end))
    assert refusal.value.code == code
    assert not Document.objects.exists()


def test_inviting_somebody_gives_a_role_and_sends_one_message(
    programme: Programme, director: User, run_jobs: Callable[[], int]
) -> None:
    invitation = {
        "actor": director,
        "programme": programme,
        "email": "Nouvelle@essai.example",
        "first_name": "Léa",
        "last_name": "Martin",
        "role": Role.OFFICER,
    }
    user, again = (services.invite_staff(**invitation) for _click in range(2))
    assert user == again
    assert list(user.role_grants.values_list("role", flat=True)) == ["officer"]
    assert run_jobs() == 1
    message = Message.objects.get()
    assert message.subject == "Votre accès au programme Essai"
    assert "«\u00a0Chargé de mission\u00a0»" in message.body
    assert "/comptes/lien/" in message.body


def test_roles_that_need_a_company_or_funder_are_not_given_here(programme: Programme) -> None:
    with pytest.raises(BusinessError):
        services.invite_staff(
            actor=None,
            programme=programme,
            email="a@essai.example",
            first_name="A",
            last_name="B",
            role=Role.FUNDER,
        )
    assert not User.objects.exists()


def test_the_last_director_cannot_be_withdrawn(programme: Programme, director: User, officer: User) -> None:
    grant = RoleGrant.objects.get(user=director)
    with pytest.raises(BusinessError, match="au moins une personne"):
        services.withdraw_role(actor=director, programme=programme, grant=grant)
    services.withdraw_role(actor=director, programme=programme, grant=RoleGrant.objects.get(user=officer))
    assert list(RoleGrant.objects.values_list("role", flat=True)) == ["director"]
    assert AuditEvent.objects.filter(verb="role.revoked", actor=director).count() == 1


def test_whoever_leaves_the_direction_leaves_her_keys(
    programme: Programme, director: User, make_user: Callable[..., User], client: Client
) -> None:
    leaving = make_user("partante", Role.DIRECTOR, Role.ADVISOR)
    _token, secret = services.issue_token(actor=leaving, programme=programme, name="Suivi", role=Role.OFFICER)
    address, headers = f"/api/v1/{programme.slug}/budget/", {"authorization": f"Bearer {secret}"}
    assert client.get(address, headers=headers).status_code == 200
    grant = RoleGrant.objects.get(user=leaving, role=Role.DIRECTOR)
    assert services.withdraw_role(actor=director, programme=programme, grant=grant) == 1
    assert client.get(address, headers=headers).status_code == 401
    assert AuditEvent.objects.filter(verb="api_token.revoked", actor=director).count() == 1


def test_a_token_name_is_used_once_while_it_is_active(programme: Programme, director: User) -> None:
    token, secret = services.issue_token(actor=director, programme=programme, name="Suivi", role=Role.OFFICER)
    assert token.prefix == secret[:8]
    with pytest.raises(BusinessError) as refusal:
        services.issue_token(actor=director, programme=programme, name="Suivi", role=Role.OFFICER)
    assert refusal.value.field == "name"
