"""The public register: what it gives, and that nothing it does stops anybody."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from companies import services
from companies.clients.recherche_entreprises import (
    RegisterClient,
    RegisterUnavailableError,
    Unavailability,
)
from companies.identity import Identity, completed
from companies.models import Participation
from companies.register import Surroundings, read_answer
from companies.selectors import identity_of
from companies.selectors.register import LookupState, draft_of, look_up
from companies.services.register import DELAYS
from core import jobs
from core.models import Job
from programme.models import Activity, Programme
from tests.companies.conftest import Make
from tests.companies.register_stub import FOUND, FOUND_SIREN, FOUND_SIRET, StubRegister, serving
from tests.companies.samples import (
    PARIS,
    gazetteer,
    make_siren,
    make_siret,
    register_answer,
    register_place,
    register_record,
)

ADD = "/essai/entreprises/ajouter/"


@pytest.fixture
def stub() -> Iterator[StubRegister]:
    with serving(StubRegister()) as server:
        yield server


@pytest.fixture
def register(stub: StubRegister, settings: Any, territory: Any) -> StubRegister:
    Activity.objects.create(code="62.02A", level=5, section="J", label="Conseil en systèmes", a10="JZ")
    settings.REGISTER_URL = stub.url
    settings.REGISTER_SECONDS = 2.0
    return stub


BROKEN = {
    "never": Unavailability.LATE,
    "drop_by_drop": Unavailability.LATE,
    "headers_drop_by_drop": Unavailability.LATE,
    "truncated": Unavailability.UNREACHABLE,
    "half_a_json": Unavailability.UNREADABLE,
    "hangs_up": Unavailability.UNREACHABLE,
    "nonsense": Unavailability.UNREADABLE,
    "not_http": Unavailability.UNREACHABLE,
    "deep": Unavailability.UNREADABLE,
    "list": Unavailability.UNREADABLE,
    "empty": Unavailability.UNREADABLE,
    "flood": Unavailability.TOO_LARGE,
    "busy": Unavailability.BUSY,
    "broken": Unavailability.REFUSED,
    "elsewhere": Unavailability.REFUSED,
}


@pytest.mark.parametrize(("mode", "why"), BROKEN.items())
def test_a_register_that_misbehaves_is_unavailable(
    stub: StubRegister, mode: str, why: Unavailability
) -> None:
    stub.mode = mode
    with pytest.raises(RegisterUnavailableError) as caught:
        RegisterClient(stub.url, seconds=0.4).search("fonderie")
    assert caught.value.why is why


def test_a_register_that_is_not_there_is_unavailable() -> None:
    with serving(StubRegister()) as gone:
        url = gone.url
    for address in (url, "http://", "http://exa mple", "nothing"):
        with pytest.raises(RegisterUnavailableError) as caught:
            RegisterClient(address, seconds=0.4).search("fonderie")
        assert caught.value.why is Unavailability.UNREACHABLE


def test_what_is_asked_of_the_register(stub: StubRegister) -> None:
    client = RegisterClient(stub.url + "/")
    answer = client.search("  Fonderie\tdu  ", region="32")
    assert answer["searchTerms"] == "Fonderie du"
    assert [record["siren"] for record in answer["result"]["results"]] == [FOUND_SIREN]
    client.search("000 000 775 000 12", region="32")
    assert stub.asked == [
        {"path": "/search", "q": "Fonderie du", "per_page": "8", "page": "1", "region": "32"},
        {"path": "/search", "q": "00000077500012", "per_page": "8", "page": "1"},
    ]
    stub.mode = "refused"
    assert client.search("ab")["result"]["results"] == []
    stub.mode = "many"
    assert len(client.search("fonderie")["result"]["results"]) == 8


def _draft(**changes: Any) -> Any:
    around = Surroundings(gazetteer(), frozenset({"62.02A"}), allow_reserved=True)
    (verdict,) = read_answer(register_answer(register_record(**changes)), around).verdicts
    assert verdict.draft is not None
    return verdict.draft


def test_what_was_typed_is_never_written_over() -> None:
    typed = Identity(
        name="Ma fonderie", address="3 rue d’Ici", postal_code="59000", city="Lille", legal_category="5499"
    )
    outcome = completed(typed, _draft())
    assert (outcome.identity.name, outcome.identity.address, outcome.identity.city) == (
        "Ma fonderie",
        "3 rue d’Ici",
        "Lille",
    )
    assert (outcome.identity.activity_code, outcome.identity.company_created_on) == ("62.02A", "2015-01-13")
    assert outcome.identity.is_head_office
    assert set(outcome.differing) == {"name", "postal_code", "legal_category"}
    assert not outcome.has_place
    assert completed(outcome.identity, _draft()).added == {}


def test_an_empty_address_is_taken_whole() -> None:
    outcome = completed(Identity(name="X"), _draft(statut_diffusion="P", etat_administratif="C"))
    assert outcome.has_place
    assert (outcome.identity.postal_code, outcome.identity.commune_code) == ("59500", "59178")
    assert (outcome.identity.is_undisclosed, outcome.identity.company_is_closed) == (True, True)


pytest_db = pytest.mark.django_db


@pytest_db
def test_switched_off_nothing_is_asked(programme: Programme, stub: StubRegister, enter: Make) -> None:
    assert look_up(programme, "fonderie").state is LookupState.OFF
    assert services.request_completion(actor=None, participation=enter(1)) is None
    assert stub.asked == []


@pytest_db
def test_answers_are_kept_and_silence_is_not_asked_again(
    programme: Programme, register: StubRegister
) -> None:
    for _time in range(2):
        answer = look_up(programme, "Fonderie")
        assert [suggestion.name for suggestion in answer.suggestions] == ["FONDERIE DU REPERTOIRE"]
    assert len(register.asked) == 1
    assert look_up(programme, "inconnue").state is LookupState.NOTHING
    assert look_up(programme, "ab").state is LookupState.NOTHING
    register.mode = "broken"
    assert [look_up(programme, text).state for text in ("autre", "encore une")] == [
        LookupState.UNAVAILABLE
    ] * 2
    # One question met the silence; what is known is still given.
    assert len(register.asked) == 3
    assert look_up(programme, "fonderie").state is LookupState.FOUND


@pytest_db
@pytest.mark.parametrize("mode", ["lies", "wrong_types", "no_results", "error_inside"])
def test_lies_are_no_answer(programme: Programme, register: StubRegister, mode: str) -> None:
    register.mode = mode
    state, draft = draft_of(programme, FOUND_SIRET)
    assert draft is None
    assert state in (LookupState.NOTHING, LookupState.UNAVAILABLE)


@pytest_db
def test_what_a_register_says_of_other_programmes_is_not_shown(
    programme: Programme, other_programme: Programme, register: StubRegister, enter: Make
) -> None:
    there = enter(1, siret=FOUND_SIRET, name="Ailleurs", programme=other_programme, actor=None)
    assert [row.participation_id for row in look_up(programme, "fonderie").suggestions] == [None]
    assert [row.participation_id for row in look_up(other_programme, "fonderie").suggestions] == [there.pk]


@pytest.fixture
def office(signed_in: Callable[[User], Client], officer: User) -> Client:
    return signed_in(officer)


@pytest_db
def test_the_page_searches_fills_and_adds(office: Client, register: StubRegister) -> None:
    page = office.get(f"{ADD}?recherche=fonderie").content.decode()
    assert f'href="{ADD}?siret={FOUND_SIRET}"' in page
    fragment = office.get(f"{ADD}repertoire/?recherche=fonderie", headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "FONDERIE DU REPERTOIRE" in fragment.content.decode()
    assert office.get(f"{ADD}repertoire/?recherche=fonderie")["Location"] == f"{ADD}?recherche=fonderie"
    filled = office.get(f"{ADD}?siret={FOUND_SIRET}").context["form"].initial
    assert (filled["name"], filled["activity_code"], filled["postal_code"], filled["workforce_band"]) == (
        "FONDERIE DU REPERTOIRE",
        "62.02A",
        "59500",
        "12",
    )
    answer = office.post(ADD, {**filled, "stage": "spotted"})
    assert answer.status_code == 302
    participation = Participation.objects.get()
    assert participation.register_pending
    jobs.drain()
    participation = Participation.objects.select_related("establishment__company").get()
    assert not participation.register_pending
    assert participation.company_created_on == date(2015, 1, 13)
    assert identity_of(participation).size_category == "PME"
    assert participation.register_checked_at is not None


@pytest_db
@pytest.mark.parametrize("mode", ["broken", "never", "nonsense", "truncated"])
def test_typing_goes_on_when_the_register_does_not(
    office: Client, register: StubRegister, settings: Any, mode: str
) -> None:
    settings.REGISTER_SECONDS = 0.4
    register.mode = mode
    assert "ne répond pas" in office.get(f"{ADD}?recherche=fonderie").content.decode()
    assert "à la main" in office.get(f"{ADD}?siret={FOUND_SIRET}").content.decode()
    entry = {"siret": FOUND_SIRET, "name": "Tapée à la main", "stage": "spotted"}
    assert office.post(ADD, entry).status_code == 302
    jobs.drain()
    participation = Participation.objects.get()
    assert (participation.name, participation.register_pending) == ("Tapée à la main", True)
    later = Job.objects.get(name="companies.complete_from_register", status="queued")
    assert later.available_at > timezone.now()
    assert "à compléter" in office.get(f"/essai/entreprises/{participation.pk}/").content.decode()
    (row,) = office.get("/essai/entreprises/?signalement=a-completer").context["rows"]
    assert row.flag == "à compléter"


@pytest_db
def test_the_job_comes_back_until_the_register_does(
    programme: Programme, register: StubRegister, enter: Make
) -> None:
    participation = enter(
        1, siret=FOUND_SIRET, name="À la main", postal_code="", city="", activity_code="", workforce_band=""
    )
    register.mode = "broken"
    first = services.request_completion(actor=None, participation=participation)
    assert services.request_completion(actor=None, participation=participation) == first
    for attempt in range(3):
        _hurry()
        jobs.drain()
        assert Job.objects.filter(name="companies.complete_from_register").count() == attempt + 2
    register.mode = "works"
    _hurry()
    jobs.drain()
    participation = Participation.objects.select_related("establishment__company").get()
    assert (participation.name, participation.city, participation.register_pending) == (
        "À la main",
        "DOUAI",
        False,
    )
    assert identity_of(participation).main_activity == "62.02A"
    told = participation.timeline.first()
    assert told is not None
    assert "le répertoire dit «\u00a0FONDERIE DU REPERTOIRE\u00a0»" in told.text


def _hurry() -> None:
    """Let the time between two attempts pass."""
    from django.core.cache import cache

    cache.clear()
    Job.objects.filter(status="queued").update(available_at=timezone.now() - timedelta(minutes=1))


@pytest_db
def test_the_job_ends_by_giving_up(programme: Programme, register: StubRegister, enter: Make) -> None:
    participation = enter(1, siret=FOUND_SIRET)
    register.mode = "broken"
    services.request_completion(actor=None, participation=participation)
    for _attempt in range(len(DELAYS) + 3):
        _hurry()
        jobs.drain()
    assert Job.objects.count() == len(DELAYS) + 1
    participation.refresh_from_db()
    assert participation.register_pending


@pytest_db
def test_a_number_the_register_does_not_know_is_told_once(register: StubRegister, enter: Make) -> None:
    participation = enter(1)
    for _time in range(2):
        services.request_completion(actor=None, participation=participation)
        jobs.drain()
    participation.refresh_from_db()
    assert participation.warning.count("ne connaît pas ce SIRET") == 1
    assert not participation.register_pending


POSTE = "35600000000048"


@pytest_db
@pytest.mark.parametrize(
    ("record", "siret", "expected"),
    [
        (
            register_record(FOUND_SIREN, nom_complet="[ND]", nom_raison_sociale="[ND]", statut_diffusion="P"),
            FOUND_SIRET,
            {"is_undisclosed": True},
        ),
        (
            register_record(FOUND_SIREN, etat_administratif="C", date_fermeture="2024-01-31"),
            FOUND_SIRET,
            {"company_is_closed": True},
        ),
        (
            register_record(
                "356000000", siege=register_place(POSTE, est_siege=True), tranche_effectif_salarie="NN"
            ),
            POSTE,
            {"legal_category": "5710"},
        ),
        (
            register_record(
                FOUND_SIREN,
                tranche_effectif_salarie="NN",
                siege=register_place(FOUND_SIRET, est_siege=True, tranche_effectif_salarie="NN"),
            ),
            FOUND_SIRET,
            {"company_workforce_band": "NN"},
        ),
        (
            register_record(FOUND_SIREN, siege=register_place(FOUND_SIRET, est_siege=True, **PARIS)),
            FOUND_SIRET,
            {"postal_code": "75015", "commune_code": ""},
        ),
    ],
    ids=["withheld", "closed", "la poste", "no workforce", "elsewhere"],
)
def test_unusual_companies_are_accepted(
    register: StubRegister,
    programme: Programme,
    enter: Make,
    record: dict[str, Any],
    siret: str,
    expected: dict[str, Any],
) -> None:
    register.records = [record]
    blank = {"postal_code": "", "city": "", "activity_code": "", "workforce_band": ""}
    participation = enter(1, siret=siret, name="Saisie", **blank)
    services.request_completion(actor=None, participation=participation)
    jobs.drain()
    participation = Participation.objects.select_related("establishment__company").get()
    identity = identity_of(participation)
    assert {key: getattr(identity, key) for key in expected} == expected
    assert identity.name == "Saisie"
    assert not participation.register_pending


@pytest_db
def test_a_commune_that_merged_is_the_one_of_today(
    register: StubRegister, programme: Programme, enter: Make
) -> None:
    from programme.models import FormerCommune

    FormerCommune.objects.create(code="59355", name="Lomme", commune_id="59350")
    place = {"code_postal": "59160", "commune": "59355", "libelle_commune": "LOMME", "adresse": "1 RUE A"}
    register.records = [
        register_record(FOUND_SIREN, siege=register_place(FOUND_SIRET, est_siege=True, **place))
    ]
    participation = enter(1, siret=FOUND_SIRET, postal_code="", city="")
    services.request_completion(actor=None, participation=participation)
    jobs.drain()
    participation.refresh_from_db()
    assert (participation.city, participation.epci_siren) == ("LOMME", "200093201")


@pytest_db
def test_completing_by_hand(
    office: Client, register: StubRegister, enter: Make, signed_in: Callable[[User], Client], advisor: User
) -> None:
    participation = enter(1, siret=FOUND_SIRET)
    url = f"/essai/entreprises/{participation.pk}/repertoire/"
    assert signed_in(advisor).post(url).status_code == 404
    assert office.post(url).status_code == 302
    participation.refresh_from_db()
    assert participation.register_checked_at is not None
    register.mode = "broken"
    other = enter(2)
    assert office.post(f"/essai/entreprises/{other.pk}/repertoire/").status_code == 302
    other.refresh_from_db()
    assert other.register_pending


def test_the_stub_speaks_like_the_register() -> None:
    assert make_siret(make_siren(77)) == FOUND_SIRET
    assert set(FOUND) == set(register_record())
