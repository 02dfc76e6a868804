"""``make bench``: what the product costs, as shares of a floor page measured in the same run.

Prints Markdown for ``docs/mesures.md``. Needs a loaded demonstration (``scripts/bench.sh`` makes it).
Usage: ``python -m tests.bench.run [--seconds N] [--rounds N]``.
"""

import argparse
import cProfile
import os
import pstats
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.bench.settings")
django.setup()

from django.db import connection  # noqa: E402 -- after setup
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.backends import PERSON_BACKEND  # noqa: E402
from accounts.models import User  # noqa: E402
from diagnostics.enums import DiagnosticStatus  # noqa: E402
from diagnostics.models import Answer, Diagnostic  # noqa: E402
from diagnostics.selectors.questionnaires import definition_of  # noqa: E402
from programme.enums import Role  # noqa: E402
from programme.models import Programme  # noqa: E402
from tests.bench.server import Page, Server, Turn  # noqa: E402

FLOOR = Page("Plancher (1 requête, 25 lignes)", "/bench/plancher/")
# How many managers answer at the same time where saving is measured: more than wrk has connections.
SAVING = 8
LAYERS = (
    (
        "gabarits",
        ("/django/template/", "/template_partials/", "/django/utils/html", "/django/utils/safestring"),
    ),
    ("base de données", ("/django/db/", "psycopg2", "sqlite3")),
    ("formulaires", ("/django/forms/", "/django_filters/")),
    (
        "adresses et intergiciels",
        ("/django/urls/", "/middleware", "/django/core/handlers/", "/csp/", "/allauth/"),
    ),
    ("sessions et comptes", ("/contrib/sessions/", "/contrib/auth/", "/django/core/signing", "json")),
)


def _signed_in(user: User) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend=PERSON_BACKEND)
    return client


def _holder(programme: Programme, role: Role) -> User:
    return User.objects.filter(role_grants__programme=programme, role_grants__role=role).order_by("pk")[0]


