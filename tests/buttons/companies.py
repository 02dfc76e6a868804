"""Buttons of companies."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from accounts.services import ensure_user
from companies import services as companies
from companies.enums import MeetingKind
from companies.models import Participation
from companies.services.imports import receive_file, stage_batch
from programme.enums import Role
from programme.models import Programme
from programme.services import grant_role
from tests.buttons.button import PERSON, TOKEN, Button
from tests.companies.samples import make_siren, make_siret


def company_buttons(programme: Programme, officer: User, participation: Participation) -> dict[str, Button]:
    base = f"/essai/entreprises/{participation.pk}/"
    facts = companies.ContactFacts(last_name="Delattre", first_name="Inès", email="ines@tissages.example")
    contact = companies.add_contact(actor=officer, participation=participation, facts=facts)
    rows = f"SIRET;Nom;Ville\n{make_siret(make_siren(5))};Neuve;Lille\n".encode()
    batch = receive_file(actor=officer, programme=programme, name="a.csv", content=rows + b"\n")
    stage_batch(batch=batch)
    added = {"siret": make_siret(make_siren(2)), "name": "Neuve", "stage": "spotted"}
    planned, held = (
        companies.plan_meeting(
            actor=officer,
            participation=participation,
            facts=companies.MeetingFacts(
                kind=kind, starts_at=timezone.now() + timedelta(days=days), people=[contact]
            ),
        )
        for kind, days in ((MeetingKind.FIRST, 3), (MeetingKind.RESTITUTION, -3))
    )
    group = companies.set_group(actor=officer, participation=participation, name="Groupe d’essai")
    assert group is not None
    double, linked = (
        companies.create_participation(
            actor=officer, programme=programme, siret=make_siret(make_siren(rank)), name=f"Double {rank}"
        )
        for rank in (91, 92)
    )
    other = ensure_user(email="autre@essai.example", first_name="Autre", last_name="Essai")
    grant_role(actor=None, user=other, programme=programme, role=Role.ADVISOR)
    absence = companies.plan_absence(
        actor=officer,
        programme=programme,
        absent=officer,
        replacement=other,
        starts_on=date(2026, 9, 1),
        ends_on=date(2026, 9, 15),
    )
    meeting = {"kind": "follow_up", "starts_at": "2026-07-08T10:00", "duration": "60", "notify": "on"}
    away = {"starts_on": "2026-08-01", "ends_on": "2026-08-15"}
    facts_of_absence = {"absent": officer.pk, "replacement": other.pk, **away}
    act = {"kind": "stage", "stage": "engaged", "token": TOKEN, "confirmed": "2"}
    return {
        "merge": Button(f"{base}fusionner/", lambda: {"merged": double.pk}),
        "register": Button(f"{base}repertoire/"),
        "meeting plan": Button(f"{base}rendez-vous/", lambda: {**meeting, "people": [contact.pk]}),
        "meeting edit": Button(f"{base}rendez-vous/{planned.pk}/modifier/", lambda: meeting),
        "meeting minutes": Button(
            f"{base}rendez-vous/{held.pk}/compte-rendu/",
            lambda: {"minutes": "Vu.", "is_shared": "on", "notify": "on", "present": [contact.pk]},
        ),
        "meeting cancel": Button(f"{base}rendez-vous/{planned.pk}/annuler/", lambda: {"notify": "on"}),
        "consent": Button(
            f"{base}contacts/{contact.pk}/accord/", lambda: {"channel": "phone", "given_on": "2026-06-29"}
        ),
        "group rename": Button(f"/essai/entreprises/groupes/{group.pk}/", lambda: {"name": "Nouveau nom"}),
        "group member": Button(
            f"/essai/entreprises/groupes/{group.pk}/membres/",
            lambda: {"participation": linked.pk, "role": "subsidiary"},
        ),
        "absence plan": Button("/essai/remplacements/", lambda: facts_of_absence),
        "absence end": Button(f"/essai/remplacements/{absence.pk}/terminer/"),
        "bulk": Button("/essai/entreprises/actions/?q=double", lambda: act),
        "company add": Button("/essai/entreprises/ajouter/", lambda: added),
        "contact add": Button(f"{base}contacts/", lambda: PERSON),
        "contact edit": Button(f"{base}contacts/{contact.pk}/", lambda: {"last_name": "Delattre"}),
        "contact invite": Button(f"{base}contacts/{contact.pk}/inviter/"),
        "follow up": Button(
            f"{base}suivi/", lambda: {"stage": "contacted", "advisor": "", "group": "Groupe"}
        ),
        "exchange": Button(f"{base}echanges/", lambda: {"kind": "call", "text": "Rappeler."}),
        "import upload": Button(
            "/essai/entreprises/imports/", lambda: {"file": SimpleUploadedFile("b.csv", rows)}
        ),
        "import confirm": Button(f"/essai/entreprises/imports/{batch.pk}/confirmer/"),
    }
