"""Authors in the browser: a draft tried, compared, measured on real answers, published."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from companies.models import Participation
from core import jobs
from diagnostics import services
from diagnostics.models import Diagnostic, QuestionnaireVersion
from diagnostics.selectors import latest_version
from diagnostics.services import drafts, effects

from .authoring import BASE, gesture, save, text, url
from .documents import full_document

pytestmark = pytest.mark.django_db


class TestBeforePublishing:
    def test_the_preview_reacts_as_the_company_s_page_and_keeps_nothing(
        self, author: Client, draft: QuestionnaireVersion
    ):
        start = author.get(url(draft, "apercu/"))
        assert start.url == url(draft, "apercu/strategie/")
        page = text(author.get(start.url))
        assert "Vos essais ne sont enregistrés nulle part" in page
        data = {"vu": ["usage", "ambition", "pourquoi"], "q-usage": "oui", "q-ambition": "5"}
        assert author.post(start.url, data).url == url(draft, "apercu/donnees/")
        moved = author.post(
            url(draft, "apercu/donnees/") + "?question=sources",
            {"q-sources": ["a", "b"]},
            headers={"HX-Request": "true"},
        )
        assert 'id="question-part" hx-swap-oob="true" class="card question' in text(moved)
        refused = author.post(url(draft, "apercu/donnees/"), {"vu": "budget", "q-budget": "beaucoup"})
        assert "Écrivez un nombre" in text(refused)
        result = text(author.get(url(draft, "apercu/") + "?resultat=1"))
        assert "87,5 sur 100 – Maîtrise" in result
        assert "Question ambition ?" in result
        assert Diagnostic.objects.count() == 0
        author.post(url(draft, "apercu/"))
        assert "Rien n’est noté avec ces réponses." in text(author.get(url(draft, "apercu/") + "?resultat=1"))

    def test_differences_are_said_in_plain_words(self, author: Client, draft: QuestionnaireVersion):
        save(author, draft, "elements/question/usage/", weight="3", text="Un nouveau texte ?")
        save(author, draft, "elements/section/donnees/", weight="1")
        gesture(author, draft, "ajouter:question:equipe", texte="Et les stages ?", genre="single")
        gesture(author, draft, "retirer:question:outil", confirme="1")
        page = text(author.get(url(draft, "differences/")))
        for words in (
            "Ajouté\u00a0: question «\u00a0Et les stages ?\u00a0», dans «\u00a0Dimension equipe\u00a0»",
            "Retiré\u00a0: question «\u00a0Question outil ?\u00a0»",
            "poids\u00a0: 1 → 3",
            "Section «\u00a0Dimension donnees\u00a0» – poids\u00a0: 3 → 1",
            "texte\u00a0: «\u00a0Question usage ?\u00a0» → «\u00a0Un nouveau texte ?\u00a0»",
            "plus comparable",
            "La note globale ne sera plus comparable",
        ):
            assert words in page, words

    def test_the_effect_tells_who_would_change_level_and_publishing_says_it(
        self, author: Client, draft: QuestionnaireVersion, handed_in: Callable[..., Diagnostic]
    ):
        handed_in(1, usage="oui", ambition=5)
        handed_in(2, usage="non", ambition=1)
        assert "2 entreprises ont remis ce questionnaire." in text(author.get(url(draft, "effet/")))
        levels = [
            {**level, "from": level["from"] and min(99, level["from"] + 15)}
            for level in full_document()["levels"]
        ]
        document = {**draft.definition, "levels": levels}
        drafts.save_draft(actor=None, version=draft, document=document)
        assert author.post(url(draft, "effet/")).status_code == 302
        page = text(author.get(url(draft, "effet/")))
        assert re.search(r"[12] entreprise\(s\) sur 2 changeraient de niveau\.", page)
        assert "comparable" in page
        publish = text(author.get(url(draft, "publier/")))
        assert "sur 2 changeraient de niveau." in publish
        gesture(author, draft, "monter:section:equipe")
        assert "Le brouillon a changé depuis cette mesure" in text(author.get(url(draft, "effet/")))

    def test_many_companies_are_measured_by_a_job_with_progress(
        self,
        author: Client,
        draft: QuestionnaireVersion,
        handed_in: Callable[..., Diagnostic],
        monkeypatch: pytest.MonkeyPatch,
    ):
        for rank in (1, 2, 3):
            handed_in(rank)
        monkeypatch.setattr(effects, "FEW", 2)
        monkeypatch.setattr(effects, "CHUNK", 2)
        asked = [author.post(url(draft, "effet/")).url for _click in range(2)]
        assert asked[0] == asked[1]
        assert "/travaux/" in asked[0]
        assert jobs.drain() == 1
        assert f'href="{url(draft, "effet/")}"' in text(author.get(asked[0]))
        assert "Aucune des 3 entreprises ne changerait de niveau." in text(author.get(url(draft, "effet/")))
        steps: list[tuple[int, str]] = []
        effects.measure_effect(version=draft, progress=lambda *step: steps.append(step))
        assert steps == [(66, "2 entreprises sur 3"), (100, "3 entreprises sur 3")]

    def test_publishing_once_and_for_all(self, author: Client, draft: QuestionnaireVersion):
        stale = author.post(url(draft, "publier/"), {"lu": "autre"})
        assert "modifié depuis que vous avez ouvert cette page" in text(stale)
        for _click in range(2):
            assert author.post(url(draft, "publier/"), {"lu": draft.sha256}).status_code == 302
        draft.refresh_from_db()
        assert draft.published_at is not None
        assert latest_version(draft.questionnaire) == draft
        assert text(author.get(f"{BASE}{draft.questionnaire_id}/")).count("publiée") >= 2

    def test_the_file_and_the_schema_are_served(
        self, author: Client, draft: QuestionnaireVersion, client: Client
    ):
        file = author.get(url(draft, "fichier/"))
        assert 'filename="essai-v2.yaml"' in file.headers["Content-Disposition"]
        assert services.read_document(text(file)) == draft.definition
        schema = client.get(f"{BASE}schema.json")
        assert schema.json()["title"] == "Questionnaire"


@pytest.fixture
def handed_in(
    own: QuestionnaireVersion, enter: Callable[..., Participation], officer: User
) -> Callable[..., Diagnostic]:
    """``handed_in(rank, usage="oui")``: a company that handed the questionnaire in."""
    from .conftest import COMPLETE, entries

    def make(rank: int, **answers: Any) -> Diagnostic:
        diagnostic = services.open_diagnostic(
            actor=officer, participation=enter(rank), questionnaire=own.questionnaire, contact=None
        )
        given = {**COMPLETE, **answers}
        services.save_answers(actor=None, diagnostic=diagnostic, entries=entries(**given))
        return services.submit_diagnostic(actor=officer, diagnostic=diagnostic, notify=False)

    return make