def _cookie(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def _saved_by(diagnostic: Diagnostic) -> tuple[Client, str, list[Turn]]:
    """A manager in front of the first section of her questionnaire, its address, and two answers in turn."""
    manager = _signed_in(User.objects.filter(memberships__participation=diagnostic.participation_id)[0])
    definition = definition_of(diagnostic.version)
    dimension = definition.dimensions[0]
    question = next(each for each in dimension.questions if each.kind == "single" and each.show_if is None)
    base = f"/{diagnostic.programme.slug}/espace/diagnostics/{diagnostic.pk}"
    section = f"{base}/parties/{dimension.code}/"
    manager.get(section)
    turns = [
        Turn(
            f"{base}/reponses/{question.code}/",
            _cookie(manager),
            manager.cookies["csrftoken"].value,
            f"q-{question.code}={choice.code}&vu={question.code}",
        )
        for choice in question.choices[:2]
    ]
    return manager, section, turns


def _pages(programme: Programme) -> list[tuple[Page, Client]]:
    slug = programme.slug
    officer = _signed_in(_holder(programme, Role.DIRECTOR))
    started = Diagnostic.objects.filter(
        programme=programme, status=DiagnosticStatus.STARTED, participation__memberships__isnull=False
    )
    managers = [
        _saved_by(each)
        for each in started.select_related("version", "programme").order_by("pk").distinct()[:SAVING]
    ]
    manager, section, _own = managers[0]
    # Every manager once, then every manager again with the other answer.
    turns = tuple(own[rank] for rank in range(2) for _manager, _section, own in managers)
    cookie, company = _cookie(officer), _cookie(manager)
    return [
        (Page("Liste des entreprises", f"/{slug}/entreprises/", cookie), officer),
        (Page("Tableau de bord", f"/{slug}/tableau-de-bord/", cookie), officer),
        (Page("Budget", f"/{slug}/budget/", cookie), officer),
        (Page("Une page du questionnaire", section, company), manager),
        (
            Page("Enregistrement d’une réponse (POST)", turns[0].path, "", "POST", turns, htmx=True),
            manager,
        ),
        (Page("Observatoire public", f"/{slug}/observatoire/"), Client()),
    ]


def _ask(client: Client, page: Page, turn: int = 0) -> int:
    """Ask for a page; of the turns, those of the first person only: ``turn`` 0, then 1."""
    headers = {"HX-Request": "true"} if page.htmx else {}
    if page.method == "POST":
        sent = page.turns[turn * len(page.turns) // 2]
        headers["X-CSRFToken"] = sent.csrf
        response = client.post(
            sent.path, sent.body, content_type="application/x-www-form-urlencoded", headers=headers
        )
    else:
        response = client.get(page.path, headers=headers)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response.status_code != 200:
        raise RuntimeError(f"{page.path}: {response.status_code} {content[:300]!r}")
    return len(content)


def _queries(client: Client, page: Page) -> int:
    _ask(client, page)
    with CaptureQueriesContext(connection) as captured:
        _ask(client, page, turn=1)
    return len(captured)


def _profile(client: Client, page: Page, times: int = 60) -> str:
    _ask(client, page)
    profile = cProfile.Profile()
    profile.enable()
    for index in range(times):
        _ask(client, page, turn=index % 2)
    profile.disable()
    spent: dict[str, float] = defaultdict(float)
    rows = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (filename, _line, function), (_calls, _primitive, own, _cumulated, _callers) in rows.items():
        place = f"{filename}:{function}"
        layer = next((name for name, marks in LAYERS if any(mark in place for mark in marks)), "")
        if not layer:
            layer = (
                "notre code"
                if f"{Path.cwd()}/" in filename and ".venv" not in filename
                else "Python et Django"
            )
        spent[layer] += own
    total = sum(spent.values())
    parts = sorted(spent.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {share / total:.0%}" for name, share in parts if share / total >= 0.03)


def _load_table(server: Server, pages: list[tuple[Page, Client]], seconds: int, rounds: int) -> None:
    print("| page | req/s | part du plancher | p50 ms | p99 ms | requêtes SQL | octets |")
    print("|---|---|---|---|---|---|---|")
    floors: list[float] = []
    for page, client in pages:
        server.load(page, seconds=2)
        ratios, loads = [], []
        for _round in range(rounds):
            floor = server.load(FLOOR, seconds=seconds)
            load = server.load(page, seconds=seconds)
            if load.refused:
                raise RuntimeError(f"{page.name}: {load.refused} answers refused")
            floors.append(floor.rate)
            ratios.append(load.rate / floor.rate)
            loads.append(load)
        middle = sorted(loads, key=lambda load: load.rate)[len(loads) // 2]
        print(
            f"| {page.name} | {middle.rate:.0f} | {statistics.median(ratios):.0%} | {middle.p50:.1f} "
            f"| {middle.p99:.1f} | {_queries(client, page)} | {_ask(client, page)} |"
        )
    print(f"| {FLOOR.name} | {statistics.median(floors):.0f} | 100 % | | | 1 | |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="pages whose name holds this text")
    options = parser.parse_args()
    programme = Programme.objects.get(slug="demonstration")
    print("### Pages sous charge (gunicorn, 2 processus, 4 connexions)\n")
    print(
        f"{programme.participations.count()} entreprises, {Answer.objects.count()} réponses, "
        f"{connection.vendor}, Python {sys.version.split()[0]}.\n"
    )
    pages = [each for each in _pages(programme) if options.only in each[0].name]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            _load_table(server, pages, options.seconds, options.rounds)
        finally:
            server.stop()
    print("\n### Où va le temps (cProfile, 60 appels)\n\n| page | répartition |\n|---|---|")
    for page, client in pages:
        print(f"| {page.name} | {_profile(client, page)} |")


if __name__ == "__main__":
    main()
