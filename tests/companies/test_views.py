from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from companies import services
from companies.enums import EventKind, Stage
from companies.models import CompanyGroup, Contact, ImportBatch, Membership, Participation
from companies.selectors import identity_of
from core import jobs
from core.freshness import wrote
from core.models import Job
from notifications.models import Message
from programme.enums import Role
from programme.models import Programme
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST = "/essai/entreprises/"


def names(response: Any) -> list[str]:
    return [row.name for row in response.context["rows"]]


@pytest.fixture
def office(signed_in: SignIn, officer: User) -> Client:
    return signed_in(officer)


def test_the_list_searches_filters_sorts_and_counts(
    office: Client, enter: Make, officer: User, advisor: User
) -> None:
    enter(1, name="Élan fictif", stage=Stage.PLAN)
    second = enter(2, name="Zénith inventé", postal_code="80000", city="Amiens", activity_code="69.20Z")
    enter(3, name="Hors Zone", postal_code="75001", city="Paris")
    services.assign_advisor(actor=officer, participation=second, advisor=advisor)
    services.add_contact(actor=officer, participation=second, facts=services.ContactFacts("Örsted", "Ada"))
    asked = {
        "": ["Élan fictif", "Hors Zone", "Zénith inventé"],
        "?q=elan": ["Élan fictif"],
        "?q=ZENITH+amiens": ["Zénith inventé"],
        "?q=orsted": ["Zénith inventé"],
        "?q=000+000+018": ["Élan fictif"],
        f"?q={make_siret(make_siren(2))}": ["Zénith inventé"],
        "?q=%25": [],
        "?etape=plan": ["Élan fictif"],
        f"?conseiller={advisor.pk}": ["Zénith inventé"],
        "?conseiller=aucun": ["Élan fictif", "Hors Zone"],
        "?secteur=M": ["Zénith inventé"],
        "?departement=80": ["Zénith inventé"],
        "?epci=200093201": ["Élan fictif"],
        "?effectif=10-49&etape=spotted": ["Hors Zone", "Zénith inventé"],
        "?signalement=hors-territoire": ["Hors Zone"],
        "?tri=-nom": ["Zénith inventé", "Hors Zone", "Élan fictif"],
        "?etape=inconnue": ["Élan fictif", "Hors Zone", "Zénith inventé"],
    }
    found = {query: sorted(names(office.get(LIST + query)), key=str.casefold) for query in asked}
    assert found == {query: sorted(expected, key=str.casefold) for query, expected in asked.items()}
    page = office.get(LIST + "?departement=80&etape=spotted")
    assert [(chip.label, chip.value) for chip in page.context["listing"].chips] == [
        ("Étape", "repérée"),
        ("Département", "Somme"),
    ]
    assert names(office.get(LIST + "?tri=-nom"))[0] == "Zénith inventé"


def test_htmx_replaces_only_the_results(office: Client, enter: Make) -> None:
    enter(1)
    fragment = office.get(LIST, headers={"HX-Request": "true", "HX-Target": "results"})
    text = fragment.content.decode()
    assert "<html" not in text
    assert "Tissages imaginés 1" in text
    assert "HX-Request" in fragment["Vary"]


def test_an_empty_list_says_what_to_do(office: Client, signed_in: SignIn, advisor: User) -> None:
    assert "Importer une liste" in office.get(LIST).content.decode()
    assert "Aucune entreprise ne vous est confiée" in signed_in(advisor).get(LIST).content.decode()
    assert "Tout afficher" in office.get(LIST + "?q=absente").content.decode()


def test_the_count_of_a_list_follows_the_callers_own_moves_at_once(
    office: Client, officer: User, enter: Make, settings: Any
) -> None:
    settings.CACHE_URL = "redis://shared"
    with time_machine.travel(datetime.now(UTC), tick=False):
        enter(1, name="Première")
        assert "1 entreprise<" in office.get(LIST).content.decode()
        enter(2, name="Seconde")
        assert "1 entreprise<" in office.get(LIST).content.decode()
        assert "0 entreprise<" in office.get(LIST + "?q=absente").content.decode()
        wrote(officer.pk)
        assert "2 entreprises<" in office.get(LIST).content.decode()


