"""Fictional inputs with the structure of the real ones.

Numbers belong to the range INSEE never attributes, or were made up to pass
the check; names are invented.
"""

import io
import zipfile
from collections.abc import Mapping

import xlsxwriter
from stdnum import luhn

from companies.gazetteer import Gazetteer, build_gazetteer


def make_siren(rank: int, prefix: str = "000") -> str:
    body = f"{prefix}{rank:0{8 - len(prefix)}d}"
    return body + luhn.calc_check_digit(body)


def make_siret(siren: str, nic: int = 1) -> str:
    body = f"{siren}{nic:04d}"
    return body + luhn.calc_check_digit(body)


SIREN = make_siren(1)
SIRET = make_siret(SIREN)


def gazetteer() -> Gazetteer:
    """A small region: department 59, and Aisne's zeros at the head of codes."""
    return build_gazetteer(
        [
            ("59350", "Lille", ["59000", "59160", "59260"]),
            ("59178", "Douai", ["59500"]),
            ("80021", "Amiens", ["80000", "80080"]),
            ("02408", "Laon", ["02000"]),
            ("59527", "Saint-André-lez-Lille", ["59350"]),
            ("02037", "Aulnois-sous-Laon", ["02000"]),
            ("02439", "Les Septvallons", ["02160"]),
        ],
        [
            ("59355", "Lomme", "59350"),
            ("59298", "Hellemmes-Lille", "59350"),
            ("02045", "", "02439"),
            ("27001", "Ailleurs", "27999"),
        ],
    )


def register_place(siret: str, **changes: object) -> dict[str, object]:
    """An establishment as the register lists it, every key present."""
    place: dict[str, object] = {
        "activite_principale": "62.02A",
        "activite_principale_naf25": None,
        "ancien_siege": False,
        "annee_tranche_effectif_salarie": None,
        "adresse": "12 RUE DES TISSERANDS 59500 DOUAI",
        "caractere_employeur": "O",
        "code_postal": "59500",
        "commune": "59178",
        "date_creation": "2015-01-13",
        "date_debut_activite": "2015-01-13",
        "date_fermeture": None,
        "epci": "200044618",
        "est_siege": False,
        "etat_administratif": "A",
        "geo_id": None,
        "latitude": "50.37",
        "libelle_commune": "DOUAI",
        "liste_enseignes": None,
        "liste_finess": None,
        "liste_id_bio": None,
        "liste_idcc": None,
        "liste_id_organisme_formation": None,
        "liste_rge": None,
        "liste_uai": None,
        "longitude": "3.08",
        "nom_commercial": None,
        "region": "32",
        "siret": siret,
        "statut_diffusion_etablissement": "O",
        "tranche_effectif_salarie": "12",
    }
    return {**place, **changes}


PARIS = {
    "adresse": "1 PLACE IMAGINAIRE 75015 PARIS",
    "code_postal": "75015",
    "commune": "75115",
    "libelle_commune": "PARIS",
    "region": "11",
    "epci": "200054781",
}


def register_record(siren: str = SIREN, **changes: object) -> dict[str, object]:
    """A legal unit as the register describes it, every key present."""
    siret = make_siret(siren)
    record: dict[str, object] = {
        "siren": siren,
        "nom_complet": "FILATURES IMAGINAIRES DU NORD (FIN)",
        "nom_raison_sociale": "FILATURES IMAGINAIRES DU NORD",
        "sigle": "FIN",
        "nombre_etablissements": 1,
        "nombre_etablissements_ouverts": 1,
        "siege": register_place(siret, est_siege=True, departement="59", cedex=None),
        "activite_principale": "62.02A",
        "activite_principale_naf25": "62.20Y",
        "categorie_entreprise": "PME",
        "caractere_employeur": None,
        "annee_categorie_entreprise": "2023",
        "date_creation": "2015-01-13",
        "date_fermeture": None,
        "date_mise_a_jour": "2026-05-17T11:09:34",
        "date_mise_a_jour_insee": "2026-03-22T14:26:06",
        "date_mise_a_jour_rne": None,
        "dirigeants": [],
        "etat_administratif": "A",
        "nature_juridique": "5710",
        "section_activite_principale": "J",
        "tranche_effectif_salarie": "12",
        "annee_tranche_effectif_salarie": "2023",
        "statut_diffusion": "O",
        "matching_etablissements": [],
        "immatriculation": None,
        "finances": None,
        "complements": {"est_association": False, "liste_idcc": None},
        "admin": {"slug": "filatures-imaginaires", "a_acces_espace_agent": False},
    }
    return {**record, **changes}


def register_answer(*records: Mapping[str, object], total: int | None = None) -> dict[str, object]:
    return {
        "results": list(records),
        "total_results": len(records) if total is None else total,
        "page": 1,
        "per_page": 10,
        "total_pages": 1,
    }


def workbook(rows: list[list[object]], *, sheet: str = "Entreprises", **options: object) -> bytes:
    """An XLSX file; a text beginning with ``=`` is written as a formula."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return stream.getvalue()


def repack(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """The same archive with some parts replaced or added."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(name, replaced.get(name, source.read(name)))
        for name in set(replaced) - set(source.namelist()):
            target.writestr(name, replaced[name])
    return stream.getvalue()
