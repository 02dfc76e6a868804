"""Groups of companies, agreements of contacts, several companies of one person."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from companies import services
from companies.enums import ConsentChannel, EventKind
from companies.models import (
    CompanyGroup,
    Contact,
    ContactConsent,
    Membership,
)
from companies.notices import CURRENT, NOTICES
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db
LIST = "/essai/entreprises/"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(signed_in: SignIn, officer: User) -> Client:
    return signed_in(officer)


# --- groups --------------------------------------------------------------------------------------------


def test_groups_are_entered_shown_and_left(office: Client, enter: Make, officer: User) -> None:
    head = enter(1, name="Tête")
    site = enter(2, name="Autre site", siret=make_siret(make_siren(1), 2))
    far = enter(3, name="Filiale lointaine")
    group = services.set_group(actor=officer, participation=head, name="Groupe inventé")
    assert group is not None
    url = f"{LIST}groupes/{group.pk}/"
    page = office.get(url)
    assert [row.name for row in page.context["likely"]] == ["Autre site"]
    assert [row.name for row in office.get(f"{url}?q=filliale").context["found"]] == ["Filiale lointaine"]
    for participation, role in ((head, "head"), (site, ""), (far, "subsidiary")):
        for _click in range(2):
            answer = office.post(f"{url}membres/", {"participation": participation.pk, "role": role})
            assert answer.status_code == 302
    assert [(row.name, row.role_label) for row in office.get(url).context["members"]] == [
        ("Tête", "tête de groupe"),
        ("Autre site", ""),
        ("Filiale lointaine", "filiale"),
    ]
    detail = office.get(f"{LIST}{head.pk}/")
    assert [(row.name, row.role) for row in detail.context["relatives"]] == [
        ("Autre site", ""),
        ("Filiale lointaine", "filiale"),
    ]
    assert [row.name for row in office.get(f"{LIST}?groupe={group.pk}").context["rows"]] == [
        "Autre site",
        "Filiale lointaine",
        "Tête",
    ]
    assert office.post(url, {"name": "Nouveau nom"}).status_code == 302
    services.set_group(actor=officer, participation=enter(4), name="Autre groupe")
    assert office.post(url, {"name": "Autre groupe"}).status_code == 422
    assert "Nouveau nom" in office.get(f"{LIST}groupes/").content.decode()
    for participation in (head, site, far):
        office.post(f"{url}membres/", {"participation": participation.pk, "retirer": "1"})
    assert not CompanyGroup.objects.filter(pk=group.pk).exists()
    assert office.get(url).status_code == 404


def test_groups_of_another_programme_do_not_exist(
    office: Client, enter: Make, other_programme: Programme, officer: User
) -> None:
    foreign = enter(1, programme=other_programme, actor=None)
    group = services.set_group(actor=None, participation=foreign, name="Ailleurs")
    assert group is not None
    url = f"{LIST}groupes/{group.pk}/"
    assert office.get(url).status_code == 404
    mine = services.set_group(actor=officer, participation=enter(2), name="Ici")
    assert mine is not None
    answer = office.post(f"{LIST}groupes/{mine.pk}/membres/", {"participation": foreign.pk, "role": ""})
    assert answer.status_code == 404


def test_an_advisor_sees_only_the_relatives_she_follows(
    enter: Make, officer: User, advisor: User, signed_in: SignIn
) -> None:
    mine, hidden = enter(1, advisor=advisor), enter(2, name="Cachée")
    for row in (mine, hidden):
        services.set_group(actor=officer, participation=row, name="Groupe")
    page = signed_in(advisor).get(f"{LIST}{mine.pk}/")
    assert page.context["relatives"] == []
    assert "Cachée" not in page.content.decode()


# --- agreements ----------------------------------------------------------------------------------------


@pytest.fixture
def contact(enter: Make, officer: User) -> Contact:
    facts = services.ContactFacts("Delattre", "Inès", email="ines@tissages.example", role="manager")
    return services.add_contact(actor=officer, participation=enter(1), facts=facts)


def test_an_agreement_is_given_withdrawn_and_kept(office: Client, contact: Contact, officer: User) -> None:
    url = f"{LIST}{contact.participation_id}/contacts/{contact.pk}/"
    entry = {"channel": "phone", "given_on": "2026-11-20"}
    assert str(NOTICES[CURRENT])[:40] in office.get(url).content.decode()
    for _click in range(2):
        assert office.post(f"{url}accord/", entry).status_code == 302
    consent = ContactConsent.objects.get()
    assert (consent.version, consent.channel, consent.recorded_by) == (CURRENT, "phone", officer)
    page = office.get(f"{LIST}{contact.participation_id}/")
    assert [person.consent for person in page.context["people"]] == ["accord du 20\u00a0novembre\u00a02026"]
    assert page.context["people"][0].job_title == "direction"
    for _click in range(2):
        assert office.post(f"{url}accord/", {"retrait": "1"}).status_code == 302
    consent.refresh_from_db()
    assert consent.withdrawn_by == officer
    assert "accord retiré" in office.get(f"{LIST}{contact.participation_id}/").content.decode()
    office.post(f"{url}inviter/")
    assert (Membership.objects.count(), Message.objects.count()) == (0, 0)
    assert office.post(f"{url}accord/", {**entry, "given_on": "2026-11-24"}).status_code == 422
    assert office.post(f"{url}accord/", entry).status_code == 302
    assert contact.consents.count() == 2
    assert office.post(f"{url}inviter/").status_code == 302
    assert Membership.objects.count() == 1


def test_a_new_notice_asks_for_a_new_agreement(contact: Contact, officer: User) -> None:
    old = ContactConsent.objects.create(
        contact=contact, version="2020-01", channel=ConsentChannel.FORM, given_at=NOW - timedelta(days=900)
    )
    new = services.give_consent(actor=officer, contact=contact, channel=ConsentChannel.MEETING)
    old.refresh_from_db()
    assert old.withdrawn_at is not None
    assert new.version == CURRENT
    assert contact.participation.timeline.filter(kind=EventKind.CONTACT).count() == 1


# --- several companies of one person ----------------------------------------------------------------------


def test_a_person_of_several_companies_chooses_and_stays(
    enter: Make, officer: User, make_user: Callable[..., User], signed_in: SignIn
) -> None:
    person = make_user("ada", Role.COMPANY)
    first, second, foreign = enter(1, name="Alpha"), enter(2, name="Bêta"), enter(3, name="Gamma")
    for row in (first, second):
        Membership.objects.create(participation=row, user=person)
    client = signed_in(person)
    home = client.get("/essai/espace/").content.decode()
    assert "Alpha" in home
    assert "/essai/espace/entreprises/" in home
    client.post("/essai/espace/entreprises/", {"participation": second.pk})
    assert "Bêta" in client.get("/essai/espace/").content.decode()
    # The switcher follows on the pages of other apps.
    elsewhere = client.get("/essai/espace/formations/").content.decode()
    assert "Bêta" in elsewhere
    assert "/essai/espace/entreprises/" in elsewhere
    client.post("/essai/espace/entreprises/", {"participation": foreign.pk})
    assert "Bêta" in client.get("/essai/espace/").content.decode()