def test_list_and_detail_queries_do_not_grow(
    office: Client, enter: Make, officer: User, count_queries: Any
) -> None:
    counts = []
    for ranks in ((1,), (2, 3)):
        for rank in ranks:
            participation = enter(rank)
            facts = services.ContactFacts("Exemple", f"Ada{rank}", email=f"a{rank}@b.example")
            services.add_contact(actor=officer, participation=participation, facts=facts)
            services.log_exchange(
                actor=officer, participation=participation, kind=EventKind.NOTE, text=f"Note {rank}"
            )
        with count_queries(after=lambda: office.get(LIST)) as listed:
            assert office.get(LIST).status_code == 200
        with count_queries() as exported:
            list(office.get(LIST + "?export=csv"))
        counts.append((len(listed), len(exported)))
    assert counts[0] == counts[1]
    # Session, who enters; then advisors, count and page.
    assert counts[0][0] == 5


def test_exports_hold_what_is_filtered(office: Client, enter: Make) -> None:
    enter(1, stage=Stage.PLAN)
    enter(2)
    text = b"".join(office.get(LIST + "?etape=plan&export=csv").streaming_content).decode("utf-8-sig")
    lines = text.splitlines()
    assert (len(lines), lines[0].split(";")[:2], lines[1].split(";")[0]) == (
        2,
        ["SIRET", "Raison sociale"],
        make_siret(make_siren(1)),
    )
    xlsx = office.get(LIST + "?export=xlsx")
    assert xlsx["Content-Disposition"] == 'attachment; filename="entreprises.xlsx"'


def test_advisors_see_only_their_companies(
    signed_in: SignIn, enter: Make, officer: User, advisor: User
) -> None:
    mine, other = enter(1), enter(2)
    services.assign_advisor(actor=officer, participation=mine, advisor=advisor)
    client = signed_in(advisor)
    assert names(client.get(LIST)) == ["Tissages imaginés 1"]
    own, foreign = f"{LIST}{mine.pk}/", f"{LIST}{other.pk}/"
    assert [client.get(own).status_code, client.get(own + "modifier/").status_code] == [200, 200]
    assert {
        client.get(foreign).status_code,
        client.get(foreign + "modifier/").status_code,
        client.get(foreign + "contacts/").status_code,
        client.post(foreign + "suivi/", {"stage": "plan"}).status_code,
        client.post(foreign + "echanges/", {"kind": "call", "text": "x"}).status_code,
    } == {404}
    client.post(own + "suivi/", {"stage": "plan", "advisor": "", "group": "Groupe"})
    mine.refresh_from_db()
    # An advisor moves the stage; whom a company is assigned to is the office's choice.
    assert (mine.stage, mine.advisor, mine.group) == (Stage.PLAN, advisor, None)


def test_companies_of_another_programme_do_not_exist(
    office: Client, enter: Make, other_programme: Programme
) -> None:
    foreign = enter(1, programme=other_programme, actor=None)
    assert [office.get(f"{LIST}{foreign.pk}/").status_code, names(office.get(LIST))] == [404, []]


def test_a_company_is_added_by_hand(office: Client, advisor: User) -> None:
    siret = make_siret(make_siren(1))
    answer = office.post(
        LIST + "ajouter/",
        {
            "siret": f"{siret[:9]} {siret[9:]}",
            "name": "Neuve",
            "postal_code": "80000",
            "city": "Amiens",
            "activity_code": "6920z",
            "stage": "contacted",
            "advisor": advisor.pk,
        },
    )
    participation = Participation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{participation.pk}/")
    assert (participation.stage, participation.advisor, participation.division) == (
        "contacted",
        advisor,
        "69",
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"siret": "123"}, "siret"),
        ({"siret": ""}, "siret"),
        ({"name": ""}, "name"),
        ({"postal_code": "59"}, "postal_code"),
        ({"activity_code": "informatique"}, "activity_code"),
        ({"activity_code": "99.99Z"}, "activity_code"),
        ({"legal_category": "SAS"}, "legal_category"),
    ],
)
def test_a_wrong_entry_is_refused_and_kept(office: Client, changes: dict[str, str], field: str) -> None:
    entry = {"siret": make_siret(make_siren(1)), "name": "Neuve", "stage": "spotted", **changes}
    answer = office.post(LIST + "ajouter/", entry)
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["name"].value()) == (422, [field], entry["name"])
    assert Participation.objects.count() == 0


