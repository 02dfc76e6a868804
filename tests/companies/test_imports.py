import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from companies import services
from companies.enums import EventKind, Stage
from companies.models import Contact, ImportBatch, ImportRow, Participation
from companies.selectors.lists import EXPORT_FIELDS, export_sheet, template_sheet
from companies.services import imports
from core import jobs
from core.enums import ImportStatus, RowOutcome
from core.errors import BusinessError
from core.exports import csv_lines, xlsx_bytes
from core.models import Job
from programme.enums import Role
from programme.models import Programme
from tests.companies.conftest import Make
from tests.companies.samples import (
    PARIS,
    make_siren,
    make_siret,
    register_answer,
    register_place,
    register_record,
    workbook,
)

pytestmark = pytest.mark.django_db
SIRETS = [make_siret(make_siren(rank)) for rank in range(10)]
HEADINGS = (
    "SIRET;Raison sociale;Code postal;Commune;Code NAF;Tranche d’effectif;Étape;E-mail du conseiller;"
    "Nom du contact;E-mail du contact"
)


def csv_of(*rows: str, headings: str = HEADINGS) -> bytes:
    return "\n".join((headings, *rows)).encode("utf-8-sig")


def staged(programme: Programme, actor: User | None, content: bytes, name: str = "liste.csv") -> ImportBatch:
    batch = imports.receive_file(actor=actor, programme=programme, name=name, content=content)
    imports.stage_batch(batch=batch)
    batch.refresh_from_db()
    return batch


def outcomes(batch: ImportBatch) -> list[tuple[int, str]]:
    return list(batch.rows.values_list("number", "outcome"))


def test_a_dry_run_tells_what_would_happen_and_does_nothing(
    programme: Programme, officer: User, advisor: User, enter: Make
) -> None:
    enter(1)
    enter(2)
    batch = staged(
        programme,
        officer,
        csv_of(
            f"{SIRETS[3]};Neuve;59000;Lille;69.20Z;12;engagée;{advisor.email};Exemple;ada@neuve.example",
            f"{SIRETS[1]};Nouveau nom;59200;Tourcoing;13.20Z;12;;;;",
            f"{SIRETS[2]};Tissages imaginés 2;59200;Tourcoing;13.20Z;12;;;;",
            "123;Sans numéro;59000;Lille;;;;;;",
            f"{SIRETS[4]};Parisienne;75011;Paris;;;;;;",
        ),
    )
    assert batch.status == ImportStatus.CHECKED
    assert outcomes(batch) == [
        (2, RowOutcome.CREATED),
        (3, RowOutcome.UPDATED),
        (4, RowOutcome.UNCHANGED),
        (5, RowOutcome.REFUSED),
        (6, RowOutcome.CREATED),
    ]
    refused = batch.rows.get(number=5)
    assert refused.problems == [
        {
            "code": "siret_length",
            "column": "SIRET",
            "text": "Colonne «\u00a0SIRET\u00a0»\u00a0: «\u00a0123\u00a0» n’a pas 14 chiffres.",
        }
    ]
    assert batch.rows.get(number=3).changes == {"Raison sociale": ["Tissages imaginés 1", "Nouveau nom"]}
    assert [w["code"] for w in batch.rows.get(number=6).warnings] == ["outside_territory"]
    assert batch.counts == {
        "ignored": [],
        "sheet": "",
        "created": 2,
        "updated": 1,
        "unchanged": 1,
        "refused": 1,
        "warned": 1,
    }
    assert Participation.objects.count() == 2


