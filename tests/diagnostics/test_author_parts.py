"""Authors in the browser: each part written by form, its condition built without script."""

from __future__ import annotations

import pytest
from django.test import Client

from diagnostics import editing
from diagnostics.definition import parse_definition
from diagnostics.models import QuestionnaireVersion
from diagnostics.services import drafts
from programme.models import Programme

from .authoring import gesture, save, sent, text, url
from .documents import rich_document

pytestmark = pytest.mark.django_db


class TestParts:
    @pytest.mark.parametrize("code", ["usage", "ambition", "sources", "qualite", "budget", "depuis", "outil"])
    def test_saving_a_question_unchanged_changes_nothing(
        self, author: Client, draft: QuestionnaireVersion, code: str
    ):
        before = parse_definition(draft.definition)
        assert save(author, draft, f"elements/question/{code}/").status_code == 200
        draft.refresh_from_db()
        assert parse_definition(draft.definition) == before

    def test_saving_every_other_part_unchanged_changes_nothing(self, author: Client, programme: Programme):
        draft = drafts.import_draft(actor=None, programme=programme, document=rich_document())
        before = parse_definition(draft.definition)
        parts = [
            "question/appui",
            "question/domaines",
            "question/rythme",
            "question/outils",
            "question/jours",
        ]
        parts += ["question/degre", "question/suivi", "question/lire", "section/ensuite", "plafond/1"]
        for part in parts:
            save(author, draft, f"elements/{part}/")
        save(author, draft, "reglages/")
        draft.refresh_from_db()
        assert parse_definition(draft.definition) == before

    def test_a_measure_is_written(self, author: Client, draft: QuestionnaireVersion):
        save(
            author,
            draft,
            "elements/preconisation/former/",
            title="Former vite",
            effort="low",
            cost_max="2000",
        )
        draft.refresh_from_db()
        measure = parse_definition(draft.definition).measure_by_code["former"]
        assert (measure.title, measure.effort.value, measure.cost_max_cents) == (
            "Former vite",
            "low",
            200_000,
        )

    def test_words_weight_choices_and_what_they_set(self, author: Client, draft: QuestionnaireVersion):
        changes = {
            "text": "Vous servez-vous de l’IA ?",
            "weight": "2,5",
            "choices-1-points": "0,5",
            "choices-3-label": "Je ne sais pas",
            "choices-3-counts": "",
            "sets-0-choice": "non",
            "sets-0-question": "ambition",
            "sets-0-value": "1",
        }
        data = sent(text(author.get(url(draft, "elements/question/usage/"))))
        data.update(changes)
        del data["choices-3-counts"]
        author.post(url(draft, "elements/question/usage/"), data)
        draft.refresh_from_db()
        question = parse_definition(draft.definition).questions["usage"]
        assert (question.text, question.weight) == ("Vous servez-vous de l’IA ?", 2.5)
        assert [(c.code, c.points, c.counts) for c in question.choices] == [
            ("non", 0, True),
            ("peu", 0.5, True),
            ("oui", 2, True),
            ("je-ne-sais-pas", 0, False),
        ]
        assert [(s.question, s.value) for s in question.choices[0].sets] == [("ambition", 1)]

    def test_choices_are_ordered_by_number_and_removed_by_a_box(
        self, author: Client, draft: QuestionnaireVersion
    ):
        save(
            author,
            draft,
            "elements/question/usage/",
            **{"choices-0-ORDER": "9", "choices-1-DELETE": "on"},
        )
        draft.refresh_from_db()
        assert [c["code"] for c in editing.find(draft.definition, "question", "usage")["choices"]] == [
            "oui",
            "non",
        ]

    def test_what_is_wrong_is_kept_and_said_where_it_is(self, author: Client, draft: QuestionnaireVersion):
        page = text(save(author, draft, "elements/question/usage/", **{"choices-0-points": "5000"}))
        assert "À corriger avant de publier" in page
        assert "dimensions[strategie].questions[usage].choices[non].points" in page
        typed = text(save(author, draft, "elements/question/usage/", weight="lourd"))
        assert "Écrivez un nombre, par exemple 2 ou 0,5." in typed
        assert 'value="lourd"' in typed

    def test_a_new_code_is_followed_by_conditions(self, author: Client, draft: QuestionnaireVersion):
        save(author, draft, "elements/question/usage/", code="usage-ia")
        save(author, draft, "elements/section/strategie/", code="cap")
        draft.refresh_from_db()
        definition = parse_definition(draft.definition)
        assert "usage-ia" in definition.needs["formation"]
        assert definition.measure_by_code["cadrer"].dimension == "cap"

    def test_changing_kind_shows_the_settings_of_the_new_one(
        self, author: Client, draft: QuestionnaireVersion
    ):
        page = text(save(author, draft, "elements/question/effectif/", kind="scale", rester="1"))
        assert 'name="scale_min"' in page
        draft.refresh_from_db()
        assert editing.find(draft.definition, "question", "effectif").get("unit") is None

    def test_settings_levels_and_a_second_language(self, author: Client, draft: QuestionnaireVersion):
        save(
            author,
            draft,
            "reglages/",
            **{"minutes": "12", "languages": "fr, en", "levels-1-starts_at": "25", "levels-4-DELETE": "on"},
        )
        assert "en</a>" in text(author.get(url(draft, "elements/question/usage/")))
        save(author, draft, "elements/question/usage/?langue=en", text="Do you use AI?", why="")
        draft.refresh_from_db()
        french, english = parse_definition(draft.definition), parse_definition(draft.definition, "en")
        assert (french.questions["usage"].text, english.questions["usage"].text) == (
            "Question usage ?",
            "Do you use AI?",
        )
        assert ([level.starts_at for level in french.levels], french.minutes) == ([0, 25, 40, 60], 12)

    def test_a_stale_page_keeps_what_was_typed(self, author: Client, draft: QuestionnaireVersion):
        page = text(author.get(url(draft, "elements/question/usage/")))
        gesture(author, draft, "monter:section:equipe")
        answer = author.post(
            url(draft, "elements/question/usage/"), {**sent(page), "text": "Ma longue question ?"}
        )
        assert "modifié entre-temps" in text(answer)
        assert "Ma longue question ?" in text(answer)

    def test_hostile_text_is_shown_harmless(self, author: Client, draft: QuestionnaireVersion):
        nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7|add:7 }}'
        save(author, draft, "elements/question/usage/", text=nasty)
        for rest in ("", "elements/question/usage/", "apercu/strategie/", "differences/", "publier/"):
            page = text(author.get(url(draft, rest)))
            assert "<script>alert" not in page
            assert "<img src=x" not in page


