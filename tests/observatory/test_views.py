import gzip
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from core.models import Job
from funding.models import Funder
from observatory import selectors, services
from observatory.enums import ReleaseStatus
from observatory.models import Release
from programme.models import Programme
from tests.observatory.factories import add_companies, make_version

pytestmark = pytest.mark.django_db


def test_public_page_is_the_same_for_everybody_and_needs_one_query(
    published: Release,
    programme: Programme,
    client: Client,
    officer: User,
    signed_in: Callable[[User], Client],
    count_queries: Callable[..., Any],
) -> None:
    address = f"/{programme.slug}/observatoire/"
    first = client.get(address)
    with count_queries(after=lambda: client.get(address)) as queries:
        again = client.get(address)
    assert len(queries) == 1, "the programme of the address"
    assert again.content == first.content == signed_in(officer).get(address).content
    assert "Set-Cookie" not in first.headers
    assert "Cookie" not in first.get("Vary", "")
    assert first["Cache-Control"] == "public, max-age=60"
    assert "csrfmiddlewaretoken" not in first.content.decode()
    answer = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (answer.status_code, answer.content) == (304, b"")
    packed = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "gzip"
    assert packed["ETag"] != first["ETag"]
    assert gzip.decompress(packed.content) == first.content


def test_public_page_says_what_it_shows(published: Release, programme: Programme, client: Client) -> None:
    page = client.get(f"/{programme.slug}/observatoire/").content.decode()
    for words in (
        "Millésime au 31\u00a0mars\u00a02026",
        "secret statistique",
        "Valeur maintenue",
        "Notes moyennes par dimension",
        "Entreprises par EPCI",
        "Besoins en compétences",
        "Source\u00a0: Eurostat",
        "Millésime au 15\u00a0mars\u00a02026",
    ):
        assert words in page
    assert page.count("<h1>") == 1


def test_filter_is_exactly_what_the_release_crosses(
    published: Release, programme: Programme, client: Client
) -> None:
    address = f"/{programme.slug}/observatoire/"
    filtered = client.get(f"{address}?population=secteur-BE").content.decode()
    assert '<option value="secteur-BE" selected>Industrie</option>' in filtered
    assert "Entreprises par EPCI" not in filtered
    everybody = client.get(address).content
    assert client.get(f"{address}?population=secteur-BE,taille-0-9").content == everybody
    assert client.get(f"{address}?population=epci-200093201&secteur=BE").content == everybody


def test_unknown_filters_do_not_fill_the_cache(
    published: Release, programme: Programme, client: Client
) -> None:
    address = f"/{programme.slug}/observatoire/"
    client.get(address)
    before = len(cache._cache)  # type: ignore[attr-defined]
    for number in range(20):
        client.get(f"{address}?population=secteur-{number}")
    assert len(cache._cache) <= before + 1  # type: ignore[attr-defined]


def test_a_new_publication_replaces_the_page(
    published: Release,
    programme: Programme,
    officer: User,
    client: Client,
    run_jobs: Callable[[], int],
    django_capture_on_commit_callbacks: Any,
) -> None:
    address = f"/{programme.slug}/observatoire/"
    assert "31\u00a0mars" in client.get(address).content.decode()
    release = services.prepare_release(programme=programme, reference_date=date(2026, 4, 1), actor=officer)
    run_jobs()
    with django_capture_on_commit_callbacks(execute=True):
        services.publish_release(release=Release.objects.get(pk=release.pk), actor=officer)
    page = client.get(address).content.decode()
    assert "Millésime au 1er\u00a0avril\u00a02026" in page
    former = client.get(f"{address}millesimes/2/").content.decode()
    assert "Un millésime plus récent est publié." in former


def test_nothing_published_yet(programme: Programme, client: Client) -> None:
    response = client.get(f"/{programme.slug}/observatoire/")
    assert response.status_code == 200
    assert "Aucun millésime n’est encore publié" in response.content.decode()


def test_programme_home_states_public_facts(programme: Programme, client: Client) -> None:
    page = client.get(f"/{programme.slug}/").content.decode()
    for words in ("Étude", "Accompagnement", "Formation", "Capitalisation", "1\u202f046\u202f100\u00a0€"):
        assert words in page
    assert f'href="/{programme.slug}/observatoire/"' in page


