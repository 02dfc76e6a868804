"""A result beside its peers, its former selves and several points of view: page, PDF and their secrecy."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from companies.models import Participation
from diagnostics import services
from diagnostics.models import (
    Diagnostic,
    PeerElement,
    PeerGroup,
    PeerTable,
    Questionnaire,
    QuestionnaireVersion,
)
from diagnostics.peers import MIN_OTHERS
from diagnostics.selectors.plan_gains import later_diagnostic
from diagnostics.selectors.result_page import ResultContext, result_context
from diagnostics.selectors.results import diagnostic_with_result
from diagnostics.services import drafts
from diagnostics.services.peer_tables import compute_peer_table
from diagnostics.services.plan import start_plan
from documents.models import Document
from documents.rendering import render_html
from programme.access import Access
from programme.models import Programme
from programme.selectors import caller_access

from .conftest import COMPLETE, entries
from .documents import dimension, document, full_document, plain

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
DAY = date(2026, 6, 30)
WHEN = datetime(2026, 6, 1, 10, tzinfo=UTC)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def hand_in(version: QuestionnaireVersion, officer: User) -> Callable[..., Diagnostic]:
    """A diagnostic answered and handed in: ``hand_in(participation, ambition=3)``."""

    def make(
        participation: Participation,
        *,
        at: datetime = WHEN,
        consent: bool = True,
        questionnaire: Questionnaire = version.questionnaire,
        **changes: Any,
    ) -> Diagnostic:
        Participation.objects.filter(pk=participation.pk).update(observatory_consent=consent)
        diagnostic = services.open_diagnostic(
            actor=officer, participation=participation, questionnaire=questionnaire, at=at
        )
        given = entries(**{**COMPLETE, **changes})
        services.save_answers(actor=officer, diagnostic=diagnostic, entries=given, at=at)
        return services.submit_diagnostic(actor=officer, diagnostic=diagnostic, at=at, notify=False)

    return make


@pytest.fixture
def access(officer: User, programme: Programme) -> Access:
    return caller_access(officer, programme)


@pytest.fixture
def told(access: Access) -> Callable[[Diagnostic], ResultContext]:
    """The result of a diagnostic, as pages and documents read it."""

    def read(diagnostic: Diagnostic) -> ResultContext:
        context = result_context(diagnostic_with_result(access, diagnostic.pk))
        assert context is not None
        return context

    return read


class TestBenchmark:
    def test_five_others_are_needed_and_the_reader_is_left_out(
        self,
        enter: Callable[..., Participation],
        hand_in: Callable[..., Diagnostic],
        programme: Programme,
        version: QuestionnaireVersion,
        told: Callable[[Diagnostic], ResultContext],
    ):
        mine = hand_in(enter(1), ambition=5)
        for rank in range(2, 6):
            hand_in(enter(rank), ambition=1)
        assert compute_peer_table(programme=programme, version=version, day=DAY) is None
        hand_in(enter(6), ambition=1)
        table = compute_peer_table(programme=programme, version=version, day=DAY)
        assert table is not None
        benchmark = told(mine).benchmark
        assert benchmark is not None
        assert (benchmark.count, benchmark.dated) == (MIN_OTHERS, DAY)
        assert "même taille (10 à 49 salariés)" in benchmark.group
        others = next(row for row in benchmark.rows if row.code == "strategie")
        assert (others.own, others.peers, others.gap) == ("83,3", "17", "+66,3")

    def test_tables_are_dated_not_live(
        self,
        enter: Callable[..., Participation],
        hand_in: Callable[..., Diagnostic],
        programme: Programme,
        version: QuestionnaireVersion,
        told: Callable[[Diagnostic], ResultContext],
    ):
        mine = hand_in(enter(1))
        for rank in range(2, 8):
            hand_in(enter(rank))
        assert told(mine).benchmark is None
        compute_peer_table(programme=programme, version=version, day=DAY)
        before = told(mine).benchmark
        for rank in range(8, 13):
            hand_in(enter(rank), ambition=1)
            assert told(mine).benchmark == before
        assert compute_peer_table(programme=programme, version=version, day=DAY + timedelta(30)) is None
        hand_in(enter(13), ambition=1)
        compute_peer_table(programme=programme, version=version, day=DAY + timedelta(60))
        after = told(mine).benchmark
        assert after is not None
        assert (after.count, after.dated) == (12, DAY + timedelta(60))
        assert PeerElement.objects.count() == 13

    def test_without_consent_nothing_enters_and_linked_companies_count_once(
        self,
        enter: Callable[..., Participation],
        hand_in: Callable[..., Diagnostic],
        programme: Programme,
        version: QuestionnaireVersion,
        told: Callable[[Diagnostic], ResultContext],
    ):
        group = programme.company_groups.create(name="Groupe lié")
        first = hand_in(enter(1))
        for rank in (2, 3):
            linked = enter(rank)
            sister = linked
            Participation.objects.filter(pk__in=[linked.pk, first.participation_id]).update(group=group)
            hand_in(linked)
        for rank in range(4, 8):
            hand_in(enter(rank))
        refused = hand_in(enter(8), consent=False)
        assert compute_peer_table(programme=programme, version=version, day=DAY) is None
        hand_in(enter(9))
        assert compute_peer_table(programme=programme, version=version, day=DAY) is not None
        assert {row.count for row in PeerGroup.objects.all()} == {6}
        linked_one = Diagnostic.objects.get(participation=sister)
        for reader, count in ((first, 5), (linked_one, 5), (refused, 6)):
            benchmark = told(reader).benchmark
            assert benchmark is not None
            assert benchmark.count == count

    def test_the_group_widens_to_the_sector_then_to_all(
        self,
        enter: Callable[..., Participation],
        hand_in: Callable[..., Diagnostic],
        programme: Programme,
        version: QuestionnaireVersion,
        told: Callable[[Diagnostic], ResultContext],
    ):
        for rank in range(1, 8):
            hand_in(enter(rank))
        alone = hand_in(enter(20, activity_code="69.20Z"))
        large = hand_in(enter(21, workforce_band="41"))
        compute_peer_table(programme=programme, version=version, day=DAY)
        for reader, words in ((alone, "toutes les entreprises"), (large, "même secteur (Industrie")):
            benchmark = told(reader).benchmark
            assert benchmark is not None
            assert benchmark.group.startswith(words)

    def test_the_job_asks_once_a_month(
        self,
        enter: Callable[..., Participation],
        hand_in: Callable[..., Diagnostic],
        run_jobs: Callable[[], int],
    ):
        from core import jobs

        for rank in range(1, 8):
            hand_in(enter(rank))
        for key in ("a", "b"):
            jobs.enqueue("diagnostics.peers", key=key)
        run_jobs()
        assert PeerTable.objects.count() == 1

    def test_queries_do_not_depend_on_companies_or_tables(
        self,
        enter: Callable[..., Participation],
        hand_in: Callable[..., Diagnostic],
        programme: Programme,
        version: QuestionnaireVersion,
        access: Access,
        count_queries: Any,
    ):
        mine = hand_in(enter(1))
        counts = []
        for start in (2, 10):
            for rank in range(start, start + 7):
                hand_in(enter(rank))
            compute_peer_table(programme=programme, version=version, day=DAY + timedelta(start))
            with count_queries() as queries:
                result_context(diagnostic_with_result(access, mine.pk))
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestEvolution:
    def test_an_adaptation_goes_on_from_the_questionnaire_it_was_copied_from(
        self,
        participation: Participation,
        hand_in: Callable[..., Diagnostic],
        told: Callable[[Diagnostic], ResultContext],
        programme: Programme,
        officer: User,
    ):
        first = hand_in(participation, ambition=2)
        draft = drafts.copy_questionnaire(
            actor=officer, programme=programme, questionnaire=first.questionnaire
        )
        document = copy.deepcopy(draft.definition)
        document["title"] = "Le nôtre"
        document["dimensions"][1]["questions"][0]["weight"] = 5
        document["dimensions"][2]["code"] = "gens"
        for measure in document["measures"]:
            measure["dimension"] = measure["dimension"].replace("equipe", "gens")
        draft = drafts.save_draft(actor=officer, version=draft, document=document)
        services.publish_version(actor=officer, version=draft)
        later = WHEN + timedelta(180)
        second = hand_in(participation, ambition=4, at=later, questionnaire=draft.questionnaire)
        assert second.questionnaire.origin == first.questionnaire
        evolution = told(second).evolution
        assert evolution is not None
        strategy, data, people = evolution.rows
        assert strategy.cells[1].change == "+33,4"
        assert (data.cells[1].change, data.cells[1].note) == ("", "non comparable")
        assert people.cells[0].score == "–", "a theme that is new has no former score"
        assert evolution.overall.cells[1].note == "non comparable"
        statement = evolution.statements[0].replace("\u00a0", " ")
        assert "à son adaptation « Le nôtre » (version 1)" in statement
        assert "« Dimension donnees » ne se compare pas" in statement
        assert "Thème nouveau : « Dimension equipe »" in statement
        assert "Thème retiré : « Dimension equipe »" in statement
        plan = start_plan(actor=officer, diagnostic=first)
        assert later_diagnostic(plan) == second
        assert told(first).evolution is None

    def test_the_same_version_compares_whole(
        self,
        participation: Participation,
        hand_in: Callable[..., Diagnostic],
        told: Callable[[Diagnostic], ResultContext],
    ):
        first = hand_in(participation, ambition=2)
        second = hand_in(participation, ambition=4, at=WHEN + timedelta(180))
        third = hand_in(participation, ambition=4, usage="oui", at=WHEN + timedelta(360))
        assert told(first).evolution is None
        evolution = told(third).evolution
        assert evolution is not None
        assert [moment.name for moment in evolution.moments] == ["T0", "T1", "T2"]
        assert evolution.is_whole
        assert all("tout est comparable" in statement for statement in evolution.statements)
        strategy = evolution.rows[0]
        assert [cell.change for cell in strategy.cells] == ["", "+33,4", "+16,6"]
        shorter = told(second).evolution
        assert shorter is not None
        assert len(shorter.moments) == 2

    def test_another_version_says_what_does_not_compare(
        self,
        participation: Participation,
        hand_in: Callable[..., Diagnostic],
        told: Callable[[Diagnostic], ResultContext],
    ):
        hand_in(participation)
        document = copy.deepcopy(full_document())
        document["version"] = 2
        document["dimensions"][0]["questions"][1]["weight"] = 5
        imported = services.import_questionnaire(actor=None, document=document)
        services.publish_version(actor=None, version=imported)
        evolution = told(hand_in(participation, ambition=5, at=WHEN + timedelta(180))).evolution
        assert evolution is not None
        assert not evolution.is_whole
        strategy, data, _team = evolution.rows
        assert (strategy.cells[1].change, strategy.cells[1].note) == ("", "non comparable")
        assert data.cells[1].change == "="
        assert evolution.overall.cells[1].note == "non comparable"
        (statement,) = evolution.statements
        assert "de la version 1 à la version 2" in statement
        assert "« Dimension strategie » ne se compare pas" in statement.replace("\u00a0", " ")
        assert "Les notes globales ne se comparent pas." in statement


class TestUnscored:
    def test_a_questionnaire_without_score_says_so_and_invents_nothing(
        self,
        participation: Participation,
        hand_in: Callable[..., Diagnostic],
        officer: User,
        signed_in: SignIn,
        run_jobs: Callable[[], int],
    ):
        written = document(
            dimension("profil", plain("effectif", "number"), plain("envie", "long_text")), code="libre"
        )
        for key in ("levels", "measures", "caps"):
            written.pop(key, None)
        imported = services.import_questionnaire(actor=None, document=written)
        version = services.publish_version(actor=None, version=imported)
        opened = services.open_diagnostic(
            actor=officer, participation=participation, questionnaire=version.questionnaire
        )
        scored = hand_in(participation, ambition=2)
        services.save_answers(
            actor=officer, diagnostic=opened, entries=entries(effectif="12", envie="Gagner du temps")
        )
        services.submit_diagnostic(actor=officer, diagnostic=opened)
        client = signed_in(officer)
        address = f"/essai/diagnostics/{opened.pk}/resultat/"
        page = text_of(client.get(address).content.decode())
        client.post(f"{address}document/")
        printed = text_of(render_html(Document.objects.get(kind="diagnostic-result")))
        for told in (page, printed):
            assert "Ce questionnaire ne donne pas de note" in told
            for words in ("plus haut niveau", "points d’appui", "note est faite", "0 sur 100", "None"):
                assert words not in told, words
        participation.refresh_from_db()
        assert (participation.maturity_tenths, participation.diagnostics_count) == (scored.score_tenths, 2)
        assert run_jobs() > 0
        assert Document.objects.get(kind="diagnostic-result").is_ready


class TestPageAndDocument:
    @pytest.fixture
    def rich(
        self,
        enter: Callable[..., Participation],
        hand_in: Callable[..., Diagnostic],
        programme: Programme,
        version: QuestionnaireVersion,
        officer: User,
    ) -> Diagnostic:
        """A second diagnostic, answered from two points of view, with a table of peers."""
        for rank in range(2, 10):
            hand_in(enter(rank))
        mine = enter(1)
        hand_in(mine, ambition=1)
        compute_peer_table(programme=programme, version=version, day=DAY)
        diagnostic = services.open_diagnostic(
            actor=officer, participation=mine, questionnaire=version.questionnaire
        )
        for name, usage in (("Direction", "oui"), ("Atelier", "non")):
            person = services.Person(f"{name.lower()}@tissages.example", name)
            services.invite_view(actor=officer, diagnostic=diagnostic, person=person, point_of_view=name)
            user = User.objects.get(email=person.email)
            from diagnostics.selectors.filling import diagnostic_for

            seat = diagnostic_for(caller_access(user, programme), diagnostic.pk)
            given = entries(**{**COMPLETE, "usage": usage})
            services.save_answers(actor=user, diagnostic=seat, entries=given)
        services.close_views(actor=officer, diagnostic=diagnostic)
        diagnostic.refresh_from_db()
        workshop = diagnostic.respondents.get(point_of_view="Atelier")
        services.retain_answers(
            actor=officer, diagnostic=diagnostic, choices={"usage": workshop.pk}, notes={}
        )
        return services.submit_diagnostic(actor=officer, diagnostic=diagnostic)

    def test_everything_is_on_the_page_and_in_the_pdf(
        self, rich: Diagnostic, officer: User, signed_in: SignIn, run_jobs: Callable[[], int]
    ):
        client = signed_in(officer)
        page = text_of(client.get(f"/essai/diagnostics/{rich.pk}/resultat/").content.decode())
        asked = client.post(f"/essai/diagnostics/{rich.pk}/resultat/document/")
        again = client.post(f"/essai/diagnostics/{rich.pk}/resultat/document/")
        assert asked["Location"] == again["Location"]
        document = Document.objects.get(kind="diagnostic-result")
        printed = text_of(render_html(document))
        for words in (
            "À côté d’entreprises comparables",
            "8 autres entreprises, au 30 juin 2026",
            "D’un diagnostic à l’autre",
            "même version du questionnaire : tout est comparable",
            "Là où les points de vue diffèrent",
            "une question sur 8 reçoit des réponses différentes",
            "réponse « Atelier », retenue par Chargee Essai",
            "feraient le plus monter votre niveau",
        ):
            assert words in page, words
            assert words in printed.replace("Ce qui ferait le plus", "feraient le plus"), words
        cover = printed[: printed.index("Où vous en êtes")]
        for words in ("Tissages imaginés 1", "version 1", "Remis le"):
            assert words in cover, words
        run_jobs()
        document.refresh_from_db()
        assert document.is_ready

    def test_queries_of_the_fullest_result(self, rich: Diagnostic, access: Access, count_queries: Any):
        with count_queries() as queries:
            result_context(diagnostic_with_result(access, rich.pk))
        assert len(queries) <= 10