class TestConditions:
    def test_a_condition_is_built_line_by_line_without_script(
        self, author: Client, draft: QuestionnaireVersion
    ):
        here = url(draft, "conditions/question/outil/")
        page = text(author.get(here))
        assert "Aucune condition : toujours affiché." in page
        read = {"lu": draft.sha256, "assemblage": "any"}
        page = text(author.post(here, {**read, "geste": "groupe"}))
        assert 'name="g0-0-sujet"' in page
        page = text(author.post(here, {**read, "geste": "actualiser", "g0-0-sujet": "usage"}))
        assert 'name="g0-0-valeur" value="peu"' in page
        line = {"g0-0-sujet": "usage", "g0-0-mot": "is", "g0-0-valeur": ["peu", "oui"]}
        page = text(author.post(here, {**read, **line, "geste": "ajouter-0"}))
        assert 'name="g0-1-sujet"' in page
        second = {"g0-1-sujet": "qualite", "g0-1-mot": "at_least", "g0-1-part": "r1", "g0-1-valeur": "3"}
        third = {"g1-0-sujet": "budget", "g1-0-mot": "unanswered"}
        assert (
            author.post(here, {**read, **line, **second, **third, "geste": "enregistrer"}).status_code == 302
        )
        draft.refresh_from_db()
        assert editing.find(draft.definition, "question", "outil")["show_if"] == {
            "any": [
                {
                    "all": [
                        {"question": "usage", "in": ["peu", "oui"]},
                        {"question": "qualite", "row": "r1", "at_least": 3},
                    ]
                },
                {"question": "budget", "answered": False},
            ]
        }
        parse_definition(draft.definition)
        page = text(author.get(here))
        assert 'value="peu" checked' in page
        page = text(author.post(here, {**read, **line, **second, "geste": "retirer-0-0"}))
        assert "g0-1-sujet" not in page

    def test_conditions_of_choices_sections_measures_and_caps(
        self, author: Client, draft: QuestionnaireVersion
    ):
        read = {"assemblage": "any", "geste": "enregistrer"}
        usage = {"g0-0-sujet": "usage", "g0-0-mot": "is_not", "g0-0-valeur": "non"}
        author.post(url(draft, "conditions/question/sources/") + "?choix=c", {**read, **usage})
        author.post(url(draft, "conditions/section/donnees/"), {**read, **usage})
        level = {"g0-0-sujet": "niveau:donnees", "g0-0-mot": "level", "g0-0-valeur": "n2"}
        author.post(url(draft, "conditions/preconisation/former/"), {**read, **level})
        author.post(url(draft, "conditions/plafond/1/"), {**read, **level})
        draft.refresh_from_db()
        definition = parse_definition(draft.definition)
        assert definition.questions["sources"].has_conditional_choices
        assert definition.dimension_by_code["donnees"].show_if is not None
        assert definition.measure_by_code["former"].propose_if.level == "n2"
        assert definition.caps[0].condition.dimension == "donnees"
        page = text(author.get(url(draft, "elements/question/sources/")))
        assert "il n’est pas vrai que «\u00a0Question usage ?\u00a0» est «\u00a0Non\u00a0»" in page

    def test_emptying_a_condition_removes_it_and_deep_ones_are_read_only(
        self, author: Client, draft: QuestionnaireVersion
    ):
        here = url(draft, "conditions/question/part/")
        author.post(here, {"assemblage": "any", "geste": "enregistrer"})
        draft.refresh_from_db()
        assert "show_if" not in editing.find(draft.definition, "question", "part")
        deep = {
            "not": {
                "all": [{"question": "usage", "answered": True}, {"question": "ambition", "answered": True}]
            }
        }
        question = {**editing.find(draft.definition, "question", "part"), "show_if": deep}
        document = editing.replace_part(draft.definition, "question", "part", question)
        drafts.save_draft(actor=None, version=draft, document=document)
        page = text(author.get(here))
        assert "est pas vrai que («\u00a0Question usage ?\u00a0» a une réponse et «\u00a0Question" in page
        assert "se modifie dans le fichier YAML" in page
        assert "Enregistrer la condition" not in page
        author.post(here, {"assemblage": "any", "geste": "enregistrer"})
        save(author, draft, "elements/question/part/", help="Une aide.")
        draft.refresh_from_db()
        question = editing.find(draft.definition, "question", "part")
        assert (question["help"], question["show_if"]) == ("Une aide.", deep), "nothing sent loses it"