def test_an_empty_entry_is_answered_in_the_words_of_the_page(office: Client) -> None:
    """The browser sends it as it is: its own bubble speaks its own language and shows one error."""
    assert b"data-warn-unsaved novalidate" in office.get(LIST + "ajouter/").content
    answer = office.post(LIST + "ajouter/", {})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["siret", "name", "stage"])


def test_a_duplicate_links_to_what_exists(office: Client, enter: Make) -> None:
    existing = enter(1)
    answer = office.post(
        LIST + "ajouter/", {"siret": make_siret(make_siren(1)), "name": "Encore", "stage": "spotted"}
    )
    assert (answer.status_code, answer.context["duplicate"]) == (422, existing)
    assert f'href="{LIST}{existing.pk}/"' in answer.content.decode()


def test_the_card_is_corrected_and_emptied(office: Client, enter: Make) -> None:
    participation = enter(1, trade_name="Atelier", address="1 rue A")
    url = f"{LIST}{participation.pk}/modifier/"
    initial = office.get(url).context["form"].initial
    entry = {**initial, "trade_name": "", "postal_code": "80000", "city": "Amiens", "workforce_band": "42"}
    assert office.post(url, entry).status_code == 302
    participation = Participation.objects.select_related("establishment__company").get()
    identity = identity_of(participation)
    assert (
        identity.trade_name,
        identity.address,
        participation.department_code,
        participation.size_band,
    ) == (
        "",
        "1 rue A",
        "80",
        "250+",
    )
    assert office.post(url, {**entry, "name": ""}).status_code == 422


def test_following_a_company(office: Client, enter: Make, advisor: User) -> None:
    participation = enter(1)
    url = f"{LIST}{participation.pk}/"
    entry = {
        "stage": "engaged",
        "reason": "Convention signée",
        "next_step": "Visite",
        "next_step_on": "2026-12-10",
        "advisor": advisor.pk,
        "group": "Groupe inventé",
    }
    for _click in range(2):
        assert office.post(url + "suivi/", entry).status_code == 302
        assert office.post(url + "echanges/", {"kind": "call", "text": "Rappeler."}).status_code == 302
    participation.refresh_from_db()
    assert (
        participation.stage,
        participation.next_step,
        participation.next_step_on,
        participation.advisor,
        participation.group.name if participation.group else "",
        participation.stage_changes.count(),
        participation.timeline.filter(kind=EventKind.CALL).count(),
        CompanyGroup.objects.count(),
    ) == ("engaged", "Visite", date(2026, 12, 10), advisor, "Groupe inventé", 2, 1, 1)
    page = office.get(url).content.decode()
    assert "Rappeler." in page
    assert "Convention signée" in page
    assert office.post(url + "suivi/", {**entry, "stage": "x"}).status_code == 422
    assert office.post(url + "echanges/", {"kind": "call", "text": ""}).status_code == 422


