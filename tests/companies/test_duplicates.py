"""Near-duplicates are flagged while typing and on import; merging loses nothing."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from companies import services
from companies.enums import EventKind, Stage
from companies.models import (
    CompanyMerge,
    Contact,
    ImportRow,
    Meeting,
    MeetingPerson,
    Membership,
    Participation,
)
from companies.selectors.duplicates import near_duplicates
from companies.selectors.merging import every_row, preview, relations_to, rows_of
from companies.selectors.searching import search
from companies.services.imports import apply_batch, receive_file, stage_batch
from core.audit import history
from core.errors import BusinessError
from documents.models import Document
from programme.enums import Role
from programme.models import Programme
from tests.companies.conftest import Make
from tests.companies.samples import make_siren, make_siret

pytestmark = pytest.mark.django_db
LIST = "/essai/entreprises/"
OTHER_SITE = make_siret(make_siren(1), 2)


def found(programme: Programme, **facts: str) -> list[tuple[str, bool]]:
    asked = {"siret": "", "name": "", "postal_code": "", **facts}
    return [(row.name, row.is_same_company) for row in near_duplicates(programme, **asked)]


def test_near_duplicates(programme: Programme, other_programme: Programme, enter: Make) -> None:
    enter(1, name="Tissages Vanhoutte")
    enter(2, name="Tissages Vanhoutte", postal_code="80000", city="Amiens")
    enter(3, name="Menuiserie Delattre")
    enter(4, name="Tissages Vanhoutte", programme=other_programme, actor=None)
    assert found(programme, siret=OTHER_SITE) == [("Tissages Vanhoutte", True)]
    assert found(programme, name="SARL Tissage Vanhoutte", postal_code="59200") == [
        ("Tissages Vanhoutte", False)
    ]
    assert found(programme, name="TISSAGES VANHOUTTE SAS", postal_code="59000") == []
    assert found(programme, name="Boulangerie", postal_code="59200") == []
    assert found(programme, siret=OTHER_SITE, name="Tissages Vanhoutte", postal_code="59200") == [
        ("Tissages Vanhoutte", True)
    ]


@pytest.fixture
def office(signed_in: Callable[[User], Client], officer: User) -> Client:
    return signed_in(officer)


def test_a_near_duplicate_is_told_while_typing_and_asks_once(office: Client, enter: Make) -> None:
    existing = enter(1, name="Tissages Vanhoutte")
    query = {"siret": "", "name": "Tissage Vanhoute", "postal_code": "59200"}
    told = office.get(f"{LIST}ajouter/doublons/", query, headers={"HX-Request": "true"}).content.decode()
    assert f"{LIST}{existing.pk}/" in told
    assert "peut-être déjà suivie" in told
    calm = {**query, "name": "Autre chose"}
    assert (
        "peut-être"
        not in office.get(f"{LIST}ajouter/doublons/", calm, headers={"HX-Request": "true"}).content.decode()
    )
    entry = {**query, "siret": make_siret(make_siren(2)), "stage": "spotted"}
    first = office.post(f"{LIST}ajouter/", entry)
    assert (first.status_code, Participation.objects.count()) == (422, 1)
    assert "l’ajouter quand même" in first.content.decode()
    assert office.post(f"{LIST}ajouter/", {**entry, "is_distinct": "on"}).status_code == 302
    assert Participation.objects.count() == 2


def test_an_exact_duplicate_comes_before_a_near_one(office: Client, enter: Make) -> None:
    existing = enter(1, name="Tissages Vanhoutte")
    entry = {"siret": make_siret(make_siren(1)), "name": "Tissages Vanhoutte", "postal_code": "59200"}
    answer = office.post(f"{LIST}ajouter/", {**entry, "stage": "spotted"})
    assert (answer.status_code, answer.context["duplicate"], answer.context["near"]) == (422, existing, [])


def test_an_import_flags_near_duplicates_of_the_programme_and_of_the_file(
    programme: Programme, officer: User, enter: Make
) -> None:
    enter(1, name="Tissages Vanhoutte")
    rows = [
        "SIRET;Nom;Code postal;Commune",
        f"{make_siret(make_siren(2))};Tissage Vanhoute;59200;Tourcoing",
        f"{OTHER_SITE};Autre site;59200;Tourcoing",
        f"{make_siret(make_siren(3))};Menuiserie Delattre;59000;Lille",
        f"{make_siret(make_siren(4))};Menuiseries Delattre;59000;Lille",
        f"{make_siret(make_siren(5))};Sans ressemblance;59000;Lille",
        f"{make_siret(make_siren(1))};Tissages Vanhoutte;59200;Tourcoing",
    ]
    batch = receive_file(actor=officer, programme=programme, name="a.csv", content="\n".join(rows).encode())
    stage_batch(batch=batch)
    told = {
        row.number: [warning["code"] for warning in row.warnings]
        for row in ImportRow.objects.filter(batch=batch)
    }
    assert told == {
        2: ["near_duplicate"],
        3: ["same_company"],
        4: [],
        5: ["near_duplicate"],
        6: [],
        7: [],
    }


# --- merging -------------------------------------------------------------------------------------------

# Values that a column of a kind takes when it must hold something; the rest is left empty.
_VALUES: tuple[tuple[Any, Callable[[], Any]], ...] = (
    (models.DateTimeField, timezone.now),
    (models.DateField, lambda: date(2026, 1, 5)),
    (models.TimeField, lambda: "09:00"),
    (models.UUIDField, uuid.uuid4),
    (models.JSONField, dict),
    (models.BooleanField, lambda: False),
    (models.DecimalField, lambda: 1),
    (models.IntegerField, lambda: 1),
    (models.CharField, lambda: uuid.uuid4().hex),
    (models.TextField, lambda: "x"),
)


def make_row(model: type[models.Model], **given: Any) -> models.Model:
    """A row of any table, with what its required columns demand."""
    values: dict[str, Any] = dict(given)
    for field in model._meta.concrete_fields:
        if field.name in values or field.attname in values or (field.primary_key and field.has_default()):
            continue
        if field.primary_key or field.null or isinstance(field, models.GeneratedField):
            continue
        if isinstance(field, models.ForeignKey):
            target = field.related_model
            known = None if isinstance(field, models.OneToOneField) else every_row(target).first()
            # Two columns of one table may have to name two different rows.
            values[field.name] = known if known not in (None, *values.values()) else make_row(target)
        elif not field.has_default() or field.unique:
            values[field.name] = _value(field)
    row = model(**values)
    models.Model.save_base(row, raw=True, force_insert=True)
    return row


def _value(field: Any) -> Any:
    if field.choices:
        return next(iter(field.choices))[0]
    for kind, make in _VALUES:
        if isinstance(field, kind):
            value = make()
            return value[: field.max_length] if isinstance(value, str) and field.max_length else value
    raise AssertionError(f"say in _VALUES what {field} may hold")


@pytest.mark.parametrize(
    "relation", list(relations_to(Participation)), ids=lambda pair: f"{pair[0]._meta.label}.{pair[1].name}"
)
def test_every_foreign_key_to_a_company_follows(
    relation: Any, enter: Make, officer: User, programme: Programme
) -> None:
    model, field = relation
    kept, merged = enter(1), enter(2)
    before = set(rows_of(relation, merged).values_list("pk", flat=True))
    row = make_row(model, **{field.name: merged})
    services.merge(actor=officer, kept=kept, merged_pk=merged.pk)
    assert {row.pk, *before} <= set(rows_of(relation, kept).values_list("pk", flat=True))
    assert not rows_of(relation, merged).exists()
    assert not Participation.objects.filter(pk=merged.pk).exists()


@pytest.mark.parametrize(
    "relation", list(relations_to(Contact)), ids=lambda pair: f"{pair[0]._meta.label}.{pair[1].name}"
)
def test_every_foreign_key_to_a_contact_known_twice_follows(
    relation: Any, enter: Make, officer: User
) -> None:
    model, field = relation
    kept, merged = enter(1), enter(2)
    facts = services.ContactFacts("Delattre", "Inès", email="ines@tissages.example")
    twin = services.add_contact(actor=officer, participation=kept, facts=facts)
    double = services.add_contact(actor=officer, participation=merged, facts=facts)
    row = make_row(model, **{field.name: double})
    services.merge(actor=officer, kept=kept, merged_pk=merged.pk)
    assert list(Contact.objects.filter(participation=kept)) == [twin]
    assert every_row(model).filter(pk=row.pk, **{field.name: twin}).exists()


def test_no_table_points_to_a_company_unseen() -> None:
    """What ``relations_to`` lists is all there is: counted again from the columns of every table."""
    columns = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignKey) and field.related_model is Participation
    }
    assert columns == {(model._meta.label, field.name) for model, field in relations_to(Participation)}
    assert len(columns) > 10


def test_merging_keeps_everything_and_says_so(
    programme: Programme, enter: Make, officer: User, advisor: User
) -> None:
    kept = enter(1, name="Tissages Vanhoutte")
    merged = enter(2, name="Tissage Vanhoute", stage=Stage.ENGAGED, advisor=advisor)
    services.set_next_step(
        actor=officer, participation=merged, next_step="Visite", next_step_on=date(2026, 12, 1)
    )
    services.project_counts(participation=merged, diagnostics=1, open_actions=2, trained_people=3)
    services.project_maturity(participation=merged, tenths=415, level="e", level_name="Émergent")
    services.log_exchange(actor=officer, participation=merged, kind=EventKind.CALL, text="Rappeler lundi.")
    services.record_event(
        participation=merged,
        kind=EventKind.MEETING,
        title="Page",
        url=f"{LIST}{merged.pk}/rendez-vous/4/",
    )
    services.add_contact(actor=officer, participation=merged, facts=services.ContactFacts("Roussel", "Paul"))
    document = make_row(
        Document, programme=programme, subject_type="participation", subject_id=str(merged.pk)
    )
    shown = preview(kept, merged)
    assert {(fact.label, fact.kept, fact.merged) for fact in shown.facts if fact.differs} >= {
        ("Raison sociale", "Tissages Vanhoutte", "Tissage Vanhoute"),
        ("Étape", "repérée", "engagée"),
    }
    assert {row.label: row.count for row in shown.moved}["contacts"] == 1
    for _click in range(2):
        services.merge(actor=officer, kept=kept, merged_pk=merged.pk, reason="Saisie deux fois")
    kept.refresh_from_db()
    assert (kept.name, kept.stage, kept.advisor, kept.next_step) == (
        "Tissages Vanhoutte",
        Stage.ENGAGED,
        advisor,
        "Visite",
    )
    assert (kept.diagnostics_count, kept.open_actions_count, kept.trained_people_count) == (1, 2, 3)
    assert kept.maturity_tenths == 415
    titles = list(kept.timeline.values_list("title", flat=True))
    assert titles.count("Entrée dans le programme") == 2
    assert "Fusion avec «\u00a0Tissage Vanhoute\u00a0»" in titles
    assert kept.timeline.get(title="Page").url == f"{LIST}{kept.pk}/rendez-vous/4/"
    document.refresh_from_db()
    assert document.subject_id == str(kept.pk)
    record = CompanyMerge.objects.get()
    assert (record.siret, record.values["identity"]["name"], record.reason) == (
        make_siret(make_siren(2)),
        "Tissage Vanhoute",
        "Saisie deux fois",
    )
    event = history(kept).get(verb="participation.merged")
    assert (event.comment, event.changes["merged"]) == ("Saisie deux fois", merged.pk)
    rows = Participation.objects.for_programme(programme)
    for text in (make_siret(make_siren(2)), "vanhoute", "roussel"):
        assert [row.pk for row in search(rows, text, programme_id=programme.pk).rows] == [kept.pk]


def test_one_person_of_both_companies_keeps_one_access(enter: Make, officer: User, make_user: Any) -> None:
    kept, merged = enter(1), enter(2)
    person = make_user("ada", Role.COMPANY)
    Membership.objects.create(participation=kept, user=person)
    Membership.objects.create(participation=merged, user=person, is_manager=True)
    services.merge(actor=officer, kept=kept, merged_pk=merged.pk)
    assert Membership.objects.get().is_manager


def test_two_agreements_of_one_person_leave_two_contacts(enter: Make, officer: User) -> None:
    kept, merged = enter(1), enter(2)
    facts = services.ContactFacts("Delattre", "Inès", email="ines@tissages.example")
    contacts = [services.add_contact(actor=officer, participation=p, facts=facts) for p in (kept, merged)]
    meeting = Meeting.objects.create(participation=kept, kind="first", starts_at=timezone.now())
    for contact in contacts:
        MeetingPerson.objects.create(meeting=meeting, contact=contact)
    services.merge(actor=officer, kept=kept, merged_pk=merged.pk)
    assert kept.contacts.count() == 2
    assert kept.contacts.filter(is_main=True).count() == 1


def test_what_exists_only_once_stops_the_merge_whole(enter: Make, officer: User) -> None:
    kept, merged = enter(1), enter(2)
    diagnostic = apps.get_model("diagnostics", "Diagnostic")
    first = make_row(diagnostic, participation=kept, status="open", programme=kept.programme)
    make_row(
        diagnostic,
        participation=merged,
        status="open",
        programme=kept.programme,
        questionnaire_id=first.questionnaire_id,
        version_id=first.version_id,
    )
    with pytest.raises(BusinessError) as caught, transaction.atomic():
        services.merge(actor=officer, kept=kept, merged_pk=merged.pk)
    assert caught.value.code == "merge-clash"
    assert "rien n’a été changé" in caught.value.message
    assert Participation.objects.count() == 2
    assert merged.timeline.exists()


def test_only_companies_of_one_programme_merge(
    enter: Make, officer: User, other_programme: Programme
) -> None:
    kept, elsewhere = enter(1), enter(2, programme=other_programme, actor=None)
    for wrong in (elsewhere.pk, kept.pk, 999_999):
        with pytest.raises(BusinessError):
            services.merge(actor=officer, kept=kept, merged_pk=wrong)


def test_a_merged_number_leads_to_what_was_kept(
    programme: Programme, enter: Make, officer: User, office: Client
) -> None:
    kept, merged = enter(1), enter(2, address="1 rue perdue")
    content = f"SIRET;Nom;Adresse\n{make_siret(make_siren(2))};Autre;9 rue écrasante\n".encode()
    checked_before = receive_file(actor=officer, programme=programme, name="a.csv", content=content)
    stage_batch(batch=checked_before)
    services.merge(actor=officer, kept=kept, merged_pk=merged.pk)
    apply_batch(actor=officer, batch=checked_before)
    after = receive_file(actor=officer, programme=programme, name="b.csv", content=content + b"\n")
    stage_batch(batch=after)
    row = after.rows.get()
    assert row.outcome == "unchanged"
    assert "merged_away" in [warning["code"] for warning in row.warnings]
    kept.refresh_from_db()
    assert kept.establishment.address == ""
    with pytest.raises(services.DuplicateParticipationError) as caught:
        enter(2)
    assert caught.value.participation == kept
    assert office.get(f"{LIST}{merged.pk}/")["Location"] == f"{LIST}{kept.pk}/"
    third = enter(3)
    services.merge(actor=officer, kept=third, merged_pk=kept.pk)
    assert office.get(f"{LIST}{merged.pk}/")["Location"] == f"{LIST}{third.pk}/"


def test_the_page_compares_then_merges(office: Client, enter: Make, signed_in: Any, advisor: User) -> None:
    kept, merged = enter(1, name="Tissages Vanhoutte"), enter(2, name="Tissage Vanhoute")
    url = f"{LIST}{kept.pk}/fusionner/"
    assert [row.pk for row in office.get(url).context["found"]] == [merged.pk]
    assert [row.pk for row in office.get(f"{url}?q=vanoute").context["found"]] == [merged.pk]
    page = office.get(f"{url}?avec={merged.pk}").content.decode()
    assert "ne peut pas être annulée" in page
    assert office.get(f"{url}?avec={kept.pk}").context["preview"] is None
    assert office.get(f"{url}?avec=9999999999999999999").context["preview"] is None
    assert office.post(url, {"merged": "abc"}).status_code == 422
    for _click in range(2):
        assert office.post(url, {"merged": merged.pk, "reason": "Deux fois"}).status_code == 302
    assert Participation.objects.count() == 1
    assert signed_in(advisor).get(url).status_code == 403


def test_queries_of_a_preview_do_not_grow(
    office: Client, enter: Make, officer: User, count_queries: Any
) -> None:
    kept, merged = enter(1), enter(2)
    url = f"{LIST}{kept.pk}/fusionner/?avec={merged.pk}"
    counts = []
    for number in (1, 3):
        for rank in range(number):
            services.add_contact(
                actor=officer, participation=merged, facts=services.ContactFacts(f"Nom{number}{rank}")
            )
        with count_queries() as queries:
            office.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]
