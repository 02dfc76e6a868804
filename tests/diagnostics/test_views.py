"""Pages of diagnostics: filling with and without script, review, handing in, result, staff's list."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from companies import services as companies
from companies.models import Contact, Participation
from companies.services import ContactFacts
from diagnostics import services
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Answer, Diagnostic, QuestionnaireVersion
from programme.enums import Role
from programme.models import Programme

from .conftest import COMPLETE, SAVING, entries

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def base(diagnostic: Diagnostic) -> str:
    return f"/essai/espace/diagnostics/{diagnostic.pk}/"


@pytest.fixture
def company(signed_in: SignIn, manager: User) -> Client:
    return signed_in(manager)


@pytest.fixture
def office(signed_in: SignIn, officer: User) -> Client:
    return signed_in(officer)


def autosave(client: Client, diagnostic: Diagnostic, code: str, **data: Any) -> Any:
    return client.post(f"{base(diagnostic)}reponses/{code}/", data, headers={"HX-Request": "true"})


class TestFilling:
    def test_the_link_s_page_tells_what_it_is_and_where_to_start(
        self, company: Client, diagnostic: Diagnostic
    ):
        page = company.get(base(diagnostic)).content.decode()
        assert "Comptez 10 minutes environ" in page
        assert f'href="{base(diagnostic)}parties/strategie/"' in page
        services.save_answers(actor=None, diagnostic=diagnostic, entries=entries(usage="non", ambition=1))
        page = company.get(base(diagnostic)).content.decode()
        assert "Il vous reste une partie, environ 4 minutes." in page
        assert f'<a class="button primary" href="{base(diagnostic)}parties/donnees/">Reprendre' in page

    def test_an_answer_saves_itself_and_tells_its_hour(
        self, company: Client, diagnostic: Diagnostic, manager: User
    ):
        answer = autosave(company, diagnostic, "ambition", **{"q-ambition": "3", "c-ambition": "Pour 2027"})
        body = answer.content.decode()
        assert re.search(r'<p class="saved" data-save-status>Enregistré à \d+\xa0h\xa0\d\d</p>', body)
        assert '<div id="avancement" hx-swap-oob="true">' in body
        assert "1 réponse sur 5" in body
        assert "question-" not in body
        assert len(answer.content) < 1_000
        row = Answer.objects.get()
        assert (row.value, row.comment, row.saved_by) == (3, "Pour 2027", manager)

    def test_a_question_appears_and_disappears_without_reloading(
        self, company: Client, diagnostic: Diagnostic
    ):
        shown = autosave(company, diagnostic, "sources", **{"q-sources": ["a", "b"]}).content.decode()
        assert '<div id="question-part" hx-swap-oob="true" class="card question"' in shown
        assert 'name="q-part"' in shown
        hidden = autosave(company, diagnostic, "sources", **{"q-sources": ["b"]}).content.decode()
        assert '<div id="question-part" hx-swap-oob="true" hidden></div>' in hidden

    def test_a_section_that_appears_is_added_to_the_list(self, company: Client, diagnostic: Diagnostic):
        body = autosave(company, diagnostic, "usage", **{"q-usage": "oui"}).content.decode()
        assert '<div id="parties" hx-swap-oob="true">' in body
        assert "Dimension equipe" in body

    def test_what_does_not_suit_is_said_and_nothing_is_kept(self, company: Client, diagnostic: Diagnostic):
        answer = autosave(company, diagnostic, "budget", **{"q-budget": "beaucoup"})
        assert answer.content.decode() == (
            '<p class="saved failed" data-save-status>Écrivez un nombre, par exemple 12 ou 12,5.</p>'
        )
        assert Answer.objects.count() == 0

    def test_the_last_gesture_wins_without_script(self, company: Client, diagnostic: Diagnostic):
        autosave(company, diagnostic, "sources", **{"q-sources": ["a"]})
        autosave(company, diagnostic, "sources", **{"q-sources": ["a", "aucun"]})
        assert Answer.objects.get().value == ["aucun"]
        autosave(company, diagnostic, "sources", **{"q-sources": ["b", "aucun"]})
        assert Answer.objects.get().value == ["b"]

    def test_without_object_and_back(self, company: Client, diagnostic: Diagnostic):
        autosave(company, diagnostic, "usage", **{"q-usage": "oui"})
        autosave(company, diagnostic, "usage", **{"q-usage": "oui", "na-usage": "1"})
        row = Answer.objects.get()
        assert (row.value, row.choice, row.not_applicable) == (None, "", True)
        autosave(company, diagnostic, "usage", **{"q-usage": "peu", "na-usage": "1"})
        row.refresh_from_db()
        assert (row.value, row.choice, row.not_applicable) == ("peu", "peu", False)

    def test_a_whole_section_is_saved_when_it_is_left_without_script(
        self, company: Client, diagnostic: Diagnostic
    ):
        answer = company.post(
            f"{base(diagnostic)}parties/strategie/",
            {
                "vu": ["usage", "ambition", "pourquoi"],
                "q-usage": "non",
                "q-ambition": "2",
                "q-pourquoi": "Le prix\r\ndu lin",
                "vers": "suivant",
            },
        )
        assert (answer.status_code, answer["Location"]) == (302, f"{base(diagnostic)}parties/donnees/")
        assert {row.question_code: row.value for row in Answer.objects.all()} == {
            "usage": "non",
            "ambition": 2,
            "pourquoi": "Le prix\ndu lin",
        }
        back = company.post(f"{base(diagnostic)}parties/donnees/", {"vers": "precedent"})
        assert back["Location"] == f"{base(diagnostic)}parties/strategie/"
        assert Answer.objects.count() == 3

    def test_what_another_tab_saved_is_not_sent_again(self, company: Client, diagnostic: Diagnostic):
        autosave(company, diagnostic, "ambition", **{"q-ambition": "5"})
        company.post(
            f"{base(diagnostic)}parties/strategie/",
            {"vu": ["usage"], "q-usage": "oui", "q-ambition": "1", "vers": "suivant"},
        )
        assert Answer.objects.get(question_code="ambition").value == 5

    def test_a_wrong_answer_stays_on_the_page_and_the_others_are_saved(
        self, company: Client, diagnostic: Diagnostic
    ):
        answer = company.post(
            f"{base(diagnostic)}parties/donnees/",
            {"vu": ["sources", "budget"], "q-sources": ["b"], "q-budget": "12,345", "vers": "suivant"},
        )
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Écrivez au plus 2 décimales." in page
        assert 'value="12,345"' in page
        assert 'value="b" checked' in page
        assert [row.question_code for row in Answer.objects.all()] == ["sources"]

    def test_new_questions_keep_the_reader_on_the_page_without_script(
        self, company: Client, diagnostic: Diagnostic
    ):
        answer = company.post(
            f"{base(diagnostic)}parties/donnees/", {"vu": ["sources"], "q-sources": ["a"], "vers": "suivant"}
        )
        assert answer["Location"] == f"{base(diagnostic)}parties/donnees/#question-part"

    def test_hidden_sections_and_unknown_questions_do_not_exist(
        self, company: Client, diagnostic: Diagnostic
    ):
        assert company.get(f"{base(diagnostic)}parties/equipe/").status_code == 404
        assert company.get(f"{base(diagnostic)}parties/inconnue/").status_code == 404
        assert autosave(company, diagnostic, "inconnue").status_code == 404

    def test_a_fragment_s_address_leads_to_its_page(self, company: Client, diagnostic: Diagnostic):
        answer = company.post(f"{base(diagnostic)}reponses/usage/", {"q-usage": "oui"})
        assert answer["Location"] == f"{base(diagnostic)}parties/strategie/"

    def test_hostile_text_is_shown_harmless(self, company: Client, diagnostic: Diagnostic):
        autosave(company, diagnostic, "pourquoi", **{"q-pourquoi": "</textarea><script>x</script>"})
        page = company.get(f"{base(diagnostic)}parties/strategie/").content.decode()
        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page

    def test_queries_do_not_depend_on_questions_or_answers(
        self, company: Client, diagnostic: Diagnostic, count_queries: Any
    ):
        address = f"{base(diagnostic)}parties/donnees/"
        company.get(address)
        with count_queries() as empty:
            company.get(address)
        with count_queries() as first:
            autosave(company, diagnostic, "ambition", **{"q-ambition": "3"})
        services.save_answers(actor=None, diagnostic=diagnostic, entries=entries(**COMPLETE))
        with count_queries() as full:
            company.get(address)
        with count_queries() as later:
            autosave(company, diagnostic, "sources", **{"q-sources": ["a", "c"]})
        assert (len(empty), len(full)) == (4, 4)
        assert (len(first), len(later)) == (SAVING, SAVING)


class TestReviewAndSubmission:
    def test_the_review_lists_what_is_missing_with_links(self, company: Client, diagnostic: Diagnostic):
        services.save_answers(
            actor=None,
            diagnostic=diagnostic,
            entries=entries(**{**COMPLETE, "outil": None, "qualite": {"r1": 1}}),
        )
        page = company.get(f"{base(diagnostic)}relecture/").content.decode()
        assert "Il manque 2 réponses" in page
        assert f'href="{base(diagnostic)}parties/donnees/#question-qualite"' in page
        assert "Il manque\u00a0: Ligne 2, Ligne 3" in page
        assert "Remettre le diagnostic" not in page

    def test_handing_in_twice_leads_to_the_same_result(
        self, company: Client, diagnostic: Diagnostic, run_jobs: Callable[[], int]
    ):
        services.save_answers(actor=None, diagnostic=diagnostic, entries=entries(**COMPLETE))
        assert "Remettre le diagnostic" in company.get(f"{base(diagnostic)}relecture/").content.decode()
        for _click in range(2):
            answer = company.post(f"{base(diagnostic)}remise/")
            assert (answer.status_code, answer["Location"]) == (302, f"{base(diagnostic)}resultat/")
        assert Diagnostic.objects.filter(status=DiagnosticStatus.SUBMITTED).count() == 1

    def test_handing_in_too_early_says_what_is_missing(self, company: Client, diagnostic: Diagnostic):
        answer = company.post(f"{base(diagnostic)}remise/")
        assert answer.status_code == 409
        assert "Il manque encore 5 réponses." in answer.content.decode()

    def test_once_handed_in_the_pages_lead_to_the_result(self, company: Client, submitted: Diagnostic):
        assert company.get(base(submitted))["Location"] == f"{base(submitted)}resultat/"
        assert company.get(f"{base(submitted)}parties/donnees/")["Location"] == base(submitted)
        assert autosave(company, submitted, "usage", **{"q-usage": "non"}).status_code == 409
        assert Answer.objects.get(question_code="usage").value == "peu"


class TestResult:
    def test_the_result_says_everything_in_words(self, company: Client, submitted: Diagnostic):
        page = company.get(f"{base(submitted)}resultat/").content.decode()
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))  # no-break spaces included
        for words in (
            "66,1 /100",
            "Pilotage",
            "Vous pilotez.",
            "Dimension equipe",
            "Une préconisation pour vous",
            "En « Dimension donnees », vous en êtes à « Usages » (54,7 sur 100).",
            "feraient le plus monter votre niveau",
            "sans réponse",
            "posée pour mieux vous connaître, jamais notée",
        ):
            assert words in text, words
        assert 'role="img"' in page

    def test_the_pdf_is_asked_for_once(
        self, company: Client, submitted: Diagnostic, run_jobs: Callable[[], int]
    ):
        first = company.post(f"{base(submitted)}resultat/document/")
        again = company.post(f"{base(submitted)}resultat/document/")
        assert first["Location"] == again["Location"]
        run_jobs()
        page = company.get(first["Location"])
        assert page.status_code == 200
        assert "Résultat du diagnostic – Tissages imaginés 1" in page.content.decode()

    def test_queries_of_a_result(self, company: Client, submitted: Diagnostic, count_queries: Any):
        company.get(f"{base(submitted)}resultat/")
        with count_queries() as queries:
            company.get(f"{base(submitted)}resultat/")
        assert len(queries) == 8

    def test_before_handing_in_there_is_none(self, company: Client, diagnostic: Diagnostic):
        assert company.get(f"{base(diagnostic)}resultat/")["Location"] == base(diagnostic)


class TestStaff:
    def test_a_diagnostic_is_opened_and_its_respondent_invited(
        self,
        office: Client,
        participation: Participation,
        contact: Contact,
        version: QuestionnaireVersion,
        run_jobs: Any,
    ):
        address = f"/essai/diagnostics/ouvrir/{participation.pk}/"
        assert "Inès Delattre (ines@tissages.example)" in office.get(address).content.decode()
        data = {"questionnaire": version.questionnaire_id, "contact": contact.pk, "invite": "on"}
        for _click in range(2):
            answer = office.post(address, data)
            assert answer["Location"] == f"/essai/diagnostics/{Diagnostic.objects.get().pk}/"
        run_jobs()
        assert len(mail.outbox) == 1
        assert "Renvoyer l’invitation" in office.get(answer["Location"]).content.decode()

    def test_a_contact_without_address_cannot_be_invited(
        self, office: Client, participation: Participation, version: QuestionnaireVersion, officer: User
    ):
        nobody = companies.add_contact(
            actor=officer,
            participation=participation,
            facts=ContactFacts(last_name="Sans", first_name="Adresse"),
        )
        data = {"questionnaire": version.questionnaire_id, "contact": nobody.pk, "invite": "on"}
        page = office.post(f"/essai/diagnostics/ouvrir/{participation.pk}/", data).content.decode()
        assert "Cette personne n’a pas d’adresse e-mail" in page
        assert Diagnostic.objects.count() == 0

    def test_the_list_filters_sorts_and_exports_the_same_rows(
        self, office: Client, enter: Any, version: QuestionnaireVersion, officer: User, submitted: Diagnostic
    ):
        other = enter(2, name="Brasserie Inventée")
        services.open_diagnostic(actor=officer, participation=other, questionnaire=version.questionnaire)
        page = office.get("/essai/diagnostics/").content.decode()
        assert "2 diagnostics" in page
        page = office.get("/essai/diagnostics/", {"q": "inventee"}).content.decode()
        assert ("1 diagnostic" in page, "Brasserie Inventée" in page, "Tissages" in page) == (
            True,
            True,
            False,
        )
        export = office.get("/essai/diagnostics/", {"etat": "submitted", "export": "csv"})
        lines = b"".join(export.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert lines[1].startswith("Tissages imaginés 1;Questionnaire d’essai;1;remis;9;9;Inès Delattre;;")
        assert lines[1].endswith(";66.1;Pilotage")

    def test_an_empty_list_says_what_to_do(self, office: Client):
        assert (
            "Ouvrez-en un depuis la fiche d’une entreprise"
            in office.get("/essai/diagnostics/").content.decode()
        )

    def test_queries_of_the_list_do_not_depend_on_rows(
        self,
        office: Client,
        enter: Any,
        version: QuestionnaireVersion,
        officer: User,
        diagnostic: Diagnostic,
        count_queries: Any,
    ):
        office.get("/essai/diagnostics/")
        with count_queries() as one:
            office.get("/essai/diagnostics/")
        for rank in (2, 3):
            services.open_diagnostic(
                actor=officer, participation=enter(rank), questionnaire=version.questionnaire
            )
        with count_queries() as three:
            office.get("/essai/diagnostics/")
        assert len(one) == len(three) == 6

    def test_cancelling_asks_why(self, office: Client, diagnostic: Diagnostic):
        address = f"/essai/diagnostics/{diagnostic.pk}/annuler/"
        assert "obligatoire" in office.post(address, {"reason": ""}).content.decode()
        office.post(address, {"reason": "Ouvert par erreur"})
        diagnostic.refresh_from_db()
        assert diagnostic.status == DiagnosticStatus.CANCELLED

    def test_comments_reach_the_advisor(self, office: Client, diagnostic: Diagnostic):
        services.save_answers(
            actor=None,
            diagnostic=diagnostic,
            entries={"usage": services.Entry("oui", comment="Un seul atelier")},
        )
        assert "Un seul atelier" in office.get(f"/essai/diagnostics/{diagnostic.pk}/").content.decode()


class TestRights:
    def test_an_advisor_sees_only_companies_assigned_to_her(
        self, signed_in: SignIn, advisor: User, officer: User, diagnostic: Diagnostic, submitted: Diagnostic
    ):
        client = signed_in(advisor)
        addresses = (
            f"/essai/diagnostics/{diagnostic.pk}/",
            f"/essai/diagnostics/{diagnostic.pk}/resultat/",
            base(diagnostic),
        )
        assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
        assert "Tissages" not in client.get("/essai/diagnostics/").content.decode()
        companies.assign_advisor(actor=officer, participation=diagnostic.participation, advisor=advisor)
        assert [client.get(address).status_code for address in addresses] == [200, 200, 302]
        assert "Tissages" in client.get("/essai/diagnostics/").content.decode()

    def test_an_advisor_answers_with_the_company_under_her_own_name(
        self, signed_in: SignIn, advisor: User, officer: User, diagnostic: Diagnostic
    ):
        companies.assign_advisor(actor=officer, participation=diagnostic.participation, advisor=advisor)
        client = signed_in(advisor)
        assert (
            "Vous répondez pour Tissages imaginés 1"
            in client.get(f"{base(diagnostic)}parties/strategie/").content.decode()
        )
        autosave(client, diagnostic, "usage", **{"q-usage": "oui"})
        assert Answer.objects.get().saved_by == advisor

    def test_another_company_and_another_programme_see_nothing(
        self,
        signed_in: SignIn,
        enter: Any,
        officer: User,
        make_user: Callable[..., User],
        other_programme: Programme,
        diagnostic: Diagnostic,
    ):
        elsewhere = companies.add_contact(
            actor=officer,
            participation=enter(2),
            facts=ContactFacts(last_name="Autre", email="autre@ailleurs.example"),
        )
        stranger = signed_in(companies.open_access(actor=officer, contact=elsewhere).user)
        assert stranger.get(base(diagnostic)).status_code == 404
        assert autosave(stranger, diagnostic, "usage", **{"q-usage": "oui"}).status_code == 404
        neighbour = signed_in(make_user("voisine", Role.DIRECTOR, in_programme=other_programme))
        assert neighbour.get(f"/voisin/diagnostics/{diagnostic.pk}/").status_code == 404
        assert neighbour.get(f"/essai/diagnostics/{diagnostic.pk}/").status_code == 403

    @pytest.mark.parametrize("role", [Role.TRAINER, Role.FUNDER])
    def test_trainers_and_funders_see_none(
        self, signed_in: SignIn, make_user: Callable[..., User], role: Role, submitted: Diagnostic
    ):
        client = signed_in(make_user("externe", role))
        for address in (
            "/essai/diagnostics/",
            f"/essai/diagnostics/{submitted.pk}/resultat/",
            base(submitted),
            f"{base(submitted)}resultat/",
        ):
            assert client.get(address).status_code == 403

    def test_signed_out_people_go_to_sign_in(self, client: Client, diagnostic: Diagnostic):
        answer = client.get(base(diagnostic))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/comptes/")


class TestDrawing:
    def test_every_kind_of_question_is_drawn_with_its_answer(self, company: Client, diagnostic: Diagnostic):
        kept = {**COMPLETE, "depuis": "2024-03-01", "pourquoi": 'Le "lin" <b>'}
        services.save_answers(
            actor=None,
            diagnostic=diagnostic,
            entries={**entries(**kept), "usage": services.Entry("peu", comment="À <revoir>")},
        )
        pages = {
            code: company.get(f"{base(diagnostic)}parties/{code}/").content.decode()
            for code in ("strategie", "donnees", "equipe")
        }
        for code, piece in (
            ("strategie", '<input type="radio" name="q-usage" value="peu" checked>'),
            ("strategie", '<input type="radio" name="q-usage" value="oui">'),
            ("strategie", '<input type="radio" name="q-ambition" value="4" checked>'),
            ("strategie", 'maxlength="10000">Le &quot;lin&quot; &lt;b&gt;</textarea>'),
            ("strategie", '<details class="disclosure" open><summary>Votre commentaire</summary>'),
            ("strategie", "À &lt;revoir&gt;</textarea>"),
            ("donnees", '<input type="checkbox" name="q-sources" value="b" checked>'),
            ("donnees", '<input type="checkbox" name="q-sources" value="aucun" data-exclusive>'),
            ("donnees", '<input type="radio" name="q-qualite-r2" value="2" checked>'),
            ("donnees", 'name="q-budget" value="6\u202f000"'),
            ("donnees", 'name="q-part" value="40"'),
            ("equipe", 'name="q-depuis" value="2024-03-01"'),
            ("equipe", 'name="q-outil" value="Un tableur"'),
        ):
            assert piece in pages[code], piece
        assert not [page for page in pages.values() if "\x01" in page or "\x02" in page]

    def test_without_object_is_ticked_again(self, company: Client, diagnostic: Diagnostic):
        entry = services.Entry(None, not_applicable=True)
        services.save_answers(actor=None, diagnostic=diagnostic, entries={"usage": entry})
        page = company.get(f"{base(diagnostic)}parties/strategie/").content.decode()
        assert 'name="na-usage" value="1" data-not-applicable checked>' in page