def test_people_are_added_invited_and_let_go(office: Client, enter: Make) -> None:
    participation = enter(1)
    url = f"{LIST}{participation.pk}/"
    entry = {
        "first_name": "Ada",
        "last_name": "Exemple",
        "email": "ada@tissages.example",
        "phone": "03 00 00 00 00",
    }
    for _click in range(2):
        assert office.post(url + "contacts/", entry).status_code == 302
    contact = Contact.objects.get()
    assert office.post(url + "contacts/", {**entry, "phone": "demain"}).status_code == 422
    for _click in range(2):
        assert office.post(f"{url}contacts/{contact.pk}/inviter/").status_code == 302
    membership = Membership.objects.get()
    assert Message.objects.count() == 1
    edit = f"{url}contacts/{contact.pk}/"
    assert office.get(edit).status_code == 200
    refused = office.post(edit, {**entry, "email": "autre@tissages.example"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["email"])
    assert office.post(edit, {**entry, "job_title": "Gérante"}).status_code == 302
    close = f"{url}acces/{membership.pk}/retirer/"
    assert "conservées" in office.get(close).content.decode()
    assert office.post(close).status_code == 302
    assert Membership.objects.count() == 0
    assert office.post(close).status_code == 404


def test_contacts_of_another_company_do_not_exist_here(office: Client, enter: Make, officer: User) -> None:
    first, second = enter(1), enter(2)
    contact = services.add_contact(
        actor=officer, participation=second, facts=services.ContactFacts("Exemple", email="a@b.example")
    )
    url = f"{LIST}{first.pk}/contacts/{contact.pk}/"
    assert [office.get(url).status_code, office.post(url + "inviter/").status_code] == [404, 404]


def _upload(content: bytes, name: str = "liste.csv") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, content)}


def test_an_import_from_file_to_report(office: Client) -> None:
    content = f"SIRET;Nom;Ville\n{make_siret(make_siren(1))};Neuve;Lille\n12;Fausse;Lille\n".encode()
    answer = office.post(LIST + "imports/", _upload(content))
    batch = ImportBatch.objects.get()
    page = f"{LIST}imports/{batch.pk}/"
    assert answer["Location"] == page
    waiting = office.get(page)
    assert waiting.context["job"]["poll_url"] == page
    poll = {"HX-Request": "true", "HX-Target": "job-progress"}
    assert "<html" not in office.get(page, headers=poll).content.decode()
    jobs.drain()
    assert office.get(page, headers=poll)["HX-Refresh"] == "true"
    checked = office.get(page)
    assert [(tab.code, tab.count, tab.current) for tab in checked.context["tabs"]] == [
        ("created", 1, False),
        ("refused", 1, True),
    ]
    assert "n’a pas 14 chiffres" in checked.content.decode()
    for _click in range(2):
        assert office.post(page + "confirmer/").status_code == 302
    assert "Import en cours" in office.get(page).content.decode()
    jobs.drain()
    report = office.get(page + "?lignes=created")
    assert report.context["applied"]
    assert [row.label for row in report.context["page"]] == ["Neuve"]
    assert Participation.objects.count() == 1
    assert batch.filename in office.get(LIST + "imports/").content.decode()


def test_a_file_that_cannot_be_read_is_explained(office: Client, settings: Any) -> None:
    office.post(LIST + "imports/", _upload(b"%PDF-1.7", "liste.pdf"))
    jobs.drain()
    batch = ImportBatch.objects.get()
    page = office.get(f"{LIST}imports/{batch.pk}/").content.decode()
    assert "Ce fichier ne peut pas être importé" in page
    assert "n’est pas un tableau" in page
    assert office.post(f"{LIST}imports/{batch.pk}/confirmer/").status_code == 302
    settings.IMPORT_MAX_BYTES = 10
    refused = office.post(LIST + "imports/", _upload(b"x" * 11))
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["file"])
    assert office.post(LIST + "imports/", {}).status_code == 422
    assert ImportBatch.objects.count() == 1


def test_an_abandoned_import_offers_to_go_on(office: Client) -> None:
    office.post(LIST + "imports/", _upload(f"SIRET;Nom\n{make_siret(make_siren(1))};Neuve\n".encode()))
    Job.objects.update(status="abandoned", error="panne")
    batch = ImportBatch.objects.get()
    job = office.get(f"{LIST}imports/{batch.pk}/").context["job"]
    assert (job["state"], job["poll_url"], job["retry_url"]) == (
        "failed",
        "",
        f"/essai/travaux/{batch.job_id}/relancer/",
    )