def test_confirming_applies_it_once_whatever_the_clicks(
    programme: Programme, officer: User, advisor: User, enter: Make
) -> None:
    enter(1)
    batch = staged(
        programme,
        officer,
        csv_of(
            f"{SIRETS[3]};Neuve;59000;Lille;69.20Z;12;engagée;{advisor.email};Exemple;ada@neuve.example",
            f"{SIRETS[1]};Nouveau nom;59200;Tourcoing;13.20Z;12;contactée;;Exemple;",
            f"{SIRETS[4]};Parisienne;75011;Paris;;;;;;",
        ),
    )
    first = imports.confirm_batch(actor=officer, batch=batch)
    assert imports.confirm_batch(actor=officer, batch=batch) == first
    jobs.drain()
    batch.refresh_from_db()
    assert imports.confirm_batch(actor=officer, batch=batch) == first
    jobs.drain()
    assert (batch.status, Job.objects.filter(name="companies.apply_import").count()) == (
        ImportStatus.APPLIED,
        1,
    )
    created = Participation.objects.get(establishment__siret=SIRETS[3])
    assert (
        created.name,
        created.stage,
        created.advisor,
        created.section,
        [str(contact) for contact in created.contacts.all()],
        created.timeline.filter(kind=EventKind.IMPORT).count(),
    ) == ("Neuve", Stage.ENGAGED, advisor, "M", ["Exemple"], 1)
    updated = Participation.objects.get(establishment__siret=SIRETS[1])
    assert (updated.name, updated.stage) == ("Nouveau nom", Stage.CONTACTED)
    outside = Participation.objects.get(establishment__siret=SIRETS[4])
    assert (outside.is_outside_territory, outside.to_complete) == (True, True)
    assert "hors du territoire" in outside.warning


def test_an_import_stopped_half_way_goes_on(
    programme: Programme, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "COMPANIES", replace(imports.COMPANIES, apply_chunk=2))
    batch = staged(
        programme,
        officer,
        csv_of(*(f"{siret};Entreprise {n};59000;Lille;;;;;;" for n, siret in enumerate(SIRETS[:5]))),
    )
    seen: list[int] = []

    def stop(percent: int, step: str) -> None:
        seen.append(percent)
        if len(seen) == 1:
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        imports.apply_batch(actor=officer, batch=batch, progress=stop)
    assert (Participation.objects.count(), batch.rows.filter(applied=True).count()) == (2, 2)
    imports.apply_batch(actor=officer, batch=batch, progress=stop)
    assert (Participation.objects.count(), seen) == (5, [40, 80, 100])


def test_the_same_file_sent_twice_is_one_import(programme: Programme, officer: User) -> None:
    content = csv_of(f"{SIRETS[1]};Neuve;59000;Lille;;;;;;")
    twice = [
        imports.receive_file(actor=officer, programme=programme, name="a.csv", content=content)
        for _ in range(2)
    ]
    for batch in twice:
        imports.start_reading(actor=officer, batch=batch)
    jobs.drain()
    assert (ImportBatch.objects.count(), Job.objects.count(), ImportRow.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"SIRET;Nom\n1;=1+1", "formule"),
        (b"Nom;Ville\nx;y", "«\u00a0SIRET\u00a0» manque"),
        (b"%PDF-1.7", "n’est pas un tableau"),
        (b"SIRET;Nom\n1;a\n2;\x81\xf0\xfe", "Ligne 3"),
        (b"PK\x03\x04xxxx", "abîmé"),
        (b'{"results": 3}', "«\u00a0results\u00a0»"),
        (workbook([["SIRET", "Nom"], [SIRETS[1], "=A1"]]), "cellule B2"),
    ],
)
def test_a_file_that_cannot_be_read_imports_nothing(
    programme: Programme, officer: User, content: bytes, told: str
) -> None:
    batch = staged(programme, officer, content)
    assert batch.status == ImportStatus.FAILED
    assert told in batch.problem
    assert batch.problem.endswith("Rien n’a été importé.")
    with pytest.raises(BusinessError) as caught:
        imports.confirm_batch(actor=officer, batch=batch)
    assert (caught.value.code, ImportRow.objects.count(), Participation.objects.count()) == (
        "not-checked",
        0,
        0,
    )


