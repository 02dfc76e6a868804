from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from companies import services
from companies.enums import EventKind, SizeBand, Stage
from companies.models import Company, Contact, Establishment, Membership, Participation, TimelineEvent
from companies.selectors import identity_of, my_participation
from core.errors import BusinessError, NotVisible
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme, RoleGrant
from programme.selectors import caller_access
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db


def test_a_company_entered_by_hand_is_whole(enter: Make) -> None:
    participation = enter()
    participation.refresh_from_db()
    facts = Participation.objects.filter(pk=participation.pk).values(
        "name",
        "city",
        "stage",
        "section",
        "a10",
        "division",
        "size_band",
        "department_code",
        "arrondissement_code",
        "epci_siren",
        "is_outside_territory",
        "to_complete",
        "warning",
        "stated",
        "search_text",
    )
    assert facts.get() == {
        "name": "Tissages imaginés 1",
        "city": "Tourcoing",
        "stage": Stage.SPOTTED,
        "section": "C",
        "a10": "BE",
        "division": "13",
        "size_band": SizeBand.TEN_49,
        "department_code": "59",
        "arrondissement_code": "595",
        "epci_siren": "200093201",
        "is_outside_territory": False,
        "to_complete": False,
        "warning": "",
        "stated": {},
        "search_text": f"{make_siret(make_siren(1))} tissages imagines 1 tourcoing",
    }
    assert [change.stage for change in participation.stage_changes.all()] == [Stage.SPOTTED]
    assert [event.title for event in participation.timeline.all()] == ["Entrée dans le programme"]


def test_outside_the_territory_is_kept_with_a_warning(enter: Make) -> None:
    participation = enter(postal_code="75001", city="Paris")
    assert (participation.is_outside_territory, participation.department_code, participation.to_complete) == (
        True,
        "75",
        False,
    )
    assert "hors du territoire" in participation.warning


@pytest.mark.parametrize(
    ("siret", "code"),
    [
        ("", "siret_missing"),
        ("123", "siret_length"),
        (make_siren(1), "siret_is_siren"),
        ("9" * 14, "siret_checksum"),
    ],
)
def test_a_wrong_siret_is_refused_with_its_reason(enter: Make, siret: str, code: str) -> None:
    with pytest.raises(BusinessError) as caught:
        enter(siret=siret)
    assert (caught.value.field, caught.value.code) == ("siret", code)
    assert Company.objects.count() == Participation.objects.count() == 0


def test_reserved_numbers_belong_to_demonstrations(enter: Make, programme: Programme) -> None:
    programme.is_demonstration = False
    with pytest.raises(BusinessError) as caught:
        enter()
    assert caught.value.code == "siret_reserved"


def test_a_duplicate_is_refused_with_what_exists(enter: Make) -> None:
    first = enter()
    with pytest.raises(services.DuplicateParticipationError) as caught:
        enter(name="Autre nom")
    assert caught.value.participation == first
    assert Participation.objects.get().name == "Tissages imaginés 1"


def test_nothing_passes_between_programmes(
    enter: Make, other_programme: Programme, make_user: Callable[..., User]
) -> None:
    first = enter(address="1 rue du Premier", legal_category="5710")
    there = make_user("voisine", Role.OFFICER, in_programme=other_programme)
    second = enter(
        programme=other_programme,
        actor=there,
        name="Nom du voisin",
        city="Lille",
        postal_code="59000",
        activity_code="69.20Z",
        workforce_band="",
    )
    second = Participation.objects.select_related("establishment__company").get(pk=second.pk)
    identity = identity_of(second)
    # What the neighbour left empty stays empty for it, what it typed is what it sees.
    assert (
        identity.name,
        identity.address,
        identity.city,
        identity.main_activity,
        identity.total_workforce,
        identity.legal_category,
        second.section,
        second.size_band,
    ) == ("Nom du voisin", "", "Lille", "69.20Z", "", "", "M", SizeBand.UNKNOWN)
    first = Participation.objects.select_related("establishment__company").get(pk=first.pk)
    assert (identity_of(first).name, identity_of(first).address, first.stated) == (
        "Tissages imaginés 1",
        "1 rue du Premier",
        {},
    )
    assert (Company.objects.count(), Establishment.objects.count()) == (1, 1)


