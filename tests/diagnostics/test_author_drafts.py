"""Authors in the browser: drafts begun, kept apart, and their outline edited gesture by gesture."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.errors import BusinessError
from diagnostics import editing, services
from diagnostics.definition import parse_definition
from diagnostics.models import Questionnaire, QuestionnaireVersion
from diagnostics.selectors import latest_version, questionnaires_for
from diagnostics.services import drafts
from programme.models import Programme

from .authoring import BASE, gesture, text, url
from .documents import rich_document
from .test_xlsform import sheets, workbook

pytestmark = pytest.mark.django_db


class TestDrafts:
    def test_a_title_opens_a_valid_draft_once(self, author: Client):
        for _click in range(2):
            response = author.post(f"{BASE}nouveau/", {"title": "Mesurer l’usage de l’IA"})
        version = QuestionnaireVersion.objects.get()
        assert response.url == url(version)
        assert parse_definition(version.definition).code == "mesurer-l-usage-de"
        page = text(author.get(url(version)))
        assert "Ce brouillon est valable" in page
        assert latest_version(version.questionnaire) is None

    def test_the_next_version_starts_from_the_latest_and_is_one(
        self, author: Client, own: QuestionnaireVersion
    ):
        for _click in range(2):
            author.post(f"{BASE}{own.questionnaire_id}/version-suivante/")
        versions = list(QuestionnaireVersion.objects.order_by("number"))
        assert [(each.number, each.is_draft) for each in versions] == [(1, False), (2, True)]
        assert versions[1].definition["version"] == 2
        page = text(author.get(f"{BASE}{own.questionnaire_id}/"))
        assert "Version 2" in page
        assert "brouillon" in page

    def test_a_shared_questionnaire_is_adapted_not_changed(
        self, author: Client, version: QuestionnaireVersion, programme: Programme
    ):
        page = text(author.get(f"{BASE}{version.questionnaire_id}/"))
        assert "Adapter à ce programme" in page
        assert author.post(f"{BASE}{version.questionnaire_id}/version-suivante/").status_code == 403
        for _click in range(2):
            author.post(f"{BASE}{version.questionnaire_id}/copier/")
        copy = Questionnaire.objects.exclude(pk=version.questionnaire_id).get()
        assert (copy.programme, copy.origin, copy.title) == (
            programme,
            version.questionnaire,
            "Questionnaire d’essai (copie)",
        )
        draft = copy.versions.get()
        assert set(parse_definition(draft.definition).questions) == set(
            parse_definition(version.definition).questions
        )
        assert list(questionnaires_for(programme)) == [version.questionnaire]
        drafts.publish_draft(actor=None, version=draft)
        assert list(questionnaires_for(programme)) == [copy]

    def test_a_file_becomes_a_draft_or_is_refused_whole(self, author: Client):
        content = services.write_document(rich_document()).encode()
        author.post(f"{BASE}nouveau/", {"file": SimpleUploadedFile("q.yaml", content)})
        assert QuestionnaireVersion.objects.get().is_draft
        book = BytesIO()
        workbook(book, **sheets(survey=[["type", "name", "label"], ["geotrace", "g", "Où ?"]]))
        refused = author.post(f"{BASE}nouveau/", {"file": SimpleUploadedFile("f.xlsx", book.getvalue())})
        assert refused.status_code == 422
        assert "feuille survey, ligne 2\u00a0: le type «\u00a0geotrace\u00a0» n’a pas d’équivalent" in text(
            refused
        )
        broken = services.write_document({**rich_document(), "minutes": "dix"}).encode()
        refused = author.post(f"{BASE}nouveau/", {"file": SimpleUploadedFile("q.yaml", broken)})
        assert "minutes\u00a0: attendu un nombre entier de 1 à 600" in text(refused)
        assert Questionnaire.objects.count() == 1
        nothing = author.post(f"{BASE}nouveau/", {})
        assert "Écrivez un titre, ou choisissez un fichier." in text(nothing)

    def test_a_second_author_s_work_is_not_overwritten(self, draft: QuestionnaireVersion):
        read = draft.sha256
        first = {**draft.definition, "title": "Premier"}
        drafts.save_draft(actor=None, version=draft, document=first, expected=read)
        with pytest.raises(BusinessError, match="modifié entre-temps"):
            drafts.save_draft(actor=None, version=draft, document={**first, "title": "Second"}, expected=read)
        drafts.save_draft(actor=None, version=draft, document=first, expected=read)

    def test_a_published_version_and_another_programme_s_are_out_of_reach(
        self,
        author: Client,
        own: QuestionnaireVersion,
        other_programme: Programme,
    ):
        assert author.get(url(own)).status_code == 200
        for rest in ("reglages/", "elements/question/usage/", "conditions/question/usage/", "supprimer/"):
            assert author.get(url(own, rest)).status_code == 403
        assert author.post(url(own, "geste/"), {"geste": "monter:question:usage"}).status_code == 403
        own.questionnaire.programme = other_programme
        own.questionnaire.save()
        assert author.get(url(own)).status_code == 404
        assert author.get(f"{BASE}{own.questionnaire_id}/").status_code == 404

    def test_discarding_asks_then_deletes_the_draft_only(self, author: Client, draft: QuestionnaireVersion):
        assert "Cette opération ne peut pas être annulée" in text(author.get(url(draft, "supprimer/")))
        assert author.post(url(draft, "supprimer/")).status_code == 302
        assert [each.number for each in QuestionnaireVersion.objects.all()] == [1]


class TestOutline:
    def test_everything_is_there_with_its_facts(self, author: Client, draft: QuestionnaireVersion):
        page = text(author.get(url(draft)))
        for words in ("Dimension strategie", "poids 3", "Choix multiple", "Mesure former", "facultative"):
            assert words in page
        assert "si «\u00a0A\u00a0» est coché à «\u00a0Question sources ?\u00a0»" in page
        assert page.count("<h1") == 1

    def test_the_number_of_queries_does_not_depend_on_questions(
        self, author: Client, draft: QuestionnaireVersion, django_assert_max_num_queries: Any
    ):
        document = draft.definition
        for _copy in range(12):
            document, _code = editing.duplicate(document, editing.SECTION, "donnees")
        drafts.save_draft(actor=None, version=draft, document=document)
        with django_assert_max_num_queries(12):
            assert author.get(url(draft)).status_code == 200

    def test_moving_within_and_across_sections_keeps_the_focus(
        self, author: Client, draft: QuestionnaireVersion
    ):
        response = gesture(author, draft, "descendre:question:usage")
        assert response.url.endswith("?geste=descendre:question:usage")
        assert 'value="descendre:question:usage"' in text(author.get(response.url))
        assert "autofocus" in text(author.get(response.url))
        gesture(author, draft, "descendre:question:usage")
        gesture(author, draft, "descendre:question:usage")
        draft.refresh_from_db()
        assert editing.section_of(draft.definition, "usage") == "donnees"
        gesture(author, draft, "monter:section:equipe")
        draft.refresh_from_db()
        assert [each["code"] for each in draft.definition["dimensions"]] == ["strategie", "equipe", "donnees"]

    def test_a_duplicated_section_is_whole_and_names_its_own_questions(
        self, author: Client, draft: QuestionnaireVersion
    ):
        gesture(author, draft, "dupliquer:section:donnees")
        gesture(author, draft, "dupliquer:question:usage")
        draft.refresh_from_db()
        definition = parse_definition(draft.definition)
        assert definition.questions["part-copie"].show_if.question == "sources-copie"
        assert [q.code for q in definition.dimensions[0].questions][:2] == ["usage", "usage-copie"]

    def test_removing_asks_tells_what_names_it_and_shows_what_is_then_wrong(
        self, author: Client, draft: QuestionnaireVersion
    ):
        asked = text(gesture(author, draft, "retirer:question:sources"))
        assert "Retirer «\u00a0Question sources ?\u00a0»\u00a0?" in asked
        assert "Des conditions la nomment et seront à corriger\u00a0: part, 1." in asked
        gesture(author, draft, "retirer:question:sources", confirme="1")
        page = text(author.get(url(draft)))
        assert "2 points à corriger" in page
        assert f'href="{url(draft, "elements/question/part/")}"' in page
        assert f'href="{url(draft, "elements/plafond/1/")}"' in page
        assert "Corrigez d’abord" in text(author.get(url(draft, "apercu/"), follow=True))
        assert author.post(url(draft, "publier/")).status_code == 200
        draft.refresh_from_db()
        assert draft.is_draft

    def test_adding_gives_something_valid_at_once(self, author: Client, draft: QuestionnaireVersion):
        for kind in ("single", "columns", "matrix", "amount", "note", "long_text"):
            gesture(author, draft, "ajouter:question:equipe", texte=f"Nouvelle {kind}", genre=kind)
        gesture(author, draft, "ajouter:section:", texte="Usages à l’atelier")
        gesture(author, draft, "ajouter:preconisation:usage")
        gesture(author, draft, "ajouter:plafond:")
        draft.refresh_from_db()
        definition = parse_definition(draft.definition)
        assert "usages-a-l-atelier" in definition.dimension_by_code
        assert len(definition.questions) == 18
        assert definition.measure_by_code["mesure"].propose_if.expected == "non"

    def test_strange_gestures_are_harmless(self, author: Client, draft: QuestionnaireVersion):
        assert gesture(author, draft, "monter:question:nulle-part").status_code == 302
        assert gesture(author, draft, "voler:question:usage").status_code == 404
        assert gesture(author, draft, "retirer:chat:usage").status_code == 404
        before = draft.sha256
        stale = author.post(
            url(draft, "geste/"), {"geste": "monter:section:equipe", "lu": "autre"}, follow=True
        )
        assert "modifié entre-temps" in text(stale)
        draft.refresh_from_db()
        assert draft.sha256 == before