def test_size_is_limited(programme: Programme, officer: User, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 1024 * 1024
    with pytest.raises(BusinessError) as caught:
        imports.receive_file(actor=officer, programme=programme, name="x", content=b"x" * (1024 * 1024 + 1))
    assert (caught.value.code, "1 Mo" in caught.value.message) == ("file-size", True)
    with pytest.raises(BusinessError):
        imports.receive_file(actor=officer, programme=programme, name="x", content=b"")
    assert ImportBatch.objects.count() == 0


def test_an_unknown_advisor_or_one_of_another_programme_is_refused(
    programme: Programme, officer: User, make_user: Any, other_programme: Programme
) -> None:
    stranger = make_user("etranger", Role.ADVISOR, in_programme=other_programme)
    batch = staged(programme, officer, csv_of(f"{SIRETS[1]};Neuve;59000;Lille;;;;{stranger.email};;"))
    assert [problem["code"] for problem in batch.rows.get().problems] == ["advisor_unknown"]


def test_another_programme_s_company_is_created_like_any_other(
    enter: Make, programme: Programme, other_programme: Programme, officer: User
) -> None:
    enter(1, address="1 rue du Premier")
    batch = staged(other_programme, None, csv_of(f"{SIRETS[1]};Nom du voisin;59000;Lille;;;;;;"))
    row = batch.rows.get()
    assert (row.outcome, row.changes, row.warnings) == (RowOutcome.CREATED, {}, [])
    imports.apply_batch(actor=None, batch=batch)
    again = staged(other_programme, None, csv_of(f"{SIRETS[1]};Nom du voisin;59000;Lille;;;;;;"))
    assert outcomes(again) == [(2, RowOutcome.UNCHANGED)]
    assert Participation.objects.get(programme=programme).name == "Tissages imaginés 1"
    assert Participation.objects.get(programme=other_programme).name == "Nom du voisin"


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_an_exported_list_comes_back_with_nothing_to_change(
    programme: Programme, officer: User, advisor: User, enter: Make, fmt: str
) -> None:
    whole = enter(
        1,
        name="=Tissages; « à l’essai »",
        trade_name="+Atelier",
        address="3 rue, bâtiment B",
        stage=Stage.PLAN,
    )
    services.assign_advisor(actor=officer, participation=whole, advisor=advisor)
    services.add_contact(
        actor=officer,
        participation=whole,
        facts=services.ContactFacts("Exemple", "Ada", "Gérante", "ada@tissages.example", "+33 3 00 00 00 00"),
    )
    enter(2, postal_code="75001", city="Paris", activity_code="", workforce_band="NN")
    enter(3, postal_code="59160", city="Lomme", workforce_band="53")
    enter(4, postal_code="", city="", workforce_band="00")
    answer = json.dumps(
        register_answer(
            register_record(
                make_siren(7),
                tranche_effectif_salarie="42",
                siege=register_place(make_siret(make_siren(7)), est_siege=True, **PARIS),
            )
        )
    )
    imports.apply_batch(actor=officer, batch=staged(programme, officer, answer.encode()))
    sheet = export_sheet(Participation.objects.for_programme(programme).order_by("pk"))
    content = "".join(csv_lines(sheet)).encode() if fmt == "csv" else xlsx_bytes([sheet])
    batch = staged(programme, officer, content, f"export.{fmt}")
    assert [(row.outcome, row.changes, row.problems) for row in batch.rows.all()] == [
        (RowOutcome.UNCHANGED, {}, [])
    ] * 5


def test_the_template_is_understood(programme: Programme, officer: User) -> None:
    sheet = template_sheet()
    batch = staged(programme, officer, "".join(csv_lines(sheet)).encode())
    assert len(sheet.columns) == len(EXPORT_FIELDS)
    assert batch.counts["ignored"] == []
    # Its example is no company: forgetting to remove it imports nothing.
    assert outcomes(batch) == [(2, RowOutcome.REFUSED)]


def test_the_register_s_answer_goes_through(programme: Programme, officer: User) -> None:
    first, second = make_siret(make_siren(1)), make_siret(make_siren(2))
    records = [
        register_record(make_siren(1), siege=register_place(first, est_siege=True, **PARIS)),
        register_record("123456789", siege={}, nom_complet=None, nom_raison_sociale=None),
        register_record(
            make_siren(2),
            nom_complet="[ND]",
            nom_raison_sociale="[ND]",
            statut_diffusion="P",
            siege=register_place(
                second,
                est_siege=True,
                commune="59350",
                code_postal="59160",
                libelle_commune="LILLE",
                activite_principale="13.20Z",
            ),
        ),
        register_record(make_siren(1), siege=register_place(first, est_siege=True)),
    ]
    batch = staged(
        programme,
        officer,
        json.dumps({"searchTerms": "tissages", "result": register_answer(*records, total=91)}).encode(),
    )
    assert (batch.counts["register"], batch.counts["listed"], batch.counts["total"]) == (True, 4, 91)
    assert outcomes(batch) == [
        (1, RowOutcome.CREATED),
        (2, RowOutcome.REFUSED),
        (3, RowOutcome.CREATED),
        (4, RowOutcome.REFUSED),
    ]
    imports.apply_batch(actor=officer, batch=batch)
    withheld = Participation.objects.select_related("establishment__company").get(
        establishment__siret=make_siret(make_siren(2))
    )
    assert withheld.name == "Entreprise non diffusible 000\u202f000\u202f026"
    assert (withheld.establishment.commune_id, withheld.establishment.postal_code) == ("59350", "59160")
    assert withheld.establishment.company.is_undisclosed
    again = staged(programme, officer, json.dumps(register_answer(records[0], records[2])).encode())
    assert outcomes(again) == [(1, RowOutcome.UNCHANGED), (2, RowOutcome.UNCHANGED)]


def test_the_command_reads_checks_and_imports(programme: Programme, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_bytes(csv_of(f"{SIRETS[1]};Neuve;59000;Lille;;;;;;", "12;Fausse;59000;Lille;;;;;;"))
    told = io.StringIO()
    call_command("import_companies", str(path), programme=programme.slug, dry_run=True, stdout=told)
    assert Participation.objects.count() == 0
    assert (
        "à créer\u00a0: 1 · à mettre à jour\u00a0: 0 · rien à changer\u00a0: 0 · refusée\u00a0: 1"
        in told.getvalue()
    )
    call_command("import_companies", str(path), programme=programme.slug, stdout=told)
    assert Participation.objects.get().name == "Neuve"


@pytest.mark.parametrize(
    ("name", "slug", "told"),
    [
        ("absent.csv", "essai", "illisible"),
        ("vide.csv", "essai", "vide"),
        ("x.pdf", "essai", "tableau"),
        ("vide.csv", "inconnu", "inconnu"),
    ],
)
def test_the_command_says_why_it_stops(
    programme: Programme, tmp_path: Path, name: str, slug: str, told: str
) -> None:
    (tmp_path / "vide.csv").write_bytes(b"")
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    with pytest.raises(CommandError, match=told):
        call_command("import_companies", str(tmp_path / name), programme=slug)


def test_a_contact_known_by_name_receives_its_address(
    programme: Programme, officer: User, enter: Make
) -> None:
    participation = enter(1)
    services.add_contact(
        actor=officer, participation=participation, facts=services.ContactFacts("Exemple", "Ada")
    )
    headings = "SIRET;Raison sociale;Prénom du contact;Nom du contact;E-mail du contact"
    content = csv_of(f"{SIRETS[1]};Tissages imaginés 1;ada;EXEMPLE;ada@tissages.example", headings=headings)
    batch = staged(programme, officer, content)
    assert outcomes(batch) == [(2, RowOutcome.UPDATED)]
    imports.apply_batch(actor=officer, batch=batch)
    assert [(c.last_name, c.email) for c in Contact.objects.all()] == [("EXEMPLE", "ada@tissages.example")]


def test_dry_run_queries_do_not_grow_with_rows(
    programme: Programme, officer: User, count_queries: Any
) -> None:
    counts = []
    for number in (1, 3):
        rows = [f"{make_siret(make_siren(50 + n))};Entreprise {n};59000;Lille;;;;;;" for n in range(number)]
        batch = imports.receive_file(
            actor=officer, programme=programme, name=f"{number}.csv", content=csv_of(*rows)
        )
        with count_queries() as captured:
            imports.stage_batch(batch=batch)
        counts.append(len(captured))
    assert counts[0] == counts[1]
