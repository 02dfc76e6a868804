"""Buttons about who answers, and of files attached to answers."""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from diagnostics import services
from diagnostics.models import Diagnostic, Respondent
from diagnostics.services import Person
from tests.buttons.button import Button

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LEO = {"first_name": "Léo", "last_name": "Martin", "email": "leo@filatures.example"}


def team_buttons(officer: User, opened: Callable[[], Diagnostic], submitted: Diagnostic) -> dict[str, Button]:
    """``opened`` gives a fresh open diagnostic each time."""
    helped, apart, together, closed = opened(), opened(), opened(), opened()
    person = Person("ada@filatures.example", "Exemple", "Ada")
    contributor = services.invite_contributor(
        actor=officer, diagnostic=helped, person=person, sections=["donnees"]
    )
    row = services.attach_file(
        actor=officer, diagnostic=helped, question_code="usage", upload=SimpleUploadedFile("a.pdf", PDF)
    )
    idle = services.invite_view(actor=officer, diagnostic=apart, person=person, point_of_view="Atelier")
    _answer_alone(officer, together, person)
    view = _answer_alone(officer, closed, person)
    services.close_views(actor=officer, diagnostic=closed)
    base = "/essai/espace/diagnostics"

    def colleague() -> dict[str, Any]:
        return {f"collegue-{name}": value for name, value in LEO.items()} | {"collegue-sections": ["donnees"]}

    def opinion() -> dict[str, Any]:
        return {f"avis-{name}": value for name, value in LEO.items()} | {"avis-point_of_view": "Bureau"}

    return {
        "contributor invite": Button(f"{base}/{helped.pk}/equipe/collegues/", colleague),
        "contributor withdraw": Button(f"{base}/{helped.pk}/equipe/collegues/{contributor.pk}/retirer/"),
        "part finished": Button(f"{base}/{helped.pk}/termine/", by=contributor.user),
        "view invite": Button(f"{base}/{apart.pk}/equipe/avis/", opinion),
        "view withdraw": Button(f"{base}/{apart.pk}/equipe/avis/{idle.pk}/retirer/"),
        "view finished": Button(f"{base}/{apart.pk}/termine/", by=idle.user),
        "views close": Button(f"{base}/{together.pk}/equipe/clore/"),
        "reconcile": Button(
            f"{base}/{closed.pk}/mise-en-commun/", lambda: {"r-usage": view.pk, "n-usage": "La sienne."}
        ),
        "file attach": Button(
            f"{base}/{helped.pk}/reponses/usage/fichiers/",
            lambda: {"file": SimpleUploadedFile("b.pdf", PDF + b"b")},
        ),
        "file remove": Button(f"{base}/{helped.pk}/fichiers/{row.pk}/retirer/"),
        "reopen": Button(f"/essai/diagnostics/{submitted.pk}/rouvrir/", lambda: {"reason": "Erreur"}),
    }


def _answer_alone(officer: User, diagnostic: Diagnostic, person: Person) -> Respondent:
    view = services.invite_view(actor=officer, diagnostic=diagnostic, person=person, point_of_view="Atelier")
    view.answers.create(
        diagnostic=diagnostic, question_code="usage", value="oui", choice="oui", saved_at=view.invited_at
    )
    return view
