"""Files nobody can import, sent through the page with the limits of production.

Each is answered by words that name the place, and leaves nothing behind.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from companies.import_xlsx import MAX_UNPACKED_BYTES
from companies.models import Company, ImportBatch, ImportRow, Participation
from core import jobs
from core.models import Job
from tests.companies.samples import make_siren, make_siret, repack, workbook

pytestmark = pytest.mark.django_db
PAGE = "/essai/entreprises/imports/"
SIRET = make_siret(make_siren(1))
SOUND = f"SIRET;Nom\n{SIRET};Tissages\n".encode()


def bomb() -> bytes:
    """A workbook of a few hundred kilobytes that unfolds beyond what a worker may hold."""
    return repack(
        workbook([["SIRET", "Nom"], [SIRET, "Tissages"]]), {"xl/media/a.bin": bytes(MAX_UNPACKED_BYTES + 1)}
    )


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: SOUND + f"{SIRET};".encode() + b"\x81\xf0\xfe\n",
            "Ligne 3 : des caractères sont illisibles",
        ),
        (lambda: SOUND + "3;é\n".encode() + b"4;\xe9t\xe9\n", "Ligne 4 : le fichier mélange deux encodages"),
        (lambda: f"SIRET;Ville\n{SIRET};Lille\n".encode(), "La colonne « Raison sociale » manque"),
        (lambda: workbook([["SIRET", "Nom"], [SIRET, "=A1"]]), "cellule B2"),
        (lambda: SOUND + b"3;=1+1\n", "la cellule contient une formule"),
        (bomb, "se déploie en un volume démesuré"),
        (lambda: b"%PDF-1.7\n%%EOF\n", "Ce n’est pas un tableau"),
        (lambda: b"PK\x03\x04 abc", "Le classeur est abîmé"),
    ],
    ids=["encoding", "two-encodings", "column", "xlsx-formula", "csv-formula", "bomb", "pdf", "broken"],
)
def test_the_page_names_the_place_and_nothing_is_imported(
    make: Callable[[], bytes], told: str, signed_in: Callable[[User], Client], officer: User
) -> None:
    office = signed_in(officer)
    answer = office.post(PAGE, {"file": SimpleUploadedFile("liste.csv", make())})
    jobs.drain()
    page = office.get(answer["Location"]).content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    assert told in page
    assert "Rien n’a été importé." in page
    assert office.post(f"{answer['Location']}confirmer/").status_code == 302
    jobs.drain()
    assert [model.objects.count() for model in (ImportRow, Company, Participation)] == [0, 0, 0]


def test_fifty_megabytes_are_refused_on_the_form(signed_in: Callable[[User], Client], officer: User) -> None:
    office = signed_in(officer)
    heavy = SOUND + b"x" * (50 * 1024 * 1024)
    answer = office.post(PAGE, {"file": SimpleUploadedFile("liste.csv", heavy)})
    limit = settings.IMPORT_MAX_BYTES // 1024**2
    assert answer.status_code == 422
    assert f"{limit} Mo" in " ".join(answer.context["form"].errors["file"]).replace("\u00a0", " ")
    assert [model.objects.count() for model in (ImportBatch, Job, Participation)] == [0, 0, 0]
