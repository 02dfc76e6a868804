"""The attack at every door: whatever is asked, no figure rests on fewer than five companies."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from observatory import selectors
from observatory.models import Release, ReleaseCell
from programme.enums import Role
from programme.models import Programme
from programme.services import issue_api_token

pytestmark = pytest.mark.django_db

REASONS = ("primary", "secondary", "empty", "moins de 5 entreprises, ou une seule")


@pytest.fixture
def secrets(published: Release) -> set[tuple[str, str, str]]:
    """Cells of the last release that nobody may read."""
    cells = ReleaseCell.objects.filter(table__release=published).exclude(status="published")
    found = set(cells.values_list("table__code", "row", "column"))
    assert len(found) > 10
    return found


def assert_safe(cells: list[dict[str, Any]], table: str, secrets: set[tuple[str, str, str]]) -> None:
    for cell in cells:
        if (table, cell["row"], cell["column"]) in secrets:
            assert (cell["state"], cell["count"], cell["mean"]) == ("secret", None, None)
        else:
            assert cell["state"] == "published"
            assert cell["count"] >= 5


def test_json_of_a_release(
    published: Release, programme: Programme, client: Client, secrets: set[tuple[str, str, str]]
) -> None:
    response = client.get(f"/{programme.slug}/observatoire/millesimes/{published.number}/donnees.json")
    assert response["Content-Type"] == "application/json; charset=utf-8"
    document = json.loads(response.content)
    assert document["companies"] == published.companies
    assert {table["code"] for table in document["tables"]} == set(
        published.tables.values_list("code", flat=True)
    )
    for table in document["tables"]:
        assert_safe(table["cells"], table["code"], secrets)
    assert not any(word in response.content.decode() for word in REASONS)


def test_package_of_a_release(
    published: Release, programme: Programme, client: Client, secrets: set[tuple[str, str, str]]
) -> None:
    address = f"/{programme.slug}/observatoire/millesimes/{published.number}/donnees.zip"
    response = client.get(address)
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as package:
        descriptor = json.loads(package.read("datapackage.json"))
        resources = {resource["name"]: resource for resource in descriptor["resources"]}
        assert set(resources) == set(published.tables.values_list("code", flat=True))
        assert set(package.namelist()) == {"datapackage.json", *(r["path"] for r in resources.values())}
        for code, resource in resources.items():
            rows = list(csv.DictReader(io.StringIO(package.read(resource["path"]).decode())))
            fields = {field["name"]: field for field in resource["schema"]["fields"]}
            assert list(rows[0]) == list(fields)
            assert (fields["companies"]["type"], fields["mean"]["type"]) == ("integer", "number")
            for row in rows:
                assert row["state"] in fields["state"]["constraints"]["enum"]
                if (code, row["row"], row["column"]) in secrets:
                    assert (row["companies"], row["mean"], row["state"]) == ("", "", "secret")
                else:
                    assert int(row["companies"]) >= 5
    assert client.get(address).content == response.content


def test_csv_of_every_table(
    published: Release, programme: Programme, client: Client, secrets: set[tuple[str, str, str]]
) -> None:
    base = f"/{programme.slug}/observatoire/millesimes/{published.number}/"
    codes = published.tables.values_list("code", flat=True)
    for address in [f"{base}donnees.csv", *(f"{base}tableaux/{code}.csv" for code in codes)]:
        response = client.get(address)
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
        assert len(rows) > 1
        for table, row, _label, column, _words, count, mean, state in rows[1:]:
            if (table, row, column) in secrets:
                assert (count, mean, state) == ("", "", "secret")
            else:
                assert int(count) >= 5
                assert state in ("publié", "maintenu")


def test_api(
    published: Release,
    programme: Programme,
    director: User,
    client: Client,
    secrets: set[tuple[str, str, str]],
) -> None:
    _token, secret = issue_api_token(
        actor=director, programme=programme, user=director, role=Role.DIRECTOR, name="essai"
    )
    headers = {"Authorization": f"Bearer {secret}"}
    base = f"/api/v1/{programme.slug}/releases/"
    listed = client.get(base, headers=headers).json()
    assert [one["number"] for one in listed] == [2, 1]
    detail = client.get(f"{base}{published.number}/", headers=headers).json()
    for table in detail["tables"]:
        assert_safe(table["cells"], table["code"], secrets)
        alone = client.get(f"{base}{published.number}/tables/{table['code']}/", headers=headers).json()
        assert alone == table
    assert client.get(f"{base}9/", headers=headers).status_code == 404
    assert client.get(f"{base}{published.number}/tables/rien/", headers=headers).status_code == 404
    assert client.get(base).status_code == 401


def figures_of(page: str) -> list[int]:
    """Every number of companies a page shows: in a table, beside a bar, in a tile."""
    text = re.sub(r"<(style|script|nav|footer|header|select|dl)\b.*?</\1>", " ", page, flags=re.DOTALL)
    cells = re.findall(r"<(?:td|text|span class=\"meta\"|p class=\"value\")[^>]*>([^<]*)<", text)
    found = []
    for cell in cells:
        match = re.fullmatch(r"\s*(\d[\d\u202f]*)(?:\u00a0\*)?(?: · \d+\u00a0%)?\s*", cell)
        if match:
            found.append(int(match[1].replace("\u202f", "")))
    return found


def test_pages(published: Release, programme: Programme, client: Client) -> None:
    base = f"/{programme.slug}/observatoire/"
    tables = selectors.release_tables(published)
    shown = {one.count for table in tables.values() for one in table.cells if one.count is not None}
    ticks = {0, 1, 10, 15, 20, 25, 30, 40, 50, 60}
    addresses = [base, f"{base}?population=secteur-BE", f"{base}?population=taille-10-49"]
    addresses += [f"{base}?population=departement-D80", f"{base}millesimes/1/"]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
    for code in tables:
        page = client.get(f"{base}millesimes/{published.number}/tableaux/{code}/").content.decode()
        assert {number for number in figures_of(page) if number not in ticks} <= shown
        assert not any(word in page for word in REASONS)


def test_an_unpublished_release_is_not_there(
    published: Release, programme: Programme, officer: User, client: Client
) -> None:
    from observatory import services

    hidden = services.prepare_release(
        programme=programme, reference_date=published.reference_date, actor=officer
    )
    base = f"/{programme.slug}/observatoire/millesimes/{hidden.number}/"
    for address in ("", "donnees.csv", "donnees.json", "tableaux/level/", "tableaux/level.csv"):
        assert client.get(base + address).status_code == 404
    for read in (selectors.release_tables, selectors.release_view):
        with pytest.raises(ValueError, match="published"):
            read(hidden)
    with pytest.raises(ValueError, match="published"):
        selectors.release_table(hidden, "level")


def test_the_day_of_publication_is_that_of_local_clocks() -> None:
    late = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    release = Release(number=1, title="Essai", status="published", published_at=late)
    assert selectors.release_view(release).published_on == date(2026, 7, 1)


def test_another_programme_has_no_release(
    published: Release, other_programme: Programme, client: Client, signed_in: Callable[..., Client]
) -> None:
    number = published.number
    assert client.get(f"/{other_programme.slug}/observatoire/millesimes/{number}/").status_code == 404
    assert selectors.published_release(other_programme) is None
