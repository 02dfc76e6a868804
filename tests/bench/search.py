"""The search of companies among 100 000, beside the floor page of the same server.

``python -m tests.bench.search [--companies N] [--seconds N]`` fills the database once (a programme of its
own, fictional companies) and prints Markdown. Run it on PostgreSQL, then on SQLite (``DATABASE_URL``).
"""

import argparse
import os
import random
import statistics
import tempfile
from datetime import date
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 -- after setup
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.services import ensure_user  # noqa: E402
from companies.enums import Stage  # noqa: E402
from companies.gazetteer import fold  # noqa: E402
from companies.models import Company, Contact, Establishment, Participation  # noqa: E402
from companies.selectors.searching import search  # noqa: E402
from edec_ia.demonstration.names import surname  # noqa: E402
from programme.enums import Role  # noqa: E402
from programme.models import Activity, Commune, Programme, Region  # noqa: E402
from programme.official import AXES, TOTAL_CENTS  # noqa: E402
from programme.services import create_programme, grant_role  # noqa: E402
from tests.bench.server import Page, Server  # noqa: E402
from tests.companies.samples import make_siren, make_siret  # noqa: E402

SLUG = "cent-mille"
_NAMES = random.Random(7)
SURNAMES = tuple(surname(_NAMES) for _rank in range(4000))
TRADES = (
    *("Tissages", "Menuiserie", "Boulangerie", "Fonderie", "Imprimerie", "Transports", "Cabinet", "Atelier"),
    *("Plastiques", "Brasserie", "Logistique", "Garage", "Papeterie", "Verrerie", "Chaudronnerie", "Optique"),
)
SEARCHES = (
    ("nom exact", "tissages {surname}"),
    ("une faute", "tisages {surname}"),
    ("deux fautes", "chaudronerie {typo}"),
    ("SIRET", "{siret}"),
    ("contact", "{contact}"),
    ("rien d’approchant", "xylophonistes"),
)
CHUNK = 2000


def fill(count: int) -> Programme:
    """The measured programme, whole or made now."""
    programme = Programme.objects.filter(slug=SLUG).first()
    if programme is not None:
        return programme
    if not Region.objects.filter(code="32").exists():
        call_command("seed", verbosity=0)
    with transaction.atomic():
        programme = create_programme(
            actor=None,
            slug=SLUG,
            name="Cent mille entreprises",
            short_name="100 000",
            region=Region.objects.get(code="32"),
            starts_on=date(2026, 1, 1),
            ends_on=date(2027, 12, 31),
            total_cents=TOTAL_CENTS,
            axes=AXES,
            is_demonstration=True,
        )
        user = ensure_user(email="mesure@essai.example", first_name="Mesure", last_name="Essai")
        grant_role(actor=None, user=user, programme=programme, role=Role.OFFICER)
        rng = random.Random(1)
        communes = list(Commune.objects.select_related("epci").order_by("code"))
        activities = list(Activity.objects.filter(level=5).order_by("code"))
        for start in range(0, count, CHUNK):
            _write(programme, range(start, min(start + CHUNK, count)), rng, communes, activities)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return programme


def _write(
    programme: Programme,
    ranks: range,
    rng: random.Random,
    communes: list[Commune],
    activities: list[Activity],
) -> None:
    drawn = [
        (rank, rng.choice(TRADES), rng.choice(SURNAMES), rng.choice(SURNAMES), rng.choice(communes))
        for rank in ranks
    ]
    legal = Company.objects.bulk_create(
        Company(siren=make_siren(rank), name=f"{trade} {surname} {rank}")
        for rank, trade, surname, _person, _commune in drawn
    )
    places = Establishment.objects.bulk_create(
        Establishment(company=company, siret=make_siret(company.siren), commune=row[4], city=row[4].name)
        for company, row in zip(legal, drawn, strict=True)
    )
    rows = []
    for place, company, (_rank, _trade, _surname, person, commune) in zip(places, legal, drawn, strict=True):
        activity = rng.choice(activities)
        contact = f"{person} {person}@entreprise.example"
        rows.append(
            Participation(
                programme=programme,
                establishment=place,
                name=company.name,
                city=commune.name,
                stage=rng.choice(list(Stage)),
                section=activity.section,
                activity_code=activity.code,
                size_band=rng.choice(("0-9", "10-49", "50-249")),
                department_code=commune.department_id,
                epci_siren=commune.epci_id or "",
                search_text=f"{place.siret} {fold(f'{company.name} {commune.name} {contact}')}",
            )
        )
    kept = Participation.objects.bulk_create(rows)
    Contact.objects.bulk_create(
        Contact(participation=row, last_name=drawn_row[3], is_main=True)
        for row, drawn_row in zip(kept, drawn, strict=True)
    )


def main() -> None:
    """Fill, load, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--companies", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    programme = fill(options.companies)
    user = programme.role_grants.select_related("user")[0].user
    client = Client()
    client.force_login(user)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    words = {
        "surname": fold(SURNAMES[3]).split()[0],
        "typo": fold(SURNAMES[5]).split()[0][1:],
        "siret": make_siret(make_siren(41_007 % options.companies)),
        "contact": f"{fold(SURNAMES[7]).split()[0]}@entreprise",
    }
    print(f"{programme.participations.count()} entreprises, {connection.vendor}.\n")
    print("| recherche | réponses | requêtes SQL | p50 ms | p99 ms | plancher p99 ms | rapport des p99 |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            for name, pattern in SEARCHES:
                text = pattern.format(**words)
                for fragment in (True, False):
                    _measure(server, client, cookie, name, text, options, fragment=fragment)
        finally:
            server.stop()


def _measure(
    server: Server,
    client: Client,
    cookie: str,
    name: str,
    text: str,
    options: argparse.Namespace,
    *,
    fragment: bool,
) -> None:
    path = f"/{SLUG}/entreprises/?q={text.replace(' ', '+')}"
    headers = {"HX-Request": "true", "HX-Target": "results"} if fragment else {}
    client.get(path, headers=headers)
    with CaptureQueriesContext(connection) as captured:
        status = client.get(path, headers=headers).status_code
    if status != 200:
        raise RuntimeError(f"{path}: {status}")
    page = Page(name, path, cookie, htmx=fragment, target="results" if fragment else "")
    floor = Page("Plancher", "/bench/plancher/")
    server.load(page, seconds=1)
    ratios, loads, floors = [], [], []
    for _round in range(options.rounds):
        floors.append(server.load(floor, seconds=options.seconds).p99)
        loads.append(server.load(page, seconds=options.seconds))
        if loads[-1].refused:
            raise RuntimeError(f"{path}: {loads[-1].refused} refused")
        ratios.append(loads[-1].p99 / floors[-1])
    kind = "pendant la frappe" if fragment else "page entière"
    programme = Programme.objects.get(slug=SLUG)
    rows = Participation.objects.for_programme(programme)
    count = search(rows, text, programme_id=programme.pk).rows.count()
    p50, p99 = (statistics.median(getattr(load, key) for load in loads) for key in ("p50", "p99"))
    print(
        f"| {name} « {text} », {kind} | {count} | {len(captured)} | {p50:.0f} | {p99:.0f} "
        f"| {statistics.median(floors):.0f} | {statistics.median(ratios):.1f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