def test_a_programme_that_is_not_public_is_not_kept_by_proxies(
    programme: Programme, officer: User, signed_in: Callable[[User], Client], client: Client
) -> None:
    Programme.objects.filter(pk=programme.pk).update(is_public=False)
    address = f"/{programme.slug}/observatoire/"
    assert client.get(address).status_code == 302
    assert signed_in(officer).get(address)["Cache-Control"] == "private, max-age=60"


def test_staff_prepare_read_and_publish(
    programme: Programme,
    officer: User,
    signed_in: Callable[[User], Client],
    run_jobs: Callable[[], int],
    frozen_day: None,
) -> None:
    add_companies(programme, make_version(), [{}] * 30)
    browser, base = signed_in(officer), f"/{programme.slug}/millesimes/"
    assert "Aucun millésime" in browser.get(base).content.decode()
    data = {"reference_date": "2026-03-31", "title": "Printemps", "notes": "Premier millésime."}
    first = browser.post(f"{base}preparer/", data)
    again = browser.post(f"{base}preparer/", data)
    release = Release.objects.get()
    assert first["Location"] == again["Location"] == f"/{programme.slug}/travaux/{release.job_id}/"
    detail = f"{base}{release.pk}/"
    assert "Suivre le calcul" in browser.get(detail).content.decode()
    assert "pas prêt" in browser.get(f"{detail}publier/").content.decode()
    run_jobs()
    assert Job.objects.get().result["url"] == detail
    page = browser.get(detail).content.decode()
    for words in ("L’attaque n’a rien retrouvé.", "masqué", "Publier…", "Relancer le calcul"):
        assert words in page
    assert "ne change plus" in browser.get(f"{detail}publier/").content.decode()
    assert browser.post(f"{detail}publier/").status_code == 302
    assert browser.post(f"{detail}publier/").status_code == 302
    release.refresh_from_db()
    assert (release.status, release.title) == (ReleaseStatus.PUBLISHED, "Printemps")
    assert "Printemps" in browser.get(f"/{programme.slug}/observatoire/").content.decode()
    assert "Premier millésime." in browser.get(f"/{programme.slug}/observatoire/").content.decode()


def test_a_date_to_come_is_refused_beside_its_field(
    programme: Programme, officer: User, signed_in: Callable[[User], Client], frozen_day: None
) -> None:
    answer = signed_in(officer).post(
        f"/{programme.slug}/millesimes/preparer/", {"reference_date": "2026-05-01", "title": "Gardé"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "ne peut pas être dans l’avenir" in page
    assert "Gardé" in page
    assert not Release.objects.exists()


def test_list_of_releases_costs_the_same_for_one_and_three(
    programme: Programme,
    officer: User,
    signed_in: Callable[[User], Client],
    count_queries: Callable[..., Any],
) -> None:
    browser, costs = signed_in(officer), []
    for number in (1, 2, 3):
        Release.objects.create(
            programme=programme,
            number=number,
            title=f"Millésime {number}",
            reference_date=date(2026, number, 1),
        )
        with count_queries() as queries:
            browser.get(f"/{programme.slug}/millesimes/")
        costs.append(len(queries))
    assert costs[0] == costs[-1]


def test_indicator_counts_publications(published: Release, programme: Programme) -> None:
    assert selectors.releases_published(programme, date(2026, 4, 1), date(2026, 4, 30)) == 2
    assert selectors.releases_published(programme, date(2026, 5, 1), date(2026, 5, 31)) == 0


def test_a_release_being_computed_again_leads_to_its_progress(
    published: Release, programme: Programme, officer: User, run_jobs: Callable[[], int], signed_in: Any
) -> None:
    release = services.prepare_release(
        programme=programme, reference_date=published.reference_date, actor=officer
    )
    run_jobs()
    client, path = signed_in(officer), f"/{programme.slug}/millesimes/{release.pk}/"
    assert "Suivre le calcul" not in client.get(path).content.decode()
    services.recompute_release(release=release, actor=officer)
    page = client.get(path).content.decode()
    assert "Suivre le calcul" in page
    assert "calcul précédent" in page
    assert "Audit par attaque" in page


def test_a_funder_who_joins_shows_on_the_home_page(programme: Programme, client: Client) -> None:
    address = f"/{programme.slug}/"
    with time_machine.travel("2026-04-02T10:00:00+02:00", tick=False) as clock:
        assert "Région fictive" not in client.get(address).content.decode()
        Funder.objects.create(
            programme=programme, name="Région fictive", short_name="Région", agreed_cents=1, position=1
        )
        clock.shift(61)
        assert "Région fictive" in client.get(address).content.decode()
