"""Buttons of the programme as a whole, and of messages."""

from django.utils import timezone

from accounts.models import User
from notifications.models import RefusedAddress
from observatory.models import Release
from programme.enums import Role
from programme.models import Programme, RoleGrant
from tests.buttons.button import TOKEN, Button


def whole_programme_buttons(programme: Programme, officer: User, release: Release) -> dict[str, Button]:
    report = {"period": "2026-01-01_2026-03-31", "form_token": TOKEN, "for_funders": "on"}
    invited = {"email": "lea@essai.example", "first_name": "Léa", "last_name": "Martin", "role": "advisor"}
    grant = RoleGrant.objects.get(programme=programme, user=officer, role=Role.OFFICER)
    people = "/essai/parametres/donnees-personnelles/"
    return {
        "report request": Button("/essai/rapports/demander/", lambda: report),
        "release prepare": Button(
            "/essai/millesimes/preparer/", lambda: {"reference_date": "2026-05-31", "title": "Été"}
        ),
        "release recompute": Button(f"/essai/millesimes/{release.pk}/recalculer/"),
        "release publish": Button(f"/essai/millesimes/{release.pk}/publier/"),
        "targets": Button("/essai/parametres/objectifs/", lambda: {"target_0": "100", "source": "COPIL"}),
        "team invite": Button("/essai/parametres/equipe/", lambda: invited),
        "person export": Button(f"{people}exporter/", lambda: {"email": officer.email}, done=200),
        "person erase": Button(
            f"{people}effacer/", lambda: {"email": officer.email, "form_token": TOKEN, "confirmed": "on"}
        ),
        "my data erasure": Button("/essai/mes-donnees/effacement/"),
        "retention review": Button("/essai/parametres/conservation/faire-le-point/"),
        "team withdraw": Button(f"/essai/parametres/equipe/{grant.pk}/retirer/"),
        "token": Button("/essai/parametres/jetons/", lambda: {"name": "Suivi", "role": "officer"}, done=200),
    }


def message_buttons(programme: Programme) -> dict[str, Button]:
    refused = RefusedAddress.objects.create(
        programme=programme, email="ada@tissages.example", refused_at=timezone.now()
    )
    wanted = {"topics": ["actions"], "weekdays": ["0"], "paused_until": "2026-07-31"}
    return {
        "preferences": Button("/essai/preferences/", lambda: wanted),
        "calendar open": Button("/essai/preferences/calendrier/", lambda: {"form_token": TOKEN}, done=200),
        "calendar close": Button("/essai/preferences/calendrier/fermer/"),
        "refusal lift": Button(f"/essai/emails/adresses/{refused.pk}/reessayer/"),
    }