def test_stage_moves_once_and_work_never_moves_it_back(enter: Make, officer: User) -> None:
    participation = enter()
    moves = [
        services.move_stage(actor=officer, participation=participation, stage=Stage.ENGAGED, reason="Accord"),
        services.move_stage(actor=officer, participation=participation, stage=Stage.ENGAGED),
        services.reach_stage(actor=None, participation=participation, stage=Stage.CONTACTED),
        services.reach_stage(actor=None, participation=participation, stage=Stage.DIAGNOSTIC),
        services.move_stage(actor=officer, participation=participation, stage=Stage.CLOSED),
        services.reach_stage(actor=None, participation=participation, stage=Stage.TRAINING),
    ]
    assert moves == [True, False, False, True, True, False]
    assert [(change.stage, change.reason) for change in participation.stage_changes.all()] == [
        (Stage.SPOTTED, ""),
        (Stage.ENGAGED, "Accord"),
        (Stage.DIAGNOSTIC, ""),
        (Stage.CLOSED, ""),
    ]


def test_only_the_team_advises(
    enter: Make, officer: User, advisor: User, make_user: Callable[..., User]
) -> None:
    participation = enter()
    services.assign_advisor(actor=officer, participation=participation, advisor=advisor)
    services.assign_advisor(actor=officer, participation=participation, advisor=advisor)
    participation.refresh_from_db()
    assert participation.advisor == advisor
    with pytest.raises(BusinessError) as caught:
        services.assign_advisor(
            actor=officer, participation=participation, advisor=make_user("financeur", Role.FUNDER)
        )
    assert caught.value.code == "not-staff"
    titles = TimelineEvent.objects.filter(title__startswith="Conseiller").count()
    assert titles == 1


def test_inviting_opens_one_access_and_sends_one_message(enter: Make, officer: User) -> None:
    participation = enter()
    contact = services.add_contact(
        actor=officer,
        participation=participation,
        facts=services.ContactFacts("Exemple", "Ada", "Gérante", "Ada@Tissages.example"),
    )
    again = services.add_contact(
        actor=officer,
        participation=participation,
        facts=services.ContactFacts("Exemple", "Ada", "Gérante", "ada@tissages.example"),
    )
    assert (contact, contact.is_main, contact.email) == (again, True, "ada@tissages.example")
    for _click in range(2):
        services.invite_contact(actor=officer, contact=contact)
    membership = Membership.objects.get()
    assert (membership.user.email, membership.is_manager, membership.contact) == (
        "ada@tissages.example",
        True,
        contact,
    )
    message = Message.objects.get()
    assert (message.template, message.email, message.link_path) == (
        "company_invitation",
        "ada@tissages.example",
        "/essai/espace/",
    )
    assert RoleGrant.objects.filter(user=membership.user, role=Role.COMPANY).count() == 1
    assert "ada exemple" in Participation.objects.get().search_text
    with pytest.raises(BusinessError):
        services.update_contact(
            actor=officer, contact=contact, facts=services.ContactFacts("Exemple", email="b@c.example")
        )
    services.close_access(actor=officer, membership=membership)
    assert not RoleGrant.objects.filter(role=Role.COMPANY).exists()


def test_a_contact_without_address_is_not_invited(enter: Make, officer: User) -> None:
    contact = services.add_contact(
        actor=officer, participation=enter(), facts=services.ContactFacts("Exemple")
    )
    with pytest.raises(BusinessError) as caught:
        services.invite_contact(actor=officer, contact=contact)
    assert caught.value.code == "no-email"
    with pytest.raises(ValidationError):
        services.update_contact(
            actor=officer, contact=contact, facts=services.ContactFacts("Exemple", email="pas une adresse")
        )
    assert Contact.objects.get().email == ""


def test_exchanges_are_kept_once(enter: Make, officer: User) -> None:
    participation = enter()
    for _click in range(2):
        services.log_exchange(
            actor=officer, participation=participation, kind=EventKind.CALL, text="Rappeler mardi."
        )
    assert [(e.title, e.text) for e in participation.timeline.filter(kind=EventKind.CALL)] == [
        ("Appel", "Rappeler mardi.")
    ]


def test_the_company_a_person_acts_for(
    enter: Make, officer: User, programme: Programme, other_programme: Programme
) -> None:
    first, second = enter(1, name="Zèbre"), enter(2, name="Abeille")
    for participation in (first, second):
        contact = services.add_contact(
            actor=officer,
            participation=participation,
            facts=services.ContactFacts("Exemple", email="ada@tissages.example"),
        )
        user = services.open_access(actor=officer, contact=contact).user
    access = caller_access(user, programme)
    assert my_participation(access, {}) == second
    assert my_participation(access, {f"participation:{programme.pk}": first.pk}) == first
    with pytest.raises(NotVisible):
        my_participation(caller_access(user, other_programme), {})
    with pytest.raises(NotVisible):
        my_participation(caller_access(officer, programme), {})
