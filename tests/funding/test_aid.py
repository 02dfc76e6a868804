"""The ledger of state aid: groups, ceilings, declarations, certificates, and who may read what."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from companies import services as companies
from companies.models import CompanyGroup, Membership, Participation, TimelineEvent
from companies.selectors.undertakings import undertakings
from core.errors import BusinessError
from core.models import AuditEvent
from diagnostics import services as diagnostics
from documents.models import Document
from funding.enums import AidBase, AidSource
from funding.models import AidDeclaration, AidGrant, AidProfile
from funding.selectors.aid import aid_ledger, aid_subjects, standings
from funding.services.aid import (
    AidDraft,
    DeclaredEntry,
    cancel_aid,
    declare_aid,
    grant_aid,
    grant_pending_aid,
    request_aid_certificate,
    set_aid_profile,
    set_aid_terms,
)
from programme.access import Access
from programme.enums import Role
from programme.models import Programme
from tests.companies.samples import make_siren, make_siret
from tests.diagnostics.conftest import COMPLETE, entries
from tests.diagnostics.documents import full_document

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=False):
        yield


def company(programme: Programme, rank: int, *, nic: int = 1, group: str = "") -> Participation:
    place = companies.create_participation(
        actor=None,
        programme=programme,
        siret=make_siret(make_siren(rank), nic),
        name=f"Entreprise {rank}",
    )
    if group:
        place.group, _made = CompanyGroup.objects.get_or_create(programme=programme, name=group)
        place.save(update_fields=["group"])
    return place


def draft(cents: int, on: date = date(2026, 3, 1), **values: Any) -> AidDraft:
    return AidDraft(
        source=values.pop("source", AidSource.OTHER),
        label=values.pop("label", "Diagnostic"),
        granted_on=on,
        base=values.pop("base", AidBase.DE_MINIMIS),
        cost_cents=cents,
        **values,
    )


def test_linked_companies_share_one_ceiling(programme: Programme) -> None:
    first, second = company(programme, 1, group="G"), company(programme, 2, group="G")
    alone = company(programme, 3)
    grant_aid(actor=None, participation=first, draft=draft(200_000_00))
    with pytest.raises(BusinessError) as refused:
        grant_aid(actor=None, participation=second, draft=draft(100_000_01))
    assert refused.value.code == "ceiling"
    assert "300" in refused.value.message
    grant_aid(actor=None, participation=second, draft=draft(100_000_00, label="Autre"))
    grant_aid(actor=None, participation=alone, draft=draft(300_000_00))
    now = standings(programme, [first.pk, alone.pk], TODAY)
    assert [now[first.pk].received_cents, now[alone.pk].received_cents] == [300_000_00, 300_000_00]


def test_two_places_of_one_company_bring_their_groups_together(programme: Programme) -> None:
    north, south = company(programme, 1), company(programme, 1, nic=2, group="G")
    cousin = company(programme, 2, group="G")
    stranger = company(programme, 3, group="H")
    found = undertakings(programme, [north.pk, stranger.pk])
    assert found[north.pk] == {north.pk, south.pk, cousin.pk}
    assert found[stranger.pk] == {stranger.pk}


def test_another_programme_is_never_counted(programme: Programme, other_programme: Programme) -> None:
    here, there = company(programme, 1), company(other_programme, 1)
    grant_aid(actor=None, participation=there, draft=draft(290_000_00))
    assert standings(programme, [here.pk], TODAY)[here.pk].received_cents == 0
    assert here.establishment_id == there.establishment_id


def test_what_is_declared_counts_and_the_last_declaration_wins(programme: Programme, officer: User) -> None:
    place = company(programme, 1)
    for amount in (250_000_00, 150_000_00):
        declare_aid(
            actor=officer,
            participation=place,
            declared_on=TODAY,
            signatory="Ada Exemple, gérante",
            aids=[DeclaredEntry(date(2025, 5, 1), "Région", amount)],
        )
    assert standings(programme, [place.pk], TODAY)[place.pk].received_cents == 150_000_00
    grant_aid(actor=None, participation=place, draft=draft(150_000_00))
    with pytest.raises(BusinessError, match="plafond"):
        grant_aid(actor=None, participation=place, draft=draft(1, label="Encore"))
    assert AidDeclaration.objects.count() == 2
    assert TimelineEvent.objects.filter(participation=place, kind="aid").count() == 3


def test_the_director_decides_above_the_ceiling_with_a_reason(programme: Programme, director: User) -> None:
    place = company(programme, 1)
    grant = grant_aid(
        actor=director, participation=place, draft=draft(300_000_01), decision_reason="Décision du COPIL"
    )
    assert grant.decision_reason == "Décision du COPIL"
    assert AuditEvent.objects.get(verb="aid.granted").comment == "Décision du COPIL"


def test_a_subject_is_granted_once_and_again_after_a_cancellation(programme: Programme) -> None:
    place = company(programme, 1)
    same = draft(500_00, subject_id="12", source=AidSource.DIAGNOSTIC)
    first = grant_aid(actor=None, participation=place, draft=same)
    assert grant_aid(actor=None, participation=place, draft=same).pk == first.pk
    cancel_aid(actor=None, grant=first, reason="Erreur")
    cancel_aid(actor=None, grant=first, reason="Erreur")
    assert standings(programme, [place.pk], TODAY)[place.pk].received_cents == 0
    assert grant_aid(actor=None, participation=place, draft=same).pk != first.pk
    assert AidGrant.objects.count() == 2


@pytest.mark.parametrize(
    ("size", "base", "paid", "code"),
    [
        ("", AidBase.TRAINING, 600_00, "intensity"),
        ("large", AidBase.CONSULTANCY, 900_00, "intensity"),
        ("small", AidBase.TRAINING, 299_99, "intensity"),
        ("small", AidBase.TRAINING, 300_00, ""),
        ("small", AidBase.TRAINING, 1_000_00, "no-aid"),
    ],
)
def test_shares_of_cost_are_held(
    programme: Programme, size: str, base: AidBase, paid: int, code: str
) -> None:
    place = company(programme, 1)
    set_aid_profile(actor=None, participation=place, size=size, road_freight=False, year_ends_in=12)
    asked = draft(1_000_00, base=base, paid_cents=paid)
    if not code:
        assert grant_aid(actor=None, participation=place, draft=asked).amount_cents == 700_00
        return
    with pytest.raises(BusinessError) as refused:
        grant_aid(actor=None, participation=place, draft=asked)
    assert refused.value.code == code


def test_a_diagnostic_handed_in_becomes_an_aid(programme: Programme, officer: User) -> None:
    version = diagnostics.publish_version(
        actor=None, version=diagnostics.import_questionnaire(actor=None, document=full_document())
    )
    place = company(programme, 1)
    opened = diagnostics.open_diagnostic(
        actor=officer, participation=place, questionnaire=version.questionnaire
    )
    set_aid_terms(
        actor=None, programme=programme, diagnostic_cost_cents=2_400_00, diagnostic_price_cents=400_00
    )
    assert aid_subjects(programme) == []
    diagnostics.save_answers(actor=officer, diagnostic=opened, entries=entries(**COMPLETE))
    diagnostics.submit_diagnostic(actor=officer, diagnostic=opened)
    (subject,) = aid_subjects(programme)
    assert (subject.amount_cents, subject.granted_on) == (2_000_00, TODAY)
    assert grant_pending_aid(actor=officer, programme=programme).granted == 1
    assert grant_pending_aid(actor=officer, programme=programme).granted == 0
    assert aid_subjects(programme) == []


def test_the_certificate_is_made_once_and_read_by_its_company_only(
    programme: Programme, officer: User, run_jobs: Callable[[], int]
) -> None:
    place = company(programme, 1, group="G")
    grant = grant_aid(actor=officer, participation=place, draft=draft(1_234_56))
    first = request_aid_certificate(actor=officer, grant=grant)
    assert request_aid_certificate(actor=officer, grant=grant).pk == first.pk
    run_jobs()
    first.refresh_from_db()
    assert first.is_ready
    assert first.snapshot["content"]["amount_cents"] == 1_234_56
    assert (first.subject_type, first.subject_id) == ("participation", str(place.pk))
    cancel_aid(actor=None, grant=grant, reason="Erreur")
    grant.refresh_from_db()
    with pytest.raises(BusinessError):
        request_aid_certificate(actor=officer, grant=grant)
    assert Document.objects.count() == 1


def test_an_advisor_reads_the_sum_but_not_the_other_companies(
    programme: Programme, make_access: Callable[..., Access]
) -> None:
    access = make_access("conseil", Role.ADVISOR)
    mine, other = company(programme, 1, group="G"), company(programme, 2, group="G")
    mine.advisor = access.user
    mine.save()
    grant_aid(actor=None, participation=other, draft=draft(5_000_00, label="Secret du voisin"))
    seen = aid_ledger(access, mine)
    assert seen.standing.received_cents == 5_000_00
    assert (seen.companies, seen.rows, seen.is_group) == ((mine.name,), (), True)


def test_pages(
    programme: Programme,
    officer: User,
    director: User,
    make_user: Callable[..., User],
    signed_in: Callable[[User], Client],
) -> None:
    place, other = company(programme, 1, group="G"), company(programme, 2, group="G")
    office, boss = signed_in(officer), signed_in(director)
    base = f"/essai/entreprises/{place.pk}/aides/"
    assert (
        boss.post(
            "/essai/budget/aides/conditions/",
            {
                "diagnostic_cost_cents": "2 400,00",
                "diagnostic_price_cents": "0",
                "diagnostic_base": "de-minimis",
                "half_day_cost_cents": "150",
                "training_base": "de-minimis",
                "authority": "Région",
            },
        ).status_code
        == 302
    )
    sent = {
        "source": "other",
        "label": "Atelier",
        "granted_on": "2026-03-01",
        "base": "de-minimis",
        "cost": "250 000,00",
        "paid": "",
        "form_token": "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0002",
        "decision_reason": "",
    }
    assert office.post(f"{base}inscrire/", sent).status_code == 302
    over = {**sent, "cost": "60 000", "form_token": "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0003"}
    refused = office.post(f"{base}inscrire/", {**over, "decision_reason": "je force"})
    assert refused.status_code == 422
    assert "310" in refused.content.decode()
    assert AidGrant.objects.count() == 1
    assert boss.post(f"{base}inscrire/", {**over, "decision_reason": "COPIL"}).status_code == 302
    page = office.get(base).content.decode()
    assert "Atelier" in page
    assert "n’a rien déclaré" in page
    assert "Atelier" in office.get("/essai/budget/aides/?export=csv").getvalue().decode()
    assert place.name in office.get("/essai/budget/aides/").content.decode()
    declared = {
        "signatory": "Ada Exemple",
        "declared_on": "2026-06-30",
        "form_token": "0b9f7a52-7f0c-4f9b-8a53-1f3c9a4f0004",
        "aides-TOTAL_FORMS": "1",
        "aides-INITIAL_FORMS": "0",
        "aides-0-authority": "Bpifrance",
        "aides-0-granted_on": "2025-01-10",
        "aides-0-amount": "12 000,50",
    }
    more = office.post(f"{base}declarer/", {**declared, "action": "add"})
    assert "aides-1-authority" in more.content.decode()
    assert office.post(f"{base}declarer/", declared).status_code == 302
    assert office.post(f"{base}declarer/", declared).status_code == 302
    assert AidDeclaration.objects.count() == 1
    manager = make_user("gerante", Role.COMPANY)
    Membership.objects.create(participation=other, user=manager)
    own = signed_in(manager).get("/essai/espace/aides/").content.decode()
    assert "Atelier" not in own
    assert "Bpifrance" not in own
    assert signed_in(manager).get(base).status_code == 403


def test_queries_do_not_grow(
    programme: Programme, officer: User, signed_in: Callable[[User], Client], count_queries: Any
) -> None:
    client, counts = signed_in(officer), []
    for size in (2, 6):
        for rank in range(size):
            place = company(programme, size * 10 + rank, group="G")
            grant_aid(actor=None, participation=place, draft=draft(100_00))
        paths = ("/essai/budget/aides/", f"/essai/entreprises/{place.pk}/aides/")
        with count_queries() as queries:
            for path in paths:
                assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_two_records_of_one_company_merge_with_their_aid(programme: Programme) -> None:
    kept, other = company(programme, 1), company(programme, 2)
    for place, freight in ((kept, False), (other, True)):
        set_aid_profile(actor=None, participation=place, size="small", road_freight=freight, year_ends_in=12)
        grant_aid(actor=None, participation=place, draft=draft(1_000_00))
    companies.merge(actor=None, kept=kept, merged_pk=other.pk)
    assert AidGrant.objects.filter(participation=kept).count() == 2
    assert AidProfile.objects.get(participation=kept).road_freight
    assert standings(programme, [kept.pk], TODAY)[kept.pk].received_cents == 2_000_00
