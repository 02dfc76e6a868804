"""Loads the reference data of ``programme/content``: territory and activities.

Kept apart from ``services`` because it writes thousands of rows of reference, not acts of a person.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from programme.models import (
    Activity,
    Arrondissement,
    Commune,
    Department,
    Epci,
    FormerCommune,
    Region,
)

CONTENT = Path(__file__).parent / "content"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (CONTENT / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def install_territory() -> None:
    """Load the region, its departments, arrondissements, EPCI and communes; loading twice updates names."""
    for row in _rows("region_hdf"):
        Region.objects.update_or_create(code=row["code_region"], defaults={"name": row["nom"]})
    Department.objects.bulk_create(
        [
            Department(code=row["code_departement"], name=row["nom"], region_id=row["code_region"])
            for row in _rows("departements_hdf")
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "region"],
    )
    Arrondissement.objects.bulk_create(
        [
            Arrondissement(
                code=row["code_arrondissement"], name=row["nom"], department_id=row["code_departement"]
            )
            for row in _rows("arrondissements_hdf")
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "department"],
    )
    _install_epci()
    _install_communes()


def _install_epci() -> None:
    centres = {row["siren_epci"]: row for row in _rows("epci_centres")}
    departments = set(Department.objects.values_list("code", flat=True))
    epcis = []
    for row in _rows("epci_hdf"):
        # An EPCI that straddles the region's border is shown in its department of the region.
        inside = [code for code in row["departements"].replace("|", " ").split() if code in departments]
        main = row["departement_principal"]
        centre = centres.get(row["siren_epci"])
        epcis.append(
            Epci(
                siren=row["siren_epci"],
                name=row["nom"],
                kind=row["type"],
                department_id=main if main in departments else inside[0],
                population=int(row["population_municipale"]),
                longitude=float(centre["longitude"]) if centre else None,
                latitude=float(centre["latitude"]) if centre else None,
            )
        )
    Epci.objects.bulk_create(
        epcis,
        update_conflicts=True,
        unique_fields=["siren"],
        update_fields=["name", "kind", "department", "population", "longitude", "latitude"],
    )


def _install_communes() -> None:
    Commune.objects.bulk_create(
        [
            Commune(
                code=row["code_insee"],
                name=row["nom"],
                department_id=row["code_departement"],
                arrondissement_id=row["code_arrondissement"],
                epci_id=row["siren_epci"] or None,
                population=int(row["population_municipale"]),
                postal_codes=row["codes_postaux"].replace("|", " ").split(),
            )
            for row in _rows("communes_hdf")
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "department", "arrondissement", "epci", "population", "postal_codes"],
    )
    FormerCommune.objects.bulk_create(
        [
            FormerCommune(
                code=row["code_insee_ancien"], name=row["nom_ancien"], commune_id=row["code_insee_actuel"]
            )
            for row in _rows("communes_anciennes_hdf")
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "commune"],
    )


@transaction.atomic
def install_activities() -> None:
    """Load NAF rév. 2, level by level so that parents exist; loading twice updates labels."""
    a10 = {row["section"]: row["a10"] for row in _rows("naf_sections")}
    rows = sorted(_rows("naf_rev2"), key=lambda row: int(row["niveau"]))
    Activity.objects.bulk_create(
        [
            Activity(
                code=row["code"],
                level=int(row["niveau"]),
                parent_id=row["code_parent"] or None,
                section=row["section"],
                label=row["libelle"],
                a10=a10[row["section"]],
            )
            for row in rows
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["level", "parent", "section", "label", "a10"],
    )