def test_imports_of_another_programme_do_not_exist(
    office: Client, other_programme: Programme, officer: User
) -> None:
    foreign = ImportBatch.objects.create(programme=other_programme, filename="x.csv")
    url = f"{LIST}imports/{foreign.pk}/"
    assert [office.get(url).status_code, office.post(url + "confirmer/").status_code] == [404, 404]


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_the_template_is_downloaded(office: Client, fmt: str) -> None:
    answer = office.get(f"{LIST}imports/modele/?format={fmt}")
    assert answer["Content-Disposition"] == f'attachment; filename="modele-entreprises.{fmt}"'


@pytest.fixture
def manager(enter: Make, officer: User) -> User:
    participation = enter(1, name="Zèbre")
    contact = services.add_contact(
        actor=officer,
        participation=participation,
        facts=services.ContactFacts("Exemple", email="ada@z.example"),
    )
    return services.open_access(actor=officer, contact=contact, is_manager=True).user


def test_the_company_s_home_says_what_comes_next(
    signed_in: SignIn, manager: User, officer: User, enter: Make
) -> None:
    client = signed_in(manager)
    participation = Participation.objects.get()
    services.log_exchange(
        actor=officer, participation=participation, kind=EventKind.NOTE, text="Note interne"
    )
    services.record_event(
        participation=participation,
        kind=EventKind.DIAGNOSTIC,
        title="Diagnostic ouvert",
        visible_to_company=True,
    )
    steps = []
    for maturity, actions, trained in ((None, 0, 0), (410, 3, 0), (410, 0, 0), (410, 0, 2)):
        services.project_maturity(
            participation=participation, tenths=maturity, level="l", level_name="Émergent"
        )
        services.project_counts(participation=participation, open_actions=actions, trained_people=trained)
        steps.append(client.get("/essai/espace/").context["next_step"].title)
    assert steps == [
        "Remplir votre diagnostic",
        "Avancer sur vos 3 actions",
        "Choisir une formation",
        "Relire votre résultat",
    ]
    page = client.get("/essai/espace/").content.decode()
    assert "Diagnostic ouvert" in page
    assert "Note interne" not in page
    services.set_next_step(actor=officer, participation=participation, next_step="Visite", next_step_on=None)
    assert "Visite" in client.get("/essai/espace/").context["next_step"].text


def test_a_person_who_acts_for_two_companies_chooses(
    signed_in: SignIn, manager: User, officer: User, enter: Make
) -> None:
    second = enter(2, name="Abeille")
    contact = services.add_contact(
        actor=officer, participation=second, facts=services.ContactFacts("Exemple", email="ada@z.example")
    )
    services.open_access(actor=officer, contact=contact)
    foreign = enter(3)
    client = signed_in(manager)
    assert client.get("/essai/espace/").context["participation"] == second
    assert client.get("/essai/espace/entreprises/").status_code == 200
    first = Participation.objects.get(name="Zèbre")
    for asked, opened in ((first.pk, first), (foreign.pk, first), ("x", first)):
        client.post("/essai/espace/entreprises/", {"participation": asked})
        assert client.get("/essai/espace/").context["participation"] == opened


def test_consent_is_given_and_withdrawn(signed_in: SignIn, manager: User) -> None:
    client = signed_in(manager)
    states = []
    for accepted in ("1", "1", "0"):
        client.post("/essai/espace/consentement/", {"accepted": accepted})
        participation = Participation.objects.get()
        states.append((participation.observatory_consent, participation.observatory_consent_at is not None))
    assert states == [(True, True), (True, True), (False, False)]


def test_a_company_role_without_company_finds_nothing(
    signed_in: SignIn, make_user: Callable[..., User], enter: Make
) -> None:
    enter(1)
    client = signed_in(make_user("seule", Role.COMPANY))
    assert [client.get("/essai/espace/").status_code, client.get(LIST).status_code] == [404, 403]
